//! Error codes of limits.

use kernel::Code;
use kernel::ErrorKind::{Conflict, Forbidden, Invalid};

pub static LIMIT_BOUNDS: Code = Code::new(
    "limit.ended_by_application",
    Conflict,
    "Without it more would be allowed, which takes an approved application for a higher one.",
    "Sin él se permitiría más, y eso requiere una solicitud aprobada de uno mayor.",
);
pub static LIMIT_ENDED: Code = Code::new(
    "limit.ended_before",
    Conflict,
    "The limit was superseded, or has ended on or before that day.",
    "El límite fue sustituido, o terminó ese día o antes.",
);
pub static LIMIT_ENDS_IN_PAST: Code = Code::new(
    "limit.ends_in_past",
    Invalid,
    "Trust of our own ends today at the earliest.",
    "La confianza propia termina hoy como pronto.",
);
pub static LIMIT_OVERLAPS: Code = Code::new(
    "limit.overlaps",
    Conflict,
    "In that time the holder has such a limit already; end it, or say that the new one replaces it.",
    "En ese período el titular ya tiene un límite así; termínelo o indique que el nuevo lo sustituye.",
);
pub static LIMIT_TYPE_NOT_SET: Code = Code::new(
    "limit.type_needs_application",
    Invalid,
    "Trust of our own is asked for and approved; only cover and the limit of a segment are recorded directly.",
    "La confianza propia se solicita y se aprueba; solo la cobertura y el límite de un segmento se registran directamente.",
);

pub static APPLICATION_AMOUNT: Code = Code::new(
    "limit_application.amount_invalid",
    Invalid,
    "What is granted is more than zero and no more than was asked for or granted before.",
    "Se concede más de cero y no más de lo solicitado o concedido antes.",
);
pub static APPLICATION_EXPIRED: Code = Code::new(
    "limit_application.too_late",
    Conflict,
    "The application waited too long and has expired.",
    "La solicitud esperó demasiado y ha caducado.",
);
pub static APPLICATION_NOT_YOURS: Code = Code::new(
    "limit_application.not_yours",
    Forbidden,
    "Only whoever asked hands an application in or takes it back.",
    "Solo quien la pidió presenta o retira una solicitud.",
);
pub static APPLICATION_PENDING: Code = Code::new(
    "limit_application.pending",
    Conflict,
    "An application for the same limit of this holder waits already: decide it or take it back first.",
    "Ya espera otra solicitud del mismo límite de este titular: resuélvala o retírela antes.",
);
pub static APPLICATION_STATE: Code = Code::new(
    "limit_application.state",
    Conflict,
    "The state of the application does not allow it.",
    "El estado de la solicitud no lo permite.",
);
pub static APPLICATION_TERMS: Code = Code::new(
    "limit_application.terms_invalid",
    Invalid,
    "Days of payment are out of range.",
    "Los días de pago están fuera de rango.",
);
pub static APPLICATION_TYPE: Code = Code::new(
    "limit_application.type",
    Invalid,
    "This kind of limit is recorded, not applied for.",
    "Este tipo de límite se registra, no se solicita.",
);
pub static APPLICATION_UNTIL: Code = Code::new(
    "limit_application.until_missing",
    Invalid,
    "A temporary limit ends on a day.",
    "Un límite temporal termina un día determinado.",
);
pub static APPLICATION_UNTIL_PAST: Code = Code::new(
    "limit_application.until_past",
    Invalid,
    "The last day asked for is over.",
    "El último día solicitado ya ha pasado.",
);
pub static APPROVAL_BY_MACHINE: Code = Code::new(
    "approval.by_machine",
    Forbidden,
    "People approve: sign in as a user. Who is behind the key of a machine is not known.",
    "Aprueban las personas: entre como usuario. No se sabe quién está detrás de la clave de una máquina.",
);
pub static APPROVAL_POLICY_MISSING: Code = Code::new(
    "approval.policy_missing",
    Conflict,
    "No approval policy is in force: put the standard one into force.",
    "No hay política de aprobación en vigor: active la estándar.",
);
pub static REVIEW_DATE: Code = Code::new(
    "limit_review.date_invalid",
    Invalid,
    "A limit that is kept is looked at again after today and while it holds; only one that is ended has a last day.",
    "Un límite que se mantiene se revisa después de hoy y mientras esté vigente; solo uno que se termina tiene último día.",
);
pub static REVIEW_DONE: Code = Code::new(
    "limit_review.done_before",
    Conflict,
    "The review was finished before.",
    "La revisión ya se había terminado.",
);
pub static STAND_IN_ENDED: Code =
    Code::new("stand_in.ended_before", Conflict, "It was ended before.", "Ya se había terminado.");
pub static STAND_IN_ONESELF: Code = Code::new(
    "stand_in.oneself",
    Invalid,
    "Nobody stands in for themselves.",
    "Nadie se sustituye a sí mismo.",
);
pub static STAND_IN_OVERLAPS: Code = Code::new(
    "stand_in.overlaps",
    Conflict,
    "In that time the same person stands in already.",
    "En ese período la misma persona ya sustituye.",
);
pub static STAND_IN_PERSON: Code = Code::new(
    "stand_in.person_missing",
    Invalid,
    "Say for whom: the key of a machine is nobody.",
    "Indique a quién: la clave de una máquina no es nadie.",
);

pub static ALL: &[&Code] = &[
    &APPLICATION_AMOUNT,
    &APPLICATION_EXPIRED,
    &APPLICATION_NOT_YOURS,
    &APPLICATION_PENDING,
    &APPLICATION_STATE,
    &APPLICATION_TERMS,
    &APPLICATION_TYPE,
    &APPLICATION_UNTIL,
    &APPLICATION_UNTIL_PAST,
    &APPROVAL_BY_MACHINE,
    &APPROVAL_POLICY_MISSING,
    &LIMIT_BOUNDS,
    &LIMIT_ENDED,
    &LIMIT_ENDS_IN_PAST,
    &LIMIT_OVERLAPS,
    &LIMIT_TYPE_NOT_SET,
    &REVIEW_DATE,
    &REVIEW_DONE,
    &STAND_IN_ENDED,
    &STAND_IN_ONESELF,
    &STAND_IN_OVERLAPS,
    &STAND_IN_PERSON,
];
