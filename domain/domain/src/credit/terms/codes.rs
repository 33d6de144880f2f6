//! Error codes of terms of payment.

use kernel::Code;
use kernel::ErrorKind::Invalid;

pub static ACCEPTANCE_RANGE: Code = Code::new(
    "payment_term.acceptance_range",
    Invalid,
    "A procedure of acceptance lasts 30 days at most.",
    "Un procedimiento de aceptación dura 30 días como máximo.",
);
pub static DAYS_RANGE: Code = Code::new(
    "payment_term.days_range",
    Invalid,
    "Terms of payment are two years at most.",
    "Los plazos de pago son de dos años como máximo.",
);
pub static INSTALMENTS: Code = Code::new(
    "payment_term.instalments",
    Invalid,
    "Instalments come to 100 per cent.",
    "Los plazos suman el 100 por ciento.",
);
pub static PAYMENT_DAY: Code = Code::new(
    "payment_term.payment_day",
    Invalid,
    "A fixed payment day is a day of the month.",
    "Un día fijo de pago es un día del mes.",
);

/// Every code of this module, for the catalogue.
pub static ALL: &[&Code] = &[&ACCEPTANCE_RANGE, &DAYS_RANGE, &INSTALMENTS, &PAYMENT_DAY];
