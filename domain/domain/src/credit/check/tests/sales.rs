//! Sales that are asked about in parts.

use super::*;

#[test]
fn a_smaller_part_of_an_order_is_told_only_where_it_would_pass() {
    // 450 are invoiced, 300 ordered; of the order `asked` are to be shipped.
    let shipping = |limit: i64, asked: i64| {
        let mut own = standing(HolderKind::Account, 1, 450, vec![layer(LimitType::Own, limit, 0)]);
        let held = Held { components: Components::of(Component::Orders, 300.into()), ..Held::default() };
        own.replaced = held.replaced(Checkpoint::Ship, asked.into());
        own.amounts.components.add_to(Component::Orders, 300.into());
        own.amounts.components += -own.replaced;
        own.exposure = own.amounts.counted(&policy(vec![]));
        let situation = Situation { checkpoint: Checkpoint::Ship, held, ..situation(asked, vec![own]) };
        check(&policy(vec![]), &situation)
    };
    let lower = |verdict: &Verdict| {
        let found = verdict.unlocks.iter().find(|unlock| unlock.change == ChangeKind::LowerAmount);
        found.map(|unlock| unlock.amount)
    };
    // The order alone is more than there is room for: no part of it passes.
    let over = shipping(720, 320);
    assert_eq!((over.outcome, lower(&over)), (CheckOutcome::Hold, None));
    assert_eq!(shipping(720, 1).outcome, CheckOutcome::Hold);
    // Beyond the order there is room for 30 more.
    let over = shipping(780, 340);
    assert_eq!((over.outcome, lower(&over)), (CheckOutcome::Hold, Some(330.into())));
    assert_eq!(shipping(780, 330).outcome, CheckOutcome::Allow);
}
