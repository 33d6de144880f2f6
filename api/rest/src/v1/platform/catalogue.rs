//! Texts for front ends: every error code, and every value of every enumeration, in Spanish and English.

use actix_web::get;
use actix_web::web::Data;
use app::ctx::Locale;
use kernel::{Code, text_enum};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::answer;
use crate::call::Call;
use crate::params::Params;
use crate::problem::{RestResult, status_of};

/// Every error code of this server, in alphabetical order; given by whoever puts the parts together.
#[derive(Clone)]
pub struct ErrorCatalogue(pub Vec<&'static Code>);

/// All error codes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Errors)]
pub(crate) struct ErrorsDto {
    items: Vec<ErrorDto>,
}

/// An error code: what it means and what to do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ErrorCode)]
pub(crate) struct ErrorDto {
    #[schema(example = "receivable.account_changed")]
    code: &'static str,
    /// The HTTP status it is answered with.
    status: u16,
    en: &'static str,
    es: &'static str,
    /// Where it is documented.
    documentation: String,
}

/// Labels by enumeration and value. With `lang` each is a text, without it an object of both languages.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Labels)]
pub(crate) struct LabelsDto {
    /// `es`, `en`, or absent for both.
    lang: Option<String>,
    #[schema(value_type = Object)]
    enums: Value,
    #[schema(value_type = Object)]
    events: Value,
    #[schema(value_type = Object)]
    errors: Value,
}

/// Every error code with its texts. Needs no sign-in.
#[utoipa::path(tag = "catalogue", responses((status = 200, body = ErrorsDto)), security(()))]
#[get("/v1/errors")]
pub(super) async fn get_errors(call: Call) -> RestResult {
    Params::read(&call, &[])?;
    let items = codes(&call).map(|code| ErrorDto {
        code: code.text,
        status: status_of(code).as_u16(),
        en: code.en,
        es: code.es,
        documentation: format!("/docs/errors#{}", code.text),
    });
    answer::json_of(&call, &ErrorsDto { items: items.collect() })
}

/// Spanish and English labels for every value of every enumeration, event type and error code. Needs no sign-in.
#[utoipa::path(tag = "catalogue", responses((status = 200, body = LabelsDto)), security(()), params(
    ("lang" = Option<String>, Query, description = "`es` or `en`; without it both."),
))]
#[get("/v1/labels")]
pub(super) async fn get_labels(call: Call) -> RestResult {
    let params = Params::read(&call, &["lang"])?;
    let locale = params.text("lang").map(|text| text_enum::parse::<Locale>("lang", &text)).transpose();
    let locale = locale.map_err(|e| call.problem(e))?;
    let errors = codes(&call).map(|code| (code.text.to_owned(), app::labels::text(locale, code.en, code.es)));
    let labels = LabelsDto {
        lang: locale.map(|l| l.to_string()),
        enums: app::labels::enums(locale).map_err(|e| call.problem(e))?,
        events: app::labels::events(locale).map_err(|e| call.problem(e))?,
        errors: Value::Object(errors.collect()),
    };
    answer::json_of(&call, &labels)
}

fn codes(call: &Call) -> impl Iterator<Item = &'static Code> {
    let catalogue = call.http.app_data::<Data<ErrorCatalogue>>();
    catalogue.map(|c| c.0.clone()).unwrap_or_default().into_iter()
}
