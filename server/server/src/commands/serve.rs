//! `recobra serve`.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::database::Database;
use super::telemetry;
use crate::cli::{Failure, say};
use crate::http::{self, Status};
use crate::settings::Settings;
use crate::wire::{Wired, wire};

/// Serves until told to stop.
///
/// # Errors
/// When the database cannot be reached or an address is taken.
pub fn serve(settings: &Settings) -> Result<ExitCode, Failure> {
    telemetry::start(&settings.log);
    let database = Database::open(settings)?;
    let runtime = Runtime::new().map_err(|e| Failure::Work(format!("cannot start the runtime: {e}")))?;
    let wired = wire(settings, database.url(), runtime.handle())?;
    greet(&wired);
    runtime.block_on(run(settings, wired))?;
    drop(database);
    Ok(ExitCode::SUCCESS)
}

fn greet(wired: &Wired) {
    if let Some(key) = &wired.first_key {
        say("This database is new. With this key, good for one call, create your first user or API key:");
        say(&format!("\n    {key}\n"));
    }
}

async fn run(settings: &Settings, wired: Wired) -> Result<(), Failure> {
    let failed = |what: &str, e: std::io::Error| Failure::Work(format!("{what}: {e}"));
    let status = Arc::new(Status { store: wired.store.clone(), openapi: super::openapi() });
    let (stop, stopped) = watch::channel(false);
    let (rest, address) =
        http::listen(&wired.api, status, settings.server.rest_bind, &settings.server.cors_origins, None)
            .map_err(|e| failed("the REST door cannot open", e))?;
    let handle = rest.handle();
    let rest = tokio::spawn(rest);
    let sequencer = tokio::spawn(sequence(wired.clone(), stopped));
    say(&format!("REST at http://{address} (contract at /openapi.json)"));
    wait_for_stop().await.map_err(|e| failed("cannot wait for signals", e))?;
    tracing::info!("stopping: running requests may end");
    stop.send_replace(true);
    handle.stop(true).await;
    let ended = tokio::time::timeout(Duration::from_secs(settings.server.stop_seconds_max), async {
        (rest.await, sequencer.await)
    });
    if ended.await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
    Ok(())
}

/// Numbers events as they are committed. Any number of instances may do so; one at a time succeeds.
async fn sequence(wired: Wired, mut stopped: watch::Receiver<bool>) {
    const BATCH: u32 = 2000;
    while !*stopped.borrow() {
        let store = wired.store.clone();
        let numbered = wired.api.bulk.run(move || app::events::EventFeed::sequence(&store, BATCH)).await;
        let pause = match numbered {
            Ok(BATCH) => Duration::ZERO,
            Ok(_) => Duration::from_millis(200),
            Err(error) => {
                tracing::warn!(code = error.code().text, cause = error.internal(), "events could not be numbered");
                Duration::from_secs(2)
            }
        };
        let waited = tokio::time::timeout(pause, stopped.changed()).await;
        if matches!(waited, Ok(Err(_))) {
            return;
        }
    }
}

async fn wait_for_stop() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}
