//! A scenario made ready for a run: checked, amounts read, expressions compiled. One serves all threads.

use std::sync::Arc;

use kernel::calendar::ShiftRule;
use kernel::money::parse_amount;
use kernel::{Currency, Decimal, Error, Outcome};

use super::codes;
use super::expression::{self, Reads, Rule};
use super::facts::FactSchema;
use super::group::StepNo;
use super::scenario::{Amounts, Channel, ContactPurpose, Exit, Mode, Scenario, Step, When};
use super::validate::validate;
use crate::attributes::AttributeOwner;
use crate::rules::codes::EXPRESSION_SYNTAX;
use crate::rules::finding::require_sound;

/// A scenario in the form a run needs.
#[derive(Debug, Clone)]
pub struct CompiledScenario {
    code: Arc<str>,
    version: i32,
    pub(super) minimum: CurrencyAmounts,
    pub(super) min_spacing_days: u16,
    pub(super) grace_days: u16,
    pub(super) expected_pay_wait_days_max: u16,
    pub(super) shift: ShiftRule,
    pub(super) steps: Box<[CompiledStep]>,
    pub(super) exits: Box<[CompiledExit]>,
    /// Facts that any of its expressions reads.
    pub(super) reads: Reads,
}

/// A step in the form a run needs.
#[derive(Debug, Clone)]
pub struct CompiledStep {
    pub code: Arc<str>,
    pub when: When,
    pub optional: bool,
    pub gap_days: u16,
    pub channel: Channel,
    pub template: Arc<str>,
    pub mode: Mode,
    pub contact_purpose: ContactPurpose,
    pub(super) condition: Option<Rule>,
    pub(super) min_item_open: CurrencyAmounts,
    pub(super) min_total: CurrencyAmounts,
}

#[derive(Debug, Clone)]
pub(super) struct CompiledExit {
    pub(super) condition: Rule,
    pub(super) reason: Arc<str>,
}

/// Amounts by currency; a scenario names few, so a list beats a map.
#[derive(Debug, Clone, Default)]
pub(super) struct CurrencyAmounts(Vec<(Currency, Decimal)>);

impl CurrencyAmounts {
    /// The amount of a currency, zero where none is stated.
    pub(super) fn of(&self, currency: Currency) -> Decimal {
        self.0.iter().find(|(c, _)| *c == currency).map_or(Decimal::ZERO, |(_, amount)| *amount)
    }

    fn read(amounts: &Amounts) -> Outcome<Self> {
        let pairs = amounts.iter().map(|(code, text)| {
            let currency = Currency::parse(code, code)?;
            Ok((currency, parse_amount(code, text, currency)?))
        });
        Ok(Self(pairs.collect::<Outcome<Vec<_>>>()?))
    }
}

impl CompiledScenario {
    /// Checks and compiles a document. Templates are not looked up here: they may be retired after a scenario was
    /// saved, which the sending of a message notices.
    ///
    /// # Errors
    /// `scenario.invalid`, with one field error for each finding that is an error.
    pub fn compile(scenario: &Scenario, version: i32, schema: &FactSchema) -> Outcome<Self> {
        require_sound(validate(scenario, schema, None), &codes::INVALID)?;
        let steps = scenario.steps.iter().map(step).collect::<Outcome<Box<[_]>>>()?;
        let exits = scenario.exits.iter().map(exit).collect::<Outcome<Box<[_]>>>()?;
        let reads = all_reads(&steps, &exits);
        Ok(Self {
            code: Arc::from(scenario.code.as_str()),
            version,
            minimum: CurrencyAmounts::read(&scenario.minimum_amounts)?,
            min_spacing_days: scenario.min_spacing_days,
            grace_days: scenario.grace_days,
            expected_pay_wait_days_max: scenario.expected_pay_wait_days_max,
            shift: scenario.shift,
            steps,
            exits,
            reads,
        })
    }

    pub fn code(&self) -> &str {
        &self.code
    }

    pub fn version(&self) -> i32 {
        self.version
    }

    pub fn steps(&self) -> &[CompiledStep] {
        &self.steps
    }

    /// Names of the declared attributes that its conditions read, in order: a run loads no others.
    pub fn attributes_read(&self, owner: AttributeOwner) -> &[Arc<str>] {
        self.reads.attributes_of(owner)
    }

    pub fn step(&self, number: StepNo) -> Option<&CompiledStep> {
        self.steps.get(number.index())
    }

    /// Where an item stands in this version, given the step it was sent under any version or scenario: the step of the
    /// same code, else the place it had, held to the last step. So a change of scenario never starts a ladder again.
    pub fn standing_of(&self, step_code: &str, step_no: StepNo) -> Option<StepNo> {
        let same = self.steps.iter().position(|s| s.code.as_ref() == step_code);
        let index = same.or_else(|| self.steps.len().checked_sub(1).map(|last| step_no.index().min(last)))?;
        StepNo::at(index)
    }
}

fn step(step: &Step) -> Outcome<CompiledStep> {
    Ok(CompiledStep {
        code: Arc::from(step.code.as_str()),
        when: step.when,
        optional: step.is_optional(),
        gap_days: step.gap_days,
        channel: step.channel,
        template: Arc::from(step.template.as_str()),
        mode: step.mode,
        contact_purpose: step.contact_purpose,
        condition: step.condition.as_deref().map(rule).transpose()?,
        min_item_open: CurrencyAmounts::read(&step.min_item_open)?,
        min_total: CurrencyAmounts::read(&step.min_total)?,
    })
}

fn exit(exit: &Exit) -> Outcome<CompiledExit> {
    Ok(CompiledExit { condition: rule(&exit.condition)?, reason: Arc::from(exit.reason.as_str()) })
}

fn rule(source: &str) -> Outcome<Rule> {
    expression::compile(source).ok_or_else(|| Error::field(source, &EXPRESSION_SYNTAX, source))
}

fn all_reads(steps: &[CompiledStep], exits: &[CompiledExit]) -> Reads {
    let mut all = Reads::default();
    let rules = steps.iter().filter_map(|s| s.condition.as_ref()).chain(exits.iter().map(|e| &e.condition));
    rules.for_each(|rule| all.extend(&rule.reads));
    all
}
