//! One look at the message that is due: withdraw, put off, or freeze and reserve.

use chrono::TimeDelta;
use domain::comms::arbiter::{ContactPolicy, ContactRequest, PastContact, Reason, Stop, Verdict, arbitrate};
use domain::comms::recipients::{Recipient, Wanted, select};
use domain::comms::template::TemplatePurpose;
use domain::comms::{Channel, ContactPurpose, MessageState};
use domain::dunning::reason::ReasonCode;
use kernel::calendar::{BusinessCalendar, weekdays_from_iso};
use kernel::id::EventId;
use kernel::text_enum::TextEnum as _;
use kernel::{Decimal, Error, Instant, Outcome};
use uuid::Uuid;

use super::content::{self, Occasion, Said, email_of};
use super::facts::{MessageFacts, MessageRow};
use super::ports::{Courier, Press};
use super::store::Frozen;
use super::{alerts, codes};
use crate::App;
use crate::ctx::Ctx;
use crate::dunning::revalidate::{Verdict as StillTrue, last_look};
use crate::events::NewEvent;
use crate::store::WriteTx;

/// How long a message rests that only a person can help.
const REST: TimeDelta = TimeDelta::hours(12);
/// How long a message waits for data to become fresh before it is looked at again.
const UNTIL_FRESH: TimeDelta = TimeDelta::minutes(15);

/// What one look came to.
#[derive(Debug)]
pub enum Look {
    /// Nothing is due.
    Idle,
    /// Not now, or not at all; the message says why.
    Settled,
    /// To be handed over, outside of any transaction.
    HandOver(Box<HandOver>),
}

/// A mail to be handed over.
#[derive(Debug)]
pub struct HandOver {
    pub account_id: Uuid,
    pub message_id: Uuid,
    pub attempt_id: Uuid,
    pub relay: String,
    pub sender: String,
    pub recipient: String,
    pub header_id: String,
    pub mime: Vec<u8>,
}

/// What sending needs beside the store.
#[derive(Clone, Copy)]
pub struct Means<'m> {
    pub press: &'m dyn Press,
    pub courier: &'m dyn Courier,
}

/// Looks at the message that has waited longest, of those whose relay takes mail.
///
/// # Errors
/// `database.unavailable`; what is wrong with a message itself is written into it, with an alert.
pub fn send_next(app: &App, ctx: &Ctx, means: Means<'_>) -> Outcome<Look> {
    app.store.transact("message.send_next", |tx| {
        let Some(row) = tx.next_due_message(ctx.now, &means.courier.busy())? else { return Ok(Look::Idle) };
        tx.lock_contact(&row.account_id.to_string())?;
        let facts = tx.message_facts(row.account_id, row.id, ctx.now)?;
        let job = Job { app, ctx, means, row: &row, facts: &facts };
        if row.channel != Channel::Email {
            tx.put_off(&row, ctx.now + REST, codes::BY_HAND.text)?;
            return Ok(Look::Settled);
        }
        if let Some(code) = overtaken(&facts) {
            job.withdraw(tx, code.text)?;
            return Ok(Look::Settled);
        }
        match last_look(tx, (row.account_id, row.id), ctx.now) {
            Ok(StillTrue::Send) => {}
            Ok(StillTrue::Wait(_)) => {
                tx.put_off(&row, ctx.now + UNTIL_FRESH, ReasonCode::HoldStaleData.as_str())?;
                return Ok(Look::Settled);
            }
            Ok(StillTrue::Withdraw(reason, _)) => {
                job.withdraw(tx, &reason)?;
                return Ok(Look::Settled);
            }
            Err(error) => return job.leave_to_a_person(tx, &error),
        }
        match job.prepare(tx) {
            Ok(Prepared::NotNow { until, reason }) => {
                tx.put_off(&row, until, &reason)?;
                Ok(Look::Settled)
            }
            Ok(Prepared::Ready(frozen)) => job.reserve(tx, *frozen),
            Err(error) => job.leave_to_a_person(tx, &error),
        }
    })
}

/// The last look: is what was planned still true?
///
/// A statement of what is open is always written from the present, so only claims can be overtaken.
pub fn overtaken(facts: &MessageFacts) -> Option<&'static kernel::Code> {
    let mut claimed = facts.items.iter().filter(|item| !item.credit).peekable();
    claimed.peek()?;
    if facts.items.iter().filter(|item| !item.credit).all(|item| item.open <= Decimal::ZERO) {
        return Some(&codes::PAID);
    }
    let same = facts.items.iter().all(|item| item.open == item.planned && !item.blocked);
    (!same).then_some(&codes::AMOUNTS_CHANGED)
}

enum Prepared {
    NotNow { until: Instant, reason: String },
    Ready(Box<Frozen>),
}

struct Job<'a> {
    app: &'a App,
    ctx: &'a Ctx,
    means: Means<'a>,
    row: &'a MessageRow,
    facts: &'a MessageFacts,
}

impl Job<'_> {
    fn prepare(&self, tx: &mut dyn WriteTx) -> Outcome<Prepared> {
        let recipient = recipient(self.row, self.facts)?;
        let key = recipient.address.cap_key();
        if let Some(key) = &key {
            tx.lock_contact(key)?;
        }
        match verdict(self.facts, (self.row.channel, key.as_deref()), self.ctx.now)? {
            Verdict::Allow => {}
            Verdict::NotNow { until, reasons } => {
                return Ok(Prepared::NotNow { until, reason: first_code(&reasons) });
            }
            Verdict::Never { reasons } => {
                return Err(Error::with(&domain::comms::codes::CONTACT_NO_OPENING, first_code(&reasons)));
            }
        }
        let to = email_of(&recipient).unwrap_or_default();
        let relay = self.means.courier.relay(self.facts.entity.mail_relay.as_deref())?;
        let occasion = Occasion { row: self.row, now: self.ctx.now };
        let said = content::say(self.facts, occasion, &recipient)?;
        if let Some(omitted) = &said.interest_omitted {
            alerts::interest_omitted(self.app, self.ctx, tx, (self.row, omitted))?;
        }
        let packed =
            content::pack((self.means.press, self.means.courier), self.facts, occasion, (&said, to))?;
        if let Err(until) = self.means.courier.take_place(&relay, to, self.ctx.now) {
            return Ok(Prepared::NotNow { until, reason: codes::THROTTLED.text.to_owned() });
        }
        Ok(Prepared::Ready(Box::new(self.frozen(&said, packed, (relay, to, &recipient)))))
    }

    fn frozen(
        &self,
        said: &Said,
        packed: content::Packed,
        (relay, to, recipient): (String, &str, &Recipient),
    ) -> Frozen {
        Frozen {
            account_id: self.row.account_id,
            message_id: self.row.id,
            attempt_id: self.app.ids.next(),
            template_version: said.template_version,
            language: said.language.to_string(),
            contact_id: recipient.contact.map(|id| id.0),
            recipient: to.to_owned(),
            subject: said.rendered.subject.clone(),
            text: said.rendered.text.clone(),
            html: said.rendered.html.clone(),
            letter: packed.letter,
            mime: packed.mime,
            content_hash: packed.content_hash,
            attachment_hash: packed.attachment_hash,
            relay,
            header_id: packed.header_id,
            compensated: said.compensated.clone(),
            state: MessageState::Reserved,
        }
    }

    fn reserve(&self, tx: &mut dyn WriteTx, frozen: Frozen) -> Outcome<Look> {
        let event = self.record(tx, "message.reserved")?;
        tx.reserve(&frozen, self.ctx.now, event)?;
        Ok(Look::HandOver(Box::new(HandOver {
            account_id: frozen.account_id,
            message_id: frozen.message_id,
            attempt_id: frozen.attempt_id,
            relay: frozen.relay,
            sender: self.facts.entity.sender_email.clone().unwrap_or_default(),
            recipient: frozen.recipient,
            header_id: frozen.header_id,
            mime: frozen.mime,
        })))
    }

    fn withdraw(&self, tx: &mut dyn WriteTx, reason: &str) -> Outcome<()> {
        let event = self.record(tx, "message.withdrawn")?;
        tx.withdraw(self.row, reason, self.ctx.now, event)
    }

    /// What is wrong with the message or its surroundings: it rests, with its reason, and somebody is told.
    fn leave_to_a_person(&self, tx: &mut dyn WriteTx, error: &Error) -> Outcome<Look> {
        let ours = matches!(error.kind(), kernel::ErrorKind::Internal | kernel::ErrorKind::Unavailable);
        if ours {
            return Err(error.clone());
        }
        alerts::cannot_send(self.app, self.ctx, tx, (self.row, error))?;
        tx.put_off(self.row, self.ctx.now + REST, error.code().text)?;
        Ok(Look::Settled)
    }

    fn record(&self, tx: &mut dyn WriteTx, kind: &'static str) -> Outcome<EventId> {
        let event = NewEvent::about(kind, "message", self.row.id)
            .account(self.row.account_id)
            .legal_entity(self.row.legal_entity_id);
        tx.record(self.ctx, event)
    }
}

/// The recipient of a message: the contact it names, or the best one for its purpose.
///
/// # Errors
/// `hold.no_recipient`.
pub fn recipient(row: &MessageRow, facts: &MessageFacts) -> Outcome<Recipient> {
    // A run names the contacts it wants, a person's message says what it is for.
    let purpose = ContactPurpose::from_text(&row.purpose).unwrap_or_else(|| {
        TemplatePurpose::from_text(&row.purpose)
            .map_or(ContactPurpose::General, TemplatePurpose::contact_purpose)
    });
    let wanted = Wanted {
        channel: row.channel,
        purpose,
        roles: &[],
        has_postal_address: !facts.account.address.is_empty() || !facts.party.address.is_empty(),
    };
    let selection = select(&facts.contacts(), &wanted);
    let named = row.contact_id.and_then(|id| {
        selection.recipients.iter().find(|r| r.contact.is_some_and(|contact| contact.0 == id))
    });
    named.map_or_else(|| selection.first(), Ok).cloned()
}

/// What the arbiter says about this contact at an instant.
///
/// # Errors
/// `contact_policy.invalid` for a stored policy this build cannot read.
pub fn verdict(
    facts: &MessageFacts,
    (channel, recipient): (Channel, Option<&str>),
    now: Instant,
) -> Outcome<Verdict> {
    let policies = facts.policies.iter();
    let policies = policies.map(|p| ContactPolicy::parse(&p.code, p.version, &p.document));
    let policies = policies.collect::<Outcome<Vec<_>>>()?;
    let holidays = facts.calendar.holidays.iter().map(|day| (*day, String::new())).collect();
    let weekend = weekdays_from_iso("weekend", &facts.calendar.weekend)?;
    let calendar = BusinessCalendar::try_new(facts.calendar.code.clone(), weekend, holidays)?;
    let history = facts.history.iter().map(|made| PastContact {
        at: made.at,
        same_group: made.same_group,
        recipient: made.recipient.as_ref().map(|r| r.to_lowercase()),
    });
    let stops = facts.blocks.iter().map(|b| Stop { reason: b.reason.clone(), until: b.until });
    let request = ContactRequest {
        channel,
        recipient,
        now,
        zone: facts.zone(),
        is_business_day: &|day| calendar.is_business_day(day),
        history: &history.collect::<Vec<_>>(),
        last_answer_at: None,
        stops: &stops.collect::<Vec<_>>(),
        opted_out: false,
    };
    Ok(arbitrate(&policies, &request))
}

fn first_code(reasons: &[Reason]) -> String {
    reasons.first().map(|reason| reason.code.text.to_owned()).unwrap_or_default()
}
