//! One error type for the whole core; each door converts it once, at its edge.

use std::fmt;

/// How an error is answered. The doors map each kind to one HTTP status and one gRPC code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The request itself is wrong and will stay wrong.
    Invalid,
    /// Who is calling is not known.
    Unauthenticated,
    /// The caller is known and may not do this.
    Forbidden,
    /// The addressed thing does not exist, or not for this caller.
    NotFound,
    /// It exists already.
    AlreadyExists,
    /// The state of the thing does not allow it now.
    Conflict,
    /// A stated version or condition no longer holds.
    PreconditionFailed,
    /// A documented limit is exceeded.
    LimitExceeded,
    /// Try again later; nothing was done.
    Unavailable,
    /// Our fault; the cause is in the log only.
    Internal,
}

/// A stable error code with its documentation. Codes are declared once, as statics, in the `codes` modules.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// `context.reason`, never changed once published.
    pub text: &'static str,
    pub kind: ErrorKind,
    /// What happened and what to do, in English.
    pub en: &'static str,
    /// The same in Spanish.
    pub es: &'static str,
}

impl Code {
    pub const fn new(text: &'static str, kind: ErrorKind, en: &'static str, es: &'static str) -> Self {
        Self { text, kind, en, es }
    }
}

/// One offending field of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Path of the field as the caller wrote it, e.g. `contacts[2].email`.
    pub field: String,
    pub code: &'static Code,
    /// What is wrong with it, with the offending value where that is safe to repeat.
    pub message: String,
}

/// An error of the core. `Display` prints the external half only; `internal` goes to the log.
#[derive(Debug, Clone)]
pub struct Error {
    code: &'static Code,
    message: Option<String>,
    fields: Vec<FieldError>,
    internal: Option<String>,
    /// Few errors have any, and every outcome is as large as an error.
    remedy: Option<Box<Remedy>>,
}

/// What helps a caller to go on.
#[derive(Debug, Clone, Default)]
struct Remedy {
    retry_after_seconds: Option<u32>,
    facts: Vec<(&'static str, String)>,
}

impl Error {
    /// The error `code` with its documented text.
    pub fn new(code: &'static Code) -> Self {
        Self { code, message: None, fields: Vec::new(), internal: None, remedy: None }
    }

    /// The error `code` with a text that names the values at hand. The text is shown to the caller.
    pub fn with(code: &'static Code, message: impl Into<String>) -> Self {
        Self { message: Some(message.into()), ..Self::new(code) }
    }

    /// A single wrong field.
    pub fn field(field: impl Into<String>, code: &'static Code, message: impl Into<String>) -> Self {
        let message = message.into();
        let wrong = FieldError { field: field.into(), code, message: message.clone() };
        Self { message: Some(message), fields: vec![wrong], ..Self::new(code) }
    }

    /// Several wrong fields under one code; the message counts them.
    pub fn fields(code: &'static Code, fields: Vec<FieldError>) -> Self {
        let message =
            fields.iter().map(|f| format!("{}: {}", f.field, f.message)).collect::<Vec<_>>().join("; ");
        Self { message: Some(message), fields, ..Self::new(code) }
    }

    /// Adds what only the log may know.
    #[must_use]
    pub fn caused_by(mut self, cause: impl fmt::Display) -> Self {
        self.internal = Some(cause.to_string());
        self
    }

    /// Tells the caller when trying again makes sense.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.remedy.get_or_insert_default().retry_after_seconds = Some(seconds);
        self
    }

    /// Adds what a program needs to go on, by a stable name: it must not read it out of a message.
    #[must_use]
    pub fn naming(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.remedy.get_or_insert_default().facts.push((name, value.to_string()));
        self
    }

    /// Calls fields what the caller calls them: `lines[2]` for `explicit[2]`.
    #[must_use]
    pub fn rename_field(mut self, from: &str, to: &str) -> Self {
        for wrong in &mut self.fields {
            if let Some(rest) = wrong.field.strip_prefix(from) {
                wrong.field = format!("{to}{rest}");
            }
        }
        self
    }

    pub fn code(&self) -> &'static Code {
        self.code
    }

    pub fn kind(&self) -> ErrorKind {
        self.code.kind
    }

    /// The external message, in English unless the code's own text is used and `spanish` is asked for.
    pub fn message(&self, spanish: bool) -> &str {
        match &self.message {
            Some(message) => message,
            None if spanish => self.code.es,
            None => self.code.en,
        }
    }

    pub fn field_errors(&self) -> &[FieldError] {
        &self.fields
    }

    pub fn internal(&self) -> Option<&str> {
        self.internal.as_deref()
    }

    pub fn retry_after_seconds(&self) -> Option<u32> {
        self.remedy.as_ref()?.retry_after_seconds
    }

    pub fn facts(&self) -> &[(&'static str, String)] {
        self.remedy.as_ref().map_or(&[], |remedy| &remedy.facts)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message(false))
    }
}

impl std::error::Error for Error {}
