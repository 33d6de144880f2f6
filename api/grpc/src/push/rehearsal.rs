//! A stream of a dry-run session: one transaction for all its chunks, rolled back when the stream ends.

use std::time::Duration;

use app::push::chunk::PushChunk;
use bridge::CallFacts;
use proto::v1 as pb;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_stream::StreamExt as _;
use tonic::{Status, Streaming};

use super::{Answers, answers, arrived};
use crate::Door;
use crate::status::status;

/// A transaction is held open meanwhile: the caller must not pause longer than this …
const PAUSE_MAX: Duration = Duration::from_secs(30);
/// … and must come to its end within this.
const WHOLE_MAX: Duration = Duration::from_mins(15);

/// Rehearses the stream that begins with `first`.
pub(super) async fn rehearse(
    door: &Door,
    facts: &CallFacts,
    (first, chunks): (pb::PushChunksRequest, Streaming<pb::PushChunksRequest>),
    sender: Answers,
) {
    let (feed, mut fed) = mpsc::channel::<PushChunk>(1);
    let answering = sender.clone();
    let work = door.api.run_on(&door.api.reports, facts.clone(), move |app, ctx| {
        let Some(first) = fed.blocking_recv() else { return Ok(()) };
        let session = first.session;
        let mut first = Some(first);
        app::push::rehearsal::rehearse(
            app,
            ctx,
            session,
            &mut || first.take().or_else(|| fed.blocking_recv()),
            &mut |result| answering.blocking_send(Ok(answers::chunk(result))).is_ok(),
        )
    });
    tokio::pin!(work);
    let fault = tokio::select! {
        done = &mut work => done.err().map(|e| status(&e, facts)),
        fed = feed_all(facts, first, chunks, feed) => {
            // The work ends as soon as it sees that no more comes.
            let done = work.await;
            fed.err().or_else(|| done.err().map(|e| status(&e, facts)))
        }
    };
    if let Some(fault) = fault {
        // Nobody is left to tell when the caller has gone.
        drop(sender.send(Err(fault)).await);
    }
}

/// Hands every chunk over until the stream ends, pauses too long or takes too long.
async fn feed_all(
    facts: &CallFacts,
    first: pb::PushChunksRequest,
    mut chunks: Streaming<pb::PushChunksRequest>,
    feed: mpsc::Sender<PushChunk>,
) -> Result<(), Status> {
    let end = Instant::now() + WHOLE_MAX;
    let too_long = |_elapsed| {
        Status::deadline_exceeded(
            "a dry run pauses at most 30 seconds and ends within 15 minutes; nothing was kept",
        )
    };
    let mut chunk = first;
    loop {
        let arrived = arrived(chunk).map_err(|e| status(&e, facts))?;
        let sent = timeout_at(end, feed.send(arrived)).await.map_err(too_long)?;
        if sent.is_err() {
            return Ok(());
        }
        chunk = match timeout_at(end, timeout(PAUSE_MAX, chunks.next())).await.map_err(too_long)? {
            Ok(Some(next)) => next?,
            Ok(None) => return Ok(()),
            Err(elapsed) => return Err(too_long(elapsed)),
        };
    }
}
