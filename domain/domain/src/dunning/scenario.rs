//! The scenario document: a versioned ladder of steps, as JSON that people write and compare.
//!
//! Offsets carry no sign. A step says *before* or *after* in words, so that a reminder can never go out sixty days
//! early because somebody read a minus differently.

use std::collections::BTreeMap;

use kernel::calendar::ShiftRule;
use kernel::{Error, Outcome};
use serde::{Deserialize, Serialize};

use super::codes;
use crate::rules::finding::Texts;

/// The document version this build reads.
pub const SCHEMA: u32 = 1;

/// Amounts by ISO 4217 code, as decimal texts: `{"EUR": "15.00"}`. A currency that is absent has none.
pub type Amounts = BTreeMap<String, String>;

/// One scenario of dunning. It holds texts as written; [`super::validate`] says what is wrong with them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Version of the document's shape: [`SCHEMA`].
    pub schema: u32,
    pub code: String,
    pub name: Texts,
    /// Smallest net claim of a group that is worth a contact.
    #[serde(default)]
    pub minimum_amounts: Amounts,
    /// Days between any two contacts of one dunning group, counted from real sends; at least one.
    pub min_spacing_days: u16,
    /// Days after the due date that are nobody's business: mail and bank take time.
    pub grace_days: u16,
    /// How many days past the due date an expected pay date (fixed payment days, August closure) may postpone dunning;
    /// zero ignores it. The limit keeps a hopeful forecast from silencing dunning.
    #[serde(default)]
    pub expected_pay_wait_days_max: u16,
    /// Where a threshold goes that falls on a day nobody works.
    pub shift: ShiftRule,
    pub steps: Vec<Step>,
    #[serde(default)]
    pub exits: Vec<Exit>,
}

/// One node of the ladder that acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub code: String,
    pub name: Texts,
    pub when: When,
    /// An optional step may be passed over and is never a required predecessor. Steps before the due date are optional
    /// by nature, since their time passes; steps after it are required unless they say otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub optional: Option<bool>,
    /// Days that must lie between the item's last step and this one.
    #[serde(default)]
    pub gap_days: u16,
    /// A ZEN expression over [`super::facts`]; the step concerns only the items for which it is true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// Smallest open amount of an item that reaches this step.
    #[serde(default, skip_serializing_if = "Amounts::is_empty")]
    pub min_item_open: Amounts,
    /// Smallest net claim that is worth this step; below it the group stays on the step before.
    #[serde(default, skip_serializing_if = "Amounts::is_empty")]
    pub min_total: Amounts,
    pub channel: Channel,
    /// Code of the message template.
    pub template: String,
    pub mode: Mode,
    /// Which contacts of the account receive it.
    pub contact_purpose: ContactPurpose,
}

impl Step {
    /// Whether the step may be passed over.
    pub fn is_optional(&self) -> bool {
        self.optional.unwrap_or(matches!(self.when, When::BeforeDue { .. }))
    }
}

/// When a step's time comes. In JSON: `{"days": 5, "relation": "after_due"}` or `{"days_after_previous_step": 15}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WhenFields", into = "WhenFields")]
pub enum When {
    /// Calendar days before the due date.
    BeforeDue { days: u16 },
    /// Calendar days after the due date.
    AfterDue { days: u16 },
    /// Calendar days after the item's last step was sent; never before the due date.
    AfterPrevious { days: u16 },
}

kernel::text_enum! {
    /// The word that stands where others write a sign.
    pub enum Relation {
        BeforeDue = "before_due",
        AfterDue = "after_due",
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WhenFields {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    days: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    relation: Option<Relation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    days_after_previous_step: Option<u16>,
}

impl TryFrom<WhenFields> for When {
    type Error = &'static str;

    fn try_from(fields: WhenFields) -> Result<Self, Self::Error> {
        match (fields.days, fields.relation, fields.days_after_previous_step) {
            (Some(days), Some(Relation::BeforeDue), None) => Ok(Self::BeforeDue { days }),
            (Some(days), Some(Relation::AfterDue), None) => Ok(Self::AfterDue { days }),
            (None, None, Some(days)) => Ok(Self::AfterPrevious { days }),
            _ => Err("`when` needs either `days` and `relation` (before_due or after_due), \
                      or `days_after_previous_step` alone"),
        }
    }
}

impl From<When> for WhenFields {
    fn from(when: When) -> Self {
        let of = |days, relation| Self {
            days: Some(days),
            relation: Some(relation),
            days_after_previous_step: None,
        };
        match when {
            When::BeforeDue { days } => of(days, Relation::BeforeDue),
            When::AfterDue { days } => of(days, Relation::AfterDue),
            When::AfterPrevious { days } => {
                Self { days: None, relation: None, days_after_previous_step: Some(days) }
            }
        }
    }
}

kernel::text_enum! {
    /// The way a step reaches the debtor. E-mail leaves by itself; the others are done by a person, who says so.
    pub enum Channel {
        Email = "email",
        Letter = "letter",
        Call = "call",
        Task = "task",
    }
}

kernel::text_enum! {
    /// How much a step does by itself.
    pub enum Mode {
        /// A person may change it, and must release it.
        Propose = "propose",
        /// A person must release it as it is.
        Approve = "approve",
        /// It goes out.
        Automatic = "automatic",
    }
}

kernel::text_enum! {
    /// What a contact person is there for.
    pub enum ContactPurpose {
        Dunning = "dunning",
        Statement = "statement",
        Invoice = "invoice",
        General = "general",
    }
}

/// A condition that ends dunning of the group for as long as it is true.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exit {
    /// A ZEN expression over the facts of the group.
    pub condition: String,
    /// Stable code that the decision states as its reason.
    pub reason: String,
    pub name: Texts,
}

impl Scenario {
    /// Reads a document. Its shape is checked here, its sense in [`super::validate::validate`].
    ///
    /// # Errors
    /// `scenario.document_invalid`, naming the field and line: unknown fields, missing fields, negative offsets.
    pub fn parse(document: &serde_json::Value) -> Outcome<Self> {
        Self::deserialize(document)
            .map_err(|e| Error::field("document", &codes::DOCUMENT_INVALID, e.to_string()))
    }

    /// The scenario an installation starts with: a reminder before the due date, two after it, a formal notice.
    ///
    /// # Errors
    /// None in practice: a test reads the embedded document.
    pub fn default_document() -> Outcome<serde_json::Value> {
        serde_json::from_str(include_str!("default_scenario.json"))
            .map_err(|e| Error::new(&codes::DOCUMENT_INVALID).caused_by(e))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn when(value: serde_json::Value) -> Result<When, serde_json::Error> {
        serde_json::from_value(value)
    }

    #[test]
    fn an_offset_with_a_sign_is_refused() {
        let wrong = when(json!({ "days": -3, "relation": "after_due" })).unwrap_err();
        assert!(wrong.to_string().contains("-3"), "{wrong}");
        assert!(when(json!({ "days_after_previous_step": -1 })).is_err());
    }

    #[test]
    fn an_offset_without_before_or_after_is_refused() {
        assert!(when(json!({ "days": 3 })).unwrap_err().to_string().contains("relation"));
        assert!(when(json!({ "days": 3, "relation": "after_due", "days_after_previous_step": 3 })).is_err());
        assert_eq!(
            when(json!({ "days": 3, "relation": "before_due" })).unwrap(),
            When::BeforeDue { days: 3 }
        );
    }

    #[test]
    fn an_unknown_field_is_named() {
        let mut document = Scenario::default_document().unwrap();
        document["steps"][0]["colour"] = json!("red");
        let error = Scenario::parse(&document).unwrap_err();
        assert_eq!(error.code().text, "scenario.document_invalid");
        assert!(error.to_string().contains("colour"), "{error}");
    }

    #[test]
    fn a_document_reads_back_as_it_was_written() {
        let document = Scenario::default_document().unwrap();
        let scenario = Scenario::parse(&document).unwrap();
        assert_eq!(serde_json::to_value(&scenario).unwrap(), document);
    }

    #[test]
    fn steps_before_the_due_date_are_optional_by_nature() {
        let scenario = Scenario::parse(&Scenario::default_document().unwrap()).unwrap();
        let optional = scenario.steps.iter().map(Step::is_optional).collect::<Vec<_>>();
        assert_eq!(optional, [true, false, false, false]);
    }
}
