//! The facts as the expressions see them, and the machine that evaluates. One per thread; its memory is reused.

use chrono::Datelike;
use kernel::text_enum::TextEnum;
use kernel::{Date, Decimal};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use zen_expression::Scope;
use zen_expression::variable::{Symbol, Variable, VariableMap};
use zen_expression::vm::VM;

use crate::attributes::{AttributeOwner, AttributeValue, Attributes};
use crate::dunning::compiled::{CompiledScenario, CompiledStep};
use crate::dunning::days::days_between;
use crate::dunning::decision::Claim;
use crate::dunning::expression::{Reads, Rule};
use crate::dunning::facts::{GroupFact, ItemFact};
use crate::dunning::group::{GroupFacts, ItemFacts};

/// A condition that could not be evaluated, e.g. for a division by zero. The careful answer is to contact nobody.
#[derive(Debug)]
pub(in crate::dunning) struct RuleFailed {
    /// Code of the step, or reason of the exit.
    pub(in crate::dunning) of: Arc<str>,
}

/// The evaluation of a scenario's conditions for one group after another.
pub(in crate::dunning) struct Conditions {
    reads: Reads,
    machine: VM,
    scope: Scope,
    group: Rc<RefCell<VariableMap>>,
    item: Rc<RefCell<VariableMap>>,
    /// Answers of conditions that read no item, by place of the step.
    answers: Vec<Option<bool>>,
}

impl Conditions {
    pub(in crate::dunning) fn new(scenario: &CompiledScenario) -> Self {
        let group = Rc::new(RefCell::new(VariableMap::new()));
        let item = Rc::new(RefCell::new(VariableMap::new()));
        let mut root = VariableMap::new();
        root.insert(Symbol::from_static("group"), Variable::Object(Rc::clone(&group)));
        root.insert(Symbol::from_static("item"), Variable::Object(Rc::clone(&item)));
        Self {
            reads: scenario.reads.clone(),
            machine: VM::new(),
            scope: Scope::new(Variable::from_object(root)),
            group,
            item,
            answers: vec![None; scenario.steps.len()],
        }
    }

    /// Makes the facts of a group visible; only those that some expression reads.
    pub(in crate::dunning) fn load(&mut self, group: &GroupFacts, claim: &Claim, on: Date) {
        self.answers.fill(None);
        let mut visible = self.group.borrow_mut();
        for fact in &self.reads.group {
            visible.insert(Symbol::from_static(fact.as_str()), group_fact(*fact, group, claim, on));
        }
        let own = [
            (AttributeOwner::Account, "attributes", &group.profile.attributes),
            (AttributeOwner::Party, "party_attributes", &group.profile.party_attributes),
        ];
        for (_, name, values) in
            own.into_iter().filter(|(owner, _, _)| self.reads.attributes.contains_key(owner))
        {
            visible.insert(Symbol::from_static(name), attributes(values, on));
        }
    }

    /// Whether a step's condition holds for an item; a step without one concerns every item.
    pub(in crate::dunning) fn step_holds(
        &mut self,
        index: usize,
        step: &CompiledStep,
        (item, own): (&ItemFacts, Option<&Attributes>),
        on: Date,
    ) -> Result<bool, RuleFailed> {
        let Some(rule) = &step.condition else {
            return Ok(true);
        };
        if rule.reads.reads_item() {
            let mut visible = self.item.borrow_mut();
            for fact in &rule.reads.item {
                visible.insert(Symbol::from_static(fact.as_str()), item_fact(*fact, item, on));
            }
            if rule.reads.attributes.contains_key(&AttributeOwner::Receivable) {
                visible.insert(
                    Symbol::from_static("attributes"),
                    attributes(own.map_or(&[], Vec::as_slice), on),
                );
            }
            drop(visible);
            return self.holds(rule, &step.code);
        }
        if let Some(answer) = self.answers.get(index).copied().flatten() {
            return Ok(answer);
        }
        let answer = self.holds(rule, &step.code)?;
        if let Some(slot) = self.answers.get_mut(index) {
            *slot = Some(answer);
        }
        Ok(answer)
    }

    /// Whether a condition over the loaded facts holds.
    pub(in crate::dunning) fn holds(&mut self, rule: &Rule, of: &Arc<str>) -> Result<bool, RuleFailed> {
        let answer = self.machine.run(&rule.bytecode, &self.scope).ok();
        answer.and_then(|value| value.as_bool()).ok_or_else(|| RuleFailed { of: Arc::clone(of) })
    }
}

fn group_fact(fact: GroupFact, group: &GroupFacts, claim: &Claim, on: Date) -> Variable {
    match fact {
        GroupFact::Credits => Variable::Number(claim.credits),
        GroupFact::Country => text(group.profile.country.as_ref()),
        GroupFact::Currency => Variable::String(Symbol::from(group.currency.as_str())),
        GroupFact::DayOfMonth => number(on.day()),
        GroupFact::DaysOverdueMax => number(claim.days_overdue_max),
        GroupFact::ItemCount => number(claim.item_count),
        GroupFact::Language => text(group.profile.language.as_ref()),
        GroupFact::LastContactDays => {
            group.last_contact_on.map_or(Variable::Null, |last| number(days_between(last, on)))
        }
        GroupFact::LastStep => number(group.items.iter().map(step_number).max().unwrap_or(0)),
        GroupFact::LeftOutCount => number(claim.left_out_count),
        GroupFact::Month => number(on.month()),
        GroupFact::NetOverdue => Variable::Number(claim.net()),
        GroupFact::OpenItemCount => number(claim.open_item_count),
        GroupFact::Portfolio => text(group.profile.portfolio.as_ref()),
        GroupFact::Segment => text(group.profile.segment.as_ref()),
        GroupFact::TotalOpen => Variable::Number(claim.open),
        GroupFact::TotalOverdue => Variable::Number(claim.overdue),
        GroupFact::Weekday => number(on.weekday().number_from_monday()),
    }
}

fn item_fact(fact: ItemFact, item: &ItemFacts, on: Date) -> Variable {
    match fact {
        ItemFact::DaysOverdue => number(days_between(item.due_on, on)),
        ItemFact::DaysSinceIssue => number(days_between(item.issue_on, on)),
        ItemFact::DaysSinceLastStep => {
            item.last_step.map_or(Variable::Null, |last| number(days_between(last.sent_on, on)))
        }
        ItemFact::DaysUntilDue => number(days_between(on, item.due_on)),
        ItemFact::DaysUntilExpectedPay => {
            item.expected_pay_on.map_or(Variable::Null, |expected| number(days_between(on, expected)))
        }
        ItemFact::Kind => Variable::String(Symbol::from_static(item.kind.as_str())),
        ItemFact::LastStep => number(step_number(item)),
        ItemFact::OpenAmount => Variable::Number(item.claimable()),
        ItemFact::OriginalAmount => Variable::Number(item.original),
        ItemFact::PartPaid => Variable::Bool(item.open < item.original),
    }
}

fn step_number(item: &ItemFacts) -> u32 {
    item.last_step.map_or(0, |last| u32::from(last.step.get()))
}

fn number(value: u32) -> Variable {
    Variable::Number(Decimal::from(value))
}

fn text(value: Option<&Arc<str>>) -> Variable {
    Variable::String(Symbol::from(value.map_or("", AsRef::as_ref)))
}

fn attributes(values: &[(Arc<str>, AttributeValue)], on: Date) -> Variable {
    let mut visible = VariableMap::new();
    for (name, value) in values {
        let value = match value {
            AttributeValue::Bool(value) => Variable::Bool(*value),
            AttributeValue::Number(value) => Variable::Number(*value),
            AttributeValue::Text(value) => text(Some(value)),
            AttributeValue::Date(value) => Variable::Number(Decimal::from((*value - on).num_days())),
        };
        visible.insert(Symbol::from(name.as_ref()), value);
    }
    Variable::from_object(visible)
}
