//! Which contact a group's items call for, and whether the claim is worth it.

use kernel::Decimal;

use super::conditions::{Conditions, RuleFailed};
use super::ladder::Test;
use super::position::{Day, Position, Standing, credit_lines, in_statement_order, sum};
use crate::dunning::days::days_between;
use crate::dunning::decision::{Act, ItemStep, Outcome};
use crate::dunning::group::{GroupFacts, StepNo};
use crate::dunning::reason::{Reason, ReasonCode};

/// What the items call for, before anything about the group as a whole is asked.
pub(super) enum Choice {
    /// No step's time has come.
    None,
    /// A step's time has come, but the claim is too small for it or could not be judged.
    Short(Reason),
    /// Only items that are left out would have had a step.
    AllLeftOut,
    Contact(Contact),
}

/// A contact the items call for.
pub(super) struct Contact {
    step: StepNo,
    after_due: bool,
    total: Decimal,
    /// Higher steps the claim was too small for.
    passed_over: Vec<Reason>,
}

/// Chooses among the steps after the due date, or those before it. Marks in each standing the step whose turn it is.
///
/// The group's step is the highest among its items. Where the claim is below that step's minimum, its items wait and
/// the next lower step is looked at, so that a small claim is not chased harder than it is worth.
pub(super) fn choose(
    group: &GroupFacts,
    position: &mut Position<'_>,
    after_due: bool,
    day: Day<'_>,
    conditions: &mut Conditions,
) -> Result<Choice, RuleFailed> {
    let mut test = Test { conditions, group };
    let mut cap = day.scenario.steps.len();
    let mut passed_over = Vec::new();
    loop {
        let Some((index, step)) = highest(position, after_due, cap, day, &mut test)? else {
            return Ok(match passed_over.into_iter().next() {
                Some(reason) => Choice::Short(Reason { code: ReasonCode::HoldStepMinimum, ..reason }),
                None => Choice::None,
            });
        };
        let net = if after_due { position.claim.net() } else { position.advancing_net() };
        if let Some(reason) = too_small(net, group, day) {
            return Ok(Choice::Short(reason));
        }
        let needed = day.scenario.steps.get(index).map_or(Decimal::ZERO, |s| s.min_total.of(group.currency));
        if net >= needed {
            return Ok(Choice::Contact(Contact { step, after_due, total: net, passed_over }));
        }
        passed_over.push(Reason::new(ReasonCode::StepBelowMinimum).step(step).short_of(net, needed));
        cap = index;
    }
}

/// Whether an item that is left out would otherwise have had a step.
pub(super) fn any_left_out_is_due(
    group: &GroupFacts,
    position: &Position<'_>,
    day: Day<'_>,
    conditions: &mut Conditions,
) -> Result<bool, RuleFailed> {
    let mut test = Test { conditions, group };
    for standing in position.standings.iter().filter(|s| s.left_out.is_some()) {
        if day.next_step(standing.item, standing.overdue, day.scenario.steps.len(), &mut test)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn highest(
    position: &mut Position<'_>,
    after_due: bool,
    cap: usize,
    day: Day<'_>,
    test: &mut Test<'_>,
) -> Result<Option<(usize, StepNo)>, RuleFailed> {
    let mut top = None;
    for standing in &mut position.standings {
        let concerned = standing.left_out.is_none() && standing.overdue == after_due;
        standing.next = if concerned { day.next_step(standing.item, after_due, cap, test)? } else { None };
        top = top.max(standing.next);
    }
    Ok(top.and_then(|index| Some((index, StepNo::at(index)?))))
}

fn too_small(net: Decimal, group: &GroupFacts, day: Day<'_>) -> Option<Reason> {
    let minimum = day.scenario.minimum.of(group.currency);
    if net <= Decimal::ZERO {
        let reason = Reason::new(ReasonCode::HoldCreditsCover);
        return Some(Reason { amount: Some(net), ..reason });
    }
    (net < minimum).then(|| Reason::new(ReasonCode::HoldBelowMinimum).short_of(net, minimum))
}

impl Contact {
    /// The contact in full, with its reasons.
    pub(super) fn act(
        self,
        group: &GroupFacts,
        position: &mut Position<'_>,
        day: Day<'_>,
    ) -> (Outcome, Vec<Reason>) {
        let code = if self.after_due { ReasonCode::ActAfterDue } else { ReasonCode::ActBeforeDue };
        position.standings.sort_unstable_by_key(|s| in_statement_order(s.item));
        let mut reasons = vec![Reason::new(code).step(self.step)];
        reasons.extend(self.passed_over);
        reasons.extend(position.predecessors_first(day));
        reasons.extend(position.left_out());
        let spoken_of = |s: &&Standing<'_>| if self.after_due { s.is_claimed() } else { s.next.is_some() };
        let items = position.standings.iter().filter(spoken_of).map(|s| s.item_step(day)).collect();
        let act = Act { step: self.step, items, credits: credit_lines(group), total: self.total };
        (Outcome::Act(act), reasons)
    }
}

impl Standing<'_> {
    fn item_step(&self, day: Day<'_>) -> ItemStep {
        let item = self.item;
        ItemStep {
            account: item.account_id,
            item: item.receivable_id,
            open: item.claimable(),
            days_overdue: days_between(item.due_on, day.on),
            step: self.next.and_then(StepNo::at),
            last_step: item.last_step.map(|last| last.step),
        }
    }
}

impl Position<'_> {
    /// What the advancing items come to after credits.
    fn advancing_net(&self) -> Decimal {
        let advancing = self.standings.iter().filter(|s| s.next.is_some()).map(|s| s.item.claimable());
        sum(advancing).saturating_sub(self.claim.credits)
    }

    /// The items left out and why, in the order of a statement.
    pub(super) fn left_out(&mut self) -> Vec<Reason> {
        self.standings.sort_unstable_by_key(|s| in_statement_order(s.item));
        self.standings.iter().filter_map(|s| Some(s.left_out?.reason(s.item))).collect()
    }

    fn predecessors_first(&self, day: Day<'_>) -> Vec<Reason> {
        let behind = self.standings.iter().filter_map(|s| {
            let next = s.next.filter(|next| s.overdue && day.is_ahead_of(s.item, *next))?;
            let reason = Reason::new(ReasonCode::ItemPredecessorFirst).step(StepNo::at(next)?);
            Some(Reason { item: Some(s.item.receivable_id), ..reason })
        });
        behind.collect()
    }
}
