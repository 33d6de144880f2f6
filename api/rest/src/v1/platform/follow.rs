//! Waiting for events: until there is one, or for as long as the connection stands.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_ENCODING;
use actix_web::rt::time::{Instant, sleep};
use actix_web::web::{Bytes, Data};
use app::events::read_feed::{FeedPage, FeedRequest};
use tokio::sync::{mpsc, watch};
use tokio_stream::wrappers::ReceiverStream;

use super::dto::EventDto;
use super::feed::read;
use crate::call::Call;
use crate::problem::{Problem, RestResult};

/// How often a caller that has caught up is looked after.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// A silent stream gets a comment this often, so that proxies keep it open and a dead peer is noticed.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Frames waiting for a slow reader.
const BUFFER: usize = 64;

/// Turns true when the server stops: who waits is then let go.
#[derive(Clone)]
pub struct Stopping(pub watch::Receiver<bool>);

/// The first page with an event, or the last empty one when the time is over.
pub(super) async fn until_some(
    call: &Call,
    mut request: FeedRequest,
    wait: Duration,
) -> Result<FeedPage, Problem> {
    let deadline = Instant::now() + wait;
    loop {
        let page = read(call, request.clone()).await?;
        let over = Instant::now() + LOOK_EVERY > deadline || is_stopping(call);
        if !page.events.is_empty() || (page.caught_up && over) {
            return Ok(page);
        }
        request.after = page.last_seq;
        if page.caught_up {
            sleep(LOOK_EVERY).await;
        }
    }
}

/// Sends every event as a frame until the caller has gone, may no longer read, or the server stops.
pub(super) async fn stream(call: Call, request: FeedRequest) -> RestResult {
    // The first look decides whether the caller may read at all: a refusal is a problem document, not a broken stream.
    let first = read(&call, request.clone()).await?;
    let (sender, receiver) = mpsc::channel::<Result<Bytes, std::io::Error>>(BUFFER);
    let mut answer = HttpResponse::Ok();
    answer.content_type("text/event-stream");
    answer.insert_header(("Cache-Control", "no-store"));
    answer.insert_header(("X-Request-Id", call.facts.request_id.clone()));
    // A compressor would hold events back until its block is full.
    answer.insert_header((CONTENT_ENCODING, "identity"));
    actix_web::rt::spawn(send_all(call, request, first, sender));
    Ok(answer.streaming(ReceiverStream::new(receiver)))
}

async fn send_all(
    call: Call,
    mut request: FeedRequest,
    first: FeedPage,
    sender: mpsc::Sender<Result<Bytes, std::io::Error>>,
) {
    let mut page = first;
    let mut silent_since = Instant::now();
    loop {
        request.after = page.last_seq;
        let caught_up = page.caught_up;
        for event in page.events {
            silent_since = Instant::now();
            if sender.send(Ok(frame(&event.into()))).await.is_err() {
                return;
            }
        }
        if silent_since.elapsed() > KEEP_ALIVE {
            silent_since = Instant::now();
            if sender.send(Ok(Bytes::from_static(b":\n\n"))).await.is_err() {
                return;
            }
        }
        if caught_up {
            sleep(LOOK_EVERY).await;
        }
        if is_stopping(&call) || sender.is_closed() {
            return;
        }
        let Ok(next) = read(&call, request.clone()).await else { return };
        page = next;
    }
}

/// One event as a frame of the stream: its number as id, its type as event name.
fn frame(event: &EventDto) -> Bytes {
    let data = serde_json::to_string(event).unwrap_or_default();
    Bytes::from(format!("id: {}\nevent: {}\ndata: {data}\n\n", event.seq, event.kind))
}

fn is_stopping(call: &Call) -> bool {
    call.http.app_data::<Data<Stopping>>().is_some_and(|stopping| *stopping.0.borrow())
}
