//! A stream of a dry-run session: one transaction for all its chunks, rolled back when the stream ends.

use std::time::Duration;

use app::push::rehearsal::Coming;
use bridge::CallFacts;
use tokio::runtime::Handle;
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
    let (feed, mut fed) = mpsc::channel::<Coming>(1);
    let (answering, runtime) = (sender.clone(), Handle::current());
    let work = door.api.run_on(&door.api.rehearsals, facts.clone(), move |app, ctx| {
        let Some(Coming::Chunk(first)) = fed.blocking_recv() else { return Ok(()) };
        let session = first.session;
        let mut first = Some(Coming::Chunk(first));
        // A feed that closes without an end was cut.
        let mut next = || first.take().or_else(|| fed.blocking_recv()).unwrap_or(Coming::Cut);
        // Whoever does not read the answers gives the connection back, too.
        let mut answer =
            |result| runtime.block_on(answering.send_timeout(Ok(answers::chunk(result)), PAUSE_MAX)).is_ok();
        app::push::rehearsal::rehearse(app, ctx, session, &mut next, &mut answer)
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
async fn feed_all(mut arriving: Arriving, feed: mpsc::Sender<Coming>) -> Result<(), Status> {
    let end = Instant::now() + WHOLE_MAX;
    let too_long = |_elapsed| {
        Status::deadline_exceeded(
            "a dry run pauses at most 30 seconds and ends within 15 minutes; nothing was kept",
        )
    };
    loop {
        let coming = match timeout_at(end, timeout(PAUSE_MAX, arriving.recv())).await.map_err(too_long)? {
            Ok(Some(chunk)) => Coming::Chunk(Box::new(chunk?)),
            Ok(None) => Coming::End,
            Err(elapsed) => return Err(too_long(elapsed)),
        };
        let ended = matches!(coming, Coming::End);
        if timeout_at(end, feed.send(coming)).await.map_err(too_long)?.is_err() || ended {
            return Ok(());
        }
    }
}
