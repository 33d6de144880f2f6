//! Push sessions: how an ERP's customers, receivables, instruments and entries come in.
//!
//! A session declares what is coming; each chunk is one transaction and is acknowledged when it is durable; finishing
//! retries what waited, closes what a snapshot lacks, and compares control totals. The same content pushed twice is
//! recognised by its fingerprint and writes nothing but the chunk's acknowledgement.

pub mod accounts;
pub mod ahead;
pub mod chunk;
pub mod codes;
pub mod contacts;
pub mod content;
pub mod deliveries;
pub mod entries;
pub mod finish;
pub mod instruments;
mod issues;
pub mod keys;
pub mod ledger;
pub mod lists;
mod nul;
pub mod orders;
mod parked;
pub mod parties;
pub mod receivables;
pub mod rehearsal;
pub mod rows;
pub mod session;
mod snapshot;
pub mod store;

use kernel::text_enum;
use kernel::{Code, Date, Error, FieldError, Instant};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use issues::RowIssue;
pub use store::PushStore;

text_enum! {
    /// Whether a session brings only changes or everything open.
    pub enum PushMode {
        Delta = "delta",
        Snapshot = "snapshot",
    }
}

text_enum! {
    /// Life of a session.
    pub enum SessionState {
        Open = "open",
        /// A snapshot lacks more than its safety threshold: a person must confirm.
        Held = "held",
        Finished = "finished",
        /// Finished, but the control totals differ.
        Unequal = "unequal",
        Aborted = "aborted",
    }
}

text_enum! {
    /// What a natural key addresses.
    pub enum KeyKind {
        Party = "party",
        Account = "account",
        Contact = "contact",
        Receivable = "receivable",
        Instrument = "instrument",
        Entry = "entry",
        Order = "order",
        Delivery = "delivery",
    }
}

text_enum! {
    /// What became of a row.
    pub enum RowOutcome {
        Created = "created",
        Updated = "updated",
        Unchanged = "unchanged",
        /// Waits for a row it names.
        Parked = "parked",
        Rejected = "rejected",
    }
}

/// Chunks hold at most this many rows.
pub const CHUNK_ROWS_MAX: usize = 10_000;
/// Chunks are at most this large on the wire, in bytes.
pub const CHUNK_BYTES_MAX: usize = 4 * 1024 * 1024;

/// How many rows came to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowCounts {
    pub created: i64,
    pub updated: i64,
    pub unchanged: i64,
    pub parked: i64,
    pub rejected: i64,
}

impl RowCounts {
    pub fn of(outcomes: &[RowOutcome]) -> Self {
        let mut counts = Self::default();
        for outcome in outcomes {
            *match outcome {
                RowOutcome::Created => &mut counts.created,
                RowOutcome::Updated => &mut counts.updated,
                RowOutcome::Unchanged => &mut counts.unchanged,
                RowOutcome::Parked => &mut counts.parked,
                RowOutcome::Rejected => &mut counts.rejected,
            } += 1;
        }
        counts
    }

    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            created: self.created + other.created,
            updated: self.updated + other.updated,
            unchanged: self.unchanged + other.unchanged,
            parked: self.parked + other.parked,
            rejected: self.rejected + other.rejected,
        }
    }
}

/// One issue per wrong field of an error; one for the whole row when it names none.
pub(crate) fn field_errors(error: &Error) -> Vec<FieldError> {
    if error.field_errors().is_empty() {
        let whole =
            FieldError { field: String::new(), code: error.code(), message: error.message(false).to_owned() };
        return vec![whole];
    }
    error.field_errors().to_vec()
}

pub(crate) fn issue(field: &str, code: &'static Code, message: impl Into<String>) -> FieldError {
    FieldError { field: field.to_owned(), code, message: message.into() }
}

/// An acknowledged chunk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChunkResult {
    pub chunk_no: i32,
    /// One per row.
    pub outcomes: Vec<RowOutcome>,
    pub issues: Vec<RowIssue>,
    /// Issues left out because there were too many.
    pub issues_omitted: i32,
    pub counts: RowCounts,
    pub replayed: bool,
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushSession {
    pub id: Uuid,
    pub source: SourceRef,
    pub mode: PushMode,
    pub as_of_on: Date,
    pub sequence: i64,
    pub dry_run: bool,
    pub state: SessionState,
    /// Code of why it is held or unequal; of a dry run, why it would be.
    pub state_reason: Option<String>,
    pub last_chunk: i32,
    pub counts: RowCounts,
    pub closed_by_snapshot: Option<i32>,
    /// Of a snapshot that came to its end: open items of the source before it closed any, and those of them that it lacks.
    pub snapshot_open_count: Option<i64>,
    pub snapshot_missing_count: Option<i64>,
    pub started_at: Instant,
    pub finished_at: Option<Instant>,
}

/// The source of a session, as far as pushing needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRef {
    pub no: i32,
    pub id: Uuid,
    pub code: String,
    pub legal_entity_id: Uuid,
    pub legal_entity_code: String,
    pub snapshot_close_max_percent: i16,
}

/// What an ERP says is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlTotal {
    pub currency: String,
    /// Segment of the accounts; empty = all accounts of the source.
    pub account_group: String,
    pub open_amount: kernel::Decimal,
    pub open_count: i64,
}

/// A stated and a found total that differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlDifference {
    pub stated: ControlTotal,
    pub found_amount: kernel::Decimal,
    pub found_count: i64,
}
