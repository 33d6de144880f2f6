//! What forbids a contact although a step's time has come.

use kernel::text_enum::TextEnum;
use serde_json::json;

use crate::attributes::AttributeValue;
use crate::dunning::decision::{Decision, Outcome};
use crate::dunning::fixture::*;
use crate::dunning::group::{Block, BlockReason, Flags, GroupFacts, OpenContact, Profile, Stale};
use crate::dunning::reason::ReasonCode;

const ON: &str = "2026-05-04";

fn overdue() -> GroupFacts {
    group(vec![item(1, "2026-04-20", "100")])
}

fn held(group: &GroupFacts, code: ReasonCode) -> Decision {
    let decision = decide(group, ON);
    assert_eq!((&decision.outcome, decision.reason_code()), (&Outcome::Hold, code));
    decision
}

#[test]
fn two_contacts_are_never_closer_than_the_spacing() {
    let contacted = GroupFacts { last_contact_on: Some(day("2026-04-25")), ..overdue() };
    let decision = held(&contacted, ReasonCode::HoldMinimumSpacing);
    assert_eq!(decision.reasons[0].ends_on, Some(day("2026-05-05")));
    assert_eq!(step_of(&decide(&contacted, "2026-05-05")), Some(2));
}

#[test]
fn a_contact_dated_later_than_today_holds() {
    held(
        &GroupFacts { last_contact_on: Some(day("2026-05-06")), ..overdue() },
        ReasonCode::HoldMinimumSpacing,
    );
}

#[test]
fn an_unresolved_contact_holds_whatever_its_state() {
    for state in OpenContact::ALL {
        let decision =
            held(&GroupFacts { open_contact: Some(*state), ..overdue() }, ReasonCode::HoldOpenContact);
        assert_eq!(decision.reasons[0].detail.as_deref(), Some(state.as_str()));
    }
}

#[test]
fn a_run_repeated_after_its_action_was_recorded_does_nothing() {
    let mut facts = overdue();
    assert_eq!(step_of(&decide(&facts, ON)), Some(2));
    facts.open_contact = Some(OpenContact::Planned);
    assert_eq!(decide(&facts, ON).outcome, Outcome::Hold);
}

#[test]
fn a_block_of_the_account_holds_through_its_last_day() {
    let until = |until: Option<&str>| {
        let block = Some(Block { reason: BlockReason::Legal, until: until.map(day) });
        GroupFacts { block, ..overdue() }
    };
    let decision = held(&until(Some(ON)), ReasonCode::HoldBlocked);
    assert_eq!(decision.reasons[0].ends_on, Some(day("2026-05-05")));
    assert_eq!(decision.reasons[0].detail.as_deref(), Some("legal"));
    assert_eq!(step_of(&decide(&until(Some("2026-05-03")), ON)), Some(2));
    assert_eq!(held(&until(None), ReasonCode::HoldBlocked).reasons[0].ends_on, None);
}

#[test]
fn insolvent_vulnerable_and_intercompany_debtors_are_held() {
    let flags = [
        (Flags { insolvent: true, ..Flags::default() }, ReasonCode::HoldInsolvency),
        (Flags { vulnerable: true, ..Flags::default() }, ReasonCode::HoldVulnerable),
        (Flags { intercompany: true, ..Flags::default() }, ReasonCode::HoldIntercompany),
    ];
    for (flags, code) in flags {
        held(&GroupFacts { flags, ..overdue() }, code);
    }
}

#[test]
fn stale_data_hold_with_their_reason() {
    for stale in Stale::ALL {
        let decision = held(&GroupFacts { stale: Some(*stale), ..overdue() }, ReasonCode::HoldStaleData);
        assert_eq!(decision.reasons[0].detail.as_deref(), Some(stale.as_str()));
    }
}

#[test]
fn every_hold_is_told_the_gravest_first() {
    let facts = GroupFacts {
        stale: Some(Stale::Late),
        flags: Flags { vulnerable: true, ..Flags::default() },
        last_contact_on: Some(day(ON)),
        ..overdue()
    };
    assert_eq!(
        reasons(&decide(&facts, ON)),
        [ReasonCode::HoldStaleData, ReasonCode::HoldVulnerable, ReasonCode::HoldMinimumSpacing]
    );
}

#[test]
fn a_group_with_nothing_due_is_not_reported_as_held() {
    let facts = GroupFacts { stale: Some(Stale::Late), ..group(vec![item(1, "2026-06-20", "100")]) };
    assert_eq!(decide(&facts, ON).outcome, Outcome::Nothing);
}

#[test]
fn an_exit_ends_dunning_with_its_reason() {
    let with_exit = scenario(|d| {
        d["exits"] = json!([{
            "condition": "group.attributes.vip ?? false", "reason": "key_customer",
            "name": { "en": "Key customers", "es": "Clientes clave" },
        }]);
    });
    let vip = |value: bool| {
        let attributes = vec![("vip".into(), AttributeValue::Bool(value))];
        GroupFacts { profile: Profile { attributes, ..Profile::default() }, ..overdue() }
    };
    let decision = decide_by(&with_exit, &vip(true), ON);
    assert_eq!(decision.reason_code(), ReasonCode::HoldExit);
    assert_eq!(decision.reasons[0].detail.as_deref(), Some("key_customer"));
    assert_eq!(step_of(&decide_by(&with_exit, &vip(false), ON)), Some(2));
    assert_eq!(step_of(&decide_by(&with_exit, &overdue(), ON)), Some(2), "an attribute nobody set is none");
}

/// The step taken under a condition of the first reminder, for a group with attributes of its party and of its first item.
fn step_where(condition: &str, facts: &GroupFacts) -> Option<u16> {
    step_of(&decide_by(&scenario(|d| d["steps"][1]["condition"] = json!(condition)), facts, ON))
}

#[test]
fn conditions_read_attributes_of_the_party_and_of_each_item() {
    let item = |number, project: Option<&str>| {
        let facts = item(number, "2026-04-20", "100");
        (
            facts,
            project.map(|p| (facts.receivable_id, vec![("project".into(), AttributeValue::Text(p.into()))])),
        )
    };
    let (items, attributes): (Vec<_>, Vec<_>) = [item(1, Some("P1")), item(2, None)].into_iter().unzip();
    let party_attributes = vec![("score".into(), AttributeValue::Number(amount("3.5")))];
    let facts = GroupFacts {
        profile: Profile { party_attributes, ..Profile::default() },
        item_attributes: attributes.into_iter().flatten().collect(),
        ..group(items)
    };
    assert_eq!(step_where("(group.party_attributes.score ?? 0) > 3.4", &facts), Some(2));
    assert_eq!(step_where("(group.party_attributes.score ?? 0) > 3.5", &facts), None);
    let by_project =
        scenario(|d| d["steps"][1]["condition"] = json!("(item.attributes.project ?? '') == 'P1'"));
    let decision = decide_by(&by_project, &facts, ON);
    let stepped = decision.act().unwrap().items.iter().filter(|i| i.step.is_some()).map(|i| i.item);
    assert_eq!(stepped.collect::<Vec<_>>(), [id(1)], "the other item has no project");
}

#[test]
fn a_date_is_seen_as_the_days_until_it() {
    let facts = group(vec![item(1, "2026-04-20", "100")]);
    let delivered = |on: &str| {
        let attributes = vec![("delivered_on".into(), AttributeValue::Date(day(on)))];
        GroupFacts { item_attributes: [(id(1), attributes)].into(), ..facts.clone() }
    };
    let condition = "(item.attributes.delivered_on ?? 0) <= -10";
    assert_eq!(step_where(condition, &delivered(&(day(ON) - chrono::Days::new(10)).to_string())), Some(2));
    assert_eq!(step_where(condition, &delivered(&(day(ON) - chrono::Days::new(9)).to_string())), None);
}

#[test]
fn a_condition_that_cannot_be_evaluated_holds() {
    let divides = scenario(|d| {
        d["steps"][1]["condition"] = json!("group.total_overdue / (group.item_count - 1) > 5");
    });
    let one_item = decide_by(&divides, &overdue(), ON);
    assert_eq!((&one_item.outcome, one_item.reason_code()), (&Outcome::Hold, ReasonCode::HoldRuleFailed));
    assert_eq!(one_item.reasons[0].detail.as_deref(), Some("first_reminder"));
    let two_items = group(vec![item(1, "2026-04-20", "100"), item(2, "2026-04-20", "100")]);
    assert_eq!(step_of(&decide_by(&divides, &two_items, ON)), Some(2));
}

#[test]
fn answers_of_one_group_do_not_leak_into_the_next() {
    let by_segment = scenario(|d| d["steps"][1]["condition"] = json!("group.segment == 'A'"));
    let calendar = every_day();
    let mut decider = crate::dunning::decide::Decider::new(&by_segment, &calendar, day(ON));
    let in_segment = |segment: &str| {
        let profile = Profile { segment: Some(segment.into()), ..Profile::default() };
        GroupFacts { profile, ..overdue() }
    };
    let steps = ["A", "B", "A"].map(|segment| step_of(&decider.decide(&in_segment(segment))));
    assert_eq!(steps, [Some(2), None, Some(2)]);
}
