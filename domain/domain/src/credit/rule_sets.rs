//! The kinds of rule set that credit goes by, and what each admits.

#[cfg(test)]
mod tests;

use kernel::text_enum::TextEnum as _;
use kernel::{Error, Outcome};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::alerts::AlertRules;
use super::approval::ApprovalPolicy;
use super::facts::CreditSchema;
use super::granting::LimitTable;
use super::policy::CreditPolicy;
use super::scoring::scorecard::Scorecard;
use crate::attributes::Declared;
use crate::rules::codes;
use crate::rules::finding::{Finding, parse_document};

kernel::text_enum! {
    /// What a rule set decides about.
    pub enum RuleKind {
        AlertRules = "alert_rules",
        ApprovalPolicy = "approval_policy",
        CreditPolicy = "credit_policy",
        LimitTable = "limit_table",
        Scorecard = "scorecard",
    }
}

/// A document of one kind.
pub trait RuleSet: Serialize + DeserializeOwned {
    const KIND: RuleKind;
    /// The documents, as JSON, that an installation starts with.
    const STANDARD: &'static [&'static str];

    /// The code by which the rule set is known.
    fn code(&self) -> &str;

    /// Everything that is wrong with it, in the order of the document.
    fn validate(&self, schema: &CreditSchema) -> Vec<Finding>;

    /// The facts its expressions may read.
    fn schema(declared: Declared) -> CreditSchema {
        CreditSchema::new(declared)
    }
}

/// A document that has the shape of its kind.
#[derive(Debug, Clone)]
pub struct ReadDocument {
    pub code: String,
    /// Its fields in the order of the kind, so that two versions can be compared line by line.
    pub ordered: Value,
    pub findings: Vec<Finding>,
}

/// What is to be known of a kind without knowing its documents.
#[derive(Debug)]
pub struct KindSpec {
    pub kind: RuleKind,
    pub standard: &'static [&'static str],
    pub schema: fn(Declared) -> CreditSchema,
    read: fn(&Value, &CreditSchema) -> Outcome<ReadDocument>,
    order: fn(&Value) -> Outcome<Value>,
}

/// Every kind that this build knows, in the order in which their standard documents are planted.
pub static KINDS: &[KindSpec] = &[
    KindSpec::of::<AlertRules>(),
    KindSpec::of::<ApprovalPolicy>(),
    KindSpec::of::<CreditPolicy>(),
    KindSpec::of::<LimitTable>(),
    KindSpec::of::<Scorecard>(),
];

impl KindSpec {
    const fn of<T: RuleSet>() -> Self {
        Self { kind: T::KIND, standard: T::STANDARD, schema: T::schema, read: read::<T>, order: order::<T> }
    }

    /// The kind with this name.
    pub fn find(name: &str) -> Option<&'static Self> {
        KINDS.iter().find(|spec| spec.kind.as_str() == name)
    }

    /// Reads a document and finds out what is wrong with it.
    ///
    /// # Errors
    /// `rule.document_invalid` where it does not have the shape of its kind.
    pub fn read(&self, document: &Value, declared: Declared) -> Outcome<ReadDocument> {
        (self.read)(document, &(self.schema)(declared))
    }

    /// A document with its fields in the order of the kind.
    ///
    /// # Errors
    /// `rule.document_invalid` where it does not have the shape of its kind.
    pub fn ordered(&self, document: &Value) -> Outcome<Value> {
        (self.order)(document)
    }
}

fn order<T: RuleSet>(document: &Value) -> Outcome<Value> {
    ordered(&parse_document::<T>(document)?)
}

fn ordered(set: &impl Serialize) -> Outcome<Value> {
    serde_json::to_value(set).map_err(|e| Error::new(&codes::DOCUMENT_INVALID).caused_by(e))
}

fn read<T: RuleSet>(document: &Value, schema: &CreditSchema) -> Outcome<ReadDocument> {
    let set = parse_document::<T>(document)?;
    Ok(ReadDocument { code: set.code().to_owned(), ordered: ordered(&set)?, findings: set.validate(schema) })
}
