//! One row of a file before anything is mapped.

use std::sync::Arc;

/// How a value was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CellKind {
    /// A field of CSV or a string of JSON.
    Text,
    /// A number of JSON.
    Number,
    /// `true` or `false` of JSON.
    Flag,
}

/// One value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) kind: CellKind,
}

/// One row of a file.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) line: u64,
    pub(super) text: Arc<str>,
    /// Names of the cells: the header's, or the keys of this JSON object.
    pub(super) names: Arc<[String]>,
    pub(super) cells: Vec<Cell>,
}
