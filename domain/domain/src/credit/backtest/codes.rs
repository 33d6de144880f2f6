//! Error codes of the rules that back-tests try.

use kernel::Code;
use kernel::ErrorKind::Invalid;

pub static CLASS_UNKNOWN: Code = Code::new(
    "backtest.class_unknown",
    Invalid,
    "The scorecard has no such class.",
    "El modelo de puntuación no tiene esa clase.",
);
pub static CONDITION_MISSING: Code = Code::new(
    "backtest.condition_missing",
    Invalid,
    "A rule is a condition for refusing or reducing, or a scorecard with classes to refuse or reduce; not both.",
    "Una regla es una condición para denegar o reducir, o un modelo de puntuación con clases a denegar o reducir; no ambas.",
);
pub static CONDITIONS_INVALID: Code = Code::new(
    "backtest.conditions_invalid",
    Invalid,
    "The conditions of the rule have errors; they are listed.",
    "Las condiciones de la regla tienen errores; se enumeran.",
);

/// Every code of this module, for the catalogue.
pub static ALL: &[&Code] = &[&CLASS_UNKNOWN, &CONDITION_MISSING, &CONDITIONS_INVALID];
