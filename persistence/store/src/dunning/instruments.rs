//! Instruments whose maturity has come, as a set.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Date, Integer, Timestamptz, Uuid as SqlUuid};
use domain::receivables::instrument::RESULT_WITHIN_DAYS;
use kernel::id::EventId;
use kernel::{Instant, Outcome};
use uuid::Uuid;

use crate::error::db;

pub(super) fn mature(
    conn: &mut PgConnection,
    (legal_entity, on): (Uuid, NaiveDate),
    (now, event): (Instant, EventId),
) -> Outcome<()> {
    diesel::sql_query(
        "UPDATE instrument i SET status = 'matured', version = i.version + 1, event_id = $3 FROM account a \
         WHERE a.id = i.account_id AND a.legal_entity_id = $1 AND i.status IN ('received', 'discounted') \
             AND i.maturity_on < $2",
    )
    .bind::<SqlUuid, _>(legal_entity)
    .bind::<Date, _>(on)
    .bind::<SqlUuid, _>(event.0)
    .execute(conn)
    .map_err(db)?;
    // An alert that a person has resolved is not raised again for the same maturity.
    diesel::sql_query(
        "WITH silent AS (SELECT i.*, i.id || ' ' || i.maturity_on AS episode FROM instrument i \
             JOIN account a ON a.id = i.account_id AND a.legal_entity_id = $1 \
             WHERE i.status = 'matured' AND i.maturity_on < $2 - $5) \
         INSERT INTO alert (id, kind, episode_key, legal_entity_id, account_id, message, raised_at, event_id) \
         SELECT gen_random_uuid(), 'instrument_without_result', s.episode, $1, s.account_id, \
             format('%s %s of %s %s matured on %s and nobody says what became of it', s.kind, s.number, \
                 trim_scale(s.amount), s.currency, s.maturity_on), $3, $4 \
         FROM silent s WHERE NOT EXISTS (SELECT 1 FROM alert r WHERE r.kind = 'instrument_without_result' \
             AND r.episode_key = s.episode)",
    )
    .bind::<SqlUuid, _>(legal_entity)
    .bind::<Date, _>(on)
    .bind::<Timestamptz, _>(now)
    .bind::<SqlUuid, _>(event.0)
    .bind::<Integer, _>(i32::from(RESULT_WITHIN_DAYS))
    .execute(conn)
    .map(drop)
    .map_err(db)
}
