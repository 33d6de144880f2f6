//! Error codes of alerts.

use kernel::Code;
use kernel::ErrorKind::{Conflict, Internal, Invalid};

pub static IS_RESOLVED: Code = Code::new(
    "alert.is_resolved",
    Conflict,
    "The episode of this alert has ended.",
    "El episodio de esta alerta ha terminado.",
);
pub static RUN_ATTEMPTS_USED_UP: Code = Code::new(
    "alert_run.attempts_used_up",
    Internal,
    "The run failed again and again and was given up.",
    "La ejecución falló una y otra vez y se abandonó.",
);
pub static SNOOZE_RANGE: Code = Code::new(
    "alert.snooze_range",
    Invalid,
    "An alert rests from tomorrow on, for at most a year.",
    "Una alerta se pospone desde mañana y como máximo un año.",
);

/// Every code of this module, for the catalogue.
pub static ALL: &[&Code] = &[&IS_RESOLVED, &RUN_ATTEMPTS_USED_UP, &SNOOZE_RANGE];
