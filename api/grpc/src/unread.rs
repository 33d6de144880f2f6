//! Gives a stable code to messages that could not even be read: the transport refuses them before any method of ours.

use kernel::Code;
use tonic::Status;
use tonic::codegen::http::HeaderMap;
use tonic_types::{ErrorDetails, StatusExt as _};

use crate::codes::{MESSAGE_TOO_LARGE, MESSAGE_UNREADABLE};
use crate::status::{DOMAIN, code};

/// Replaces the status of such a refusal; every refusal of ours has its details already.
pub(crate) fn explain(headers: &mut HeaderMap) {
    let Some(given) = Status::from_header_map(headers).filter(|status| status.details().is_empty()) else {
        return;
    };
    let Some(known) = meaning(&given) else { return };
    let details = ErrorDetails::with_error_info(known.text, DOMAIN, std::collections::HashMap::new());
    let explained =
        Status::with_error_details(code(known.kind), format!("{} ({})", known.en, given.message()), details);
    if let Err(status) = explained.add_header(headers) {
        tracing::warn!(cause = %status, "a refusal goes without its code");
    }
}

fn meaning(given: &Status) -> Option<&'static Code> {
    if given.code() == tonic::Code::OutOfRange {
        return Some(&MESSAGE_TOO_LARGE);
    }
    (given.code() == tonic::Code::Internal).then_some(&MESSAGE_UNREADABLE)
}
