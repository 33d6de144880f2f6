//! A running server: doors and background work, started and stopped together.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::http::{self, Status};
use crate::settings::Settings;
use crate::wire::Wired;

/// Open doors and what runs behind them.
pub struct Running {
    pub rest_address: SocketAddr,
    pub grpc_address: SocketAddr,
    rest: ServerHandle,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    stop_max: Duration,
}

impl Running {
    /// Opens the doors and starts the background work.
    ///
    /// # Errors
    /// When an address is taken.
    #[expect(clippy::unused_async, reason = "the doors need a runtime around them")]
    pub async fn start(settings: &Settings, wired: &Wired) -> std::io::Result<Self> {
        let status = Arc::new(Status { store: wired.store.clone(), openapi: crate::commands::openapi() });
        let (stop, stopped) = watch::channel(false);
        let (rest, rest_address) =
            http::listen(&wired.api, status, settings.server.rest_bind, &settings.server.cors_origins, None)?;
        let handle = rest.handle();
        let tasks = vec![
            tokio::spawn(async move {
                if let Err(error) = rest.await {
                    tracing::error!(cause = %error, "the REST door failed");
                }
            }),
            tokio::spawn(sequence(wired.clone(), stopped)),
        ];
        Ok(Self {
            rest_address,
            grpc_address: settings.server.grpc_bind,
            rest: handle,
            stop,
            tasks,
            stop_max: Duration::from_secs(settings.server.stop_seconds_max),
        })
    }

    /// Closes the doors, lets running requests end, and waits for the background work.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        self.rest.stop(true).await;
        let ended = tokio::time::timeout(self.stop_max, async {
            for task in self.tasks {
                if let Err(error) = task.await {
                    tracing::error!(cause = %error, "background work failed");
                }
            }
        });
        if ended.await.is_err() {
            tracing::warn!("some work did not end in time");
        }
    }
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
                tracing::warn!(
                    code = error.code().text,
                    cause = error.internal(),
                    "events could not be numbered"
                );
                Duration::from_secs(2)
            }
        };
        let waited = tokio::time::timeout(pause, stopped.changed()).await;
        if matches!(waited, Ok(Err(_))) {
            return;
        }
    }
}
