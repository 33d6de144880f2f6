//! What is read off the metadata of a call before a use case runs.

use app::ctx::Locale;
use bridge::{Api, CallFacts, header_text};
use tonic::metadata::MetadataMap;

/// Longest request id taken over from a caller.
const REQUEST_ID_BYTES_MAX: usize = 100;

/// The facts of a call. `authorization`, `x-request-id`, `x-reason` and `accept-language` mean what they mean over REST.
pub(crate) fn facts(api: &Api, metadata: &MetadataMap) -> CallFacts {
    let text = |name: &str| metadata.get(name).and_then(|value| value.to_str().ok());
    let given = text("x-request-id").filter(|id| (1..=REQUEST_ID_BYTES_MAX).contains(&id.len()));
    let spanish = text("accept-language").is_some_and(|languages| languages.starts_with("es"));
    CallFacts {
        bearer: text("authorization").and_then(|t| t.strip_prefix("Bearer ")).map(str::to_owned),
        request_id: given.map_or_else(|| api.app.ids.next().simple().to_string(), str::to_owned),
        locale: if spanish { Locale::Spanish } else { Locale::English },
        idempotency: None,
        dry_run: false,
        reason: metadata.get("x-reason").and_then(|value| header_text(value.as_bytes())),
        expected_version: None,
    }
}
