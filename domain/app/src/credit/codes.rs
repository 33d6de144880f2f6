//! Error codes of credit.

use kernel::Code;
use kernel::ErrorKind::{Conflict, Forbidden, Invalid};

pub static CHECK_ACCOUNT_NOT_NAMED: Code = Code::new(
    "credit.account_not_named",
    Invalid,
    "Name the account by its id, or by its source and the key the ERP pushes it under.",
    "Nombre la cuenta por su id, o por su origen y la clave con que la envía el ERP.",
);
pub static CHECK_AMOUNT_NOT_POSITIVE: Code = Code::new(
    "credit.amount_not_positive",
    Invalid,
    "A credit check is of an amount above zero.",
    "Una consulta de crédito es de un importe mayor que cero.",
);
pub static CHECK_NOT_HELD: Code = Code::new(
    "credit.check_not_held",
    Conflict,
    "Only what was held can be released; what is refused stays so while its reason holds.",
    "Solo se libera lo retenido; lo denegado sigue así mientras exista su motivo.",
);
pub static CHECK_RELEASED: Code = Code::new(
    "credit.released_before",
    Conflict,
    "The check was released before.",
    "La consulta ya se había liberado.",
);
pub static CHECK_WITHOUT_REFERENCE: Code = Code::new(
    "credit.check_without_reference",
    Conflict,
    "The check names no order, so nothing could be told to be what was released.",
    "La consulta no nombra ningún pedido, así que no se sabría qué se liberó.",
);
pub static POLICY_MISSING: Code = Code::new(
    "credit.policy_missing",
    Conflict,
    "No credit policy is in force: put the standard one into force.",
    "No hay política de crédito en vigor: active la estándar.",
);
pub static REASON_REQUIRED: Code = Code::new(
    "credit.reason_required",
    Invalid,
    "Say why: whoever reads of it later has to understand it.",
    "Indique el motivo: quien lo lea después debe entenderlo.",
);
pub static RELEASE_AMOUNT_INVALID: Code = Code::new(
    "credit.release_amount_invalid",
    Invalid,
    "A release is of more than zero and of no more than was asked for.",
    "Se libera más de cero y no más de lo solicitado.",
);
pub static RELEASE_BY_MACHINE: Code = Code::new(
    "credit.release_by_machine",
    Forbidden,
    "People release: sign in as a user. Who is behind the key of a machine is not known.",
    "Liberan las personas: entre como usuario. No se sabe quién está detrás de la clave de una máquina.",
);
pub static RELEASE_OWN_CHECK: Code = Code::new(
    "credit.release_own_check",
    Forbidden,
    "Who asked, or made the key that did, does not release: another person must.",
    "Quien consultó, o creó la clave que consultó, no libera: debe hacerlo otra persona.",
);
pub static RESERVATION_ENDED: Code = Code::new(
    "credit.reservation_ended",
    Conflict,
    "The reservation holds nothing any more.",
    "La reserva ya no retiene nada.",
);
pub static RESERVATION_TIME_INVALID: Code = Code::new(
    "credit.reservation_time_invalid",
    Invalid,
    "A reservation or release lasts from one hour to a quarter of a year.",
    "Una reserva o liberación dura entre una hora y un trimestre.",
);
pub static HOLDER_NOT_NAMED: Code = Code::new(
    "exposure.holder_not_named",
    Invalid,
    "Exposure is asked for one account, one party or one group.",
    "El riesgo se consulta de una cuenta, de un tercero o de un grupo.",
);
pub static PARTY_PARENT_CYCLE: Code = Code::new(
    "party.parent_cycle",
    Invalid,
    "The party would stand above itself: its parent belongs to it, directly or through others.",
    "El tercero quedaría por encima de sí mismo: su matriz pertenece a él, directamente o a través de otros.",
);
pub static PARTY_PARENT_SELF: Code = Code::new(
    "party.parent_self",
    Invalid,
    "A party does not belong to itself.",
    "Un tercero no pertenece a sí mismo.",
);
pub static RELATION_ENDED: Code = Code::new(
    "party_relation.ended",
    Conflict,
    "The relation has ended on or before that day.",
    "La relación terminó ese día o antes.",
);
pub static RELATION_ENDS_BEFORE_START: Code = Code::new(
    "party_relation.ends_before_start",
    Invalid,
    "A relation ends after it begins.",
    "Una relación termina después de comenzar.",
);
pub static RELATION_OVERLAPS: Code = Code::new(
    "party_relation.overlaps",
    Conflict,
    "In that time the party belongs to somebody already; end that relation first.",
    "En ese período el tercero ya pertenece a otro; termine antes esa relación.",
);
pub static TOP_INVALID: Code = Code::new(
    "credit.top_invalid",
    Invalid,
    "That many debtors cannot be named in one answer.",
    "No se puede nombrar ese número de deudores en una respuesta.",
);

pub static ALL: &[&Code] = &[
    &HOLDER_NOT_NAMED,
    &CHECK_ACCOUNT_NOT_NAMED,
    &CHECK_AMOUNT_NOT_POSITIVE,
    &CHECK_NOT_HELD,
    &CHECK_RELEASED,
    &CHECK_WITHOUT_REFERENCE,
    &POLICY_MISSING,
    &REASON_REQUIRED,
    &RELEASE_AMOUNT_INVALID,
    &RELEASE_BY_MACHINE,
    &RELEASE_OWN_CHECK,
    &RESERVATION_ENDED,
    &RESERVATION_TIME_INVALID,
    &PARTY_PARENT_CYCLE,
    &PARTY_PARENT_SELF,
    &RELATION_ENDED,
    &RELATION_ENDS_BEFORE_START,
    &RELATION_OVERLAPS,
    &TOP_INVALID,
];
