//! What is wrong with one row of a file.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use kernel::{Code, Error};

use super::codes;
use super::rows::Origin;

/// Why one row was not read, or was refused later. Its neighbours are not affected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// Line of the file on which the row begins, from 1.
    pub line: u64,
    /// The column of the file that holds the offending value.
    pub column: Option<String>,
    /// The field it was meant for, e.g. `receivable.due_on`.
    pub field: Option<String>,
    /// Stable code: one of this module, of the kernel, or of the server that refused the row.
    pub code: Cow<'static, str>,
    /// What is wrong, with the value.
    pub message: String,
    /// The row as it stood in the file; shortened only when its line is longer than accepted.
    pub record: Arc<str>,
}

impl RowError {
    /// The refusal of a row that had been read, e.g. by the server.
    pub fn refused(
        origin: &Origin,
        field: &str,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            line: origin.line,
            column: None,
            field: (!field.is_empty()).then(|| field.to_owned()),
            code: code.into(),
            message: message.into(),
            record: Arc::clone(&origin.record),
        }
    }

    /// Whether the file could not be read on: rows may be missing, and a snapshot must not be finished.
    pub fn ends_the_file(&self) -> bool {
        self.code == codes::READ_FAILED.text
    }

    pub(super) fn new(line: u64, record: &Arc<str>, wrong: Wrong) -> Self {
        Self {
            line,
            column: wrong.column,
            field: wrong.field,
            code: Cow::Borrowed(wrong.code.text),
            message: wrong.message,
            record: Arc::clone(record),
        }
    }
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        if let Some(field) = &self.field {
            write!(f, ", {field}")?;
        }
        write!(f, ": {} ({})", self.message, self.code)
    }
}

impl std::error::Error for RowError {}

/// A wrong value before the row and the file are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) code: &'static Code,
    pub(super) message: String,
    pub(super) column: Option<String>,
    pub(super) field: Option<String>,
}

impl Wrong {
    pub(super) fn new(code: &'static Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), column: None, field: None }
    }

    /// Takes over an error of a value type.
    pub(super) fn from_error(error: &Error) -> Self {
        Self::new(error.code(), error.to_string())
    }

    pub(super) fn in_column(mut self, column: Option<&str>) -> Self {
        self.column = column.map(str::to_owned);
        self
    }

    pub(super) fn for_field(mut self, field: String) -> Self {
        self.field = Some(field);
        self
    }
}
