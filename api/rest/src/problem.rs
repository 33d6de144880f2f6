//! Errors as RFC 9457 problem documents. The only place that knows HTTP statuses.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use app::ctx::Locale;
use kernel::text_enum::TextEnum as _;
use kernel::{Code, Error, ErrorKind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::call::METHOD_NOT_ALLOWED;

/// What a handler returns.
pub type RestResult = Result<HttpResponse, Problem>;

/// An error on its way out, with what the answer must carry.
#[derive(Debug)]
pub struct Problem {
    pub error: Error,
    pub request_id: String,
    pub locale: Locale,
}

/// RFC 9457 problem document.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Address of the documentation of this code.
    #[serde(rename = "type")]
    #[schema(example = "/docs/errors#receivable.account_changed")]
    pub kind: String,
    /// Short text of the code, in the language of `Accept-Language`.
    pub title: String,
    #[schema(example = 409)]
    pub status: u16,
    /// What happened, with the values at hand.
    pub detail: String,
    /// Stable code; never changes its meaning.
    #[schema(example = "receivable.account_changed")]
    pub code: String,
    /// Names this request in the log.
    pub request_id: String,
    /// The fields that are wrong, if any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemField>,
}

/// One wrong field.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemField {
    /// Path of the field in the request.
    pub field: String,
    pub code: String,
    pub detail: String,
}

impl Problem {
    fn body(&self) -> ProblemBody {
        let spanish = self.locale == Locale::Spanish;
        let code = self.error.code();
        ProblemBody {
            kind: format!("/docs/errors#{}", code.text),
            title: if spanish { code.es } else { code.en }.to_owned(),
            status: self.status_code().as_u16(),
            detail: self.error.message(spanish).to_owned(),
            code: code.text.to_owned(),
            request_id: self.request_id.clone(),
            errors: self
                .error
                .field_errors()
                .iter()
                .map(|f| ProblemField {
                    field: f.field.clone(),
                    code: f.code.text.to_owned(),
                    detail: f.message.clone(),
                })
                .collect(),
        }
    }

    /// Logged once, here, at the boundary.
    fn log(&self) {
        let (code, cause, request_id) = (self.error.code().text, self.error.internal(), &self.request_id);
        match self.error.kind() {
            ErrorKind::Internal => tracing::error!(code, cause, request_id, "request failed: {}", self.error),
            ErrorKind::Unavailable => {
                tracing::warn!(code, cause, request_id, "request refused: {}", self.error);
            }
            ErrorKind::Invalid
            | ErrorKind::Unauthenticated
            | ErrorKind::Forbidden
            | ErrorKind::NotFound
            | ErrorKind::AlreadyExists
            | ErrorKind::Conflict
            | ErrorKind::PreconditionFailed
            | ErrorKind::LimitExceeded => {
                tracing::debug!(code, cause, request_id, "request refused: {}", self.error);
            }
        }
    }
}

/// The HTTP status that errors of a code are answered with: that of its kind, but for what only HTTP knows.
pub fn status_of(code: &Code) -> StatusCode {
    if code.text == METHOD_NOT_ALLOWED.text {
        return StatusCode::METHOD_NOT_ALLOWED;
    }
    match code.kind {
        ErrorKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorKind::Forbidden => StatusCode::FORBIDDEN,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::AlreadyExists | ErrorKind::Conflict => StatusCode::CONFLICT,
        ErrorKind::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
        ErrorKind::LimitExceeded => StatusCode::TOO_MANY_REQUESTS,
        ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.error, f)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        status_of(self.error.code())
    }

    fn error_response(&self) -> HttpResponse {
        self.log();
        let mut answer = HttpResponse::build(self.status_code());
        answer.insert_header((CONTENT_TYPE, "application/problem+json"));
        answer.insert_header(("X-Request-Id", self.request_id.clone()));
        answer.insert_header(("Content-Language", self.locale.as_str()));
        if let Some(seconds) = self.error.retry_after_seconds() {
            answer.insert_header((RETRY_AFTER, seconds.to_string()));
        }
        if self.error.kind() == ErrorKind::Unauthenticated {
            answer.insert_header((WWW_AUTHENTICATE, "Bearer"));
        }
        answer.body(serde_json::to_string(&self.body()).unwrap_or_default())
    }
}
