//! Error codes of external ratings.

use kernel::Code;
use kernel::ErrorKind::{Conflict, Invalid, NotFound, Unavailable};

pub static FILE_COLUMNS: Code = Code::new(
    "external_rating.file_columns",
    Invalid,
    "The first line must name the columns, each known and once, with rated_on and some identifier among them.",
    "La primera línea debe nombrar las columnas, conocidas y sin repetir, con rated_on y algún identificador.",
);
pub static FILE_INVALID: Code = Code::new(
    "external_rating.file_invalid",
    Invalid,
    "The file cannot be read as CSV.",
    "El fichero no se puede leer como CSV.",
);
pub static INBOX_RESOLVED: Code = Code::new(
    "external_inbox.resolved",
    Conflict,
    "This report has been settled already.",
    "Este informe ya fue resuelto.",
);
pub static PROVIDER_UNKNOWN: Code = Code::new(
    "rating_provider.unknown",
    NotFound,
    "There is no rating provider with this code.",
    "No existe ningún proveedor de calificaciones con este código.",
);
pub static PROVIDER_UNREACHABLE: Code = Code::new(
    "rating_provider.unreachable",
    Unavailable,
    "The rating provider did not answer in time, or not in its form; what came before is kept.",
    "El proveedor de calificaciones no respondió a tiempo o no con su formato; lo anterior se conserva.",
);
pub static PROVIDER_VALIDITY: Code = Code::new(
    "rating_provider.validity",
    Invalid,
    "A rating is relied on for 1 to 3650 days.",
    "Una calificación se tiene en cuenta de 1 a 3650 días.",
);
pub static TOO_MANY: Code = Code::new(
    "external_rating.too_many",
    Invalid,
    "At most 5000 reports can be taken in at once.",
    "Se pueden recibir como máximo 5000 informes de una vez.",
);

/// Every code of this module, for the catalogue.
pub static ALL: &[&Code] = &[
    &FILE_COLUMNS,
    &FILE_INVALID,
    &INBOX_RESOLVED,
    &PROVIDER_UNKNOWN,
    &PROVIDER_UNREACHABLE,
    &PROVIDER_VALIDITY,
    &TOO_MANY,
];
