use serde_json::json;

use super::*;
use crate::dunning::decide::Decider;
use crate::dunning::decision::OutcomeKind;
use crate::dunning::fixture::*;
use crate::dunning::group::{Block, BlockReason, OpenContact, Stale, StepNo};

const ON: &str = "2026-05-04";

fn overdue() -> GroupFacts {
    group(vec![item(1, "2026-04-20", "100")])
}

/// The counterfactual of the decision, once its change was applied and seen to flip.
fn proven(group: &GroupFacts) -> Option<(Change, OutcomeKind, Option<u16>)> {
    let scenario = scenario(|_| {});
    let calendar = every_day();
    let mut decider = Decider::new(&scenario, &calendar, day(ON));
    let decision = decider.decide(group);
    let Counterfactual::Single { change, then } = decider.counterfactual(group, &decision) else {
        return None;
    };
    let again = decider.decide_on(&change.applied_to(group), change.day(day(ON))).effect();
    assert_eq!(again, then);
    assert_ne!(again, decision.effect());
    Some((change, then.outcome, then.step.map(StepNo::get)))
}

fn change(group: &GroupFacts) -> Option<Change> {
    proven(group).map(|(change, _, _)| change)
}

#[test]
fn a_contact_is_stopped_by_the_smallest_credit_or_payment() {
    assert_eq!(change(&overdue()), Some(Change::CreditAdded { amount: amount("90.01") }));
    let two = group(vec![item(1, "2026-04-20", "100"), dunned(2, "2026-03-02", "30", (2, "2026-03-09"))]);
    let lower = proven(&two).unwrap();
    assert_eq!(lower, (Change::ItemPaid { item: id(2), amount: amount("30") }, OutcomeKind::Act, Some(2)));
}

#[test]
fn a_waiting_group_names_its_next_day() {
    let waiting = group(vec![item(1, "2026-05-01", "100"), item(2, "2026-04-30", "100")]);
    let next = proven(&waiting).unwrap();
    assert_eq!(next, (Change::BusinessDate { on: day("2026-05-05") }, OutcomeKind::Act, Some(2)));
}

#[test]
fn a_group_without_debts_has_no_counterfactual() {
    assert_eq!(change(&group(vec![])), None);
    assert_eq!(change(&group(vec![dunned(1, "2026-01-05", "100", (4, "2026-03-02"))])), None);
}

#[test]
fn each_hold_names_its_removal() {
    let block = Some(Block { reason: BlockReason::Promise, until: None });
    let flags = |flags: Flags| GroupFacts { flags, ..overdue() };
    let cases = [
        (GroupFacts { stale: Some(Stale::Late), ..overdue() }, Change::DataFresh),
        (GroupFacts { block, ..overdue() }, Change::BlockRemoved),
        (GroupFacts { open_contact: Some(OpenContact::Unknown), ..overdue() }, Change::ContactResolved),
        (
            GroupFacts { last_contact_on: Some(day("2026-04-27")), ..overdue() },
            Change::BusinessDate { on: day("2026-05-07") },
        ),
        (flags(Flags { insolvent: true, ..Flags::default() }), Change::InsolvencyEnded),
        (flags(Flags { vulnerable: true, ..Flags::default() }), Change::VulnerabilityEnded),
        (flags(Flags { intercompany: true, ..Flags::default() }), Change::IntercompanyEnded),
    ];
    for (group, expected) in cases {
        assert_eq!(proven(&group), Some((expected, OutcomeKind::Act, Some(2))));
    }
}

#[test]
fn each_item_left_out_names_its_return() {
    let item = || item(1, "2026-04-20", "100");
    let block = Some(Block { reason: BlockReason::Promise, until: None });
    let cases = [
        (ItemFacts { disputed: true, ..item() }, Change::DisputeResolved { item: id(1) }),
        (ItemFacts { covered: amount("100"), ..item() }, Change::InstrumentReturned { item: id(1) }),
        (ItemFacts { block, ..item() }, Change::ItemBlockRemoved { item: id(1) }),
    ];
    for (item, expected) in cases {
        assert_eq!(change(&group(vec![item])), Some(expected));
    }
}

#[test]
fn a_claim_that_is_too_small_names_the_smallest_amount() {
    let below = group(vec![item(1, "2026-04-20", "7.50")]);
    assert_eq!(change(&below), Some(Change::ClaimRaised { item: id(1), amount: amount("2.50") }));
    let step_minimum = group(vec![dunned(1, "2026-01-05", "45", (3, "2026-03-02"))]);
    let raised = proven(&step_minimum).unwrap();
    assert_eq!(raised, (Change::ClaimRaised { item: id(1), amount: amount("5") }, OutcomeKind::Act, Some(4)));
    let covered = group(vec![item(1, "2026-04-20", "100"), item(2, "2026-04-21", "-110")]);
    assert_eq!(change(&covered), Some(Change::ClaimRaised { item: id(1), amount: amount("20") }));
    let just_covered = group(vec![item(1, "2026-04-20", "10"), item(2, "2026-04-21", "-1")]);
    assert_eq!(change(&just_covered), Some(Change::CreditRemoved { item: id(2), amount: amount("1") }));
}

#[test]
fn two_holds_flip_together_only_by_time() {
    let until = |until| Some(Block { reason: BlockReason::Promise, until });
    let spaced = GroupFacts { last_contact_on: Some(day("2026-04-27")), ..overdue() };
    let ends = GroupFacts { block: until(Some(day("2026-05-12"))), ..spaced.clone() };
    assert_eq!(change(&ends), Some(Change::BusinessDate { on: day("2026-05-13") }));
    assert_eq!(change(&GroupFacts { block: until(None), ..spaced }), None);
}

#[test]
fn an_exit_has_no_single_change_with_a_name() {
    let exits = scenario(|d| {
        let name = json!({ "en": "Few", "es": "Pocas" });
        d["exits"] = json!([{ "condition": "group.item_count < 2", "reason": "few", "name": name }]);
    });
    let calendar = every_day();
    let mut decider = Decider::new(&exits, &calendar, day(ON));
    let decision = decider.decide(&overdue());
    assert_eq!(decider.counterfactual(&overdue(), &decision), Counterfactual::NoneSingle);
}

#[test]
fn a_counterfactual_is_flat_json() {
    let single = Counterfactual::Single {
        change: Change::BusinessDate { on: day(ON) },
        then: Effect { outcome: OutcomeKind::Act, step: StepNo::new(2) },
    };
    assert_eq!(
        serde_json::to_value(single).unwrap(),
        json!({ "kind": "single", "change": "business_date", "on": ON, "then": { "outcome": "act", "step": 2 } })
    );
    assert_eq!(serde_json::to_value(Counterfactual::NoneSingle).unwrap(), json!({ "kind": "none_single" }));
}
