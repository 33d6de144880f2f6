//! Keeps a document as a draft.

use domain::access::Permission;
use domain::credit::rule_sets::{KindSpec, ReadDocument};
use domain::rules::codes::CODE_INVALID;
use domain::rules::finding::Severity;
use kernel::{Error, Outcome};
use serde_json::{Value, json};

use super::{RuleSetVersion, kind_of, subject};
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::rules::Checked;
use crate::store::WriteTx;

/// Codes that would hide behind an operation of the same address.
const TAKEN: &[&str] = &["check", "facts"];

/// Keeps a document as the next draft version of its rule set. A draft may have errors; putting it into force may not.
///
/// # Errors
/// `auth.forbidden`, `rule.kind_unknown`, `rule.document_invalid`, `rule.code_invalid`.
pub fn create_draft(
    app: &App,
    ctx: &Ctx,
    kind: &str,
    document: &Value,
) -> Outcome<Answer<(RuleSetVersion, Checked)>> {
    ctx.require(Permission::RulesWrite)?;
    let spec = kind_of(kind)?;
    command::run(app, ctx, "rules.create_draft", |tx| {
        let read = spec.read(document, tx.declared_attributes()?)?;
        let wrong = read.findings.iter().find(|f| f.path == "code" && f.severity == Severity::Error);
        if let Some(wrong) = wrong {
            return Err(Error::field("document.code", &CODE_INVALID, wrong.message.clone()));
        }
        if TAKEN.contains(&read.code.as_str()) {
            let message = format!("{:?} has a meaning of its own", read.code);
            return Err(Error::field("document.code", &CODE_INVALID, message));
        }
        let version = insert(ctx, tx, spec, &read)?;
        Ok((version, Checked::of(read.findings)))
    })
}

pub(super) fn insert(
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    spec: &KindSpec,
    read: &ReadDocument,
) -> Outcome<RuleSetVersion> {
    let (kind, code) = (spec.kind, read.code.as_str());
    let version = RuleSetVersion {
        kind,
        code: code.to_owned(),
        version: tx.next_rule_set_version(kind, code)?,
        state: "draft".to_owned(),
        document: read.ordered.clone(),
        created_at: ctx.now,
        activated_at: None,
        retired_at: None,
    };
    let after = json!({ "kind": kind, "code": code, "version": version.version, "document": read.ordered });
    let event = NewEvent::about("rules.drafted", "rule_set", subject(kind, code)).change(Value::Null, after);
    let event = tx.record(ctx, event)?;
    tx.insert_rule_set(&version, event)?;
    Ok(version)
}
