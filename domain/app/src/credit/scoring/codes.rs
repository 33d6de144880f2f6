//! Error codes of scores and ratings.

use kernel::Code;
use kernel::ErrorKind::{Conflict, Invalid, PreconditionFailed};

pub static ACTIVE_MISSING: Code = Code::new(
    "scorecard.active_missing",
    PreconditionFailed,
    "This scorecard has no version in force.",
    "Este modelo de puntuación no tiene ninguna versión en vigor.",
);
pub static OVERRIDE_CLASS_UNKNOWN: Code = Code::new(
    "rating_override.class_unknown",
    Invalid,
    "The scorecard in force has no such class.",
    "El modelo de puntuación en vigor no tiene esa clase.",
);
pub static OVERRIDE_DATES: Code = Code::new(
    "rating_override.dates",
    Invalid,
    "An override needs a last day, which is not past and not more than two years away.",
    "Una excepción necesita un último día, que no haya pasado ni quede a más de dos años.",
);
pub static OVERRIDE_ENDED: Code = Code::new(
    "rating_override.ended",
    Conflict,
    "This override has already ended.",
    "Esta excepción ya ha terminado.",
);
pub static OVERRIDE_OVERLAPS: Code = Code::new(
    "rating_override.overlaps",
    Conflict,
    "Another override of this party holds on some of these days; end it first.",
    "Otra excepción de este tercero rige en algunos de esos días; termínela antes.",
);
pub static OVERRIDE_REASON_MISSING: Code = Code::new(
    "rating_override.reason_missing",
    Invalid,
    "An override needs a reason.",
    "Una excepción necesita un motivo.",
);
pub static RUN_ATTEMPTS_USED_UP: Code = Code::new(
    "score_run.attempts_used_up",
    Conflict,
    "The run failed again and again and was given up; a new one can be started.",
    "La ejecución falló repetidas veces y se abandonó; se puede iniciar otra.",
);
pub static RUN_IN_PROGRESS: Code = Code::new(
    "score_run.in_progress",
    Conflict,
    "The portfolio is being scored by this scorecard already.",
    "La cartera ya se está puntuando con este modelo.",
);
pub static RUN_NOT_RUNNING: Code =
    Code::new("score_run.not_running", Conflict, "This run has ended.", "Esta ejecución ya ha terminado.");
pub static STATEMENT_NOT_CURRENT: Code = Code::new(
    "financial_statement.not_current",
    Conflict,
    "This version has been replaced or withdrawn already.",
    "Esta versión ya fue sustituida o retirada.",
);

/// Every code of this module, for the catalogue.
pub static ALL: &[&Code] = &[
    &ACTIVE_MISSING,
    &OVERRIDE_CLASS_UNKNOWN,
    &OVERRIDE_DATES,
    &OVERRIDE_ENDED,
    &OVERRIDE_OVERLAPS,
    &OVERRIDE_REASON_MISSING,
    &RUN_ATTEMPTS_USED_UP,
    &RUN_IN_PROGRESS,
    &RUN_NOT_RUNNING,
    &STATEMENT_NOT_CURRENT,
];
