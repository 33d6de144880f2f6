//! Identifiers of the outside world (tax ids, IBAN, LEI, countries, e-mail), checked by their own arithmetic.

pub mod codes;
