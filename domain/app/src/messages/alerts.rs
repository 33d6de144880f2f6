//! What a person should look at, once per episode.

use domain::access::Permission;
use kernel::{Error, Outcome};
use uuid::Uuid;

use super::content::InterestOmitted;
use super::facts::MessageRow;
use super::lists::ALERTS;
use super::store::NewAlert;
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::lists::not_found;
use crate::store::WriteTx;

/// A message that cannot be sent as things stand.
pub(super) fn cannot_send(
    app: &App,
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    (row, error): (&MessageRow, &Error),
) -> Outcome<()> {
    let message = format!("{}: {error}", error.code().text);
    let episode = format!("{}:{}", row.account_id, error.code().text);
    raise(app, ctx, tx, ("message_cannot_be_sent", episode, row, &message))
}

/// Interest that should be claimed and is not.
pub(super) fn interest_omitted(
    app: &App,
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    (row, omitted): (&MessageRow, &InterestOmitted),
) -> Outcome<()> {
    let episode = format!("{}:{}", row.legal_entity_id, omitted.reason);
    raise(app, ctx, tx, ("interest_omitted", episode, row, &omitted.reason))
}

/// A message whose outcome nobody knows, or that came back.
pub(super) fn look_at(
    app: &App,
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    (kind, row, message): (&'static str, &MessageRow, &str),
) -> Outcome<()> {
    raise(app, ctx, tx, (kind, row.id.to_string(), row, message))
}

fn raise(
    app: &App,
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    (kind, episode, row, message): (&'static str, String, &MessageRow, &str),
) -> Outcome<()> {
    if tx.alert_stands(kind, &episode)? {
        return Ok(());
    }
    let id: Uuid = app.ids.next();
    let event = NewEvent::about("alert.raised", "alert", id)
        .account(row.account_id)
        .legal_entity(row.legal_entity_id)
        .change(serde_json::Value::Null, serde_json::json!({ "kind": kind, "message": message }));
    let event = tx.record(ctx, event)?;
    let alert = NewAlert {
        kind,
        episode,
        legal_entity_id: Some(row.legal_entity_id),
        account_id: Some(row.account_id),
        message,
    };
    tx.raise_alert(id, &alert, ctx.now, event).map(drop)
}

/// Ends the episode of an alert: the next one is told anew.
///
/// # Errors
/// `auth.forbidden`, `not_found`, also outside the caller's reach.
pub fn resolve_alert(app: &App, ctx: &Ctx, id: Uuid) -> Outcome<Answer<()>> {
    ctx.require(Permission::MessageResolve)?;
    command::run(app, ctx, "alert.resolve", |tx| {
        if tx.find(ctx, &ALERTS, &id.to_string())?.is_none() {
            return Err(not_found(ALERTS.resource, &id.to_string()));
        }
        let event = tx.record(ctx, NewEvent::about("alert.resolved", "alert", id))?;
        tx.resolve_alert(id, ctx.now, event)
    })
}
