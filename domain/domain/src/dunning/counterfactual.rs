//! The smallest single change that would alter a decision, proven by deciding again.
//!
//! Candidates come from the reasons of the decision. Each is applied to the facts and decided by the same function;
//! the first that flips the effect is the answer, in the order: the change a reason names, then the smallest amount,
//! then the earliest day. Compute it for decisions that are stored, not for every group of a run.

mod amounts;
#[cfg(test)]
mod tests;

use kernel::id::ReceivableId;
use kernel::{Date, Decimal};
use serde::Serialize;

use super::decide::Decider;
use super::decide::position::Position;
use super::decision::{Decision, Effect, Outcome};
use super::group::{Flags, GroupFacts, ItemFacts};
use super::reason::{Reason, ReasonCode};
use crate::receivables::kinds::ReceivableKind;

/// What would alter a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Counterfactual {
    /// One change suffices.
    Single {
        #[serde(flatten)]
        change: Change,
        /// What the decision would be then.
        then: Effect,
    },
    /// No single change of those known does.
    NoneSingle,
}

/// One change of the facts. Amounts are positive and in the group's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// The evaluation takes place on another day.
    BusinessDate {
        on: Date,
    },
    /// The missing push arrives.
    DataFresh,
    /// The flag is lifted.
    InsolvencyEnded,
    VulnerabilityEnded,
    IntercompanyEnded,
    /// The block of the account is lifted.
    BlockRemoved,
    /// The open contact turns out not to have been sent.
    ContactResolved,
    ItemBlockRemoved {
        item: ReceivableId,
    },
    DisputeResolved {
        item: ReceivableId,
    },
    InstrumentReturned {
        item: ReceivableId,
    },
    /// The item is paid in full.
    ItemPaid {
        item: ReceivableId,
        amount: Decimal,
    },
    /// A credit of that amount is posted.
    CreditAdded {
        amount: Decimal,
    },
    /// The credit is refunded or used elsewhere.
    CreditRemoved {
        item: ReceivableId,
        amount: Decimal,
    },
    /// More is owed on the item.
    ClaimRaised {
        item: ReceivableId,
        amount: Decimal,
    },
}

impl Change {
    /// The facts with the change made. A change of the date leaves them as they are.
    #[must_use]
    pub fn applied_to(self, group: &GroupFacts) -> GroupFacts {
        let mut changed = group.clone();
        match self {
            Self::BusinessDate { .. } => {}
            Self::DataFresh => changed.stale = None,
            Self::InsolvencyEnded => changed.flags = Flags { insolvent: false, ..group.flags },
            Self::VulnerabilityEnded => changed.flags = Flags { vulnerable: false, ..group.flags },
            Self::IntercompanyEnded => changed.flags = Flags { intercompany: false, ..group.flags },
            Self::BlockRemoved => changed.block = None,
            Self::ContactResolved => changed.open_contact = None,
            Self::ItemBlockRemoved { item } => at(&mut changed, item, |i| i.block = None),
            Self::DisputeResolved { item } => at(&mut changed, item, |i| i.disputed = false),
            Self::InstrumentReturned { item } => at(&mut changed, item, |i| i.covered = Decimal::ZERO),
            Self::ItemPaid { item, .. } | Self::CreditRemoved { item, .. } => {
                changed.items.retain(|i| i.receivable_id != item);
            }
            Self::CreditAdded { amount } => changed.items.push(credit(group, amount)),
            Self::ClaimRaised { item, amount } => {
                at(&mut changed, item, |i| i.open = i.open.saturating_add(amount));
            }
        }
        changed
    }

    /// The amount the change is about; zero for those about none.
    fn amount(self) -> Decimal {
        match self {
            Self::ItemPaid { amount, .. }
            | Self::CreditAdded { amount }
            | Self::CreditRemoved { amount, .. }
            | Self::ClaimRaised { amount, .. } => amount,
            Self::BusinessDate { .. }
            | Self::DataFresh
            | Self::InsolvencyEnded
            | Self::VulnerabilityEnded
            | Self::IntercompanyEnded
            | Self::BlockRemoved
            | Self::ContactResolved
            | Self::ItemBlockRemoved { .. }
            | Self::DisputeResolved { .. }
            | Self::InstrumentReturned { .. } => Decimal::ZERO,
        }
    }

    /// The day the changed facts are looked at.
    pub fn day(self, decided_on: Date) -> Date {
        if let Self::BusinessDate { on } = self { on } else { decided_on }
    }
}

fn at(group: &mut GroupFacts, item: ReceivableId, change: impl Fn(&mut ItemFacts)) {
    group.items.iter_mut().filter(|i| i.receivable_id == item).for_each(change);
}

/// A credit that does not exist; it has the nil id.
fn credit(group: &GroupFacts, amount: Decimal) -> ItemFacts {
    let today = Date::default();
    ItemFacts {
        account_id: group.account_id,
        receivable_id: ReceivableId(uuid::Uuid::nil()),
        kind: ReceivableKind::UnallocatedCash,
        open: -amount,
        original: -amount,
        issue_on: today,
        due_on: today,
        expected_pay_on: None,
        last_step: None,
        covered: Decimal::ZERO,
        disputed: false,
        block: None,
    }
}

impl Decider<'_> {
    /// The smallest single change that would alter a decision this decider took about the group.
    pub fn counterfactual(&mut self, group: &GroupFacts, decision: &Decision) -> Counterfactual {
        let candidates = match &decision.outcome {
            Outcome::Act(act) => amounts::against(group, act, self.scenario()),
            Outcome::Hold => self.against_hold(group, decision),
            Outcome::Nothing => self.earliest_days(group, decision),
        };
        let effect = decision.effect();
        for change in candidates {
            let then = self.decide_on(&change.applied_to(group), change.day(decision.decided_on)).effect();
            if then != effect {
                return Counterfactual::Single { change, then };
            }
        }
        Counterfactual::NoneSingle
    }

    /// What each reason names, then the day on which all that has an end has ended.
    fn against_hold(&self, group: &GroupFacts, decision: &Decision) -> Vec<Change> {
        let mut changes = decision.reasons.iter().filter_map(removal).collect::<Vec<_>>();
        for reason in &decision.reasons {
            changes.extend(amounts::for_shortfall(reason, group, decision, self.scenario()));
        }
        let last_end = decision.reasons.iter().filter_map(|r| r.ends_on).max();
        changes.extend(last_end.map(|on| Change::BusinessDate { on }));
        changes
    }

    /// The days on which some item's next step comes, the earliest first.
    fn earliest_days(&self, group: &GroupFacts, decision: &Decision) -> Vec<Change> {
        let day = self.day(decision.decided_on);
        let position = Position::of(group, day);
        let mut days = position.standings.iter().filter_map(|s| day.earliest(s.item)).collect::<Vec<_>>();
        days.sort_unstable();
        days.dedup();
        days.into_iter().take(DAYS_TRIED_MAX).map(|on| Change::BusinessDate { on }).collect()
    }
}

/// Days tried for a decision that waits; the first flips unless a condition or a minimum stands in the way.
const DAYS_TRIED_MAX: usize = 8;

/// The change that takes a reason away, where it has a name.
fn removal(reason: &Reason) -> Option<Change> {
    use ReasonCode as R;
    match reason.code {
        R::HoldStaleData => Some(Change::DataFresh),
        R::HoldInsolvency => Some(Change::InsolvencyEnded),
        R::HoldVulnerable => Some(Change::VulnerabilityEnded),
        R::HoldIntercompany => Some(Change::IntercompanyEnded),
        R::HoldBlocked => Some(Change::BlockRemoved),
        R::HoldOpenContact => Some(Change::ContactResolved),
        R::HoldMinimumSpacing | R::ItemExpectedPay => reason.ends_on.map(|on| Change::BusinessDate { on }),
        R::ItemBlocked => reason.item.map(|item| Change::ItemBlockRemoved { item }),
        R::ItemDisputed => reason.item.map(|item| Change::DisputeResolved { item }),
        R::ItemUnderInstrument => reason.item.map(|item| Change::InstrumentReturned { item }),
        R::ActAfterDue
        | R::ActBeforeDue
        | R::HoldRuleFailed
        | R::HoldExit
        | R::HoldOtherCurrency
        | R::HoldCreditsCover
        | R::HoldBelowMinimum
        | R::HoldStepMinimum
        | R::HoldItemsLeftOut
        | R::NothingOpen
        | R::NothingDue
        | R::NothingFinished
        | R::ItemPredecessorFirst
        | R::StepBelowMinimum => None,
    }
}
