//! Contact policies: when debtors may be contacted.

use domain::access::Permission;
use domain::comms::arbiter::ContactPolicy;
use kernel::Outcome;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;

/// A saved policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SavedPolicy {
    pub code: String,
    pub version: i32,
}

/// Saves a contact policy; from now on it is in force, beside all other policies: the most careful one wins.
///
/// # Errors
/// `auth.forbidden`, `auth.installation_wide`, `contact_policy.invalid`, `version.mismatch`.
pub fn save_contact_policy(
    app: &App,
    ctx: &Ctx,
    (code, document): (&str, &Value),
) -> Outcome<Answer<SavedPolicy>> {
    ctx.require(Permission::TemplateWrite)?;
    ctx.scope.require_all()?;
    let code = super::templates::code(code)?;
    ContactPolicy::parse(&code, 1, document)?;
    command::run(app, ctx, "message.save_contact_policy", |tx| {
        let after = json!({ "code": code, "document": document });
        let event =
            NewEvent::about("contact_policy.saved", "contact_policy", Uuid::nil()).change(Value::Null, after);
        let event = tx.record(ctx, event)?;
        let version = tx.save_policy(&code, document, ctx.now, event)?;
        // The one in force before, by the lock that saving takes; a mismatch takes everything back.
        command::check_version(ctx, i64::from(version) - 1)?;
        Ok(SavedPolicy { code: code.clone(), version })
    })
}
