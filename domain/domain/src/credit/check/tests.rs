mod sales;

use kernel::id::AccountId;
use proptest::prelude::*;

use super::*;
use crate::credit::exposure::Component;
use crate::credit::limits::LimitType;
use crate::credit::policy::{CreditsTreatment, SCHEMA};
use crate::rules::finding::Texts;

pub(in crate::credit) fn policy(rules: Vec<CheckRule>) -> CreditPolicy {
    CreditPolicy {
        schema: SCHEMA,
        code: "standard".to_owned(),
        name: texts("Standard"),
        left_out: Vec::new(),
        sub_limits: std::collections::BTreeMap::new(),
        credits: CreditsTreatment::Ignore,
        rate_source: "ECB".to_owned(),
        tolerance_percent: 0,
        on_exceeded: CheckOutcome::Hold,
        on_no_limit: CheckOutcome::Hold,
        on_unknown_account: CheckOutcome::Refuse,
        on_missing_rate: CheckOutcome::Hold,
        on_failure: std::collections::BTreeMap::new(),
        reservation_hours: 72,
        rules,
    }
}

fn texts(text: &str) -> Texts {
    Texts { en: text.to_owned(), es: text.to_owned() }
}

fn rule(code: &str, priority: u16, then: CheckOutcome) -> CheckRule {
    CheckRule {
        code: code.to_owned(),
        name: texts(code),
        priority,
        checkpoints: Vec::new(),
        when: code.to_owned(),
        then,
    }
}

fn holder(kind: HolderKind, n: u128) -> Holder {
    Holder { kind, id: Uuid::from_u128(n) }
}

fn layer(limit_type: LimitType, amount: i64, percent: i64) -> Layer {
    Layer {
        limit: Uuid::from_u128(9),
        limit_type,
        amount: amount.into(),
        covered_percent: percent.into(),
        until: None,
        review_on: None,
    }
}

fn standing(kind: HolderKind, n: u128, exposure: i64, layers: Vec<Layer>) -> Standing {
    let mut amounts = Amounts::default();
    amounts.components.add_to(Component::Open, exposure.into());
    let (holder, exposure) = (holder(kind, n), exposure.into());
    let (parts, late) = (Vec::new(), LateBy::default());
    let replaced = Components::default();
    Standing { holder, legal_entity: None, amounts, exposure, layers, parts, replaced, late }
}

fn situation(amount: i64, standings: Vec<Standing>) -> Situation {
    Situation {
        amount: amount.into(),
        currency: Currency::EUR,
        checkpoint: Checkpoint::Order,
        standings,
        held: Held::default(),
        late: LateBy::default(),
        converted: true,
    }
}

/// The account and its other customer numbers owe so much late, open and returned, for so many days; all of it is in the standings there are
/// already.
fn owing_late(mut situation: Situation, account: (i64, i64, i64), others: (i64, i64, i64)) -> Situation {
    let late = |(open, returned, days_max): (i64, i64, i64)| Late {
        open: open.into(),
        returned: returned.into(),
        days_max,
    };
    situation.late = LateBy { account: late(account), others: late(others) };
    for standing in &mut situation.standings {
        standing.late = match standing.holder.kind {
            HolderKind::Account => LateBy { account: late(account), others: Late::default() },
            HolderKind::Party | HolderKind::Group => situation.late,
        };
        let (party, amounts) = (standing.late.party(), &mut standing.amounts);
        // What is open holds what is late; what came back comes on top.
        amounts.overdue = party.open;
        amounts.components.add_to(Component::Returned, party.returned);
        standing.exposure += party.returned;
    }
    situation
}

/// Rules whose condition is `true`, or that something is overdue.
fn applies(rule: &CheckRule, situation: &Situation) -> bool {
    match rule.code.as_str() {
        "overdue" => situation.late.account.days_max > 30,
        "party_overdue" => situation.late.party().days_max > 30,
        "large" => situation.amount > Decimal::from(1_000),
        _ => true,
    }
}

fn check(policy: &CreditPolicy, situation: &Situation) -> Verdict {
    let fired =
        |s: &Situation| policy.rules.iter().filter(|r| r.is_at(s.checkpoint) && applies(r, s)).collect();
    decide(policy, situation, &fired)
}

#[test]
fn exactly_the_headroom_is_within_the_limit() {
    let at = |amount| {
        situation(amount, vec![standing(HolderKind::Account, 1, 700, vec![layer(LimitType::Own, 1_000, 0)])])
    };
    assert_eq!(check(&policy(vec![]), &at(300)).outcome, CheckOutcome::Allow);
    let over = check(&policy(vec![]), &at(301));
    assert_eq!(over.outcome, CheckOutcome::Hold);
    assert_eq!(over.reasons[0].code, "limit.exceeded");
    assert_eq!(over.binding.unwrap().headroom, Decimal::from(300));
}

#[test]
fn the_holder_that_leaves_least_binds() {
    let standings = vec![
        standing(HolderKind::Account, 1, 100, vec![layer(LimitType::Own, 1_000, 0)]),
        standing(
            HolderKind::Party,
            2,
            500,
            vec![layer(LimitType::Own, 600, 0), layer(LimitType::Insured, 200, 90)],
        ),
        standing(HolderKind::Group, 3, 5_000, vec![]),
    ];
    let verdict = check(&policy(vec![]), &situation(400, standings));
    let binding = verdict.binding.unwrap();
    assert_eq!((binding.holder, binding.headroom), (holder(HolderKind::Party, 2), Decimal::from(300)));
    assert_eq!(verdict.outcome, CheckOutcome::Hold);
    assert_eq!(verdict.covered, Decimal::from(180));
    assert_eq!(
        verdict.unlocks,
        [
            Unlock { change: ChangeKind::LowerAmount, amount: Decimal::from(300) },
            Unlock { change: ChangeKind::RaiseLimit, amount: Decimal::from(100) },
        ]
    );
}

#[test]
fn who_has_no_limit_is_treated_as_the_policy_says() {
    let nobody = situation(1, vec![standing(HolderKind::Account, 1, 0, vec![])]);
    let verdict = check(&policy(vec![]), &nobody);
    assert_eq!((verdict.outcome, verdict.reasons[0].code.as_str()), (CheckOutcome::Hold, "limit.none"));
    let generous = CreditPolicy { on_no_limit: CheckOutcome::Allow, ..policy(vec![]) };
    assert_eq!(check(&generous, &nobody).outcome, CheckOutcome::Allow);
    // A limit of zero is a limit.
    let zero = situation(1, vec![standing(HolderKind::Account, 1, 0, vec![layer(LimitType::Own, 0, 0)])]);
    assert_eq!(check(&generous, &zero).reasons[0].code, "limit.exceeded");
}

#[test]
fn who_has_no_limit_is_told_what_limit_would_bear_the_sale() {
    let told = |exposure, amount, policy: &CreditPolicy| {
        let standings = vec![
            standing(HolderKind::Account, 1, exposure, vec![]),
            standing(HolderKind::Party, 2, 9_000, vec![]),
        ];
        check(policy, &situation(amount, standings)).unlocks
    };
    let raise = |amount| vec![Unlock { change: ChangeKind::RaiseLimit, amount }];
    assert_eq!(told(700, 300, &policy(vec![])), raise(1_000.into()));
    let refusing = CreditPolicy { on_no_limit: CheckOutcome::Refuse, ..policy(vec![]) };
    assert_eq!(told(700, 300, &refusing), raise(1_000.into()));
    assert_eq!(told(-500, 300, &policy(vec![])), raise(Decimal::new(1, 2)), "a limit, be it the least");
    // Where a rule blocks as well a limit alone is not enough, and where the policy asks for none it changes nothing.
    assert_eq!(told(700, 300, &policy(vec![rule("blocked", 5, CheckOutcome::Hold)])), []);
    let generous = CreditPolicy {
        on_no_limit: CheckOutcome::Allow,
        ..policy(vec![rule("blocked", 5, CheckOutcome::Hold)])
    };
    assert_eq!(told(700, 300, &generous), []);
}

#[test]
fn no_limit_of_the_whole_is_promised_where_a_part_is_exceeded_too() {
    let with_orders = |exposure: i64| {
        let mut standing = standing(HolderKind::Account, 1, 0, vec![]);
        standing.parts.push(PartStanding {
            part: Part::Orders,
            exposure: exposure.into(),
            limit: 100.into(),
        });
        check(&policy(vec![]), &situation(40, vec![standing])).unlocks
    };
    assert_eq!(with_orders(60), [Unlock { change: ChangeKind::RaiseLimit, amount: 40.into() }]);
    assert_eq!(with_orders(61), []);
}

#[test]
fn of_two_limits_of_one_part_raising_one_is_told_only_where_it_is_enough() {
    let raised = |own: i64| {
        let mut standing = standing(HolderKind::Account, 1, 0, vec![layer(LimitType::Own, 1_000, 0)]);
        for limit in [50, own] {
            let (part, exposure) = (Part::Orders, 35.into());
            standing.parts.push(PartStanding { part, exposure, limit: limit.into() });
        }
        let unlocks = check(&policy(vec![]), &situation(20, vec![standing])).unlocks;
        unlocks.into_iter().find(|u| u.change == ChangeKind::RaiseLimit).map(|u| u.amount)
    };
    assert_eq!(raised(40), None, "of the other 5 are missing still");
    assert_eq!(raised(55), Some(5.into()));
}

#[test]
fn the_highest_priority_decides_and_the_most_careful_rule_of_it() {
    let enough =
        || situation(10, vec![standing(HolderKind::Account, 1, 0, vec![layer(LimitType::Own, 100, 0)])]);
    let rules = vec![
        rule("low", 1, CheckOutcome::Refuse),
        rule("exempt", 5, CheckOutcome::Allow),
        rule("blocked", 5, CheckOutcome::Hold),
    ];
    let verdict = check(&policy(rules), &enough());
    assert_eq!((verdict.outcome, verdict.reasons[0].code.as_str()), (CheckOutcome::Hold, "blocked"));
    let exempt = check(
        &policy(vec![rule("low", 1, CheckOutcome::Refuse), rule("exempt", 5, CheckOutcome::Allow)]),
        &enough(),
    );
    assert_eq!((exempt.outcome, exempt.reasons[0].code.as_str()), (CheckOutcome::Allow, "exempt"));
}

#[test]
fn an_exemption_holds_against_the_limit_and_says_so() {
    let over = situation(500, vec![standing(HolderKind::Account, 1, 0, vec![layer(LimitType::Own, 100, 0)])]);
    let verdict = check(&policy(vec![rule("exempt", 5, CheckOutcome::Allow)]), &over);
    assert_eq!(verdict.outcome, CheckOutcome::Allow);
    assert!(verdict.reasons.iter().any(|r| r.code == "limit.exempt"), "{verdict:?}");
}

#[test]
fn what_a_rule_blocks_stays_blocked_within_the_limit_and_payment_unlocks_it() {
    let late = situation(10, vec![standing(HolderKind::Account, 1, 50, vec![layer(LimitType::Own, 100, 0)])]);
    let late = owing_late(late, (40, 0, 45), (0, 0, 0));
    let verdict = check(&policy(vec![rule("overdue", 5, CheckOutcome::Hold)]), &late);
    assert_eq!(verdict.outcome, CheckOutcome::Hold);
    assert_eq!(verdict.unlocks, [Unlock { change: ChangeKind::PayOverdue, amount: Decimal::from(40) }]);
}

#[test]
fn where_two_things_block_no_single_change_is_promised() {
    let late =
        situation(100, vec![standing(HolderKind::Account, 1, 80, vec![layer(LimitType::Own, 100, 0)])]);
    let late = owing_late(late, (10, 0, 45), (0, 0, 0));
    let verdict = check(&policy(vec![rule("overdue", 5, CheckOutcome::Hold)]), &late);
    assert_eq!(verdict.unlocks, []);
}

#[test]
fn what_cannot_be_converted_is_judged_by_the_policy_and_by_every_rule_all_the_same() {
    let late = LateBy { account: Late { days_max: 45, ..Late::default() }, ..LateBy::default() };
    let unknown = Situation { converted: false, late, ..situation(10, vec![]) };
    let on_missing_rate = CheckOutcome::Allow;
    let generous = |rules| CreditPolicy { on_missing_rate, ..policy(rules) };
    let told = |policy: &CreditPolicy| {
        let Verdict { outcome, reasons, unlocks, .. } = check(policy, &unknown);
        assert_eq!(unlocks, []);
        (outcome, reasons.first().map(|r| r.code.clone()).unwrap())
    };
    assert_eq!(told(&policy(vec![])), (CheckOutcome::Hold, "limit.rate_missing".to_owned()));
    assert_eq!(told(&generous(vec![])), (CheckOutcome::Allow, "limit.rate_missing".to_owned()));
    let refusing = vec![rule("overdue", 5, CheckOutcome::Refuse)];
    assert_eq!(told(&generous(refusing)), (CheckOutcome::Refuse, "overdue".to_owned()));
}

#[test]
fn every_constraint_tells_the_limits_it_is_made_of_and_what_of_it_is_covered() {
    let (own, insured) = (layer(LimitType::Own, 600, 0), layer(LimitType::Insured, 200, 90));
    let mut account = standing(HolderKind::Account, 1, 100, vec![own.clone()]);
    account.parts.push(PartStanding { part: Part::Orders, exposure: 0.into(), limit: 900.into() });
    let party = standing(HolderKind::Party, 2, 100, vec![own.clone(), insured.clone()]);
    let verdict = check(&policy(vec![]), &situation(50, vec![account, party]));
    let told = verdict.constraints.iter().map(|c| (c.covered, c.layers.clone())).collect::<Vec<_>>();
    let zero = Decimal::ZERO;
    assert_eq!(told, [(zero, vec![own.clone()]), (zero, vec![]), (Decimal::from(135), vec![own, insured])]);
    assert_eq!(verdict.covered, zero, "the account binds");
}

#[test]
fn what_came_back_is_late_too_and_paying_means_paying_it_as_well() {
    let at = |amount| {
        let own = standing(HolderKind::Account, 1, 50, vec![layer(LimitType::Own, 100, 0)]);
        owing_late(situation(amount, vec![own]), (40, 30, 45), (0, 0, 0))
    };
    let blocked = policy(vec![rule("overdue", 5, CheckOutcome::Hold)]);
    let pay = |amount: i64| Unlock { change: ChangeKind::PayOverdue, amount: amount.into() };
    assert_eq!(check(&blocked, &at(10)).unlocks, [pay(70)]);
    // Of 80 it owed 10 are left: 90 more fit, and no more.
    assert_eq!(check(&policy(vec![]), &at(90)).unlocks.last(), Some(&pay(70)));
    assert!(check(&policy(vec![]), &at(91)).unlocks.iter().all(|u| u.change != ChangeKind::PayOverdue));
    let only_returned = |rules| {
        let own = standing(HolderKind::Account, 1, 0, vec![layer(LimitType::Own, 100, 0)]);
        check(&policy(rules), &owing_late(situation(10, vec![own]), (0, 30, 45), (0, 0, 0)))
    };
    assert_eq!(only_returned(vec![rule("overdue", 5, CheckOutcome::Hold)]).unlocks, [pay(30)]);
    let limited = CreditPolicy { left_out: vec![Part::Returned], ..policy(vec![]) };
    let mut own = standing(HolderKind::Account, 1, 0, vec![layer(LimitType::Own, 100, 0)]);
    own.parts.push(PartStanding { part: Part::Returned, exposure: 30.into(), limit: 20.into() });
    let over = owing_late(situation(10, vec![own]), (0, 30, 45), (0, 0, 0));
    assert_eq!(check(&limited, &over).unlocks.last(), Some(&pay(30)), "the part it exceeded is empty then");
}

#[test]
fn credits_that_set_off_what_is_paid_are_not_counted_on_for_the_rest() {
    // The account owes 100, all of it late, and has 80 to its credit; another of its party owes 50.
    let credited = |exposure: i64, kind, n| {
        let mut standing = standing(kind, n, exposure, vec![layer(LimitType::Own, 60, 0)]);
        standing.amounts.components.add_to(Component::Credits, 80.into());
        standing.amounts.credits_own = 80.into();
        standing.exposure -= Decimal::from(80);
        standing
    };
    let netting = CreditPolicy { credits: CreditsTreatment::OwnAccount, ..policy(vec![]) };
    let told = |amount| {
        let standings = vec![credited(100, HolderKind::Account, 1), credited(150, HolderKind::Party, 2)];
        check(&netting, &owing_late(situation(amount, standings), (100, 0, 45), (0, 0, 0))).unlocks
    };
    let pay = Unlock { change: ChangeKind::PayOverdue, amount: 100.into() };
    assert!(told(10).contains(&pay), "50 are left, and 10 more fit");
    assert!(!told(11).contains(&pay), "what the other owes has no credit against it");
}

#[test]
fn what_other_customer_numbers_owe_late_is_theirs_to_pay() {
    let at = |account, others| {
        let own = standing(HolderKind::Account, 1, 50, vec![layer(LimitType::Own, 100, 0)]);
        let party = standing(HolderKind::Party, 2, 120, vec![layer(LimitType::Own, 200, 0)]);
        owing_late(situation(10, vec![own, party]), account, others)
    };
    let blocked = policy(vec![rule("party_overdue", 5, CheckOutcome::Hold)]);
    let told = |situation: &Situation| check(&blocked, situation).unlocks;
    let pay = |change, amount: i64| Unlock { change, amount: amount.into() };
    // Paying on the account alone changes nothing.
    assert_eq!(told(&at((0, 0, 0), (60, 5, 45))), [pay(ChangeKind::PayPartyOverdue, 65)]);
    assert_eq!(told(&at((40, 0, 45), (60, 0, 45))), [pay(ChangeKind::PayPartyOverdue, 100)]);
    // The others are late, and not by so much as to block.
    let both = [pay(ChangeKind::PayOverdue, 40), pay(ChangeKind::PayPartyOverdue, 100)];
    assert_eq!(told(&at((40, 0, 45), (60, 0, 5))), both);
}

#[test]
fn a_part_with_a_limit_of_its_own_binds_by_itself() {
    let mut standing = standing(HolderKind::Account, 1, 100, vec![layer(LimitType::Own, 1_000, 0)]);
    standing.parts.push(PartStanding { part: Part::Orders, exposure: 60.into(), limit: 100.into() });
    let verdict = check(&policy(vec![]), &situation(41, vec![standing]));
    assert_eq!(verdict.outcome, CheckOutcome::Hold);
    assert_eq!(verdict.binding.unwrap().part, Some(Part::Orders));
}

#[test]
fn a_limit_of_a_part_is_no_limit_of_the_whole() {
    let mut standing = standing(HolderKind::Account, 1, 0, vec![]);
    standing.parts.push(PartStanding { part: Part::Orders, exposure: 0.into(), limit: 100.into() });
    let verdict = check(&policy(vec![]), &situation(40, vec![standing.clone()]));
    assert_eq!((verdict.outcome, verdict.reasons[0].code.as_str()), (CheckOutcome::Hold, "limit.none"));
    let generous = CreditPolicy { on_no_limit: CheckOutcome::Allow, ..policy(vec![]) };
    assert_eq!(check(&generous, &situation(40, vec![standing.clone()])).outcome, CheckOutcome::Allow);
    let over = check(&generous, &situation(101, vec![standing]));
    assert_eq!((over.outcome, over.reasons[0].code.as_str()), (CheckOutcome::Hold, "limit.exceeded"));
}

#[test]
fn a_sale_takes_nothing_of_a_part_it_does_not_add_to() {
    let with = |part, exposure: i64| {
        let mut standing = standing(HolderKind::Account, 1, 500, vec![layer(LimitType::Own, 10_000, 0)]);
        standing.parts.push(PartStanding { part, exposure: exposure.into(), limit: 100.into() });
        situation(5_000, vec![standing])
    };
    let none_late = check(&policy(vec![]), &with(Part::Overdue, 0));
    assert_eq!((none_late.outcome, none_late.binding.unwrap().part), (CheckOutcome::Allow, None));
    // More in dispute than is borne stops the next sale, whatever its size.
    let disputed = check(&policy(vec![]), &with(Part::Disputed, 101));
    assert_eq!(disputed.outcome, CheckOutcome::Hold);
    assert_eq!(disputed.binding.unwrap().part, Some(Part::Disputed));
    // What is shipped is no order any more.
    let shipped = Situation { checkpoint: Checkpoint::Ship, ..with(Part::Orders, 0) };
    assert_eq!(check(&policy(vec![]), &shipped).outcome, CheckOutcome::Allow);
}

#[test]
fn the_tolerance_of_one_limit_does_not_pass_another() {
    let tolerant = CreditPolicy { tolerance_percent: 5, ..policy(vec![]) };
    let standings = vec![
        standing(HolderKind::Account, 1, 50, vec![layer(LimitType::Own, 200, 0)]),
        standing(HolderKind::Group, 3, 9_900, vec![layer(LimitType::Group, 10_000, 0)]),
    ];
    // The group leaves 100 and bears 600, the account leaves 150 and bears 160.
    let verdict = check(&tolerant, &situation(300, standings));
    assert_eq!(verdict.outcome, CheckOutcome::Hold);
    assert_eq!(verdict.binding.unwrap().holder.kind, HolderKind::Account);
}

#[test]
fn a_small_excess_passes_without_a_word() {
    let tolerant = CreditPolicy { tolerance_percent: 5, ..policy(vec![]) };
    let at = |amount| {
        situation(amount, vec![standing(HolderKind::Account, 1, 0, vec![layer(LimitType::Own, 100, 0)])])
    };
    assert_eq!(check(&tolerant, &at(105)).outcome, CheckOutcome::Allow);
    assert_eq!(check(&tolerant, &at(106)).outcome, CheckOutcome::Hold);
}

#[test]
fn holders_are_named_as_callers_know_them() {
    let id = Uuid::from_u128(5);
    assert_eq!(Holder { kind: HolderKind::Account, id }.public_id(), AccountId(id).to_string());
}

proptest! {
    /// More is never allowed where less is not, and every change that is promised leads to `allow`.
    #[test]
    fn selling_more_is_never_easier_and_promises_hold(
        amount in 1_i64..2_000,
        exposures in proptest::collection::vec((0_i64..2_000, proptest::option::of(0_i64..2_000)), 1..4),
        late in any::<bool>(),
        (returned, others) in (0_i64..50, 0_i64..60),
        priorities in (0_u16..3, 0_u16..3),
    ) {
        let kinds = [HolderKind::Account, HolderKind::Party, HolderKind::Group];
        let standings = exposures.iter().zip(kinds).map(|((exposure, limit), kind)| {
            standing(kind, 1, *exposure, limit.map(|l| layer(LimitType::Own, l, 0)).into_iter().collect())
        }).collect::<Vec<_>>();
        let mut asked = situation(amount, standings);
        if late {
            let least = exposures.iter().map(|(exposure, _)| *exposure).min().unwrap_or_default();
            asked = owing_late(asked, (least / 2, returned, 60), (least - least / 2, 0, others));
        }
        let about = if returned % 2 == 0 { "overdue" } else { "party_overdue" };
        let rules = vec![rule(about, priorities.0, CheckOutcome::Hold), rule("large", priorities.1, CheckOutcome::Refuse)];
        let policy = policy(rules);
        let verdict = check(&policy, &asked);
        let more = Situation { amount: asked.amount + Decimal::ONE, ..asked.clone() };
        if verdict.outcome != CheckOutcome::Allow {
            prop_assert_ne!(check(&policy, &more).outcome, CheckOutcome::Allow);
        }
        for unlock in verdict.unlocks.iter().filter(|u| u.change == ChangeKind::LowerAmount) {
            let less = Situation { amount: unlock.amount, ..asked.clone() };
            prop_assert_eq!(check(&policy, &less).outcome, CheckOutcome::Allow);
        }
        for unlock in &verdict.unlocks {
            let others = match unlock.change {
                ChangeKind::PayOverdue => asked.late.others,
                ChangeKind::PayPartyOverdue => Late::default(),
                ChangeKind::LowerAmount | ChangeKind::RaiseLimit => continue,
            };
            prop_assert_eq!(unlock.amount, asked.late.party().total() - others.total());
            let mut paid = asked.clone();
            paid.late = LateBy { account: Late::default(), others };
            for standing in &mut paid.standings {
                let kept = if standing.holder.kind == HolderKind::Account { Late::default() } else { others };
                let gone = standing.late.party().total() - kept.total();
                standing.exposure -= gone;
            }
            prop_assert_eq!(check(&policy, &paid).outcome, CheckOutcome::Allow);
        }
        let unlimited = asked.standings.iter().all(|s| s.layers.is_empty());
        for unlock in verdict.unlocks.iter().filter(|u| unlimited && u.change == ChangeKind::RaiseLimit) {
            let mut granted = asked.clone();
            granted.standings[0].layers =
                vec![Layer { amount: unlock.amount, ..layer(LimitType::Own, 0, 0) }];
            prop_assert_eq!(check(&policy, &granted).outcome, CheckOutcome::Allow);
        }
        prop_assert!(verdict.reasons.iter().any(|r| r.decisive), "{:?}", verdict);
    }
}
