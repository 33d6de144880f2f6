//! The attempt ledger.

use app::messages::store::{AttemptEnd, Frozen};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Binary, Date, Integer, Nullable, Numeric, Text, Timestamptz, Uuid as SqlUuid,
};
use kernel::id::EventId;
use kernel::text_enum::TextEnum as _;
use kernel::{Instant, Outcome};
use uuid::Uuid;

use super::lines;
use crate::error::db;

#[derive(QueryableByName)]
struct TriedRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    reserved_at: Instant,
}

#[derive(QueryableByName)]
struct LostRow {
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    message_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

pub(super) fn reserve(conn: &mut PgConnection, frozen: &Frozen, now: Instant, event: EventId) -> Outcome<()> {
    diesel::sql_query(
        "UPDATE message SET state = $3, template_version = $4, language = $5, contact_id = $6, recipient = $7, \
             subject = $8, content_hash = $9, attachment_hash = $10, reserved_at = $11, waiting_for = NULL, \
             version = version + 1, event_id = $12 WHERE account_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(frozen.account_id)
    .bind::<SqlUuid, _>(frozen.message_id)
    .bind::<Text, _>(frozen.state.as_str())
    .bind::<Integer, _>(frozen.template_version)
    .bind::<Text, _>(&frozen.language)
    .bind::<Nullable<SqlUuid>, _>(frozen.contact_id)
    .bind::<Text, _>(&frozen.recipient)
    .bind::<Text, _>(&frozen.subject)
    .bind::<Binary, _>(&frozen.content_hash[..])
    .bind::<Binary, _>(&frozen.attachment_hash[..])
    .bind::<Timestamptz, _>(now)
    .bind::<SqlUuid, _>(event.0)
    .execute(conn)
    .map_err(db)?;
    if let Some(said) = &frozen.restated {
        lines::restate(conn, (frozen.account_id, frozen.message_id), said)?;
    }
    claim_compensation(conn, frozen)?;
    // A try after a proven failure writes what it says anew.
    diesel::sql_query(
        "INSERT INTO message_content (account_id, message_id, text_body, html_body, letter_pdf, mime) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (account_id, message_id) DO UPDATE SET \
         text_body = excluded.text_body, html_body = excluded.html_body, letter_pdf = excluded.letter_pdf, \
         mime = excluded.mime",
    )
    .bind::<SqlUuid, _>(frozen.account_id)
    .bind::<SqlUuid, _>(frozen.message_id)
    .bind::<Text, _>(&frozen.text)
    .bind::<Nullable<Text>, _>(frozen.html.as_deref())
    .bind::<Nullable<Binary>, _>(frozen.letter.as_deref())
    .bind::<Nullable<Binary>, _>(frozen.mail.as_ref().map(|mail| &mail.mime))
    .execute(conn)
    .map_err(db)?;
    diesel::sql_query(
        "INSERT INTO attempt (account_id, id, message_id, reserved_at, state, relay, message_header_id, event_id) \
         VALUES ($1, $2, $3, $4, 'reserved', $5, $6, $7)",
    )
    .bind::<SqlUuid, _>(frozen.account_id)
    .bind::<SqlUuid, _>(frozen.attempt_id)
    .bind::<SqlUuid, _>(frozen.message_id)
    .bind::<Timestamptz, _>(now)
    .bind::<Text, _>(&frozen.relay)
    .bind::<Nullable<Text>, _>(frozen.mail.as_ref().map(|mail| &mail.header_id))
    .bind::<SqlUuid, _>(event.0)
    .execute(conn)
    .map(drop)
    .map_err(db)
}

/// Notes the fixed sums beside the lines they are claimed with; a try after a failure may claim others.
fn claim_compensation(conn: &mut PgConnection, frozen: &Frozen) -> Outcome<()> {
    diesel::sql_query(
        "UPDATE message_item i SET compensation_amount = (SELECT c.amount FROM unnest($3, $4, $5) AS c (account, id, amount) \
                 WHERE c.account = i.item_account_id AND c.id = i.receivable_id) \
         WHERE i.account_id = $1 AND i.message_id = $2 AND (i.compensation_amount IS NOT NULL OR i.receivable_id = ANY($4))",
    )
    .bind::<SqlUuid, _>(frozen.account_id)
    .bind::<SqlUuid, _>(frozen.message_id)
    .bind::<Array<SqlUuid>, _>(frozen.compensated.iter().map(|c| c.account_id).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(frozen.compensated.iter().map(|c| c.receivable_id).collect::<Vec<_>>())
    .bind::<Array<Numeric>, _>(frozen.compensated.iter().map(|c| c.amount).collect::<Vec<_>>())
    .execute(conn)
    .map(drop)
    .map_err(db)
}

pub(super) fn last(
    conn: &mut PgConnection,
    account: Uuid,
    message: Uuid,
) -> Outcome<Option<(Uuid, Instant)>> {
    let found = diesel::sql_query(
        "SELECT id, reserved_at FROM attempt WHERE account_id = $1 AND message_id = $2 ORDER BY reserved_at DESC, id DESC LIMIT 1",
    )
    .bind::<SqlUuid, _>(account)
    .bind::<SqlUuid, _>(message)
    .get_result::<TriedRow>(conn)
    .optional()
    .map_err(db)?;
    Ok(found.map(|row| (row.id, row.reserved_at)))
}

pub(super) fn end(
    conn: &mut PgConnection,
    end: &AttemptEnd<'_>,
    now: Instant,
    event: EventId,
) -> Outcome<()> {
    let (resolved_by, note) = end.resolved.unzip();
    diesel::sql_query(
        "UPDATE attempt SET state = $3, response = coalesce(nullif($4, ''), response), finished_at = $5, \
             resolved_by = $6, resolution_note = $7, event_id = $8 WHERE account_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(end.account_id)
    .bind::<SqlUuid, _>(end.attempt_id)
    .bind::<Text, _>(end.attempt_state.as_str())
    .bind::<Text, _>(end.response)
    .bind::<Timestamptz, _>(now)
    .bind::<Nullable<SqlUuid>, _>(resolved_by)
    .bind::<Nullable<Text>, _>(note)
    .bind::<SqlUuid, _>(event.0)
    .execute(conn)
    .map_err(db)?;
    diesel::sql_query(
        "UPDATE message SET state = $3, state_reason = $4, waiting_for = CASE WHEN $3 = 'planned' THEN $4 END, \
             not_before = coalesce($5, not_before), sent_at = coalesce($6, sent_at), \
             contact_id = CASE WHEN $5 IS NULL THEN contact_id ELSE $8 END, \
             language = CASE WHEN $5 IS NULL THEN language ELSE $9 END, \
             version = version + 1, event_id = $7 WHERE account_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(end.account_id)
    .bind::<SqlUuid, _>(end.message_id)
    .bind::<Text, _>(end.message_state.as_str())
    .bind::<Nullable<Text>, _>(end.reason)
    .bind::<Nullable<Timestamptz>, _>(end.again.map(|(at, _)| at))
    .bind::<Nullable<Timestamptz>, _>(end.sent.map(|(at, _)| at))
    .bind::<SqlUuid, _>(event.0)
    .bind::<Nullable<SqlUuid>, _>(end.again.and_then(|(_, asked)| asked.contact_id))
    .bind::<Nullable<Text>, _>(end.again.and_then(|(_, asked)| asked.language.as_deref()))
    .execute(conn)
    .map_err(db)?;
    if let Some((_, on)) = end.sent {
        remember_send(conn, end, on)?;
    }
    let action = match end.message_state.as_str() {
        "sent" | "delivered" => ("executed", None),
        "failed" => ("failed", Some(end.response)),
        _ => return Ok(()),
    };
    end_action(conn, (end.account_id, end.message_id), action, event)
}

/// The schedule is derived from this date alone.
fn remember_send(conn: &mut PgConnection, end: &AttemptEnd<'_>, on: kernel::Date) -> Outcome<()> {
    diesel::sql_query("UPDATE message_item SET sent_on = $3 WHERE account_id = $1 AND message_id = $2")
        .bind::<SqlUuid, _>(end.account_id)
        .bind::<SqlUuid, _>(end.message_id)
        .bind::<Date, _>(on)
        .execute(conn)
        .map(drop)
        .map_err(db)
}

/// Moves the action that a message carries out.
pub(super) fn end_action(
    conn: &mut PgConnection,
    (account, message): (Uuid, Uuid),
    (state, reason): (&str, Option<&str>),
    event: EventId,
) -> Outcome<()> {
    diesel::sql_query(
        "UPDATE action a SET state = $3, state_reason = $4, version = a.version + 1, event_id = $5 \
         FROM message m \
         WHERE m.account_id = $1 AND m.id = $2 AND a.account_id = m.account_id AND a.id = m.action_id",
    )
    .bind::<SqlUuid, _>(account)
    .bind::<SqlUuid, _>(message)
    .bind::<Text, _>(state)
    .bind::<Nullable<Text>, _>(reason)
    .bind::<SqlUuid, _>(event.0)
    .execute(conn)
    .map(drop)
    .map_err(db)
}

pub(super) fn lost(conn: &mut PgConnection, before: Instant, limit: i64) -> Outcome<Vec<(Uuid, Uuid, Uuid)>> {
    let rows = diesel::sql_query(
        "WITH lost AS (SELECT account_id, id FROM message WHERE state = 'reserved' AND reserved_at < $1 \
             ORDER BY reserved_at LIMIT $2 FOR UPDATE SKIP LOCKED) \
         SELECT a.account_id, a.message_id, a.id FROM attempt a JOIN lost ON lost.account_id = a.account_id \
             AND lost.id = a.message_id WHERE a.state = 'reserved'",
    )
    .bind::<Timestamptz, _>(before)
    .bind::<BigInt, _>(limit)
    .load::<LostRow>(conn)
    .map_err(db)?;
    Ok(rows.into_iter().map(|row| (row.account_id, row.message_id, row.id)).collect())
}
