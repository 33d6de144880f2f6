//! What a check has to say: errors that refuse a row, notices that only accompany it.

use kernel::{Code, Error, FieldError, Outcome};

/// Something worth telling about an accepted row. It never refuses the row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Path of the field as the caller wrote it.
    pub field: String,
    pub code: &'static Code,
    pub message: String,
}

/// A value that passed its check, with what is worth telling about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked<T> {
    pub value: T,
    pub notices: Vec<Notice>,
}

/// Gathers every finding of one row, so that a sender can mend all its fields at once.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    errors: Vec<FieldError>,
    notices: Vec<Notice>,
}

impl Findings {
    pub(crate) fn wrong(
        &mut self,
        field: impl Into<String>,
        code: &'static Code,
        message: impl Into<String>,
    ) {
        self.errors.push(FieldError { field: field.into(), code, message: message.into() });
    }

    pub(crate) fn notice(
        &mut self,
        field: impl Into<String>,
        code: &'static Code,
        message: impl Into<String>,
    ) {
        self.notices.push(Notice { field: field.into(), code, message: message.into() });
    }

    /// The value of a check that passed; the errors of one that did not are kept.
    pub(crate) fn keep<T>(&mut self, outcome: Outcome<T>) -> Option<T> {
        match outcome {
            Ok(value) => Some(value),
            Err(error) => {
                self.errors.extend_from_slice(error.field_errors());
                if error.field_errors().is_empty() {
                    self.wrong("", error.code(), error.message(false).to_owned());
                }
                None
            }
        }
    }

    /// The checked value if nothing was wrong.
    ///
    /// # Errors
    /// The code of the one wrong field, or `several` with every wrong field and its own code.
    pub(crate) fn finish<T>(self, value: T, several: &'static Code) -> Outcome<Checked<T>> {
        match self.errors.as_slice() {
            [] => Ok(Checked { value, notices: self.notices }),
            [one] => Err(Error::field(one.field.clone(), one.code, one.message.clone())),
            [_, _, ..] => Err(Error::fields(several, self.errors)),
        }
    }
}
