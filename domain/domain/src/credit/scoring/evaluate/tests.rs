use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::credit::scoring::fixture::{compiled, dec, document};

fn facts(days_late: Option<&str>, country: &str) -> FactValues {
    let mut facts = FactValues::default();
    facts.set("behaviour.days_late", days_late.map(dec));
    facts.set("party.country", country);
    facts.set("party.insolvent", false);
    facts.set("exposure.utilisation", dec("0.5"));
    facts
}

fn score(card: &CompiledScorecard, facts: &FactValues, former: Option<&str>) -> Score {
    card.evaluate(&mut Machine::default(), facts, former)
}

#[test]
fn a_score_lists_what_every_variable_gives() {
    let score = score(&compiled(&document()), &facts(Some("10"), "ES"), None);
    // (70 × 3 + 100 × 1) ÷ 4
    assert_eq!((score.points, score.class.as_deref()), (Some(dec("77.5")), Some("B")));
    let line = &score.lines[0];
    assert_eq!((line.bin, line.points, line.weight), (Some(1), Some(dec("70")), dec("3")));
    assert_eq!((line.contribution, line.missing), (dec("52.5"), None));
    assert_eq!(score.lines[1].contribution, dec("25"));
}

#[test]
fn a_value_on_an_edge_belongs_where_the_scorecard_says() {
    let mut document = document();
    let at = |document: &serde_json::Value| {
        score(&compiled(document), &facts(Some("15"), "ES"), None).lines[0].bin
    };
    assert_eq!(at(&document), Some(2));
    document["variables"][0]["edge"] = json!("to");
    assert_eq!(at(&document), Some(1));
}

#[test]
fn each_policy_for_a_missing_value_does_what_it_says() {
    let with = |policy: serde_json::Value| {
        let mut document = document();
        document["variables"][0]["missing"] = policy;
        score(&compiled(&document), &facts(None, "ES"), None)
    };
    let points = with(json!({ "policy": "points", "points": 50 }));
    assert_eq!(points.points, Some(dec("62.5")));
    let missing = points.lines[0].missing.unwrap();
    assert_eq!((missing.policy, missing.cause), ("points", MissingCause::Unknown));
    // Only the country counts.
    assert_eq!(with(json!({ "policy": "leave_out" })).points, Some(dec("100")));
    assert_eq!(with(json!({ "policy": "worst" })).points, Some(dec("25")));
    assert_eq!(with(json!({ "policy": "neutral" })).points, Some(dec("62.5")));
    let refused = with(json!({ "policy": "refuse" }));
    assert_eq!((refused.outcome, refused.reason), (ScoreOutcome::Refused, ScoreReason::MissingRefused));
    assert_eq!(
        (refused.points, refused.class, refused.reason_of.as_deref()),
        (None, None, Some("days_late"))
    );
}

#[test]
fn a_sum_scales_the_others_up_when_one_is_left_out() {
    let mut document = document();
    document["method"] = json!("sum");
    document["variables"][0]["missing"] = json!({ "policy": "leave_out" });
    document["classes"][0]["from"] = json!(320);
    document["classes"][1]["from"] = json!(240);
    // 70 × 3 + 100 × 1
    assert_eq!(score(&compiled(&document), &facts(Some("10"), "ES"), None).points, Some(dec("310")));
    assert_eq!(score(&compiled(&document), &facts(None, "ES"), None).points, Some(dec("400")));
}

#[test]
fn too_little_known_gives_no_score() {
    let mut document = document();
    document["known_percent_min"] = json!(50);
    let score = score(&compiled(&document), &facts(None, "ES"), None);
    assert_eq!((score.outcome, score.reason), (ScoreOutcome::Refused, ScoreReason::TooLittleKnown));
}

#[test]
fn a_knock_out_decides_the_class_whatever_the_points_are() {
    let mut known = facts(Some("-3"), "ES");
    known.set("party.insolvent", true);
    let knocked = score(&compiled(&document()), &known, Some("A"));
    assert_eq!((knocked.points, knocked.class.as_deref()), (Some(dec("100")), Some("C")));
    assert_eq!((knocked.reason, knocked.reason_of.as_deref()), (ScoreReason::KnockedOut, Some("insolvent")));
    assert_eq!(knocked.class_by_points.as_deref(), Some("A"));
    // Even where there would be no score at all.
    let mut document = document();
    document["variables"][0]["missing"] = json!({ "policy": "refuse" });
    known.set("behaviour.days_late", FactValue::Null);
    let knocked = score(&compiled(&document), &known, None);
    assert_eq!((knocked.outcome, knocked.class.as_deref()), (ScoreOutcome::Scored, Some("C")));
}

#[test]
fn the_former_class_is_kept_within_the_margin() {
    let card = compiled(&document());
    let held = score(&card, &facts(Some("10"), "ES"), Some("A"));
    assert_eq!((held.class.as_deref(), held.reason), (Some("B"), ScoreReason::ByPoints), "77.5 is 2.5 below");
    let mut wider = document();
    wider["margin"] = json!(3);
    let held = score(&compiled(&wider), &facts(Some("10"), "ES"), Some("A"));
    assert_eq!((held.class.as_deref(), held.reason), (Some("A"), ScoreReason::HeldByMargin));
    assert_eq!(held.class_by_points.as_deref(), Some("B"));
}

#[test]
fn a_formula_gives_points_within_its_bounds_and_may_fail() {
    let mut document = document();
    let variable = &mut document["variables"][0];
    variable.as_object_mut().unwrap().remove("fact");
    variable.as_object_mut().unwrap().remove("bins");
    variable["formula"] = json!("100 - (behaviour.days_late ?? 0) / exposure.utilisation");
    variable["direct"] = json!({ "min": 10, "max": 90 });
    let card = compiled(&document);
    let points = |facts: &FactValues| score(&card, facts, None).lines[0].points;
    assert_eq!(points(&facts(Some("20"), "ES")), Some(dec("60")));
    assert_eq!(points(&facts(Some("80"), "ES")), Some(dec("10")));
    assert_eq!(points(&facts(Some("-80"), "ES")), Some(dec("90")));
    let mut divided_by_nothing = facts(Some("20"), "ES");
    divided_by_nothing.set("exposure.utilisation", Decimal::ZERO);
    let failed = score(&card, &divided_by_nothing, None);
    assert_eq!(failed.lines[0].missing.map(|m| m.cause), Some(MissingCause::Failed));
}

#[test]
fn values_that_give_the_same_points_are_no_other_score() {
    let card = compiled(&document());
    let one = score(&card, &facts(Some("10"), "ES"), None);
    let same = score(&card, &facts(Some("12"), "ES"), None);
    let other = score(&card, &facts(Some("16"), "ES"), None);
    assert!(one.stands_like(&same) && !one.stands_like(&other));
    assert_eq!(one.digest("test", 1), same.digest("test", 1));
    assert_ne!(one.digest("test", 1), other.digest("test", 1));
    assert_ne!(one.digest("test", 1), one.digest("test", 2));
}

proptest! {
    #[test]
    fn the_parts_add_up_to_the_score_exactly(
        late in proptest::option::of(-10_000..50_000_i64), spanish in any::<bool>(), sum in any::<bool>(),
        offset in -500..500_i64, factor in 1..900_i64, weights in (1..99_999_i64, 1..99_999_i64), max in proptest::option::of(501..800_i64),
        leave_out in any::<bool>(),
    ) {
        let mut document = document();
        document["method"] = json!(if sum { "sum" } else { "weighted_mean" });
        document["scale"] = json!({ "offset": offset, "factor": Decimal::new(factor, 2).to_string(), "min": -500, "max": max });
        document["variables"][0]["weight"] = json!(Decimal::new(weights.0, 4).to_string());
        document["variables"][1]["weight"] = json!(Decimal::new(weights.1, 4).to_string());
        if leave_out {
            document["variables"][0]["missing"] = json!({ "policy": "leave_out" });
        }
        let mut known = facts(None, if spanish { "ES" } else { "XX" });
        known.set("behaviour.days_late", late.map(|l| Decimal::new(l, 2)));
        let score = score(&compiled(&document), &known, None);
        let sum = score.lines.iter().map(|l| l.contribution).sum::<Decimal>();
        prop_assert_eq!(score.points, Some(score.offset + sum + score.cut));
    }

    #[test]
    fn one_who_pays_later_never_scores_better(a in -5_000..20_000_i64, b in -5_000..20_000_i64) {
        let card = compiled(&document());
        let points = |cents: i64| {
            let mut known = facts(None, "ES");
            known.set("behaviour.days_late", Decimal::new(cents, 2));
            score(&card, &known, None).points
        };
        prop_assert!(points(a.min(b)) >= points(a.max(b)));
    }
}
