//! What is read off the metadata of a call before a use case runs.

use app::ctx::{IdempotencyKey, Locale};
use bridge::{Api, CallFacts, header_text};
use kernel::{Error, Outcome};
use tonic::metadata::MetadataMap;

use crate::codes;

/// Longest request id taken over from a caller.
const REQUEST_ID_BYTES_MAX: usize = 100;
const IDEMPOTENCY_KEY_BYTES_MAX: usize = 200;

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

/// The same with the caller's promise that a repeated call is the same one (`idempotency-key`), where it gave one.
///
/// # Errors
/// `request.header_invalid`.
pub(crate) fn idempotent(
    api: &Api,
    facts: CallFacts,
    metadata: &MetadataMap,
    (operation, body): (&str, &[u8]),
) -> Outcome<CallFacts> {
    let Some(key) = metadata.get("idempotency-key") else { return Ok(facts) };
    let key = key.to_str().ok().filter(|key| (1..=IDEMPOTENCY_KEY_BYTES_MAX).contains(&key.len()));
    let wrong = || {
        let message = format!("an idempotency-key has 1 to {IDEMPOTENCY_KEY_BYTES_MAX} characters");
        Error::field("idempotency-key", &codes::METADATA_INVALID, message)
    };
    let key = key.ok_or_else(wrong)?.to_owned();
    let fingerprint = api.fingerprints.of(&[operation.as_bytes(), body]);
    Ok(CallFacts { idempotency: Some(IdempotencyKey { key, fingerprint }), ..facts })
}
