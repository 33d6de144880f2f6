//! Error codes of approval.

use kernel::Code;
use kernel::ErrorKind::{Conflict, Forbidden, Invalid};

pub static GIVEN_BEFORE: Code = Code::new(
    "approval.given_before",
    Conflict,
    "You have approved already, yourself or in somebody's place, or somebody has in yours.",
    "Ya ha aprobado, por sí mismo o en lugar de otro, o alguien lo hizo en su lugar.",
);
pub static NO_AUTHORITY: Code = Code::new(
    "approval.no_authority",
    Forbidden,
    "Your authority does not reach for this step of the chain.",
    "Sus facultades no alcanzan para este paso de la cadena.",
);
pub static OWN_REQUEST: Code = Code::new(
    "approval.own_request",
    Forbidden,
    "Nobody approves what they asked for, under any role and in nobody's place.",
    "Nadie aprueba lo que ha solicitado, con ningún rol ni en lugar de nadie.",
);
pub static POLICY_BOUND_INVALID: Code = Code::new(
    "approval_policy.bound_invalid",
    Invalid,
    "A bound is an amount of zero or more in a currency in use.",
    "Un tope es un importe de cero o mayor en una divisa en uso.",
);
pub static POLICY_NO_APPROVER: Code = Code::new(
    "approval_policy.no_approver",
    Invalid,
    "A level needs roles or users who approve, and 1 to 9 approvals.",
    "Un nivel necesita roles o usuarios que aprueben y de 1 a 9 aprobaciones.",
);
pub static POLICY_NOT_LAST: Code = Code::new(
    "approval_policy.level_never_passed",
    Invalid,
    "A level without bounds decides everything: no level after it is ever reached.",
    "Un nivel sin topes lo decide todo: nunca se llega a los siguientes.",
);
pub static POLICY_OPEN_END: Code = Code::new(
    "approval_policy.open_end",
    Invalid,
    "The last level has no bounds: otherwise nobody could approve what is above them.",
    "El último nivel no tiene topes: si no, nadie podría aprobar lo que los supere.",
);
pub static POLICY_PERIOD_INVALID: Code = Code::new(
    "approval_policy.period_invalid",
    Invalid,
    "An application waits 1 to 366 days.",
    "Una solicitud espera de 1 a 366 días.",
);

/// Every code of this module, for the catalogue.
pub static ALL: &[&Code] = &[
    &GIVEN_BEFORE,
    &NO_AUTHORITY,
    &OWN_REQUEST,
    &POLICY_BOUND_INVALID,
    &POLICY_NO_APPROVER,
    &POLICY_NOT_LAST,
    &POLICY_OPEN_END,
    &POLICY_PERIOD_INVALID,
];
