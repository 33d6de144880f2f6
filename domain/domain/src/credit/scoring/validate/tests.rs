use serde_json::{Value, json};

use super::*;
use crate::credit::scoring::fixture::{Facts, card, document};
use crate::rules::finding::Severity;

fn findings(change: impl FnOnce(&mut Value)) -> Vec<(String, &'static str)> {
    let mut document = document();
    change(&mut document);
    let found = validate(&card(&document), &Facts);
    found.into_iter().map(|f| (f.path, f.code.text)).collect()
}

fn one(path: &str, code: &'static str) -> Vec<(String, &'static str)> {
    vec![(path.to_owned(), code)]
}

#[test]
fn a_sound_scorecard_has_no_findings() {
    assert_eq!(findings(|_| {}), []);
}

#[test]
fn gaps_and_overlaps_of_bins_are_named() {
    let bins = |bins: Value| findings(|d| d["variables"][0]["bins"] = bins);
    let gap = bins(json!([{ "to": 0, "points": 100 }, { "from": 5, "points": 0 }]));
    assert_eq!(gap, one("variables[0].bins[1]", "scorecard.bins_gap"));
    let overlap = bins(json!([{ "to": 5, "points": 100 }, { "from": 0, "points": 0 }]));
    assert_eq!(overlap, one("variables[0].bins[1]", "scorecard.bins_overlap"));
    let open = bins(json!([{ "from": 0, "points": 100 }]));
    assert_eq!(open[..1], one("variables[0].bins[0]", "scorecard.bins_gap"));
    let closed = bins(json!([{ "to": 0, "points": 100 }, { "from": 0, "to": 9, "points": 0 }]));
    assert_eq!(closed, one("variables[0].bins[1]", "scorecard.bins_gap"));
    let backwards = bins(
        json!([{ "to": 9, "points": 100 }, { "from": 9, "to": 3, "points": 1 }, { "from": 3, "points": 0 }]),
    );
    assert_eq!(backwards, one("variables[0].bins[1].from", "scorecard.range_empty"));
}

#[test]
fn texts_need_a_bin_for_what_is_not_named() {
    let bins = |bins: Value| findings(|d| d["variables"][1]["bins"] = bins);
    let gap = bins(json!([{ "values": ["ES"], "points": 100 }]));
    assert!(gap.contains(&("variables[1].bins".to_owned(), "scorecard.bins_gap")), "{gap:?}");
    let twice = bins(
        json!([{ "values": ["ES"], "points": 100 }, { "values": ["ES"], "points": 1 }, { "otherwise": true, "points": 0 }]),
    );
    assert_eq!(twice, one("variables[1].bins[1]", "scorecard.bins_overlap"));
    let wrong = bins(json!([{ "to": 5, "points": 100 }, { "from": 5, "points": 0 }]));
    assert!(
        wrong.iter().all(|(_, code)| *code == "scorecard.bins_kind" || *code == "scorecard.bins_gap"),
        "{wrong:?}"
    );
}

#[test]
fn unknown_facts_and_formulas_that_do_not_type_check_are_named() {
    let unknown = findings(|d| d["variables"][0]["fact"] = json!("behaviour.shoe_size"));
    assert_eq!(unknown, one("variables[0].fact", "rule.expression_unknown_fact"));
    let formula = |source: &str| {
        findings(|d| {
            let variable = d["variables"][0].as_object_mut().unwrap();
            variable.remove("fact");
            variable.insert("formula".to_owned(), json!(source));
        })
    };
    assert_eq!(formula("party.country + 5"), one("variables[0].formula", "rule.expression_type"));
    assert_eq!(formula("behaviour.days_late +"), one("variables[0].formula", "rule.expression_syntax"));
    assert_eq!(formula("rand(5)"), one("variables[0].formula", "rule.expression_not_admitted"));
    assert_eq!(formula("5"), one("variables[0].formula", "rule.constant"));
    let both = findings(|d| d["variables"][0]["formula"] = json!("5"));
    assert_eq!(both, one("variables[0]", "scorecard.source_missing"));
    let neither = findings(|d| d["variables"][0]["bins"] = json!([]));
    assert_eq!(neither[0], ("variables[0]".to_owned(), "scorecard.source_missing"));
}

#[test]
fn classes_stand_from_the_best_to_the_worst() {
    let rising = findings(|d| d["classes"][1]["from"] = json!(80));
    assert!(rising.contains(&("classes[1].from".to_owned(), "scorecard.classes_order")), "{rising:?}");
    let bounded = findings(|d| d["classes"][2]["from"] = json!(10));
    assert_eq!(bounded, one("classes[2].from", "scorecard.classes_order"));
    let open = findings(|d| drop(d["classes"][0].as_object_mut().unwrap().remove("from")));
    assert_eq!(open[0], ("classes[0].from".to_owned(), "scorecard.classes_order"));
    let twice = findings(|d| d["classes"][1]["code"] = json!("A"));
    assert_eq!(twice, one("classes[1].code", "rule.duplicate_code"));
    let out_of_reach = findings(|d| d["classes"][0]["from"] = json!(101));
    assert_eq!(out_of_reach, one("classes[0].from", "scorecard.class_unreachable"));
    let wide = findings(|d| d["margin"] = json!(20));
    assert_eq!(wide, one("margin", "scorecard.margin_range"));
}

#[test]
fn weights_are_positive_and_numbers_sensible() {
    assert_eq!(
        findings(|d| d["variables"][0]["weight"] = json!(0)),
        one("variables[0].weight", "scorecard.weight_zero")
    );
    let large = findings(|d| d["variables"][0]["weight"] = json!(1_000_001));
    assert_eq!(large, one("variables[0].weight", "scorecard.number_too_large"));
    let fine = findings(|d| d["variables"][0]["weight"] = json!("0.00001"));
    assert_eq!(fine, one("variables[0].weight", "scorecard.number_too_large"));
    let negative = findings(|d| d["scale"] = json!({ "factor": -1 }));
    assert!(negative.contains(&("scale.factor".to_owned(), "scorecard.scale_factor")));
    let none = findings(|d| d["variables"] = json!([]));
    assert!(none.contains(&("variables".to_owned(), "scorecard.variables_missing")));
}

#[test]
fn knock_outs_are_checked_like_conditions() {
    let class = findings(|d| d["knock_outs"][0]["class"] = json!("Z"));
    assert_eq!(class, one("knock_outs[0].class", "scorecard.class_unknown"));
    let number = findings(|d| d["knock_outs"][0]["condition"] = json!("exposure.utilisation"));
    assert_eq!(number, one("knock_outs[0].condition", "rule.expression_type"));
    let always = findings(|d| d["knock_outs"][0]["condition"] = json!("1 == 1"));
    assert_eq!(always, one("knock_outs[0].condition", "rule.constant"));
}

#[test]
fn everything_wrong_is_listed_at_once() {
    let mut document = document();
    document["variables"][0]["weight"] = json!(0);
    document["variables"][1]["fact"] = json!("nobody.knows");
    document["classes"][0]["from"] = json!(10);
    let found = validate(&card(&document), &Facts);
    let errors = found.iter().filter(|f| f.severity == Severity::Error).count();
    assert!(errors >= 3, "{found:?}");
}

#[test]
fn an_unknown_field_is_refused_by_the_shape() {
    let mut document = document();
    document["colour"] = json!("red");
    let error = crate::credit::scoring::scorecard::parse(&document).unwrap_err();
    assert_eq!(error.code().text, "rule.document_invalid");
}
