//! Takes back a job that has not begun.

use domain::access::Permission;
use kernel::id::JobId;
use kernel::{Error, Outcome};
use serde_json::json;

use super::lists::JOBS;
use super::{JobState, codes};
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::lists::not_found;

/// Cancels a queued job. Work under way is never cut off: it stops by itself between its units or not at all.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `job.not_queued`.
pub fn cancel_job(app: &App, ctx: &Ctx, id: JobId) -> Outcome<Answer<()>> {
    ctx.require(Permission::JobManage)?;
    command::run(app, ctx, "jobs.cancel_job", |tx| {
        let job = tx.job_for_update(id)?;
        // The list says whose work a job is.
        if tx.find(ctx, &JOBS, &id.to_string())?.is_none() {
            return Err(not_found(JOBS.resource, &id.to_string()));
        }
        match job.state {
            JobState::Queued => {}
            JobState::Cancelled => return Ok(()),
            JobState::Running | JobState::Finished | JobState::Failed => {
                return Err(Error::with(&codes::NOT_QUEUED, format!("{id} is {}", job.state)));
            }
        }
        let change = (json!({ "kind": job.kind, "state": job.state }), json!({ "state": "cancelled" }));
        tx.record(ctx, NewEvent::about("jobs.job_cancelled", "job", id.0).change(change.0, change.1))?;
        tx.cancel_job(id, ctx.now)
    })
}
