//! The jobs of models and back-tests. They go by the database's own time: a test book's clock may stand still.

use app::credit::learning::store::{ClaimedWork, NewWork, WorkKind};
use diesel::prelude::*;
use diesel::sql_types::{Array, Integer, Text, Uuid as SqlUuid};
use kernel::Outcome;
use kernel::id::{BacktestId, EventId, ModelId, PredictionRunId};
use kernel::text_enum::TextEnum as _;
use schema::job;
use serde_json::json;
use uuid::Uuid;

use crate::error::db;
use crate::push::stored;

pub(super) fn insert(conn: &mut PgConnection, work: NewWork, event: EventId) -> Outcome<()> {
    let (name, public) = match work.kind {
        WorkKind::Training => ("model", ModelId(work.subject).to_string()),
        WorkKind::Predictions => ("prediction_run", PredictionRunId(work.subject).to_string()),
        WorkKind::Backtest => ("backtest", BacktestId(work.subject).to_string()),
    };
    diesel::insert_into(job::table)
        .values((
            job::id.eq(work.job),
            job::kind.eq(work.kind.as_str()),
            job::payload.eq(json!({ "subject_id": work.subject, name: public })),
            job::dedupe_key.eq(public),
            job::run_at.eq(work.at),
            job::created_at.eq(work.at),
            job::event_id.eq(event.0),
        ))
        .execute(conn)
        .map(drop)
        .map_err(db)
}

#[derive(QueryableByName)]
struct ClaimedRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = SqlUuid)]
    subject_id: Uuid,
    #[diesel(sql_type = Integer)]
    attempt: i32,
    #[diesel(sql_type = Integer)]
    attempts_max: i32,
}

pub(super) fn claim(conn: &mut PgConnection, lease_seconds: i32) -> Outcome<Option<ClaimedWork>> {
    let kinds = WorkKind::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>();
    let found = diesel::sql_query(
        "UPDATE job SET state = 'running', attempt = attempt + 1, \
             locked_until = clock_timestamp() + make_interval(secs => $2) \
         WHERE id = (SELECT id FROM job WHERE kind = ANY($1) AND state IN ('queued', 'running') \
             AND (locked_until IS NULL OR locked_until < clock_timestamp()) \
             ORDER BY priority, run_at, id FOR UPDATE SKIP LOCKED LIMIT 1) \
         RETURNING id, kind, (payload ->> 'subject_id')::uuid AS subject_id, attempt, attempts_max",
    )
    .bind::<Array<Text>, _>(kinds)
    .bind::<Integer, _>(lease_seconds)
    .get_result::<ClaimedRow>(conn);
    let claimed = |r: ClaimedRow| {
        let (attempt, attempts_max) = (r.attempt, r.attempts_max);
        Ok(ClaimedWork { job: r.id, kind: stored(&r.kind)?, subject: r.subject_id, attempt, attempts_max })
    };
    found.optional().map_err(db)?.map(claimed).transpose()
}
