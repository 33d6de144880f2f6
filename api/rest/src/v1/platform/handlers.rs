//! Operations on the audit trail, jobs and the clock of a test book.

use actix_web::web::Path;
use actix_web::{get, post};
use app::book::move_clock::{book_clock, move_clock};
use app::jobs::cancel_job::cancel_job as cancel;
use kernel::Error;
use kernel::id::JobId;

use super::dto::{AuditEntryDto, BookClockDto, JobDto, MoveBookClockBody, RevisionDto};
use crate::answer;
use crate::call::{BODY_INVALID, Call, Cmd, NoBody};
use crate::listing;
use crate::openapi::PageOf;
use crate::params::Params;
use crate::problem::RestResult;

/// Lists who did what to which object, when, and why.
#[utoipa::path(tag = "audit", responses((status = 200, body = PageOf<AuditEntryDto>)))]
#[get("/v1/audit-entries")]
pub(super) async fn list_audit_entries(call: Call) -> RestResult {
    listing::list::<AuditEntryDto>(call, &app::audit::lists::AUDIT_ENTRIES).await
}

/// Lists what rows said before a push replaced them.
#[utoipa::path(tag = "audit", responses((status = 200, body = PageOf<RevisionDto>)))]
#[get("/v1/revisions")]
pub(super) async fn list_revisions(call: Call) -> RestResult {
    listing::list::<RevisionDto>(call, &app::audit::lists::REVISIONS).await
}

/// One entry of the audit trail, by the id of its event.
#[utoipa::path(tag = "audit", responses((status = 200, body = AuditEntryDto)))]
#[get("/v1/audit-entries/{event}")]
pub(super) async fn get_audit_entry(call: Call, event: Path<String>) -> RestResult {
    listing::get::<AuditEntryDto>(call, &app::audit::lists::AUDIT_ENTRIES, event.into_inner()).await
}

/// Lists background work: what waits, runs, ended and why.
#[utoipa::path(tag = "jobs", responses((status = 200, body = PageOf<JobDto>)))]
#[get("/v1/jobs")]
pub(super) async fn list_jobs(call: Call) -> RestResult {
    listing::list::<JobDto>(call, &app::jobs::lists::JOBS).await
}

/// One job with its progress.
#[utoipa::path(tag = "jobs", responses((status = 200, body = JobDto)))]
#[get("/v1/jobs/{job}")]
pub(super) async fn get_job(call: Call, job: Path<String>) -> RestResult {
    listing::get::<JobDto>(call, &app::jobs::lists::JOBS, job.into_inner()).await
}

/// Cancels a job that has not begun.
#[utoipa::path(tag = "jobs", responses((status = 204)))]
#[post("/v1/jobs/{job}/cancel")]
pub(super) async fn cancel_job(cmd: Cmd<NoBody>, job: Path<String>) -> RestResult {
    let Cmd { call, body: NoBody {} } = cmd;
    let id = JobId::parse(&job).map_err(|e| call.problem(e))?;
    let answer = call.run(move |app, ctx| cancel(app, ctx, id)).await?;
    answer::nothing(&call, &answer)
}

/// The time of the book: that of the machine, or where the clock of a test book stands.
#[utoipa::path(tag = "book", responses((status = 200, body = BookClockDto)))]
#[get("/v1/book/clock")]
pub(super) async fn get_book_clock(call: Call) -> RestResult {
    Params::read(&call, &["fields"])?;
    let clock = call.run(book_clock).await?;
    answer::object(&call, &BookClockDto::from(clock))
}

/// Moves the clock of a test book; it then stands still until it is moved again.
#[utoipa::path(tag = "book", request_body = MoveBookClockBody, responses((status = 200, body = BookClockDto)))]
#[post("/v1/book/clock")]
pub(super) async fn move_book_clock(cmd: Cmd<MoveBookClockBody>) -> RestResult {
    let Cmd { call, body } = cmd;
    let wrong = || Error::field("now", &BODY_INVALID, format!("{:?} is not an RFC 3339 instant", body.now));
    let to = body.now.parse().map_err(|e| call.problem(wrong().caused_by(e)))?;
    let answer = call.run(move |app, ctx| move_clock(app, ctx, to)).await?;
    answer::done(&call, &answer.map(BookClockDto::from))
}
