//! A running server: doors and background work, started and stopped together.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tonic::transport::ServerTlsConfig;

use crate::http::{self, Status};
use crate::metrics::Answers;
use crate::settings::Settings;
use crate::tls::DoorTls;
use crate::wire::Wired;

/// Messages looked at at the same time; how many are handed over each relay says.
const SENDERS: usize = 4;

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
    pub async fn start(settings: &Settings, wired: &Wired, tls: DoorTls) -> std::io::Result<Self> {
        let (stop, stopped) = watch::channel(false);
        let answers = Answers::new().map_err(std::io::Error::other)?;
        let status = Arc::new(Status {
            store: wired.store.clone(),
            openapi: crate::commands::openapi(),
            stopping: stopped.clone(),
            answers: answers.clone(),
        });
        let grpc = TcpListener::bind(settings.server.grpc_bind).await?;
        let grpc_address = grpc.local_addr()?;
        let (rest, rest_address) = http::listen(&wired.api, status, &settings.server, tls.rest)?;
        let handle = rest.handle();
        let mut tasks = vec![
            tokio::spawn(async move {
                if let Err(error) = rest.await {
                    tracing::error!(cause = %error, "the REST door failed");
                }
            }),
            tokio::spawn(serve_grpc(grpc, wired.clone(), tls.grpc, answers, stopped.clone())),
            tokio::spawn(sequence(wired.clone(), stopped.clone())),
            tokio::spawn(wired.sender.clone().sweep(stopped.clone())),
            tokio::spawn(crate::credit::keep(wired.clone(), stopped.clone())),
            tokio::spawn(crate::credit::add_up(wired.clone(), stopped.clone())),
            tokio::spawn(keep_partitions(wired.clone(), stopped.clone())),
            tokio::spawn(forget_answers(wired.clone(), settings.idempotency.keep_days, stopped.clone())),
        ];
        tasks.extend(crate::dunning::start(settings, wired, &stopped));
        tasks.extend(crate::learning::start(settings, wired, &stopped));
        tasks.extend(crate::alerts::start(settings, wired, &stopped));
        tasks.push(crate::scoring::start(wired, &stopped));
        if settings.dunning.send {
            tasks.extend((0..SENDERS).map(|_| tokio::spawn(wired.sender.clone().run(stopped.clone()))));
        }
        Ok(Self {
            rest_address,
            grpc_address,
            rest: handle,
            stop,
            tasks,
            stop_max: Duration::from_secs(settings.server.stop_seconds_max),
        })
    }

    /// Closes the doors, lets running requests end, and waits for the background work: for all of it together as long as
    /// `server.stop_seconds_max` says.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        let ended = tokio::time::timeout(self.stop_max, async {
            self.rest.stop(true).await;
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

/// A caller that does not end its call in time is cut off when the process ends.
async fn serve_grpc(
    listener: TcpListener,
    wired: Wired,
    tls: Option<ServerTlsConfig>,
    answers: Answers,
    stopped: watch::Receiver<bool>,
) {
    let of_chunks = answers.clone();
    let door = grpc::Door {
        api: wired.api,
        feed: Arc::new(wired.store),
        ended: Arc::new(move |call| answers.grpc(&call)),
        taken: Arc::new(move |counts| of_chunks.push_rows(counts)),
        stopping: stopped.clone(),
    };
    let mut stopping = stopped;
    let stop = async move {
        // An error means that the sender is gone, and then the server is as well.
        drop(stopping.wait_for(|stopping| *stopping).await);
    };
    if let Err(error) = grpc::serve(listener, door, tls, stop).await {
        tracing::error!(cause = %error, "the gRPC door failed");
    }
}

/// Makes the partitions of the coming month long before it begins.
async fn keep_partitions(wired: Wired, mut stopped: watch::Receiver<bool>) {
    const EVERY: Duration = Duration::from_hours(1);
    while !*stopped.borrow() {
        let store = wired.store.clone();
        let now = wired.api.app.clock.now();
        if let Err(error) = wired.api.bulk.run(move || store.ensure_partitions(now)).await {
            tracing::warn!(
                code = error.code().text,
                cause = error.internal(),
                "partitions could not be made"
            );
        }
        let waited = tokio::time::timeout(EVERY, stopped.changed()).await;
        if matches!(waited, Ok(Err(_))) {
            return;
        }
    }
}

/// Forgets the answers that nobody will ask for again.
async fn forget_answers(wired: Wired, keep_days: u32, mut stopped: watch::Receiver<bool>) {
    const EVERY: Duration = Duration::from_hours(1);
    while !*stopped.borrow() {
        let store = wired.store.clone();
        let before = wired.api.app.clock.now() - chrono::TimeDelta::days(keep_days.into());
        match wired.api.bulk.run(move || store.forget_answers(before)).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "old idempotency keys forgotten"),
            Err(error) => tracing::warn!(
                code = error.code().text,
                cause = error.internal(),
                "old idempotency keys could not be forgotten"
            ),
        }
        let waited = tokio::time::timeout(EVERY, stopped.changed()).await;
        if matches!(waited, Ok(Err(_))) {
            return;
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
