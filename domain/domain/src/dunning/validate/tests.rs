use serde_json::{Value, json};

use super::*;
use crate::dunning::facts::FactSchema;
use crate::dunning::fixture::schema;

fn document() -> Value {
    Scenario::default_document().unwrap()
}

/// Findings of the default document after an edit, as `path code`.
fn findings(edit: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut document = document();
    edit(&mut document);
    let scenario = Scenario::parse(&document).unwrap();
    validate(&scenario, &schema(), None).into_iter().map(|f| format!("{} {}", f.path, f.code.text)).collect()
}

fn condition_findings(condition: &str) -> Vec<String> {
    let found = findings(|d| {
        d["steps"][0]["condition"] = json!(condition);
    });
    let code =
        |f: &String| f.trim_start_matches("steps[0].condition ").split_once('.').map(|(_, c)| c.to_owned());
    found.iter().filter_map(code).collect()
}

#[test]
fn the_default_scenario_has_no_findings() {
    let scenario = Scenario::parse(&document()).unwrap();
    let templates = ["due_soon", "first_reminder", "second_reminder", "formal_notice"];
    assert_eq!(validate(&scenario, &FactSchema::default(), Some(&templates)), []);
}

#[test]
fn a_missing_template_is_named() {
    let scenario = Scenario::parse(&document()).unwrap();
    let found = validate(&scenario, &schema(), Some(&["due_soon", "first_reminder", "second_reminder"]));
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].path.as_str(), found[0].code.text),
        ("steps[3].template", "scenario.template_unknown")
    );
    assert!(found[0].message.contains("formal_notice"));
}

#[test]
fn every_expression_is_type_checked() {
    for (condition, code) in [
        ("group.total_overdue >", "expression_syntax"),
        ("group.total_overdu > 5", "expression_type"),
        ("group.segment > 5", "expression_type"),
        ("group.total_overdue", "expression_type"),
        ("item.kind == 'invoce'", "expression_type"),
        ("group.last_contact_days > 5", "expression_type"),
        ("total_overdue > 5", "expression_unknown_fact"),
        ("group.attributes.channel > 5", "expression_type"),
        ("rand(5) > 3", "expression_not_admitted"),
        ("d('2026-01-01').isSame('2026-01-01')", "expression_not_admitted"),
        ("date('now') > 3", "expression_not_admitted"),
        ("group.total_overdue ^ 2 > 3", "expression_not_admitted"),
        ("some([1, 2], # > group.total_overdue)", "expression_not_admitted"),
        ("matches(group.segment, 'A.*')", "expression_not_admitted"),
        ("sum([79228162514264337593543950335, 1]) > 1", "expression_not_admitted"),
        ("1 > 2", "step_unreachable"),
        ("group.days_overdue_max > 10 and group.days_overdue_max < 5", "step_unreachable"),
        ("2 > 1", "condition_constant"),
    ] {
        let found = condition_findings(condition);
        assert!(found.iter().any(|f| f == code), "{condition}: {found:?}");
    }
}

#[test]
fn sound_expressions_pass() {
    for condition in [
        "group.total_overdue > 1000 and group.segment in ['A', 'B']",
        "(group.last_contact_days ?? 999) > 30",
        "item.kind in ['invoice', 'instalment'] and not item.part_paid",
        "group.attributes.vip ?? false",
        "group.month == 8 or group.weekday in [1..5]",
        "startsWith(lower(group.country), 'e')",
        "min([item.open_amount, 5]) == 5",
    ] {
        assert_eq!(condition_findings(condition), [""; 0], "{condition}");
    }
}

#[test]
fn a_monstrous_expression_is_refused_before_it_is_parsed() {
    let deep = format!("{}1{} > 0", "(".repeat(400), ")".repeat(400));
    assert_eq!(condition_findings(&deep), ["expression_too_large"]);
    assert_eq!(condition_findings(&"!".repeat(1_001)), ["expression_too_large"]);
    assert_eq!(condition_findings(&format!("{}true", "!".repeat(996))), ["condition_constant"]);
}

#[test]
fn an_exit_cannot_read_an_item() {
    let exit = |condition: &str| {
        let exit =
            json!([{ "condition": condition, "reason": "small", "name": { "en": "Small", "es": "Poco" } }]);
        findings(|d| d["exits"] = exit)
    };
    assert_eq!(exit("item.open_amount < 5"), ["exits[0].condition rule.expression_unknown_fact"]);
    assert_eq!(exit("group.total_overdue < 5"), [""; 0]);
    assert_eq!(exit("true"), ["exits[0].condition scenario.exit_unconditional"]);
    assert_eq!(exit("false"), ["exits[0].condition scenario.condition_constant"]);
}

#[test]
fn a_reminder_before_due_cannot_follow_a_step_after_due() {
    let found = findings(|d| d["steps"][2]["when"] = json!({ "days": 3, "relation": "before_due" }));
    assert!(found.contains(&"steps[2].when scenario.step_order".to_owned()), "{found:?}");
}

#[test]
fn an_earlier_threshold_cannot_follow_a_later_one() {
    let found = findings(|d| d["steps"][3]["when"]["days"] = json!(10));
    assert_eq!(found, ["steps[3].when scenario.step_order"]);
}

#[test]
fn steps_without_a_wait_between_them_are_refused() {
    let relative = findings(|d| {
        d["steps"][2]["when"] = json!({ "days_after_previous_step": 0 });
        d["steps"][2]["gap_days"] = json!(0);
    });
    assert_eq!(relative, ["steps[2].when scenario.no_wait"]);
    let same_day = findings(|d| {
        d["steps"][2]["when"]["days"] = json!(5);
        d["steps"][2]["gap_days"] = json!(0);
    });
    assert_eq!(same_day, ["steps[2].when scenario.no_wait"]);
}

#[test]
fn places_to_get_stuck_are_found() {
    let missed = findings(|d| d["steps"][0]["optional"] = json!(false));
    assert!(missed.contains(&"steps[0].optional scenario.dead_end".to_owned()), "{missed:?}");
    let nothing_to_count_from =
        findings(|d| d["steps"][1]["when"] = json!({ "days_after_previous_step": 5 }));
    assert_eq!(nothing_to_count_from, ["steps[1].when scenario.dead_end"]);
    let never = findings(|d| d["steps"][1]["condition"] = json!("1 > 2"));
    assert_eq!(never, ["steps[1].condition scenario.step_unreachable", "steps[1] scenario.dead_end"]);
    let capped = findings(|d| d["steps"][1]["condition"] = json!("item.kind != 'fee'"));
    assert_eq!(capped, ["steps[1] scenario.step_caps"]);
}

#[test]
fn a_step_that_is_always_passed_over_is_found() {
    let found = findings(|d| {
        d["steps"][1]["optional"] = json!(true);
        d["steps"][2]["when"]["days"] = json!(5);
        d["steps"][2]["gap_days"] = json!(0);
    });
    assert_eq!(found, ["steps[1] scenario.step_unreachable"]);
    let on_the_day = findings(|d| d["steps"][0]["when"]["days"] = json!(0));
    assert_eq!(on_the_day, ["steps[0].when scenario.step_unreachable"]);
}

#[test]
fn amounts_must_fit_their_currency() {
    let found = findings(|d| {
        d["minimum_amounts"] = json!({ "EUR": "1.234", "XXX": "1", "JPY": "-5", "USD": "1e3" });
    });
    assert_eq!(
        found,
        [
            "minimum_amounts.EUR amount.exponent",
            "minimum_amounts.JPY scenario.amount_negative",
            "minimum_amounts.USD amount.invalid",
            "minimum_amounts.XXX currency.unknown",
        ]
    );
}

#[test]
fn heads_and_codes_are_checked() {
    let found = findings(|d| {
        d["schema"] = json!(2);
        d["code"] = json!("Über");
        d["name"]["es"] = json!(" ");
        d["min_spacing_days"] = json!(0);
        d["grace_days"] = json!(5);
        d["steps"][1]["code"] = json!("due_soon");
        d["steps"][3]["gap_days"] = json!(4_000);
    });
    assert_eq!(
        found,
        [
            "schema scenario.schema_unsupported",
            "code scenario.code_invalid",
            "name.es scenario.name_missing",
            "min_spacing_days scenario.spacing_zero",
            "steps[1].code scenario.duplicate_code",
            "steps[3].gap_days scenario.days_range",
            "steps[1].when scenario.grace_covers_step",
        ]
    );
    assert!(findings(|d| d["steps"] = json!([])).contains(&"steps scenario.no_steps".to_owned()));
    let many = findings(|d| {
        let step = d["steps"][3].clone();
        d["steps"] = Value::Array(vec![step; 51]);
    });
    assert_eq!(many[0], "steps scenario.too_many");
}
