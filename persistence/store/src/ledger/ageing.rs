//! Ageing in one statement: what is open, into buckets, by group.

use app::ledger::ageing::{AgeQuery, GroupBy};
use app::ledger::store::{AgePage, AgeRow};
use app::ledger::{ReadAt, Selection};
use diesel::{PgConnection, RunQueryDsl as _};
use domain::access::Scope;
use domain::receivables::ageing::{AgeBasis, Ageing, BucketSet};
use kernel::{Currency, Date, Decimal, Outcome};
use serde::Deserialize;
use uuid::Uuid;

use super::positions::{Reach, positions};
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
    let party = query.group_by == GroupBy::Party;
    let reach = whole_book_on(scope, query).map_or_else(
        || Reach::chosen(&mut statement, scope, query.selection, query.at, party),
        Reach::everything,
    );
    let positions = positions(&mut statement, &reach, query.selection.currency, query.at);
    let (key, named, code, name) = group(query.group_by);
    let grouped = grouped(query.group_by, key, query.set.basis(), &bucket(&mut statement, query.set));
    let after = query.after.map(|id| statement.bind(id.to_string()));
    // NULL is the last group: it comes after every other one.
    let after = after.map_or_else(String::new, |id| format!(" WHERE g.key > {id}::uuid OR g.key IS NULL"));
    let limit = statement.bind(query.limit.to_string());
    // Of each group every bucket is on one page: groups are counted, not rows.
    statement.sql = format!(
        "WITH {positions}, {grouped}, \
         ranked AS (SELECT g.*, dense_rank() OVER (ORDER BY g.key NULLS LAST) AS place FROM grouped g{after}) \
         SELECT row_to_json(t)::text AS row FROM (SELECT g.key, {code} AS code, {name} AS name, g.currency, g.bucket, \
                 r.amount(g.amount) AS amount, g.items, \
                 (SELECT max(x.place) FROM ranked x) > {limit}::bigint AS more \
             FROM ranked g {named} WHERE g.place <= {limit}::bigint ORDER BY g.place, g.currency, g.bucket) t"
    );
    roomy(conn)?;
    assemble(query.set, statement.load(conn)?)
}

/// The positions added up: `grouped (key, currency, bucket, amount, items)`. A whole book has few days to be due on: where
/// its groups are few as well, its rows are added up by day first, and the bucket is asked for once per day and not per row.
fn grouped(by: GroupBy, key: &str, basis: AgeBasis, bucket: &str) -> String {
    if matches!(by, GroupBy::Account | GroupBy::Party) {
        return format!(
            "grouped AS (SELECT {key} AS key, p.currency, \
                 CASE WHEN p.open < 0 THEN {CREDITS} ELSE {bucket} END AS bucket, sum(p.open) AS amount, \
                 count(*) AS items \
             FROM position p WHERE p.open <> 0 GROUP BY 1, 2, 3)"
        );
    }
    let day = match basis {
        AgeBasis::Due => "due_on",
        AgeBasis::Issue => "issue_on",
    };
    let sums = |which: &str| format!("sum(p.open) FILTER (WHERE {which}), count(*) FILTER (WHERE {which})");
    let (debits, credits) = (sums("p.open > 0"), sums("p.open < 0"));
    format!(
        "daily (key, currency, {day}, on_day, debit, debits, credit, credits) AS ( \
             SELECT {key}, p.currency, p.{day}, p.on_day, {debits}, {credits} \
             FROM position p WHERE p.open <> 0 GROUP BY 1, 2, 3, 4), \
         grouped AS (SELECT p.key, p.currency, s.bucket, sum(s.amount) AS amount, sum(s.items)::bigint AS items \
             FROM daily p CROSS JOIN LATERAL (VALUES ({bucket}, p.debit, p.debits), \
                 ({CREDITS}, p.credit, p.credits)) s (bucket, amount, items) \
             WHERE s.items > 0 GROUP BY 1, 2, 3)"
    )
}

/// The day of all accounts, where they are all asked for and nothing needs to be known of them but their ids.
fn whole_book_on(scope: &Scope, query: &AgeQuery<'_>) -> Option<Date> {
    let Selection { account, party, legal_entity, portfolio, currency: _ } = query.selection;
    let some = [account, party, legal_entity, portfolio].into_iter().any(Option::is_some);
    let by_id = matches!(query.group_by, GroupBy::Nothing | GroupBy::Account);
    let everything = by_id && !some && scope.limits().is_none();
    let day = match query.at {
        ReadAt::Now(_) => query.today,
        ReadAt::Past { on, .. } => on,
    };
    day.filter(|_| everything)
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
