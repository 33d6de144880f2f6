//! How receivables stood on a day as known at an instant, and what they add up to: the rule of
//! `domain::receivables::balance::position` as one statement over any number of accounts.

use app::ctx::Ctx;
use app::ledger::ageing::{AgeQuery, GroupBy};
use app::ledger::store::{AgePage, AgeRow, BalanceRow};
use app::ledger::{AccountFacts, Horizon, ReadAt, Selection};
use diesel::{PgConnection, RunQueryDsl as _};
use domain::access::Scope;
use domain::receivables::ageing::{AgeBasis, Ageing, BucketSet};
use kernel::{Currency, Date, Decimal, Instant, Outcome};
use serde::Deserialize;
use uuid::Uuid;

use crate::error::db;
use crate::statement::Statement;

/// Who sees what hangs on account `a`.
const SCOPE: &str = "a.legal_entity_id = ANY({entities}) OR a.portfolio_id = ANY({portfolios})";

/// The bucket of credits.
const CREDITS: i64 = -1;

#[derive(Deserialize)]
struct FactsRow {
    id: Uuid,
    number: String,
    name: String,
    legal_entity_id: Uuid,
    currency: String,
    today: Date,
    created_at: Instant,
}

pub(super) fn account_facts(conn: &mut PgConnection, ctx: &Ctx, id: Uuid) -> Outcome<Option<AccountFacts>> {
    let mut statement = Statement::new();
    let (now, id) = (statement.bind(ctx.now.to_rfc3339()), statement.bind(id.to_string()));
    let scope = statement.scope(SCOPE, &ctx.scope).unwrap_or_else(|| "true".to_owned());
    statement.sql = format!(
        "SELECT row_to_json(t)::text AS row FROM (SELECT a.id, a.number, a.name, a.legal_entity_id, a.currency, \
             ({now}::timestamptz AT TIME ZONE e.time_zone)::date AS today, a.created_at \
         FROM account a JOIN legal_entity e ON e.id = a.legal_entity_id WHERE a.id = {id}::uuid AND {scope}) t"
    );
    let found = statement.load::<FactsRow>(conn)?.into_iter().next();
    Ok(found.map(|row| AccountFacts {
        id: row.id,
        number: row.number,
        name: row.name,
        legal_entity_id: row.legal_entity_id,
        currency: row.currency,
        horizon: Horizon { today: row.today, known_from: row.created_at },
    }))
}

#[derive(Deserialize)]
struct HorizonRow {
    today: Option<Date>,
    known_from: Option<Instant>,
}

pub(super) fn horizon(conn: &mut PgConnection, ctx: &Ctx, selection: &Selection) -> Outcome<Option<Horizon>> {
    let mut statement = Statement::new();
    let chosen = chosen(&mut statement, &ctx.scope, selection, ReadAt::Now(ctx.now));
    statement.sql = format!(
        "WITH {chosen} SELECT row_to_json(t)::text AS row FROM \
         (SELECT max(c.on_day) AS today, min(c.created_at) AS known_from FROM chosen c) t"
    );
    let row = statement.load::<HorizonRow>(conn)?.into_iter().next();
    Ok(row.and_then(|row| Some(Horizon { today: row.today?, known_from: row.known_from? })))
}

/// The accounts of a selection, each with its business date and the party it belonged to on that day.
fn chosen(statement: &mut Statement, scope: &Scope, selection: &Selection, at: ReadAt) -> String {
    let known = format!("{}::timestamptz", statement.bind(at.known_at().to_rfc3339()));
    let on_day = match at.on() {
        Some(on) => format!("{}::date", statement.bind(on.to_string())),
        None => format!("({known} AT TIME ZONE e.time_zone)::date"),
    };
    let mut conditions = Vec::new();
    let by_id = [
        ("a.id", selection.account),
        ("a.legal_entity_id", selection.legal_entity),
        ("a.portfolio_id", selection.portfolio),
        ("l.party_id", selection.party),
    ];
    for (column, id) in by_id {
        if let Some(id) = id {
            conditions.push(format!("{column} = {}::uuid", statement.bind(id.to_string())));
        }
    }
    conditions.extend(statement.scope(SCOPE, scope));
    let filter = if conditions.is_empty() { "true".to_owned() } else { conditions.join(" AND ") };
    format!(
        "chosen AS (SELECT a.id AS account_id, a.legal_entity_id, a.portfolio_id, l.party_id, a.created_at, \
             {on_day} AS on_day \
         FROM account a JOIN legal_entity e ON e.id = a.legal_entity_id \
         LEFT JOIN account_party l ON l.account_id = a.id AND l.valid @> {on_day} AND l.recorded_at <= {known} \
             AND (l.superseded_at IS NULL OR l.superseded_at > {known}) \
         WHERE {filter})"
    )
}

/// Open items of the accounts chosen: `position (account_id, legal_entity_id, portfolio_id, party_id, currency, issue_on,
/// due_on, open, on_day)`. The accounts are met once, so that a large book is hashed once.
fn positions(statement: &mut Statement, scope: &Scope, selection: &Selection, at: ReadAt) -> String {
    let chosen = chosen(statement, scope, selection, at);
    let currency = selection.currency.map(|c| statement.bind(c.as_str()));
    let currency = currency.map_or_else(String::new, |c| format!(" AND i.currency = {c}"));
    let ReadAt::Past { known_at, .. } = at else {
        return format!(
            "{chosen}, position AS (SELECT c.*, i.currency, i.issue_on, \
                 coalesce(i.agreed_due_on, i.due_on) AS due_on, i.open_amount AS open \
             FROM chosen c JOIN receivable i ON i.account_id = c.account_id WHERE i.closed_on IS NULL{currency})"
        );
    };
    let known = format!("{}::timestamptz", statement.bind(known_at.to_rfc3339()));
    format!(
        "{chosen}, moved AS (SELECT t.account_id, t.receivable_id, sum(t.amount) AS amount \
             FROM chosen c JOIN ledger_entry t ON t.account_id = c.account_id \
             WHERE t.recorded_at <= {known} AND t.effective_on <= c.on_day GROUP BY t.account_id, t.receivable_id), \
         document AS (SELECT c.*, i.id, i.currency, \
                 CASE WHEN v.receivable_id IS NULL THEN i.original_amount ELSE v.original_amount END AS amount, \
                 CASE WHEN v.receivable_id IS NULL THEN i.issue_on ELSE v.issue_on END AS issue_on, \
                 CASE WHEN v.receivable_id IS NULL THEN i.due_on ELSE v.due_on END AS due_on, \
                 CASE WHEN v.receivable_id IS NULL THEN i.agreed_due_on ELSE v.agreed_due_on END AS agreed_due_on \
             FROM chosen c JOIN receivable i ON i.account_id = c.account_id \
             LEFT JOIN receivable_revision v ON i.recorded_at > {known} AND v.account_id = i.account_id \
                 AND v.receivable_id = i.id AND v.recorded_from <= {known} AND v.recorded_to > {known} \
             WHERE (i.recorded_at <= {known} OR v.receivable_id IS NOT NULL){currency}), \
         position AS (SELECT d.account_id, d.legal_entity_id, d.portfolio_id, d.party_id, d.on_day, d.currency, \
                 d.issue_on, CASE WHEN d.agreed_due_on IS NULL THEN d.due_on \
                     ELSE coalesce(r.agreed_due(d.account_id, d.id, d.on_day, {known}), d.due_on) END AS due_on, \
                 d.amount + coalesce(m.amount, 0) AS open \
             FROM document d LEFT JOIN moved m ON m.account_id = d.account_id AND m.receivable_id = d.id \
             WHERE d.issue_on <= d.on_day AND d.amount + coalesce(m.amount, 0) <> 0)"
    )
}

#[derive(Deserialize)]
struct BalanceFound {
    currency: String,
    open: Decimal,
    debits: Decimal,
    credits: Decimal,
    overdue: Decimal,
    items: i64,
    oldest_due_on: Option<Date>,
    days_overdue_max: i64,
}

pub(super) fn balances(
    conn: &mut PgConnection,
    scope: &Scope,
    selection: &Selection,
    at: ReadAt,
) -> Outcome<Vec<BalanceRow>> {
    let mut statement = Statement::new();
    let positions = positions(&mut statement, scope, selection, at);
    statement.sql = format!(
        "WITH {positions} SELECT row_to_json(t)::text AS row FROM (SELECT p.currency, r.amount(sum(p.open)) AS open, \
             r.amount(coalesce(sum(p.open) FILTER (WHERE p.open > 0), 0)) AS debits, \
             r.amount(coalesce(sum(p.open) FILTER (WHERE p.open < 0), 0)) AS credits, \
             r.amount(coalesce(sum(p.open) FILTER (WHERE p.open > 0 AND p.due_on < p.on_day), 0)) AS overdue, \
             count(*) AS items, min(p.due_on) FILTER (WHERE p.open > 0) AS oldest_due_on, \
             coalesce(greatest(max(p.on_day - p.due_on) FILTER (WHERE p.open > 0), 0), 0) AS days_overdue_max \
         FROM position p WHERE p.open <> 0 GROUP BY p.currency ORDER BY p.currency) t"
    );
    let row = |b: BalanceFound| {
        Ok(BalanceRow {
            currency: Currency::parse("currency", &b.currency)?,
            open: b.open,
            debits: b.debits,
            credits: b.credits,
            overdue: b.overdue,
            items: b.items,
            oldest_due_on: b.oldest_due_on,
            days_overdue_max: b.days_overdue_max,
        })
    };
    statement.load::<BalanceFound>(conn)?.into_iter().map(row).collect()
}

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
    let positions = positions(&mut statement, scope, query.selection, query.at);
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
