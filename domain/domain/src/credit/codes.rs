//! Error codes of the rules of credit.

use kernel::Code;
use kernel::ErrorKind::Invalid;

pub static POLICY_INSOLVENTS_PASS: Code = Code::new(
    "credit_policy.insolvents_pass",
    Invalid,
    "No rule stops sales to customers whose insolvency is known.",
    "Ninguna regla detiene las ventas a clientes cuya insolvencia consta.",
);
pub static POLICY_RESERVATION_TIME: Code = Code::new(
    "credit_policy.reservation_time",
    Invalid,
    "A reservation holds headroom for at least an hour.",
    "Una reserva retiene margen durante al menos una hora.",
);
pub static SUB_LIMIT_NEGATIVE: Code = Code::new(
    "credit_policy.sub_limit_negative",
    Invalid,
    "A limit of one part of exposure is zero or more.",
    "El límite de una parte del riesgo es cero o mayor.",
);

pub static ALL: &[&Code] = &[&POLICY_INSOLVENTS_PASS, &POLICY_RESERVATION_TIME, &SUB_LIMIT_NEGATIVE];
