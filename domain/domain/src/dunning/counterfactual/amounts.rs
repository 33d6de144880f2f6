//! Changes of an amount, the smallest first.

use kernel::{Currency, Decimal};

use super::Change;
use crate::dunning::compiled::CompiledScenario;
use crate::dunning::decide::position::in_statement_order;
use crate::dunning::decision::{Act, Decision};
use crate::dunning::group::{GroupFacts, ItemFacts};
use crate::dunning::reason::{Reason, ReasonCode};

/// Items whose payment is tried. More than one of the group's step means that paying one does not flip it.
const ITEMS_TRIED_MAX: usize = 3;

/// Payments and credits that would stop a contact: an item of the group's step, or a credit that makes the claim too
/// small.
pub(super) fn against(group: &GroupFacts, act: &Act, scenario: &CompiledScenario) -> Vec<Change> {
    let mut changes = act
        .items
        .iter()
        .filter(|i| i.step == Some(act.step))
        .map(|i| Change::ItemPaid { item: i.item, amount: i.open })
        .collect::<Vec<_>>();
    changes.sort_unstable_by_key(|change| change.amount());
    changes.truncate(ITEMS_TRIED_MAX);
    let minimum = minimum(group, scenario)
        .max(scenario.step(act.step).map_or(Decimal::ZERO, |step| step.min_total.of(group.currency)));
    let enough = if minimum > Decimal::ZERO {
        act.total.saturating_sub(minimum).saturating_add(unit(group.currency))
    } else {
        act.total
    };
    changes.push(Change::CreditAdded { amount: enough });
    changes.sort_by_key(|change| change.amount());
    changes
}

/// What would make a claim large enough: a credit that goes, or more that is owed.
pub(super) fn for_shortfall(
    reason: &Reason,
    group: &GroupFacts,
    decision: &Decision,
    scenario: &CompiledScenario,
) -> Vec<Change> {
    let (
        Some(amount),
        ReasonCode::HoldCreditsCover | ReasonCode::HoldBelowMinimum | ReasonCode::HoldStepMinimum,
    ) = (reason.amount, reason.code)
    else {
        return Vec::new();
    };
    let step_minimum = reason.needed.unwrap_or_default();
    let needed = minimum(group, scenario).max(step_minimum).max(unit(group.currency)).saturating_sub(amount);
    let credits = group.items.iter().filter(|i| i.open.is_sign_negative() && i.open.abs() >= needed);
    let mut changes = credits
        .map(|i| Change::CreditRemoved { item: i.receivable_id, amount: i.open.abs() })
        .collect::<Vec<_>>();
    changes.extend(
        raised(group, decision).map(|i| Change::ClaimRaised { item: i.receivable_id, amount: needed }),
    );
    changes.sort_by_key(|change| change.amount());
    changes.truncate(ITEMS_TRIED_MAX);
    changes
}

/// The oldest item that can carry a claim: whether the claim grows there or on another item makes no difference.
fn raised<'g>(group: &'g GroupFacts, decision: &Decision) -> Option<&'g ItemFacts> {
    let free = |i: &&ItemFacts| {
        let blocked = i.block.is_some_and(|block| block.holds_on(decision.decided_on));
        i.open > Decimal::ZERO && !i.is_covered() && !i.disputed && !blocked
    };
    group.items.iter().filter(free).min_by_key(|i| in_statement_order(i))
}

fn minimum(group: &GroupFacts, scenario: &CompiledScenario) -> Decimal {
    scenario.minimum.of(group.currency)
}

/// The smallest unit of a currency.
fn unit(currency: Currency) -> Decimal {
    Decimal::new(1, currency.exponent())
}
