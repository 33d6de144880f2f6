//! Whether this database may write to debtors at all.

use domain::access::Permission;
use kernel::Outcome;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;

/// Whether sending is quarantined, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sending {
    pub quarantined: bool,
    pub reason: Option<String>,
}

/// Tells whether sending is quarantined.
///
/// # Errors
/// `auth.forbidden`.
pub fn get_sending(app: &App, ctx: &Ctx) -> Outcome<Sending> {
    ctx.require(Permission::MessageRead)?;
    let reason = app.store.transact("message.get_sending", |tx| tx.quarantine())?;
    Ok(Sending { quarantined: reason.is_some(), reason })
}

/// A person takes the responsibility that this database, and no other copy of it, writes to debtors.
///
/// # Errors
/// `auth.forbidden`, `auth.installation_wide`.
pub fn release_sending(app: &App, ctx: &Ctx) -> Outcome<Answer<Sending>> {
    ctx.require(Permission::SettingsManage)?;
    ctx.scope.require_all()?;
    command::run(app, ctx, "message.release_sending", |tx| {
        let before = tx.quarantine()?;
        let event = NewEvent {
            kind: "message.sending_released",
            subject_kind: "installation",
            subject_id: None,
            account_id: None,
            legal_entity_id: None,
            before: json!({ "reason": before }),
            after: Value::Null,
        };
        let event = tx.record(ctx, event)?;
        tx.release_quarantine(event)?;
        Ok(Sending { quarantined: false, reason: None })
    })
}
