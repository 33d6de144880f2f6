//! `recobra serve`.

use std::process::ExitCode;

use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::database::Database;
use super::telemetry;
use crate::cli::{Failure, say};
use crate::running::Running;
use crate::settings::Settings;
use crate::tls::{self, DoorTls};
use crate::wire::{Wired, wire};

/// Serves until told to stop.
///
/// # Errors
/// When the database cannot be reached or an address is taken.
pub fn serve(settings: &Settings) -> Result<ExitCode, Failure> {
    telemetry::start(&settings.log);
    let tls = load_tls(settings)?;
    let database = Database::open_to_serve(settings)?;
    let runtime = Runtime::new().map_err(|e| Failure::Work(format!("cannot start the runtime: {e}")))?;
    let wired = wire(settings, database.url(), runtime.handle())?;
    greet(&wired);
    runtime.block_on(run(settings, &wired, tls))?;
    drop(wired);
    // A statement that outlasted the stop is not waited for: it ends with its connection.
    runtime.shutdown_background();
    database.close();
    Ok(ExitCode::SUCCESS)
}

fn greet(wired: &Wired) {
    if let Some(key) = &wired.first_key {
        say(
            "This database is new. With this key create your first administrator, a user or an API key; then the key ends:",
        );
        say(&format!("\n    {key}\n"));
    }
}

/// Certificate and key of the doors. To be read before root is given up: often only root may read the key.
///
/// # Errors
/// Those of [`tls::load`].
pub fn load_tls(settings: &Settings) -> Result<DoorTls, Failure> {
    tls::load(settings).map_err(|e| Failure::Work(format!("a door cannot open: {e}")))
}

async fn run(settings: &Settings, wired: &Wired, tls: DoorTls) -> Result<(), Failure> {
    let failed = |what: &str, e: std::io::Error| Failure::Work(format!("{what}: {e}"));
    // Before anybody is told that the server is there: whoever reads that may stop it at once.
    let stop = Stop::listen().map_err(|e| failed("cannot listen to signals", e))?;
    let running = Running::start(settings, wired, tls).await.map_err(|e| failed("a door cannot open", e))?;
    let scheme = if settings.tls_on() { "https" } else { "http" };
    say(&format!("REST at {scheme}://{} (contract at /openapi.json)", running.rest_address));
    say(&format!("gRPC at {scheme}://{}", running.grpc_address));
    stop.wait().await;
    tracing::info!("stopping: running requests may end");
    running.stop().await;
    Ok(())
}

/// How a person or the service manager says that it is time to stop.
pub struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

impl Stop {
    /// From now on these signals do not end the process by themselves.
    ///
    /// # Errors
    /// When signals cannot be listened to.
    pub fn listen() -> std::io::Result<Self> {
        let (interrupt, terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        Ok(Self { interrupt, terminate })
    }

    /// Until one of them comes, or has come since.
    pub async fn wait(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
