//! Scenarios: drafts, checking with every problem listed, putting into force, the facts conditions may read.

use domain::access::Permission;
use domain::comms::template::DEFAULT_CODES;
use domain::dunning::facts::FactSchema;
use domain::dunning::scenario::Scenario;
use domain::dunning::validate::validate;
use domain::rules::facts::FactDoc;
use domain::rules::finding::Severity;
use kernel::{Error, FieldError, Instant, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{STANDARD, codes};
use crate::App;
use crate::codes::INTERNAL;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;
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

/// One thing that is wrong with a scenario, in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Where in the document, e.g. `steps[2].condition`.
    pub path: String,
    pub code: String,
    /// `error` or `warning`.
    pub severity: String,
    /// What is wrong, with the value at hand.
    pub message: String,
    /// What this code means.
    pub en: String,
    pub es: String,
}

/// What checking a document found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// Whether it can be put into force: there is no error among the problems.
    pub valid: bool,
    pub problems: Vec<Problem>,
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
    let scenario = match Scenario::parse(document) {
        Ok(scenario) => scenario,
        Err(error) => return Ok(Checked { valid: false, problems: shape_problems(&error) }),
    };
    // The templates every installation has, and those it made.
    let mut templates = tx.template_codes()?;
    templates.extend(DEFAULT_CODES.iter().map(|code| (*code).to_owned()));
    let known = templates.iter().map(String::as_str).collect::<Vec<_>>();
    let schema = FactSchema::new(tx.declared_attributes()?);
    let problems = validate(&scenario, &schema, Some(&known))
        .into_iter()
        .map(|f| Problem {
            path: f.path,
            code: f.code.text.to_owned(),
            severity: f.severity.to_string(),
            message: f.message,
            en: f.code.en.to_owned(),
            es: f.code.es.to_owned(),
        })
        .collect::<Vec<_>>();
    let valid = !problems.iter().any(|p| p.severity == Severity::Error.to_string());
    Ok(Checked { valid, problems })
}

/// # Errors
/// `scenario.invalid` with every error.
pub(super) fn require_valid(tx: &mut (impl ReadTx + ?Sized), document: &Value) -> Outcome<()> {
    let check = checked(tx, document)?;
    if check.valid {
        return Ok(());
    }
    Err(Error::fields(&domain::dunning::codes::INVALID, field_errors(&check)))
}

/// Whether every installation has this template.
pub(super) fn is_default_template(code: &str) -> bool {
    DEFAULT_CODES.contains(&code)
}

fn shape_problems(error: &Error) -> Vec<Problem> {
    let problem = |f: &FieldError| Problem {
        path: f.field.clone(),
        code: f.code.text.to_owned(),
        severity: Severity::Error.to_string(),
        message: f.message.clone(),
        en: f.code.en.to_owned(),
        es: f.code.es.to_owned(),
    };
    error.field_errors().iter().map(problem).collect()
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

fn field_errors(check: &Checked) -> Vec<FieldError> {
    let all = domain::dunning::codes::ALL.iter().chain(domain::rules::codes::ALL);
    let all = all.chain(kernel::registry::codes::ALL);
    let code_of = |text: &str| all.clone().find(|c| c.text == text).copied();
    let errors = check.problems.iter().filter(|p| p.severity == "error");
    errors
        .map(|p| FieldError {
            field: p.path.clone(),
            code: code_of(&p.code).unwrap_or(&domain::dunning::codes::INVALID),
            message: p.message.clone(),
        })
        .collect()
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
