//! What the double is told to do, and where in the dialog.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// A place in the SMTP dialog (RFC 5321) at which the double can be told to misbehave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The connection is open, the greeting has not been sent.
    Connect,
    /// After `EHLO` or `HELO`.
    Ehlo,
    /// After `STARTTLS`.
    StartTls,
    /// After the credentials are complete.
    Auth,
    /// After `MAIL FROM`.
    MailFrom,
    /// After `RCPT TO`.
    Rcpt,
    /// After `DATA`, before the message.
    Data,
    /// While the message is being sent, after 354 and before the final dot.
    Body,
    /// After the final dot. The message counts as accepted unless the act answers with 4xx or 5xx.
    Dot,
    /// After `RSET`.
    Reset,
}

/// What the double does at a [`Stage`] instead of answering as it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Answers with this code and text. 421 closes the connection afterwards. At [`Stage::Body`] it answers before the message
    /// has been read and closes.
    Answer(u16, &'static str),
    /// Never answers; at [`Stage::Body`] it also stops reading.
    Hang,
    /// Closes the connection without an answer.
    Drop,
    /// Answers as it should, but one byte at a time with this pause between them. Without effect at [`Stage::Body`].
    Drip(Duration),
    /// Answers as it should, with these bytes behind the answer in the same write. Without effect at [`Stage::Body`].
    Append(&'static str),
    /// Sends exactly these bytes as the answer, then goes on as if it had answered as it should. Without effect at [`Stage::Body`].
    Raw(&'static [u8]),
}

/// One act at one stage of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behaviour {
    pub at: Stage,
    pub act: Act,
}

impl Behaviour {
    pub fn new(at: Stage, act: Act) -> Self {
        Self { at, act }
    }
}

/// All that was asked of one double. A recipient's act wins over the connection's.
#[derive(Debug, Default)]
pub(super) struct Script {
    every: Vec<Behaviour>,
    next: VecDeque<Vec<Behaviour>>,
    recipients: BTreeMap<(String, Stage), Act>,
}

impl Script {
    pub(super) fn set_every(&mut self, behaviours: Vec<Behaviour>) {
        self.every = behaviours;
    }

    pub(super) fn push_next(&mut self, behaviours: Vec<Behaviour>) {
        self.next.push_back(behaviours);
    }

    pub(super) fn set_recipient(&mut self, address: &str, at: Stage, act: Act) {
        self.recipients.insert((address.to_ascii_lowercase(), at), act);
    }

    pub(super) fn forget_recipient(&mut self, address: &str) {
        let address = address.to_ascii_lowercase();
        self.recipients.retain(|(of, _), _| *of != address);
    }

    /// The behaviours of the connection that opens now.
    pub(super) fn take_connection(&mut self) -> Vec<Behaviour> {
        self.next.pop_front().unwrap_or_else(|| self.every.clone())
    }

    /// The act for the first of these recipients that has one at this stage.
    pub(super) fn for_recipients(&self, at: Stage, recipients: &[String]) -> Option<Act> {
        recipients.iter().find_map(|one| self.recipients.get(&(one.to_ascii_lowercase(), at)).cloned())
    }
}
