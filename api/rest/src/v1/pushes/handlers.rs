//! Operations on push sessions.

use actix_web::web::Path;
use actix_web::{get, post};
use app::push::finish::confirm_session;
use app::push::lists::{PARKED_ROWS, PUSH_SESSIONS};
use app::push::session::give_up_session;
use kernel::id::PushSessionId;

use super::dto::{ConfirmedDto, ParkedRowDto, PushSessionDto};
use crate::answer;
use crate::call::{Call, Cmd, NoBody};
use crate::listing;
use crate::openapi::PageOf;
use crate::problem::RestResult;

/// Lists push sessions: what came in, and what became of it.
#[utoipa::path(tag = "push", responses((status = 200, body = PageOf<PushSessionDto>)))]
#[get("/v1/push-sessions")]
pub(super) async fn list_push_sessions(call: Call) -> RestResult {
    listing::list::<PushSessionDto>(call, &PUSH_SESSIONS).await
}

/// One push session.
#[utoipa::path(tag = "push", responses((status = 200, body = PushSessionDto)))]
#[get("/v1/push-sessions/{push_session}")]
pub(super) async fn get_push_session(call: Call, push_session: Path<String>) -> RestResult {
    listing::get::<PushSessionDto>(call, &PUSH_SESSIONS, push_session.into_inner()).await
}

/// Confirms a held snapshot: what it lacks is closed. A dry run tells how much that is.
#[utoipa::path(tag = "push", responses((status = 200, body = ConfirmedDto)))]
#[post("/v1/push-sessions/{push_session}/confirm")]
pub(super) async fn confirm_push_session(cmd: Cmd<NoBody>, push_session: Path<String>) -> RestResult {
    let Cmd { call, body: NoBody {} } = cmd;
    let id = PushSessionId::parse(&push_session).map_err(|e| call.problem(e))?;
    let answer = call.run(move |app, ctx| confirm_session(app, ctx, id)).await?;
    answer::done(&call, &answer.map(ConfirmedDto::from))
}

/// Gives an open or held session up; what it had taken stays.
#[utoipa::path(tag = "push", responses((status = 204)))]
#[post("/v1/push-sessions/{push_session}/abort")]
pub(super) async fn abort_push_session(cmd: Cmd<NoBody>, push_session: Path<String>) -> RestResult {
    let Cmd { call, body: NoBody {} } = cmd;
    let id = PushSessionId::parse(&push_session).map_err(|e| call.problem(e))?;
    let answer = call.run(move |app, ctx| give_up_session(app, ctx, id)).await?;
    answer::nothing(&call, &answer)
}

/// Lists rows that wait for a row they name.
#[utoipa::path(tag = "push", responses((status = 200, body = PageOf<ParkedRowDto>)))]
#[get("/v1/parked-rows")]
pub(super) async fn list_parked_rows(call: Call) -> RestResult {
    listing::list::<ParkedRowDto>(call, &PARKED_ROWS).await
}

/// One row that waits.
#[utoipa::path(tag = "push", responses((status = 200, body = ParkedRowDto)))]
#[get("/v1/parked-rows/{parked_row}")]
pub(super) async fn get_parked_row(call: Call, parked_row: Path<String>) -> RestResult {
    listing::get::<ParkedRowDto>(call, &PARKED_ROWS, parked_row.into_inner()).await
}
