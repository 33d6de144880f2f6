//! The facts of a chunk of dunning groups: a fixed number of statements, whatever the number of accounts.

pub(crate) mod history;

use app::dunning::store::{BlockRow, FactsAsked, GroupRow, ItemRow, LoadedFacts, ProposalRow, StandingRow};
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Date, Integer, Jsonb, Nullable, Numeric, Text, Uuid as SqlUuid};
use kernel::{Currency, Decimal, Outcome};
use serde_json::Value;
use uuid::Uuid;

use super::attributes;
use crate::error::db;
use crate::push::stored;

pub(super) fn load(
    conn: &mut PgConnection,
    (legal_entity, groups): (Uuid, &[Uuid]),
    FactsAsked { on, attributes, without }: FactsAsked<'_>,
) -> Outcome<LoadedFacts> {
    Ok(LoadedFacts {
        groups: group_rows(conn, legal_entity, groups, on)?,
        items: items(conn, legal_entity, groups)?,
        sent: history::sent(conn, legal_entity, groups)?,
        last_contacts: history::last_contacts(conn, legal_entity, groups)?,
        contacts: history::open_contacts(conn, legal_entity, groups, without)?,
        proposals: proposals(conn, groups, without)?,
        blocks: blocks(conn, legal_entity, groups, on)?,
        standings: standings(conn, groups)?,
        attributes: attributes::load(conn, (legal_entity, groups), on, attributes)?,
    })
}

#[derive(QueryableByName)]
struct GroupFound {
    #[diesel(sql_type = SqlUuid)]
    group_id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    scenario_code: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    segment: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    country: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    language: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    portfolio: Option<String>,
    #[diesel(sql_type = Bool)]
    insolvent: bool,
    #[diesel(sql_type = Bool)]
    vulnerable: bool,
    #[diesel(sql_type = Bool)]
    intercompany: bool,
    #[diesel(sql_type = Array<Integer>)]
    source_nos: Vec<i32>,
}

/// The profile is that of the account that receives the letters; flags hold if they hold for any account of the group, or for
/// another party of its tax id.
/// The bounds are compared one by one: the exclusion constraint's index would be chosen for `@>`, and is slow.
const GROUPS: &str = "SELECT a.dunning_account_id AS group_id, \
        max(a.scenario_code) FILTER (WHERE a.id = a.dunning_account_id) AS scenario_code, \
        max(coalesce(a.segment, p.segment)) FILTER (WHERE a.id = a.dunning_account_id) AS segment, \
        max(p.country) FILTER (WHERE a.id = a.dunning_account_id) AS country, \
        max(coalesce(a.language, p.language)) FILTER (WHERE a.id = a.dunning_account_id) AS language, \
        max(f.code) FILTER (WHERE a.id = a.dunning_account_id) AS portfolio, \
        coalesce(bool_or(p.insolvent_since <= $3), false) OR coalesce(bool_or(q.insolvent_since <= $3), false) AS insolvent, \
        coalesce(bool_or(p.vulnerable), false) OR coalesce(bool_or(q.vulnerable), false) AS vulnerable, \
        coalesce(bool_or(p.intercompany), false) AS intercompany, \
        coalesce(array_agg(DISTINCT a.source_no) FILTER (WHERE a.source_no IS NOT NULL), '{}') AS source_nos \
    FROM account a \
    LEFT JOIN account_party ap ON ap.account_id = a.id AND ap.superseded_at IS NULL \
        AND coalesce(lower(ap.valid) <= $3, true) AND coalesce(upper(ap.valid) > $3, true) \
    LEFT JOIN party p ON p.id = ap.party_id \
    LEFT JOIN risk_party s ON s.party_id = p.id \
    LEFT JOIN risk_party u ON u.risk_party_id = coalesce(s.risk_party_id, p.id) \
    LEFT JOIN party q ON q.id IN (u.party_id, u.risk_party_id) \
    LEFT JOIN portfolio f ON f.id = a.portfolio_id \
    WHERE a.legal_entity_id = $1 AND a.dunning_account_id = ANY($2) \
    GROUP BY a.dunning_account_id ORDER BY a.dunning_account_id";

fn group_rows(
    conn: &mut PgConnection,
    legal_entity: Uuid,
    groups: &[Uuid],
    on: NaiveDate,
) -> Outcome<Vec<GroupRow>> {
    let rows = diesel::sql_query(GROUPS)
        .bind::<SqlUuid, _>(legal_entity)
        .bind::<Array<SqlUuid>, _>(groups)
        .bind::<Date, _>(on)
        .load::<GroupFound>(conn)
        .map_err(db)?;
    let row = |r: GroupFound| GroupRow {
        group_id: r.group_id,
        scenario_code: r.scenario_code,
        segment: r.segment,
        country: r.country,
        language: r.language,
        portfolio: r.portfolio,
        insolvent: r.insolvent,
        vulnerable: r.vulnerable,
        intercompany: r.intercompany,
        source_nos: r.source_nos,
    };
    Ok(rows.into_iter().map(row).collect())
}

#[derive(QueryableByName)]
struct ItemFound {
    #[diesel(sql_type = SqlUuid)]
    group_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = Numeric)]
    open: Decimal,
    #[diesel(sql_type = Numeric)]
    original: Decimal,
    #[diesel(sql_type = Date)]
    issue_on: NaiveDate,
    #[diesel(sql_type = Date)]
    due_on: NaiveDate,
    #[diesel(sql_type = Nullable<Date>)]
    expected_pay_on: Option<NaiveDate>,
    #[diesel(sql_type = Bool)]
    disputed: bool,
    #[diesel(sql_type = Numeric)]
    covered: Decimal,
}

/// A returned or settled instrument no longer stands for its items; paper in another currency stands for all of an item. Each account's items are looked up by the index: left
/// alone, the planner would read all open items of the book for each chunk.
const ITEMS: &str = "WITH acc AS MATERIALIZED ( \
        SELECT a.id, a.dunning_account_id AS group_id FROM account a \
        WHERE a.legal_entity_id = $1 AND a.dunning_account_id = ANY($2)), \
    covered AS MATERIALIZED ( \
        SELECT ii.account_id, ii.receivable_id, sum(ii.amount) AS amount, min(i.currency) AS first, \
            max(i.currency) AS last FROM acc \
        JOIN instrument i ON i.account_id = acc.id AND i.status IN ('received', 'discounted', 'matured') \
        JOIN instrument_item ii ON ii.account_id = i.account_id AND ii.instrument_id = i.id \
        GROUP BY 1, 2) \
    SELECT acc.group_id, r.account_id, r.id, r.kind, r.currency, r.open_amount AS open, r.original_amount AS original, \
        r.issue_on, coalesce(r.agreed_due_on, r.due_on) AS due_on, r.expected_pay_on, r.disputed, \
        CASE WHEN c.receivable_id IS NULL THEN 0 WHEN c.first = r.currency AND c.last = r.currency THEN c.amount \
            ELSE greatest(r.open_amount, 0) END AS covered \
    FROM acc CROSS JOIN LATERAL (SELECT * FROM receivable o WHERE o.account_id = acc.id AND o.closed_on IS NULL \
        OFFSET 0) r \
    LEFT JOIN covered c ON c.account_id = r.account_id AND c.receivable_id = r.id";

fn items(conn: &mut PgConnection, legal_entity: Uuid, groups: &[Uuid]) -> Outcome<Vec<ItemRow>> {
    let rows = diesel::sql_query(ITEMS)
        .bind::<SqlUuid, _>(legal_entity)
        .bind::<Array<SqlUuid>, _>(groups)
        .load::<ItemFound>(conn)
        .map_err(db)?;
    let row = |r: ItemFound| {
        Ok(ItemRow {
            group_id: r.group_id,
            account_id: r.account_id,
            id: r.id,
            kind: stored(&r.kind)?,
            currency: Currency::parse("currency", &r.currency)?,
            open: r.open,
            original: r.original,
            issue_on: r.issue_on,
            due_on: r.due_on,
            expected_pay_on: r.expected_pay_on,
            disputed: r.disputed,
            covered: r.covered,
        })
    };
    rows.into_iter().map(row).collect()
}

#[derive(QueryableByName)]
struct ProposalFound {
    #[diesel(sql_type = SqlUuid)]
    group_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    action_id: Uuid,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = Jsonb)]
    act: Value,
}

fn proposals(conn: &mut PgConnection, groups: &[Uuid], without: &[Uuid]) -> Outcome<Vec<ProposalRow>> {
    let rows = diesel::sql_query(
        "SELECT a.account_id AS group_id, a.id AS action_id, a.currency, d.items AS act FROM action a \
         JOIN decision d ON d.account_id = a.account_id AND d.decided_on = a.decided_on AND d.id = a.decision_id \
         WHERE a.account_id = ANY($1) AND a.state = 'proposed' AND a.decision_id <> ALL($2) \
         ORDER BY a.account_id, a.id",
    )
    .bind::<Array<SqlUuid>, _>(groups)
    .bind::<Array<SqlUuid>, _>(without)
    .load::<ProposalFound>(conn)
    .map_err(db)?;
    let row = |r: ProposalFound| {
        let currency = Currency::parse("currency", &r.currency)?;
        Ok(ProposalRow { group_id: r.group_id, action_id: r.action_id, currency, act: r.act })
    };
    rows.into_iter().map(row).collect()
}

#[derive(QueryableByName)]
struct BlockFound {
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    receivable_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    reason: String,
    #[diesel(sql_type = Nullable<Date>)]
    until: Option<NaiveDate>,
}

fn blocks(
    conn: &mut PgConnection,
    legal_entity: Uuid,
    groups: &[Uuid],
    on: NaiveDate,
) -> Outcome<Vec<BlockRow>> {
    let rows = diesel::sql_query(
        "SELECT b.account_id, b.receivable_id, b.reason, upper(b.valid) - 1 AS until FROM account a \
         JOIN block b ON b.account_id = a.id AND b.superseded_at IS NULL AND b.valid @> $3 \
         WHERE a.legal_entity_id = $1 AND a.dunning_account_id = ANY($2)",
    )
    .bind::<SqlUuid, _>(legal_entity)
    .bind::<Array<SqlUuid>, _>(groups)
    .bind::<Date, _>(on)
    .load::<BlockFound>(conn)
    .map_err(db)?;
    let row = |r: BlockFound| {
        let reason = stored(&r.reason)?;
        Ok(BlockRow { account_id: r.account_id, receivable_id: r.receivable_id, reason, until: r.until })
    };
    rows.into_iter().map(row).collect()
}

#[derive(QueryableByName)]
struct StandingFound {
    #[diesel(sql_type = SqlUuid)]
    group_id: Uuid,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = Text)]
    outcome: String,
    #[diesel(sql_type = Text)]
    reason_code: String,
    #[diesel(sql_type = SqlUuid)]
    decision_id: Uuid,
    #[diesel(sql_type = Date)]
    decided_on: NaiveDate,
}

fn standings(conn: &mut PgConnection, groups: &[Uuid]) -> Outcome<Vec<StandingRow>> {
    let rows = diesel::sql_query(
        "SELECT account_id AS group_id, currency, outcome, reason_code, decision_id, decided_on FROM dunning_standing \
         WHERE account_id = ANY($1)",
    )
    .bind::<Array<SqlUuid>, _>(groups)
    .load::<StandingFound>(conn)
    .map_err(db)?;
    let row = |r: StandingFound| {
        Ok(StandingRow {
            group_id: r.group_id,
            currency: Currency::parse("currency", &r.currency)?,
            outcome: r.outcome,
            reason_code: r.reason_code,
            decision_id: r.decision_id,
            decided_on: r.decided_on,
        })
    };
    rows.into_iter().map(row).collect()
}
