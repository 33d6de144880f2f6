//! The background work of dunning: the worker that carries out runs, and the scheduler that starts the daily ones.

use std::collections::HashMap;
use std::time::Duration;

use app::App;
use app::dunning::run::{RunState, Started};
use app::dunning::{CHUNK_GROUPS, schedule, work};
use bridge::Executor;
use kernel::clock::Ids as _;
use kernel::{Error, Outcome};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::ports::UuidV7;
use crate::settings::Settings;
use crate::wire::Wired;

/// How soon a run that was started is taken up.
const WORK_EVERY: Duration = Duration::from_millis(200);
/// How exactly the time of a daily run is kept.
const SCHEDULE_EVERY: Duration = Duration::from_secs(2);
/// How long another instance waits before it takes over from a scheduler that went silent.
const LEASE_SECONDS: i32 = 30;
/// After an error, most likely a database that is away.
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(2);

/// Starts the worker, and the scheduler where the configuration wants one. They have a connection of their own, so
/// that neither requests nor pushes wait for a run.
pub fn start(settings: &Settings, wired: &Wired, stopped: &watch::Receiver<bool>) -> Vec<JoinHandle<()>> {
    let door = Executor::patient(Handle::current(), 1);
    let app = wired.api.app.clone();
    let mut tasks = vec![tokio::spawn(carry_out(app.clone(), door.clone(), stopped.clone()))];
    if settings.dunning.schedule {
        tasks.push(tokio::spawn(keep_schedule(app, door, stopped.clone())));
    }
    tasks
}

async fn carry_out(app: App, door: Executor, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        let (app, stopping) = (app.clone(), stopped.clone());
        let done = door.run(move || work::work_once(&app, CHUNK_GROUPS, &|| *stopping.borrow())).await;
        let pause = match done {
            Ok(true) => Duration::ZERO,
            Ok(false) => WORK_EVERY,
            Err(error) => {
                report("a dunning run failed", &error);
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
    let mut told = HashMap::new();
    while !*stopped.borrow() {
        let app = app.clone();
        let started = door.run(move || schedule::start_due(&app, instance, LEASE_SECONDS)).await;
        let pause = match started {
            Ok(started) => {
                for (entity, run) in started {
                    report_start(&entity, run, &mut told);
                }
                SCHEDULE_EVERY
            }
            Err(error) => {
                report("the daily runs could not be looked at", &error);
                PAUSE_AFTER_ERROR
            }
        };
        if wait(&mut stopped, pause).await {
            return;
        }
    }
}

/// Tells each new start, and each error once as long as it stays the same.
fn report_start(legal_entity: &str, started: Outcome<Started>, told: &mut HashMap<String, String>) {
    let problem = started.as_ref().err().map(ToString::to_string).unwrap_or_default();
    if told.insert(legal_entity.to_owned(), problem.clone()).is_some_and(|t| !t.is_empty() && t == problem) {
        return;
    }
    match started {
        Ok(Started { run, .. }) if run.state == RunState::Held => tracing::warn!(
            legal_entity,
            run = %run.id,
            reason = run.state_reason,
            "the daily dunning run is held: the data is stale"
        ),
        Ok(Started { run, .. }) => {
            tracing::info!(legal_entity, run = %run.id, on = %run.business_on, "daily dunning run started");
        }
        Err(error) => report("a daily dunning run could not be started", &error),
    }
}

fn report(what: &str, error: &Error) {
    tracing::warn!(code = error.code().text, cause = error.internal(), "{what}: {error}");
}

/// Waits; `true` when the server is stopping for good.
async fn wait(stopped: &mut watch::Receiver<bool>, pause: Duration) -> bool {
    matches!(tokio::time::timeout(pause, stopped.changed()).await, Ok(Err(_)))
}
