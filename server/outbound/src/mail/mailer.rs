//! Handing mail to one relay, over connections that are used again.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kernel::{Error, Outcome};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::codes;
use super::dialog::Limit;
use super::envelope::Envelope;
use super::folder;
use super::relay::{FolderRelay, Relay, SmtpRelay, Timeouts};
use super::result::{Cause, Phase, SendResult};
use super::session::Session;
use super::tls::Trust;

/// After so many mails a connection is given up, below the limits that relays commonly set.
const MAILS_PER_CONNECTION_MAX: u32 = 100;

/// A connection idle for longer is not used again; relays close them after some minutes.
const IDLE_MAX: Duration = Duration::from_mins(1);

/// Beyond, a timeout is a typing error, and the job that waits would outlive its lease.
const TIMEOUT_MAX: Duration = Duration::from_hours(24);

/// The sender for one relay. Shared by all jobs that send through it, since it bounds the connections.
///
/// A connection stays open for the next mail; [`Mailer::close`] ends those that are idle, best called after a batch.
pub struct Mailer {
    outlet: Outlet,
}

enum Outlet {
    Smtp(Box<SmtpOutlet>),
    Folder(FolderRelay),
}

struct SmtpOutlet {
    relay: SmtpRelay,
    trust: Option<Trust>,
    permits: Semaphore,
    idle: Mutex<Vec<Idle>>,
}

struct Idle {
    session: Session,
    mails: u32,
    since: Instant,
}

impl Mailer {
    /// A sender for this relay; nothing is connected yet.
    ///
    /// # Errors
    /// `mail.relay_invalid`.
    pub fn try_new(relay: Relay) -> Outcome<Self> {
        let outlet = match relay {
            Relay::Folder(relay) => Outlet::Folder(relay),
            Relay::Smtp(relay) => Outlet::Smtp(Box::new(SmtpOutlet::try_new(relay)?)),
        };
        Ok(Self { outlet })
    }

    /// Hands one mail over and tells what is known about it. The bytes are sent as they are; they must be lines that end with CRLF,
    /// as [`super::compose`] makes them. Never tries again by itself after anything but a connection that was used before turned
    /// out to be gone, and then only if the final dot was not sent.
    ///
    /// To be awaited to its end: when the future is dropped, the outcome counts as unknown.
    pub async fn send(&self, envelope: &Envelope, bytes: &[u8]) -> SendResult {
        let (name, result) = match &self.outlet {
            Outlet::Folder(relay) => (&relay.name, folder::deliver(relay, envelope, bytes).await),
            Outlet::Smtp(outlet) => (&outlet.relay.name, outlet.send(envelope, bytes).await),
        };
        log(name, &result);
        result
    }

    /// Ends the idle connections politely. Mails under way go on, and the sender stays usable.
    pub async fn close(&self) {
        if let Outlet::Smtp(outlet) = &self.outlet {
            outlet.close().await;
        }
    }
}

fn log(relay: &str, result: &SendResult) {
    if matches!(result, SendResult::Unknown { .. }) {
        tracing::warn!(relay, ?result, "outcome of a mail unknown");
    } else {
        tracing::debug!(relay, ?result, "attempt to hand a mail over");
    }
}

/// Hands one mail over on a connection of its own. For more than one mail keep a [`Mailer`].
///
/// # Errors
/// `mail.relay_invalid`; nothing was sent then.
pub async fn send(relay: Relay, envelope: &Envelope, bytes: &[u8]) -> Outcome<SendResult> {
    let mailer = Mailer::try_new(relay)?;
    let result = mailer.send(envelope, bytes).await;
    mailer.close().await;
    Ok(result)
}

impl SmtpOutlet {
    fn try_new(relay: SmtpRelay) -> Outcome<Self> {
        let wrong = |field: &str, message: String| Error::field(field, &codes::RELAY_INVALID, message);
        let one_word = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        if !one_word(&relay.host) {
            return Err(wrong("host", format!("{:?} is not a host name", relay.host)));
        }
        if !one_word(&relay.helo_name) {
            return Err(wrong("helo_name", format!("{:?} is not a host name", relay.helo_name)));
        }
        let Timeouts { connect, command, total } = relay.timeouts;
        if [connect, command, total].iter().any(|limit| limit.is_zero() || *limit > TIMEOUT_MAX) {
            return Err(wrong("timeouts", "a timeout is more than nothing and at most a day".to_owned()));
        }
        let trust = Trust::for_relay(&relay)?;
        let permits = Semaphore::new(relay.max_connections.get().min(Semaphore::MAX_PERMITS));
        Ok(Self { relay, trust, permits, idle: Mutex::default() })
    }

    async fn send(&self, envelope: &Envelope, bytes: &[u8]) -> SendResult {
        if let Some(why) = unsendable(bytes) {
            return SendResult::NotSent { cause: Cause::Unsendable, reason: why.to_owned() };
        }
        let limit = Limit::start(self.relay.timeouts.command, self.relay.timeouts.total);
        let Ok(Ok(_permit)) =
            tokio::time::timeout_at(limit.at_most(self.relay.timeouts.total), self.permits.acquire()).await
        else {
            return SendResult::NotSent {
                cause: Cause::Timeout,
                reason: "no connection became free in time".to_owned(),
            };
        };
        if let Some(mut idle) = self.take_idle() {
            let result = match idle.session.reset(limit).await {
                Ok(()) => idle.session.hand_over(envelope, bytes, limit).await,
                Err(result) => result,
            };
            if !is_stale(&result) {
                self.keep(idle.session, idle.mails, &result);
                return result;
            }
        }
        let mut session = match Session::open(&self.relay, self.trust.as_ref(), limit).await {
            Ok(session) => session,
            Err(result) => return result,
        };
        let result = session.hand_over(envelope, bytes, limit).await;
        self.keep(session, 0, &result);
        result
    }

    async fn close(&self) {
        let all = std::mem::take(&mut *self.idle());
        let limit = Limit::start(self.relay.timeouts.command, self.relay.timeouts.connect);
        for idle in all {
            idle.session.quit(limit).await;
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connection used last. Since a new one is opened only when none is idle, there are never more than there are permits.
    fn take_idle(&self) -> Option<Idle> {
        let mut all = self.idle();
        all.retain(|idle| idle.since.elapsed() < IDLE_MAX);
        all.pop()
    }

    /// Keeps the connection when its dialog is in a known state.
    fn keep(&self, session: Session, mails_before: u32, result: &SendResult) {
        let mails = mails_before.saturating_add(1);
        let known = match result {
            SendResult::Accepted { .. } => true,
            SendResult::Refused { code, at, .. } => *code != 421 && at.concerns_the_mail(),
            SendResult::NotSent { .. } | SendResult::Unknown { .. } => false,
        };
        if known && mails < MAILS_PER_CONNECTION_MAX {
            self.idle().push(Idle { session, mails, since: Instant::now() });
        }
    }
}

/// Whether a used connection turned out to be of no more use before the mail was out, so that a fresh one may do.
fn is_stale(result: &SendResult) -> bool {
    match result {
        SendResult::NotSent { cause, .. } => matches!(cause, Cause::Closed | Cause::Protocol),
        SendResult::Refused { code, at, .. } => *at == Phase::Connect || (*code == 421 && *at != Phase::Data),
        SendResult::Accepted { .. } | SendResult::Unknown { .. } => false,
    }
}

/// Why these bytes cannot be sent unchanged. A bare CR or LF would be mended differently from relay to relay, and can smuggle
/// commands past some (CVE-2023-51764).
fn unsendable(bytes: &[u8]) -> Option<&'static str> {
    if !bytes.ends_with(b"\r\n") {
        return Some("the message does not end with CRLF");
    }
    let mut previous = b'\n';
    for byte in bytes {
        if (*byte == b'\n') != (previous == b'\r') {
            return Some("the message holds a CR or LF of its own");
        }
        previous = *byte;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::unsendable;

    #[test]
    fn bytes_that_are_not_lines_ending_with_crlf_are_not_sent() {
        for bytes in [
            "", "a", "a\n", "a\r", "a\r\nb", "a\nb\r\n", "a\rb\r\n", "\na\r\n", "a\r\r\n", "a\r\n\n",
            "a\n\r\n",
        ] {
            assert!(unsendable(bytes.as_bytes()).is_some(), "{bytes:?}");
        }
        for bytes in ["\r\n", "a\r\n", "\r\n\r\n", "a\r\n.\r\n", "ñ\r\n"] {
            assert_eq!(unsendable(bytes.as_bytes()), None, "{bytes:?}");
        }
    }
}
