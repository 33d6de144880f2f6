//! The background work of scoring: the worker that carries out runs, and the word about overrides that have run out.

use std::time::Duration;

use app::App;
use app::credit::scoring::overrides::tell_expired;
use app::credit::scoring::{CHUNK_PARTIES, work};
use bridge::Executor;
use kernel::Error;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::wire::Wired;

/// How soon a run that was started is taken up.
const WORK_EVERY: Duration = Duration::from_millis(500);
/// Rounds without a run after which overrides are looked at: once a minute.
const ROUNDS: u32 = 120;
/// After an error, most likely a database that is away.
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(2);

/// Starts the worker. It has a connection of its own, so that neither requests nor pushes wait for a run.
pub(crate) fn start(wired: &Wired, stopped: &watch::Receiver<bool>) -> JoinHandle<()> {
    let door = Executor::patient(Handle::current(), 1);
    tokio::spawn(carry_out(wired.api.app.clone(), door, stopped.clone()))
}

async fn carry_out(app: App, door: Executor, mut stopped: watch::Receiver<bool>) {
    let mut rounds = 0;
    while !*stopped.borrow() {
        let (own, stopping) = (app.clone(), stopped.clone());
        let look = rounds == 0;
        let done = door.run(move || {
            if look {
                tell_expired(&own)?;
            }
            work::work_once(&own, CHUNK_PARTIES, &|| *stopping.borrow())
        });
        let pause = match done.await {
            Ok(true) => Duration::ZERO,
            Ok(false) => WORK_EVERY,
            Err(error) => {
                rests(&error);
                PAUSE_AFTER_ERROR
            }
        };
        rounds = if rounds == ROUNDS { 0 } else { rounds + 1 };
        if matches!(tokio::time::timeout(pause, stopped.changed()).await, Ok(Err(_))) {
            return;
        }
    }
}

fn rests(error: &Error) {
    tracing::warn!(
        code = error.code().text,
        cause = error.internal(),
        "a scoring of the portfolio failed: {error}"
    );
}
