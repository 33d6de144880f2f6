//! Error codes of editing customers.

use kernel::Code;
use kernel::ErrorKind::{Conflict, Invalid};

pub static FIELD_UNKNOWN: Code = Code::new(
    "customers.field_unknown",
    Invalid,
    "This field does not exist or cannot be set by hand.",
    "Ese campo no existe o no se puede fijar a mano.",
);
pub static FIELD_TYPE: Code = Code::new(
    "customers.field_type",
    Invalid,
    "The value is of another type than the field.",
    "El valor es de otro tipo que el campo.",
);
pub static NOTHING_TO_DO: Code = Code::new(
    "customers.nothing_to_do",
    Invalid,
    "The edit sets no field and releases none.",
    "La modificación no fija ni libera ningún campo.",
);
pub static NOT_OVERRIDDEN: Code = Code::new(
    "customers.not_overridden",
    Conflict,
    "The field is not set by hand, so there is nothing to release.",
    "El campo no está fijado a mano; no hay nada que liberar.",
);
pub static SET_AND_RELEASED: Code = Code::new(
    "customers.set_and_released",
    Invalid,
    "A field can be set or released, not both at once.",
    "Un campo se puede fijar o liberar, no ambas cosas a la vez.",
);
pub static CALENDAR_UNKNOWN: Code = Code::new(
    "customers.calendar_unknown",
    Invalid,
    "There is no calendar of this code.",
    "No existe ningún calendario con ese código.",
);

/// Every code of this module, for the catalogue.
pub static ALL: &[&Code] =
    &[&CALENDAR_UNKNOWN, &FIELD_TYPE, &FIELD_UNKNOWN, &NOTHING_TO_DO, &NOT_OVERRIDDEN, &SET_AND_RELEASED];
