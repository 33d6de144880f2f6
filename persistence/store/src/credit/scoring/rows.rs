//! Scores: read as they are, written as a set.

use app::credit::scoring::score::ScoreRecord;
use app::credit::scoring::store::NewScore;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Text, Timestamptz, Uuid as SqlUuid};
use kernel::id::EventId;
use kernel::text_enum::TextEnum as _;
use kernel::{Decimal, Instant, Outcome};
use schema::score;
use serde_json::Value;
use uuid::Uuid;

use crate::error::db;
use crate::push::stored;

#[derive(Queryable, Selectable)]
#[diesel(table_name = score, check_for_backend(diesel::pg::Pg))]
struct ScoreRow {
    id: Uuid,
    party_id: Uuid,
    scorecard_code: String,
    scorecard_version: i32,
    scored_on: NaiveDate,
    outcome: String,
    points: Option<Decimal>,
    class: Option<String>,
    former_class: Option<String>,
    former_points: Option<Decimal>,
    reason: String,
    reason_of: Option<String>,
    explanation: Value,
    facts: Value,
    run_id: Option<Uuid>,
    recorded_at: DateTime<Utc>,
    superseded_at: Option<DateTime<Utc>>,
}

impl ScoreRow {
    fn into_record(self) -> Outcome<ScoreRecord> {
        Ok(ScoreRecord {
            id: self.id,
            party_id: self.party_id,
            scorecard_code: self.scorecard_code,
            scorecard_version: self.scorecard_version,
            scored_on: self.scored_on,
            outcome: stored(&self.outcome)?,
            points: self.points.map(|p| p.normalize()),
            class: self.class,
            former_class: self.former_class,
            former_points: self.former_points.map(|p| p.normalize()),
            reason: stored(&self.reason)?,
            reason_of: self.reason_of,
            explanation: self.explanation,
            facts: self.facts,
            run_id: self.run_id,
            recorded_at: self.recorded_at,
            superseded_at: self.superseded_at,
        })
    }
}

/// Every column, because COPY fills no defaults in.
#[derive(Insertable)]
#[diesel(table_name = score)]
#[diesel(treat_none_as_default_value = false)]
struct ScoreCopy<'r> {
    id: Uuid,
    party_id: Uuid,
    scorecard_code: &'r str,
    scorecard_version: i32,
    scored_on: NaiveDate,
    outcome: &'static str,
    points: Option<Decimal>,
    class: Option<&'r str>,
    former_class: Option<&'r str>,
    former_points: Option<Decimal>,
    reason: &'static str,
    reason_of: Option<&'r str>,
    explanation: &'r Value,
    facts: &'r Value,
    digest: &'r [u8],
    run_id: Option<Uuid>,
    recorded_at: DateTime<Utc>,
    superseded_at: Option<DateTime<Utc>>,
    event_id: Uuid,
}

impl<'r> ScoreCopy<'r> {
    fn new(NewScore { record, digest }: &'r NewScore, event: EventId) -> Self {
        Self {
            id: record.id,
            party_id: record.party_id,
            scorecard_code: &record.scorecard_code,
            scorecard_version: record.scorecard_version,
            scored_on: record.scored_on,
            outcome: record.outcome.as_str(),
            points: record.points,
            class: record.class.as_deref(),
            former_class: record.former_class.as_deref(),
            former_points: record.former_points,
            reason: record.reason.as_str(),
            reason_of: record.reason_of.as_deref(),
            explanation: &record.explanation,
            facts: &record.facts,
            digest,
            run_id: record.run_id,
            recorded_at: record.recorded_at,
            superseded_at: None,
            event_id: event.0,
        }
    }
}

pub(super) fn find(conn: &mut PgConnection, id: Uuid) -> Outcome<Option<ScoreRecord>> {
    let found = score::table.find(id).select(ScoreRow::as_select()).first(conn);
    found.optional().map_err(db)?.map(ScoreRow::into_record).transpose()
}

pub(super) fn at(
    conn: &mut PgConnection,
    party: Uuid,
    (scorecard, at): (&str, Instant),
) -> Outcome<Option<ScoreRecord>> {
    let found = score::table
        .filter(score::party_id.eq(party))
        .filter(score::scorecard_code.eq(scorecard))
        .filter(score::recorded_at.le(at))
        .filter(score::superseded_at.is_null().or(score::superseded_at.gt(at)))
        .order(score::recorded_at.desc())
        .select(ScoreRow::as_select())
        .first(conn);
    found.optional().map_err(db)?.map(ScoreRow::into_record).transpose()
}

/// All by one scorecard and at one instant.
pub(super) fn write(conn: &mut PgConnection, scores: &[NewScore], event: EventId) -> Outcome<()> {
    let Some(NewScore { record, .. }) = scores.first() else { return Ok(()) };
    // A person who scores one party and a run that scores all meet here; the lock ends with the transaction.
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('recobra.score'), hashtext($1))")
        .bind::<Text, _>(&record.scorecard_code)
        .execute(conn)
        .map_err(db)?;
    let parties = scores.iter().map(|s| s.record.party_id).collect::<Vec<_>>();
    diesel::sql_query(
        "UPDATE score SET superseded_at = $3, event_id = $4 \
         WHERE party_id = ANY($1) AND scorecard_code = $2 AND superseded_at IS NULL",
    )
    .bind::<Array<SqlUuid>, _>(parties)
    .bind::<Text, _>(&record.scorecard_code)
    .bind::<Timestamptz, _>(record.recorded_at)
    .bind::<SqlUuid, _>(event.0)
    .execute(conn)
    .map_err(db)?;
    let rows = scores.iter().map(|s| ScoreCopy::new(s, event)).collect::<Vec<_>>();
    diesel::copy_from(score::table).from_insertable(rows).execute(conn).map(drop).map_err(db)
}
