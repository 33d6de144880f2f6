//! A stream of a dry-run session: one transaction for all its chunks, rolled back when the stream ends.

use std::time::Duration;

use app::push::chunk::PushChunk;
use bridge::CallFacts;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};
use tonic::Status;

use super::{Answers, Arriving, answers};
use crate::Door;
use crate::status::status;

/// A transaction is held open meanwhile: the caller must not pause longer than this …
const PAUSE_MAX: Duration = Duration::from_secs(30);
/// … and must come to its end within this.
const WHOLE_MAX: Duration = Duration::from_mins(15);

/// Rehearses a stream.
pub(super) async fn rehearse(door: &Door, facts: &CallFacts, arriving: Arriving, sender: Answers) {
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
        fed = feed_all(arriving, feed) => {
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
async fn feed_all(mut arriving: Arriving, feed: mpsc::Sender<PushChunk>) -> Result<(), Status> {
    let end = Instant::now() + WHOLE_MAX;
    let too_long = |_elapsed| {
        Status::deadline_exceeded(
            "a dry run pauses at most 30 seconds and ends within 15 minutes; nothing was kept",
        )
    };
    loop {
        let chunk = match timeout_at(end, timeout(PAUSE_MAX, arriving.recv())).await.map_err(too_long)? {
            Ok(Some(chunk)) => chunk?,
            Ok(None) => return Ok(()),
            Err(elapsed) => return Err(too_long(elapsed)),
        };
        if timeout_at(end, feed.send(chunk)).await.map_err(too_long)?.is_err() {
            return Ok(());
        }
    }
}
