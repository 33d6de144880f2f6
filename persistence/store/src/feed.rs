//! The sequencer and the feed: numbers are given to what is found committed, outside every command.
//!
//! Kept out of the commands' transactions because one chain head updated by all of them would serialise them.

use app::events::SequencedEvent;
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use kernel::id::EventId;
use kernel::{Error, Outcome};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::error::db;
use crate::locks;
use crate::tx::TxError;

#[derive(QueryableByName)]
struct EventRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    recorded_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    subject_kind: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    subject_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    account_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    legal_entity_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    actor_kind: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    actor_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    actor_name: String,
    #[diesel(sql_type = Nullable<Text>)]
    reason: Option<String>,
    #[diesel(sql_type = Text)]
    request_id: String,
    #[diesel(sql_type = Binary)]
    digest: Vec<u8>,
}

#[derive(QueryableByName)]
struct Head {
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Binary)]
    hash: Vec<u8>,
}

const EVENT_COLUMNS: &str = "e.id, e.recorded_at, e.kind, e.subject_kind, e.subject_id, e.account_id, \
    e.legal_entity_id, e.actor_kind, e.actor_id, e.actor_name, e.reason, e.request_id, e.digest";

/// Numbers and chains at most `limit` events; 0 when another instance is at it.
pub(crate) fn sequence(conn: &mut PgConnection, limit: u32) -> Result<u32, TxError> {
    if !locks::is_free(conn, locks::SEQUENCER)? {
        return Ok(0);
    }
    let waiting = diesel::sql_query(format!(
        "WITH taken AS (DELETE FROM event_unsequenced WHERE no IN \
             (SELECT no FROM event_unsequenced ORDER BY no LIMIT $1) RETURNING no, event_id, recorded_at) \
         SELECT {EVENT_COLUMNS} FROM taken JOIN event e ON e.id = taken.event_id AND e.recorded_at = taken.recorded_at \
         ORDER BY taken.no"
    ))
    .bind::<Integer, _>(i32::try_from(limit).unwrap_or(i32::MAX))
    .load::<EventRow>(conn)?;
    let Some(count) = u32::try_from(waiting.len()).ok().filter(|n| *n > 0) else { return Ok(0) };
    let head = diesel::sql_query("SELECT seq, hash FROM event_chain ORDER BY seq DESC LIMIT 1")
        .get_result::<Head>(conn)
        .optional()?;
    let (mut seq, mut hash) = head.map_or((0, vec![0; 32]), |h| (h.seq, h.hash));
    let mut columns = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for row in &waiting {
        seq += 1;
        hash = chain(&hash, seq, row);
        columns.0.push(seq);
        columns.1.push(row.id);
        columns.2.push(row.recorded_at);
        columns.3.push(hash.clone());
    }
    diesel::sql_query(
        "INSERT INTO event_chain (seq, event_id, recorded_at, hash) \
         SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::timestamptz[], $4::bytea[])",
    )
    .bind::<Array<BigInt>, _>(columns.0)
    .bind::<Array<SqlUuid>, _>(columns.1)
    .bind::<Array<Timestamptz>, _>(columns.2)
    .bind::<Array<Binary>, _>(columns.3)
    .execute(conn)?;
    Ok(count)
}

/// hash = SHA-256(previous, seq, every field of the event with its length). Absent and empty differ by the length.
fn chain(previous: &[u8], seq: i64, row: &EventRow) -> Vec<u8> {
    let mut hasher = Sha256::new().chain_update(previous).chain_update(seq.to_be_bytes());
    let mut field = |bytes: Option<&[u8]>| {
        let length = bytes.map_or(u64::MAX, |b| u64::try_from(b.len()).unwrap_or(u64::MAX - 1));
        hasher.update(length.to_be_bytes());
        hasher.update(bytes.unwrap_or_default());
    };
    let ids = [Some(row.id), row.subject_id, row.account_id, row.legal_entity_id, row.actor_id];
    for id in &ids {
        field(id.as_ref().map(|id| id.as_bytes().as_slice()));
    }
    field(Some(&row.recorded_at.timestamp_micros().to_be_bytes()));
    for text in [&row.kind, &row.subject_kind, &row.actor_kind, &row.actor_name, &row.request_id] {
        field(Some(text.as_bytes()));
    }
    field(row.reason.as_deref().map(str::as_bytes));
    field(Some(&row.digest));
    hasher.finalize().to_vec()
}

#[derive(QueryableByName)]
struct FeedRow {
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Binary)]
    hash: Vec<u8>,
    #[diesel(sql_type = Nullable<Text>)]
    payload: Option<String>,
    #[diesel(embed)]
    event: EventRow,
}

/// Events after a number, in order.
pub(crate) fn events_after(conn: &mut PgConnection, after: i64, limit: u32) -> Outcome<Vec<SequencedEvent>> {
    let rows = diesel::sql_query(format!(
        "SELECT c.seq, c.hash, p.payload, {EVENT_COLUMNS} FROM event_chain c \
         JOIN event e ON e.id = c.event_id AND e.recorded_at = c.recorded_at \
         LEFT JOIN event_payload p ON p.event_id = c.event_id WHERE c.seq > $1 ORDER BY c.seq LIMIT $2"
    ))
    .bind::<BigInt, _>(after)
    .bind::<Integer, _>(i32::try_from(limit).unwrap_or(i32::MAX))
    .load::<FeedRow>(conn)
    .map_err(db)?;
    rows.into_iter().map(sequenced).collect()
}

fn sequenced(row: FeedRow) -> Outcome<SequencedEvent> {
    let FeedRow { seq, hash, payload, event } = row;
    let hash = hash.try_into().map_err(|found: Vec<u8>| {
        let cause = format!("event_chain {seq}: a hash of {} bytes", found.len());
        Error::new(&app::codes::INTERNAL).caused_by(cause)
    })?;
    Ok(SequencedEvent {
        seq,
        id: EventId(event.id),
        recorded_at: event.recorded_at,
        kind: event.kind,
        subject_kind: event.subject_kind,
        subject_id: event.subject_id,
        account_id: event.account_id,
        legal_entity_id: event.legal_entity_id,
        actor_kind: event.actor_kind,
        actor_name: event.actor_name,
        reason: event.reason,
        request_id: event.request_id,
        payload,
        hash,
    })
}

#[derive(QueryableByName)]
struct VerifyRow {
    #[diesel(sql_type = Nullable<Binary>)]
    salt: Option<Vec<u8>>,
    #[diesel(embed)]
    feed: FeedRow,
}

/// The first position at which the chain does not hold, and how many events were checked.
pub(crate) fn verify_chain(conn: &mut PgConnection) -> Outcome<(i64, Option<(i64, String)>)> {
    let (mut after, mut hash, mut checked) = (0, vec![0; 32], 0);
    loop {
        let rows = diesel::sql_query(format!(
            "SELECT c.seq, c.hash, p.payload, p.salt, {EVENT_COLUMNS} FROM event_chain c \
             JOIN event e ON e.id = c.event_id AND e.recorded_at = c.recorded_at \
             LEFT JOIN event_payload p ON p.event_id = c.event_id WHERE c.seq > $1 ORDER BY c.seq LIMIT 5000"
        ))
        .bind::<BigInt, _>(after)
        .load::<VerifyRow>(conn)
        .map_err(db)?;
        if rows.is_empty() {
            // An event that was removed takes its link out of what was just read, at the end without leaving a gap.
            let end = newest_number(conn)?;
            return Ok((checked, (end > after).then(|| (after + 1, "the event is gone".to_owned()))));
        }
        for VerifyRow { salt, feed } in rows {
            hash = chain(&hash, after + 1, &feed.event);
            let broken = broken_at(after + 1, &hash, salt.as_deref(), &feed);
            if let Some(why) = broken {
                return Ok((checked, Some((after + 1, why.to_owned()))));
            }
            after = feed.seq;
            checked += 1;
        }
    }
}

#[derive(QueryableByName)]
struct Newest {
    #[diesel(sql_type = BigInt)]
    seq: i64,
}

fn newest_number(conn: &mut PgConnection) -> Outcome<i64> {
    let newest = diesel::sql_query("SELECT coalesce(max(seq), 0) AS seq FROM event_chain");
    newest.get_result::<Newest>(conn).map(|newest| newest.seq).map_err(db)
}

fn broken_at(expected: i64, hash: &[u8], salt: Option<&[u8]>, row: &FeedRow) -> Option<&'static str> {
    if row.seq != expected {
        return Some("a number is missing");
    }
    if row.hash != hash {
        return Some("the event was altered");
    }
    match (salt, &row.payload) {
        (Some(salt), Some(payload))
            if crate::events::digest(salt, payload).as_slice() != row.event.digest =>
        {
            Some("the payload was altered")
        }
        _ => None,
    }
}
