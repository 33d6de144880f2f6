//! Whether the steps make a ladder: in order, each reachable, none without a wait, no place to get stuck.

use crate::dunning::codes;
use crate::dunning::scenario::{Scenario, Step, When};
use crate::rules::finding::Findings;

/// Checks the steps against each other. `constants` holds the value of each condition that has only one.
pub(super) fn check(scenario: &Scenario, constants: &[Option<bool>], findings: &mut Findings) {
    for (index, (step, constant)) in scenario.steps.iter().zip(constants).enumerate() {
        let before = scenario.steps.get(..index).unwrap_or_default();
        let later = scenario.steps.get(index + 1..).unwrap_or_default();
        let at = At { path: format!("steps[{index}]"), step, before };
        at.order(findings);
        at.wait(findings);
        at.start(findings);
        at.shadow(later, findings);
        at.end(later, *constant, findings);
        at.grace(scenario.grace_days, findings);
    }
}

/// One step with those before it.
struct At<'a> {
    path: String,
    step: &'a Step,
    before: &'a [Step],
}

impl At<'_> {
    fn order(&self, findings: &mut Findings) {
        let wrong = match self.step.when {
            When::BeforeDue { days } => self.before.iter().find_map(|earlier| match earlier.when {
                When::BeforeDue { days: of } if of >= days => None,
                When::BeforeDue { days: of } => {
                    Some(format!("{days} days before due follows {of} days before due"))
                }
                When::AfterDue { .. } | When::AfterPrevious { .. } => Some(format!(
                    "a step before the due date follows {:?}, which comes after it",
                    earlier.code
                )),
            }),
            When::AfterDue { days } => self.before.iter().find_map(|earlier| match earlier.when {
                When::AfterDue { days: of } if of > days => {
                    Some(format!("{days} days after due follows {of} days after due"))
                }
                When::AfterDue { .. } | When::BeforeDue { .. } | When::AfterPrevious { .. } => None,
            }),
            When::AfterPrevious { .. } => None,
        };
        if let Some(message) = wrong {
            findings.error(format!("{}.when", self.path), &codes::STEP_ORDER, message);
        }
    }

    /// A ladder whose steps follow each other without a wait would be raced through after a backlog.
    fn wait(&self, findings: &mut Findings) {
        let required = |s: &&Step| !s.is_optional();
        let previous = self.before.iter().rev().find(required);
        let none = match (self.step.when, previous.map(|p| p.when)) {
            (When::AfterPrevious { days: 0 }, _) => self.step.gap_days == 0,
            (When::AfterDue { days }, Some(When::AfterDue { days: of })) => {
                days == of && self.step.gap_days == 0 && !self.step.is_optional()
            }
            _ => false,
        };
        if none {
            let message = "neither its time nor gap_days makes it wait for the step before";
            findings.error(format!("{}.when", self.path), &codes::NO_WAIT, message);
        }
    }

    fn start(&self, findings: &mut Findings) {
        let path = format!("{}.when", self.path);
        match self.step.when {
            When::BeforeDue { days: 0 } => {
                findings.error(path, &codes::STEP_UNREACHABLE, "zero days before due is the due date itself");
            }
            When::BeforeDue { .. } if !self.step.is_optional() => {
                let message = "its time passes: items that miss it could never go on; make it optional";
                findings.error(format!("{}.optional", self.path), &codes::DEAD_END, message);
            }
            When::AfterPrevious { .. } if self.before.is_empty() => {
                findings.error(path, &codes::STEP_UNREACHABLE, "there is no step before it");
            }
            When::AfterPrevious { .. }
                if !self.step.is_optional() && self.before.iter().all(Step::is_optional) =>
            {
                let message =
                    "every step before it may be passed over, and then it has nothing to count from";
                findings.error(path, &codes::DEAD_END, message);
            }
            When::BeforeDue { .. } | When::AfterDue { .. } | When::AfterPrevious { .. } => {}
        }
    }

    /// An optional step is never taken if one that may be taken instead is always ready as early.
    fn shadow(&self, later: &[Step], findings: &mut Findings) {
        if !self.step.is_optional() {
            return;
        }
        let first_required = later.iter().position(|s| !s.is_optional()).unwrap_or(later.len());
        let rivals = later.iter().take(first_required + 1);
        if let Some(rival) = rivals.into_iter().find(|rival| always_ready_as_early(rival, self.step)) {
            let message = format!("{:?} is always ready as early and is taken instead", rival.code);
            findings.error(self.path.clone(), &codes::STEP_UNREACHABLE, message);
        }
    }

    fn end(&self, later: &[Step], constant: Option<bool>, findings: &mut Findings) {
        if self.step.is_optional() || later.is_empty() {
            return;
        }
        if constant == Some(false) {
            let message = "it is required and never reached, so no later step is reached either";
            findings.error(self.path.clone(), &codes::DEAD_END, message);
        } else if self.step.condition.is_some() || !self.step.min_item_open.is_empty() {
            let message = "items that do not meet it stay below it; make it optional if they should go on";
            findings.warning(self.path.clone(), &codes::STEP_CAPS, message);
        }
    }

    fn grace(&self, grace_days: u16, findings: &mut Findings) {
        if let When::AfterDue { days } = self.step.when
            && days <= grace_days
        {
            let message = format!("{days} days after due lies within the {grace_days} days of grace");
            findings.warning(format!("{}.when", self.path), &codes::GRACE_COVERS_STEP, message);
        }
    }
}

fn always_ready_as_early(rival: &Step, step: &Step) -> bool {
    let in_time = match (rival.when, step.when) {
        (When::BeforeDue { days: rival }, When::BeforeDue { days: step }) => rival >= step,
        (When::AfterDue { days: rival }, When::AfterDue { days: step })
        | (When::AfterPrevious { days: rival }, When::AfterPrevious { days: step }) => rival <= step,
        _ => false,
    };
    in_time
        && rival.gap_days <= step.gap_days
        && rival.condition.is_none()
        && rival.min_item_open.is_empty()
        && rival.min_total.is_empty()
}
