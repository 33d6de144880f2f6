//! Error codes of rates and bucket sets.

use kernel::Code;
use kernel::ErrorKind::{AlreadyExists, Invalid};

pub static BUCKET_SET_CODE_INVALID: Code = Code::new(
    "ageing.code_invalid",
    Invalid,
    "The code of a bucket set has 1 to 40 characters: letters, digits, point, hyphen and underscore.",
    "El código de un juego de tramos tiene de 1 a 40 caracteres: letras, cifras, punto, guion y guion bajo.",
);
pub static BUCKET_SET_CODE_TAKEN: Code = Code::new(
    "ageing.code_taken",
    AlreadyExists,
    "There is a bucket set of this code already.",
    "Ya existe un juego de tramos con ese código.",
);
pub static FX_RATE_COUNT: Code = Code::new(
    "fx.rate_count",
    Invalid,
    "One call records 1 to 1000 exchange rates.",
    "Una llamada registra de 1 a 1000 tipos de cambio.",
);
pub static FX_RATE_REPEATED: Code = Code::new(
    "fx.rate_repeated",
    Invalid,
    "The same pair and day stand twice in one call.",
    "El mismo par y día aparecen dos veces en una llamada.",
);

/// Every code of this module, for the catalogue.
pub static ALL: &[&Code] =
    &[&BUCKET_SET_CODE_INVALID, &BUCKET_SET_CODE_TAKEN, &FX_RATE_COUNT, &FX_RATE_REPEATED];
