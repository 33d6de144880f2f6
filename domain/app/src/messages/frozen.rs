//! A message exactly as it was handed over.

use domain::access::Permission;
use kernel::id::MessageId;
use kernel::{Error, Outcome};

use super::codes;
use super::reach::message_in_scope;
use super::store::Content;
use crate::App;
use crate::ctx::Ctx;

/// The frozen content of a message.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `message.not_frozen`.
pub fn frozen_content(app: &App, ctx: &Ctx, id: MessageId) -> Outcome<Content> {
    ctx.require(Permission::MessageRead)?;
    app.store.transact("message.frozen_content", |tx| {
        message_in_scope(ctx, tx, id)?;
        tx.content(id.0)?.ok_or_else(|| Error::new(&codes::NOT_FROZEN))
    })
}
