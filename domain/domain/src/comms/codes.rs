//! Codes of messages: errors, reasons to wait, and findings about templates.

use kernel::{Code, ErrorKind::Conflict, ErrorKind::Invalid};

pub static CONTACT_BLOCKED: Code = Code::new(
    "contact.blocked",
    Conflict,
    "A block on the account or its items forbids contact.",
    "Un bloqueo de la cuenta o de sus partidas impide el contacto.",
);
pub static CONTACT_CAP_GROUP_DAY: Code = Code::new(
    "contact.cap_group_day",
    Conflict,
    "The account has had as many contacts today as the contact policy accepts.",
    "La cuenta ya ha recibido hoy los contactos que admite la política de contacto.",
);
pub static CONTACT_CAP_RECIPIENT_DAY: Code = Code::new(
    "contact.cap_recipient_day",
    Conflict,
    "This address has had as many messages today as the contact policy accepts.",
    "Esta dirección ya ha recibido hoy los mensajes que admite la política de contacto.",
);
pub static CONTACT_CAP_WINDOW: Code = Code::new(
    "contact.cap_window",
    Conflict,
    "The account has had as many contacts in the last days as the contact policy accepts.",
    "La cuenta ya ha recibido en los últimos días los contactos que admite la política de contacto.",
);
pub static CONTACT_CHANNEL_FORBIDDEN: Code = Code::new(
    "contact.channel_forbidden",
    Conflict,
    "The contact policy forbids this channel.",
    "La política de contacto prohíbe este canal.",
);
pub static CONTACT_NO_OPENING: Code = Code::new(
    "contact.no_opening",
    Conflict,
    "Under the contact policies and calendars no moment for this contact comes within a year.",
    "Con las políticas de contacto y los calendarios no habrá momento para este contacto en un año.",
);
pub static CONTACT_NO_POLICY: Code = Code::new(
    "contact.no_policy",
    Conflict,
    "No contact policy governs this channel, so nothing is sent.",
    "Ninguna política de contacto rige este canal, por lo que no se envía nada.",
);
pub static CONTACT_NOT_BUSINESS_DAY: Code = Code::new(
    "contact.not_business_day",
    Conflict,
    "Today is not a business day for the customer.",
    "Hoy no es día hábil para el cliente.",
);
pub static CONTACT_OPTED_OUT: Code = Code::new(
    "contact.opted_out",
    Conflict,
    "The recipient does not accept this channel.",
    "El destinatario no acepta este canal.",
);
pub static CONTACT_OUTSIDE_HOURS: Code = Code::new(
    "contact.outside_hours",
    Conflict,
    "It is outside the hours of contact at the customer's place.",
    "Está fuera del horario de contacto en el lugar del cliente.",
);
pub static CONTACT_QUIET_AFTER_ANSWER: Code = Code::new(
    "contact.quiet_after_answer",
    Conflict,
    "The customer answered recently; the contact policy keeps quiet for some days.",
    "El cliente ha respondido hace poco; la política de contacto guarda silencio unos días.",
);
pub static CONTACT_SPACING: Code = Code::new(
    "contact.spacing",
    Conflict,
    "The last contact with the account is too recent.",
    "El último contacto con la cuenta es demasiado reciente.",
);
pub static CONTACT_POLICY_INVALID: Code = Code::new(
    "contact_policy.invalid",
    Invalid,
    "The contact policy has wrong or missing fields.",
    "La política de contacto tiene campos erróneos o incompletos.",
);
pub static HOLD_NO_RECIPIENT: Code = Code::new(
    "hold.no_recipient",
    Conflict,
    "Nobody at the customer can receive this message.",
    "Nadie en el cliente puede recibir este mensaje.",
);
pub static LANGUAGE_TAG_INVALID: Code = Code::new(
    "language_tag.invalid",
    Invalid,
    "The language is not written like es or es-MX.",
    "El idioma no está escrito como es o es-MX.",
);
pub static MESSAGE_SENT_ON_IMPOSSIBLE: Code = Code::new(
    "message.sent_on_impossible",
    Invalid,
    "A message cannot have been sent on a day to come, nor before it was planned.",
    "Un mensaje no puede haberse enviado en un día futuro ni antes de planificarse.",
);
pub static MESSAGE_TRANSITION_REFUSED: Code = Code::new(
    "message.transition_refused",
    Conflict,
    "In its present state this cannot happen to the message.",
    "En su estado actual, esto no puede sucederle al mensaje.",
);
pub static RECIPIENT_ADDRESS_INVALID: Code = Code::new(
    "recipient.address_invalid",
    Conflict,
    "The contact's address for this channel is not valid.",
    "La dirección del contacto para este canal no es válida.",
);
pub static RECIPIENT_ADDRESS_MISSING: Code = Code::new(
    "recipient.address_missing",
    Conflict,
    "The contact has no address for this channel.",
    "El contacto no tiene dirección para este canal.",
);
pub static RECIPIENT_ADDRESS_REFUSED: Code = Code::new(
    "recipient.address_refused",
    Conflict,
    "A relay said that the contact's address does not exist; correct it, or resolve the alert to have it tried again.",
    "Un relé dijo que la dirección del contacto no existe; corríjala o resuelva el aviso para reintentarlo.",
);
pub static RECIPIENT_DUPLICATE_ADDRESS: Code = Code::new(
    "recipient.duplicate_address",
    Conflict,
    "A preferred contact has the same address.",
    "Un contacto preferente tiene la misma dirección.",
);
pub static RECIPIENT_OPTED_OUT: Code = Code::new(
    "recipient.opted_out",
    Conflict,
    "The contact does not accept this channel.",
    "El contacto no acepta este canal.",
);
pub static RECIPIENT_OTHER_PURPOSE: Code = Code::new(
    "recipient.other_purpose",
    Conflict,
    "The contact is there for other purposes.",
    "El contacto es para otros fines.",
);
pub static RECIPIENT_RETIRED: Code = Code::new(
    "recipient.retired",
    Conflict,
    "The contact is no longer in use.",
    "El contacto ya no está en uso.",
);
pub static TEMPLATE_BANNED_CLAIM: Code = Code::new(
    "template.banned_claim",
    Invalid,
    "The template threatens, shames, or looks like a court's.",
    "La plantilla amenaza, avergüenza o parece emitida por un tribunal.",
);
pub static TEMPLATE_BLOCK_MISSING: Code = Code::new(
    "template.block_missing",
    Invalid,
    "A message of this purpose must say something that the template does not say.",
    "Un mensaje con este fin debe decir algo que la plantilla no dice.",
);
pub static TEMPLATE_DOCUMENT_INVALID: Code = Code::new(
    "template.document_invalid",
    Invalid,
    "The template document has wrong or missing fields.",
    "El documento de la plantilla tiene campos erróneos o incompletos.",
);
pub static TEMPLATE_EXTERNAL_RESOURCE: Code = Code::new(
    "template.external_resource",
    Invalid,
    "The HTML part loads something, runs something, or links without encryption.",
    "La parte HTML carga o ejecuta algo, o enlaza sin cifrado.",
);
pub static TEMPLATE_OPTIONAL_UNGUARDED: Code = Code::new(
    "template.optional_unguarded",
    Invalid,
    "The template prints an optional variable without asking whether it is there.",
    "La plantilla escribe una variable opcional sin comprobar si existe.",
);
pub static TEMPLATE_SUBJECT_NOT_ONE_LINE: Code = Code::new(
    "template.subject_not_one_line",
    Invalid,
    "The subject must be one line that is not empty.",
    "El asunto debe ser una sola línea no vacía.",
);
pub static TEMPLATE_SYNTAX: Code = Code::new(
    "template.syntax",
    Invalid,
    "The template has a syntax error, or uses a filter, test or function that does not exist.",
    "La plantilla tiene un error de sintaxis o usa un filtro, prueba o función que no existe.",
);
pub static TEMPLATE_TOO_COSTLY: Code = Code::new(
    "template.too_costly",
    Invalid,
    "Rendering the template takes more work than a message may.",
    "Generar la plantilla cuesta más trabajo del que puede costar un mensaje.",
);
pub static TEMPLATE_TOO_LONG: Code = Code::new(
    "template.too_long",
    Invalid,
    "A part of the template is longer than accepted.",
    "Una parte de la plantilla es más larga de lo admitido.",
);
pub static TEMPLATE_UNESCAPED: Code = Code::new(
    "template.unescaped",
    Invalid,
    "The HTML part lets a variable through without escaping it.",
    "La parte HTML deja pasar una variable sin escaparla.",
);
pub static TEMPLATE_UNKNOWN_VARIABLE: Code = Code::new(
    "template.unknown_variable",
    Invalid,
    "The template uses a variable that does not exist.",
    "La plantilla usa una variable que no existe.",
);
pub static TEMPLATE_VARIABLE_MISSING: Code = Code::new(
    "template.variable_missing",
    Conflict,
    "This message lacks a value that the template needs; nothing is sent with a blank.",
    "A este mensaje le falta un dato que la plantilla necesita; no se envía nada con huecos.",
);
pub static TEMPLATE_WRONG_TYPE: Code = Code::new(
    "template.wrong_type",
    Invalid,
    "A variable is used as something it is not.",
    "Una variable se usa como algo que no es.",
);

/// Every code of this module, for the catalogue.
pub static ALL: &[&Code] = &[
    &CONTACT_BLOCKED,
    &CONTACT_CAP_GROUP_DAY,
    &CONTACT_CAP_RECIPIENT_DAY,
    &CONTACT_CAP_WINDOW,
    &CONTACT_CHANNEL_FORBIDDEN,
    &CONTACT_NO_OPENING,
    &CONTACT_NO_POLICY,
    &CONTACT_NOT_BUSINESS_DAY,
    &CONTACT_OPTED_OUT,
    &CONTACT_OUTSIDE_HOURS,
    &CONTACT_QUIET_AFTER_ANSWER,
    &CONTACT_SPACING,
    &CONTACT_POLICY_INVALID,
    &HOLD_NO_RECIPIENT,
    &LANGUAGE_TAG_INVALID,
    &MESSAGE_SENT_ON_IMPOSSIBLE,
    &MESSAGE_TRANSITION_REFUSED,
    &RECIPIENT_ADDRESS_INVALID,
    &RECIPIENT_ADDRESS_MISSING,
    &RECIPIENT_ADDRESS_REFUSED,
    &RECIPIENT_DUPLICATE_ADDRESS,
    &RECIPIENT_OPTED_OUT,
    &RECIPIENT_OTHER_PURPOSE,
    &RECIPIENT_RETIRED,
    &TEMPLATE_BANNED_CLAIM,
    &TEMPLATE_BLOCK_MISSING,
    &TEMPLATE_DOCUMENT_INVALID,
    &TEMPLATE_EXTERNAL_RESOURCE,
    &TEMPLATE_OPTIONAL_UNGUARDED,
    &TEMPLATE_SUBJECT_NOT_ONE_LINE,
    &TEMPLATE_SYNTAX,
    &TEMPLATE_TOO_COSTLY,
    &TEMPLATE_TOO_LONG,
    &TEMPLATE_UNESCAPED,
    &TEMPLATE_UNKNOWN_VARIABLE,
    &TEMPLATE_VARIABLE_MISSING,
    &TEMPLATE_WRONG_TYPE,
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn the_catalogue_names_each_code_once() {
        let texts = super::ALL.iter().map(|code| code.text).collect::<BTreeSet<_>>();
        assert_eq!(texts.len(), super::ALL.len());
    }
}
