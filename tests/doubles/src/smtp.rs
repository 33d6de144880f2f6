//! A real SMTP server (RFC 5321) on a loopback port: STARTTLS and implicit TLS, `AUTH PLAIN` and `LOGIN`, `SIZE`, `PIPELINING`,
//! `8BITMIME` and `DSN` (RFC 3461).
//!
//! It is strict: a line without CRLF, a text line over 998 bytes, undeclared 8-bit bytes, an unknown parameter and a command out of
//! order are refused. What it accepts it keeps byte for byte with its envelope. What it does wrong it was told to do, by connection
//! ([`SmtpDouble::next_connection`], [`SmtpDouble::every_connection`]) or by recipient ([`SmtpDouble::recipient`]).
//!
//! It is bounded in connections, message size and memory, and ends with its handle.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

mod certificate;
mod command;
mod record;
mod script;
mod session;
#[cfg(test)]
mod tests;
mod wire;

pub use certificate::Certificate;
pub use record::{Received, Recipient, Record};
pub use script::{Act, Behaviour, Stage};

use certificate::Identity;
use script::Script;
use session::Session;

/// Small, so that a client notices within a few hundred kilobytes that nobody reads.
const RECEIVE_BUFFER_BYTES: u32 = 64 * 1024;

/// How a connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encryption {
    /// Never; STARTTLS is not announced.
    #[default]
    None,
    /// `STARTTLS` (RFC 3207) is announced, and demanded before `AUTH` and `MAIL`.
    StartTls,
    /// TLS from the first byte (RFC 8314).
    Implicit,
}

/// What kind of server the double is.
#[derive(Debug, Clone)]
pub struct Options {
    pub encryption: Encryption,
    pub certificate: Certificate,
    /// User and password; mail is then taken only after a login.
    pub login: Option<(String, String)>,
    /// The mechanisms announced, separated by blanks.
    pub mechanisms: &'static str,
    /// The largest message, in bytes, announced with `SIZE`.
    pub message_bytes_max: usize,
    /// Connections open at the same time; the next one is answered with 421 and closed.
    pub connections_max: usize,
    /// Keywords of the `EHLO` answer to leave out, e.g. `DSN`.
    pub withheld: Vec<&'static str>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            encryption: Encryption::None,
            certificate: Certificate::Good,
            login: None,
            mechanisms: "PLAIN LOGIN",
            message_bytes_max: 32 * 1024 * 1024,
            connections_max: 64,
            withheld: Vec::new(),
        }
    }
}

/// What all connections of one double share.
struct Shared {
    options: Options,
    identity: Identity,
    script: Mutex<Script>,
    record: watch::Sender<Record>,
}

impl Shared {
    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running double. Dropping it ends the server and all its connections.
pub struct SmtpDouble {
    shared: Arc<Shared>,
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl SmtpDouble {
    /// Starts a server on a free port of 127.0.0.1. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// When no port can be opened or no certificate be made.
    pub fn start(options: Options) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(RECEIVE_BUFFER_BYTES)?;
        socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let listener = socket.listen(128)?;
        let address = listener.local_addr()?;
        let identity = Identity::make(options.certificate)?;
        let (record, _) = watch::channel(Record::default());
        let shared = Arc::new(Shared { options, identity, script: Mutex::default(), record });
        let task = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self { shared, address, task })
    }

    /// `127.0.0.1`; the good certificate names it, and `localhost`.
    pub fn host(&self) -> String {
        self.address.ip().to_string()
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The certificate of the authority a client should trust, as PEM.
    pub fn authority_pem(&self) -> &str {
        &self.shared.identity.authority_pem
    }

    /// Tells how every connection behaves that has no behaviour of its own. Holds for connections opened from now on.
    pub fn every_connection(&self, behaviours: Vec<Behaviour>) {
        self.shared.script().set_every(behaviours);
    }

    /// Tells how the next connection behaves; several calls queue up.
    pub fn next_connection(&self, behaviours: Vec<Behaviour>) {
        self.shared.script().push_next(behaviours);
    }

    /// Tells what happens to mail for this address, at [`Stage::Rcpt`] or [`Stage::Dot`], until it is forgotten. Holds at once, also
    /// on open connections.
    pub fn recipient(&self, address: &str, at: Stage, act: Act) {
        self.shared.script().set_recipient(address, at, act);
    }

    /// Mail for this address is accepted again.
    pub fn forget_recipient(&self, address: &str) {
        self.shared.script().forget_recipient(address);
    }

    /// All that was seen so far.
    pub fn record(&self) -> Record {
        self.shared.record.borrow().clone()
    }

    /// The messages accepted so far, in order of arrival.
    pub fn received(&self) -> Vec<Arc<Received>> {
        self.shared.record.borrow().received.clone()
    }

    /// Waits until the record satisfies a condition.
    ///
    /// # Errors
    /// `TimedOut` with the last record when it does not within `at_most`.
    pub async fn wait_until(
        &self,
        at_most: Duration,
        condition: impl FnMut(&Record) -> bool + Send,
    ) -> io::Result<Record> {
        let mut seen = self.shared.record.subscribe();
        match tokio::time::timeout(at_most, seen.wait_for(condition)).await {
            Ok(Ok(record)) => Ok(record.clone()),
            Ok(Err(closed)) => Err(io::Error::other(closed)),
            Err(_elapsed) => Err(io::Error::new(
                io::ErrorKind::TimedOut,
                format!("still {:?}", self.shared.record.borrow().commands),
            )),
        }
    }

    /// Ends the server and its connections; the port refuses connections afterwards.
    pub async fn stop(mut self) {
        self.task.abort();
        // Aborting is what we asked for, so the outcome tells nothing.
        drop((&mut self.task).await);
    }
}

impl Drop for SmtpDouble {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A port of 127.0.0.1 on which nobody listens.
///
/// # Errors
/// When no port can be opened to find one.
pub async fn closed_port() -> io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    Ok(listener.local_addr()?.port())
}

/// Counts a connection as open for as long as it lives, also when its task is aborted.
struct Open {
    shared: Arc<Shared>,
    number: usize,
}

impl Open {
    fn new(shared: &Arc<Shared>) -> Self {
        let mut number = 0;
        shared.record.send_modify(|record| number = record.opened());
        Self { shared: Arc::clone(shared), number }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.shared.record.send_modify(Record::closed);
    }
}

/// The sessions live in the set, so that they end together with this task.
async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut sessions = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                let open = Open::new(&shared);
                if sessions.len() >= shared.options.connections_max {
                    sessions.spawn(turn_away(open, stream));
                } else {
                    let behaviours = shared.script().take_connection();
                    sessions.spawn(serve(open, stream, behaviours));
                }
            }
            Some(_) = sessions.join_next() => {}
        }
    }
}

async fn turn_away(open: Open, mut stream: TcpStream) {
    // The client may be gone already, which is as good.
    drop(stream.write_all(b"421 4.3.2 Too many connections\r\n").await);
    drop(open);
}

/// An IO error ends the session: the client went away.
async fn serve(open: Open, stream: TcpStream, behaviours: Vec<Behaviour>) {
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let shared = Arc::clone(&open.shared);
    let number = open.number;
    if shared.options.encryption == Encryption::Implicit {
        let Ok(encrypted) = shared.identity.acceptor.accept(stream).await else { return };
        drop(Session::new(shared, number, behaviours, Box::new(encrypted)).encrypted().run().await);
    } else {
        drop(Session::new(shared, number, behaviours, Box::new(stream)).run().await);
    }
}
