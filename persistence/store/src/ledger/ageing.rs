//! Ageing in one statement: what is open, into buckets, by group.

use app::ledger::ageing::{AgeQuery, GroupBy};
use app::ledger::store::{AgePage, AgeRow};
use app::ledger::{ReadAt, Selection};
use diesel::{PgConnection, RunQueryDsl as _};
use domain::access::Scope;
use domain::receivables::ageing::{AgeBasis, Ageing, BucketSet};
use kernel::{Currency, Decimal, Outcome};
use serde::Deserialize;
use uuid::Uuid;

use super::positions::positions;
use crate::error::db;
use crate::statement::Statement;

/// The bucket of credits.
const CREDITS: i64 = -1;

#[derive(Deserialize)]
struct AgeFound {
    key: Option<Uuid>,
    code: Option<String>,
    name: Option<String>,
    currency: String,
    bucket: i64,
    amount: Decimal,
    items: u32,
    /// Whether groups follow that are not on this page.
    more: bool,
}

pub(super) fn age(conn: &mut PgConnection, scope: &Scope, query: &AgeQuery<'_>) -> Outcome<AgePage> {
    let mut statement = Statement::new();
    let positions = everything(&mut statement, scope, query).unwrap_or_else(|| {
        let party = query.group_by == GroupBy::Party;
        positions(&mut statement, scope, query.selection, query.at, party)
    });
    let (key, named, code, name) = group(query.group_by);
    let bucket = bucket(&mut statement, query.set);
    let after = query.after.map(|id| statement.bind(id.to_string()));
    let after = after.map_or_else(String::new, |id| format!(" WHERE g.key > {id}::uuid"));
    let limit = statement.bind(query.limit.to_string());
    // Of each group every bucket is on one page: groups are counted, not rows. NULL is the last group.
    statement.sql = format!(
        "WITH {positions}, grouped AS (SELECT {key} AS key, p.currency, \
                 CASE WHEN p.open < 0 THEN {CREDITS} ELSE {bucket} END AS bucket, sum(p.open) AS amount, \
                 count(*) AS items \
             FROM position p WHERE p.open <> 0 GROUP BY 1, 2, 3), \
         ranked AS (SELECT g.*, dense_rank() OVER (ORDER BY g.key NULLS LAST) AS place FROM grouped g{after}) \
         SELECT row_to_json(t)::text AS row FROM (SELECT g.key, {code} AS code, {name} AS name, g.currency, g.bucket, \
                 r.amount(g.amount) AS amount, g.items, \
                 (SELECT max(x.place) FROM ranked x) > {limit}::bigint AS more \
             FROM ranked g {named} WHERE g.place <= {limit}::bigint ORDER BY g.place, g.currency, g.bucket) t"
    );
    roomy(conn)?;
    assemble(query.set, statement.load(conn)?)
}

/// What `positions` finds, for the present state of the whole book, where nothing needs to be known of an account but its id.
fn everything(statement: &mut Statement, scope: &Scope, query: &AgeQuery<'_>) -> Option<String> {
    let by_id = matches!(query.group_by, GroupBy::Nothing | GroupBy::Account);
    let (ReadAt::Now(_), Some(today), true) = (query.at, query.today, by_id) else { return None };
    let Selection { account, party, legal_entity, portfolio, currency } = query.selection;
    let some = [account, party, legal_entity, portfolio].into_iter().any(Option::is_some);
    if some || scope.limits().is_some() {
        return None;
    }
    let today = statement.bind(today.to_string());
    let currency = currency.map(|c| statement.bind(c.as_str()));
    let currency = currency.map_or_else(String::new, |c| format!(" AND i.currency = {c}"));
    Some(format!(
        "position AS (SELECT i.account_id, i.currency, i.issue_on, coalesce(i.agreed_due_on, i.due_on) AS due_on, \
             i.open_amount AS open, {today}::date AS on_day FROM receivable i WHERE i.closed_on IS NULL{currency})"
    ))
}

/// Lets the hashes of a whole book stay in memory, for this transaction only. Reports have few permits.
fn roomy(conn: &mut PgConnection) -> Outcome<()> {
    diesel::sql_query("SELECT set_config('work_mem', '64MB', true)").execute(conn).map(drop).map_err(db)
}

/// Key of a group, the join that names it, and the SQL of its code and name.
fn group(by: GroupBy) -> (&'static str, &'static str, &'static str, &'static str) {
    match by {
        GroupBy::Nothing => ("NULL::uuid", "", "NULL::text", "NULL::text"),
        GroupBy::Account => ("p.account_id", "LEFT JOIN account n ON n.id = g.key", "n.number", "n.name"),
        GroupBy::Party => ("p.party_id", "LEFT JOIN party n ON n.id = g.key", "n.tax_id", "n.name"),
        GroupBy::LegalEntity => {
            ("p.legal_entity_id", "LEFT JOIN legal_entity n ON n.id = g.key", "n.code", "n.name")
        }
        GroupBy::Portfolio => ("p.portfolio_id", "LEFT JOIN portfolio n ON n.id = g.key", "n.code", "n.name"),
    }
}

/// [`BucketSet::bucket_of`] in SQL. A bound belongs to the bucket it closes, so thresholds are one day later.
fn bucket(statement: &mut Statement, set: &BucketSet) -> String {
    let thresholds = set.bounds().iter().map(|b| (u32::from(*b) + 1).to_string()).collect::<Vec<_>>();
    let thresholds = format!("string_to_array({}, ',')::integer[]", statement.bind(thresholds.join(",")));
    match set.basis() {
        AgeBasis::Due => format!(
            "CASE WHEN p.on_day <= p.due_on THEN 0 ELSE 1 + width_bucket(p.on_day - p.due_on, {thresholds}) END"
        ),
        AgeBasis::Issue => format!("width_bucket(p.on_day - p.issue_on, {thresholds})"),
    }
}

fn assemble(set: &BucketSet, found: Vec<AgeFound>) -> Outcome<AgePage> {
    let mut page = AgePage::default();
    let (last, more) = found.last().map_or((None, false), |row| (row.key, row.more));
    for row in found {
        let currency = Currency::parse("currency", &row.currency)?;
        let same = page.rows.last().is_some_and(|r: &AgeRow| r.key == row.key && r.currency == currency);
        if !same {
            let buckets = set.labels().len();
            let (buckets, counts) = (vec![Decimal::ZERO; buckets], vec![0; buckets]);
            let ageing = Ageing { buckets, counts, credits: Decimal::ZERO, total: Decimal::ZERO };
            page.rows.push(AgeRow { key: row.key, code: row.code, name: row.name, currency, ageing });
        }
        let Some(AgeRow { ageing, .. }) = page.rows.last_mut() else { continue };
        ageing.total += row.amount;
        let slot = usize::try_from(row.bucket).ok();
        match slot.and_then(|i| Some((ageing.buckets.get_mut(i)?, ageing.counts.get_mut(i)?))) {
            Some((amount, count)) => {
                *amount += row.amount;
                *count += row.items;
            }
            None => ageing.credits += row.amount,
        }
    }
    page.next_after = last.filter(|_| more);
    Ok(page)
}
