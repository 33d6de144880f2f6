//! Jobs as people see them; the workers' side stands with each kind of work.

use app::jobs::{JobStanding, JobStore};
use app::lists::not_found;
use diesel::prelude::*;
use diesel::sql_types::{Timestamptz, Uuid as SqlUuid};
use kernel::id::JobId;
use kernel::{Instant, Outcome};
use schema::job;

use crate::error::db;
use crate::push::stored;
use crate::tx::PgTx;

impl JobStore for PgTx<'_> {
    fn job_for_update(&mut self, id: JobId) -> Outcome<JobStanding> {
        let found = job::table
            .find(id.0)
            .select((job::kind, job::state))
            .for_update()
            .first::<(String, String)>(self.conn)
            .optional()
            .map_err(db)?;
        let (kind, state) = found.ok_or_else(|| not_found("jobs", &id.to_string()))?;
        Ok(JobStanding { kind, state: stored(&state)? })
    }

    fn cancel_job(&mut self, id: JobId, now: Instant) -> Outcome<()> {
        diesel::sql_query(
            "WITH run AS (UPDATE dunning_run SET state = 'cancelled', state_reason = 'job.cancelled', finished_at = $2 \
                 WHERE job_id = $1 AND state = 'running'), \
             model AS (UPDATE model SET state = 'failed', state_reason = 'job.cancelled' \
                 WHERE job_id = $1 AND state = 'training'), \
             estimates AS (UPDATE prediction_run SET state = 'failed', state_reason = 'job.cancelled', finished_at = $2 \
                 WHERE job_id = $1 AND state = 'running'), \
             backtest AS (UPDATE backtest SET state = 'failed', state_reason = 'job.cancelled', finished_at = $2 \
                 WHERE job_id = $1 AND state = 'running') \
             UPDATE job SET state = 'cancelled', finished_at = $2 WHERE id = $1",
        )
        .bind::<SqlUuid, _>(id.0)
        .bind::<Timestamptz, _>(now)
        .execute(self.conn)
        .map(drop)
        .map_err(db)
    }
}
