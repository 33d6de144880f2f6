//! Error codes of terms of payment.

use kernel::Code;
use kernel::ErrorKind::{Conflict, Invalid};

pub static DEVIATION_ABOVE_CAP: Code = Code::new(
    "term_deviation.above_cap",
    Invalid,
    "The terms are longer than the law allows for this customer; whoever wants them all the same says so.",
    "El plazo supera el máximo legal para este cliente; quien lo quiera de todos modos debe decirlo.",
);
pub static DEVIATION_END_IN_PAST: Code = Code::new(
    "term_deviation.end_in_past",
    Invalid,
    "A deviation is not ended on a day that has passed: invoices were issued by it.",
    "Una excepción no se termina en un día ya pasado: se han emitido facturas según ella.",
);
pub static DEVIATION_ENDED_BEFORE: Code = Code::new(
    "term_deviation.ended_before",
    Conflict,
    "The deviation ends by then already.",
    "La excepción ya termina para entonces.",
);
pub static DEVIATION_ENDS_BEFORE_START: Code = Code::new(
    "term_deviation.ends_before_start",
    Invalid,
    "A deviation ends on or after the day it begins.",
    "Una excepción termina el día en que empieza o después.",
);
pub static DEVIATION_NOT_APPROVED: Code = Code::new(
    "term_deviation.not_approved",
    Conflict,
    "Only terms that were approved are ended.",
    "Solo se terminan condiciones que fueron aprobadas.",
);
pub static DEVIATION_OVERLAPS: Code = Code::new(
    "term_deviation.overlaps",
    Conflict,
    "In that time other terms are approved for the customer already.",
    "En ese período el cliente ya tiene otras condiciones aprobadas.",
);
pub static DEVIATION_SETTLED: Code = Code::new(
    "term_deviation.settled",
    Conflict,
    "The deviation is not waiting for a decision any more.",
    "La excepción ya no espera ninguna decisión.",
);
pub static TERM_CODE_DIFFERS: Code = Code::new(
    "payment_term.code_differs",
    Invalid,
    "The document is of another code than the path.",
    "El documento es de otro código que la ruta.",
);
pub static TERM_INVALID: Code = Code::new(
    "payment_term.invalid",
    Invalid,
    "The payment term has errors.",
    "La condición de pago tiene errores.",
);

pub static ALL: &[&Code] = &[
    &DEVIATION_ABOVE_CAP,
    &DEVIATION_END_IN_PAST,
    &DEVIATION_ENDED_BEFORE,
    &DEVIATION_ENDS_BEFORE_START,
    &DEVIATION_NOT_APPROVED,
    &DEVIATION_OVERLAPS,
    &DEVIATION_SETTLED,
    &TERM_CODE_DIFFERS,
    &TERM_INVALID,
];
