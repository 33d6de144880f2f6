//! Templates: saved only when they hold, in versions.

use domain::access::Permission;
use domain::comms::LanguageTag;
use domain::comms::template::schema::{VARIABLES, Variable};
use domain::comms::template::{Template, TemplateDocument, TemplatePurpose, lint, refusal};
use kernel::{Outcome, text};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::store::TemplateRecord;
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;

/// A template to be saved as the next version of its code and language.
#[derive(Debug, Clone)]
pub struct SaveTemplate {
    pub code: String,
    pub language: String,
    pub purpose: TemplatePurpose,
    pub document: Value,
}

/// A saved template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SavedTemplate {
    pub code: String,
    pub language: String,
    pub version: i32,
}

/// Every variable that templates may print or ask for, groups before their members.
///
/// # Errors
/// `auth.forbidden`.
pub fn template_variables(ctx: &Ctx) -> Outcome<&'static [Variable]> {
    ctx.require(Permission::TemplateRead)?;
    Ok(VARIABLES)
}

/// Reads and checks a template.
///
/// # Errors
/// `template.document_invalid` with every finding, `language_tag.invalid`, those of a code.
pub fn check_template(cmd: &SaveTemplate) -> Outcome<Template> {
    let code = code(&cmd.code)?;
    let language = LanguageTag::parse("language", &cmd.language)?;
    let document = TemplateDocument::parse(&cmd.document)?;
    let template = Template { code, language, purpose: cmd.purpose, document };
    let findings = lint(&template);
    if findings.is_empty() { Ok(template) } else { Err(refusal(findings)) }
}

/// Codes of templates and policies: what an address and a scenario can name.
pub(super) fn code(given: &str) -> Outcome<String> {
    let code = text::line("code", given)?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-' | '.');
    if code.len() <= 60 && code.chars().all(plain) {
        return Ok(code);
    }
    let message = "1 to 60 lower-case letters, digits, hyphens, underscores, points";
    Err(kernel::Error::field("code", &crate::organisation::codes::CODE_INVALID, message))
}

/// Saves a template; from now on it is the one in force.
///
/// # Errors
/// `auth.forbidden`, `auth.installation_wide`, `version.mismatch`, and those of [`check_template`].
pub fn save_template(app: &App, ctx: &Ctx, cmd: &SaveTemplate) -> Outcome<Answer<SavedTemplate>> {
    ctx.require(Permission::TemplateWrite)?;
    ctx.scope.require_all()?;
    let template = check_template(cmd)?;
    let language = template.language.to_string();
    command::run(app, ctx, "message.save_template", |tx| {
        let record = TemplateRecord {
            code: &template.code,
            language: &language,
            purpose: &template.purpose.to_string(),
            document: &cmd.document,
        };
        let after = json!({ "code": template.code, "language": language, "document": cmd.document });
        let event = NewEvent::about("template.saved", "template", Uuid::nil()).change(Value::Null, after);
        let event = tx.record(ctx, event)?;
        let version = tx.save_template(&record, ctx.now, event)?;
        // The one in force before, by the lock that saving takes; a mismatch takes everything back.
        command::check_version(ctx, i64::from(version) - 1)?;
        Ok(SavedTemplate { code: template.code.clone(), language: language.clone(), version })
    })
}
