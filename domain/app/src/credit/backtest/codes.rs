//! Error codes of what became of decisions.

use kernel::Code;
use kernel::ErrorKind::Invalid;

pub static DECISION_DATES: Code = Code::new(
    "credit.decision_dates_invalid",
    Invalid,
    "Decisions are looked at from a day to the same or a later one, by what was paid until that day or later, and none of them lies ahead.",
    "Las decisiones se miran desde un día hasta ese u otro posterior, por lo cobrado hasta ese día o después, y ninguno está por llegar.",
);
pub static DECISIONS_TOO_MANY: Code = Code::new(
    "credit.decisions_too_many",
    Invalid,
    "More accounts were decided about than one answer looks at: ask for fewer days.",
    "Se decidió sobre más cuentas de las que mira una respuesta: pida menos días.",
);

/// Every code of this module, for the catalogue.
pub static ALL: &[&Code] = &[&DECISION_DATES, &DECISIONS_TOO_MANY];
