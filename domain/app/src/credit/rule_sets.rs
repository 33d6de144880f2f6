//! Versioned rule sets of every kind: drafts, checking with every problem listed, putting into force, the facts they may read.

pub mod codes;
mod draft;
mod force;
pub mod lists;
pub mod store;
pub(crate) mod withdrawn;

use domain::access::Permission;
use domain::credit::rule_sets::{KINDS, KindSpec, RuleKind};
use domain::rules::facts::FactDoc;
use kernel::text_enum::TextEnum as _;
use kernel::{Error, Instant, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

pub use self::draft::create_draft;
pub use self::force::{activate, plant_standard};
use self::store::RuleSetReads;
use crate::App;
use crate::ctx::Ctx;
use crate::lists::not_found;
use crate::rules::Checked;
use crate::store::ReadTx;

/// One version of a rule set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleSetVersion {
    pub kind: RuleKind,
    pub code: String,
    pub version: i32,
    /// `draft`, `active` or `retired`.
    pub state: String,
    pub document: Value,
    pub created_at: Instant,
    pub activated_at: Option<Instant>,
    pub retired_at: Option<Instant>,
}

/// The version that rules where a legal entity has none of its own.
const STANDARD: &str = "standard";

/// Code and version of the rule set in force for a legal entity: the one of its own code, or the standard one.
pub(super) fn version_in_force<T: RuleSetReads + ?Sized>(
    tx: &mut T,
    kind: RuleKind,
    legal_entity_code: Option<&str>,
) -> Outcome<Option<(String, i32)>> {
    let own = legal_entity_code.map(|code| code.to_lowercase().replace('-', "_"));
    let codes = own.as_deref().into_iter().chain([STANDARD]).collect::<Vec<_>>();
    let mut found = tx.active_versions(kind, &codes)?;
    // Its own comes before the standard one.
    found.sort_by_key(|(code, _)| codes.iter().position(|wanted| wanted == code));
    Ok(found.into_iter().next())
}

/// The same with its document.
pub(super) fn in_force<T: RuleSetReads + ?Sized>(
    tx: &mut T,
    kind: RuleKind,
    legal_entity_code: Option<&str>,
) -> Outcome<Option<RuleSetVersion>> {
    match version_in_force(tx, kind, legal_entity_code)? {
        Some((code, version)) => tx.rule_set_version(kind, &code, version),
        None => Ok(None),
    }
}

/// The kind with this name.
///
/// # Errors
/// `rule.kind_unknown`, naming those there are.
pub(super) fn kind_of(name: &str) -> Outcome<&'static KindSpec> {
    KindSpec::find(name).ok_or_else(|| {
        let known = KINDS.iter().map(|spec| spec.kind.as_str()).collect::<Vec<_>>().join(", ");
        let message = format!("{:?} is not one of {known}", kernel::text::shown(name));
        Error::with(&codes::KIND_UNKNOWN, message)
    })
}

/// One version, the one in force when none is named.
///
/// # Errors
/// `auth.forbidden`, `rule.kind_unknown`, `not_found`, `rule.version_unknown`.
pub fn get(
    app: &App,
    ctx: &Ctx,
    (kind, code): (&str, &str),
    version: Option<i32>,
) -> Outcome<RuleSetVersion> {
    ctx.require(Permission::RulesRead)?;
    let spec = kind_of(kind)?;
    let kind = spec.kind;
    let found = app.store.view("rules.rule_set", |tx| match version {
        Some(version) => {
            tx.rule_set_version(kind, code, version)?.ok_or_else(|| unknown(kind, code, version))
        }
        None => {
            tx.active_rule_set(kind, code)?.ok_or_else(|| not_found("rule_sets", &format!("{kind}/{code}")))
        }
    })?;
    Ok(RuleSetVersion { document: spec.ordered(&found.document)?, ..found })
}

pub(in crate::credit) fn unknown(kind: RuleKind, code: &str, version: i32) -> Error {
    Error::with(&codes::VERSION_UNKNOWN, format!("{kind} {code} has no version {version}"))
}

/// Every fact that expressions of a kind may read.
///
/// # Errors
/// `auth.forbidden`, `rule.kind_unknown`.
pub fn facts(app: &App, ctx: &Ctx, kind: &str) -> Outcome<Vec<FactDoc>> {
    ctx.require(Permission::RulesRead)?;
    let spec = kind_of(kind)?;
    let declared = app.store.view("rules.facts", |tx| tx.declared_attributes())?;
    Ok((spec.schema)(declared).documented())
}

/// Checks a document without keeping it; everything that is wrong is listed at once.
///
/// # Errors
/// `auth.forbidden`, `rule.kind_unknown`.
pub fn check(app: &App, ctx: &Ctx, kind: &str, document: &Value) -> Outcome<Checked> {
    ctx.require(Permission::RulesRead)?;
    let spec = kind_of(kind)?;
    app.store.view("rules.check", |tx| checked(tx, spec, document))
}

fn checked(tx: &mut dyn ReadTx, spec: &KindSpec, document: &Value) -> Outcome<Checked> {
    Ok(match spec.read(document, tx.declared_attributes()?) {
        Ok(read) => Checked::of(read.findings),
        Err(error) => Checked::misshapen(&error),
    })
}

/// Rule sets have codes, not ids; events want a stable id for the subject.
fn subject(kind: RuleKind, code: &str) -> Uuid {
    let content = crate::push::content::Content::default();
    content.text("rule_set").text(kind.as_str()).text(code).fingerprint()
}
