//! Error codes of calendars.

use kernel::Code;
use kernel::ErrorKind::{AlreadyExists, Invalid};

pub static CODE_INVALID: Code = Code::new(
    "calendar.code_invalid",
    Invalid,
    "The code of a calendar has 1 to 40 characters: letters, digits, point, hyphen and underscore.",
    "El código de un calendario tiene de 1 a 40 caracteres: letras, cifras, punto, guion y guion bajo.",
);
pub static CODE_TAKEN: Code = Code::new(
    "calendar.code_taken",
    AlreadyExists,
    "There is a calendar of this code already.",
    "Ya existe un calendario con ese código.",
);
pub static HOLIDAY_EXISTS: Code = Code::new(
    "calendar.holiday_exists",
    AlreadyExists,
    "The calendar is closed on this day already.",
    "El calendario ya tiene ese día como festivo.",
);

/// Every code of this module, for the catalogue.
pub static ALL: &[&Code] = &[&CODE_INVALID, &CODE_TAKEN, &HOLIDAY_EXISTS];
