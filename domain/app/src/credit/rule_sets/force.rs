//! Puts versions into force.

use domain::access::Permission;
use domain::credit::rule_sets::{KINDS, KindSpec};
use domain::rules::codes::INVALID;
use domain::rules::finding::require_sound;
use kernel::{Error, Outcome};
use serde_json::{Value, json};

use super::draft::insert;
use super::{RuleSetVersion, codes, kind_of, subject, unknown};
use crate::App;
use crate::codes::INTERNAL;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::store::WriteTx;

/// Puts a draft into force; the version before it retires. What is under way goes on by the version it began with. The version
/// that the caller saw (`If-Match`) is the one in force until now.
///
/// # Errors
/// `auth.forbidden`, `auth.installation_wide`, `rule.kind_unknown`, `rule.version_unknown`, `rule.not_draft`, `rule.invalid` with
/// every error, `version.mismatch`.
pub fn activate(
    app: &App,
    ctx: &Ctx,
    (kind, code): (&str, &str),
    version: i32,
) -> Outcome<Answer<RuleSetVersion>> {
    ctx.require(Permission::RulesWrite)?;
    ctx.scope.require_all()?;
    let spec = kind_of(kind)?;
    command::run(app, ctx, "rules.activate", |tx| activated(ctx, tx, spec, (code, version)))
}

fn activated(
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    spec: &KindSpec,
    (code, version): (&str, i32),
) -> Outcome<RuleSetVersion> {
    let kind = spec.kind;
    tx.lock_rule_set(kind, code)?;
    let found = tx.rule_set_version(kind, code, version)?.ok_or_else(|| unknown(kind, code, version))?;
    if found.state != "draft" {
        let message = format!("version {version} of {kind} {code} is {}", found.state);
        return Err(Error::with(&codes::NOT_DRAFT, message));
    }
    require_sound(spec.read(&found.document, tx.declared_attributes()?)?.findings, &INVALID)?;
    let before = tx.active_rule_set(kind, code)?.map(|v| v.version);
    command::check_version(ctx, before.unwrap_or_default().into())?;
    let change = |version: Value| json!({ "kind": kind, "code": code, "version": version });
    let event = NewEvent::about("rules.activated", "rule_set", subject(kind, code))
        .change(change(json!(before)), change(json!(version)));
    let event = tx.record(ctx, event)?;
    tx.activate_rule_set((kind, code, version), ctx.now, event)?;
    Ok(RuleSetVersion { state: "active".to_owned(), activated_at: Some(ctx.now), ..found })
}

/// Gives an installation the standard documents of every kind that it has no version of, in force. How many it gave.
///
/// # Errors
/// `database.unavailable`; `internal` when an embedded document is wrong.
pub fn plant_standard(ctx: &Ctx, tx: &mut dyn WriteTx) -> Outcome<u64> {
    let mut planted = 0;
    for spec in KINDS {
        for text in spec.standard {
            let document: Value =
                serde_json::from_str(text).map_err(|e| Error::new(&INTERNAL).caused_by(e))?;
            let read = spec.read(&document, tx.declared_attributes()?)?;
            if tx.rule_set_version(spec.kind, &read.code, 1)?.is_none() {
                let version = insert(ctx, tx, spec, &read)?;
                activated(ctx, tx, spec, (&read.code, version.version))?;
                planted += 1;
            }
        }
    }
    Ok(planted)
}
