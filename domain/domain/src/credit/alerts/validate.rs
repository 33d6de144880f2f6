//! What is wrong with alert rules.

use std::collections::HashSet;

use super::{AlertRule, AlertRules, SCHEMA, codes};
use crate::credit::facts::CreditSchema;
use crate::rules::check::{Want, check};
use crate::rules::codes as shared;
use crate::rules::finding::{Finding, Findings};

/// Rules one document may have.
const RULES_MAX: usize = 200;
/// Ten years.
const DAYS_MAX: u16 = 3_650;

pub(super) fn validate(document: &AlertRules, schema: &CreditSchema) -> Vec<Finding> {
    let mut findings = Findings::default();
    findings.schema(document.schema, SCHEMA);
    findings.code("code", &document.code);
    findings.name("name", &document.name);
    if document.rules.len() > RULES_MAX {
        let message = format!("{} rules, at most {RULES_MAX} are accepted", document.rules.len());
        findings.error("rules", &shared::TOO_MANY, message);
    }
    let mut seen = HashSet::new();
    for (index, rule) in document.rules.iter().take(RULES_MAX).enumerate() {
        let path = format!("rules[{index}]");
        findings.code(&format!("{path}.code"), &rule.code);
        if !seen.insert(rule.code.as_str()) {
            let message = format!("{:?} is the code of an earlier rule", rule.code);
            findings.error(format!("{path}.code"), &shared::DUPLICATE_CODE, message);
        }
        findings.name(&format!("{path}.name"), &rule.name);
        rule_itself(&path, rule, schema, &mut findings);
    }
    findings.into_vec()
}

fn rule_itself(path: &str, rule: &AlertRule, schema: &CreditSchema, findings: &mut Findings) {
    let holders = rule.holders.iter().collect::<HashSet<_>>();
    if holders.is_empty() || holders.len() != rule.holders.len() {
        let message = "name each kind of holder once, and at least one";
        findings.error(format!("{path}.holders"), &codes::NO_HOLDER, message);
    }
    if rule.condition.is_none() && rule.lead.is_none() {
        findings.error(path, &codes::NO_CONDITION, "neither condition nor lead is there");
    }
    if let Some(condition) = &rule.condition {
        let at = format!("{path}.condition");
        let checked = check(condition, schema, Want::Bool);
        let always = checked.always();
        findings.expression(&at, checked);
        if let Some(always) = always {
            findings.error(at, &shared::CONSTANT, format!("the condition is always {always}"));
        }
    }
    if let Some(lead) = &rule.lead {
        if !schema.counts_days(&lead.fact) {
            let message = format!("{:?} does not count the days until a date", lead.fact);
            findings.error(format!("{path}.lead.fact"), &codes::LEAD_FACT, message);
        }
        days(&format!("{path}.lead.days"), lead.days, findings);
    }
    if let Some(escalate) = &rule.escalate {
        days(&format!("{path}.escalate.after_days"), escalate.after_days, findings);
    }
}

fn days(path: &str, days: u16, findings: &mut Findings) {
    if days > DAYS_MAX {
        findings.error(path, &codes::DAYS_RANGE, format!("{days} days, at most {DAYS_MAX} are accepted"));
    }
}
