//! The credit policy: what counts as exposure, what is checked when, and what happens where nothing is known.

use std::collections::BTreeMap;

use kernel::money::{Money, parse_amount};
use kernel::text_enum::TextEnum as _;
use kernel::{Currency, Decimal, Outcome, text_enum};
use serde::{Deserialize, Serialize};

use super::codes;
use super::facts::{CreditSchema, Fact, Namespace};
use super::rule_sets::{RuleKind, RuleSet};
use crate::attributes::Declared;
use crate::dunning::scenario::Amounts;
use crate::rules::check::{Want, check};
use crate::rules::codes as rules;
use crate::rules::evaluate::{Rule, compile};
use crate::rules::finding::{Finding, Findings, Texts, parse_document};

/// The document version this build reads.
pub const SCHEMA: u32 = 1;
/// More would be a program, not a policy.
const RULES_MAX: usize = 200;

text_enum! {
    /// What exposure is reported and limited by: [`super::exposure::Component`] with what is open split by its due date.
    pub enum Part {
        NotDue = "not_due",
        Overdue = "overdue",
        Disputed = "disputed",
        Returned = "returned",
        Instruments = "instruments",
        Orders = "orders",
        Deliveries = "deliveries",
        Reserved = "reserved",
    }
}

text_enum! {
    /// Whether open credits lower exposure.
    pub enum CreditsTreatment {
        /// They do not: a credit balance never raises headroom.
        Ignore = "ignore",
        /// Each account's lower its own exposure, to nothing at most.
        OwnAccount = "own_account",
        /// Everything open in the holder's favour is set off.
        All = "all",
    }
}

text_enum! {
    /// Where in the life of a sale a check is asked.
    pub enum Checkpoint {
        Quote = "quote",
        Order = "order",
        Pick = "pick",
        Ship = "ship",
        Invoice = "invoice",
    }
}

text_enum! {
    /// What a check answers, from the most generous to the most careful.
    pub enum CheckOutcome {
        Allow = "allow",
        /// A person may release it.
        Hold = "hold",
        /// Nobody may, as long as the reason holds.
        Refuse = "refuse",
    }
}

text_enum! {
    /// What a check answers that cannot be decided.
    pub enum OnFailure {
        /// Allow, and say that nothing was checked.
        Open = "open",
        /// Hold.
        Closed = "closed",
    }
}

/// One credit policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreditPolicy {
    /// Version of the document's shape: [`SCHEMA`].
    pub schema: u32,
    pub code: String,
    pub name: Texts,
    /// Parts that are not counted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<Part>,
    /// How much of a part each account may have at most, by currency.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sub_limits: BTreeMap<Part, Amounts>,
    pub credits: CreditsTreatment,
    /// Whose exchange rates convert.
    pub rate_source: String,
    /// By how much a limit may be passed without a word, per cent of it.
    #[serde(default)]
    pub tolerance_percent: u8,
    pub on_exceeded: CheckOutcome,
    pub on_no_limit: CheckOutcome,
    pub on_unknown_account: CheckOutcome,
    pub on_missing_rate: CheckOutcome,
    /// What is answered when a check cannot be decided, by checkpoint; closed where it says nothing.
    #[serde(default)]
    pub on_failure: BTreeMap<Checkpoint, OnFailure>,
    /// Hours a reservation holds headroom when the caller does not say.
    pub reservation_hours: u16,
    #[serde(default)]
    pub rules: Vec<CheckRule>,
}

/// A rule that blocks, or that exempts from what blocks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckRule {
    /// Stable code that the answer states as its reason.
    pub code: String,
    pub name: Texts,
    /// The highest priority at which a rule applies decides; of several there, the most careful.
    pub priority: u16,
    /// Where it applies; everywhere when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checkpoints: Vec<Checkpoint>,
    /// A ZEN expression over the facts of credit.
    pub when: String,
    /// `hold` or `refuse`; `allow` exempts from the limits and from every rule of lower priority.
    pub then: CheckOutcome,
}

impl CheckRule {
    pub fn is_at(&self, checkpoint: Checkpoint) -> bool {
        self.checkpoints.is_empty() || self.checkpoints.contains(&checkpoint)
    }

    fn stops_insolvents(&self) -> bool {
        let reads =
            |rule: Rule| rule.reads().iter().any(|path| path.as_ref() == Fact::PartyInsolvent.as_str());
        self.then != CheckOutcome::Allow && compile(&self.when).is_some_and(reads)
    }
}

impl CreditPolicy {
    /// Reads a document. Its shape is checked here, its sense when it is saved.
    ///
    /// # Errors
    /// `rule.document_invalid`, naming the place.
    pub fn parse(document: &serde_json::Value) -> Outcome<Self> {
        parse_document(document)
    }

    fn check_sub_limit(found: &mut Findings, path: &str, (currency, text): (&str, &str)) {
        let amount = Currency::parse(path, currency).and_then(|currency| parse_amount(path, text, currency));
        match amount {
            Err(error) => found.error(path, error.code(), error.to_string()),
            Ok(amount) if amount < Decimal::ZERO => {
                found.error(path, &codes::SUB_LIMIT_NEGATIVE, format!("{text} {currency}"));
            }
            Ok(_) => {}
        }
    }

    pub fn counts(&self, part: Part) -> bool {
        !self.left_out.contains(&part)
    }

    /// Whether what is overdue counts otherwise than what is not due.
    pub fn by_due_date(&self) -> bool {
        self.counts(Part::Overdue) != self.counts(Part::NotDue)
    }

    pub fn failure_at(&self, checkpoint: Checkpoint) -> OnFailure {
        self.on_failure.get(&checkpoint).copied().unwrap_or(OnFailure::Closed)
    }

    /// The sub-limits: of each part the amount in the currency asked for where it is stated, else the first that is.
    ///
    /// # Errors
    /// `currency.unknown`, `amount.*` where one does not read; a policy in force has none.
    pub fn sub_limits_in(&self, wanted: Currency) -> Outcome<Vec<(Part, Money)>> {
        let amount = |(part, amounts): (&Part, &Amounts)| {
            let (currency, text) =
                amounts.get_key_value(wanted.as_str()).or_else(|| amounts.iter().next())?;
            let read = || {
                let currency = Currency::parse(part.as_str(), currency)?;
                Ok((*part, Money::new(parse_amount(part.as_str(), text, currency)?, currency)))
            };
            Some(read())
        };
        self.sub_limits.iter().filter_map(amount).collect()
    }
}

impl RuleSet for CreditPolicy {
    const KIND: RuleKind = RuleKind::CreditPolicy;
    const STANDARD: &'static [&'static str] = &[include_str!("standard_policy.json")];

    fn code(&self) -> &str {
        &self.code
    }

    fn schema(declared: Declared) -> CreditSchema {
        CreditSchema::new(declared).with(Namespace::Request)
    }

    fn validate(&self, schema: &CreditSchema) -> Vec<Finding> {
        let mut found = Findings::default();
        found.schema(self.schema, SCHEMA);
        found.code("code", &self.code);
        found.name("name", &self.name);
        if self.rules.len() > RULES_MAX {
            found.error(
                "rules",
                &rules::TOO_MANY,
                format!("{} rules, at most {RULES_MAX}", self.rules.len()),
            );
        }
        if self.reservation_hours == 0 {
            found.error(
                "reservation_hours",
                &codes::POLICY_RESERVATION_TIME,
                "a reservation lasts at least an hour",
            );
        }
        for (part, amounts) in &self.sub_limits {
            for (currency, text) in amounts {
                let path = format!("sub_limits.{part}.{currency}");
                Self::check_sub_limit(&mut found, &path, (currency, text));
            }
        }
        let mut seen = std::collections::BTreeSet::new();
        for (i, rule) in self.rules.iter().enumerate() {
            found.code(&format!("rules[{i}].code"), &rule.code);
            found.name(&format!("rules[{i}].name"), &rule.name);
            if !seen.insert(rule.code.as_str()) {
                found.error(
                    format!("rules[{i}].code"),
                    &rules::DUPLICATE_CODE,
                    format!("{:?} stands before", rule.code),
                );
            }
            found.expression(&format!("rules[{i}].when"), check(&rule.when, schema, Want::Bool));
        }
        if !self.rules.iter().any(CheckRule::stops_insolvents) {
            let message = format!("no rule that holds or refuses reads {}", Fact::PartyInsolvent);
            found.warning("rules", &codes::POLICY_INSOLVENTS_PASS, message);
        }
        found.into_vec()
    }
}
