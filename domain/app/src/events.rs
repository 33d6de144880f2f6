//! What is recorded about every change.

pub mod read_feed;

use kernel::id::EventId;
use kernel::{Date, Instant};
use serde_json::Value;
use uuid::Uuid;

use crate::ctx::Ctx;

/// A change about to be recorded, in the transaction that makes it.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// `context.verb_past`, e.g. `organisation.legal_entity_created`.
    pub kind: &'static str,
    pub subject_kind: &'static str,
    pub subject_id: Option<Uuid>,
    pub account_id: Option<Uuid>,
    pub legal_entity_id: Option<Uuid>,
    /// State before, `Null` when the subject is new.
    pub before: Value,
    /// State after, or the digest of the rows of a bulk command.
    pub after: Value,
}

impl NewEvent {
    /// An event about one subject, without account or legal entity.
    pub fn about(kind: &'static str, subject_kind: &'static str, subject_id: Uuid) -> Self {
        Self {
            kind,
            subject_kind,
            subject_id: Some(subject_id),
            account_id: None,
            legal_entity_id: None,
            before: Value::Null,
            after: Value::Null,
        }
    }

    #[must_use]
    pub fn account(mut self, id: Uuid) -> Self {
        self.account_id = Some(id);
        self
    }

    #[must_use]
    pub fn legal_entity(mut self, id: Uuid) -> Self {
        self.legal_entity_id = Some(id);
        self
    }

    #[must_use]
    pub fn change(mut self, before: Value, after: Value) -> Self {
        self.before = before;
        self.after = after;
        self
    }
}

/// What a transaction recorded; a dry run answers these as the events that would have been written.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    pub id: EventId,
    pub kind: &'static str,
    pub subject_kind: &'static str,
    pub subject_id: Option<Uuid>,
    pub before: Value,
    pub after: Value,
}

/// One event of the feed.
#[derive(Debug, Clone, PartialEq)]
pub struct SequencedEvent {
    pub seq: i64,
    pub id: EventId,
    pub recorded_at: Instant,
    pub kind: String,
    pub subject_kind: String,
    pub subject_id: Option<Uuid>,
    pub account_id: Option<Uuid>,
    pub legal_entity_id: Option<Uuid>,
    pub actor_kind: String,
    pub actor_name: String,
    pub reason: Option<String>,
    pub request_id: String,
    /// Canonical JSON of before and after; `None` once erased.
    pub payload: Option<String>,
    pub hash: [u8; 32],
}

/// Events record at an instant; partitions exist for the month around it.
pub fn partition_months(now: Instant) -> (Date, Date) {
    let today = now.date_naive();
    (today - chrono::Days::new(31), today + chrono::Days::new(62))
}

/// The port: appends events within the transaction.
pub trait EventStore {
    /// Records one event and returns its id, which the rows it writes carry.
    fn record(&mut self, ctx: &Ctx, event: NewEvent) -> kernel::Outcome<EventId>;

    /// What this transaction recorded so far.
    fn recorded(&self) -> &[Recorded];
}

/// The feed, read and written outside use-case transactions.
pub trait EventFeed: Send + Sync {
    /// Numbers and chains what is committed and not yet numbered; at most `limit`. Returns how many.
    /// Only one instance does this at a time (advisory lock); others return 0.
    fn sequence(&self, limit: u32) -> kernel::Outcome<u32>;

    /// Events after `after`, in order, at most `limit`.
    fn events_after(&self, after: i64, limit: u32) -> kernel::Outcome<Vec<SequencedEvent>>;
}
