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
    "A rule is a condition for refusing or reducing, a scorecard with classes to refuse or reduce, or a limit table: one of the three.",
    "Una regla es una condición para denegar o reducir, un modelo de puntuación con clases a denegar o reducir, o una tabla de límites: una de las tres.",
);
pub static CONDITIONS_INVALID: Code = Code::new(
    "backtest.conditions_invalid",
    Invalid,
    "The conditions of the rule have errors; they are listed.",
    "Las condiciones de la regla tienen errores; se enumeran.",
);

/// Every code of this module, for the catalogue.
pub static ALL: &[&Code] = &[&CLASS_UNKNOWN, &CONDITION_MISSING, &CONDITIONS_INVALID];
