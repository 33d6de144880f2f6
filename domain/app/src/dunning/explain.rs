//! One decision with its full explanation.

use std::collections::HashMap;

use domain::access::Permission;
use kernel::id::{AccountId, ReceivableId};
use kernel::{Error, Outcome};
use serde_json::{Value, json};
use uuid::Uuid;

use super::lists::DECISIONS;
use super::store::DunningReads;
use super::{stored, words};
use crate::App;
use crate::codes::INTERNAL;
use crate::ctx::{Ctx, Locale};
use crate::lists::not_found;

/// A decision as its list shows it, with `explanation` added: what, why, and what would alter it, in both languages.
///
/// # Errors
/// `auth.forbidden`, `not_found`.
pub fn decision(app: &App, ctx: &Ctx, key: &str) -> Outcome<Value> {
    ctx.require(Permission::DunningRead)?;
    app.store.view("dunning.explain", |tx| {
        let mut row = tx.find(ctx, &DECISIONS, key)?.ok_or_else(|| not_found("decisions", key))?;
        let account = row.get("account_id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let names = names(tx, AccountId::parse(&account)?.0, &row)?;
        let explanation = json!({
            "en": explained(&row, Locale::English, &names)?,
            "es": explained(&row, Locale::Spanish, &names)?,
        });
        if let Value::Object(fields) = &mut row {
            fields.insert("explanation".to_owned(), explanation);
        }
        Ok(row)
    })
}

/// Document numbers of every item the decision was made on, by prefixed id.
fn names(
    tx: &mut (impl DunningReads + ?Sized),
    group: Uuid,
    row: &Value,
) -> Outcome<HashMap<String, String>> {
    let facts = row.get("facts").ok_or_else(|| Error::new(&INTERNAL).caused_by("no facts"))?;
    let items = stored::facts_of(facts)?.items;
    let ids = items.iter().map(|i| i.receivable_id.0).collect::<Vec<_>>();
    let found = tx.document_numbers(group, &ids)?;
    Ok(found.into_iter().map(|(id, no)| (ReceivableId(id).to_string(), no)).collect())
}

fn explained(row: &Value, locale: Locale, names: &HashMap<String, String>) -> Outcome<Value> {
    let name = |item: &str| names.get(item).cloned().unwrap_or_else(|| item.to_owned());
    let text = |field: &str| row.get(field).and_then(Value::as_str);
    let null = Value::Null;
    let reasons = stored::reasons_of(row.get("reasons").unwrap_or(&null))?;
    Ok(json!({
        "outcome": words::outcome(text("outcome").unwrap_or_default(), text("step_code"), locale),
        "reasons": words::reasons(&reasons, locale, &name),
        "counterfactual": words::counterfactual(row.get("counterfactual").unwrap_or(&null), locale, &name)?,
    }))
}
