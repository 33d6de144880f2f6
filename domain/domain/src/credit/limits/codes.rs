//! Error codes of limits.

use kernel::Code;
use kernel::ErrorKind::Invalid;

pub static AMOUNT_NEGATIVE: Code =
    Code::new("limit.amount_negative", Invalid, "A limit is zero or more.", "Un límite es cero o mayor.");
pub static AMOUNT_ZERO: Code = Code::new(
    "limit.amount_zero",
    Invalid,
    "What is insured, guaranteed or added for a time is more than zero; an own limit of zero trusts nobody.",
    "Lo asegurado, garantizado o añadido por un tiempo es mayor que cero; un límite propio de cero no concede nada.",
);
pub static COVER_INVALID: Code = Code::new(
    "limit.cover_invalid",
    Invalid,
    "Cover does not fit the type of the limit.",
    "La cobertura no corresponde al tipo de límite.",
);
pub static ENDS_BEFORE_START: Code = Code::new(
    "limit.ends_before_start",
    Invalid,
    "A limit ends on or after the day it begins.",
    "Un límite termina el día en que empieza o después.",
);
pub static REVIEW_OUTSIDE: Code = Code::new(
    "limit.review_outside",
    Invalid,
    "The review date is not within the dates of the limit.",
    "La fecha de revisión no está dentro de la vigencia del límite.",
);
pub static SUB_LIMIT_NEGATIVE: Code = Code::new(
    "limit.sub_limit_negative",
    Invalid,
    "The limit of a part of exposure is zero or more.",
    "El límite de una parte del riesgo es cero o mayor.",
);
pub static TYPE_OF_HOLDER: Code = Code::new(
    "limit.type_of_holder",
    Invalid,
    "Limits of this type are not for this kind of holder.",
    "Los límites de este tipo no son para esta clase de titular.",
);

/// Every code of this module, for the catalogue.
pub static ALL: &[&Code] = &[
    &AMOUNT_NEGATIVE,
    &AMOUNT_ZERO,
    &COVER_INVALID,
    &ENDS_BEFORE_START,
    &REVIEW_OUTSIDE,
    &SUB_LIMIT_NEGATIVE,
    &TYPE_OF_HOLDER,
];
