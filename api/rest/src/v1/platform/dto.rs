//! Shapes of the platform's resources on the wire.

use app::book::move_clock::BookClock;
use app::events::SequencedEvent;
use app::events::read_feed::FeedPage;
use kernel::id::{AccountId, LegalEntityId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::answer::Versioned;

/// Part of the feed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EventFeed)]
pub(crate) struct FeedDto {
    pub(super) items: Vec<EventDto>,
    /// The `after` of the next call; grows also when nothing matched.
    pub(super) last_seq: i64,
    /// Whether the end of the feed was reached.
    pub(super) caught_up: bool,
}

/// One recorded change, at its place in the feed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Event)]
pub(crate) struct EventDto {
    /// Without gaps; in commit order for each object.
    pub(super) seq: i64,
    id: String,
    recorded_at: String,
    /// The type of the event, see docs/events.md.
    #[schema(example = "organisation.mandant_created")]
    pub(super) kind: String,
    subject_kind: String,
    subject_id: Option<String>,
    account_id: Option<String>,
    legal_entity_id: Option<String>,
    actor_kind: String,
    actor_name: String,
    /// Why, in the words of who did it.
    reason: Option<String>,
    request_id: String,
    /// State before and after; absent once erased.
    #[schema(value_type = Option<Object>)]
    payload: Option<Value>,
    /// SHA-256 of the chain up to this event, in hexadecimal.
    hash: String,
}

/// Who did what to which object, when, and why.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AuditEntry)]
pub(crate) struct AuditEntryDto {
    id: String,
    recorded_at: String,
    #[schema(example = "access.api_key_created")]
    kind: String,
    /// `user`, `api_key` or `system`.
    actor_kind: String,
    actor_id: Option<String>,
    actor_name: String,
    /// What the caller gave as reason (`X-Reason`).
    reason: Option<String>,
    /// Names the request in the log.
    request_id: String,
    object_kind: String,
    object_id: Option<String>,
    account_id: Option<String>,
    legal_entity_id: Option<String>,
    #[schema(value_type = Option<Object>)]
    before: Option<Value>,
    #[schema(value_type = Option<Object>)]
    after: Option<Value>,
    /// Whether before and after were erased.
    erased: bool,
}

/// What an object said before a push replaced it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ObjectRevision)]
pub(crate) struct RevisionDto {
    /// `party`, `account`, `contact`, `receivable` or `instrument`.
    object_kind: String,
    object_id: String,
    /// The version that was replaced.
    version: i64,
    account_id: Option<String>,
    replaced_at: String,
    /// The event that replaced it.
    event_id: String,
    /// Its fields, without those that were empty.
    #[schema(value_type = Object)]
    before: Value,
}

/// Background work.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Job)]
pub(crate) struct JobDto {
    id: String,
    kind: String,
    /// `queued`, `running`, `finished`, `failed` or `cancelled`.
    state: String,
    #[schema(value_type = Object)]
    payload: Value,
    /// Not before this instant.
    run_at: String,
    attempt: i32,
    attempts_max: i32,
    progress_done: i64,
    progress_total: Option<i64>,
    error_code: Option<String>,
    error_message: Option<String>,
    created_at: String,
    finished_at: Option<String>,
    /// What you may do with it now; told when it is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    allowed_actions: Option<Vec<String>>,
}

/// Where the clock of the book stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BookClock)]
pub(crate) struct BookClockDto {
    #[schema(format = DateTime)]
    now: String,
    /// Only the clock of a test book can be moved.
    test_book: bool,
}

/// Where the clock is to stand.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MoveBookClock)]
pub(crate) struct MoveBookClockBody {
    #[schema(format = DateTime, example = "2026-03-05T07:00:00Z")]
    pub(super) now: String,
}

impl From<FeedPage> for FeedDto {
    fn from(page: FeedPage) -> Self {
        let FeedPage { events, last_seq, caught_up } = page;
        Self { items: events.into_iter().map(EventDto::from).collect(), last_seq, caught_up }
    }
}

impl From<SequencedEvent> for EventDto {
    fn from(event: SequencedEvent) -> Self {
        Self {
            seq: event.seq,
            id: event.id.to_string(),
            recorded_at: event.recorded_at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
            kind: event.kind,
            subject_kind: event.subject_kind,
            subject_id: event.subject_id.map(|id| id.to_string()),
            account_id: event.account_id.map(|id| AccountId(id).to_string()),
            legal_entity_id: event.legal_entity_id.map(|id| LegalEntityId(id).to_string()),
            actor_kind: event.actor_kind,
            actor_name: event.actor_name,
            reason: event.reason,
            request_id: event.request_id,
            payload: event.payload.and_then(|text| serde_json::from_str(&text).ok()),
            hash: kernel::text::hex(&event.hash),
        }
    }
}

impl From<BookClock> for BookClockDto {
    fn from(clock: BookClock) -> Self {
        let BookClock { now, test_book } = clock;
        Self { now: now.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true), test_book }
    }
}

impl Versioned for AuditEntryDto {
    fn version(&self) -> Option<i64> {
        None
    }
}

impl Versioned for JobDto {
    fn version(&self) -> Option<i64> {
        None
    }
}

impl Versioned for BookClockDto {
    fn version(&self) -> Option<i64> {
        None
    }
}
