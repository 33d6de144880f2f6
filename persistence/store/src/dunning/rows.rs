//! What a chunk writes: COPY for everything new, one statement for the standings.

use std::io::Write as _;

use app::dunning::chunk::{ChunkRows, ContactRow, DecisionRow};
use app::dunning::run::Run;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::Jsonb;
use kernel::id::EventId;
use kernel::text_enum::TextEnum as _;
use kernel::{Decimal, Outcome};
use schema::{action, decision, dunning_run_chunk, message, message_item};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::error::db;

/// A JSON text written as it is.
#[derive(Debug, AsExpression)]
#[diesel(sql_type = Jsonb)]
struct JsonText<'r>(&'r str);

impl ToSql<Jsonb, Pg> for JsonText<'_> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        // The one version there is of the binary form: the text follows.
        out.write_all(&[1])?;
        out.write_all(self.0.as_bytes())?;
        Ok(IsNull::No)
    }
}

/// Every column, because COPY fills no defaults in.
#[derive(Insertable)]
#[diesel(table_name = decision)]
#[diesel(treat_none_as_default_value = false)]
struct DecisionCopy<'r> {
    account_id: Uuid,
    id: Uuid,
    decided_on: NaiveDate,
    run_id: Uuid,
    dry_run: bool,
    currency: &'r str,
    outcome: &'static str,
    reason_code: &'static str,
    step_code: Option<&'r str>,
    step_no: Option<i16>,
    total_amount: Decimal,
    credits_amount: Decimal,
    item_count: i32,
    days_overdue_max: i32,
    scenario_code: &'r str,
    scenario_version: i32,
    items: JsonText<'r>,
    reasons: JsonText<'r>,
    counterfactual: JsonText<'r>,
    facts: JsonText<'r>,
    hash: &'r [u8],
    recorded_at: DateTime<Utc>,
}

impl<'r> DecisionCopy<'r> {
    fn new(row: &'r DecisionRow, run: &Run, now: DateTime<Utc>) -> Self {
        Self {
            account_id: row.account_id,
            id: row.id,
            decided_on: row.decided_on,
            run_id: run.id,
            dry_run: run.dry_run,
            currency: row.currency.as_str(),
            outcome: row.outcome.as_str(),
            reason_code: row.reason_code,
            step_code: row.step_code.as_deref(),
            step_no: row.step_no,
            total_amount: row.total_amount,
            credits_amount: row.credits_amount,
            item_count: row.item_count,
            days_overdue_max: row.days_overdue_max,
            scenario_code: &row.scenario_code,
            scenario_version: row.scenario_version,
            items: JsonText(&row.items),
            reasons: JsonText(&row.reasons),
            counterfactual: JsonText(&row.counterfactual),
            facts: JsonText(&row.facts),
            hash: &row.hash,
            recorded_at: now,
        }
    }
}

#[derive(Insertable)]
#[diesel(table_name = action)]
#[diesel(treat_none_as_default_value = false)]
struct ActionCopy<'r> {
    account_id: Uuid,
    id: Uuid,
    legal_entity_id: Uuid,
    decision_id: Uuid,
    decided_on: NaiveDate,
    run_id: Uuid,
    kind: &'static str,
    mode: &'static str,
    state: &'static str,
    state_reason: Option<&'static str>,
    scenario_code: &'r str,
    step_code: &'r str,
    step_no: i16,
    template_code: &'r str,
    purpose: &'r str,
    language: Option<&'r str>,
    currency: &'r str,
    total_amount: Decimal,
    item_count: i32,
    edit: Option<Value>,
    edited_by: Option<Uuid>,
    decided_by: Option<Uuid>,
    version: i64,
    created_at: DateTime<Utc>,
    event_id: Uuid,
}

impl<'r> ActionCopy<'r> {
    fn new(row: &'r ContactRow, run: &Run, (now, event): (DateTime<Utc>, EventId)) -> Self {
        Self {
            account_id: row.account_id,
            id: row.action_id,
            legal_entity_id: row.legal_entity_id,
            decision_id: row.decision_id,
            decided_on: row.decided_on,
            run_id: run.id,
            kind: row.channel,
            mode: row.mode.as_str(),
            state: if row.message_id.is_some() { "approved" } else { "proposed" },
            state_reason: None,
            scenario_code: &row.scenario_code,
            step_code: &row.step_code,
            step_no: row.step_no,
            template_code: &row.template_code,
            purpose: &row.purpose,
            language: row.language.as_deref(),
            currency: row.currency.as_str(),
            total_amount: row.total_amount,
            item_count: row.item_count,
            edit: None,
            edited_by: None,
            decided_by: None,
            version: 1,
            created_at: now,
            event_id: event.0,
        }
    }
}

#[derive(Insertable)]
#[diesel(table_name = message)]
#[diesel(treat_none_as_default_value = false)]
struct MessageCopy<'r> {
    account_id: Uuid,
    id: Uuid,
    legal_entity_id: Uuid,
    action_id: Uuid,
    decision_id: Uuid,
    decided_on: NaiveDate,
    channel: &'static str,
    purpose: &'r str,
    template_code: &'r str,
    language: Option<&'r str>,
    currency: &'r str,
    total_amount: Decimal,
    step_code: &'r str,
    step_no: i16,
    state: &'static str,
    not_before: DateTime<Utc>,
    note: Option<&'r str>,
    planned_at: DateTime<Utc>,
    version: i64,
    event_id: Uuid,
}

#[derive(Insertable)]
#[diesel(table_name = message_item)]
#[diesel(treat_none_as_default_value = false)]
struct MessageItemCopy<'r> {
    account_id: Uuid,
    message_id: Uuid,
    item_account_id: Uuid,
    receivable_id: Uuid,
    step_code: Option<&'r str>,
    step_no: Option<i16>,
    amount: Decimal,
    credit: bool,
    sent_on: Option<NaiveDate>,
}

pub(super) fn write_chunk(
    conn: &mut PgConnection,
    run: &Run,
    rows: &ChunkRows,
    event: EventId,
) -> Outcome<()> {
    diesel::insert_into(dunning_run_chunk::table)
        .values((
            dunning_run_chunk::run_id.eq(run.id),
            dunning_run_chunk::chunk_no.eq(rows.chunk_no),
            dunning_run_chunk::last_account_id.eq(rows.last_account_id),
            dunning_run_chunk::group_count.eq(i32::try_from(rows.counts.groups).unwrap_or(i32::MAX)),
            dunning_run_chunk::hashes.eq(&rows.hashes),
            dunning_run_chunk::recorded_at.eq(rows.now),
            dunning_run_chunk::event_id.eq(event.0),
        ))
        .execute(conn)
        .map_err(db)?;
    let decisions = rows.decisions.iter().map(|d| DecisionCopy::new(d, run, rows.now)).collect::<Vec<_>>();
    if !decisions.is_empty() {
        diesel::copy_from(decision::table).from_insertable(decisions).execute(conn).map_err(db)?;
    }
    if rows.dry_run {
        return Ok(());
    }
    super::actions::withdraw(conn, &rows.withdrawn, event)?;
    let stamp = (rows.now, event);
    let actions = rows.contacts.iter().map(|c| ActionCopy::new(c, run, stamp)).collect::<Vec<_>>();
    if !actions.is_empty() {
        diesel::copy_from(action::table).from_insertable(actions).execute(conn).map_err(db)?;
    }
    write_messages(conn, rows, event)?;
    write_standings(conn, rows)
}

/// The messages of the contacts that need no person any more.
pub(super) fn write_messages(conn: &mut PgConnection, rows: &ChunkRows, event: EventId) -> Outcome<()> {
    let planned = || rows.contacts.iter().filter_map(|c| Some((c, c.message_id?)));
    let messages = planned().map(|(c, id)| message_of(c, id, (rows.now, event))).collect::<Vec<_>>();
    if messages.is_empty() {
        return Ok(());
    }
    diesel::copy_from(message::table).from_insertable(messages).execute(conn).map_err(db)?;
    let items = planned().flat_map(|(c, id)| items_of(c, id)).collect::<Vec<_>>();
    diesel::copy_from(message_item::table).from_insertable(items).execute(conn).map(drop).map_err(db)
}

fn message_of(row: &ContactRow, id: Uuid, (now, event): (DateTime<Utc>, EventId)) -> MessageCopy<'_> {
    MessageCopy {
        account_id: row.account_id,
        id,
        legal_entity_id: row.legal_entity_id,
        action_id: row.action_id,
        decision_id: row.decision_id,
        decided_on: row.decided_on,
        channel: row.channel,
        purpose: &row.purpose,
        template_code: &row.template_code,
        language: row.language.as_deref(),
        currency: row.currency.as_str(),
        total_amount: row.total_amount,
        step_code: &row.step_code,
        step_no: row.step_no,
        state: "planned",
        not_before: now,
        note: row.note.as_deref(),
        planned_at: now,
        version: 1,
        event_id: event.0,
    }
}

fn items_of(row: &ContactRow, message: Uuid) -> impl Iterator<Item = MessageItemCopy<'_>> {
    row.items.iter().map(move |i| MessageItemCopy {
        account_id: row.account_id,
        message_id: message,
        item_account_id: i.account_id,
        receivable_id: i.receivable_id,
        step_code: i.step_code.as_deref(),
        step_no: i.step_no,
        amount: i.amount,
        credit: i.credit,
        sent_on: None,
    })
}

fn write_standings(conn: &mut PgConnection, rows: &ChunkRows) -> Outcome<()> {
    if rows.standings.is_empty() {
        return Ok(());
    }
    let changes = rows
        .standings
        .iter()
        .map(|s| {
            json!({ "account_id": s.account_id, "currency": s.currency.as_str(), "outcome": s.outcome,
                "reason_code": s.reason_code, "step_code": s.step_code, "decision_id": s.decision_id,
                "decided_on": s.decided_on })
        })
        .collect::<Value>();
    diesel::sql_query(
        "INSERT INTO dunning_standing (account_id, currency, outcome, reason_code, step_code, decision_id, decided_on) \
         SELECT account_id, currency, outcome, reason_code, step_code, decision_id, decided_on \
         FROM jsonb_to_recordset($1) AS c (account_id uuid, currency text, outcome text, reason_code text, \
             step_code text, decision_id uuid, decided_on date) \
         ON CONFLICT (account_id, currency) DO UPDATE SET outcome = excluded.outcome, \
             reason_code = excluded.reason_code, step_code = excluded.step_code, \
             decision_id = excluded.decision_id, decided_on = excluded.decided_on",
    )
    .bind::<Jsonb, _>(changes)
    .execute(conn)
    .map(drop)
    .map_err(db)
}
