//! Error codes of what became of decisions.

use kernel::Code;
use kernel::ErrorKind::Invalid;

pub static DECISION_DATES: Code = Code::new(
    "decision.dates_invalid",
    Invalid,
    "Decisions are looked at from a day to a later one, by what was paid until a day after both.",
    "Las decisiones se miran desde un día hasta otro posterior, por lo cobrado hasta un día posterior a ambos.",
);
pub static DECISIONS_TOO_MANY: Code = Code::new(
    "decision.too_many",
    Invalid,
    "There are more decisions than one answer looks at: ask for fewer days.",
    "Hay más decisiones de las que mira una respuesta: pida menos días.",
);

/// Every code of this module, for the catalogue.
pub static ALL: &[&Code] = &[&DECISION_DATES, &DECISIONS_TOO_MANY];
