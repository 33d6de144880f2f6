//! Error codes of reading the ledger and of allocating by hand.

use kernel::Code;
use kernel::ErrorKind::{Conflict, Invalid};

pub static AGEING_BOTH_BUCKETS: Code = Code::new(
    "ageing.both_buckets",
    Invalid,
    "Name a bucket set or give bounds, not both.",
    "Indique un conjunto de tramos o unos límites, no ambos.",
);
pub static ALLOCATION_NOT_CREDIT: Code = Code::new(
    "allocation.not_a_credit",
    Conflict,
    "Only a credit with something left can be allocated: a credit note, unallocated cash, or an overpaid item.",
    "Solo se puede aplicar un saldo a favor: un abono, un cobro sin aplicar o una partida pagada de más.",
);
pub static ALLOCATION_NOTHING: Code = Code::new(
    "allocation.nothing_found",
    Conflict,
    "The rules found no open item for this credit; name the items, or leave it unallocated.",
    "Las reglas no encontraron ninguna partida para este abono; indíquelas o déjelo sin aplicar.",
);
pub static ALLOCATION_REVERSED: Code = Code::new(
    "allocation.already_reversed",
    Conflict,
    "This allocation was taken back already.",
    "Esta aplicación ya se deshizo.",
);
pub static AS_OF_FUTURE: Code = Code::new(
    "as_of.in_future",
    Invalid,
    "The business date asked for has not come yet.",
    "La fecha pedida todavía no ha llegado.",
);
pub static EFFECTIVE_FUTURE: Code = Code::new(
    "effective_on.in_future",
    Invalid,
    "An allocation cannot take effect on a day that has not come yet.",
    "Una aplicación no puede tener efecto en un día que aún no ha llegado.",
);
pub static EFFECTIVE_EARLY: Code = Code::new(
    "effective_on.too_early",
    Invalid,
    "An allocation takes effect once both documents are issued and open over its amount ever since, and is taken back no earlier than \
     it took effect.",
    "Una aplicación tiene efecto cuando ambos documentos están emitidos y desde entonces abiertos por su importe, y no se deshace antes \
     de tener efecto.",
);
pub static KNOWN_AT_FUTURE: Code = Code::new(
    "known_at.in_future",
    Invalid,
    "What will be known at an instant to come cannot be told.",
    "No se puede decir qué se sabrá en un instante futuro.",
);
pub static KNOWN_AT_INVALID: Code = Code::new(
    "known_at.invalid",
    Invalid,
    "An instant has the form of RFC 3339, e.g. 2026-06-30T22:00:00Z; write + as %2B in a query.",
    "Un instante tiene la forma de RFC 3339, p. ej. 2026-06-30T22:00:00Z; en una consulta, + se escribe %2B.",
);
pub static KNOWN_AT_BEFORE_RECORDS: Code = Code::new(
    "known_at.before_first_record",
    Invalid,
    "Nothing of this was recorded at that instant yet, so its figures would be missing rather than zero.",
    "En ese instante aún no se había registrado nada de esto; las cifras faltarían, no serían cero.",
);
pub static SEARCH_TOO_SHORT: Code = Code::new(
    "search.too_short",
    Invalid,
    "A search needs at least two letters or digits.",
    "Una búsqueda necesita al menos dos letras o cifras.",
);
pub static RATE_SOURCE_REQUIRED: Code = Code::new(
    "fx.source_required",
    Invalid,
    "A conversion names the source of its rates; no default is guessed.",
    "Una conversión indica el origen de sus tipos de cambio; no se supone ninguno.",
);

/// Every code of this module, for the catalogue.
pub static ALL: &[&Code] = &[
    &AGEING_BOTH_BUCKETS,
    &ALLOCATION_NOT_CREDIT,
    &ALLOCATION_NOTHING,
    &ALLOCATION_REVERSED,
    &AS_OF_FUTURE,
    &EFFECTIVE_EARLY,
    &EFFECTIVE_FUTURE,
    &KNOWN_AT_BEFORE_RECORDS,
    &KNOWN_AT_FUTURE,
    &KNOWN_AT_INVALID,
    &RATE_SOURCE_REQUIRED,
    &SEARCH_TOO_SHORT,
];
