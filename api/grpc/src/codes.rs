//! Error codes of the gRPC door itself.

use kernel::Code;
use kernel::ErrorKind::Invalid;

pub static FIELD_MISSING: Code = Code::new(
    "request.field_missing",
    Invalid,
    "A field that this call needs is not set.",
    "Falta un campo que esta llamada necesita.",
);
pub static ENUM_UNKNOWN: Code = Code::new(
    "request.enum_unknown",
    Invalid,
    "An enum field has a value this version does not know.",
    "Un campo enumerado tiene un valor que esta versión no conoce.",
);

/// Every code of the gRPC door, for the catalogue.
pub static ALL: &[&Code] = &[&FIELD_MISSING, &ENUM_UNKNOWN];
