//! Error codes of the gRPC door itself.

use kernel::Code;
use kernel::ErrorKind::{Invalid, LimitExceeded};

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

pub static MESSAGE_TOO_LARGE: Code = Code::new(
    "request.message_too_large",
    LimitExceeded,
    "The message is larger than this door takes.",
    "El mensaje es mayor de lo que admite esta puerta.",
);
pub static METADATA_INVALID: Code = Code::new(
    "request.metadata_invalid",
    Invalid,
    "A metadata entry has a value this call cannot use.",
    "Un metadato tiene un valor que esta llamada no puede usar.",
);
pub static MESSAGE_UNREADABLE: Code = Code::new(
    "request.message_unreadable",
    Invalid,
    "The message cannot be decoded, for example because a text is not UTF-8.",
    "El mensaje no se puede decodificar, por ejemplo porque un texto no es UTF-8.",
);

/// Every code of the gRPC door, for the catalogue.
pub static ALL: &[&Code] =
    &[&FIELD_MISSING, &ENUM_UNKNOWN, &MESSAGE_TOO_LARGE, &METADATA_INVALID, &MESSAGE_UNREADABLE];
