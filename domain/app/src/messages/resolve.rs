//! What people do with messages: withdraw, resolve the unknown, say that they did it themselves.

use domain::access::Permission;
use domain::comms::progress::{Happening, advance_attempt, advance_message};
use domain::comms::recipients::{Address, Recipient};
use domain::comms::{AttemptState, Channel, MessageState};
use kernel::id::MessageId;
use kernel::time::business_date;
use kernel::{Error, Outcome, text, text_enum};

use super::content::{self, Occasion};
use super::facts::MessageRow;
use super::judge::recipient;
use super::ports::Press;
use super::reach::{business_date_of, message_in_scope};
use super::spoken::{facts_of, overtaken, restated};
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
            not_before: None,
            sent: (resolution == Resolution::Sent).then_some((tried_at, tried_on)),
            resolved: Some((ctx.principal.id, &note)),
        };
        tx.end_attempt(&end, ctx.now, event)
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

/// Freezes a letter, call or task that a person carried out, as sent.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `version.mismatch`; `message.transition_refused` for e-mail and
/// for what is no longer planned; `message.paid`, `message.amounts_changed`, `message.item_excepted`,
/// `message.nothing_open`; those of its content.
pub fn mark_sent(app: &App, ctx: &Ctx, press: &dyn Press, id: MessageId) -> Outcome<Answer<()>> {
    ctx.require(Permission::MessageResolve)?;
    command::run(app, ctx, "message.mark_sent", |tx| {
        let row = locked(ctx, tx, id)?;
        if row.state != MessageState::Planned || row.channel == Channel::Email {
            let message = format!("{} that is {} is not done by hand", row.channel, row.state);
            return Err(Error::with(&domain::comms::codes::MESSAGE_TRANSITION_REFUSED, message));
        }
        let facts = facts_of(tx, &row, ctx.now)?;
        if let Some(code) = overtaken(&row, &facts) {
            return Err(Error::new(code));
        }
        let to = recipient(&row, &facts)?;
        let occasion = Occasion { row: &row, now: ctx.now };
        let said = content::say(&facts, occasion, &to)?;
        let reached = reached(&to);
        let packed = content::pack(press, row.channel, (&said, &reached))?;
        let event = NewEvent::about("message.sent", "message", row.id)
            .account(row.account_id)
            .legal_entity(row.legal_entity_id);
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
            restated: restated(&row, &facts),
            state: MessageState::Sent,
        };
        tx.reserve(&frozen, ctx.now, event)?;
        let end = AttemptEnd {
            account_id: row.account_id,
            message_id: row.id,
            attempt_id: frozen.attempt_id,
            message_state: MessageState::Sent,
            attempt_state: AttemptState::Sent,
            response: "",
            reason: None,
            not_before: None,
            sent: Some((ctx.now, business_date(ctx.now, facts.entity_zone()))),
            resolved: Some((ctx.principal.id, "")),
        };
        tx.end_attempt(&end, ctx.now, event)
    })
}

/// The number that was called, for the caps count by it; else the person.
fn reached(to: &Recipient) -> String {
    match &to.address {
        Address::Phone(phone) => phone.as_str().to_owned(),
        Address::Email(_) | Address::Postal | Address::Internal => to.name.clone().unwrap_or_default(),
    }
}
