//! Changes what is expected of a source.

use domain::access::Permission;
use kernel::id::SourceId;
use kernel::{Outcome, text};
use serde_json::{Value, json};

use super::Source;
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;

/// The new settings, all of them. Its code and legal entity stay.
#[derive(Debug, Clone)]
pub struct UpdateSource {
    pub source: SourceId,
    pub name: String,
    /// Whether dunning waits for its pushes.
    pub gates_dunning: bool,
    /// 0 to 100; larger losses of a snapshot wait for a person.
    pub snapshot_close_max_percent: u8,
}

/// Replaces the settings of a source.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `auth.out_of_scope`, `version.mismatch`, those of a line of text.
pub fn update_source(app: &App, ctx: &Ctx, cmd: &UpdateSource) -> Outcome<Answer<Source>> {
    ctx.require(Permission::OrganisationWrite)?;
    let name = text::line("name", &cmd.name)?;
    command::run(app, ctx, "organisation.update_source", |tx| {
        let before = tx.source_for_update(cmd.source)?;
        ctx.scope.require_legal_entity(before.legal_entity_id)?;
        command::check_version(ctx, before.version)?;
        let after = Source {
            name: name.clone(),
            gates_dunning: cmd.gates_dunning,
            snapshot_close_max_percent: i16::from(cmd.snapshot_close_max_percent.min(100)),
            version: before.version + 1,
            ..before.clone()
        };
        let event = tx.record(
            ctx,
            NewEvent::about("organisation.source_changed", "source", after.id)
                .legal_entity(after.legal_entity_id)
                .change(seen(&before), seen(&after)),
        )?;
        tx.save_source(&after, event)?;
        Ok(after)
    })
}

fn seen(source: &Source) -> Value {
    json!({ "code": source.code, "name": source.name, "gates_dunning": source.gates_dunning,
        "snapshot_close_max_percent": source.snapshot_close_max_percent })
}
