//! What is wrong with a scenario, all of it at once, with paths a front end can point at.

mod ladder;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use kernel::money::parse_amount;
use kernel::{Currency, Error};

use super::codes;
use super::expression;
use super::facts::FactSchema;
use super::scenario::{Amounts, SCHEMA, Scenario, Step, When};
use crate::rules::finding::{Finding, Findings};

/// Steps, and exits, one scenario may have.
pub const STEPS_MAX: usize = 50;
/// Largest number of days anywhere in a scenario: ten years.
pub const DAYS_MAX: u16 = 3_650;

/// Everything that is wrong with a scenario, in the order of the document.
///
/// `templates` lists the codes of the message templates in force; `None` leaves them unchecked.
pub fn validate(scenario: &Scenario, schema: &FactSchema, templates: Option<&[&str]>) -> Vec<Finding> {
    let mut findings = Findings::default();
    head(scenario, &mut findings);
    let mut codes_seen = HashSet::new();
    let mut constants = Vec::with_capacity(scenario.steps.len());
    for (index, step) in scenario.steps.iter().take(STEPS_MAX).enumerate() {
        let path = format!("steps[{index}]");
        if !codes_seen.insert(step.code.as_str()) {
            findings.error(
                format!("{path}.code"),
                &codes::DUPLICATE_CODE,
                format!("{:?} is the code of an earlier step", step.code),
            );
        }
        check_step(&path, step, templates, &mut findings);
        constants.push(condition(&path, step, schema, &mut findings));
    }
    ladder::check(scenario, &constants, &mut findings);
    exits(scenario, schema, &mut findings);
    findings.into_vec()
}

fn head(scenario: &Scenario, findings: &mut Findings) {
    if scenario.schema != SCHEMA {
        let message = format!("version {} is not supported, this build reads {SCHEMA}", scenario.schema);
        findings.error("schema", &codes::SCHEMA_UNSUPPORTED, message);
    }
    findings.code_as("code", &scenario.code, &codes::CODE_INVALID);
    findings.name_as("name", &scenario.name, &codes::NAME_MISSING);
    amounts("minimum_amounts", &scenario.minimum_amounts, findings);
    if scenario.min_spacing_days == 0 {
        let message = "zero days would allow two contacts on one day";
        findings.error("min_spacing_days", &codes::SPACING_ZERO, message);
    }
    days("min_spacing_days", scenario.min_spacing_days, findings);
    days("grace_days", scenario.grace_days, findings);
    days("expected_pay_wait_days_max", scenario.expected_pay_wait_days_max, findings);
    if scenario.steps.is_empty() {
        findings.error("steps", &codes::NO_STEPS, "the scenario has no steps");
    }
    for (path, count) in [("steps", scenario.steps.len()), ("exits", scenario.exits.len())] {
        if count > STEPS_MAX {
            findings.error(
                path,
                &codes::TOO_MANY,
                format!("{count} {path}, at most {STEPS_MAX} are accepted"),
            );
        }
    }
}

fn check_step(path: &str, step: &Step, templates: Option<&[&str]>, findings: &mut Findings) {
    findings.code_as(&format!("{path}.code"), &step.code, &codes::CODE_INVALID);
    findings.name_as(&format!("{path}.name"), &step.name, &codes::NAME_MISSING);
    let (When::BeforeDue { days: of } | When::AfterDue { days: of } | When::AfterPrevious { days: of }) =
        step.when;
    days(&format!("{path}.when"), of, findings);
    days(&format!("{path}.gap_days"), step.gap_days, findings);
    amounts(&format!("{path}.min_item_open"), &step.min_item_open, findings);
    amounts(&format!("{path}.min_total"), &step.min_total, findings);
    if templates.is_some_and(|known| !known.contains(&step.template.as_str())) {
        let message = format!("there is no template {:?}", step.template);
        findings.error(format!("{path}.template"), &codes::TEMPLATE_UNKNOWN, message);
    }
}

fn condition(path: &str, step: &Step, schema: &FactSchema, findings: &mut Findings) -> Option<bool> {
    let path = format!("{path}.condition");
    let checked = expression::check(step.condition.as_ref()?, schema, true);
    let constant = checked.always();
    findings.expression(&path, checked);
    match constant {
        Some(false) => {
            findings.error(path, &codes::STEP_UNREACHABLE, "the condition is never true");
        }
        Some(true) => findings.warning(path, &codes::CONDITION_CONSTANT, "the condition is always true"),
        None => {}
    }
    constant
}

fn exits(scenario: &Scenario, schema: &FactSchema, findings: &mut Findings) {
    for (index, exit) in scenario.exits.iter().take(STEPS_MAX).enumerate() {
        findings.code_as(&format!("exits[{index}].reason"), &exit.reason, &codes::CODE_INVALID);
        findings.name_as(&format!("exits[{index}].name"), &exit.name, &codes::NAME_MISSING);
        let path = format!("exits[{index}].condition");
        let checked = expression::check(&exit.condition, schema, false);
        let constant = checked.always();
        findings.expression(&path, checked);
        match constant {
            Some(true) => {
                findings.error(
                    path,
                    &codes::EXIT_UNCONDITIONAL,
                    "the exit always applies, so no step ever does",
                );
            }
            Some(false) => findings.warning(path, &codes::CONDITION_CONSTANT, "the exit never applies"),
            None => {}
        }
    }
}

fn days(path: &str, days: u16, findings: &mut Findings) {
    if days > DAYS_MAX {
        findings.error(path, &codes::DAYS_RANGE, format!("{days} days, at most {DAYS_MAX} are accepted"));
    }
}

fn amounts(path: &str, amounts: &Amounts, findings: &mut Findings) {
    let mut wrong = |error: Error| {
        findings.error(format!("{path}.{}", field_of(&error)), error.code(), error.message(false));
    };
    for (code, text) in amounts {
        let read = Currency::parse(code, code).and_then(|currency| parse_amount(code, text, currency));
        match read {
            Err(error) => wrong(error),
            Ok(amount) if amount.is_sign_negative() => {
                wrong(Error::field(code, &codes::AMOUNT_NEGATIVE, format!("{text} is negative")));
            }
            Ok(_) => {}
        }
    }
}

fn field_of(error: &Error) -> &str {
    error.field_errors().first().map_or("", |f| f.field.as_str())
}
