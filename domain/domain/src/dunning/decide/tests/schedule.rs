//! When a step's time comes, and whose.

use kernel::calendar::BusinessCalendar;
use serde_json::json;

use crate::dunning::decide::Decider;
use crate::dunning::decision::{Decision, Outcome};
use crate::dunning::fixture::*;
use crate::dunning::group::{GroupFacts, ItemFacts, Profile};
use crate::dunning::reason::ReasonCode;
use crate::receivables::kinds::ReceivableKind;

fn under(calendar: &BusinessCalendar, group: &GroupFacts, on: &str) -> Decision {
    Decider::new(&scenario(|_| {}), calendar, day(on)).decide(group)
}

#[test]
fn nobody_is_dunned_on_the_due_date_or_within_the_days_of_grace() {
    let eager = scenario(|d| d["steps"][1]["when"]["days"] = json!(0));
    let group = group(vec![item(1, "2026-05-04", "100")]);
    for on in ["2026-05-04", "2026-05-05", "2026-05-06"] {
        assert_eq!(decide_by(&eager, &group, on).outcome, Outcome::Nothing, "{on}");
    }
    assert_eq!(step_of(&decide_by(&eager, &group, "2026-05-07")), Some(2));
    let no_grace = scenario(|d| {
        d["grace_days"] = json!(0);
        d["steps"][1]["when"]["days"] = json!(0);
    });
    assert_eq!(decide_by(&no_grace, &group, "2026-05-04").outcome, Outcome::Nothing);
    assert_eq!(step_of(&decide_by(&no_grace, &group, "2026-05-05")), Some(2));
}

#[test]
fn a_due_date_on_a_sunday_is_met_on_monday() {
    let eager = scenario(|d| {
        d["grace_days"] = json!(0);
        d["shift"] = json!("none");
        d["steps"][1]["when"]["days"] = json!(1);
    });
    let group = group(vec![item(1, "2026-05-03", "100")]);
    let weekdays = weekdays();
    let decide = |on: &str| Decider::new(&eager, &weekdays, day(on)).decide(&group);
    assert_eq!(decide("2026-05-04").outcome, Outcome::Nothing);
    assert_eq!(step_of(&decide("2026-05-05")), Some(2));
}

#[test]
fn a_threshold_on_a_saturday_waits_for_monday() {
    // Five days after Monday the 4th is Saturday the 9th.
    let group = group(vec![item(1, "2026-05-04", "100")]);
    assert_eq!(step_of(&under(&every_day(), &group, "2026-05-09")), Some(2));
    assert_eq!(step_of(&under(&weekdays(), &group, "2026-05-09")), None);
    assert_eq!(step_of(&under(&weekdays(), &group, "2026-05-11")), Some(2));
}

#[test]
fn a_threshold_moved_back_never_reaches_the_due_date() {
    let back = scenario(|d| {
        d["shift"] = json!("previous");
        d["grace_days"] = json!(0);
        d["steps"][1]["when"]["days"] = json!(1);
    });
    // Due Friday the 8th; one day later is Saturday, which moves back onto the due date.
    let group = group(vec![item(1, "2026-05-08", "100")]);
    let weekdays = weekdays();
    let decide = |on: &str| step_of(&Decider::new(&back, &weekdays, day(on)).decide(&group));
    assert_eq!(decide("2026-05-08"), None);
    assert_eq!(decide("2026-05-09"), Some(2));
}

#[test]
fn a_reminder_before_due_that_would_move_onto_the_due_date_moves_back() {
    let late = scenario(|d| d["steps"][0]["when"]["days"] = json!(1));
    // Due Monday the 11th; the day before is Sunday, and the next business day would be the due date.
    let group = group(vec![item(1, "2026-05-11", "100")]);
    let weekdays = weekdays();
    let decide = |on: &str| step_of(&Decider::new(&late, &weekdays, day(on)).decide(&group));
    assert_eq!(decide("2026-05-07"), None);
    assert_eq!(decide("2026-05-08"), Some(1));
    assert_eq!(decide("2026-05-11"), None);
}

#[test]
fn after_a_backlog_the_first_step_still_comes_first() {
    let decision = decide(&group(vec![item(1, "2026-01-05", "100")]), "2026-05-04");
    assert_eq!(step_of(&decision), Some(2));
    assert_eq!(reasons(&decision), [ReasonCode::ActAfterDue, ReasonCode::ItemPredecessorFirst]);
}

#[test]
fn the_gap_counts_from_the_proven_send() {
    let sent_late = group(vec![dunned(1, "2026-01-05", "100", (2, "2026-05-04"))]);
    assert_eq!(decide(&sent_late, "2026-05-18").outcome, Outcome::Nothing);
    assert_eq!(step_of(&decide(&sent_late, "2026-05-19")), Some(3));
}

#[test]
fn a_step_is_not_repeated_and_the_ladder_ends() {
    let finished = decide(&group(vec![dunned(1, "2026-01-05", "100", (4, "2026-03-02"))]), "2026-05-04");
    assert_eq!(finished.outcome, Outcome::Nothing);
    assert_eq!(finished.reason_code(), ReasonCode::NothingFinished);
}

#[test]
fn an_optional_step_may_be_passed_over_and_a_required_one_may_not() {
    let optional = scenario(|d| d["steps"][2]["optional"] = json!(true));
    let old = group(vec![dunned(1, "2026-01-05", "100", (2, "2026-03-02"))]);
    assert_eq!(step_of(&decide_by(&optional, &old, "2026-05-04")), Some(4));
    assert_eq!(step_of(&decide(&old, "2026-05-04")), Some(3));
}

#[test]
fn days_after_the_previous_step_count_from_its_send() {
    let relative = scenario(|d| d["steps"][2]["when"] = json!({ "days_after_previous_step": 12 }));
    let sent = group(vec![dunned(1, "2026-04-20", "100", (2, "2026-04-28"))]);
    assert_eq!(decide_by(&relative, &sent, "2026-05-12").outcome, Outcome::Nothing, "the gap is 15 days");
    assert_eq!(step_of(&decide_by(&relative, &sent, "2026-05-13")), Some(3));
}

#[test]
fn days_after_a_reminder_before_due_never_end_before_the_due_date() {
    let relative = scenario(|d| {
        d["steps"][1]["optional"] = json!(true);
        d["steps"][1]["when"] = json!({ "days_after_previous_step": 1 });
    });
    let reminded = group(vec![dunned(1, "2026-05-11", "100", (1, "2026-05-08"))]);
    for on in ["2026-05-09", "2026-05-11", "2026-05-13"] {
        assert_eq!(decide_by(&relative, &reminded, on).outcome, Outcome::Nothing, "{on}");
    }
    assert_eq!(step_of(&decide_by(&relative, &reminded, "2026-05-14")), Some(2));
}

#[test]
fn the_group_takes_the_highest_step_and_speaks_of_every_overdue_item() {
    let group = group(vec![
        item(4, "2026-05-25", "400"),
        item(3, "2026-05-01", "300"),
        item(2, "2026-04-20", "200"),
        dunned(1, "2026-04-01", "100", (2, "2026-04-08")),
    ]);
    let decision = decide(&group, "2026-05-04");
    let act = decision.act().unwrap();
    assert_eq!(act.step, step(3));
    let items = act.items.iter().map(|i| (i.item, i.step, i.last_step, i.days_overdue)).collect::<Vec<_>>();
    assert_eq!(
        items,
        [
            (id(1), Some(step(3)), Some(step(2)), 33),
            (id(2), Some(step(2)), None, 14),
            // Overdue and past grace, but not five days: listed, so that it is not hidden, at no step.
            (id(3), None, None, 3),
        ]
    );
    assert_eq!(act.total, amount("600"));
}

#[test]
fn a_reminder_before_due_speaks_only_of_items_not_yet_due() {
    let group = group(vec![
        item(1, "2026-05-06", "100"),
        item(2, "2026-05-20", "200"),
        dunned(3, "2026-04-20", "300", (2, "2026-04-24")),
    ]);
    let decision = decide(&group, "2026-05-04");
    assert_eq!(step_of(&decision), Some(1));
    assert_eq!(decision.act().unwrap().items.iter().map(|i| i.item).collect::<Vec<_>>(), [id(1)]);
    assert_eq!(decision.reason_code(), ReasonCode::ActBeforeDue);
}

#[test]
fn no_reminder_before_due_goes_out_with_a_step_after_due() {
    let group = group(vec![item(1, "2026-05-06", "100"), item(2, "2026-04-20", "200")]);
    let decision = decide(&group, "2026-05-04");
    assert_eq!(step_of(&decision), Some(2));
    assert_eq!(decision.act().unwrap().items.iter().map(|i| i.item).collect::<Vec<_>>(), [id(2)]);
}

#[test]
fn a_returned_payment_goes_on_where_its_item_stood_at_its_original_age() {
    let reopened = group(vec![dunned(1, "2026-02-02", "100", (3, "2026-03-02"))]);
    assert_eq!(step_of(&decide(&reopened, "2026-05-04")), Some(4));
}

#[test]
fn new_items_start_the_ladder_again_beside_old_history() {
    let mut group = group(vec![item(2, "2026-04-20", "100")]);
    group.last_contact_on = Some(day("2026-03-02"));
    assert_eq!(step_of(&decide(&group, "2026-05-04")), Some(2));
}

#[test]
fn a_part_payment_neither_skips_a_step_nor_starts_again() {
    let before = group(vec![dunned(1, "2026-04-01", "1000", (2, "2026-04-08"))]);
    let mut after = before.clone();
    after.items[0].open = amount("20");
    assert_eq!(step_of(&decide(&before, "2026-05-04")), Some(3));
    assert_eq!(step_of(&decide(&after, "2026-05-04")), Some(3));
}

#[test]
fn an_expected_pay_date_postpones_but_not_for_ever() {
    let expected =
        |on: &str| group(vec![ItemFacts { expected_pay_on: Some(day(on)), ..item(1, "2026-04-10", "100") }]);
    let soon = decide(&expected("2026-04-25"), "2026-04-27");
    assert_eq!(soon.outcome, Outcome::Nothing);
    assert_eq!(soon.claim.left_out_count, 1);
    assert_eq!(step_of(&decide(&expected("2026-04-25"), "2026-04-28")), Some(2));
    assert_eq!(step_of(&decide(&expected("2027-01-01"), "2026-05-13")), Some(2), "thirty days at most");
    let ignored = scenario(|d| d["expected_pay_wait_days_max"] = json!(0));
    assert_eq!(step_of(&decide_by(&ignored, &expected("2026-04-25"), "2026-04-20")), Some(2));
}

#[test]
fn conditions_branch_by_segment_and_cap_by_item() {
    let branched = scenario(|d| {
        d["steps"][2]["optional"] = json!(true);
        d["steps"][2]["condition"] = json!("group.segment == 'gentle'");
        d["steps"][3]["condition"] = json!("item.kind != 'fee'");
    });
    let sent = dunned(1, "2026-01-05", "100", (2, "2026-03-02"));
    let plain = group(vec![sent]);
    assert_eq!(step_of(&decide_by(&branched, &plain, "2026-05-04")), Some(4));
    let fee = group(vec![ItemFacts { kind: ReceivableKind::Fee, ..sent }]);
    assert_eq!(decide_by(&branched, &fee, "2026-05-04").outcome, Outcome::Nothing);
    let segment = Profile { segment: Some("gentle".into()), ..Profile::default() };
    let gentle = GroupFacts { profile: segment, ..fee };
    assert_eq!(step_of(&decide_by(&branched, &gentle, "2026-05-04")), Some(3));
}

#[test]
fn a_changed_scenario_never_starts_a_ladder_again() {
    let scenario = scenario(|_| {});
    assert_eq!(scenario.standing_of("second_reminder", step(1)), Some(step(3)));
    assert_eq!(scenario.standing_of("retired_step", step(2)), Some(step(2)));
    assert_eq!(scenario.standing_of("retired_step", step(9)), Some(step(4)));
}
