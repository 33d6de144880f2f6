//! Creates a contact by hand.

use domain::access::Permission;
use domain::comms::kinds::{ContactPurpose, ContactRole};
use kernel::id::{AccountId, ContactId};
use kernel::text_enum::TextEnum;
use kernel::{Error, Outcome};
use serde_json::{Map, Value, json};

use super::{CustomerKind, Edited, NewContact, edit, fields};
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;

/// A new contact of an account.
#[derive(Debug, Clone)]
pub struct CreateContact {
    pub account: AccountId,
    /// By name, as in an edit; `name` is required.
    pub fields: Map<String, Value>,
}

/// Creates a contact. No push changes or retires it.
///
/// # Errors
/// `auth.forbidden`, `not_found` for the account, `text.required` without a name, and those of each value.
pub fn create_contact(app: &App, ctx: &Ctx, cmd: &CreateContact) -> Outcome<Answer<Edited>> {
    ctx.require(Permission::CustomersWrite)?;
    let mut columns = defaults();
    columns.extend(fields::check(CustomerKind::Contact, &cmd.fields, &Map::new(), ctx.now)?);
    if !columns.contains_key("name") {
        let code = &kernel::registry::codes::TEXT_REQUIRED;
        return Err(Error::field("name", code, "a contact needs a name"));
    }
    command::run(app, ctx, "customers.create_contact", |tx| {
        let account = edit::locked(tx, ctx, CustomerKind::Account, cmd.account.0)?;
        let contact = NewContact { id: app.ids.next(), account_id: cmd.account.0, columns: columns.clone() };
        let mut event = NewEvent::about("customers.contact_created", "contact", contact.id)
            .account(cmd.account.0)
            .change(Value::Null, json!({ "contact": ContactId(contact.id), "fields": contact.columns }));
        event.legal_entity_id = account.legal_entity_id;
        let event = tx.record(ctx, event)?;
        tx.insert_contact(&contact, event, ctx.now)?;
        Ok(Edited { id: contact.id, version: 1, manual_fields: Vec::new() })
    })
}

/// As for a pushed contact that does not say.
fn defaults() -> Map<String, Value> {
    let values = [
        ("role", json!(ContactRole::AccountsPayable.as_str())),
        ("purposes", json!(ContactPurpose::TEXTS)),
        ("position", json!(0)),
        ("opted_out_channels", json!([])),
    ];
    values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
