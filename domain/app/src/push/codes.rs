//! Error codes of pushing.

use kernel::Code;
use kernel::ErrorKind::{Conflict, Invalid, LimitExceeded, NotFound};

pub static ACCOUNT_MISSING: Code = Code::new(
    "push.account_missing",
    NotFound,
    "The account this row names has not been pushed yet; the row waits for it.",
    "La cuenta que nombra esta fila aún no se ha enviado; la fila la espera.",
);
pub static CHUNK_EMPTY: Code = Code::new(
    "push.chunk_empty",
    Invalid,
    "A chunk has at least one row.",
    "Un bloque tiene al menos una fila.",
);
pub static CHUNK_DIFFERS: Code = Code::new(
    "push.chunk_differs",
    Conflict,
    "This chunk number was acknowledged with other rows; they were not taken. Continue after the last acknowledged chunk.",
    "Este número de bloque se confirmó con otras filas; estas no se han tomado. Continúe tras el último bloque confirmado.",
);
pub static CHUNK_GAP: Code = Code::new(
    "push.chunk_gap",
    Conflict,
    "A chunk number was skipped; continue after the last acknowledged one.",
    "Se ha saltado un número de bloque; continúe tras el último confirmado.",
);
pub static CHUNK_TOO_LARGE: Code = Code::new(
    "push.chunk_too_large",
    LimitExceeded,
    "A chunk has at most 10,000 rows and 4 MiB.",
    "Un bloque tiene como máximo 10.000 filas y 4 MiB.",
);
pub static DUNNING_CHAINED: Code = Code::new(
    "push.dunning_account_chained",
    Conflict,
    "The account that receives another's letters must receive its own.",
    "La cuenta que recibe las cartas de otra debe recibir las suyas propias.",
);
pub static DUPLICATE_KEY: Code = Code::new(
    "push.duplicate_key",
    Conflict,
    "The same key stands earlier in this chunk; the first row counts.",
    "La misma clave aparece antes en este bloque; cuenta la primera fila.",
);
pub static ENTRY_IMMUTABLE: Code = Code::new(
    "push.entry_immutable",
    Conflict,
    "A ledger entry of this key exists with other content; entries are reversed, not changed.",
    "Ya existe un apunte con esta clave y otro contenido; los apuntes se anulan, no se cambian.",
);
pub static CONTACT_ACCOUNT_CHANGED: Code = Code::new(
    "contact.account_changed",
    Conflict,
    "A contact keeps its account; retire it and push another one under the new account.",
    "Un contacto conserva su cuenta; dé de baja este y envíe otro en la cuenta nueva.",
);
pub static ALLOCATIONS_MISPLACED: Code = Code::new(
    "push.allocations_misplaced",
    Invalid,
    "Allocations belong to a payment on the account; this row names its receivable, or the entry it takes back.",
    "El desglose corresponde a un pago a cuenta; esta fila nombra su partida, o el apunte que anula.",
);
pub static CONTROL_TOTALS_TOO_MANY: Code = Code::new(
    "push.control_totals_too_many",
    LimitExceeded,
    "A session takes at most 1,000 control totals.",
    "Una sesión admite como máximo 1.000 totales de control.",
);
pub static OPEN_AMOUNT_OLD: Code = Code::new(
    "push.open_amount_old",
    Conflict,
    "The item has moved after the day of this session; what was open on that day is not taken for what is open now.",
    "La partida se ha movido después del día de esta sesión; lo que estaba abierto ese día no se toma por lo que está abierto hoy.",
);
pub static CURRENCY_CHANGED: Code = Code::new(
    "receivable.currency_changed",
    Conflict,
    "The currency of a receivable cannot change.",
    "La divisa de una partida no puede cambiar.",
);
pub static CURRENCY_DIFFERS: Code = Code::new(
    "entry.currency_differs",
    Invalid,
    "The entry's currency is not the receivable's.",
    "La divisa del apunte no es la de la partida.",
);
pub static ENTRY_MISSING: Code = Code::new(
    "push.entry_missing",
    NotFound,
    "The entry that this row takes back has not been pushed yet; the row waits for it.",
    "El apunte que anula esta fila aún no se ha enviado; la fila lo espera.",
);
pub static ENTRY_NOT_REVERSIBLE: Code = Code::new(
    "push.entry_not_reversible",
    Conflict,
    "This entry cannot be reversed by its key.",
    "Este apunte no se puede anular por su clave.",
);
pub static PARTY_MISSING: Code = Code::new(
    "push.party_missing",
    NotFound,
    "The party this row names has not been pushed yet; the row waits for it.",
    "El tercero que nombra esta fila aún no se ha enviado; la fila lo espera.",
);
pub static PORTFOLIO_UNKNOWN: Code = Code::new(
    "push.portfolio_unknown",
    NotFound,
    "There is no portfolio of this code.",
    "No existe ninguna cartera con ese código.",
);
pub static ORDER_MISSING: Code = Code::new(
    "push.order_missing",
    NotFound,
    "The order this row names has not been pushed yet for its account; the row waits for it.",
    "El pedido que nombra esta fila aún no se ha enviado para su cuenta; la fila lo espera.",
);
pub static RESERVATION_NOT_ACTIVE: Code = Code::new(
    "push.reservation_not_active",
    NotFound,
    "The reservation this order names is unknown, released, expired or taken by another order; the order counts all the same.",
    "La reserva que nombra este pedido no existe, se liberó, caducó o la tomó otro pedido; el pedido cuenta igualmente.",
);
pub static RECEIVABLE_MISSING: Code = Code::new(
    "push.receivable_missing",
    NotFound,
    "The receivable this row names has not been pushed yet; the row waits for it.",
    "La partida que nombra esta fila aún no se ha enviado; la fila la espera.",
);
pub static REHEARSAL_UNDER_WAY: Code = Code::new(
    "push.rehearsal_under_way",
    Conflict,
    "The chunks of this dry run have not come to their end: read its stream to the end, or send them again.",
    "Los bloques de este ensayo no han llegado a su fin: lea su flujo hasta el final o envíelos de nuevo.",
);
pub static REVERSAL_DIFFERS: Code = Code::new(
    "push.reversal_differs",
    Conflict,
    "A reversal states the amount and currency of the entry it takes back.",
    "Una anulación indica el importe y la divisa del apunte que anula.",
);
pub static AS_OF_FUTURE: Code = Code::new(
    "push.as_of_future",
    Invalid,
    "The session speaks of a day that has not come.",
    "La sesión habla de un día que aún no ha llegado.",
);
pub static AS_OF_OLD: Code = Code::new(
    "push.as_of_old",
    Conflict,
    "A snapshot of a later day was finished already; an older one would close what came since.",
    "Ya se ha cerrado un volcado de un día posterior; uno más antiguo cerraría lo llegado desde entonces.",
);
pub static SEQUENCE_OLD: Code = Code::new(
    "push.sequence_old",
    Conflict,
    "A session with this or a newer sequence was finished already.",
    "Ya se ha cerrado una sesión con esta secuencia o una posterior.",
);
pub static SESSION_NOT_OPEN: Code = Code::new(
    "push.session_not_open",
    Conflict,
    "The session is not open any more.",
    "La sesión ya no está abierta.",
);
pub static SESSION_OTHER_OPEN: Code = Code::new(
    "push.session_other_open",
    Conflict,
    "Another session of this source is open; finish or abort it first.",
    "Hay otra sesión abierta de esta fuente; ciérrela o abórtela antes.",
);
pub static SNAPSHOT_SHRUNK: Code = Code::new(
    "push.snapshot_shrunk",
    Conflict,
    "The snapshot would close more open items than its safety threshold allows; a person must confirm.",
    "El volcado cerraría más partidas abiertas de las que permite su umbral; debe confirmarlo una persona.",
);
pub static CONTROL_UNEQUAL: Code = Code::new(
    "push.control_unequal",
    Conflict,
    "The control totals differ from what is stored; dunning waits.",
    "Los totales de control no cuadran con lo guardado; el recobro espera.",
);
pub static LEGAL_ENTITY_DIFFERS: Code = Code::new(
    "push.legal_entity_differs",
    Invalid,
    "The source belongs to another legal entity.",
    "La fuente pertenece a otra sociedad.",
);

/// Every code of this module, for the catalogue.
pub static ALL: &[&Code] = &[
    &AS_OF_FUTURE,
    &AS_OF_OLD,
    &ACCOUNT_MISSING,
    &CHUNK_EMPTY,
    &CHUNK_DIFFERS,
    &CHUNK_GAP,
    &CHUNK_TOO_LARGE,
    &CONTACT_ACCOUNT_CHANGED,
    &ALLOCATIONS_MISPLACED,
    &CONTROL_TOTALS_TOO_MANY,
    &CONTROL_UNEQUAL,
    &CURRENCY_CHANGED,
    &OPEN_AMOUNT_OLD,
    &CURRENCY_DIFFERS,
    &DUNNING_CHAINED,
    &DUPLICATE_KEY,
    &ENTRY_IMMUTABLE,
    &ENTRY_MISSING,
    &ENTRY_NOT_REVERSIBLE,
    &LEGAL_ENTITY_DIFFERS,
    &PARTY_MISSING,
    &PORTFOLIO_UNKNOWN,
    &ORDER_MISSING,
    &RESERVATION_NOT_ACTIVE,
    &RECEIVABLE_MISSING,
    &REHEARSAL_UNDER_WAY,
    &REVERSAL_DIFFERS,
    &SEQUENCE_OLD,
    &SESSION_NOT_OPEN,
    &SESSION_OTHER_OPEN,
    &SNAPSHOT_SHRUNK,
];
