//! The gRPC door: what machines need. Each method calls one use case.

mod call;
pub mod codes;
mod count;
mod credit;
mod events;
mod push;
mod status;
mod unread;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use app::events::EventFeed;
use app::push::RowCounts;
use bridge::Api;
use proto::v1::credit_service_server::CreditServiceServer;
use proto::v1::event_service_server::EventServiceServer;
use proto::v1::push_service_server::PushServiceServer;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tonic::codec::CompressionEncoding;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Server, ServerTlsConfig};

pub use crate::count::{Ended, OnEnd};

/// Largest message taken or sent, in bytes: a chunk of 4 MiB and its frame.
pub const MESSAGE_BYTES_MAX: usize = app::push::CHUNK_BYTES_MAX + 64 * 1024;
/// Requests that one connection may have under way.
const REQUESTS_PER_CONNECTION_MAX: u32 = 64;
/// A silent peer is asked this often, and given up when it does not answer.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// Who is told of rows that were taken.
pub type OnTaken = Arc<dyn Fn(&RowCounts) + Send + Sync>;

/// What the door needs beside the use cases.
#[derive(Clone)]
pub struct Door {
    pub api: Api,
    pub feed: Arc<dyn EventFeed>,
    /// Told of every call that ended.
    pub ended: OnEnd,
    /// Told of every chunk that was kept, once however often it is sent; not of rehearsals.
    pub taken: OnTaken,
    /// Turns true when the server stops: followers are then let go.
    pub stopping: watch::Receiver<bool>,
}

/// Serves until `stop` resolves; calls under way may end.
///
/// # Errors
/// When the certificate cannot be used or the listener fails.
pub async fn serve(
    listener: TcpListener,
    door: Door,
    tls: Option<ServerTlsConfig>,
    stop: impl Future<Output = ()>,
) -> Result<(), tonic::transport::Error> {
    let (health, health_service) = tonic_health::server::health_reporter();
    health.set_serving::<PushServiceServer<push::PushDoor>>().await;
    health.set_serving::<EventServiceServer<events::EventDoor>>().await;
    health.set_serving::<CreditServiceServer<credit::CreditDoor>>().await;
    let ended = door.ended.clone();
    let mut server = Server::builder()
        .layer(count::layer(ended))
        .concurrency_limit_per_connection(usize::try_from(REQUESTS_PER_CONNECTION_MAX).unwrap_or(64))
        .http2_keepalive_interval(Some(KEEP_ALIVE))
        .http2_keepalive_timeout(Some(KEEP_ALIVE));
    if let Some(tls) = tls {
        server = server.tls_config(tls)?;
    }
    let push = PushServiceServer::new(push::PushDoor::new(door.clone()))
        .accept_compressed(CompressionEncoding::Gzip)
        .send_compressed(CompressionEncoding::Gzip)
        .max_decoding_message_size(MESSAGE_BYTES_MAX)
        .max_encoding_message_size(MESSAGE_BYTES_MAX);
    let credit = CreditServiceServer::new(credit::CreditDoor::new(door.clone()))
        .max_decoding_message_size(MESSAGE_BYTES_MAX);
    let events = EventServiceServer::new(events::EventDoor::new(door))
        .send_compressed(CompressionEncoding::Gzip)
        .max_decoding_message_size(MESSAGE_BYTES_MAX);
    server
        .add_service(health_service)
        .add_optional_service(reflection())
        .add_service(push)
        .add_service(events)
        .add_service(credit)
        .serve_with_incoming_shutdown(TcpIncoming::from(listener).with_nodelay(Some(true)), stop)
        .await
}

/// Clients such as grpcurl learn the contract from the server itself.
fn reflection() -> Option<
    tonic_reflection::server::v1::ServerReflectionServer<impl tonic_reflection::server::v1::ServerReflection>,
> {
    let built = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(proto::DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1();
    if let Err(error) = &built {
        tracing::error!(cause = %error, "reflection is not served");
    }
    built.ok()
}
