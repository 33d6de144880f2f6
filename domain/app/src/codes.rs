//! Error codes of the use cases that belong to no single context.

use kernel::Code;
use kernel::ErrorKind::{Conflict, Internal, Invalid, NotFound, PreconditionFailed, Unavailable};

pub static FEED_LIMIT: Code = Code::new(
    "event.feed_limit",
    Invalid,
    "The feed is read after a number from 0 on, 1 to 1000 events at once.",
    "El flujo se lee tras un número desde 0, de 1 a 1000 eventos cada vez.",
);
pub static IDEMPOTENCY_ANSWER_WITHHELD: Code = Code::new(
    "idempotency.answer_withheld",
    Conflict,
    "This call was already carried out; its answer held a secret and is not repeated.",
    "Esta llamada ya se ejecutó; su respuesta contenía un secreto y no se repite.",
);
pub static IDEMPOTENCY_IN_PROGRESS: Code = Code::new(
    "idempotency.in_progress",
    Conflict,
    "A call with the same Idempotency-Key is still running; try again in a moment.",
    "Una llamada con la misma Idempotency-Key sigue en curso; inténtelo de nuevo en un momento.",
);
pub static IDEMPOTENCY_KEY_REUSED: Code = Code::new(
    "idempotency.key_reused",
    Conflict,
    "This Idempotency-Key was used for another request.",
    "Esta Idempotency-Key se usó para otra petición.",
);
pub static INTERNAL: Code = Code::new(
    "internal",
    Internal,
    "Something went wrong on our side; the log holds the cause under this request id.",
    "Algo ha fallado por nuestra parte; el registro guarda la causa con este identificador de petición.",
);
pub static LIST_BAD_CURSOR: Code = Code::new(
    "list.bad_cursor",
    Invalid,
    "The cursor was not made by this list with this order.",
    "El cursor no procede de esta lista con este orden.",
);
pub static LIST_BAD_FILTER: Code = Code::new(
    "list.bad_filter",
    Invalid,
    "A filter's value has the wrong form, or is none that can be found.",
    "El valor de un filtro no tiene la forma correcta, o no es ninguno de los que puede haber.",
);
pub static LIST_UNKNOWN_FILTER: Code = Code::new(
    "list.unknown_filter",
    Invalid,
    "This list has no such filter.",
    "Esta lista no tiene ese filtro.",
);
pub static LIST_UNKNOWN_SORT: Code =
    Code::new("list.unknown_sort", Invalid, "This list has no such order.", "Esta lista no tiene ese orden.");
pub static LOGIN_INVALID: Code = Code::new(
    "access.login_invalid",
    Invalid,
    "A login has 2 to 60 lower-case letters, digits, points, hyphens, underscores or @.",
    "Un usuario tiene de 2 a 60 minúsculas, cifras, puntos, guiones, guiones bajos o @.",
);
pub static LOGIN_TAKEN: Code = Code::new(
    "access.login_taken",
    kernel::ErrorKind::AlreadyExists,
    "This login is in use.",
    "Ese usuario ya existe.",
);
pub static NOT_FOUND: Code = Code::new(
    "not_found",
    NotFound,
    "It does not exist, or lies outside your rights.",
    "No existe o queda fuera de sus derechos.",
);
pub static OVERLOADED: Code = Code::new(
    "overloaded",
    Unavailable,
    "Too many requests at once; nothing was done, try again shortly.",
    "Demasiadas peticiones a la vez; no se ha hecho nada, inténtelo en breve.",
);
pub static DATABASE_UNAVAILABLE: Code = Code::new(
    "database.unavailable",
    Unavailable,
    "The database cannot be reached; nothing was done, try again shortly.",
    "No se puede acceder a la base de datos; no se ha hecho nada, inténtelo en breve.",
);
pub static DATABASE_CONTENDED: Code = Code::new(
    "database.contended",
    Unavailable,
    "Others change the same rows at the moment; nothing was done, try again shortly.",
    "Otros cambian ahora las mismas filas; no se ha hecho nada, inténtelo en breve.",
);
pub static DATABASE_FULL: Code = Code::new(
    "database.full",
    Unavailable,
    "The database has no room left; nothing was done. Free disk space and try again.",
    "La base de datos no tiene espacio; no se ha hecho nada. Libere disco e inténtelo de nuevo.",
);
pub static VERSION_MISMATCH: Code = Code::new(
    "version.mismatch",
    PreconditionFailed,
    "The object was changed since it was read; read it again.",
    "El objeto ha cambiado desde que se leyó; vuelva a leerlo.",
);

/// Every code of this module, for the catalogue.
pub static ALL: &[&Code] = &[
    &DATABASE_CONTENDED,
    &DATABASE_FULL,
    &DATABASE_UNAVAILABLE,
    &FEED_LIMIT,
    &IDEMPOTENCY_ANSWER_WITHHELD,
    &IDEMPOTENCY_IN_PROGRESS,
    &IDEMPOTENCY_KEY_REUSED,
    &INTERNAL,
    &LIST_BAD_CURSOR,
    &LIST_BAD_FILTER,
    &LIST_UNKNOWN_FILTER,
    &LIST_UNKNOWN_SORT,
    &LOGIN_INVALID,
    &LOGIN_TAKEN,
    &NOT_FOUND,
    &OVERLOADED,
    &VERSION_MISMATCH,
];
