//! The background work of alerts: the worker that carries out runs, and the scheduler that starts them.

use std::time::Duration;

use app::App;
use app::credit::alerts::{schedule, work};
use bridge::Executor;
use kernel::Error;
use kernel::clock::Ids as _;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::ports::UuidV7;
use crate::settings::Settings;
use crate::wire::Wired;

/// How soon a run that was started is taken up.
const WORK_EVERY: Duration = Duration::from_millis(500);
/// How exactly the time of a run is kept.
const SCHEDULE_EVERY: Duration = Duration::from_secs(30);
/// How long another instance waits before it takes over from a scheduler that went silent.
const LEASE_SECONDS: i32 = 120;
/// After an error, most likely a database that is away.
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(2);

/// Starts the worker, and the scheduler where the configuration wants one. They have a connection of their own, so
/// that neither requests nor pushes wait for a run.
pub(crate) fn start(
    settings: &Settings,
    wired: &Wired,
    stopped: &watch::Receiver<bool>,
) -> Vec<JoinHandle<()>> {
    let door = Executor::patient(Handle::current(), 1);
    let app = wired.api.app.clone();
    let mut tasks = vec![tokio::spawn(carry_out(app.clone(), door.clone(), stopped.clone()))];
    let every_hours = settings.alerts.every_hours;
    if every_hours > 0 {
        tasks.push(tokio::spawn(keep_schedule(app, door, every_hours, stopped.clone())));
    }
    tasks
}

async fn carry_out(app: App, door: Executor, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        let (app, stopping) = (app.clone(), stopped.clone());
        let done = door.run(move || work::work_once(&app, work::CHUNK_HOLDERS, &|| *stopping.borrow())).await;
        let pause = match done {
            Ok(true) => Duration::ZERO,
            Ok(false) => WORK_EVERY,
            Err(error) => {
                report("a run that looks for alerts failed", &error);
                PAUSE_AFTER_ERROR
            }
        };
        if wait(&mut stopped, pause).await {
            return;
        }
    }
}

async fn keep_schedule(app: App, door: Executor, every_hours: u16, mut stopped: watch::Receiver<bool>) {
    let instance = UuidV7.next();
    while !*stopped.borrow() {
        let app = app.clone();
        let due = move || schedule::start_due(&app, instance, LEASE_SECONDS, every_hours);
        match door.run(due).await {
            Ok(Some(run)) => {
                tracing::info!(run = %run.id, on = %run.business_on, "looking for alerts");
            }
            Ok(None) => {}
            Err(error) => report("a run that looks for alerts could not be started", &error),
        }
        if wait(&mut stopped, SCHEDULE_EVERY).await {
            return;
        }
    }
}

fn report(what: &str, error: &Error) {
    tracing::warn!(code = error.code().text, cause = error.internal(), "{what}: {error}");
}

/// Waits; `true` when the server is stopping for good.
async fn wait(stopped: &mut watch::Receiver<bool>, pause: Duration) -> bool {
    matches!(tokio::time::timeout(pause, stopped.changed()).await, Ok(Err(_)))
}
