//! Where mail is handed over.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use kernel::secret::Secret;

/// A place that takes mail.
#[derive(Debug, Clone)]
pub enum Relay {
    Smtp(SmtpRelay),
    Folder(FolderRelay),
}

impl Relay {
    /// The name by which configuration and attempt ledger know the relay.
    pub fn name(&self) -> &str {
        match self {
            Self::Smtp(relay) => &relay.name,
            Self::Folder(relay) => &relay.name,
        }
    }
}

/// An SMTP server that takes our mail for any recipient.
#[derive(Debug, Clone)]
pub struct SmtpRelay {
    pub name: String,
    /// Host name or IP address; its certificate must name it.
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    /// The authorities to trust, as PEM, instead of those of the host.
    pub ca_pem: Option<String>,
    pub login: Option<Login>,
    pub timeouts: Timeouts,
    /// What we call ourselves in `EHLO`: our host name, or an address literal such as `[192.0.2.1]`.
    pub helo_name: String,
    /// For the caller's [`super::Throttle`]; the sender itself does not wait.
    pub per_domain_per_minute: NonZeroU32,
    /// Connections open at the same time.
    pub max_connections: NonZeroUsize,
}

/// A folder into which each mail is written as one `.eml` file: for demonstrations, and for sites whose own software picks mail up.
///
/// The file holds the message alone. Its recipients are those of `To` and `Cc`; the return path is for the picking software to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderRelay {
    pub name: String,
    /// Made when it is missing.
    pub path: PathBuf,
}

/// How the connection is encrypted. There is no "if possible": what is configured is demanded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// Not at all; for a relay on the same host or network.
    None,
    /// By `STARTTLS` (RFC 3207), usually on port 587.
    StartTls,
    /// From the first byte (RFC 8314), usually on port 465.
    Implicit,
}

/// User and password at the relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    pub user: String,
    pub password: Secret,
}

/// How long to wait for a relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For the TCP connection, and again for the TLS handshake.
    pub connect: Duration,
    /// For the greeting, for each command and its answer, and for each block of the message.
    pub command: Duration,
    /// For one mail from beginning to end, the wait for a free connection included. It alone limits the wait after the final dot:
    /// to give up there leaves the outcome unknown. So that there is time for that wait, the dot is not sent when less than
    /// `command`, or half of the total, is left.
    pub total: Duration,
}

impl Default for Timeouts {
    /// RFC 5321, 4.5.3.2.6 asks for ten minutes after the final dot, which the total leaves room for; the others are shorter than
    /// the five minutes it recommends, because before the dot giving up costs nothing.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            command: Duration::from_mins(1),
            total: Duration::from_mins(15),
        }
    }
}
