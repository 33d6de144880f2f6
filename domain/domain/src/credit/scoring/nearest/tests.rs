use proptest::prelude::*;
use serde_json::json;

use super::candidates::admitted;
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

fn changes(card: &CompiledScorecard, facts: &FactValues, former: Option<&str>) -> Vec<Nearest> {
    let mut machine = Machine::default();
    let score = card.evaluate(&mut machine, facts, former);
    nearest(card, &mut machine, facts, (&score, former))
}

#[test]
fn the_smallest_change_is_told_each_way() {
    // 10 days late in Spain: (70 × 3 + 100) ÷ 4 = 77.5, class B.
    let found = changes(&compiled(&document()), &facts(Some("10"), "ES"), None);
    let better = found[0].change.as_ref().unwrap();
    assert_eq!((found[0].direction, found[0].class.as_ref()), (Direction::Better, "A"));
    assert_eq!((better.fact.as_ref(), &better.to), ("behaviour.days_late", &FactValue::Number(dec("-1"))));
    assert_eq!((better.class.as_ref(), better.points), ("A", Some(dec("100"))));
    let worse = found[1].change.as_ref().unwrap();
    assert_eq!((worse.fact.as_ref(), &worse.to), ("behaviour.days_late", &FactValue::Number(dec("15"))));
    assert_eq!(worse.class.as_ref(), "C");
}

#[test]
fn the_best_class_has_nothing_better() {
    let found = changes(&compiled(&document()), &facts(Some("-1"), "ES"), None);
    assert_eq!(found.iter().map(|n| n.direction).collect::<Vec<_>>(), [Direction::Worse]);
}

#[test]
fn where_no_single_fact_suffices_none_is_told() {
    let mut document = document();
    document["variables"][1]["weight"] = json!(3);
    document["variables"][0]["bins"] = json!([{ "to": 0, "points": 60 }, { "from": 0, "points": 20 }]);
    document["variables"][0]["missing"] = json!({ "policy": "leave_out" });
    let found = changes(&compiled(&document), &facts(Some("10"), "XX"), None);
    // 30 points; either change alone gives at most 60, and A needs more, but B is reached.
    assert_eq!(found[0].class.as_ref(), "B");
    document["classes"][1]["from"] = json!(70);
    let found = changes(&compiled(&document), &facts(Some("10"), "XX"), None);
    assert_eq!(found[0].change, None);
}

#[test]
fn a_knock_out_that_ends_is_a_change() {
    let mut known = facts(Some("-1"), "ES");
    known.set("party.insolvent", true);
    let found = changes(&compiled(&document()), &known, None);
    let better = found[0].change.as_ref().unwrap();
    assert_eq!(
        (better.fact.as_ref(), &better.to, better.class.as_ref()),
        ("party.insolvent", &FactValue::Bool(false), "A")
    );
}

#[test]
fn a_formula_is_searched_to_the_smallest_step() {
    let mut document = document();
    let variable = &mut document["variables"][0];
    variable.as_object_mut().unwrap().remove("fact");
    variable.as_object_mut().unwrap().remove("bins");
    variable["formula"] = json!("100 - 2 * (behaviour.days_late ?? 0)");
    variable["direct"] = json!({ "min": 0, "max": 100 });
    // (3 × (100 − 2 d) + 100) ÷ 4 ≥ 80 needs d ≤ 13.33.
    let found = changes(&compiled(&document), &facts(Some("20"), "ES"), None);
    assert_eq!(found[0].change.as_ref().unwrap().to, FactValue::Number(dec("13")));
    let found = changes(&compiled(&document), &facts(Some("20.5"), "ES"), None);
    assert_eq!(found[0].change.as_ref().unwrap().to, FactValue::Number(dec("13.33")));
}

#[test]
fn a_part_is_searched_by_hundredths_and_up_to_all() {
    let mut document = document();
    let variable = &mut document["variables"][0];
    variable.as_object_mut().unwrap().remove("fact");
    variable.as_object_mut().unwrap().remove("bins");
    variable["formula"] = json!("100 * (behaviour.on_time_ratio ?? 0)");
    variable["direct"] = json!({ "min": 0, "max": 100 });
    let on_time = |ratio: &str| {
        let mut facts = facts(None, "ES");
        facts.set("behaviour.on_time_ratio", dec(ratio));
        facts
    };
    // (300 × ratio + 100) ÷ 4 < 80 needs less than 0.7333.
    let found = changes(&compiled(&document), &on_time("1"), None);
    assert_eq!(found[0].change.as_ref().unwrap().to, FactValue::Number(dec("0.73")));
    // Only all of them is enough, which steps that are doubled jump over.
    document["classes"][0]["from"] = json!("99.5");
    document["classes"][1]["from"] = json!(40);
    let found = changes(&compiled(&document), &on_time("0.3"), None);
    assert_eq!(found[0].class.as_ref(), "A");
    assert_eq!(found[0].change.as_ref().unwrap().to, FactValue::Number(dec("1")));
}

#[test]
fn a_part_never_becomes_more_than_all() {
    assert!(!admitted("behaviour.on_time_ratio", &FactValue::Number(dec("1.01"))));
    assert!(!admitted("behaviour.paid_count", &FactValue::Number(dec("-1"))));
    assert!(admitted("behaviour.days_late_90", &FactValue::Number(dec("-1"))));
    assert!(admitted("ratios.debt_to_equity", &FactValue::Number(dec("3"))));
    for signed in ["behaviour.days_beyond_expected", "limit.days_to_review"] {
        assert!(admitted(signed, &FactValue::Number(dec("-1"))), "{signed}");
    }
}

#[test]
fn a_text_that_no_bin_names_is_tried_too() {
    let mut document = document();
    document["variables"][1]["bins"] =
        json!([{ "values": ["ES", "FR"], "points": 40 }, { "otherwise": true, "points": 100 }]);
    document["variables"][0]["bins"] = json!([{ "points": 74 }]);
    let found = changes(&compiled(&document), &facts(Some("10"), "ES"), None);
    let change = found[0].change.as_ref().unwrap();
    assert_eq!((change.fact.as_ref(), &change.to), ("party.country", &FactValue::from("other")));
    assert_eq!(change.points, Some(dec("80.5")));
}

#[test]
fn two_variables_that_look_at_one_fact_are_met_where_both_give_enough() {
    let mut document = document();
    // Each alone prefers a half of its own; only between 10 and 20 both give all.
    let mut second = document["variables"][0].clone();
    second["code"] = json!("days_late_again");
    second["bins"] = json!([{ "to": 10, "points": 0 }, { "from": 10, "points": 100 }]);
    document["variables"][0]["bins"] = json!([{ "to": 20, "points": 100 }, { "from": 20, "points": 0 }]);
    document["variables"][1] = second;
    document["classes"][0]["from"] = json!(100);
    let found = changes(&compiled(&document), &facts(Some("40"), "ES"), None);
    let change = found[0].change.as_ref().unwrap();
    assert_eq!((&change.to, change.class.as_ref()), (&FactValue::Number(dec("19")), "A"));
}

#[test]
fn what_is_not_known_is_tried_with_what_a_formula_names() {
    let mut document = document();
    let variable = &mut document["variables"][0];
    variable.as_object_mut().unwrap().remove("fact");
    variable.as_object_mut().unwrap().remove("bins");
    variable["formula"] =
        json!("party.country == 'PT' ? 100 : ((behaviour.days_late ?? 90) <= 30 ? 100 : 0)");
    variable["direct"] = json!({ "min": 0, "max": 100 });
    let found = changes(&compiled(&document), &facts(None, "ES"), None);
    let change = found[0].change.as_ref().unwrap();
    assert_eq!(change.fact.as_ref(), "behaviour.days_late");
    assert!(change.to.as_number().unwrap() <= dec("30"), "{change:?}");
    document["variables"][0]["formula"] = json!("party.country == 'PT' ? 100 : 0");
    let found = changes(&compiled(&document), &facts(None, "ES"), None);
    assert_eq!(found[0].change.as_ref().unwrap().to, FactValue::from("PT"));
}

proptest! {
    /// Bins alone can be exhausted: where none is told no value of any fact is enough.
    #[test]
    fn where_none_is_told_no_value_of_a_fact_with_bins_reaches_it(
        edges in proptest::collection::btree_set(-20..40_i64, 1..5), points in proptest::collection::vec(0..100_i64, 12),
        late in proptest::option::of(-25..45_i64), country in 0..3_usize, upper in any::<bool>(),
    ) {
        let countries = ["ES", "PT", "XX"];
        let mut document = document();
        let edges = edges.into_iter().collect::<Vec<_>>();
        let from = std::iter::once(None).chain(edges.iter().copied().map(Some));
        let to = edges.iter().copied().map(Some).chain([None]);
        let bins = from.zip(to).zip(&points[..6]).map(|((from, to), points)| {
            let mut bin = json!({ "points": points });
            if let Some(from) = from {
                bin["from"] = json!(from);
            }
            if let Some(to) = to {
                bin["to"] = json!(to);
            }
            bin
        });
        document["variables"][0]["bins"] = json!(bins.collect::<Vec<_>>());
        document["variables"][0]["edge"] = json!(if upper { "to" } else { "from" });
        document["variables"][1]["bins"] = json!([
            { "values": ["ES"], "points": points[6] }, { "values": ["PT"], "points": points[7] },
            { "otherwise": true, "points": points[8] }]);
        let card = compiled(&document);
        let known = facts(late.map(|l| l.to_string()).as_deref(), countries[country]);
        let own = |machine: &mut Machine, facts: &FactValues| {
            card.evaluate(machine, facts, None).class.and_then(|class| card.place_of(&class))
        };
        let mut machine = Machine::default();
        let place = own(&mut machine, &known);
        for found in changes(&card, &known, None).iter().filter(|found| found.change.is_none()) {
            let mut tried = (-60..90).map(|half| ("behaviour.days_late", FactValue::Number(Decimal::new(half * 5, 1))))
                .chain(countries.map(|country| ("party.country", FactValue::from(country))))
                .chain([("party.insolvent", FactValue::Bool(true))]);
            let reached = tried.any(|(path, value)| {
                let mut changed = known.clone();
                changed.set(path, value);
                let there = own(&mut machine, &changed);
                match found.direction { Direction::Better => there < place, Direction::Worse => there > place }
            });
            prop_assert!(!reached, "{:?}", found);
        }
    }

    #[test]
    fn what_is_told_has_been_seen_to_flip(
        late in proptest::option::of(-10_000..30_000_i64), spanish in any::<bool>(), insolvent in any::<bool>(),
        former in proptest::option::of(0..3_usize),
    ) {
        let card = compiled(&document());
        let former = former.map(|f| ["A", "B", "C"][f]);
        let mut known = facts(None, if spanish { "ES" } else { "XX" });
        known.set("behaviour.days_late", late.map(|l| Decimal::new(l, 2)));
        known.set("party.insolvent", insolvent);
        let mut machine = Machine::default();
        let score = card.evaluate(&mut machine, &known, former);
        let own = card.place_of(score.class.as_deref().unwrap()).unwrap();
        for found in nearest(&card, &mut machine, &known, (&score, former)) {
            let Some(change) = found.change else { continue };
            let mut changed = known.clone();
            changed.set(change.fact.to_string(), change.to);
            let again = card.evaluate(&mut machine, &changed, former);
            let place = card.place_of(again.class.as_deref().unwrap()).unwrap();
            prop_assert_eq!(again.class.as_deref(), Some(change.class.as_ref()));
            let there = match found.direction { Direction::Better => place < own, Direction::Worse => place > own };
            prop_assert!(there);
        }
    }
}
