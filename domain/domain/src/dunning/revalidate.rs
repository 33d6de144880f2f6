//! The last look before a message leaves: is what was decided still true?

use super::decide::Decider;
use super::decision::{Act, CreditLine, Decision, ItemStep, Outcome};
use super::group::{GroupFacts, OpenContact};

/// What became of a planned contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revalidated {
    /// Same step, same items, same amounts: it may go.
    Unchanged,
    /// Same step, and all it claims still stands as planned; only more could be claimed by now. What is not sent yet may go as
    /// it was decided: a debtor with frequent due dates would else be overtaken every morning and never dunned.
    Grown(Decision),
    /// There is still a contact to make, but another one: other amounts, items or step. The planned one must not go.
    Changed(Decision),
    /// There is none any more (paid, blocked, covered, too small …); the reasons say why. It must not go.
    Void(Decision),
}

impl Decider<'_> {
    /// Decides again with the facts of the moment of sending, without the planned contact itself, and compares with what was
    /// planned. Another that is on its way, or of unknown outcome, counts against it; a proposal contacts nobody.
    pub fn revalidate(&mut self, group: &GroupFacts, planned: &Act) -> Revalidated {
        let open_contact = group.open_contact.filter(|contact| *contact != OpenContact::Proposed);
        let decision = self.decide(&GroupFacts { open_contact, ..group.clone() });
        match &decision.outcome {
            Outcome::Act(act) if is_same(act, planned) => Revalidated::Unchanged,
            Outcome::Act(act) if has_grown(act, planned) => Revalidated::Grown(decision),
            Outcome::Act(_) => Revalidated::Changed(decision),
            Outcome::Hold | Outcome::Nothing => Revalidated::Void(decision),
        }
    }
}

/// Days overdue grow by themselves while a message waits for the morning; everything else must be equal.
fn is_same(act: &Act, planned: &Act) -> bool {
    let line = |i: &ItemStep| (i.account, i.item, i.open, i.step, i.last_step);
    let credit = |c: &CreditLine| (c.account, c.item, c.amount);
    act.step == planned.step
        && act.total == planned.total
        && act.items.iter().map(line).eq(planned.items.iter().map(line))
        && act.credits.iter().map(credit).eq(planned.credits.iter().map(credit))
}

/// Every planned item is claimed with its amount and stands on the step it stood on, at least as old as when it was decided;
/// the credits are the same. Then the total differs by what came to it alone.
fn has_grown(act: &Act, planned: &Act) -> bool {
    let credit = |c: &CreditLine| (c.account, c.item, c.amount);
    let still = |planned: &ItemStep| {
        act.items.iter().any(|now| {
            (now.account, now.item, now.open, now.last_step)
                == (planned.account, planned.item, planned.open, planned.last_step)
                && now.step >= planned.step
        })
    };
    act.step == planned.step
        && planned.items.iter().all(still)
        && act.credits.iter().map(credit).eq(planned.credits.iter().map(credit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dunning::fixture::*;
    use crate::dunning::group::{Block, BlockReason};
    use crate::dunning::reason::ReasonCode;

    /// A contact planned on a Monday, looked at again two days later after `change`.
    fn two_days_later(change: impl FnOnce(&mut GroupFacts)) -> Revalidated {
        let mut facts = group(vec![item(1, "2026-04-20", "100"), item(2, "2026-04-21", "50")]);
        let planned = decide(&facts, "2026-05-04").act().unwrap().clone();
        facts.open_contact = Some(OpenContact::Proposed);
        change(&mut facts);
        Decider::new(&scenario(|_| {}), &every_day(), day("2026-05-06")).revalidate(&facts, &planned)
    }

    fn void_because(revalidated: Revalidated) -> ReasonCode {
        let Revalidated::Void(decision) = revalidated else {
            panic!("{revalidated:?}");
        };
        decision.reason_code()
    }

    #[test]
    fn an_unchanged_contact_may_go_although_it_waited() {
        assert_eq!(two_days_later(|_| {}), Revalidated::Unchanged);
    }

    #[test]
    fn a_contact_to_which_an_item_came_may_go_as_it_was_decided() {
        let Revalidated::Grown(decision) =
            two_days_later(|facts| facts.items.push(item(3, "2026-05-03", "30")))
        else {
            panic!("the planned claim still holds");
        };
        assert_eq!(decision.act().unwrap().items.len(), 3);
    }

    #[test]
    fn more_to_claim_does_not_excuse_what_is_gone_nor_another_step() {
        let another = item(3, "2026-05-03", "30");
        let paid = two_days_later(|facts| facts.items[0] = another);
        assert!(matches!(paid, Revalidated::Changed(_)));
        let credited = two_days_later(|facts| facts.items.extend([another, item(4, "2026-05-05", "-1")]));
        assert!(matches!(credited, Revalidated::Changed(_)));
        let higher = dunned(3, "2026-03-20", "30", (2, "2026-03-30"));
        let escalated = two_days_later(|facts| facts.items.push(higher));
        assert!(matches!(escalated, Revalidated::Changed(_)));
    }

    #[test]
    fn nothing_goes_out_after_payment() {
        let paid = two_days_later(|facts| facts.items.clear());
        assert_eq!(void_because(paid), ReasonCode::NothingOpen);
    }

    #[test]
    fn an_amount_that_changed_stops_the_planned_contact() {
        let Revalidated::Changed(decision) = two_days_later(|facts| facts.items[0].open = amount("60"))
        else {
            panic!("the planned amounts are wrong by now");
        };
        assert_eq!(decision.act().unwrap().total, amount("110"));
        let credited = two_days_later(|facts| facts.items.push(item(3, "2026-05-05", "-1")));
        assert!(matches!(credited, Revalidated::Changed(_)));
    }

    #[test]
    fn another_contact_on_its_way_or_of_unknown_outcome_stops_it() {
        for other in [OpenContact::Planned, OpenContact::Reserved, OpenContact::Unknown] {
            let held = two_days_later(|facts| facts.open_contact = Some(other));
            assert_eq!(void_because(held), ReasonCode::HoldOpenContact, "{other}");
        }
    }

    #[test]
    fn a_block_or_another_send_in_the_meantime_stops_it() {
        let block = Some(Block { reason: BlockReason::Promise, until: None });
        assert_eq!(void_because(two_days_later(|facts| facts.block = block)), ReasonCode::HoldBlocked);
        let sent = two_days_later(|facts| facts.last_contact_on = Some(day("2026-05-05")));
        assert_eq!(void_because(sent), ReasonCode::HoldMinimumSpacing);
    }
}
