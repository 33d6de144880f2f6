//! What is wrong with a rule set, with paths a front end can point at.

use kernel::{Code, Error, FieldError, Outcome};
use serde::{Deserialize, Serialize};

use super::check::Checked;
use super::codes;

const NAME_CHARS_MAX: usize = 200;
const CODE_BYTES_MAX: usize = 50;

kernel::text_enum! {
    /// How bad a finding is.
    pub enum Severity {
        /// The rule set cannot be used.
        Error = "error",
        /// It can, but probably says something else than was meant.
        Warning = "warning",
    }
}

/// One thing that is wrong with a rule set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where in the document, e.g. `steps[2].condition`.
    pub path: String,
    pub code: &'static Code,
    pub severity: Severity,
    /// What is wrong, with the offending value; in English.
    pub message: String,
}

/// A name in both languages of the product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    pub en: String,
    pub es: String,
}

impl Texts {
    /// The languages in which it is not a single line of sensible length.
    fn wrong(&self) -> impl Iterator<Item = &'static str> {
        let wrong = |text: &str| {
            text.trim().is_empty()
                || text.chars().count() > NAME_CHARS_MAX
                || text.chars().any(char::is_control)
        };
        [("en", wrong(&self.en)), ("es", wrong(&self.es))].into_iter().filter_map(|(l, w)| w.then_some(l))
    }
}

/// Findings as they are gathered, in the order of the document.
#[derive(Debug, Default)]
pub struct Findings(Vec<Finding>);

impl Findings {
    pub fn error(&mut self, path: impl Into<String>, code: &'static Code, message: impl Into<String>) {
        let severity = Severity::Error;
        self.0.push(Finding { path: path.into(), code, severity, message: message.into() });
    }

    pub fn warning(&mut self, path: impl Into<String>, code: &'static Code, message: impl Into<String>) {
        let severity = Severity::Warning;
        self.0.push(Finding { path: path.into(), code, severity, message: message.into() });
    }

    /// Takes over what the check of an expression found.
    pub fn expression(&mut self, path: &str, checked: Checked) {
        for fault in checked.faults {
            if fault.error {
                self.error(path, fault.code, fault.message);
            } else {
                self.warning(path, fault.code, fault.message);
            }
        }
    }

    /// A code by which a part of the document is named.
    pub fn code(&mut self, path: &str, text: &str) {
        self.code_as(path, text, &codes::CODE_INVALID);
    }

    /// A name that people read.
    pub fn name(&mut self, path: &str, name: &Texts) {
        self.name_as(path, name, &codes::NAME_MISSING);
    }

    /// The version of the document's shape.
    pub fn schema(&mut self, version: u32, supported: u32) {
        if version != supported {
            let message = format!("version {version} is not supported, this build reads {supported}");
            self.error("schema", &codes::SCHEMA_UNSUPPORTED, message);
        }
    }

    pub(crate) fn code_as(&mut self, path: &str, text: &str, code: &'static Code) {
        let fits = text.len() <= CODE_BYTES_MAX
            && text.bytes().next().is_some_and(|b| b.is_ascii_lowercase())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !fits {
            let message =
                format!("{:?} is not a code", text.chars().take(CODE_BYTES_MAX).collect::<String>());
            self.error(path, code, message);
        }
    }

    pub(crate) fn name_as(&mut self, path: &str, name: &Texts, code: &'static Code) {
        for language in name.wrong() {
            let message = format!("a single line of 1 to {NAME_CHARS_MAX} characters is required");
            self.error(format!("{path}.{language}"), code, message);
        }
    }

    pub fn into_vec(self) -> Vec<Finding> {
        self.0
    }
}

/// Refuses a rule set with errors.
///
/// # Errors
/// `of`, with one field error for each finding that is an error.
pub fn require_sound(findings: Vec<Finding>, of: &'static Code) -> Outcome<()> {
    let wrong = findings
        .into_iter()
        .filter(|f| f.severity == Severity::Error)
        .map(|f| FieldError { field: f.path, code: f.code, message: f.message })
        .collect::<Vec<_>>();
    if wrong.is_empty() { Ok(()) } else { Err(Error::fields(of, wrong)) }
}

/// Reads a document into the shape of its kind.
///
/// # Errors
/// `rule.document_invalid`, naming the place.
pub fn parse_document<T: for<'de> Deserialize<'de>>(document: &serde_json::Value) -> Outcome<T> {
    T::deserialize(document)
        .map_err(|error| Error::field("document", &codes::DOCUMENT_INVALID, error.to_string()))
}
