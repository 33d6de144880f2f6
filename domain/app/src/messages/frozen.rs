//! A message exactly as it was handed over, and a letter that a person is to print.

use domain::access::Permission;
use domain::comms::{Channel, MessageState};
use kernel::id::MessageId;
use kernel::{Error, Outcome};

use super::codes;
use super::content::{self, Occasion};
use super::facts::MessageRow;
use super::judge::{Case, outdated_by_hand, recipient};
use super::reach::message_in_scope;
use super::send::Means;
use super::spoken::{facts_of, overtaken};
use crate::App;
use crate::ctx::Ctx;
use crate::store::WriteTx;

/// The mail exactly as it was handed over.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `message.not_frozen`.
pub fn frozen_mail(app: &App, ctx: &Ctx, id: MessageId) -> Outcome<Vec<u8>> {
    ctx.require(Permission::MessageRead)?;
    app.store.transact("message.frozen_mail", |tx| {
        message_in_scope(ctx, tx, id)?;
        let content = tx.content(id.0)?.ok_or_else(|| Error::new(&codes::NOT_FROZEN))?;
        content.mime.ok_or_else(|| Error::with(&codes::NOT_FROZEN, "this message is no mail"))
    })
}

/// The letter exactly as it was sent; of a planned one, to be printed, as it is now.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `message.not_frozen`; of a planned one what has overtaken it (`message.paid`,
/// `message.amounts_changed`, `message.item_excepted`, `message.nothing_open`, `message.decision_changed`) and what its
/// content needs.
pub fn letter(app: &App, ctx: &Ctx, means: Means<'_>, id: MessageId) -> Outcome<Vec<u8>> {
    ctx.require(Permission::MessageRead)?;
    app.store.transact("message.letter", |tx| {
        let row = message_in_scope(ctx, tx, id)?;
        let no_letter = || Error::with(&codes::NOT_FROZEN, "this message has no letter");
        if let Some(content) = tx.content(id.0)? {
            return content.letter.ok_or_else(no_letter);
        }
        if (row.channel, row.state) != (Channel::Letter, MessageState::Planned) {
            return Err(Error::new(&codes::NOT_FROZEN));
        }
        to_be_printed(ctx, tx, (&row, means))?.ok_or_else(no_letter)
    })
}

fn to_be_printed(
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    (row, means): (&MessageRow, Means<'_>),
) -> Outcome<Option<Vec<u8>>> {
    let facts = facts_of(tx, row, ctx.now)?;
    // Nobody shall post what was paid meanwhile.
    if let Some(code) = overtaken(row, &facts) {
        return Err(Error::new(code));
    }
    if let Some((reason, _)) = outdated_by_hand(tx, &Case { means, row, facts: &facts, now: ctx.now })? {
        return Err(Error::with(&codes::DECISION_CHANGED, reason));
    }
    let to = recipient(row, &facts)?;
    let said = content::say(&facts, Occasion { row, now: ctx.now }, &to)?;
    if said.rendered.letter.is_empty() { Ok(None) } else { means.press.letter(&said.sheet).map(Some) }
}
