//! What rule sets of every kind have in common: the answer of a check.

use domain::rules::finding::{Finding, Severity};
use kernel::{Error, FieldError};
use serde::{Deserialize, Serialize};

/// One thing that is wrong with a rule set, in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Where in the document, e.g. `steps[2].condition`.
    pub path: String,
    pub code: String,
    /// `error` or `warning`.
    pub severity: String,
    /// What is wrong, with the value at hand.
    pub message: String,
    /// What this code means.
    pub en: String,
    pub es: String,
}

/// What checking a document found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// Whether it can be put into force: there is no error among the problems.
    pub valid: bool,
    pub problems: Vec<Problem>,
}

impl Checked {
    pub(crate) fn of(findings: Vec<Finding>) -> Self {
        let valid = !findings.iter().any(|f| f.severity == Severity::Error);
        let problem = |f: Finding| Problem {
            path: f.path,
            code: f.code.text.to_owned(),
            severity: f.severity.to_string(),
            message: f.message,
            en: f.code.en.to_owned(),
            es: f.code.es.to_owned(),
        };
        Self { valid, problems: findings.into_iter().map(problem).collect() }
    }

    /// A document that does not have the shape of its kind.
    pub(crate) fn misshapen(error: &Error) -> Self {
        let finding = |f: &FieldError| Finding {
            path: f.field.clone(),
            code: f.code,
            severity: Severity::Error,
            message: f.message.clone(),
        };
        Self::of(error.field_errors().iter().map(finding).collect())
    }
}
