//! What would unlock a sale: single changes, each evaluated before it is told.

use kernel::Decimal;
use uuid::Uuid;

use super::{ChangeKind, Constraint, Fired, Late, LateBy, PartStanding, Situation, Unlock, Verdict, judge};
use crate::credit::exposure::Component;
use crate::credit::holder::HolderKind;
use crate::credit::limits::{Layer, LimitType};
use crate::credit::policy::{CheckOutcome, CreditPolicy, Part};

/// Single changes, each tried out.
pub(super) fn unlocks(
    policy: &CreditPolicy,
    situation: &Situation,
    verdict: &Verdict,
    fired: &Fired<'_, '_>,
) -> Vec<Unlock> {
    let mut found = candidates(policy, situation, verdict)
        .into_iter()
        .filter(|(_, changed)| judge(policy, changed, fired).outcome == CheckOutcome::Allow)
        .map(|(unlock, _)| unlock)
        .collect::<Vec<_>>();
    found.sort_by_key(|unlock| unlock_size(situation, unlock));
    found
}

/// How far a change goes: what is not sold, granted or paid.
fn unlock_size(situation: &Situation, unlock: &Unlock) -> Decimal {
    match unlock.change {
        ChangeKind::LowerAmount => situation.amount - unlock.amount,
        ChangeKind::RaiseLimit | ChangeKind::PayOverdue | ChangeKind::PayPartyOverdue => unlock.amount,
    }
}

fn candidates(policy: &CreditPolicy, situation: &Situation, verdict: &Verdict) -> Vec<(Unlock, Situation)> {
    let mut all = Vec::new();
    if let Some(binding) = &verdict.binding {
        let most = (binding.headroom + binding.tolerance(policy))
            .round_dp_with_strategy(situation.currency.exponent(), rust_decimal::RoundingStrategy::ToZero);
        let asked = binding.asked(situation);
        if most > Decimal::ZERO && most < asked {
            let unlock = Unlock { change: ChangeKind::LowerAmount, amount: most };
            all.push((unlock, situation.asking(policy, most)));
        }
        let short = asked - binding.headroom;
        if short > Decimal::ZERO {
            let unlock = Unlock { change: ChangeKind::RaiseLimit, amount: short };
            all.push((unlock, raised(situation, binding, short)));
        }
    }
    if verdict.constraints.iter().all(|constraint| constraint.part.is_some()) {
        all.extend(granted(situation));
    }
    all.extend(paid(policy, situation, (ChangeKind::PayOverdue, LateBy::take_account)));
    // Worth telling beside the other only where there is more to pay.
    if situation.late.others.total() > Decimal::ZERO {
        all.extend(paid(policy, situation, (ChangeKind::PayPartyOverdue, LateBy::take_party)));
    }
    all
}

/// Nobody has a limit of the whole: the account is granted one that bears the sale.
fn granted(situation: &Situation) -> Option<(Unlock, Situation)> {
    let mut changed = situation.clone();
    let account = changed.standings.iter_mut().find(|s| s.holder.kind == HolderKind::Account)?;
    // Credits may be more than enough for it; a limit is of something all the same.
    let least = Decimal::new(1, situation.currency.exponent());
    let amount = (account.exposure + situation.amount).max(least);
    account.layers.push(Layer {
        limit: Uuid::nil(),
        limit_type: LimitType::Own,
        amount,
        covered_percent: Decimal::ZERO,
        until: None,
        review_on: None,
    });
    Some((Unlock { change: ChangeKind::RaiseLimit, amount }, changed))
}

fn raised(situation: &Situation, binding: &Constraint, by: Decimal) -> Situation {
    let mut changed = situation.clone();
    let of = (binding.holder, binding.legal_entity);
    for standing in changed.standings.iter_mut().filter(|s| (s.holder, s.legal_entity) == of) {
        match binding.part {
            None => standing.layers.iter_mut().take(1).for_each(|layer| layer.amount += by),
            // A part may be limited twice, by the policy and by a limit of its own: one of them is raised.
            Some(part) => {
                let bound = |p: &&mut PartStanding| p.part == part && p.limit == binding.limit;
                standing.parts.iter_mut().filter(bound).take(1).for_each(|p| p.limit += by);
            }
        }
    }
    changed
}

/// What is late is paid, by the account alone or by its whole party: everybody who answers for it owes so much less.
fn paid(
    policy: &CreditPolicy,
    situation: &Situation,
    (change, take): (ChangeKind, fn(&mut LateBy) -> Late),
) -> Option<(Unlock, Situation)> {
    let mut changed = situation.clone();
    let amount = take(&mut changed.late).total();
    if amount <= Decimal::ZERO {
        return None;
    }
    for standing in &mut changed.standings {
        let gone = take(&mut standing.late);
        let amounts = &mut standing.amounts;
        amounts.components.add_to(Component::Open, -gone.open);
        amounts.components.add_to(Component::Returned, -gone.returned);
        amounts.overdue -= gone.open;
        // What is not owed any more sets off nothing. Of which account the credits are is not known here: none is counted on.
        amounts.credits_own -= amounts.credits_own.min(gone.total());
        standing.exposure = amounts.counted(policy);
        for part in &mut standing.parts {
            match part.part {
                Part::Overdue => part.exposure -= gone.open,
                Part::Returned => part.exposure -= gone.returned,
                Part::NotDue
                | Part::Disputed
                | Part::Instruments
                | Part::Orders
                | Part::Deliveries
                | Part::Reserved => {}
            }
        }
    }
    Some((Unlock { change, amount }, changed))
}
