//! Value types every other crate speaks: money, dates, ids, errors, identifiers of the outside world.
//!
//! Nothing here knows a rule of credit or collections, and nothing reads a clock, a random source or a file.

pub mod calendar;
pub mod clock;
pub mod error;
pub mod id;
pub mod money;
pub mod page;
pub mod rate;
pub mod registry;
pub mod secret;
pub mod text;
pub mod text_enum;
pub mod time;

pub use error::{Code, Error, ErrorKind, FieldError};
pub use money::{Currency, Money};
pub use rust_decimal::Decimal;
pub use time::{Date, Instant};

/// What every fallible operation of the core returns.
pub type Outcome<T> = Result<T, Error>;
