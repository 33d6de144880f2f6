//! What a file turned out to be, where its profile left it open.

use std::collections::BTreeMap;

use super::date::DateOrder;
use super::encoding::Charset;
use super::number::NumberStyle;

kernel::text_enum! {
    /// The form of a file, once decided.
    pub enum Format {
        Csv = "csv",
        Ndjson = "ndjson",
    }
}

/// The decided form of one file: what the profile states, completed by [`inspect`](super::inspect::inspect).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialect {
    pub format: Format,
    pub charset: Charset,
    /// A sign of ASCII; not used for NDJSON.
    pub delimiter: u8,
    /// How the dates of each column are written, where the profile says `auto`.
    pub dates: BTreeMap<String, DateOrder>,
    /// How the numbers of each column are written, where the profile says `auto`.
    pub numbers: BTreeMap<String, NumberStyle>,
}
