//! Error codes of the organisation context.

use kernel::Code;
use kernel::ErrorKind::{AlreadyExists, Invalid};

pub static CALENDAR_UNKNOWN: Code = Code::new(
    "organisation.calendar_unknown",
    Invalid,
    "There is no calendar of this code.",
    "No existe ningún calendario con ese código.",
);
pub static CODE_INVALID: Code = Code::new(
    "organisation.code_invalid",
    Invalid,
    "A code has 1 to 40 characters: letters, digits, point, hyphen and underscore.",
    "Un código tiene de 1 a 40 caracteres: letras, cifras, punto, guion y guion bajo.",
);
pub static CODE_TAKEN: Code =
    Code::new("organisation.code_taken", AlreadyExists, "This code is in use.", "Ese código ya está en uso.");
pub static RUN_AT_INVALID: Code = Code::new(
    "organisation.run_at_invalid",
    Invalid,
    "The time of the daily run has the form HH:MM.",
    "La hora de la ejecución diaria tiene la forma HH:MM.",
);
pub static STALE_AFTER_INVALID: Code = Code::new(
    "organisation.stale_after_invalid",
    Invalid,
    "The hours after which data counts as stale are 1 to 8760.",
    "Las horas tras las que los datos se consideran antiguos van de 1 a 8760.",
);

/// Every code of this module, for the catalogue.
pub static ALL: &[&Code] =
    &[&CALENDAR_UNKNOWN, &CODE_INVALID, &CODE_TAKEN, &RUN_AT_INVALID, &STALE_AFTER_INVALID];
