//! One look at the message that is due: withdraw, put off, or freeze and reserve.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use chrono::TimeDelta;
use domain::comms::arbiter::Reason;
use domain::comms::codes::CONTACT_NO_OPENING;
use domain::comms::{Channel, MessageState};
use domain::dunning::reason::ReasonCode;
use kernel::id::EventId;
use kernel::text_enum::TextEnum as _;
use kernel::{Error, ErrorKind, Instant, Outcome};
use serde_json::{Value, json};
use uuid::Uuid;

use super::content::Composed;
use super::facts::{MessageFacts, MessageRef, MessageRow};
use super::judge::{Case, Ready, Ruling, judge, outdated_by_hand};
use super::ports::{Courier, Press};
use super::spoken::{facts_of, restated};
use super::store::Frozen;
use super::{alerts, codes};
use crate::App;
use crate::codes::INTERNAL;
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::store::WriteTx;

/// How long a message rests that only a person can help.
const REST: TimeDelta = TimeDelta::hours(12);
/// How long a message waits for data to become fresh before it is looked at again.
const UNTIL_FRESH: TimeDelta = TimeDelta::minutes(15);
/// How long a message rests that the program could not prepare.
const AFTER_FAULT: TimeDelta = TimeDelta::hours(1);

/// What one look came to.
#[derive(Debug)]
pub enum Look {
    /// Nothing is due.
    Idle,
    /// Not now, or not at all; the message says why.
    Settled,
    /// Preparing it failed inside the program: it rests, and the cause is for the log.
    SetAside(Error),
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
    pub asked: Asked,
}

/// What a message asked for before it was frozen for one reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub contact_id: Option<Uuid>,
    pub language: Option<String>,
}

/// What sending needs beside the store.
#[derive(Clone, Copy)]
pub struct Means<'m> {
    pub press: &'m dyn Press,
    pub courier: &'m dyn Courier,
}

/// Looks at the message that has waited longest, of those whose relay takes mail. One that the program cannot prepare, be it
/// for an unreadable row or a panic, is set aside in a transaction of its own, so that it holds up no other.
///
/// # Errors
/// `database.unavailable`; what is wrong with a message itself is written into it, with an alert.
pub fn send_next(app: &App, ctx: &Ctx, means: Means<'_>) -> Outcome<Look> {
    let mut looked_at = None;
    let looked = catch_unwind(AssertUnwindSafe(|| {
        app.store.transact("message.send_next", |tx| {
            let Some(due) = tx.next_due_message(ctx.now, &means.courier.busy())? else {
                return Ok(Look::Idle);
            };
            looked_at = Some(due);
            look_at(app, ctx, tx, (means, due))
        })
    }));
    let fault = match looked {
        Ok(Err(error)) if error.kind() == ErrorKind::Internal => error,
        Ok(done) => return done,
        Err(panic) => Error::new(&INTERNAL).caused_by(panic_text(panic.as_ref())),
    };
    let Some(message) = looked_at else { return Err(fault) };
    app.store.transact("message.set_aside", |tx| {
        alerts::faulty(app, ctx, tx, message)?;
        tx.put_off(message, ctx.now + AFTER_FAULT, codes::FAULTY.text)
    })?;
    Ok(Look::SetAside(fault))
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without a text")
}

fn look_at(
    app: &App,
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    (means, due): (Means<'_>, MessageRef),
) -> Outcome<Look> {
    let row = tx.message_for_update(due.id)?;
    tx.lock_contact(&row.account_id.to_string())?;
    let facts = facts_of(tx, &row, ctx.now)?;
    let (job, case) =
        (Job { app, ctx, row: &row, facts: &facts }, Case { means, row: &row, facts: &facts, now: ctx.now });
    if row.channel == Channel::Email {
        let ruling = judge(tx, &case)?;
        return job.carry_out(tx, means.courier, ruling);
    }
    // Nobody shall post what was paid meanwhile, and no later step waits for a letter that never goes.
    match outdated_by_hand(tx, &case)? {
        Some((reason, _)) => job.withdraw(tx, &reason),
        None => job.put_off(tx, ctx.now + REST, codes::BY_HAND.text),
    }
}

struct Job<'a> {
    app: &'a App,
    ctx: &'a Ctx,
    row: &'a MessageRow,
    facts: &'a MessageFacts,
}

impl Job<'_> {
    fn carry_out(&self, tx: &mut dyn WriteTx, courier: &dyn Courier, ruling: Ruling) -> Outcome<Look> {
        let ready = match ruling {
            Ruling::Go(ready) => ready,
            Ruling::Withdraw(reason, _) => return self.withdraw(tx, &reason),
            Ruling::Stale(_) => {
                return self.put_off(tx, self.ctx.now + UNTIL_FRESH, ReasonCode::HoldStaleData.as_str());
            }
            Ruling::NotNow { until, reasons } => return self.put_off(tx, until, first_code(&reasons)),
            Ruling::Never { reasons } => return self.leave_to_a_person(tx, &last_word(&reasons)),
            Ruling::Stuck(error) => return self.leave_to_a_person(tx, &error),
        };
        if let Some(omitted) = &ready.said.interest_omitted {
            alerts::interest_omitted(self.app, self.ctx, tx, (self.row, omitted))?;
        }
        match courier.take_place(&ready.relay, &ready.to, self.ctx.now) {
            Ok(()) => {
                let mail = ready.mail.clone();
                self.reserve(tx, self.frozen(*ready), mail)
            }
            Err(until) => self.put_off(tx, until, codes::THROTTLED.text),
        }
    }

    fn frozen(&self, ready: Ready) -> Frozen {
        let Ready { recipient, to, relay, said, packed, mail } = ready;
        Frozen {
            account_id: self.row.account_id,
            message_id: self.row.id,
            attempt_id: self.app.ids.next(),
            template_version: said.template_version,
            language: said.language.to_string(),
            contact_id: recipient.contact.map(|id| id.0),
            recipient: to,
            subject: said.rendered.subject,
            text: said.rendered.text,
            html: said.rendered.html,
            letter: packed.letter,
            content_hash: packed.content_hash,
            attachment_hash: packed.attachment_hash,
            relay,
            mail: Some(mail),
            compensated: said.compensated.clone(),
            restated: restated(self.row, self.facts),
            state: MessageState::Reserved,
        }
    }

    fn reserve(&self, tx: &mut dyn WriteTx, frozen: Frozen, mail: Composed) -> Outcome<Look> {
        let event = self.record(tx, "message.reserved", Value::Null)?;
        tx.reserve(&frozen, self.ctx.now, event)?;
        Ok(Look::HandOver(Box::new(HandOver {
            account_id: frozen.account_id,
            message_id: frozen.message_id,
            attempt_id: frozen.attempt_id,
            relay: frozen.relay,
            sender: self.facts.entity.sender_email.clone().unwrap_or_default(),
            recipient: frozen.recipient,
            header_id: mail.header_id,
            mime: mail.mime,
            asked: Asked { contact_id: self.row.contact_id, language: self.row.language.clone() },
        })))
    }

    fn withdraw(&self, tx: &mut dyn WriteTx, reason: &str) -> Outcome<Look> {
        let event = self.record(tx, "message.withdrawn", json!({ "reason": reason }))?;
        tx.withdraw(self.row, reason, self.ctx.now, event)?;
        Ok(Look::Settled)
    }

    fn put_off(&self, tx: &mut dyn WriteTx, until: Instant, reason: &str) -> Outcome<Look> {
        tx.put_off(self.row.reference(), until, reason)?;
        Ok(Look::Settled)
    }

    /// What is wrong with the message or its surroundings: it rests, with its reason, and somebody is told.
    fn leave_to_a_person(&self, tx: &mut dyn WriteTx, error: &Error) -> Outcome<Look> {
        alerts::cannot_send(self.app, self.ctx, tx, (self.row, error))?;
        self.put_off(tx, self.ctx.now + REST, error.code().text)
    }

    fn record(&self, tx: &mut dyn WriteTx, kind: &'static str, after: Value) -> Outcome<EventId> {
        let event = NewEvent::about(kind, "message", self.row.id)
            .account(self.row.account_id)
            .legal_entity(self.row.legal_entity_id)
            .change(Value::Null, after);
        tx.record(self.ctx, event)
    }
}

/// Where no single rule forbids the contact for good, the last reason says that together they do.
fn last_word(reasons: &[Reason]) -> Error {
    let last = reasons.last().map(|reason| Error::with(reason.code, reason.detail.clone()));
    last.unwrap_or_else(|| Error::new(&CONTACT_NO_OPENING))
}

fn first_code(reasons: &[Reason]) -> &'static str {
    reasons.first().map(|reason| reason.code.text).unwrap_or_default()
}
