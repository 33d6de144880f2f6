//! A client of the push door, as an ERP would write one: for `recobra push` and `recobra demo`.

use std::error::Error;
use std::io;

use proto::v1::push_chunks_request::Rows;
use proto::v1::push_service_client::PushServiceClient;
use proto::v1::{
    AbortSessionRequest, ControlTotal, FinishSessionRequest, FinishSessionResponse, OpenSessionRequest,
    PushChunksRequest, PushChunksResponse, Session,
};
use tokio_stream::{Stream, StreamExt as _};
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};
use tonic::{Request, Status, Streaming};

/// Rows of one chunk at most; the server takes 10,000.
pub const CHUNK_ROWS: usize = 5_000;
/// The server takes 4 MiB and a frame.
const MESSAGE_BYTES_MAX: usize = 8 * 1024 * 1024;

/// A connection with a key.
#[derive(Clone)]
pub struct PushClient {
    client: PushServiceClient<Channel>,
    bearer: MetadataValue<Ascii>,
}

/// Why no client could be made.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("{url} is not an address like http://127.0.0.1:8481: {cause}")]
    Address { url: String, cause: String },
    #[error("the key holds characters that no key has")]
    Key,
    #[error("no certificate can be checked for {url}: {cause}")]
    NoTrust { url: String, cause: String },
    #[error("{url} shows a certificate that is not trusted here: {cause}")]
    Untrusted { url: String, cause: String },
    #[error("nothing answers at {url}: {cause}")]
    Unreachable { url: String, cause: String },
}

impl PushClient {
    /// Connects to a server; `authority` is a PEM file's content, trusted instead of what the host trusts.
    ///
    /// # Errors
    /// [`ConnectError`].
    pub async fn connect(url: &str, key: &str, authority: Option<&str>) -> Result<Self, ConnectError> {
        let address = |cause: tonic::transport::Error| ConnectError::Address {
            url: url.to_owned(),
            cause: cause.to_string(),
        };
        let mut endpoint = Endpoint::from_shared(url.to_owned()).map_err(address)?;
        if url.starts_with("https://") {
            let tls = match authority {
                Some(pem) => ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem)),
                None => ClientTlsConfig::new().with_native_roots(),
            };
            let no_trust =
                |cause| ConnectError::NoTrust { url: url.to_owned(), cause: causes(&cause).join(": ") };
            endpoint = endpoint.tls_config(tls).map_err(no_trust)?;
        }
        let channel = endpoint.connect().await.map_err(|cause| not_connected(url, &cause))?;
        let bearer =
            MetadataValue::try_from(format!("Bearer {key}")).map_err(|_invalid| ConnectError::Key)?;
        let client = PushServiceClient::new(channel)
            .max_encoding_message_size(MESSAGE_BYTES_MAX)
            .max_decoding_message_size(MESSAGE_BYTES_MAX);
        Ok(Self { client, bearer })
    }

    fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        request.metadata_mut().insert("authorization", self.bearer.clone());
        request
    }

    /// Opens a session, or goes on with the one that is open.
    ///
    /// # Errors
    /// Those of the server.
    pub async fn open(&mut self, asked: OpenSessionRequest) -> Result<Session, Status> {
        let request = self.request(asked);
        let opened = self.client.open_session(request).await?.into_inner().session;
        opened.ok_or_else(|| Status::internal("the server answered without a session"))
    }

    /// Pushes chunks in one stream; `tell` hears of each acknowledged one.
    ///
    /// # Errors
    /// Those of the server; what was acknowledged before stays.
    pub async fn push(
        &mut self,
        session: &Session,
        chunks: Vec<Rows>,
        mut tell: impl FnMut(PushChunksResponse),
    ) -> Result<(), Status> {
        let id = session.id.clone();
        let numbered = (session.last_chunk.saturating_add(1)..).zip(chunks);
        let requests = numbered.map(move |(chunk_no, rows)| PushChunksRequest {
            session_id: id.clone(),
            chunk_no,
            rows: Some(rows),
        });
        let mut answers = self.stream(tokio_stream::iter(requests.collect::<Vec<_>>())).await?;
        while let Some(answer) = answers.next().await {
            tell(answer?);
        }
        Ok(())
    }

    /// Pushes chunks as they come; the answers come in their order.
    ///
    /// # Errors
    /// Those of the server; what was acknowledged before stays.
    pub async fn stream(
        &mut self,
        chunks: impl Stream<Item = PushChunksRequest> + Send + 'static,
    ) -> Result<Streaming<PushChunksResponse>, Status> {
        let request = self.request(chunks);
        self.client.push_chunks(request).await.map(tonic::Response::into_inner)
    }

    /// Finishes a session.
    ///
    /// # Errors
    /// Those of the server.
    pub async fn finish(
        &mut self,
        session_id: &str,
        control_totals: Vec<ControlTotal>,
    ) -> Result<FinishSessionResponse, Status> {
        let request =
            self.request(FinishSessionRequest { session_id: session_id.to_owned(), control_totals });
        self.client.finish_session(request).await.map(tonic::Response::into_inner)
    }

    /// Gives a session up.
    ///
    /// # Errors
    /// Those of the server.
    pub async fn abort(&mut self, session_id: &str) -> Result<(), Status> {
        let request = self.request(AbortSessionRequest { session_id: session_id.to_owned() });
        self.client.abort_session(request).await.map(drop)
    }
}

fn not_connected(url: &str, error: &tonic::transport::Error) -> ConnectError {
    let url = url.to_owned();
    match distrust(error) {
        Some(cause) => ConnectError::Untrusted { url, cause },
        None => ConnectError::Unreachable { url, cause: causes(error).join(": ") },
    }
}

/// What is wrong with the server's certificate, if that is why.
fn distrust(error: &(dyn Error + 'static)) -> Option<String> {
    chain(error).find_map(|e| {
        // An error of IO does not count the one it wraps among its causes.
        let wrapped = e.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        let tls = match wrapped {
            Some(wrapped) => wrapped.downcast_ref::<rustls::Error>(),
            None => e.downcast_ref::<rustls::Error>(),
        };
        tls.filter(|e| matches!(e, rustls::Error::InvalidCertificate(_))).map(ToString::to_string)
    })
}

/// The error with what caused it, each said once.
fn causes(error: &(dyn Error + 'static)) -> Vec<String> {
    let mut said = chain(error).map(ToString::to_string).collect::<Vec<_>>();
    said.dedup();
    said
}

fn chain<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |e: &&'e (dyn Error + 'static)| (*e).source())
}
