//! From an answer, or its absence, to an outcome.

use super::dialog::{Fault, Reply};
use super::result::{Cause, Phase, SendResult};

/// A step that ends the attempt when it fails.
pub(super) type Step<T> = Result<T, SendResult>;

/// An answer that is no refusal.
pub(super) fn answered(reply: Result<Reply, Fault>, at: Phase, what: &str) -> Step<Reply> {
    match reply {
        Ok(reply) if reply.is_refusal() => Err(refused(&reply, at)),
        Ok(reply) => Ok(reply),
        Err(fault) => Err(faulty(&fault, what)),
    }
}

/// An answer that completes the command.
pub(super) fn completed(reply: Result<Reply, Fault>, at: Phase, what: &str) -> Step<Reply> {
    let reply = answered(reply, at, what)?;
    if (200..=299).contains(&reply.code) { Ok(reply) } else { Err(unexpected(&reply, what)) }
}

pub(super) fn refused(reply: &Reply, at: Phase) -> SendResult {
    SendResult::Refused { permanent: reply.code >= 500, code: reply.code, text: reply.text(), at }
}

pub(super) fn unexpected(reply: &Reply, what: &str) -> SendResult {
    not_sent(Cause::Protocol, format!("the relay answered {} {:?} to {what}", reply.code, reply.text()))
}

pub(super) fn not_sent(cause: Cause, reason: impl Into<String>) -> SendResult {
    SendResult::NotSent { cause, reason: reason.into() }
}

/// A fault before the final dot.
pub(super) fn faulty(fault: &Fault, what: &str) -> SendResult {
    let cause = match fault {
        Fault::Timeout => Cause::Timeout,
        Fault::Closed(_) => Cause::Closed,
        Fault::Malformed(_) => Cause::Protocol,
    };
    not_sent(cause, format!("{what}: {}", explain(fault)))
}

pub(super) fn explain(fault: &Fault) -> &str {
    match fault {
        Fault::Timeout => "no answer in time",
        Fault::Closed(text) | Fault::Malformed(text) => text,
    }
}
