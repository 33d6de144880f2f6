//! How much of what is there counts, by the policy.

use kernel::Decimal;
use serde::Deserialize;

use super::exposure::{Component, Components};
use super::policy::{CreditPolicy, CreditsTreatment, Part};

/// Amounts of one holder in one currency, with what of them is overdue and what its accounts may set off each for itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amounts {
    pub components: Components,
    /// What of [`Component::Open`] is overdue.
    pub overdue: Decimal,
    /// Credits of each account, up to what of it counts that it owes, see [`Owing::set_off`].
    pub credits_own: Decimal,
}

/// What one account owes that it has something to its credit against, in one currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub struct Owing {
    pub credits: Decimal,
    pub open: Decimal,
    /// What of [`Owing::open`] is overdue.
    pub overdue: Decimal,
    pub disputed: Decimal,
    pub returned: Decimal,
}

impl Owing {
    /// What of its credits lowers its own exposure: no more than counts of what it owes, so that nothing is left for another account's.
    pub fn set_off(&self, policy: &CreditPolicy) -> Decimal {
        let owed = [
            (Part::NotDue, self.open - self.overdue),
            (Part::Overdue, self.overdue),
            (Part::Disputed, self.disputed),
            (Part::Returned, self.returned),
        ];
        let counted = owed.into_iter().filter(|(part, _)| policy.counts(*part)).map(|(_, amount)| amount);
        self.credits.min(counted.sum()).max(Decimal::ZERO)
    }
}

impl Amounts {
    /// One part.
    pub fn part(&self, part: Part) -> Decimal {
        let of = |component| self.components.get(component);
        match part {
            Part::NotDue => of(Component::Open) - self.overdue,
            Part::Overdue => self.overdue,
            Part::Disputed => of(Component::Disputed),
            Part::Returned => of(Component::Returned),
            Part::Instruments => of(Component::Instruments),
            Part::Orders => of(Component::Orders),
            Part::Deliveries => of(Component::Deliveries),
            Part::Reserved => of(Component::Reserved),
        }
    }

    /// What counts against the limit of a part. What is reserved becomes orders.
    pub fn against(&self, part: Part) -> Decimal {
        let also = if part == Part::Orders { self.part(Part::Reserved) } else { Decimal::ZERO };
        self.part(part) + also
    }

    /// What is set off by the policy.
    pub fn set_off(&self, policy: &CreditPolicy) -> Decimal {
        match policy.credits {
            CreditsTreatment::Ignore => Decimal::ZERO,
            CreditsTreatment::OwnAccount => self.credits_own,
            CreditsTreatment::All => self.components.get(Component::Credits),
        }
    }

    /// What counts by the policy. Never below zero, unless everything is set off.
    pub fn counted(&self, policy: &CreditPolicy) -> Decimal {
        use kernel::text_enum::TextEnum as _;
        let counted = Part::ALL.iter().filter(|part| policy.counts(**part)).map(|part| self.part(*part));
        let net = counted.sum::<Decimal>() - self.set_off(policy);
        if policy.credits == CreditsTreatment::All { net } else { net.max(Decimal::ZERO) }
    }
}

/// Exposure by limit, with six decimals; none of a limit of zero.
pub fn utilisation(exposure: Decimal, limit: Decimal) -> Option<Decimal> {
    exposure.checked_div(limit).map(|ratio| ratio.round_dp(6))
}

/// Of one account among those a sum is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaf {
    pub amounts: Amounts,
    /// A company of our own: declared to be left out of every sum above it.
    pub eliminated: bool,
}

/// The sum over accounts, and what was left out of it.
pub fn roll_up(leaves: &[Leaf]) -> (Amounts, Amounts) {
    let mut sums = (Amounts::default(), Amounts::default());
    for leaf in leaves {
        let sum = if leaf.eliminated { &mut sums.1 } else { &mut sums.0 };
        sum.components += leaf.amounts.components;
        sum.overdue += leaf.amounts.overdue;
        sum.credits_own += leaf.amounts.credits_own;
    }
    sums
}

#[cfg(test)]
mod tests {
    use kernel::text_enum::TextEnum as _;
    use proptest::prelude::*;

    use super::*;
    use crate::credit::check::tests::policy;

    fn amounts() -> impl Strategy<Value = Amounts> {
        (proptest::collection::vec(0_i64..1_000, Component::ALL.len()), 0_i64..100).prop_map(
            |(each, overdue)| {
                let mut components = Components::default();
                for (component, amount) in Component::ALL.iter().zip(&each) {
                    components.add_to(*component, Decimal::from(*amount));
                }
                let overdue = Decimal::from(overdue).min(components.get(Component::Open));
                Amounts { components, overdue, credits_own: Decimal::ZERO }
            },
        )
    }

    /// The same with what an account sets off for itself.
    fn setting_off(amounts: Amounts, policy: &CreditPolicy) -> Amounts {
        let of = |component| amounts.components.get(component);
        let owing = Owing {
            credits: of(Component::Credits),
            open: of(Component::Open),
            overdue: amounts.overdue,
            disputed: of(Component::Disputed),
            returned: of(Component::Returned),
        };
        Amounts { credits_own: owing.set_off(policy), ..amounts }
    }

    proptest! {
        #[test]
        fn a_roll_up_is_the_sum_of_its_leaves_less_what_is_eliminated(
            leaves in proptest::collection::vec((amounts(), any::<bool>()), 0..12),
        ) {
            let leaves = leaves.into_iter().map(|(amounts, eliminated)| Leaf { amounts, eliminated }).collect::<Vec<_>>();
            let (sum, eliminated) = roll_up(&leaves);
            for part in Part::ALL {
                let all = leaves.iter().map(|l| l.amounts.part(*part)).sum::<Decimal>();
                prop_assert_eq!(sum.part(*part), all - eliminated.part(*part));
            }
            let parts = Part::ALL.iter().map(|p| sum.part(*p)).sum::<Decimal>();
            prop_assert_eq!(parts, sum.components.gross());
        }

        #[test]
        fn a_credit_balance_never_raises_headroom_unless_everything_is_set_off(
            leaves in proptest::collection::vec(amounts(), 1..6),
            left_out in proptest::sample::subsequence(Part::ALL.to_vec(), 0..=Part::ALL.len()),
        ) {
            let by = |credits| CreditPolicy { credits, left_out: left_out.clone(), ..policy(vec![]) };
            let alone = by(CreditsTreatment::OwnAccount);
            let leaf = |amounts| Leaf { amounts: setting_off(amounts, &alone), eliminated: false };
            let leaves = leaves.into_iter().map(leaf).collect::<Vec<_>>();
            let (sum, _) = roll_up(&leaves);
            let out = left_out.iter().map(|part| sum.part(*part)).sum::<Decimal>();
            prop_assert_eq!(sum.counted(&by(CreditsTreatment::Ignore)), sum.components.gross() - out);
            // What one account has to its credit lowers nothing of another's.
            prop_assert!(sum.counted(&alone) >= Decimal::ZERO);
            let each = leaves.iter().map(|leaf| leaf.amounts.counted(&alone)).sum::<Decimal>();
            prop_assert_eq!(sum.counted(&alone), each);
        }
    }
}
