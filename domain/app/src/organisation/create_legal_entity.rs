//! Creates a legal entity.

use domain::access::Permission;
use kernel::Outcome;
use kernel::id::MandantId;
use serde_json::Value;

use super::update_legal_entity::{check_settings, code, settings_json};
use super::{LegalEntity, LegalEntitySettings};
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;

/// A new legal entity.
#[derive(Debug, Clone)]
pub struct CreateLegalEntity {
    pub mandant: MandantId,
    pub code: String,
    pub settings: LegalEntitySettings,
}

/// Creates a legal entity.
///
/// # Errors
/// `auth.forbidden`, `not_found` for the mandant, `organisation.code_taken`, `organisation.calendar_unknown`, and
/// those of the settings.
pub fn create_legal_entity(app: &App, ctx: &Ctx, cmd: &CreateLegalEntity) -> Outcome<Answer<LegalEntity>> {
    ctx.require(Permission::OrganisationWrite)?;
    let code = code(&cmd.code)?;
    let settings = check_settings(&cmd.settings)?;
    command::run(app, ctx, "organisation.create_legal_entity", |tx| {
        tx.mandant_for_update(cmd.mandant)?;
        let entity = LegalEntity {
            id: app.ids.next(),
            mandant_id: cmd.mandant.0,
            code: code.clone(),
            settings: settings.clone(),
            version: 1,
            created_at: ctx.now,
        };
        let event = tx.record(
            ctx,
            NewEvent::about("organisation.legal_entity_created", "legal_entity", entity.id)
                .legal_entity(entity.id)
                .change(Value::Null, settings_json(&entity)?),
        )?;
        tx.insert_legal_entity(&entity, event)?;
        Ok(entity)
    })
}
