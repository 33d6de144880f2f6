//! The gapless feed: a page, a page as soon as there is one (`wait`), or a stream.

use std::time::Duration;

use actix_web::get;
use actix_web::http::header::ACCEPT;
use app::events::read_feed::{FeedPage, FeedRequest, read_feed};
use kernel::{Error, Outcome};

use super::dto::FeedDto;
use super::follow;
use crate::answer;
use crate::call::Call;
use crate::listing::QUERY_INVALID;
use crate::params::Params;
use crate::problem::{Problem, RestResult};

/// Events of an answer when the caller does not say.
const LIMIT: u32 = 100;
/// Longest a caller may be kept waiting for an event.
const WAIT_SECONDS_MAX: u32 = 30;

/// Events after a number, in order and without gaps. With `wait` the answer comes as soon as there is one; with
/// `Accept: text/event-stream` the connection stays open and every new event is sent (`Last-Event-ID` resumes).
#[utoipa::path(tag = "events", responses((status = 200, body = FeedDto)), params(
    ("after" = Option<i64>, Query, description = "Number of the last event you have; 0 = from the beginning."),
    ("limit" = Option<u32>, Query, description = "Most events of one answer, 1 to 1000. Default: 100."),
    ("type" = Option<String>, Query, description = "Only these types (`kind`), separated by commas."),
    ("wait" = Option<u32>, Query, description = "Seconds to wait for an event when there is none, at most 30."),
))]
#[get("/v1/events")]
pub(super) async fn read_events(call: Call) -> RestResult {
    let params = Params::read(&call, &["after", "limit", "type", "wait"])?;
    let (request, wait) = feed_request(&call, &params).map_err(|e| call.problem(e))?;
    let accept = call.http.headers().get(ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if accept.contains("text/event-stream") {
        return follow::stream(call, request).await;
    }
    let page = follow::until_some(&call, request, Duration::from_secs(wait.into())).await?;
    answer::json_of(&call, &FeedDto::from(page))
}

/// Reads once. Rights are checked each time, so that a revoked key ends its stream.
pub(super) async fn read(call: &Call, request: FeedRequest) -> Result<FeedPage, Problem> {
    call.run(move |app, ctx| read_feed(app, ctx, &request)).await
}

fn feed_request(call: &Call, params: &Params) -> Outcome<(FeedRequest, u32)> {
    let header = call.http.headers().get("Last-Event-ID").and_then(|v| v.to_str().ok()).map(str::to_owned);
    let after = match header.or_else(|| params.text("after")) {
        None => 0,
        Some(text) => {
            let wrong = || Error::field("after", &QUERY_INVALID, format!("{text:?} is not a whole number"));
            text.parse::<i64>().map_err(|e| wrong().caused_by(e))?
        }
    };
    let wait = params.number("wait")?.unwrap_or(0);
    if wait > WAIT_SECONDS_MAX {
        let message = format!("{wait} seconds are more than {WAIT_SECONDS_MAX}");
        return Err(Error::field("wait", &QUERY_INVALID, message));
    }
    let kinds = params.text("type").unwrap_or_default();
    let kinds = kinds.split(',').filter(|k| !k.is_empty()).map(str::to_owned).collect();
    Ok((FeedRequest { after, limit: params.number("limit")?.unwrap_or(LIMIT), kinds }, wait))
}
