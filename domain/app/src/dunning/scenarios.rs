//! Scenarios: drafts, checking with every problem listed, putting into force, the facts conditions may read.

use domain::access::Permission;
use domain::comms::template::DEFAULT_CODES;
use domain::dunning::facts::FactSchema;
use domain::dunning::scenario::Scenario;
use domain::dunning::validate::validate;
use domain::rules::facts::FactDoc;
use domain::rules::finding::{Finding, require_sound};
use kernel::{Error, Instant, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{STANDARD, codes};
use crate::App;
use crate::codes::INTERNAL;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::rules::Checked;
use crate::store::{ReadTx, WriteTx};

/// One version of a scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScenarioVersion {
    pub code: String,
    pub version: i32,
    /// `draft`, `active` or `retired`.
    pub state: String,
    pub document: Value,
    pub created_at: Instant,
    pub activated_at: Option<Instant>,
}

impl ScenarioVersion {
    /// The document with its fields in the order of the schema, so that two versions can be compared line by line.
    #[must_use]
    pub fn in_order(self) -> Self {
        let ordered = Scenario::parse(&self.document).ok().and_then(|s| serde_json::to_value(s).ok());
        Self { document: ordered.unwrap_or(self.document), ..self }
    }
}

/// One version, the one in force when none is named.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `scenario.version_unknown`.
pub fn get(app: &App, ctx: &Ctx, code: &str, version: Option<i32>) -> Outcome<ScenarioVersion> {
    ctx.require(Permission::ScenarioRead)?;
    app.store.view("dunning.scenario", |tx| Ok(find(tx, code, version)?.in_order()))
}

/// The same as stored.
///
/// # Errors
/// `not_found`, `scenario.version_unknown`.
pub(super) fn find(
    tx: &mut (impl ReadTx + ?Sized),
    code: &str,
    version: Option<i32>,
) -> Outcome<ScenarioVersion> {
    match version {
        Some(version) => tx.scenario_version(code, version)?.ok_or_else(|| unknown(code, version)),
        None => tx
            .active_scenarios()?
            .into_iter()
            .find(|s| s.code == code)
            .ok_or_else(|| crate::lists::not_found("scenarios", code)),
    }
}

fn unknown(code: &str, version: i32) -> Error {
    Error::with(&codes::SCENARIO_VERSION_UNKNOWN, format!("{code} has no version {version}"))
}

/// Every fact a condition may read.
///
/// # Errors
/// `auth.forbidden`.
pub fn facts(app: &App, ctx: &Ctx) -> Outcome<Vec<FactDoc>> {
    ctx.require(Permission::ScenarioRead)?;
    let declared = app.store.view("dunning.facts", |tx| tx.declared_attributes())?;
    Ok(FactSchema::new(declared).documented())
}

/// Checks a document without keeping it; everything that is wrong is listed at once.
///
/// # Errors
/// `auth.forbidden`.
pub fn check(app: &App, ctx: &Ctx, document: &Value) -> Outcome<Checked> {
    ctx.require(Permission::ScenarioRead)?;
    app.store.view("dunning.check_scenario", |tx| checked(tx, document))
}

fn checked(tx: &mut (impl ReadTx + ?Sized), document: &Value) -> Outcome<Checked> {
    Ok(match Scenario::parse(document) {
        Ok(scenario) => Checked::of(findings(tx, &scenario)?),
        Err(error) => Checked::misshapen(&error),
    })
}

fn findings(tx: &mut (impl ReadTx + ?Sized), scenario: &Scenario) -> Outcome<Vec<Finding>> {
    // The templates every installation has, and those it made.
    let mut templates = tx.template_codes()?;
    templates.extend(DEFAULT_CODES.iter().map(|code| (*code).to_owned()));
    let known = templates.iter().map(String::as_str).collect::<Vec<_>>();
    let schema = FactSchema::new(tx.declared_attributes()?);
    Ok(validate(scenario, &schema, Some(&known)))
}

/// # Errors
/// `scenario.invalid` with every error.
pub(super) fn require_valid(tx: &mut (impl ReadTx + ?Sized), document: &Value) -> Outcome<()> {
    let scenario = Scenario::parse(document)?;
    require_sound(findings(tx, &scenario)?, &domain::dunning::codes::INVALID)
}

/// Whether every installation has this template.
pub(super) fn is_default_template(code: &str) -> bool {
    DEFAULT_CODES.contains(&code)
}

/// Keeps a document as the next draft version of its scenario. A draft may have errors; putting it into force may not.
///
/// # Errors
/// `auth.forbidden`, `scenario.document_invalid`, `scenario.code_differs`, `scenario.code_invalid`.
pub fn create_draft(
    app: &App,
    ctx: &Ctx,
    code: Option<&str>,
    document: &Value,
) -> Outcome<Answer<(ScenarioVersion, Checked)>> {
    ctx.require(Permission::ScenarioWrite)?;
    let scenario = Scenario::parse(document)?;
    if let Some(code) = code.filter(|code| *code != scenario.code) {
        let message = format!("the document is of {:?}, the address of {code:?}", scenario.code);
        return Err(Error::field("document.code", &codes::SCENARIO_CODE_DIFFERS, message));
    }
    command::run(app, ctx, "dunning.create_scenario_draft", |tx| {
        let found = checked(tx, document)?;
        let wrong_code = found.problems.iter().find(|p| p.path == "code" && p.severity == "error");
        if let Some(problem) = wrong_code {
            let code = &domain::dunning::codes::CODE_INVALID;
            return Err(Error::field("document.code", code, problem.message.clone()));
        }
        let version = insert(ctx, tx, (&scenario.code, document), "draft")?;
        Ok((version, found))
    })
}

fn insert(
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    (code, document): (&str, &Value),
    state: &'static str,
) -> Outcome<ScenarioVersion> {
    let version = ScenarioVersion {
        code: code.to_owned(),
        version: tx.next_scenario_version(code)?,
        state: state.to_owned(),
        document: document.clone(),
        created_at: ctx.now,
        activated_at: None,
    };
    let after = json!({ "code": code, "version": version.version, "document": document });
    let event = tx.record(
        ctx,
        NewEvent::about("dunning.scenario_drafted", "scenario", subject(code)).change(Value::Null, after),
    )?;
    tx.insert_scenario(&version, event)?;
    Ok(version)
}

/// Scenarios have codes, not ids; events want a stable id for the subject.
fn subject(code: &str) -> Uuid {
    crate::push::content::Content::default().text("scenario").text(code).fingerprint()
}

/// Puts a draft into force; the version before it retires. Runs under way go on by the version they began with. The version
/// that the caller saw (`If-Match`) is the one in force until now.
///
/// # Errors
/// `auth.forbidden`, `auth.installation_wide`, `scenario.version_unknown`, `scenario.not_draft`, `scenario.invalid` with
/// every error, `version.mismatch`.
pub fn activate(app: &App, ctx: &Ctx, code: &str, version: i32) -> Outcome<Answer<ScenarioVersion>> {
    ctx.require(Permission::ScenarioWrite)?;
    ctx.scope.require_all()?;
    command::run(app, ctx, "dunning.activate_scenario", |tx| activated(ctx, tx, code, version))
}

fn activated(ctx: &Ctx, tx: &mut dyn WriteTx, code: &str, version: i32) -> Outcome<ScenarioVersion> {
    let mut found = tx.scenario_version(code, version)?.ok_or_else(|| unknown(code, version))?;
    if found.state != "draft" {
        let message = format!("version {version} of {code} is {}", found.state);
        return Err(Error::with(&codes::SCENARIO_NOT_DRAFT, message));
    }
    require_valid(tx, &found.document)?;
    let before = tx.active_scenarios()?.into_iter().find(|s| s.code == code).map(|s| s.version);
    command::check_version(ctx, before.unwrap_or_default().into())?;
    let event = tx.record(
        ctx,
        NewEvent::about("dunning.scenario_activated", "scenario", subject(code))
            .change(json!({ "version": before }), json!({ "version": version })),
    )?;
    tx.activate_scenario(code, version, ctx.now, event)?;
    "active".clone_into(&mut found.state);
    found.activated_at = Some(ctx.now);
    Ok(found)
}

/// Gives an installation that has no scenario of that code the standard one, in force. `true` when it did.
///
/// # Errors
/// `database.unavailable`.
pub fn plant_standard(ctx: &Ctx, tx: &mut dyn WriteTx) -> Outcome<bool> {
    if tx.scenario_version(STANDARD, 1)?.is_some() {
        return Ok(false);
    }
    let mut document = Scenario::default_document()?;
    let code = document.get_mut("code").ok_or_else(|| Error::new(&INTERNAL).caused_by("no code"))?;
    *code = Value::from(STANDARD);
    let version = insert(ctx, tx, (STANDARD, &document), "draft")?;
    activated(ctx, tx, STANDARD, version.version).map(|_| true)
}
