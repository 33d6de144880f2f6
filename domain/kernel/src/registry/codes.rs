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
pub static BIC_INVALID: Code = Code::new(
    "bic.invalid",
    Invalid,
    "The BIC has another shape than ISO 9362 gives it.",
    "El BIC no tiene la forma de la norma ISO 9362.",
);
pub static CALENDAR_NO_BUSINESS_DAY: Code = Code::new(
    "calendar.no_business_day",
    Invalid,
    "A calendar must leave at least one weekday for business.",
    "Un calendario debe dejar al menos un día hábil por semana.",
);
pub static CALENDAR_PLACE_UNKNOWN: Code = Code::new(
    "calendar.place_unknown",
    Invalid,
    "No holiday rules are known for this country or subdivision; enter its holidays as data.",
    "No hay reglas de festivos para ese país o subdivisión; introduzca sus festivos como datos.",
);
pub static CALENDAR_WEEKDAY_INVALID: Code = Code::new(
    "calendar.weekday_invalid",
    Invalid,
    "A weekday is a number from 1 (Monday) to 7 (Sunday).",
    "Un día de la semana es un número de 1 (lunes) a 7 (domingo).",
);
pub static CALENDAR_YEAR_UNCOVERED: Code = Code::new(
    "calendar.year_uncovered",
    Invalid,
    "The holiday rules do not cover this year.",
    "Las reglas de festivos no cubren ese año.",
);
pub static CONTACT_HOURS_INVALID: Code = Code::new(
    "contact_hours.invalid",
    Invalid,
    "Opening hours must begin before they end, within one day.",
    "El horario debe empezar antes de terminar, dentro de un mismo día.",
);
pub static COUNTRY_UNKNOWN: Code = Code::new(
    "country.unknown",
    Invalid,
    "The country is not an ISO 3166-1 alpha-2 code.",
    "El país no es un código ISO 3166-1 alfa-2.",
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
pub static EMAIL_INVALID: Code = Code::new(
    "email.invalid",
    Invalid,
    "The text is not an e-mail address one can send to.",
    "El texto no es una dirección de correo a la que se pueda enviar.",
);
pub static FX_RATE_INVALID: Code = Code::new(
    "fx.rate_invalid",
    Invalid,
    "An exchange rate must be positive and between two different currencies.",
    "Un tipo de cambio debe ser positivo y entre dos divisas distintas.",
);
pub static FX_RATE_MISSING: Code = Code::new(
    "fx.rate_missing",
    Conflict,
    "No exchange rate is known for these currencies on this day; load it or accept older ones.",
    "No se conoce el tipo de cambio entre esas divisas en esa fecha; cárguelo o admita otros más antiguos.",
);
pub static IBAN_INVALID: Code = Code::new(
    "iban.invalid",
    Invalid,
    "The text is not an IBAN with valid check digits.",
    "El texto no es un IBAN con dígitos de control válidos.",
);
pub static ID_INVALID: Code = Code::new(
    "id.invalid",
    Invalid,
    "The id is not of the expected kind.",
    "El identificador no es del tipo esperado.",
);
pub static LANGUAGE_INVALID: Code = Code::new(
    "language.invalid",
    Invalid,
    "The language is not a two-letter ISO 639-1 code.",
    "El idioma no es un código ISO 639-1 de dos letras.",
);
pub static LEI_INVALID: Code = Code::new(
    "lei.invalid",
    Invalid,
    "The text is not an LEI with valid check digits.",
    "El texto no es un LEI con dígitos de control válidos.",
);
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
pub static PERCENT_INVALID: Code = Code::new(
    "percent.invalid",
    Invalid,
    "The percentage is not a plain decimal number within the accepted range.",
    "El porcentaje no es un número decimal sencillo dentro del rango admitido.",
);
pub static PHONE_INVALID: Code = Code::new(
    "phone.invalid",
    Invalid,
    "The text is not a telephone number in international form.",
    "El texto no es un número de teléfono en forma internacional.",
);
pub static TAX_ID_CHECK_DIGIT: Code = Code::new(
    "tax_id.check_digit",
    Invalid,
    "The check character of the tax id does not fit.",
    "El carácter de control del identificador fiscal no es correcto.",
);
pub static TAX_ID_FORMAT: Code = Code::new(
    "tax_id.format",
    Invalid,
    "The tax id has no format known for its country.",
    "El identificador fiscal no tiene ningún formato conocido de su país.",
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
    &BIC_INVALID,
    &CALENDAR_NO_BUSINESS_DAY,
    &CALENDAR_PLACE_UNKNOWN,
    &CALENDAR_WEEKDAY_INVALID,
    &CALENDAR_YEAR_UNCOVERED,
    &CONTACT_HOURS_INVALID,
    &COUNTRY_UNKNOWN,
    &CURRENCY_UNKNOWN,
    &DATE_INVALID,
    &DATE_OUT_OF_RANGE,
    &EMAIL_INVALID,
    &FX_RATE_INVALID,
    &FX_RATE_MISSING,
    &IBAN_INVALID,
    &ID_INVALID,
    &LANGUAGE_INVALID,
    &LEI_INVALID,
    &MONEY_CURRENCY_MISMATCH,
    &MONEY_OVERFLOW,
    &PAGE_SIZE,
    &PERCENT_INVALID,
    &PHONE_INVALID,
    &TAX_ID_CHECK_DIGIT,
    &TAX_ID_FORMAT,
    &TEXT_CONTROL_CHARACTER,
    &TEXT_REQUIRED,
    &TEXT_TOO_LONG,
    &TIME_ZONE_UNKNOWN,
    &VALUE_UNKNOWN,
];

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn the_catalogue_is_in_order_and_names_each_code_once() {
        assert!(ALL.is_sorted_by(|a, b| a.text < b.text));
    }
}
