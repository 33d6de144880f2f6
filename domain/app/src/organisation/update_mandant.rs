//! Corrects the name of a mandant.

use domain::access::Permission;
use kernel::id::MandantId;
use kernel::{Outcome, text};
use serde_json::json;

use super::Mandant;
use super::create_legal_entity::check_reach;
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;

/// The new name. The code stays.
#[derive(Debug, Clone)]
pub struct UpdateMandant {
    pub mandant: MandantId,
    pub name: String,
}

/// Renames a mandant.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `auth.out_of_scope` for one that is not the caller's as a whole, `version.mismatch`, those
/// of a line of text.
pub fn update_mandant(app: &App, ctx: &Ctx, cmd: &UpdateMandant) -> Outcome<Answer<Mandant>> {
    ctx.require(Permission::OrganisationWrite)?;
    let name = text::line("name", &cmd.name)?;
    command::run(app, ctx, "organisation.update_mandant", |tx| {
        let before = tx.mandant_for_update(cmd.mandant)?;
        check_reach(ctx, tx, cmd.mandant)?;
        command::check_version(ctx, before.version)?;
        let after = Mandant { name: name.clone(), version: before.version + 1, ..before.clone() };
        let event = tx.record(
            ctx,
            NewEvent::about("organisation.mandant_changed", "mandant", after.id)
                .change(json!({ "name": before.name }), json!({ "name": after.name })),
        )?;
        tx.save_mandant(&after, event)?;
        Ok(after)
    })
}
