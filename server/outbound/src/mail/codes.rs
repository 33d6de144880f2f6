//! Error codes of composing mail and of configuring relays.

use kernel::{Code, ErrorKind::Invalid};

pub static ADDRESS_INVALID: Code = Code::new(
    "mail.address_invalid",
    Invalid,
    "The mail address cannot be used.",
    "La dirección de correo electrónico no se puede usar.",
);
pub static ATTACHMENT_INVALID: Code = Code::new(
    "mail.attachment_invalid",
    Invalid,
    "The attachment has a file name or content type that cannot be sent.",
    "El adjunto tiene un nombre de fichero o un tipo de contenido que no se puede enviar.",
);
pub static HEADER_CONTROL_CHARACTER: Code = Code::new(
    "mail.header_control_character",
    Invalid,
    "A header of the mail holds a line break or another control character.",
    "Una cabecera del correo contiene un salto de línea u otro carácter de control.",
);
pub static HEADER_INVALID: Code = Code::new(
    "mail.header_invalid",
    Invalid,
    "The name of the additional header is malformed, used twice, or set by the server itself.",
    "El nombre de la cabecera adicional es incorrecto, está repetido o lo pone el propio servidor.",
);
pub static LINE_TOO_LONG: Code = Code::new(
    "mail.line_too_long",
    Invalid,
    "A header holds a word that is too long to be sent.",
    "Una cabecera contiene una palabra demasiado larga para enviarla.",
);
pub static MESSAGE_ID_INVALID: Code = Code::new(
    "mail.message_id_invalid",
    Invalid,
    "The message id does not have the form left@right.",
    "El identificador del mensaje no tiene la forma izquierda@derecha.",
);
pub static RECIPIENTS_INVALID: Code = Code::new(
    "mail.recipients_invalid",
    Invalid,
    "The mail has no recipient, or more than a relay must accept.",
    "El correo no tiene destinatario, o tiene más de los que un servidor debe aceptar.",
);
pub static RELAY_INVALID: Code = Code::new(
    "mail.relay_invalid",
    Invalid,
    "The mail relay is configured in a way that cannot work.",
    "El servidor de correo está configurado de una forma que no puede funcionar.",
);

/// Every code of this module, for the catalogue.
pub static ALL: &[&Code] = &[
    &ADDRESS_INVALID,
    &ATTACHMENT_INVALID,
    &HEADER_CONTROL_CHARACTER,
    &HEADER_INVALID,
    &LINE_TOO_LONG,
    &MESSAGE_ID_INVALID,
    &RECIPIENTS_INVALID,
    &RELAY_INVALID,
];
