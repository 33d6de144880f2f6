//! Error codes of alert rules and alerts.

use kernel::Code;
use kernel::ErrorKind::Invalid;

pub static LEAD_FACT: Code = Code::new(
    "alert_rules.lead_fact",
    Invalid,
    "The fact does not count the days until a date.",
    "El hecho no cuenta los días hasta una fecha.",
);
pub static NO_CONDITION: Code = Code::new(
    "alert_rules.no_condition",
    Invalid,
    "A rule needs a condition, a date to tell of, or both.",
    "Una regla necesita una condición, una fecha que anunciar o ambas.",
);
pub static NO_HOLDER: Code = Code::new(
    "alert_rules.no_holder",
    Invalid,
    "A rule looks at accounts, parties or groups, each named once.",
    "Una regla mira cuentas, terceros o grupos, cada uno nombrado una vez.",
);
pub static DAYS_RANGE: Code = Code::new(
    "alert_rules.days_range",
    Invalid,
    "A number of days is larger than accepted.",
    "Un número de días es mayor de lo admitido.",
);

/// Every code of this module, for the catalogue.
pub static ALL: &[&Code] = &[&DAYS_RANGE, &LEAD_FACT, &NO_CONDITION, &NO_HOLDER];
