//! Operations on templates and contact policies.

use actix_web::http::header::ACCEPT;
use actix_web::web::Path;
use actix_web::{get, post, put};
use app::ctx::Locale;
use app::messages::policies::save_contact_policy as save_policy;
use app::messages::preview::{Preview, preview_template as preview};
use app::messages::templates::{SaveTemplate, save_template as save, template_variables};
use app::messages::{codes, lists};
use domain::comms::template::schema::Variable;
use kernel::id::AccountId;
use kernel::text_enum::parse;
use kernel::{Error, Outcome};
use serde::Serialize;
use utoipa::ToSchema;

use super::dto::{
    ContactPolicyDto, PreviewDto, PreviewTemplateBody, SaveContactPolicyBody, SaveTemplateBody,
    SavedPolicyDto, SavedTemplateDto, TemplateDto,
};
use crate::answer;
use crate::call::{Call, Cmd};
use crate::listing;
use crate::openapi::PageOf;
use crate::params::Params;
use crate::problem::RestResult;

/// A variable that templates may print or ask for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TemplateVariable)]
pub(crate) struct TemplateVariableDto {
    /// What a template writes; `items[].number` is the number of one element of the list `items`.
    #[schema(example = "items[].due_on")]
    name: &'static str,
    /// `text`, `number`, `amount`, `date`, `iban`, `group` (has variables of its own) or `list` (goes into a `for`).
    kind: String,
    /// May be missing; then it is asked for by `if` before it is printed.
    optional: bool,
    /// What it is, in the language of `Accept-Language`.
    text: &'static str,
}

impl TemplateVariableDto {
    fn of(variable: &Variable, locale: Locale) -> Self {
        Self {
            name: variable.path,
            kind: variable.kind.to_string(),
            optional: variable.optional,
            text: match locale {
                Locale::English => variable.en,
                Locale::Spanish => variable.es,
            },
        }
    }
}

/// Lists templates; `state=active` for those in force.
#[utoipa::path(tag = "templates", responses((status = 200, body = PageOf<TemplateDto>)))]
#[get("/v1/templates")]
pub(super) async fn list_templates(call: Call) -> RestResult {
    listing::list::<TemplateDto>(call, &lists::TEMPLATES).await
}

/// Every variable that templates may use, with kind and meaning.
#[utoipa::path(tag = "templates", responses((status = 200, body = Vec<TemplateVariableDto>)))]
#[get("/v1/templates/variables")]
pub(super) async fn list_template_variables(call: Call) -> RestResult {
    Params::read(&call, &[])?;
    let (variables, locale) = call.run(|_, ctx| Ok((template_variables(ctx)?, ctx.locale))).await?;
    let told = variables.iter().map(|variable| TemplateVariableDto::of(variable, locale));
    answer::json_of(&call, &told.collect::<Vec<_>>())
}

/// One template: `code.language` for the one in force, `code.language.version` for any.
#[utoipa::path(tag = "templates", responses((status = 200, body = TemplateDto)))]
#[get("/v1/templates/{template}")]
pub(super) async fn get_template(call: Call, template: Path<String>) -> RestResult {
    listing::get::<TemplateDto>(call, &lists::TEMPLATES, template.into_inner()).await
}

/// Saves a template as the next version, in force from now on; everything wrong with it is listed. `If-Match` takes the
/// `ETag` of the version in force until now.
#[utoipa::path(tag = "templates", request_body = SaveTemplateBody, responses((status = 200, body = SavedTemplateDto)))]
#[put("/v1/templates/{code}/{language}")]
pub(super) async fn save_template(cmd: Cmd<SaveTemplateBody>, place: Path<(String, String)>) -> RestResult {
    let Cmd { call, body } = cmd;
    let (code, language) = place.into_inner();
    let cmd = draft(code, language, body).map_err(|e| call.problem(e))?;
    let answer = call.run(move |app, ctx| save(app, ctx, &cmd)).await?;
    answer::done(&call, &answer.map(SavedTemplateDto::from))
}

fn draft(code: String, language: String, body: SaveTemplateBody) -> Outcome<SaveTemplate> {
    let SaveTemplateBody { purpose, document } = body;
    Ok(SaveTemplate { code, language, purpose: parse("purpose", &purpose)?, document })
}

/// Shows a template with a real account: as JSON, or as the letter when `application/pdf` is accepted. Sends nothing.
#[utoipa::path(tag = "templates", request_body = PreviewTemplateBody, responses((status = 200, body = PreviewDto)))]
#[post("/v1/templates/{code}/preview")]
pub(super) async fn preview_template(cmd: Cmd<PreviewTemplateBody>, code: Path<String>) -> RestResult {
    let Cmd { call, body } = cmd;
    let asked = asked(code.into_inner(), body).map_err(|e| call.problem(e))?;
    let accept = call.http.headers().get(ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if !accept.contains("application/pdf") {
        let shown = call.run(move |app, ctx| preview(app, ctx, None, &asked)).await?;
        return answer::json_of(&call, &PreviewDto::from(shown));
    }
    let press = call.api.press.clone();
    let shown = call.run(move |app, ctx| preview(app, ctx, Some(press.as_ref()), &asked)).await?;
    let missing = || call.problem(Error::with(&codes::NOT_FROZEN, "this template has no letter"));
    Ok(answer::bytes(&call, "application/pdf", "preview.pdf", shown.letter.ok_or_else(missing)?))
}

fn asked(code: String, body: PreviewTemplateBody) -> Outcome<Preview> {
    let language = body.language.clone().unwrap_or_else(|| "es".to_owned());
    let unsaved = body.draft.map(|body| draft(code.clone(), language, body)).transpose()?;
    Ok(Preview {
        account: AccountId::parse(&body.account_id)?,
        code,
        language: body.language,
        currency: body.currency,
        note: body.note,
        draft: unsaved,
    })
}

/// Lists contact policies; `state=active` for those in force.
#[utoipa::path(tag = "templates", responses((status = 200, body = PageOf<ContactPolicyDto>)))]
#[get("/v1/contact-policies")]
pub(super) async fn list_contact_policies(call: Call) -> RestResult {
    listing::list::<ContactPolicyDto>(call, &lists::CONTACT_POLICIES).await
}

/// One contact policy: `code` for the one in force, `code.version` for any.
#[utoipa::path(tag = "templates", responses((status = 200, body = ContactPolicyDto)))]
#[get("/v1/contact-policies/{policy}")]
pub(super) async fn get_contact_policy(call: Call, policy: Path<String>) -> RestResult {
    listing::get::<ContactPolicyDto>(call, &lists::CONTACT_POLICIES, policy.into_inner()).await
}

/// Saves a contact policy as the next version, in force from now on. `If-Match` takes the `ETag` of the one before.
#[utoipa::path(tag = "templates", request_body = SaveContactPolicyBody,
    responses((status = 200, body = SavedPolicyDto)))]
#[put("/v1/contact-policies/{code}")]
pub(super) async fn save_contact_policy(cmd: Cmd<SaveContactPolicyBody>, code: Path<String>) -> RestResult {
    let Cmd { call, body } = cmd;
    let answer = call.run(move |app, ctx| save_policy(app, ctx, (&code, &body.document))).await?;
    answer::done(&call, &answer.map(SavedPolicyDto::from))
}
