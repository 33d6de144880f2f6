//! The port of messages.

use domain::comms::{AttemptState, MessageState};
use kernel::id::EventId;
use kernel::{Date, Decimal, Instant, Outcome};
use serde_json::Value;
use uuid::Uuid;

use super::content::{Compensated, Composed};
use super::facts::{ContactMade, MessageFacts, MessageRef, MessageRow};
use super::ports::Busy;
use super::send::Asked;

/// A message to be planned by a person.
#[derive(Debug, Clone)]
pub struct NewMessage {
    pub account_id: Uuid,
    pub id: Uuid,
    pub legal_entity_id: Uuid,
    pub decided_on: Date,
    pub channel: &'static str,
    pub purpose: String,
    pub template_code: String,
    pub language: Option<String>,
    pub contact_id: Option<Uuid>,
    pub currency: String,
    pub total_amount: Decimal,
    pub note: Option<String>,
    pub items: Vec<NewItem>,
}

/// Which items the facts of a message are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// Those it was planned with.
    Planned,
    /// The same, and the credits that came to the group since, with nothing planned.
    PlannedAndCredits,
    /// What is open now.
    Open,
}

/// One thing a planned message speaks of.
#[derive(Debug, Clone)]
pub struct NewItem {
    pub account_id: Uuid,
    pub receivable_id: Uuid,
    pub amount: Decimal,
    pub credit: bool,
}

/// A frozen message.
#[derive(Debug, Clone)]
pub struct Frozen {
    pub account_id: Uuid,
    pub message_id: Uuid,
    pub attempt_id: Uuid,
    pub template_version: i32,
    pub language: String,
    pub contact_id: Option<Uuid>,
    pub recipient: String,
    pub subject: String,
    pub text: String,
    pub html: Option<String>,
    pub letter: Option<Vec<u8>>,
    /// The mail, where it is one.
    pub mail: Option<Composed>,
    pub content_hash: [u8; 32],
    pub attachment_hash: [u8; 32],
    pub relay: String,
    /// Fixed sums it claims.
    pub compensated: Vec<Compensated>,
    /// The lines it says instead of those it was planned with.
    pub restated: Option<Vec<NewItem>>,
    /// `reserved` for a hand-over to come, `sent` where a person already did it.
    pub state: MessageState,
}

/// How an attempt moved a message.
#[derive(Debug, Clone)]
pub struct AttemptEnd<'a> {
    pub account_id: Uuid,
    pub message_id: Uuid,
    pub attempt_id: Uuid,
    pub message_state: MessageState,
    pub attempt_state: AttemptState,
    pub response: &'a str,
    /// Why the message stands where it stands: a code.
    pub reason: Option<&'a str>,
    /// When to look again, for a message that is planned again, and what it asks for once more: the next try finds its reader anew.
    pub again: Option<(Instant, &'a Asked)>,
    /// When it was sent, and the business date of that, for a proven send.
    pub sent: Option<(Instant, Date)>,
    /// Who resolved it, and what that person wrote.
    pub resolved: Option<(Uuid, &'a str)>,
}

/// A template or policy to be stored as the next version.
#[derive(Debug, Clone)]
pub struct TemplateRecord<'t> {
    pub code: &'t str,
    pub language: &'t str,
    pub purpose: &'t str,
    pub document: &'t Value,
}

/// Something a person should look at.
#[derive(Debug, Clone)]
pub struct NewAlert<'a> {
    pub kind: &'static str,
    /// One alert per episode: raised again it is the same one.
    pub episode: String,
    pub legal_entity_id: Option<Uuid>,
    pub account_id: Option<Uuid>,
    pub message: &'a str,
    pub params: Value,
}

/// What a letter or mail said, frozen.
#[derive(Debug, Clone)]
pub struct Content {
    /// None of what a person did.
    pub mime: Option<Vec<u8>>,
    pub letter: Option<Vec<u8>>,
}

/// What is in force.
#[derive(Debug, Clone, Default)]
pub struct Library {
    /// Code and language of each template.
    pub templates: Vec<(String, String)>,
    /// Codes of contact policies.
    pub policies: Vec<String>,
}

/// The port.
pub trait MessageStore {
    /// The message that is due, whose relay is not busy, and that nobody else looks at, locked; `None` also while sending
    /// is quarantined.
    fn next_due_message(&mut self, now: Instant, busy: &Busy) -> Outcome<Option<MessageRef>>;

    /// One message, locked.
    ///
    /// # Errors
    /// `not_found`.
    fn message_for_update(&mut self, id: Uuid) -> Outcome<MessageRow>;

    /// Makes whoever decides about this debtor or this recipient wait for each other, until the transaction ends.
    fn lock_contact(&mut self, key: &str) -> Outcome<()>;

    /// Facts of a message.
    fn message_facts(&mut self, message: &MessageRow, lines: Lines, now: Instant) -> Outcome<MessageFacts>;

    /// Contacts of the account and those to an address (see `Address::cap_key`) that took place, may have, or are reserved;
    /// without the message itself.
    fn contacts_made(
        &mut self,
        message: &MessageRow,
        address: Option<&str>,
        now: Instant,
    ) -> Outcome<Vec<ContactMade>>;

    /// Facts of an account for a preview or a message by hand: everything open in a currency.
    ///
    /// # Errors
    /// `not_found`.
    fn account_facts(
        &mut self,
        account: Uuid,
        currency: Option<&str>,
        template: &str,
        now: Instant,
    ) -> Outcome<(Uuid, String, MessageFacts)>;

    /// A claim to an account that is planned, reserved or of unknown outcome.
    fn claim_under_way(&mut self, account: Uuid) -> Outcome<Option<(Uuid, MessageState)>>;

    fn insert_message(&mut self, message: &NewMessage, now: Instant, event: EventId) -> Outcome<()>;

    /// Puts a planned message off: not before this instant, for this reason.
    fn put_off(&mut self, message: MessageRef, until: Instant, reason: &str) -> Outcome<()>;

    /// Withdraws a message, and the action it carries out.
    fn withdraw(&mut self, row: &MessageRow, reason: &str, now: Instant, event: EventId) -> Outcome<()>;

    /// Freezes content and reserves the attempt.
    fn reserve(&mut self, frozen: &Frozen, now: Instant, event: EventId) -> Outcome<()>;

    /// The attempt under way or last made of a message, and when it was reserved.
    fn last_attempt(&mut self, account: Uuid, message: Uuid) -> Outcome<Option<(Uuid, Instant)>>;

    fn end_attempt(&mut self, end: &AttemptEnd<'_>, now: Instant, event: EventId) -> Outcome<()>;

    /// Messages reserved before an instant whose outcome never came: account, message, attempt; locked.
    fn lost_reservations(&mut self, before: Instant, limit: i64) -> Outcome<Vec<(Uuid, Uuid, Uuid)>>;

    fn content(&mut self, id: Uuid) -> Outcome<Option<Content>>;

    /// Stores the next version, active; the one before retires. Returns its version.
    fn save_template(&mut self, template: &TemplateRecord<'_>, now: Instant, event: EventId) -> Outcome<i32>;

    fn save_policy(&mut self, code: &str, document: &Value, now: Instant, event: EventId) -> Outcome<i32>;

    /// Codes and languages of active templates, and codes of active policies.
    fn known_library(&mut self) -> Outcome<Library>;

    /// Raises an alert unless the same episode stands. Returns whether it is new.
    fn raise_alert(&mut self, id: Uuid, alert: &NewAlert<'_>, now: Instant, event: EventId) -> Outcome<bool>;

    /// The alert of an episode that stands.
    fn standing_alert(&mut self, kind: &str, episode: &str) -> Outcome<Option<Uuid>>;

    fn resolve_alert(&mut self, id: Uuid, now: Instant, event: EventId) -> Outcome<()>;

    /// Whether sending is quarantined, and why.
    fn quarantine(&mut self) -> Outcome<Option<String>>;

    fn release_quarantine(&mut self, event: EventId) -> Outcome<()>;
}
