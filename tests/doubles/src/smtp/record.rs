//! What the double saw.

use std::sync::Arc;

/// At most so many command lines are kept, so that a runaway client cannot fill the memory of a test.
const COMMANDS_MAX: usize = 20_000;

/// At most so many bytes of messages are kept; beyond, messages are answered with 452.
const MESSAGE_BYTES_MAX: usize = 512 * 1024 * 1024;

/// One message the double took responsibility for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The connection it came over, counted from 1.
    pub connection: usize,
    /// The path of `MAIL FROM`; empty for the null path.
    pub mail_from: String,
    /// The parameters of `MAIL FROM` as sent, e.g. `SIZE=311`, `RET=HDRS`, `ENVID=…`.
    pub mail_params: Vec<String>,
    pub recipients: Vec<Recipient>,
    /// The message without dot-stuffing and final dot, byte for byte.
    pub bytes: Vec<u8>,
    /// Whether TLS was on.
    pub encrypted: bool,
    /// The user that had logged in.
    pub user: Option<String>,
    /// False when the double was told not to answer after the final dot.
    pub answered: bool,
}

/// One accepted `RCPT TO`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    pub address: String,
    /// The parameters as sent, e.g. `NOTIFY=FAILURE`, `ORCPT=…`.
    pub params: Vec<String>,
}

/// All that the double saw so far.
#[derive(Debug, Clone, Default)]
pub struct Record {
    pub received: Vec<Arc<Received>>,
    /// The command lines of all connections in order of arrival, each with the number of its connection. The credentials are
    /// left out.
    pub commands: Vec<(usize, String)>,
    /// Connections accepted so far.
    pub connections: usize,
    /// Connections open now.
    pub open: usize,
    /// The most connections that were open at the same time.
    pub open_max: usize,
    bytes: usize,
}

impl Record {
    /// Whether a command that starts with this verb arrived.
    pub fn heard(&self, verb: &str) -> bool {
        self.count(verb) > 0
    }

    /// How many commands that start with this verb arrived.
    pub fn count(&self, verb: &str) -> usize {
        self.commands.iter().filter(|(_, line)| line.starts_with(verb)).count()
    }

    pub(super) fn command(&mut self, connection: usize, line: String) {
        if self.commands.len() < COMMANDS_MAX {
            self.commands.push((connection, line));
        }
    }

    pub(super) fn opened(&mut self) -> usize {
        self.connections += 1;
        self.open += 1;
        self.open_max = self.open_max.max(self.open);
        self.connections
    }

    pub(super) fn closed(&mut self) {
        self.open = self.open.saturating_sub(1);
    }

    pub(super) fn has_room_for(&self, bytes: usize) -> bool {
        self.bytes.saturating_add(bytes) <= MESSAGE_BYTES_MAX
    }

    pub(super) fn message(&mut self, message: Received) {
        self.bytes = self.bytes.saturating_add(message.bytes.len());
        self.received.push(Arc::new(message));
    }
}
