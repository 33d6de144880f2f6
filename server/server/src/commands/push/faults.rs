//! What ends a push early, in words.

use tonic::{Code, Status};
use tonic_types::StatusExt as _;

/// Why a stream ended early.
pub(super) enum Cut {
    Status(Status),
    /// Nothing that trying again would change.
    Local(String),
}

impl From<Status> for Cut {
    fn from(status: Status) -> Self {
        Self::Status(status)
    }
}

/// Whether the connection, not the push, is the trouble.
pub(super) fn is_lost(status: &Status) -> bool {
    let ours = status.get_details_error_info().is_some();
    matches!(status.code(), Code::Unavailable)
        || (!ours && matches!(status.code(), Code::Unknown | Code::Cancelled))
}

/// The stable code with the text.
pub(super) fn in_words(status: &Status) -> String {
    let code = status.get_details_error_info().map(|info| info.reason);
    let fields = status.get_details_bad_request().map(|b| b.field_violations).unwrap_or_default();
    let fields = fields.iter().map(|f| format!("\n  {}: {}", f.field, f.description)).collect::<Vec<_>>();
    let code = code.unwrap_or_else(|| format!("{:?}", status.code()));
    format!("{code}: {}{}", status.message(), fields.concat())
}
