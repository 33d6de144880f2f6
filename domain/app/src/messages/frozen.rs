//! A message exactly as it was handed over.

use domain::access::Permission;
use kernel::id::MessageId;
use kernel::{Error, Outcome};

use super::codes;
use super::store::Content;
use crate::App;
use crate::ctx::Ctx;

/// The frozen content of a message.
///
/// # Errors
/// `auth.forbidden`, `auth.out_of_scope`, `not_found`, `message.not_frozen`.
pub fn frozen_content(app: &App, ctx: &Ctx, id: MessageId) -> Outcome<Content> {
    ctx.require(Permission::MessageRead)?;
    app.store.transact("message.frozen_content", |tx| {
        let row = tx.message_for_update(id.0)?;
        ctx.scope.require_legal_entity(row.legal_entity_id)?;
        tx.content(id.0)?.ok_or_else(|| Error::new(&codes::NOT_FROZEN))
    })
}
