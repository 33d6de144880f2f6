//! Actions.

use app::dunning::actions::Action;
use app::dunning::edit::Edit;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Text, Uuid as SqlUuid};
use kernel::id::{ActionId, EventId};
use kernel::text_enum::TextEnum as _;
use kernel::{Decimal, Outcome};
use schema::action;
use serde_json::Value;
use uuid::Uuid;

use crate::error::db;
use crate::organisation::{from_json, json};
use crate::push::stored;

#[derive(Queryable, Selectable)]
#[diesel(table_name = action, check_for_backend(diesel::pg::Pg))]
struct ActionRow {
    account_id: Uuid,
    id: Uuid,
    legal_entity_id: Uuid,
    decision_id: Uuid,
    decided_on: NaiveDate,
    run_id: Uuid,
    kind: String,
    mode: String,
    state: String,
    state_reason: Option<String>,
    scenario_code: String,
    step_code: String,
    step_no: i16,
    template_code: String,
    purpose: String,
    language: Option<String>,
    currency: String,
    total_amount: Decimal,
    item_count: i32,
    edit: Option<Value>,
    edited_by: Option<Uuid>,
    decided_by: Option<Uuid>,
    version: i64,
    created_at: DateTime<Utc>,
}

pub(super) fn for_update(conn: &mut PgConnection, id: Uuid) -> Outcome<Action> {
    let found = action::table.filter(action::id.eq(id)).select(ActionRow::as_select()).for_update();
    let missing = || app::lists::not_found("actions", &ActionId(id).to_string());
    let row = found.first(conn).optional().map_err(db)?.ok_or_else(missing)?;
    Ok(Action {
        account_id: row.account_id,
        id: row.id,
        legal_entity_id: row.legal_entity_id,
        decision_id: row.decision_id,
        decided_on: row.decided_on,
        run_id: row.run_id,
        kind: stored(&row.kind)?,
        mode: stored(&row.mode)?,
        state: stored(&row.state)?,
        state_reason: row.state_reason,
        scenario_code: row.scenario_code,
        step_code: row.step_code,
        step_no: row.step_no,
        template_code: row.template_code,
        purpose: row.purpose,
        language: row.language,
        currency: row.currency,
        total_amount: row.total_amount,
        item_count: row.item_count,
        edit: row.edit.map(from_json::<Edit>).transpose()?,
        edited_by: row.edited_by,
        decided_by: row.decided_by,
        version: row.version,
        created_at: row.created_at,
    })
}

pub(super) fn save(conn: &mut PgConnection, saved: &Action, event: EventId) -> Outcome<()> {
    diesel::update(action::table.find((saved.account_id, saved.id)))
        .set((
            action::state.eq(saved.state.as_str()),
            action::state_reason.eq(saved.state_reason.as_deref()),
            action::edit.eq(saved.edit.as_ref().map(|e| json(&e)).transpose()?),
            action::edited_by.eq(saved.edited_by),
            action::decided_by.eq(saved.decided_by),
            action::version.eq(action::version + 1),
            action::event_id.eq(event.0),
        ))
        .execute(conn)
        .map(drop)
        .map_err(db)
}

/// Only those that are still proposals: a person may have been faster.
pub(super) fn withdraw(
    conn: &mut PgConnection,
    withdrawn: &[(Uuid, Uuid, String)],
    event: EventId,
) -> Outcome<()> {
    if withdrawn.is_empty() {
        return Ok(());
    }
    let accounts = withdrawn.iter().map(|w| w.0).collect::<Vec<_>>();
    let ids = withdrawn.iter().map(|w| w.1).collect::<Vec<_>>();
    let reasons = withdrawn.iter().map(|w| w.2.as_str()).collect::<Vec<_>>();
    diesel::sql_query(
        "UPDATE action a SET state = 'cancelled', state_reason = w.reason, version = a.version + 1, event_id = $4 \
         FROM unnest($1, $2, $3) AS w (account_id, id, reason) \
         WHERE a.account_id = w.account_id AND a.id = w.id AND a.state = 'proposed'",
    )
    .bind::<Array<SqlUuid>, _>(accounts)
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<Text>, _>(reasons)
    .bind::<SqlUuid, _>(event.0)
    .execute(conn)
    .map(drop)
    .map_err(db)
}
