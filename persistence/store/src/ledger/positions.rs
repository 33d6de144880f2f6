//! How receivables stood on a day as known at an instant, and what they add up to: the rule of
//! `domain::receivables::balance::position` as one statement over any number of accounts.

use app::ctx::Ctx;
use app::ledger::store::BalanceRow;
use app::ledger::{AccountFacts, Horizon, ReadAt, Selection};
use diesel::PgConnection;
use domain::access::Scope;
use kernel::{Currency, Date, Decimal, Instant, Outcome};
use serde::Deserialize;
use uuid::Uuid;

use crate::statement::Statement;

/// Who sees what hangs on account `a`.
const SCOPE: &str = "a.legal_entity_id = ANY({entities}) OR a.portfolio_id = ANY({portfolios})";

/// A document owes nothing before its issue; what was moved on it by then is a credit.
const OPEN: &str = "CASE WHEN d.issue_on <= d.on_day THEN d.amount ELSE 0 END + coalesce(m.amount, 0)";

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
    let (now, id) = (Statement::instant(ctx.now), statement.bind(id.to_string()));
    let scope = statement.scope(SCOPE, &ctx.scope).unwrap_or_else(|| "true".to_owned());
    statement.sql = format!(
        "SELECT row_to_json(t)::text AS row FROM (SELECT a.id, a.number, a.name, a.legal_entity_id, a.currency, \
             ({now} AT TIME ZONE e.time_zone)::date AS today, a.created_at \
         FROM account a JOIN legal_entity e ON e.id = a.legal_entity_id WHERE a.id = {id}::uuid AND {scope}) t"
    );
    let found = statement.load::<FactsRow>(conn)?.into_iter().next();
    Ok(found.map(|row| AccountFacts {
        id: row.id,
        number: row.number,
        name: row.name,
        legal_entity_id: row.legal_entity_id,
        currency: row.currency,
        horizon: Horizon { today: row.today, everywhere: true, known_from: row.created_at },
    }))
}

#[derive(Deserialize)]
struct HorizonRow {
    today: Option<Date>,
    everywhere: Option<bool>,
    known_from: Option<Instant>,
}

/// An account `a` that belonged to a party on any day, by whatever was ever recorded: which day is asked about is checked
/// against the horizon, so the horizon cannot hang on it.
const EVER: &str =
    "EXISTS (SELECT 1 FROM account_party k WHERE k.account_id = a.id AND k.party_id = {}::uuid)";

/// An account whose party `l` (see [`party_of`]) is this one.
const ON_THE_DAY: &str = "l.party_id = {}::uuid";

/// Times are turned into days once per legal entity: this is asked before every report.
pub(super) fn horizon(conn: &mut PgConnection, ctx: &Ctx, selection: &Selection) -> Outcome<Option<Horizon>> {
    let mut statement = Statement::new();
    let now = Statement::instant(ctx.now);
    let day = format!("({now} AT TIME ZONE e.time_zone)::date");
    let filter = conditions(&mut statement, &ctx.scope, selection, EVER);
    statement.sql = format!(
        "SELECT row_to_json(t)::text AS row FROM (SELECT max({day}) AS today, min({day}) = max({day}) AS everywhere, \
             min(f.created_at) AS known_from \
         FROM (SELECT a.legal_entity_id, min(a.created_at) AS created_at FROM account a \
             WHERE {filter} GROUP BY 1) f JOIN legal_entity e ON e.id = f.legal_entity_id) t"
    );
    let row = statement.load::<HorizonRow>(conn)?.into_iter().next();
    let horizon = |row: HorizonRow| {
        Some(Horizon { today: row.today?, everywhere: row.everywhere?, known_from: row.known_from? })
    };
    Ok(row.and_then(horizon))
}

/// What a selection and the caller's rights ask of account `a`; `of_party` is how it is asked for its party.
fn conditions(statement: &mut Statement, scope: &Scope, selection: &Selection, of_party: &str) -> String {
    let by_id = [
        ("a.id = {}::uuid", selection.account),
        ("a.legal_entity_id = {}::uuid", selection.legal_entity),
        ("a.portfolio_id = {}::uuid", selection.portfolio),
        (of_party, selection.party),
    ];
    let by_id = by_id.into_iter().filter_map(|(condition, id)| Some((condition, id?)));
    let mut all = by_id
        .map(|(condition, id)| condition.replace("{}", &statement.bind(id.to_string())))
        .collect::<Vec<_>>();
    all.extend(statement.scope(SCOPE, scope));
    if all.is_empty() { "true".to_owned() } else { all.join(" AND ") }
}

/// The join that finds the party `l` an account belonged to on a day, as known at an instant.
fn party_of(day: &str, known: &str) -> String {
    format!(
        "LEFT JOIN account_party l ON l.account_id = a.id AND l.valid @> {day} AND l.recorded_at <= {known} \
             AND (l.superseded_at IS NULL OR l.superseded_at > {known})"
    )
}

/// The accounts whose items are asked for, each with its business date, as parts of a statement.
pub(super) struct Reach {
    /// Chooses them as `chosen`; empty for the whole book.
    with: String,
    /// What is known of the account of item `i`.
    columns: String,
    /// The business date.
    day: String,
}

impl Reach {
    /// The accounts of a selection, with the party they belonged to where that is asked for. They are met once, so that a
    /// large book is hashed once.
    pub(super) fn chosen(
        statement: &mut Statement,
        scope: &Scope,
        selection: &Selection,
        at: ReadAt,
        party: bool,
    ) -> Self {
        let known = Statement::instant(at.known_at());
        let on_day = match at.on() {
            Some(on) => Statement::date(on),
            None => format!("({known} AT TIME ZONE e.time_zone)::date"),
        };
        let filter = conditions(statement, scope, selection, ON_THE_DAY);
        let (party_id, party) = if party || selection.party.is_some() {
            ("l.party_id", party_of(&on_day, &known))
        } else {
            ("NULL::uuid", String::new())
        };
        let with = format!(
            "chosen AS (SELECT a.id AS account_id, a.legal_entity_id, a.portfolio_id, {party_id} AS party_id, \
                 {on_day} AS on_day \
             FROM account a JOIN legal_entity e ON e.id = a.legal_entity_id {party} WHERE {filter}), "
        );
        Self { with, columns: "c.*".to_owned(), day: "c.on_day".to_owned() }
    }

    /// All accounts, on one day: nothing is known of them but their ids.
    pub(super) fn everything(day: Date) -> Self {
        let day = Statement::date(day);
        Self { with: String::new(), columns: format!("i.account_id, {day} AS on_day"), day }
    }

    /// What of a table belongs to these accounts.
    fn of(&self, table: &str, alias: &str) -> String {
        if self.with.is_empty() {
            return format!("{table} {alias}");
        }
        format!("chosen c JOIN {table} {alias} ON {alias}.account_id = c.account_id")
    }
}

/// Open items: `position (account_id, currency, issue_on, due_on, open, on_day)`, of accounts that were chosen also
/// `(legal_entity_id, portfolio_id, party_id)`.
pub(super) fn positions(
    statement: &mut Statement,
    reach: &Reach,
    currency: Option<Currency>,
    at: ReadAt,
) -> String {
    let currency = currency.map(|c| statement.bind(c.as_str()));
    let currency = currency.map_or_else(String::new, |c| format!(" AND i.currency = {c}"));
    let Reach { with, columns, day } = reach;
    let (item, entry) = (reach.of("receivable", "i"), reach.of("ledger_entry", "t"));
    let ReadAt::Past { known_at, .. } = at else {
        return format!(
            "{with}position AS (SELECT {columns}, i.currency, i.issue_on, \
                 coalesce(i.agreed_due_on, i.due_on) AS due_on, i.open_amount AS open \
             FROM {item} WHERE i.closed_on IS NULL{currency})"
        );
    };
    let known = Statement::instant(known_at);
    // Versions said since are few: most documents stand as they were known then.
    format!(
        "{with}moved AS (SELECT t.account_id, t.receivable_id, sum(t.amount) AS amount FROM {entry} \
             WHERE t.recorded_at <= {known} AND t.effective_on <= {day} GROUP BY t.account_id, t.receivable_id), \
         document AS (SELECT {columns}, i.id, i.currency, i.original_amount AS amount, i.issue_on, \
                 i.due_on AS stated_due_on, i.agreed_due_on \
             FROM {item} WHERE i.recorded_at <= {known}{currency} \
             UNION ALL \
             SELECT {columns}, i.id, i.currency, v.original_amount, v.issue_on, v.due_on, v.agreed_due_on \
             FROM {item} JOIN receivable_revision v ON v.account_id = i.account_id AND v.receivable_id = i.id \
             WHERE i.recorded_at > {known} AND v.recorded_from <= {known} AND v.recorded_to > {known}{currency}), \
         position AS (SELECT d.*, {OPEN} AS open, CASE WHEN d.agreed_due_on IS NULL THEN d.stated_due_on \
                 ELSE coalesce(r.agreed_due(d.account_id, d.id, d.on_day, {known}), d.stated_due_on) END AS due_on \
             FROM document d LEFT JOIN moved m ON m.account_id = d.account_id AND m.receivable_id = d.id \
             WHERE d.issue_on <= d.on_day OR m.amount IS NOT NULL)"
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
    let reach = Reach::chosen(&mut statement, scope, selection, at, false);
    let positions = positions(&mut statement, &reach, selection.currency, at);
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
