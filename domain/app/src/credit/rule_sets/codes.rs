//! Error codes of rule sets as they are kept.

use kernel::Code;
use kernel::ErrorKind::{Conflict, NotFound};

pub static KIND_UNKNOWN: Code = Code::new(
    "rule.kind_unknown",
    NotFound,
    "There is no such kind of rule set.",
    "No existe ese tipo de conjunto de reglas.",
);
pub static NOT_DRAFT: Code = Code::new(
    "rule.not_draft",
    Conflict,
    "Only a draft can be put into force.",
    "Solo un borrador puede ponerse en vigor.",
);
pub static VERSION_UNKNOWN: Code = Code::new(
    "rule.version_unknown",
    NotFound,
    "The rule set has no such version.",
    "El conjunto de reglas no tiene esa versión.",
);

/// Every code of this module, for the catalogue.
pub static ALL: &[&Code] = &[&KIND_UNKNOWN, &NOT_DRAFT, &VERSION_UNKNOWN];
