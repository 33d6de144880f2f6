//! Creates a source: an ERP company code that may push.

use domain::access::Permission;
use kernel::id::LegalEntityId;
use kernel::{Outcome, text};
use serde_json::{Value, json};

use super::Source;
use super::update_legal_entity::code;
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;

/// A new source.
#[derive(Debug, Clone)]
pub struct CreateSource {
    pub legal_entity: LegalEntityId,
    pub code: String,
    pub name: String,
    pub gates_dunning: bool,
    /// 0 to 100; larger losses of a snapshot wait for a person.
    pub snapshot_close_max_percent: u8,
}

/// Creates a source of a legal entity.
///
/// # Errors
/// `auth.forbidden`, `not_found` for the legal entity, `organisation.code_invalid`, `organisation.code_taken`.
pub fn create_source(app: &App, ctx: &Ctx, cmd: &CreateSource) -> Outcome<Answer<Source>> {
    ctx.require(Permission::OrganisationWrite)?;
    let code = code(&cmd.code)?;
    let name = text::line("name", &cmd.name)?;
    let percent = i16::from(cmd.snapshot_close_max_percent.min(100));
    command::run(app, ctx, "organisation.create_source", |tx| {
        let entity = tx.legal_entity_for_update(cmd.legal_entity)?;
        ctx.scope.require_legal_entity(entity.id)?;
        let source = Source {
            id: app.ids.next(),
            legal_entity_id: entity.id,
            code: code.clone(),
            name: name.clone(),
            gates_dunning: cmd.gates_dunning,
            snapshot_close_max_percent: percent,
            version: 1,
            created_at: ctx.now,
        };
        let after = json!({ "code": source.code, "name": source.name, "gates_dunning": source.gates_dunning,
            "snapshot_close_max_percent": percent });
        let event = tx.record(
            ctx,
            NewEvent::about("organisation.source_created", "source", source.id)
                .legal_entity(entity.id)
                .change(Value::Null, after),
        )?;
        tx.insert_source(&source, event)?;
        Ok(source)
    })
}
