//! Error codes of the value types.

use crate::{Code, ErrorKind::Conflict, ErrorKind::Invalid};

pub static AMOUNT_EXPONENT: Code = Code::new(
    "amount.exponent",
    Invalid,
    "The amount has more decimals than its currency.",
    "El importe tiene más decimales que su divisa.",
);
pub static AMOUNT_INVALID: Code = Code::new(
    "amount.invalid",
    Invalid,
    "The amount is not a plain decimal number.",
    "El importe no es un número decimal sencillo.",
);
pub static AMOUNT_TOO_LARGE: Code = Code::new(
    "amount.too_large",
    Invalid,
    "The amount is larger than can be stored.",
    "El importe es mayor de lo que se puede guardar.",
);
pub static CURRENCY_UNKNOWN: Code = Code::new(
    "currency.unknown",
    Invalid,
    "The currency is not an ISO 4217 code in use.",
    "La divisa no es un código ISO 4217 en vigor.",
);
pub static DATE_INVALID: Code = Code::new(
    "date.invalid",
    Invalid,
    "The date does not exist or has another form than YYYY-MM-DD.",
    "La fecha no existe o no tiene la forma AAAA-MM-DD.",
);
pub static DATE_OUT_OF_RANGE: Code = Code::new(
    "date.out_of_range",
    Invalid,
    "The date lies outside the accepted years.",
    "La fecha está fuera de los años admitidos.",
);
pub static ID_INVALID: Code =
    Code::new("id.invalid", Invalid, "The id is not of the expected kind.", "El identificador no es del tipo esperado.");
pub static MONEY_CURRENCY_MISMATCH: Code = Code::new(
    "money.currency_mismatch",
    Conflict,
    "Amounts of different currencies meet without a rate.",
    "Se mezclan importes de distintas divisas sin un tipo de cambio.",
);
pub static MONEY_OVERFLOW: Code = Code::new(
    "money.overflow",
    Invalid,
    "The sum is larger than can be represented.",
    "La suma es mayor de lo que se puede representar.",
);
pub static PAGE_SIZE: Code = Code::new(
    "page.size",
    Invalid,
    "The page size is outside the accepted range.",
    "El tamaño de página está fuera del rango admitido.",
);
pub static TEXT_CONTROL_CHARACTER: Code = Code::new(
    "text.control_character",
    Invalid,
    "The text holds a control character.",
    "El texto contiene un carácter de control.",
);
pub static TEXT_REQUIRED: Code =
    Code::new("text.required", Invalid, "The text must not be empty.", "El texto no puede estar vacío.");
pub static TEXT_TOO_LONG: Code = Code::new(
    "text.too_long",
    Invalid,
    "The text is longer than accepted.",
    "El texto es más largo de lo admitido.",
);
pub static TIME_ZONE_UNKNOWN: Code = Code::new(
    "time_zone.unknown",
    Invalid,
    "The time zone is not an IANA name.",
    "La zona horaria no es un nombre IANA.",
);
pub static VALUE_UNKNOWN: Code = Code::new(
    "value.unknown",
    Invalid,
    "The value is not one of those accepted.",
    "El valor no es uno de los admitidos.",
);

/// Every code of this module, for the catalogue.
pub static ALL: &[&Code] = &[
    &AMOUNT_EXPONENT,
    &AMOUNT_INVALID,
    &AMOUNT_TOO_LARGE,
    &CURRENCY_UNKNOWN,
    &DATE_INVALID,
    &DATE_OUT_OF_RANGE,
    &ID_INVALID,
    &MONEY_CURRENCY_MISMATCH,
    &MONEY_OVERFLOW,
    &PAGE_SIZE,
    &TEXT_CONTROL_CHARACTER,
    &TEXT_REQUIRED,
    &TEXT_TOO_LONG,
    &TIME_ZONE_UNKNOWN,
    &VALUE_UNKNOWN,
];
