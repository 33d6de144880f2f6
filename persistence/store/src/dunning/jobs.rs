//! The jobs that carry runs, and leases. Both go by the database's own time: a test book's clock may stand still.

use app::dunning::run::Run;
use app::dunning::store::{ClaimedJob, JobEnd};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use kernel::id::{EventId, RunId};
use kernel::{Instant, Outcome};
use schema::job;
use serde_json::json;
use uuid::Uuid;

use crate::error::db;

const KIND: &str = "dunning_run";

pub(super) fn insert(conn: &mut PgConnection, run: &Run, event: EventId) -> Outcome<()> {
    diesel::insert_into(job::table)
        .values((
            job::id.eq(run.job_id.unwrap_or(run.id)),
            job::kind.eq(KIND),
            job::payload.eq(json!({ "run_id": run.id, "run": RunId(run.id).to_string() })),
            job::dedupe_key.eq(RunId(run.id).to_string()),
            job::run_at.eq(run.started_at),
            job::progress_total.eq(run.progress_total),
            job::created_at.eq(run.started_at),
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
    #[diesel(sql_type = SqlUuid)]
    run_id: Uuid,
    #[diesel(sql_type = Integer)]
    attempt: i32,
    #[diesel(sql_type = Integer)]
    attempts_max: i32,
}

pub(super) fn claim(conn: &mut PgConnection, lease_seconds: i32) -> Outcome<Option<ClaimedJob>> {
    claim_kind(conn, KIND, lease_seconds)
}

/// Takes the next job of a kind whose payload names a run, or one whose worker died.
pub(crate) fn claim_kind(
    conn: &mut PgConnection,
    kind: &str,
    lease_seconds: i32,
) -> Outcome<Option<ClaimedJob>> {
    let found = diesel::sql_query(
        "UPDATE job SET state = 'running', attempt = attempt + 1, \
             locked_until = clock_timestamp() + make_interval(secs => $2) \
         WHERE id = (SELECT id FROM job WHERE kind = $1 AND state IN ('queued', 'running') \
             AND (locked_until IS NULL OR locked_until < clock_timestamp()) \
             ORDER BY priority, run_at, id FOR UPDATE SKIP LOCKED LIMIT 1) \
         RETURNING id, (payload ->> 'run_id')::uuid AS run_id, attempt, attempts_max",
    )
    .bind::<Text, _>(kind)
    .bind::<Integer, _>(lease_seconds)
    .get_result::<ClaimedRow>(conn);
    let claimed = |r: ClaimedRow| ClaimedJob {
        id: r.id,
        run_id: r.run_id,
        attempt: r.attempt,
        attempts_max: r.attempts_max,
    };
    Ok(found.optional().map_err(db)?.map(claimed))
}

/// `anew`: what is done stays done, so that attempts are counted from the beginning.
pub(super) fn touch(
    conn: &mut PgConnection,
    id: Uuid,
    (done, anew): (i64, bool),
    lease_seconds: i32,
) -> Outcome<()> {
    diesel::sql_query(
        "UPDATE job SET progress_done = $2, attempt = CASE WHEN $4 THEN 1 ELSE attempt END, \
             locked_until = clock_timestamp() + make_interval(secs => $3) \
         WHERE id = $1 AND state = 'running'",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<BigInt, _>(done)
    .bind::<Integer, _>(lease_seconds)
    .bind::<Bool, _>(anew)
    .execute(conn)
    .map(drop)
    .map_err(db)
}

pub(super) fn end(conn: &mut PgConnection, id: Uuid, end: &JobEnd<'_>, now: Instant) -> Outcome<()> {
    let (state, code, message) = match end {
        JobEnd::Released { seconds } => return release(conn, id, (*seconds, 0)),
        JobEnd::HandedOver => return release(conn, id, (0, 1)),
        JobEnd::Cancelled => ("cancelled", None, None),
        JobEnd::Failed { code, message } => ("failed", Some(*code), Some(*message)),
        JobEnd::Finished => ("finished", None, None),
    };
    diesel::sql_query(
        "UPDATE job SET state = $2, error_code = $3, error_message = $4, finished_at = $5, locked_until = NULL \
         WHERE id = $1 AND state IN ('queued', 'running')",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Text, _>(state)
    .bind::<Nullable<Text>, _>(code)
    .bind::<Nullable<Text>, _>(message)
    .bind::<Timestamptz, _>(now)
    .execute(conn)
    .map(drop)
    .map_err(db)
}

fn release(conn: &mut PgConnection, id: Uuid, (seconds, attempts_given_back): (i32, i32)) -> Outcome<()> {
    diesel::sql_query(
        "UPDATE job SET locked_until = clock_timestamp() + make_interval(secs => $2), attempt = attempt - $3 \
         WHERE id = $1 AND state = 'running'",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Integer, _>(seconds)
    .bind::<Integer, _>(attempts_given_back)
    .execute(conn)
    .map(drop)
    .map_err(db)
}

pub(super) fn take_lease(conn: &mut PgConnection, name: &str, holder: Uuid, seconds: i32) -> Outcome<bool> {
    let taken = diesel::sql_query(
        "INSERT INTO lease (name, holder, held_until) VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3)) \
         ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until \
         WHERE lease.holder = excluded.holder OR lease.held_until < clock_timestamp()",
    )
    .bind::<Text, _>(name)
    .bind::<SqlUuid, _>(holder)
    .bind::<Integer, _>(seconds)
    .execute(conn)
    .map_err(db)?;
    Ok(taken == 1)
}
