//! What a person should look at, once per episode.

use kernel::{Error, Outcome};
use serde_json::{Value, json};
use uuid::Uuid;

use super::codes;
use super::content::InterestOmitted;
use super::facts::{MessageRef, MessageRow};
use super::store::NewAlert;
use crate::App;
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::store::WriteTx;

const UNKNOWN: &str = "message_unknown";

/// A message that cannot be sent as things stand.
pub(super) fn cannot_send(
    app: &App,
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    (row, error): (&MessageRow, &Error),
) -> Outcome<()> {
    let message = format!("{}: {error}", error.code().text);
    let episode = format!("{}:{}", row.account_id, error.code().text);
    raise(app, ctx, tx, row.reference(), Told::new("message_cannot_be_sent", episode, &message))
}

/// A message that the program could not prepare.
pub(super) fn faulty(app: &App, ctx: &Ctx, tx: &mut dyn WriteTx, message: MessageRef) -> Outcome<()> {
    let text = format!("{}: {}", codes::FAULTY.text, codes::FAULTY.en);
    raise(app, ctx, tx, message, Told::new("message_faulty", message.id.to_string(), &text))
}

/// Interest that should be claimed and is not.
pub(super) fn interest_omitted(
    app: &App,
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    (row, omitted): (&MessageRow, &InterestOmitted),
) -> Outcome<()> {
    let episode = format!("{}:{}", row.legal_entity_id, omitted.reason);
    raise(app, ctx, tx, row.reference(), Told::new("interest_omitted", episode, &omitted.reason))
}

/// A message whose outcome nobody knows: each needs a word of its own.
pub(super) fn unknown(
    app: &App,
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    (message, why): (MessageRef, &str),
) -> Outcome<()> {
    raise(app, ctx, tx, message, Told::new(UNKNOWN, message.id.to_string(), why))
}

/// What became of a message is known: nobody has to find it out any more.
pub(super) fn known(ctx: &Ctx, tx: &mut dyn WriteTx, message: MessageRef) -> Outcome<()> {
    let Some(alert) = tx.standing_alert(UNKNOWN, &message.id.to_string())? else { return Ok(()) };
    let event = NewEvent::about("alert.resolved", "alert", alert)
        .account(message.account_id)
        .legal_entity(message.legal_entity_id);
    let event = tx.record(ctx, event)?;
    tx.resolve_alert(alert, ctx.now, event)
}

/// A message that the relay refused for good. `address_refused` stands for the address itself: while that alert is open, nothing
/// more is sent there for the account.
pub(super) fn refused(
    app: &App,
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    (message, kind, address, response): (MessageRef, &'static str, &str, &str),
) -> Outcome<()> {
    // The episode is the address, not the message: a run that tries again tells nobody twice.
    let address = address.to_lowercase();
    let episode = format!("{}:{address}", message.account_id);
    let told = Told { params: json!({ "address": address }), ..Told::new(kind, episode, response) };
    raise(app, ctx, tx, message, told)
}

struct Told<'a> {
    kind: &'static str,
    episode: String,
    text: &'a str,
    params: Value,
}

impl<'a> Told<'a> {
    fn new(kind: &'static str, episode: String, text: &'a str) -> Self {
        Self { kind, episode, text, params: json!({}) }
    }
}

fn raise(app: &App, ctx: &Ctx, tx: &mut dyn WriteTx, message: MessageRef, told: Told<'_>) -> Outcome<()> {
    let Told { kind, episode, text, params } = told;
    if tx.standing_alert(kind, &episode)?.is_some() {
        return Ok(());
    }
    let id: Uuid = app.ids.next();
    let event = NewEvent::about("alert.raised", "alert", id)
        .account(message.account_id)
        .legal_entity(message.legal_entity_id)
        .change(Value::Null, json!({ "kind": kind, "message": text }));
    let event = tx.record(ctx, event)?;
    let alert = NewAlert {
        kind,
        episode,
        legal_entity_id: Some(message.legal_entity_id),
        account_id: Some(message.account_id),
        message: text,
        params,
    };
    tx.raise_alert(id, &alert, ctx.now, event).map(drop)
}
