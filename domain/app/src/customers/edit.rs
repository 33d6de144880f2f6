//! Edits a party, account or contact by hand, field by field.

use std::collections::BTreeSet;

use domain::access::Permission;
use kernel::{Error, Instant, Outcome};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{CustomerKind, CustomerRow, Edited, codes, fields};
use crate::App;
use crate::command::{self, Answer};
use crate::credit::groups::refresh;
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::lists::not_found;
use crate::store::WriteTx;

/// Which fields change.
#[derive(Debug, Clone)]
pub struct Edit {
    pub kind: CustomerKind,
    pub id: Uuid,
    /// By name; what is not named stays.
    pub set: Map<String, Value>,
    /// Fields to give back to the ERP: they take the value last pushed.
    pub release: Vec<String>,
}

/// Sets fields by hand, or gives them back to the ERP.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `version.mismatch`, `customers.*`, and those of each value.
pub fn edit(app: &App, ctx: &Ctx, cmd: &Edit) -> Outcome<Answer<Edited>> {
    ctx.require(Permission::CustomersWrite)?;
    if cmd.set.is_empty() && cmd.release.is_empty() {
        return Err(Error::new(&codes::NOTHING_TO_DO));
    }
    if let Some(both) = cmd.release.iter().find(|name| cmd.set.contains_key(*name)) {
        let message = format!("{both} is set and released");
        return Err(Error::field(both, &codes::SET_AND_RELEASED, message));
    }
    command::run(app, ctx, operation(cmd.kind), |tx| {
        let row = locked(tx, ctx, cmd.kind, cmd.id)?;
        command::check_version(ctx, row.version)?;
        let change = change(cmd, &row, ctx.now)?;
        check_trust(tx, ctx, &row, &change)?;
        write(tx, ctx, (cmd.kind, cmd.id), &row, &change)
    })
}

/// What decides about trust takes who records limits: a segment may have a limit, which whoever is moved into it is granted; parties of one
/// tax id go by each other's limits; and to be a company of our own, or not insolvent or doubtful any more, lets somebody buy who could not.
fn check_trust(tx: &mut dyn WriteTx, ctx: &Ctx, row: &CustomerRow, change: &Change) -> Outcome<()> {
    let changed = |name: &str| {
        let (before, after) = (row.columns.get(name), change.columns.get(name));
        after.filter(|after| Some(*after) != before).map(|after| (before.cloned().unwrap_or_default(), after))
    };
    let whose = changed("intercompany").is_some() || changed("tax_id").is_some();
    // A day that is put off is as good as none until it comes.
    let cleared = |name| {
        changed(name).is_some_and(|(before, after)| {
            !is_nothing(&before) && (is_nothing(after) || after.as_str() > before.as_str())
        })
    };
    if whose || cleared("insolvent_since") || cleared("doubtful") {
        ctx.require(Permission::LimitImport)?;
    }
    let of = |columns: &Map<String, Value>| columns.get("segment").and_then(Value::as_str).map(str::to_owned);
    let segments = [of(&row.columns), of(&change.columns)];
    let moved = change.columns.contains_key("segment") && segments.iter().collect::<BTreeSet<_>>().len() > 1;
    let segments = segments.into_iter().flatten().collect::<Vec<_>>();
    if moved && tx.have_limits(&segments, ctx.now.date_naive())? {
        ctx.require(Permission::LimitImport)?;
    }
    Ok(())
}

fn is_nothing(value: &Value) -> bool {
    matches!(value, Value::Null | Value::Bool(false))
}

/// Columns to write and what is set by hand afterwards.
pub(super) struct Change {
    pub(super) columns: Map<String, Value>,
    pub(super) overrides: Map<String, Value>,
}

pub(super) fn locked(tx: &mut dyn WriteTx, ctx: &Ctx, kind: CustomerKind, id: Uuid) -> Outcome<CustomerRow> {
    tx.customer_for_update(ctx, kind, id)?.ok_or_else(|| not_found(plural(kind), &shown(kind, id)))
}

fn change(cmd: &Edit, row: &CustomerRow, now: Instant) -> Outcome<Change> {
    let mut columns = fields::check(cmd.kind, &cmd.set, &row.columns, now)?;
    let mut overrides = row.overrides.clone();
    for name in cmd.set.keys() {
        let field = fields::find(cmd.kind, name)?;
        if field.pushed && !row.manual && !overrides.contains_key(field.column) {
            let pushed = row.columns.get(field.column).cloned().unwrap_or_default();
            overrides.insert(field.column.to_owned(), pushed);
        }
    }
    for name in &cmd.release {
        // The portfolio is set by its own command, and released like every other field.
        let column = if name == "portfolio" { "portfolio_id" } else { fields::find(cmd.kind, name)?.column };
        let pushed = overrides.remove(column).ok_or_else(|| {
            Error::field(name, &codes::NOT_OVERRIDDEN, format!("{name} holds what was pushed"))
        })?;
        columns.insert(column.to_owned(), pushed);
    }
    Ok(Change { columns, overrides })
}

/// Records the event and writes the row.
pub(super) fn write(
    tx: &mut dyn WriteTx,
    ctx: &Ctx,
    (kind, id): (CustomerKind, Uuid),
    row: &CustomerRow,
    change: &Change,
) -> Outcome<Edited> {
    let before = change.columns.keys().map(|c| (c.clone(), row.columns.get(c).cloned().unwrap_or_default()));
    let before = Value::Object(before.collect());
    let manual_fields = change.overrides.keys().cloned().collect::<Vec<_>>();
    let after = json!({ "fields": change.columns, "manual_fields": manual_fields });
    let mut event = NewEvent::about(event_kind(kind), kind_text(kind), id).change(before, after);
    event.account_id = row.account_id;
    event.legal_entity_id = row.legal_entity_id;
    let event = tx.record(ctx, event)?;
    tx.save_customer((kind, id), &change.columns, &change.overrides, event)?;
    let counts = ["tax_id", "intercompany"].iter().any(|column| change.columns.contains_key(*column));
    if kind == CustomerKind::Party && counts {
        refresh(tx, &BTreeSet::from([id]), event, ctx.now)?;
    }
    Ok(Edited { id, version: row.version + 1, manual_fields })
}

fn operation(kind: CustomerKind) -> &'static str {
    match kind {
        CustomerKind::Party => "customers.edit_party",
        CustomerKind::Account => "customers.edit_account",
        CustomerKind::Contact => "customers.edit_contact",
    }
}

fn event_kind(kind: CustomerKind) -> &'static str {
    match kind {
        CustomerKind::Party => "customers.party_edited",
        CustomerKind::Account => "customers.account_edited",
        CustomerKind::Contact => "customers.contact_edited",
    }
}

fn kind_text(kind: CustomerKind) -> &'static str {
    kernel::text_enum::TextEnum::as_str(kind)
}

fn plural(kind: CustomerKind) -> &'static str {
    match kind {
        CustomerKind::Party => "parties",
        CustomerKind::Account => "accounts",
        CustomerKind::Contact => "contacts",
    }
}

fn shown(kind: CustomerKind, id: Uuid) -> String {
    match kind {
        CustomerKind::Party => kernel::id::PartyId(id).to_string(),
        CustomerKind::Account => kernel::id::AccountId(id).to_string(),
        CustomerKind::Contact => kernel::id::ContactId(id).to_string(),
    }
}
