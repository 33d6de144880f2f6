//! Error codes of messages that belong to no pure rule.

use domain::dunning::reason::ReasonCode;
use kernel::Code;
use kernel::ErrorKind::{Conflict, Invalid};
use kernel::text_enum::TextEnum as _;

pub static ADDRESS_REFUSED: Code = Code::new(
    "message.address_refused",
    Conflict,
    "The relay refused the recipient's address for good; correct it, or resolve the alert to have it tried again.",
    "El relé rechazó definitivamente la dirección del destinatario; corríjala o resuelva el aviso para reintentarlo.",
);
pub static AMOUNTS_CHANGED: Code = Code::new(
    "message.amounts_changed",
    Conflict,
    "What is owed has changed since this message was decided; it was withdrawn and the next run decides anew.",
    "Lo adeudado ha cambiado desde que se decidió este mensaje; se retiró y el próximo proceso decide de nuevo.",
);
pub static BY_HAND: Code = Code::new(
    "message.by_hand",
    Conflict,
    "This channel has no connector: a person does it and marks it as sent.",
    "Este canal no tiene conector: lo hace una persona y lo marca como enviado.",
);
pub static CLAIM_UNDER_WAY: Code = Code::new(
    "message.claim_under_way",
    Conflict,
    "Another claim to this account is planned or of unknown outcome; it must be sent, withdrawn or resolved first.",
    "Hay otra reclamación a esta cuenta planificada o de resultado desconocido; antes hay que enviarla, retirarla o resolverla.",
);
pub static DECISION_CHANGED: Code = Code::new(
    "message.decision_changed",
    Conflict,
    "By now another contact would be decided: other amounts, items or step; this one was withdrawn and the next run decides anew.",
    "Ahora se decidiría otro contacto: otros importes, partidas o paso; este se retiró y el próximo proceso decide de nuevo.",
);
pub static FAULTY: Code = Code::new(
    "message.faulty",
    Conflict,
    "The program failed while it prepared this message; it rests, all others go on, and the server's log holds the cause.",
    "El programa falló al preparar este mensaje; queda en espera, los demás siguen y el registro guarda la causa.",
);
pub static ITEM_EXCEPTED: Code = Code::new(
    "message.item_excepted",
    Conflict,
    "An item of this message may not be claimed any more: it was blocked, disputed, or its due date moved; it was withdrawn.",
    "Una partida de este mensaje ya no se puede reclamar: está bloqueada, en incidencia o cambió su vencimiento; se retiró.",
);
pub static LETTERS_ELSEWHERE: Code = Code::new(
    "message.letters_elsewhere",
    Conflict,
    "Another account receives the letters of this one; a message about it is planned there.",
    "Otra cuenta recibe las cartas de esta; los mensajes sobre ella se planifican allí.",
);
pub static NOTHING_CLAIMABLE: Code = Code::new(
    "message.nothing_claimable",
    Conflict,
    "Nothing open may be claimed by this template now: not due, paid by credits, blocked, disputed or under an instrument.",
    "Nada pendiente se puede reclamar ahora con esta plantilla: no vencido, compensado, bloqueado, en incidencia o con efecto.",
);
pub static NOTHING_OPEN: Code = Code::new(
    "message.nothing_open",
    Conflict,
    "Nothing is open on this account in this currency.",
    "No hay nada pendiente en esta cuenta y moneda.",
);
pub static NOT_FROZEN: Code = Code::new(
    "message.not_frozen",
    Conflict,
    "The message has not been handed over yet; ask for a preview.",
    "El mensaje aún no se ha entregado; pida una vista previa.",
);
pub static PAID: Code = Code::new(
    "message.paid",
    Conflict,
    "Everything this message speaks of was paid or credited; it was withdrawn.",
    "Todo lo que reclama este mensaje se ha pagado o abonado; se retiró.",
);
pub static RECIPIENT_MOVED: Code = Code::new(
    "message.recipient_moved",
    Conflict,
    "The letters of this account go to another one since this was decided; it was withdrawn and the next run decides anew.",
    "Desde que se decidió, las cartas de esta cuenta van a otra; se retiró y el próximo proceso decide de nuevo.",
);
pub static RELAY_BUSY: Code = Code::new(
    "message.relay_busy",
    Conflict,
    "The legal entity's mail relay has as many hand-overs under way as it takes at once.",
    "El relé de correo de la sociedad tiene en curso tantas entregas como admite a la vez.",
);
pub static RELAY_UNKNOWN: Code = Code::new(
    "message.relay_unknown",
    Conflict,
    "The legal entity's mail relay is not configured on this server.",
    "El relé de correo de la sociedad no está configurado en este servidor.",
);
pub static SENDER_MISSING: Code = Code::new(
    "message.sender_missing",
    Conflict,
    "The legal entity has no sender address (sender_email).",
    "La sociedad no tiene dirección de remitente (sender_email).",
);
pub static TEMPLATE_MISSING: Code = Code::new(
    "message.template_missing",
    Conflict,
    "There is no active template of this code in a language the recipient or the legal entity uses, or in English.",
    "No hay plantilla activa con este código en un idioma del destinatario o de la sociedad, ni en inglés.",
);
pub static THROTTLED: Code = Code::new(
    "message.throttled",
    Conflict,
    "The recipient's mail domain has had its share for now.",
    "El dominio de correo del destinatario ya ha recibido su cupo por ahora.",
);
pub static RELAY_DEFERRED: Code = Code::new(
    "message.relay_deferred",
    Conflict,
    "The relay did not take it for now; it surely was not sent and is tried again.",
    "El relé no lo ha aceptado por ahora; con seguridad no se envió y se reintenta.",
);
pub static LETTER_REFUSED: Code = Code::new(
    "message.letter_refused",
    Invalid,
    "The letter cannot be set.",
    "La carta no se puede componer.",
);
pub static QUARANTINED: Code = Code::new(
    "message.quarantined",
    Conflict,
    "Sending is quarantined: this database is a copy, and nobody has confirmed that it may write to debtors.",
    "El envío está en cuarentena: esta base de datos es una copia y nadie ha confirmado que pueda escribir a deudores.",
);

/// Whether a message that was withdrawn for this reason was overtaken by facts: a person's own words are no code.
pub fn is_of_facts(reason: &str) -> bool {
    let own = [&AMOUNTS_CHANGED, &DECISION_CHANGED, &ITEM_EXCEPTED, &NOTHING_OPEN, &PAID, &RECIPIENT_MOVED];
    own.iter().any(|code| code.text == reason) || ReasonCode::from_text(reason).is_some()
}

/// Every code of this context, for the catalogue.
pub static ALL: &[&Code] = &[
    &ADDRESS_REFUSED,
    &AMOUNTS_CHANGED,
    &BY_HAND,
    &CLAIM_UNDER_WAY,
    &DECISION_CHANGED,
    &FAULTY,
    &ITEM_EXCEPTED,
    &LETTERS_ELSEWHERE,
    &LETTER_REFUSED,
    &NOTHING_CLAIMABLE,
    &NOTHING_OPEN,
    &NOT_FROZEN,
    &PAID,
    &QUARANTINED,
    &RECIPIENT_MOVED,
    &RELAY_BUSY,
    &RELAY_DEFERRED,
    &RELAY_UNKNOWN,
    &SENDER_MISSING,
    &TEMPLATE_MISSING,
    &THROTTLED,
];
