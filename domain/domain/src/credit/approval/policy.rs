//! The approval policy: versioned data.

use std::collections::BTreeMap;

use kernel::id::UserId;
use kernel::money::parse_amount;
use kernel::{Currency, Decimal};
use serde::{Deserialize, Serialize};

use super::{Chain, ChainLevel, codes};
use crate::access::Role;
use crate::credit::facts::CreditSchema;
use crate::credit::rule_sets::{RuleKind, RuleSet};
use crate::rules::codes as shared;
use crate::rules::finding::{Finding, Findings, Texts};

/// The version of the document's shape.
const SCHEMA: u32 = 1;
const LEVELS_MAX: usize = 20;
const APPROVERS_MAX: u8 = 9;
const DAYS_MAX: u16 = 366;

/// Up to where somebody decides. What is not said does not bound; an amount in a currency that is not named is above every bound.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// Of the limit with what is asked for, by currency.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub amount: BTreeMap<String, String>,
    /// Of what of it nobody covers, by currency.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub uncovered: BTreeMap<String, String>,
    /// Classes of rating; every class when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<String>,
}

/// One step of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    pub code: String,
    pub name: Texts,
    /// Whoever has one of these roles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Role>,
    /// And these people, by id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<String>,
    pub approvers: u8,
    /// Within them the chain ends here.
    #[serde(default)]
    pub bounds: Bounds,
}

/// What the limit table grants by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Automatic {
    pub bounds: Bounds,
}

/// One approval policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalPolicy {
    pub schema: u32,
    pub code: String,
    pub name: Texts,
    /// Days until an application that nobody decides expires.
    pub expires_days: u16,
    /// Nothing is granted without people when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub automatic: Option<Automatic>,
    pub levels: Vec<Level>,
}

/// What is to be approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub currency: Currency,
    /// What the holder might owe with it.
    pub amount: Decimal,
    /// What of that nobody covers.
    pub uncovered: Decimal,
    /// Class of the rating; empty if never scored.
    pub class: String,
    /// An insolvency of the holder is known.
    pub insolvent: bool,
}

impl Bounds {
    pub fn is_empty(&self) -> bool {
        self.amount.is_empty() && self.uncovered.is_empty() && self.classes.is_empty()
    }

    pub fn contain(&self, asked: &Asked) -> bool {
        let within = |bounds: &BTreeMap<String, String>, amount: Decimal| {
            let bound = bounds.get(asked.currency.as_str()).and_then(|text| text.parse::<Decimal>().ok());
            bounds.is_empty() || bound.is_some_and(|bound| amount <= bound)
        };
        within(&self.amount, asked.amount)
            && within(&self.uncovered, asked.uncovered)
            && (self.classes.is_empty() || self.classes.contains(&asked.class))
    }

    fn validate(&self, path: &str, findings: &mut Findings) {
        for (name, bounds) in [("amount", &self.amount), ("uncovered", &self.uncovered)] {
            for (currency, text) in bounds {
                let path = format!("{path}.{name}.{currency}");
                let read = Currency::parse(&path, currency).and_then(|c| parse_amount(&path, text, c));
                if !read.is_ok_and(|amount| amount >= Decimal::ZERO) {
                    findings.error(path, &codes::POLICY_BOUND_INVALID, format!("{text:?} {currency:?}"));
                }
            }
        }
    }
}

impl ApprovalPolicy {
    /// Whether the table may grant by itself. Insolvency stops every automation, whatever the table says.
    pub fn grants_itself(&self, asked: &Asked) -> bool {
        let within = |automatic: &Automatic| automatic.bounds.contain(asked);
        !asked.insolvent && self.automatic.as_ref().is_some_and(within)
    }

    /// Every level up to the first whose bounds contain what is asked.
    pub fn chain(&self, version: i32, asked: &Asked) -> Chain {
        let last = self.levels.iter().position(|level| level.bounds.contain(asked));
        let count = last.map_or(self.levels.len(), |last| last + 1);
        let level = |level: &Level| ChainLevel {
            code: level.code.clone(),
            roles: level.roles.clone(),
            users: level.users.iter().filter_map(|id| UserId::parse(id).ok()).map(|id| id.0).collect(),
            approvers: level.approvers,
        };
        Chain {
            policy_code: self.code.clone(),
            policy_version: version,
            levels: self.levels.iter().take(count).map(level).collect(),
        }
    }

    fn validate_level(place: usize, level: &Level, findings: &mut Findings) {
        let path = format!("levels[{place}]");
        findings.code(&format!("{path}.code"), &level.code);
        findings.name(&format!("{path}.name"), &level.name);
        for (no, user) in level.users.iter().enumerate() {
            if let Err(error) = UserId::parse(user) {
                findings.error(format!("{path}.users[{no}]"), error.code(), error.to_string());
            }
        }
        let nobody = level.roles.is_empty() && level.users.is_empty();
        if nobody || level.approvers == 0 || level.approvers > APPROVERS_MAX {
            findings.error(&path, &codes::POLICY_NO_APPROVER, format!("{} approvals", level.approvers));
        }
        level.bounds.validate(&format!("{path}.bounds"), findings);
    }
}

impl RuleSet for ApprovalPolicy {
    const KIND: RuleKind = RuleKind::ApprovalPolicy;
    const STANDARD: &'static [&'static str] = &[include_str!("standard.json")];

    fn code(&self) -> &str {
        &self.code
    }

    fn validate(&self, _schema: &CreditSchema) -> Vec<Finding> {
        let mut findings = Findings::default();
        findings.schema(self.schema, SCHEMA);
        findings.code("code", &self.code);
        findings.name("name", &self.name);
        if self.expires_days == 0 || self.expires_days > DAYS_MAX {
            findings.error(
                "expires_days",
                &codes::POLICY_PERIOD_INVALID,
                format!("{} days", self.expires_days),
            );
        }
        if self.levels.len() > LEVELS_MAX {
            findings.error(
                "levels",
                &shared::TOO_MANY,
                format!("{} levels, at most {LEVELS_MAX}", self.levels.len()),
            );
        }
        if let Some(automatic) = &self.automatic {
            automatic.bounds.validate("automatic.bounds", &mut findings);
        }
        let mut seen = std::collections::BTreeSet::new();
        for (place, level) in self.levels.iter().take(LEVELS_MAX).enumerate() {
            Self::validate_level(place, level, &mut findings);
            if !seen.insert(level.code.as_str()) {
                let message = format!("{:?} stands before", level.code);
                findings.error(format!("levels[{place}].code"), &shared::DUPLICATE_CODE, message);
            }
            if level.bounds.is_empty() && place + 1 < self.levels.len() {
                let message = "without bounds it decides everything";
                findings.error(format!("levels[{place}].bounds"), &codes::POLICY_NOT_LAST, message);
            }
        }
        if self.levels.last().is_none_or(|last| !last.bounds.is_empty()) {
            findings.error("levels", &codes::POLICY_OPEN_END, "there is no last level without bounds");
        }
        findings.into_vec()
    }
}
