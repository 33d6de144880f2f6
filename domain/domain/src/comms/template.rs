//! Message templates: what people write, checked when it is saved, rendered the same way every time.
//!
//! A template is one document per code and language with up to four parts: subject, text, HTML and letter. Its language
//! is Jinja (crate `minijinja`) over the typed variables of [`schema`]. Invariants: a missing value is an error and
//! never a blank; a template that [`lint()`] passes renders for every shape of message; the HTML part escapes every
//! variable; rendering the same variables gives the same bytes.

mod claims;
mod defaults;
mod document;
mod engine;
pub mod formats;
mod lint;
mod markup;
mod render;
mod samples;
pub mod schema;
mod values;
mod variables;

use kernel::{Code, Error, FieldError};

use super::{ContactPurpose, LanguageTag, codes};
pub use claims::banned_claims;
pub use defaults::{DEFAULT_CODES, default_template};
pub use document::{Align, Column, LetterBlock, SCHEMA, TableSource, TemplateDocument};
pub use engine::CompiledTemplate;
pub use lint::lint;
pub use render::{LetterPiece, LetterTable, Rendered};
pub use samples::sample;
pub use variables::{
    AccountVariables, ContactVariables, CreditVariables, EntityVariables, InterestVariables, ItemVariables,
    PartyVariables, PaymentVariables, SignatoryVariables, StepVariables, TemplateVariables, Totals,
};

kernel::text_enum! {
    /// What a message is for: decides what it must say.
    pub enum TemplatePurpose {
        /// Before the due date: states the debt and how to pay.
        CourtesyReminder = "courtesy_reminder",
        /// After the due date: states the debt and how to pay.
        Reminder = "reminder",
        /// The last word before other ways: states the debt, how to pay, and the consequences of not paying.
        FormalNotice = "formal_notice",
        /// States what is open.
        Statement = "statement",
        /// Anything else: only names who writes.
        General = "general",
    }
}

impl TemplatePurpose {
    /// Which contacts of the account receive it.
    pub fn contact_purpose(self) -> ContactPurpose {
        match self {
            Self::CourtesyReminder | Self::Reminder | Self::FormalNotice => ContactPurpose::Dunning,
            Self::Statement => ContactPurpose::Statement,
            Self::General => ContactPurpose::General,
        }
    }

    /// Whether the message asks for payment: it counts as a contact of dunning, whoever had it sent.
    pub fn claims(self) -> bool {
        self.contact_purpose() == ContactPurpose::Dunning
    }

    /// Whether the message must state the debt: its total, or the open amount of every item.
    pub fn states_debt(self) -> bool {
        self != Self::General
    }

    /// Whether the message must say where or under which reference to pay.
    pub fn states_payment(self) -> bool {
        matches!(self, Self::CourtesyReminder | Self::Reminder | Self::FormalNotice)
    }

    /// Whether the message must have a block named `consequences`.
    pub fn states_consequences(self) -> bool {
        self == Self::FormalNotice
    }
}

/// A template with its identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pub code: String,
    /// Decides how amounts and dates are written.
    pub language: LanguageTag,
    pub purpose: TemplatePurpose,
    pub document: TemplateDocument,
}

/// Something wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Path in the document, e.g. `letter[2].text`.
    pub field: String,
    /// Counted from 1, where the place is known.
    pub line: Option<usize>,
    /// One of the `template.*` codes.
    pub code: &'static Code,
    pub message: String,
}

impl Finding {
    fn new(field: impl Into<String>, code: &'static Code, message: impl Into<String>) -> Self {
        Self { field: field.into(), line: None, code, message: message.into() }
    }
}

/// The error that refuses a template with these findings.
pub fn refusal(findings: Vec<Finding>) -> Error {
    let field_error = |finding: Finding| {
        let Finding { field, line, code, message } = finding;
        let message = line.map_or_else(|| message.clone(), |line| format!("line {line}: {message}"));
        FieldError { field, code, message }
    };
    Error::fields(&codes::TEMPLATE_DOCUMENT_INVALID, findings.into_iter().map(field_error).collect())
}
