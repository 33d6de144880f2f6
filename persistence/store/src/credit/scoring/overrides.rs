//! Overrides of ratings.

use app::credit::scoring::overrides::RatingOverride;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use kernel::id::{EventId, RatingOverrideId};
use kernel::{Instant, Outcome};
use schema::rating_override;
use uuid::Uuid;

use super::facts::SAME_RISK;
use crate::credit::groups::same_risk;
use crate::error::db;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    party_id: Uuid,
    #[diesel(sql_type = Text)]
    scorecard_code: String,
    #[diesel(sql_type = Text)]
    class: String,
    #[diesel(sql_type = Text)]
    reason: String,
    #[diesel(sql_type = Date)]
    starts_on: NaiveDate,
    #[diesel(sql_type = Date)]
    ends_on: NaiveDate,
    #[diesel(sql_type = Text)]
    set_by: String,
    #[diesel(sql_type = Timestamptz)]
    recorded_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    superseded_at: Option<DateTime<Utc>>,
}

impl Row {
    fn into_override(self) -> RatingOverride {
        RatingOverride {
            id: self.id,
            party_id: self.party_id,
            scorecard_code: self.scorecard_code,
            class: self.class,
            reason: self.reason,
            from: self.starts_on,
            until: self.ends_on,
            set_by: self.set_by,
            recorded_at: self.recorded_at,
            ended_at: self.superseded_at,
        }
    }
}

const SELECT: &str = "SELECT id, party_id, scorecard_code, class, reason, lower(valid) AS starts_on, \
    upper(valid) - 1 AS ends_on, set_by, recorded_at, superseded_at FROM rating_override";

pub(super) fn on(
    conn: &mut PgConnection,
    party: Uuid,
    (scorecard, day, known_at): (&str, NaiveDate, Instant),
) -> Outcome<Vec<RatingOverride>> {
    let parties = same_risk(conn, &[party])?.into_keys().collect::<Vec<_>>();
    let found = diesel::sql_query(format!(
        "{SELECT} WHERE party_id = ANY($1) AND scorecard_code = $2 AND valid @> $3 AND recorded_at <= $4 \
         AND (superseded_at IS NULL OR superseded_at > $4) ORDER BY recorded_at, id"
    ))
    .bind::<Array<SqlUuid>, _>(parties)
    .bind::<Text, _>(scorecard)
    .bind::<Date, _>(day)
    .bind::<Timestamptz, _>(known_at)
    .load::<Row>(conn)
    .map_err(db)?;
    Ok(found.into_iter().map(Row::into_override).collect())
}

#[derive(QueryableByName)]
struct Class {
    #[diesel(sql_type = SqlUuid)]
    party_id: Uuid,
    #[diesel(sql_type = Text)]
    class: String,
}

/// Classes in force on a day, of many parties that stand for risks; of several words the one that began last.
pub(super) fn classes(
    conn: &mut PgConnection,
    parties: &[Uuid],
    (scorecard, day): (&str, NaiveDate),
) -> Outcome<Vec<(Uuid, String)>> {
    let found = diesel::sql_query(format!(
        "SELECT DISTINCT ON (u.risk) u.risk AS party_id, x.class FROM {SAME_RISK} JOIN rating_override x ON x.party_id = u.party_id \
         WHERE x.scorecard_code = $2 AND x.valid @> $3 AND x.superseded_at IS NULL \
         ORDER BY u.risk, lower(x.valid) DESC, x.recorded_at DESC, x.id DESC"
    ))
    .bind::<Array<SqlUuid>, _>(parties)
    .bind::<Text, _>(scorecard)
    .bind::<Date, _>(day)
    .load::<Class>(conn)
    .map_err(db)?;
    Ok(found.into_iter().map(|row| (row.party_id, row.class)).collect())
}

#[derive(QueryableByName)]
struct Setter {
    #[diesel(sql_type = SqlUuid)]
    actor_id: Uuid,
}

/// Who set the overrides that hold on a day for an account's party, a party or the head of a group, or for any that counts as one with it.
pub(super) fn set_by(conn: &mut PgConnection, holder: Uuid, day: NaiveDate) -> Outcome<Vec<Uuid>> {
    let found = diesel::sql_query(
        "WITH risk AS (SELECT coalesce((SELECT m.risk_party_id FROM risk_member m WHERE m.account_id = $1), $1) AS id) \
         SELECT DISTINCT e.actor_id FROM risk h \
             CROSS JOIN LATERAL (SELECT h.id UNION SELECT s.party_id FROM risk_party s WHERE s.risk_party_id = h.id) u \
             JOIN rating_override x ON x.party_id = u.id JOIN event e ON e.id = x.event_id AND e.recorded_at = x.recorded_at \
         WHERE x.valid @> $2 AND x.superseded_at IS NULL AND e.actor_id IS NOT NULL",
    )
    .bind::<SqlUuid, _>(holder)
    .bind::<Date, _>(day)
    .load::<Setter>(conn)
    .map_err(db)?;
    Ok(found.into_iter().map(|row| row.actor_id).collect())
}

/// Who put the scorecards into force by which the same are scored.
pub(super) fn scorecards_by(conn: &mut PgConnection, holder: Uuid) -> Outcome<Vec<Uuid>> {
    let found = diesel::sql_query(
        "WITH risk AS (SELECT coalesce((SELECT m.risk_party_id FROM risk_member m WHERE m.account_id = $1), $1) AS id) \
         SELECT DISTINCT e.actor_id FROM risk h JOIN score c ON c.party_id = h.id AND c.superseded_at IS NULL \
             JOIN rule_set s ON s.kind = 'scorecard' AND s.code = c.scorecard_code AND s.version = c.scorecard_version \
             JOIN event e ON e.id = s.event_id AND e.recorded_at = s.activated_at WHERE e.actor_id IS NOT NULL",
    )
    .bind::<SqlUuid, _>(holder)
    .load::<Setter>(conn)
    .map_err(db)?;
    Ok(found.into_iter().map(|row| row.actor_id).collect())
}

pub(super) fn insert(conn: &mut PgConnection, word: &RatingOverride, event: EventId) -> Outcome<()> {
    diesel::sql_query(
        "INSERT INTO rating_override (id, party_id, scorecard_code, class, reason, valid, set_by, recorded_at, event_id) \
         VALUES ($1, $2, $3, $4, $5, daterange($6, $7, '[]'), $8, $9, $10)",
    )
    .bind::<SqlUuid, _>(word.id)
    .bind::<SqlUuid, _>(word.party_id)
    .bind::<Text, _>(&word.scorecard_code)
    .bind::<Text, _>(&word.class)
    .bind::<Text, _>(&word.reason)
    .bind::<Date, _>(word.from)
    .bind::<Date, _>(word.until)
    .bind::<Text, _>(&word.set_by)
    .bind::<Timestamptz, _>(word.recorded_at)
    .bind::<SqlUuid, _>(event.0)
    .execute(conn)
    .map(drop)
    .map_err(db)
}

pub(super) fn for_update(conn: &mut PgConnection, id: Uuid) -> Outcome<RatingOverride> {
    let found = diesel::sql_query(format!("{SELECT} WHERE id = $1 FOR UPDATE"))
        .bind::<SqlUuid, _>(id)
        .get_result::<Row>(conn);
    let missing = || app::lists::not_found("rating_overrides", &RatingOverrideId(id).to_string());
    found.optional().map_err(db)?.ok_or_else(missing).map(Row::into_override)
}

pub(super) fn past(conn: &mut PgConnection, day: NaiveDate, limit: i64) -> Outcome<Vec<RatingOverride>> {
    let found = diesel::sql_query(format!(
        "{SELECT} WHERE upper(valid) <= $1 AND superseded_at IS NULL AND expired_at IS NULL \
         ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED"
    ))
    .bind::<Date, _>(day)
    .bind::<BigInt, _>(limit)
    .load::<Row>(conn)
    .map_err(db)?;
    Ok(found.into_iter().map(Row::into_override).collect())
}

pub(super) fn end(conn: &mut PgConnection, id: Uuid, (at, event): (Instant, EventId)) -> Outcome<()> {
    diesel::update(rating_override::table.find(id))
        .set((rating_override::superseded_at.eq(at), rating_override::event_id.eq(event.0)))
        .execute(conn)
        .map(drop)
        .map_err(db)
}

pub(super) fn expire(conn: &mut PgConnection, id: Uuid, (at, event): (Instant, EventId)) -> Outcome<()> {
    diesel::update(rating_override::table.find(id))
        .set((rating_override::expired_at.eq(at), rating_override::event_id.eq(event.0)))
        .execute(conn)
        .map(drop)
        .map_err(db)
}
