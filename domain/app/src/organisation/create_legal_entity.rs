//! Creates a legal entity.

use domain::access::codes::OUT_OF_SCOPE;
use domain::access::{Permission, Right, RightKind, Scope};
use kernel::id::MandantId;
use kernel::{Error, Outcome};
use serde_json::Value;

use super::update_legal_entity::{check_settings, code, settings_json};
use super::{LegalEntity, LegalEntitySettings};
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::lists::not_found;
use crate::organisation::lists::MANDANTS;
use crate::store::WriteTx;

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
/// `auth.forbidden`, `not_found` for the mandant, `auth.out_of_scope` for one that is not the caller's as a whole, `organisation.code_taken`, `organisation.calendar_unknown`, and
/// those of the settings.
pub fn create_legal_entity(app: &App, ctx: &Ctx, cmd: &CreateLegalEntity) -> Outcome<Answer<LegalEntity>> {
    ctx.require(Permission::OrganisationWrite)?;
    let code = code(&cmd.code)?;
    let settings = check_settings(&cmd.settings)?;
    command::run(app, ctx, "organisation.create_legal_entity", |tx| {
        tx.mandant_for_update(cmd.mandant)?;
        check_reach(ctx, tx, cmd.mandant)?;
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

/// A right on some entities of a mandant gives none on those to come.
pub(super) fn check_reach(ctx: &Ctx, tx: &mut dyn WriteTx, mandant: MandantId) -> Outcome<()> {
    if ctx.scope == Scope::All {
        return Ok(());
    }
    if tx.rights_of(ctx.principal.id)?.contains(&Right { kind: RightKind::Mandant, id: mandant.0 }) {
        return Ok(());
    }
    let id = mandant.to_string();
    let seen = tx.find(ctx, &MANDANTS, &id)?.is_some();
    Err(if seen { Error::new(&OUT_OF_SCOPE) } else { not_found(MANDANTS.resource, &id) })
}
