//! Errors as gRPC statuses with `google.rpc` details. The only place that knows gRPC codes.

use std::collections::HashMap;
use std::time::Duration;

use app::ctx::Locale;
use bridge::CallFacts;
use kernel::{Error, ErrorKind};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt as _};

/// The domain of our reasons in `ErrorInfo`.
pub(crate) const DOMAIN: &str = "recobra";

/// Converts an error of the core. The stable code is `ErrorInfo.reason`; wrong fields are in `BadRequest`, their codes in
/// `ErrorInfo.metadata` under the field's name, and beside them what a program needs to go on, such as the `session` that is open.
pub(crate) fn status(error: &Error, facts: &CallFacts) -> Status {
    log(error, &facts.request_id);
    let spanish = facts.locale == Locale::Spanish;
    let codes = error.field_errors().iter().map(|wrong| (wrong.field.clone(), wrong.code.text.to_owned()));
    let named = error.facts().iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    let metadata = codes.chain(named).collect::<HashMap<_, _>>();
    let mut details = ErrorDetails::with_error_info(error.code().text, DOMAIN, metadata);
    details.set_request_info(&facts.request_id, "");
    if !error.field_errors().is_empty() {
        let violations = error.field_errors().iter();
        let violations = violations.map(|wrong| FieldViolation::new(&wrong.field, &wrong.message));
        details.set_bad_request(violations.collect::<Vec<_>>());
    }
    if let Some(seconds) = error.retry_after_seconds() {
        details.set_retry_info(Some(Duration::from_secs(seconds.into())));
    }
    Status::with_error_details(code(error.kind()), error.message(spanish), details)
}

pub(crate) fn code(kind: ErrorKind) -> Code {
    match kind {
        ErrorKind::Invalid => Code::InvalidArgument,
        ErrorKind::Unauthenticated => Code::Unauthenticated,
        ErrorKind::Forbidden => Code::PermissionDenied,
        ErrorKind::NotFound => Code::NotFound,
        ErrorKind::AlreadyExists => Code::AlreadyExists,
        ErrorKind::Conflict | ErrorKind::PreconditionFailed => Code::FailedPrecondition,
        ErrorKind::LimitExceeded => Code::ResourceExhausted,
        ErrorKind::Unavailable => Code::Unavailable,
        ErrorKind::Internal => Code::Internal,
    }
}

/// Logged once, here, at the boundary.
fn log(error: &Error, request_id: &str) {
    let (code, cause) = (error.code().text, error.internal());
    match error.kind() {
        ErrorKind::Internal => tracing::error!(code, cause, request_id, "call failed: {error}"),
        ErrorKind::Unavailable => tracing::warn!(code, cause, request_id, "call refused: {error}"),
        ErrorKind::Invalid
        | ErrorKind::Unauthenticated
        | ErrorKind::Forbidden
        | ErrorKind::NotFound
        | ErrorKind::AlreadyExists
        | ErrorKind::Conflict
        | ErrorKind::PreconditionFailed
        | ErrorKind::LimitExceeded => tracing::debug!(code, cause, request_id, "call refused: {error}"),
    }
}
