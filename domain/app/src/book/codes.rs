//! Error codes of the book.

use kernel::Code;
use kernel::ErrorKind::{Conflict, Invalid};

pub static CLOCK_BACKWARDS: Code = Code::new(
    "book.clock_backwards",
    Invalid,
    "A clock that was moved goes forward only: what was recorded would lie in the future.",
    "Un reloj que se ha movido solo avanza: lo ya registrado quedaría en el futuro.",
);
pub static NOT_TEST: Code = Code::new(
    "book.not_test",
    Conflict,
    "Only the clock of a test book can be moved; this book is real.",
    "Solo se puede mover el reloj de un libro de pruebas; este libro es real.",
);

/// Every code of this module, for the catalogue.
pub static ALL: &[&Code] = &[&CLOCK_BACKWARDS, &NOT_TEST];
