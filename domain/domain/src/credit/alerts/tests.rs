use serde_json::{Value, json};

use super::*;
use crate::attributes::Declared;
use crate::credit::facts::{DaysAhead, blank};
use crate::rules::evaluate::{FactValues, Machine};

fn standard() -> Value {
    serde_json::from_str(AlertRules::STANDARD[0]).unwrap()
}

fn schema() -> CreditSchema {
    AlertRules::schema(Declared::default())
}

fn read(document: &Value) -> AlertRules {
    serde_json::from_value(document.clone()).unwrap()
}

/// Findings of the standard document after an edit, as `path code`.
fn findings(edit: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut document = standard();
    edit(&mut document);
    let found = read(&document).validate(&schema());
    found.into_iter().map(|f| format!("{} {}", f.path, f.code.text)).collect()
}

fn day(text: &str) -> kernel::Date {
    text.parse().unwrap()
}

/// Codes of the standard rules that hold for a holder.
fn told(holder: HolderKind, edit: impl FnOnce(&mut FactValues)) -> Vec<String> {
    let compiled = CompiledAlerts::compile(&read(&standard()), 1, &schema()).unwrap();
    let mut facts = blank();
    edit(&mut facts);
    let mut machine = Machine::default();
    let seen = Seen { facts: &facts, ahead: &DaysAhead::new(), on: day("2026-05-04") };
    let holds = compiled.rules_of(holder).filter(|rule| match rule.judge(&mut machine, seen) {
        Judged::Holds { .. } => true,
        Judged::Fails => false,
        Judged::Unknown { why } => panic!("{}: {why}", rule.code),
    });
    holds.map(|rule| rule.code.to_string()).collect()
}

#[test]
fn what_is_wrong_with_a_rule_is_named() {
    assert_eq!(findings(|d| d["schema"] = json!(2)), ["schema rule.schema_unsupported"]);
    assert_eq!(
        findings(|d| d["rules"][1]["code"] = json!("limit_exceeded")),
        ["rules[1].code rule.duplicate_code"]
    );
    assert_eq!(
        findings(|d| d["rules"][0]["condition"] = json!("exposure.now")),
        ["rules[0].condition rule.expression_type"]
    );
    assert_eq!(
        findings(|d| d["rules"][0]["condition"] = json!("exposure.now > limit.total")),
        ["rules[0].condition rule.expression_type"]
    );
    assert_eq!(
        findings(|d| d["rules"][0]["condition"] = json!("request.amount > 5")),
        ["rules[0].condition rule.expression_unknown_fact"]
    );
    assert_eq!(
        findings(|d| d["rules"][0]["condition"] = json!("1 < 2")),
        ["rules[0].condition rule.constant"]
    );
    assert_eq!(
        findings(|d| d["rules"][0]["holders"] = json!([])),
        ["rules[0].holders alert_rules.no_holder"]
    );
    assert_eq!(
        findings(|d| d["rules"][0]["holders"] = json!(["party", "party"])),
        ["rules[0].holders alert_rules.no_holder"]
    );
    assert_eq!(
        findings(|d| drop(d["rules"][0].as_object_mut().unwrap().remove("condition"))),
        ["rules[0] alert_rules.no_condition"]
    );
    assert_eq!(
        findings(|d| d["rules"][5]["lead"]["fact"] = json!("exposure.now")),
        ["rules[5].lead.fact alert_rules.lead_fact"]
    );
    assert_eq!(
        findings(|d| d["rules"][5]["lead"]["days"] = json!(9999)),
        ["rules[5].lead.days alert_rules.days_range"]
    );
}

#[test]
fn of_a_holder_of_whom_nothing_is_known_nothing_is_told() {
    for holder in [HolderKind::Account, HolderKind::Party, HolderKind::Group] {
        assert_eq!(told(holder, |_| {}), [""; 0]);
    }
}

#[test]
fn the_standard_rules_tell_what_they_are_for() {
    use HolderKind::{Account, Group, Party};
    let limit = |facts: &mut FactValues, now: i32, projected: i32| {
        facts.set("limit.total", 100);
        facts.set("exposure.now", now);
        facts.set("exposure.projected", projected);
    };
    assert_eq!(told(Account, |f| limit(f, 100, 100)), [""; 0]);
    assert_eq!(told(Account, |f| limit(f, 101, 150)), ["limit_exceeded"]);
    assert_eq!(told(Group, |f| limit(f, 90, 101)), ["limit_exceeded_with_orders"]);
    let no_limit = told(Account, |f| f.set("exposure.now", 1_000));
    assert_eq!(no_limit, [""; 0], "no limit is not a limit of zero");
    let ended = |fact: &'static str, now: i32| {
        told(Account, move |f| {
            f.set(fact, 400);
            f.set("exposure.now", now);
        })
    };
    assert_eq!(ended("lapsed.limit_days", 1), ["limit_ended"]);
    assert_eq!(ended("lapsed.limit_days", 0), [""; 0], "nothing is at risk");
    assert_eq!(ended("lapsed.cover_days", 1), ["cover_ended"]);
    assert_eq!(ended("lapsed.cover_days", 0), [""; 0]);
    let days = |fact: &'static str, days: i32| told(Party, move |f| f.set(fact, days));
    assert_eq!(days("limit.days_to_expiry", 30), ["limit_expires"]);
    assert_eq!(days("limit.days_to_expiry", 31), [""; 0]);
    assert_eq!(days("limit.days_to_guarantee_expiry", 45), ["guarantee_expires"]);
    assert_eq!(days("limit.days_to_review", -3), ["review_due"]);
    assert_eq!(days("behaviour.broken_promises", 2), ["promises_broken"]);
    let later = |count: i32| {
        told(Party, move |f| {
            f.set("behaviour.paid_count", count);
            f.set("behaviour.days_late_trend", 11);
        })
    };
    assert_eq!(later(5), ["pays_later"]);
    assert_eq!(later(4), [""; 0]);
    assert_eq!(told(Party, |f| f.set("behaviour.bounced_messages", 1)), ["mail_bounced"]);
    assert_eq!(told(Party, |f| f.set("behaviour.new_disputes", 1)), ["disputes_new"]);
    assert_eq!(told(Party, |f| f.set("external.downgraded", true)), ["rating_down"]);
    assert_eq!(told(Party, |f| f.set("party.insolvent", true)), ["insolvency"]);
    let covered = |ratio: &str| {
        let ratio = ratio.parse::<kernel::Decimal>().unwrap();
        told(Party, move |f| {
            f.set("cover.amount", 50);
            f.set("cover.ratio", ratio);
        })
    };
    assert_eq!(covered("0.79"), ["cover_low"]);
    assert_eq!(covered("0.8"), [""; 0]);
}

fn standing_at(state: AlertState, since: &str) -> Standing {
    let snoozed_until = (state == AlertState::Snoozed).then(|| day("2026-05-10"));
    Standing { state, due_on: None, since: day(since), snoozed_until }
}

fn move_of(judged: &Judged, (state, since): (AlertState, &str), on: &str) -> Move {
    let escalate = Escalation { after_days: 3, to: Role::Manager };
    moves(judged, standing_at(state, since), Some(&escalate), day(on))
}

fn holds() -> Judged {
    Judged::Holds { due_on: vec![None] }
}

#[test]
fn one_alert_stands_for_one_episode() {
    use AlertState::{Acknowledged, Escalated, Open, Snoozed};
    let unknown = Judged::Unknown { why: String::new() };
    assert_eq!(unheard(&holds(), &[]), [None]);
    assert_eq!(unheard(&Judged::Fails, &[]), []);
    assert_eq!(unheard(&unknown, &[]), []);
    for state in [Open, Acknowledged, Snoozed, Escalated] {
        let standing = (state, "2026-05-04");
        assert_eq!(unheard(&holds(), &[standing_at(state, "2026-05-04")]), []);
        assert_eq!(move_of(&Judged::Fails, standing, "2026-05-05"), Move::Resolve);
        assert_eq!(move_of(&holds(), standing, "2026-05-05"), Move::Nothing);
        assert_eq!(move_of(&unknown, standing, "2026-05-05"), Move::Nothing);
    }
}

#[test]
fn each_date_is_an_episode_of_its_own() {
    let (first, second) = (Some(day("2026-05-20")), Some(day("2026-05-25")));
    let both = Judged::Holds { due_on: vec![first, second] };
    let acknowledged = Standing { due_on: first, ..standing_at(AlertState::Acknowledged, "2026-05-04") };
    let what = |judged: &Judged| moves(judged, acknowledged, None, day("2026-05-05"));
    // The second is told although somebody has the first in hand, which goes on standing.
    assert_eq!((unheard(&both, &[acknowledged]), what(&both)), (vec![second], Move::Nothing));
    // Another date in the place of the first is told, and the first has ended.
    let moved = Judged::Holds { due_on: vec![second] };
    assert_eq!((unheard(&moved, &[acknowledged]), what(&moved)), (vec![second], Move::Resolve));
    assert_eq!(what(&Judged::Fails), Move::Resolve);
    assert_eq!(what(&Judged::Unknown { why: String::new() }), Move::Nothing);
}

#[test]
fn every_date_within_the_lead_is_looked_at_by_itself() {
    let document = json!({ "schema": 1, "code": "ours", "name": { "en": "O", "es": "O" }, "rules": [{ "code": "ends",
        "name": { "en": "E", "es": "E" }, "holders": ["account"], "severity": "info",
        "lead": { "fact": "limit.days_to_expiry", "days": 30 },
        "condition": "(limit.days_to_expiry ?? 0) != 12 and exposure.now > 0" }] });
    let compiled = CompiledAlerts::compile(&read(&document), 1, &schema()).unwrap();
    let rule = &compiled.rules[0];
    let mut facts = blank();
    facts.set("limit.days_to_expiry", 5);
    facts.set("exposure.now", 1);
    let (on, mut machine) = (day("2026-05-04"), Machine::default());
    let ahead = DaysAhead::from([("limit.days_to_expiry", [5, 12, 30, 31].into())]);
    let judged = rule.judge(&mut machine, Seen { facts: &facts, ahead: &ahead, on });
    let (first, last) = (Some(day("2026-05-09")), Some(day("2026-06-03")));
    assert_eq!(judged, Judged::Holds { due_on: vec![first, last] });
    let told = rule.read(&facts, (last, on));
    assert_eq!(told.get("limit.days_to_expiry").as_number(), Some(30.into()));
    assert_eq!(
        told.iter().map(|(path, _)| path).collect::<Vec<_>>(),
        ["exposure.now", "holder.currency", "limit.days_to_expiry"]
    );
}

#[test]
fn what_nobody_takes_in_hand_is_handed_up() {
    use AlertState::{Acknowledged, Escalated, Open};
    assert_eq!(move_of(&holds(), (Open, "2026-05-04"), "2026-05-06"), Move::Nothing);
    assert_eq!(move_of(&holds(), (Open, "2026-05-04"), "2026-05-07"), Move::Escalate(Role::Manager));
    assert_eq!(move_of(&holds(), (Acknowledged, "2026-05-04"), "2026-06-07"), Move::Nothing);
    assert_eq!(move_of(&holds(), (Escalated, "2026-05-04"), "2026-06-07"), Move::Nothing);
}

#[test]
fn a_rest_ends_on_its_day() {
    let snoozed = (AlertState::Snoozed, "2026-05-04");
    assert_eq!(move_of(&holds(), snoozed, "2026-05-09"), Move::Nothing);
    assert_eq!(move_of(&holds(), snoozed, "2026-05-10"), Move::Wake);
}
