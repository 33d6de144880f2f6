//! What people do with messages: withdraw, resolve the unknown, say that they did it themselves.

use domain::access::Permission;
use domain::comms::by_hand::done_at;
use domain::comms::progress::{Happening, advance_attempt, advance_message};
use domain::comms::recipients::{Address, Recipient};
use domain::comms::{AttemptState, Channel, MessageState};
use kernel::id::MessageId;
use kernel::time::{business_date, parse_date};
use kernel::{Error, Outcome, text, text_enum};

use super::alerts;
use super::codes;
use super::content::{self, Occasion};
use super::facts::MessageRow;
use super::judge::recipient;
use super::ports::Press;
use super::reach::{business_date_of, entity_zone, message_in_scope};
use super::spoken::facts_of_done;
use super::store::{AttemptEnd, Frozen};
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::store::WriteTx;

text_enum! {
    /// What a person found out about a message of unknown outcome.
    pub enum Resolution {
        Sent = "sent",
        NotSent = "not_sent",
    }
}

fn locked(ctx: &Ctx, tx: &mut dyn WriteTx, id: MessageId) -> Outcome<MessageRow> {
    let row = message_in_scope(ctx, tx, id)?;
    command::check_version(ctx, row.version)?;
    Ok(row)
}

/// Says what became of a message whose outcome nobody knew.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `version.mismatch`, `message.transition_refused`.
pub fn resolve_message(
    app: &App,
    ctx: &Ctx,
    id: MessageId,
    (resolution, note): (Resolution, &str),
) -> Outcome<Answer<()>> {
    ctx.require(Permission::MessageResolve)?;
    let note = text::line("note", note)?;
    let happening = match resolution {
        Resolution::Sent => Happening::ResolveSent,
        Resolution::NotSent => Happening::ResolveFailed,
    };
    command::run(app, ctx, "message.resolve", |tx| {
        let row = locked(ctx, tx, id)?;
        let message_state = advance_message(row.state, happening)?;
        let attempt = tx.last_attempt(row.account_id, row.id)?;
        let (attempt_id, tried_at) =
            attempt.ok_or_else(|| crate::lists::not_found("attempts", &id.to_string()))?;
        // It left when it was tried, not when somebody found that out: the schedule counts from there.
        let tried_on = business_date_of(tx, row.legal_entity_id, tried_at)?;
        let event = NewEvent::about("message.resolved", "message", row.id)
            .account(row.account_id)
            .legal_entity(row.legal_entity_id)
            .change(
                serde_json::json!({ "state": row.state }),
                serde_json::json!({ "state": message_state, "note": note }),
            );
        let event = tx.record(ctx, event)?;
        let end = AttemptEnd {
            account_id: row.account_id,
            message_id: row.id,
            attempt_id,
            message_state,
            attempt_state: advance_attempt(AttemptState::Unknown, happening)?,
            response: "",
            reason: None,
            again: None,
            sent: (resolution == Resolution::Sent).then_some((tried_at, tried_on)),
            resolved: Some((ctx.principal.id, &note)),
        };
        tx.end_attempt(&end, ctx.now, event)?;
        alerts::known(ctx, tx, row.reference())
    })
}

/// Withdraws a message that has not left.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `version.mismatch`, `message.transition_refused`.
pub fn cancel_message(app: &App, ctx: &Ctx, id: MessageId, reason: &str) -> Outcome<Answer<()>> {
    ctx.require(Permission::MessageResolve)?;
    let reason = text::line("reason", reason)?;
    command::run(app, ctx, "message.cancel", |tx| {
        let row = locked(ctx, tx, id)?;
        if row.state != MessageState::Planned {
            // While a hand-over is under way nobody can take it back.
            let message = format!("the message is {}", row.state);
            return Err(Error::with(&domain::comms::codes::MESSAGE_TRANSITION_REFUSED, message));
        }
        let event = NewEvent::about("message.cancelled", "message", row.id)
            .account(row.account_id)
            .legal_entity(row.legal_entity_id)
            .change(serde_json::Value::Null, serde_json::json!({ "reason": reason }));
        let event = tx.record(ctx, event)?;
        tx.withdraw(&row, &reason, ctx.now, event)
    })
}

/// Freezes a letter, call or task that a person carried out, as sent on a day (`YYYY-MM-DD`, today when absent). What happened
/// counts although the facts have moved since, and although they withdrew the message meanwhile.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `version.mismatch`, `date.invalid`, `message.sent_on_impossible`;
/// `message.transition_refused` for e-mail, for what was sent already, and for what a person withdrew; those of its content.
pub fn mark_sent(
    app: &App,
    ctx: &Ctx,
    press: &dyn Press,
    (id, sent_on): (MessageId, Option<&str>),
) -> Outcome<Answer<()>> {
    ctx.require(Permission::MessageResolve)?;
    let sent_on = sent_on.map(|day| parse_date("sent_on", day)).transpose()?;
    command::run(app, ctx, "message.mark_sent", |tx| {
        let row = locked(ctx, tx, id)?;
        let state = done_by_hand(&row)?;
        let zone = entity_zone(tx, row.legal_entity_id)?;
        let at = done_at(sent_on, row.planned_at, (ctx.now, zone))?;
        let done_on = business_date(at, zone);
        let (facts, restated) = facts_of_done(tx, &row, (done_on, ctx.now))?;
        let to = recipient(&row, &facts).unwrap_or_else(|_| nobody());
        let said = content::say(&facts, Occasion { row: &row, now: at }, &to)?;
        let reached = reached(&to);
        let packed = content::pack(press, row.channel, (&said, &reached))?;
        let event = NewEvent::about("message.sent", "message", row.id)
            .account(row.account_id)
            .legal_entity(row.legal_entity_id)
            .change(
                serde_json::json!({ "state": row.state, "state_reason": row.state_reason }),
                serde_json::json!({ "state": state, "sent_on": done_on }),
            );
        let event = tx.record(ctx, event)?;
        let frozen = Frozen {
            account_id: row.account_id,
            message_id: row.id,
            attempt_id: app.ids.next(),
            template_version: said.template_version,
            language: said.language.to_string(),
            contact_id: to.contact.map(|contact| contact.0),
            recipient: reached,
            subject: said.rendered.subject.clone(),
            text: said.rendered.text.clone(),
            html: said.rendered.html.clone(),
            letter: packed.letter,
            mail: None,
            content_hash: packed.content_hash,
            attachment_hash: packed.attachment_hash,
            relay: "by hand".to_owned(),
            compensated: said.compensated,
            restated,
            state,
        };
        tx.reserve(&frozen, ctx.now, event)?;
        let end = AttemptEnd {
            account_id: row.account_id,
            message_id: row.id,
            attempt_id: frozen.attempt_id,
            message_state: state,
            attempt_state: AttemptState::Sent,
            response: "",
            reason: None,
            again: None,
            sent: Some((at, done_on)),
            resolved: Some((ctx.principal.id, "")),
        };
        tx.end_attempt(&end, ctx.now, event)
    })
}

/// The state of a message after a person did it: never a mail, and not what a person withdrew.
fn done_by_hand(row: &MessageRow) -> Outcome<MessageState> {
    let overtaken = row.state_reason.as_deref().is_some_and(codes::is_of_facts);
    if row.channel == Channel::Email || (row.state == MessageState::Cancelled && !overtaken) {
        let message = format!("{} that is {} is not done by hand", row.channel, row.state);
        return Err(Error::with(&domain::comms::codes::MESSAGE_TRANSITION_REFUSED, message));
    }
    advance_message(row.state, Happening::Do)
}

/// Who was reached cannot be told from the contacts of today.
fn nobody() -> Recipient {
    Recipient { contact: None, name: None, language: None, address: Address::Internal }
}

/// The number that was called, for the caps count by it; else the person.
fn reached(to: &Recipient) -> String {
    match &to.address {
        Address::Phone(phone) => phone.as_str().to_owned(),
        Address::Email(_) | Address::Postal | Address::Internal => to.name.clone().unwrap_or_default(),
    }
}
