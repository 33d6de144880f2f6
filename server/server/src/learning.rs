//! The background work of models: the worker that trains, estimates and tries rules on the past, and the scheduler that starts
//! estimates after each push and on each day. Without a model in force there is nothing to start.

use std::time::Duration;

use app::App;
use app::credit::learning::{schedule, work};
use bridge::Executor;
use kernel::Error;
use kernel::clock::Ids as _;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::ports::UuidV7;
use crate::settings::Settings;
use crate::wire::Wired;

/// How soon work that was asked for is taken up.
const WORK_EVERY: Duration = Duration::from_millis(500);
/// How soon after a push estimates are begun.
const SCHEDULE_EVERY: Duration = Duration::from_secs(10);
/// How long another instance waits before it takes over from a scheduler that went silent.
const LEASE_SECONDS: i32 = 60;
/// After an error, most likely a database that is away.
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(5);

/// Starts the worker, and the scheduler where the configuration wants one. They have a connection of their own, so that
/// neither requests nor pushes wait for a training.
pub fn start(settings: &Settings, wired: &Wired, stopped: &watch::Receiver<bool>) -> Vec<JoinHandle<()>> {
    let door = Executor::patient(Handle::current(), 1);
    let app = wired.api.app.clone();
    let mut tasks = vec![tokio::spawn(carry_out(app.clone(), door.clone(), stopped.clone()))];
    if settings.learning.schedule {
        tasks.push(tokio::spawn(keep_schedule(app, door, stopped.clone())));
    }
    tasks
}

async fn carry_out(app: App, door: Executor, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        let (app, stopping) = (app.clone(), stopped.clone());
        let pause = match door.run(move || work::work_once(&app, &|| *stopping.borrow())).await {
            Ok(true) => Duration::ZERO,
            Ok(false) => WORK_EVERY,
            Err(error) => {
                report("the work on models failed", &error);
                PAUSE_AFTER_ERROR
            }
        };
        if wait(&mut stopped, pause).await {
            return;
        }
    }
}

async fn keep_schedule(app: App, door: Executor, mut stopped: watch::Receiver<bool>) {
    let instance = UuidV7.next();
    while !*stopped.borrow() {
        let app = app.clone();
        let pause = match door.run(move || schedule::start_due(&app, instance, LEASE_SECONDS)).await {
            Ok(started) => {
                for legal_entity in started {
                    tracing::info!(legal_entity, "estimates started");
                }
                SCHEDULE_EVERY
            }
            Err(error) => {
                report("estimates could not be started", &error);
                PAUSE_AFTER_ERROR
            }
        };
        if wait(&mut stopped, pause).await {
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
