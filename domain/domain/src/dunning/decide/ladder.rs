//! The next step of one item: the lower of *old enough for* and *next allowed*.

use kernel::Date;
use kernel::calendar::ShiftRule;

use super::conditions::{Conditions, RuleFailed};
use super::position::Day;
use crate::dunning::compiled::CompiledStep;
use crate::dunning::days::{minus, plus};
use crate::dunning::group::{GroupFacts, ItemFacts};
use crate::dunning::scenario::When;

impl Day<'_> {
    /// The place of the highest step below `cap` whose turn it is for an item, if any.
    ///
    /// Allowed are the steps after the last one proven sent, up to and including the first required one: an optional
    /// step may be passed over, a required one may not.
    pub(in crate::dunning) fn next_step(
        &self,
        item: &ItemFacts,
        overdue: bool,
        cap: usize,
        test: &mut Test<'_>,
    ) -> Result<Option<usize>, RuleFailed> {
        let mut best = None;
        for (index, step) in self.allowed(item).take_while(|(index, _)| *index < cap) {
            if self.is_ready(step, item, overdue)
                && item.claimable() >= step.min_item_open.of(test.group.currency)
                && test.conditions.step_holds(
                    index,
                    step,
                    (item, test.group.item_attributes.get(&item.receivable_id)),
                    self.on,
                )?
            {
                best = Some(index);
            }
        }
        Ok(best)
    }

    /// Whether the item is old enough for a step that its ladder does not allow yet.
    pub(in crate::dunning) fn is_ahead_of(&self, item: &ItemFacts, next: usize) -> bool {
        self.scenario.steps.iter().skip(next + 1).any(|step| match step.when {
            When::AfterDue { .. } => self.is_ready(step, item, true),
            When::BeforeDue { .. } | When::AfterPrevious { .. } => false,
        })
    }

    /// The first day, after this one, on which some allowed step's time can come, conditions aside.
    pub(in crate::dunning) fn earliest(&self, item: &ItemFacts) -> Option<Date> {
        let due_until = self.last_free_day(item.due_on).max(self.expected_pay(item).unwrap_or(Date::MIN));
        let dates = self.allowed(item).filter_map(|(_, step)| {
            let after_gap = item.last_step.map_or(Date::MIN, |last| plus(last.sent_on, step.gap_days));
            let first = match step.when {
                When::BeforeDue { days } => self.opens_on(item.due_on, days).max(after_gap),
                When::AfterDue { days } => {
                    self.threshold(plus(item.due_on, days)).max(plus(due_until, 1)).max(after_gap)
                }
                When::AfterPrevious { days } => {
                    let sent_on = item.last_step?.sent_on;
                    self.threshold(plus(sent_on, days)).max(plus(due_until, 1)).max(after_gap)
                }
            };
            let in_time = !matches!(step.when, When::BeforeDue { .. }) || first < item.due_on;
            (in_time && first > self.on).then_some(first)
        });
        dates.min()
    }

    fn allowed(&self, item: &ItemFacts) -> impl Iterator<Item = (usize, &CompiledStep)> {
        let from = item.last_step.map_or(0, |last| last.step.index() + 1);
        let mut open = true;
        self.scenario.steps.iter().enumerate().skip(from).take_while(move |(_, step)| {
            let allowed = open;
            open = open && step.optional;
            allowed
        })
    }

    fn is_ready(&self, step: &CompiledStep, item: &ItemFacts, overdue: bool) -> bool {
        let rested = item.last_step.is_none_or(|last| self.on >= plus(last.sent_on, step.gap_days));
        rested
            && match step.when {
                When::BeforeDue { days } => {
                    !overdue && self.on < item.due_on && self.on >= self.opens_on(item.due_on, days)
                }
                When::AfterDue { days } => overdue && self.is_past(plus(item.due_on, days)),
                When::AfterPrevious { days } => {
                    overdue && item.last_step.is_some_and(|last| self.is_past(plus(last.sent_on, days)))
                }
            }
    }

    /// Whether a threshold, moved to a business day, has come. The calendar is asked only where it can matter.
    fn is_past(&self, threshold: Date) -> bool {
        match self.scenario.shift {
            ShiftRule::None => self.on >= threshold,
            ShiftRule::Next => self.on >= threshold && self.on >= self.threshold(threshold),
            ShiftRule::Previous => self.on >= threshold || self.on >= self.threshold(threshold),
        }
    }

    fn threshold(&self, on: Date) -> Date {
        self.calendar.shift(on, self.scenario.shift)
    }

    /// The first day of a reminder before the due date. Moved onto the due date it would come too late, so it is
    /// moved the other way then.
    fn opens_on(&self, due_on: Date, days: u16) -> Date {
        let opens = minus(due_on, days);
        let moved = self.threshold(opens);
        if moved < due_on { moved } else { self.calendar.previous_business_day_on_or_before(opens) }
    }
}

/// What a step is tested with besides dates.
pub(in crate::dunning) struct Test<'t> {
    pub(in crate::dunning) conditions: &'t mut Conditions,
    pub(in crate::dunning) group: &'t GroupFacts,
}
