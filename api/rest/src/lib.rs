//! The REST door: thin handlers over the use cases, RFC 9457 problems, keyset pages, OpenAPI 3.1.

pub mod answer;
pub mod call;
pub mod listing;
pub mod openapi;
pub mod params;
pub mod problem;
mod routes;
pub mod v1;

pub use openapi::document;

/// Largest body of an ordinary request, in bytes.
pub const BODY_BYTES_MAX: usize = 1_048_576;

/// Every error code of the REST door, for the catalogue.
pub static CODES: &[&kernel::Code] = &[
    &answer::FIELD_UNKNOWN,
    &call::BODY_INVALID,
    &call::BODY_TOO_LARGE,
    &call::HEADER_INVALID,
    &call::KEY_REQUIRED,
    &call::METHOD_NOT_ALLOWED,
    &listing::QUERY_INVALID,
    &params::PARAMETER_REPEATED,
    &params::PARAMETER_UNKNOWN,
];
