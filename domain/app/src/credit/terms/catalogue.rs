//! The catalogue of payment terms.

use domain::access::Permission;
use domain::credit::terms::PaymentTerm;
use domain::rules::finding::{parse_document, require_sound};
use kernel::{Error, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::codes;
use crate::App;
use crate::codes::INTERNAL;
use crate::command::{self, Answer, check_version};
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::store::WriteTx;

/// A term of the catalogue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredTerm {
    pub code: String,
    pub document: Value,
    pub version: i64,
}

/// What is usual: to be adapted by each.
const STANDARD: &[(&str, u16, &str, &str)] = &[
    ("cash", 0, "Payment on issue", "Contado"),
    ("net_30", 30, "30 days", "30 días"),
    ("net_45", 45, "45 days", "45 días"),
    ("net_60", 60, "60 days", "60 días"),
];

/// Saves a term. Deviations approved from then on go by its new text, those approved before by the text they were approved with.
///
/// # Errors
/// `auth.forbidden`, `auth.installation_wide`, `rule.document_invalid`, `payment_term.invalid` with every error,
/// `payment_term.code_differs`, `version.mismatch`.
pub fn save_term(app: &App, ctx: &Ctx, code: &str, document: &Value) -> Outcome<Answer<StoredTerm>> {
    ctx.require(Permission::RulesWrite)?;
    ctx.scope.require_all()?;
    let term = parse_document::<PaymentTerm>(document)?;
    require_sound(term.validate(), &codes::TERM_INVALID)?;
    if term.code != code {
        let message = format!("{:?} in the document", kernel::text::shown(&term.code));
        return Err(Error::field("document.code", &codes::TERM_CODE_DIFFERS, message));
    }
    command::run(app, ctx, "payment_term.save", |tx| saved(ctx, tx, &term))
}

fn saved(ctx: &Ctx, tx: &mut dyn WriteTx, term: &PaymentTerm) -> Outcome<StoredTerm> {
    let before = tx.term_for_update(&term.code)?;
    check_version(ctx, before.as_ref().map_or(0, |b| b.version))?;
    let document = serde_json::to_value(term).map_err(|e| Error::new(&INTERNAL).caused_by(e))?;
    let version = before.as_ref().map_or(1, |b| b.version + 1);
    let new = StoredTerm { code: term.code.clone(), document, version };
    let said = before.map_or(Value::Null, |b| b.document);
    let event = NewEvent::about("payment_term.saved", "payment_term", Uuid::nil())
        .change(said, json!({ "code": new.code, "document": new.document }));
    let event = tx.record(ctx, event)?;
    tx.save_term(&new, (event, ctx.now))?;
    Ok(new)
}

/// Gives an installation the usual terms that it does not have. How many it gave.
///
/// # Errors
/// `database.unavailable`.
pub fn plant_standard(ctx: &Ctx, tx: &mut dyn WriteTx) -> Outcome<u64> {
    let mut planted = 0;
    for (code, days, en, es) in STANDARD {
        if tx.term_for_update(code)?.is_none() {
            let mut term = PaymentTerm::net(*days);
            (*code).clone_into(&mut term.code);
            (*en).clone_into(&mut term.name.en);
            (*es).clone_into(&mut term.name.es);
            saved(ctx, tx, &term)?;
            planted += 1;
        }
    }
    Ok(planted)
}
