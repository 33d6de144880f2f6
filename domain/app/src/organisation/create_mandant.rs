//! Creates a mandant.

use domain::access::Permission;
use kernel::{Outcome, text};
use serde_json::{Value, json};

use super::Mandant;
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;

/// A new mandant.
#[derive(Debug, Clone)]
pub struct CreateMandant {
    pub code: String,
    pub name: String,
}

/// Creates a mandant.
///
/// # Errors
/// `auth.forbidden`, `auth.installation_wide`, `organisation.code_invalid`, `organisation.code_taken`, `text.required`, `text.too_long`.
pub fn create_mandant(app: &App, ctx: &Ctx, cmd: &CreateMandant) -> Outcome<Answer<Mandant>> {
    ctx.require(Permission::OrganisationWrite)?;
    ctx.scope.require_all()?;
    let code = super::update_legal_entity::code(&cmd.code)?;
    let name = text::line("name", &cmd.name)?;
    command::run(app, ctx, "organisation.create_mandant", |tx| {
        let mandant = Mandant {
            id: app.ids.next(),
            code: code.clone(),
            name: name.clone(),
            version: 1,
            created_at: ctx.now,
        };
        let event = tx.record(
            ctx,
            NewEvent::about("organisation.mandant_created", "mandant", mandant.id)
                .change(Value::Null, json!({ "code": mandant.code, "name": mandant.name })),
        )?;
        tx.insert_mandant(&mandant, event)?;
        Ok(mandant)
    })
}
