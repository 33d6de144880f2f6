use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::dunning::fixture::{decide_by, group, item, scenario, schema};

#[test]
fn compiled_rules_are_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<crate::dunning::compiled::CompiledScenario>();
}

#[test]
fn a_rule_knows_which_facts_it_reads() {
    let source = "group.total_overdue > 5 and item.part_paid and (group.attributes.vip ?? true) \
        and (item.attributes.delivered_on ?? 0) < (group.party_attributes.score ?? 1)";
    let rule = compile(source).unwrap();
    assert_eq!(rule.reads.group, [GroupFact::TotalOverdue]);
    assert_eq!(rule.reads.item, [ItemFact::PartPaid]);
    assert_eq!(rule.reads.attributes_of(AttributeOwner::Account), ["vip".into()]);
    assert_eq!(rule.reads.attributes_of(AttributeOwner::Party), ["score".into()]);
    assert_eq!(rule.reads.attributes_of(AttributeOwner::Receivable), ["delivered_on".into()]);
}

/// Pieces of expressions, sound and unsound.
const PIECES: &[&str] = &[
    "group.total_overdue",
    "group.segment",
    "group.last_contact_days",
    "group.attributes.vip",
    "group.party_attributes.score",
    "item.attributes.project",
    "item.attributes",
    "item.kind",
    "item.open_amount",
    "item.part_paid",
    "group",
    "nothing",
    "'a'",
    "\"é\"",
    "'",
    "`",
    "${",
    "}",
    "{",
    "(",
    ")",
    "[",
    "]",
    "..",
    "+",
    "-",
    "*",
    "/",
    "%",
    "^",
    "==",
    "!=",
    "<",
    ">=",
    "in",
    "not in",
    "not",
    "!",
    "and",
    "or",
    "?",
    ":",
    "??",
    "#",
    "$root",
    ".",
    ",",
    ";",
    "=",
    "1",
    "0",
    "79228162514264337593543950335",
    "0.0000000000000000000000000001",
    "true",
    "null",
    "len(",
    "round(",
    "trunc(",
    "min(",
    "max(",
    "upper(",
    "contains(",
    "abs(",
    "rand(",
    "d(",
    "map(",
    "date(",
    "\u{1F600}",
    " ",
];

/// Sound numbers, grown out of facts and awkward literals.
fn numbers() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("group.total_overdue"),
        Just("group.item_count"),
        Just("item.open_amount"),
        Just("item.days_overdue"),
        Just("(group.last_contact_days ?? 999)"),
        Just("0"),
        Just("-1"),
        Just("79228162514264337593543950335"),
        Just("0.0000000000000000000000000001"),
    ];
    leaf.prop_map(str::to_owned).prop_recursive(3, 12, 2, |inner| {
        let operator = prop_oneof![Just("+"), Just("-"), Just("*"), Just("/"), Just("%")];
        let function = prop_oneof![Just("round"), Just("trunc"), Just("abs"), Just("floor"), Just("ceil")];
        prop_oneof![
            (inner.clone(), operator, inner.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            (function, inner.clone()).prop_map(|(f, a)| format!("{f}({a})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("round({a}, {b})")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("min([{a}, {b}])")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn no_text_brings_the_check_down(pieces in proptest::collection::vec(0..PIECES.len(), 1..16)) {
        let source = pieces.iter().map(|n| PIECES[*n]).collect::<Vec<_>>().join(" ");
        let sound = check(&source, &schema(), true).is_sound();
        prop_assert!(!sound || compile(&source).is_some(), "{source} was found sound and does not compile");
    }

    #[test]
    fn no_sound_condition_brings_the_evaluation_down(a in numbers(), b in numbers()) {
        let source = format!("{a} > {b}");
        let checked = check(&source, &schema(), true);
        prop_assume!(checked.is_sound() && checked.constant.is_none());
        let scenario = scenario(|d| d["steps"][0]["condition"] = json!(source));
        let decision = decide_by(&scenario, &group(vec![item(1, "2026-05-06", "999999999999999")]), "2026-05-04");
        prop_assert!(!decision.reasons.is_empty());
    }
}
