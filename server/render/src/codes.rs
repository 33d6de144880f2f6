//! Error codes of letters.

use kernel::{Code, ErrorKind::Internal, ErrorKind::Invalid, ErrorKind::LimitExceeded};

pub static LETTER_PAYMENT_CODE_INVALID: Code = Code::new(
    "letter.payment_code_invalid",
    Invalid,
    "The payment QR code cannot be made from these data.",
    "No se puede componer el código QR de pago con estos datos.",
);
pub static LETTER_PICTURE_INVALID: Code = Code::new(
    "letter.picture_invalid",
    Invalid,
    "A picture of the letter cannot be read: it must be a PNG or SVG without references to other files.",
    "No se puede leer una imagen de la carta: debe ser PNG o SVG, sin referencias a otros ficheros.",
);
pub static LETTER_RENDER_FAILED: Code = Code::new(
    "letter.render_failed",
    Internal,
    "The letter could not be set.",
    "No se ha podido componer la carta.",
);
pub static LETTER_TOO_LARGE: Code = Code::new(
    "letter.too_large",
    LimitExceeded,
    "The letter holds more text, rows or picture data than one document may.",
    "La carta contiene más texto, filas o imágenes de lo que admite un documento.",
);

/// Every code of this context, for the error catalogue.
pub static ALL: &[&Code] =
    &[&LETTER_PAYMENT_CODE_INVALID, &LETTER_PICTURE_INVALID, &LETTER_RENDER_FAILED, &LETTER_TOO_LARGE];
