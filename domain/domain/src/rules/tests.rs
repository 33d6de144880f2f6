use kernel::Decimal;
use proptest::prelude::*;

use super::cell_set::CellSet;
use super::check::{Want, check, check_cell};
use super::evaluate::{EvaluationFailed, FactValue, FactValues, Machine, compile, compile_cell};
use super::facts::{FactType, ValueType};
use super::schema::NoFacts;
use crate::attributes::Declared;
use crate::credit::facts::{CreditSchema, blank};

fn schema() -> CreditSchema {
    CreditSchema::new(Declared::default())
}

fn number() -> ValueType {
    ValueType::plain(FactType::Number)
}

fn text(values: &[&str]) -> ValueType {
    ValueType { values: values.iter().map(|v| (*v).to_owned()).collect(), ..ValueType::plain(FactType::Text) }
}

/// The codes of what is wrong with a cell.
fn cell_faults(source: &str, column: &ValueType) -> Vec<&'static str> {
    check_cell(source, column, &schema()).faults.iter().filter(|f| f.error).map(|f| f.code.text).collect()
}

fn admits(source: &str, value: impl Into<FactValue>, facts: &FactValues) -> Result<bool, EvaluationFailed> {
    Machine::default().admits(&compile_cell(source).unwrap(), &value.into(), facts)
}

#[test]
fn an_expression_gives_what_is_wanted_or_is_refused() {
    for (source, want, sound) in [
        ("exposure.total", Want::Number, true),
        ("exposure.total", Want::Bool, false),
        ("limit.total", Want::Number, false),
        ("limit.total", Want::NumberOrNull, true),
        ("limit.total ?? 0", Want::Number, true),
        ("party.country", Want::Text, true),
        ("party.kind", Want::Text, true),
        ("party.country", Want::Number, false),
        ("party.country", Want::TextOrNull, true),
        ("limit.total", Want::Any, true),
        ("party.insolvent", Want::Any, true),
        ("[1, 2]", Want::Any, false),
        ("party", Want::Any, false),
        ("exposure.total / 2 + behaviour.returns", Want::Number, true),
        ("party.insolvent ? 0 : exposure.total", Want::Number, true),
        ("exposure.total ^ 2", Want::Number, false),
        ("rand(10)", Want::Number, false),
    ] {
        let checked = check(source, &schema(), want);
        assert_eq!(checked.is_sound(), sound, "{source} as {want:?}: {:?}", checked.faults);
        assert_eq!(checked.gives.is_some(), sound, "{source}");
    }
}

#[test]
fn a_constant_is_told() {
    assert_eq!(check("2 * 3", &schema(), Want::Number).constant, Some(FactValue::from(6)));
    let never = check("exposure.total > 5 and exposure.total < 3", &schema(), Want::Bool);
    assert_eq!(never.always(), Some(false));
    assert_eq!(check("exposure.total > 5", &schema(), Want::Bool).constant, None);
}

#[test]
fn a_rule_names_what_it_reads_and_sees_nothing_else() {
    let rule = compile("exposure.total > 100 and party.country == 'ES' and exposure.total < 500").unwrap();
    assert_eq!(
        rule.reads().iter().map(AsRef::as_ref).collect::<Vec<_>>(),
        ["exposure.total", "party.country"]
    );
    let mut facts = blank();
    facts.set("exposure.total", 101);
    facts.set("party.country", "ES");
    assert_eq!(rule.evaluate(&facts), Ok(FactValue::Bool(true)));
    let inputs = facts.only(rule.reads().iter().map(AsRef::as_ref));
    assert_eq!(
        serde_json::to_value(&inputs).unwrap(),
        serde_json::json!({
            "exposure.total": "101", "party.country": "ES",
        })
    );
    assert_eq!(rule.evaluate(&inputs), Ok(FactValue::Bool(true)), "the inputs suffice to repeat it");
}

#[test]
fn a_rule_that_cannot_be_evaluated_says_so() {
    let divided = compile("1 / exposure.total > 5").unwrap();
    assert!(divided.evaluate(&blank()).is_err());
    assert_eq!(compile("1 / exposure.total").unwrap().evaluate(&blank()), Ok(FactValue::Null));
    let unknown = compile("limit.total > 5").unwrap();
    assert!(unknown.evaluate(&blank()).is_err());
}

#[test]
fn numbers_are_exact() {
    let rule = compile("exposure.total + 0.2").unwrap();
    let mut facts = blank();
    facts.set("exposure.total", "0.1".parse::<Decimal>().unwrap());
    assert_eq!(rule.evaluate(&facts), Ok(FactValue::Number("0.3".parse().unwrap())));
}

#[test]
fn cells_are_checked_against_their_column() {
    let known = text(&["A", "B", "C"]);
    for (source, column) in [
        ("", &number()),
        ("  ", &number()),
        ("5", &number()),
        ("> 5", &number()),
        ("[18..65)", &number()),
        ("< 5 or > 10", &number()),
        ("> exposure.total", &number()),
        ("$ > 2 * exposure.total", &number()),
        ("\"A\"", &known),
        ("\"A\", \"B\"", &known),
        ("!= \"A\"", &known),
        ("not in [\"A\", \"B\"]", &known),
        ("startsWith($, \"A\")", &text(&[])),
        ("true", &ValueType::plain(FactType::Bool)),
        ("null", &ValueType { nullable: true, ..number() }),
    ] {
        assert_eq!(cell_faults(source, column), [""; 0], "{source}");
        assert!(compile_cell(source).is_some(), "{source}");
    }
    for (source, column, code) in [
        ("> ", &number(), "rule.expression_syntax"),
        ("\"A\"", &number(), "rule.expression_type"),
        ("> \"A\"", &number(), "rule.expression_type"),
        ("5", &known, "rule.expression_type"),
        ("> 5", &known, "rule.expression_type"),
        ("\"D\"", &known, "rule.expression_type"),
        ("null", &number(), "rule.expression_type"),
        ("> exposure.totl", &number(), "rule.expression_type"),
        ("> total", &number(), "rule.expression_unknown_fact"),
        ("> request.amount", &number(), "rule.expression_unknown_fact"),
        ("> rand(5)", &number(), "rule.expression_not_admitted"),
        ("$ ^ 2 > 5", &number(), "rule.expression_not_admitted"),
        ("date('now') > 5", &number(), "rule.expression_not_admitted"),
    ] {
        assert!(cell_faults(source, column).contains(&code), "{source}: {:?}", cell_faults(source, column));
    }
    let of_nothing = check_cell("> exposure.total", &number(), &NoFacts);
    assert!(!of_nothing.is_sound());
}

#[test]
fn a_cell_admits_what_it_says() {
    let mut facts = blank();
    facts.set("exposure.total", 100);
    assert_eq!(admits("", FactValue::Null, &facts), Ok(true));
    assert_eq!(admits("> 5", 6, &facts), Ok(true));
    assert_eq!(admits("> 5", 5, &facts), Ok(false));
    assert_eq!(admits("[18..65)", 18, &facts), Ok(true));
    assert_eq!(admits("[18..65)", 65, &facts), Ok(false));
    assert_eq!(admits("\"A\", \"B\"", "B", &facts), Ok(true));
    assert_eq!(admits("\"A\", \"B\"", "C", &facts), Ok(false));
    assert_eq!(admits("> exposure.total", 101, &facts), Ok(true));
    assert_eq!(admits("true", true, &facts), Ok(true));
    assert_eq!(admits("> 5", FactValue::Null, &facts), Ok(false), "an unknown value meets no comparison");
    assert_eq!(admits("null", FactValue::Null, &facts), Ok(true));
    assert_eq!(admits("!= 5", FactValue::Null, &facts), Ok(true));
    assert!(admits("> 1 / behaviour.returns", 5, &facts).is_err());
    assert_eq!(compile_cell("> exposure.total").unwrap().reads(), ["exposure.total".into()]);
}

#[test]
fn gaps_and_overlaps_of_cells_are_told() {
    let low = CellSet::of("< 10", &number()).unwrap();
    let high = CellSet::of("> 10", &number()).unwrap();
    assert!(!low.intersects(&high));
    let both = low.union(&high);
    assert!(!both.covers_all());
    let gap = both.complement();
    assert_eq!((gap.example(), gap.describe()), (Some(FactValue::from(10)), Some("10".to_owned())));
    assert!(both.union(&CellSet::of("10", &number()).unwrap()).covers_all());

    let inclusive = CellSet::of("<= 10", &number()).unwrap();
    let overlap = inclusive.intersect(&CellSet::of(">= 10", &number()).unwrap());
    assert_eq!(overlap.example(), Some(FactValue::from(10)));

    let classes = text(&["A", "B", "C"]);
    let two = CellSet::of("\"A\", \"B\"", &classes).unwrap();
    assert!(two.contains(&FactValue::from("A")) && !two.contains(&FactValue::from("C")));
    assert_eq!(two.complement().example(), Some(FactValue::from("C")));
    assert!(two.union(&CellSet::of("\"C\"", &classes).unwrap()).covers_all());
    assert!(!CellSet::of("\"A\", \"B\", \"C\"", &text(&[])).unwrap().covers_all(), "other texts exist");

    let maybe = ValueType { nullable: true, ..number() };
    let any_number = CellSet::of("< 10", &maybe).unwrap().union(&CellSet::of(">= 10", &maybe).unwrap());
    assert!(!any_number.covers_all(), "what is unknown is in no comparison");
    assert_eq!(any_number.complement().example(), Some(FactValue::Null));
    assert!(CellSet::of("", &maybe).unwrap().covers_all());
    assert!(CellSet::all(&maybe).covers_all());

    assert!(CellSet::of("> 5 and < 3", &number()).unwrap().is_empty());
    assert_eq!(CellSet::of("> exposure.total", &number()), None, "it depends on another fact");
}

/// Cells over numbers whose sets are known.
fn cells() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        (-20..20_i32).prop_map(|n| format!("{n}")),
        (-20..20_i32, prop_oneof![Just(">"), Just("<"), Just(">="), Just("<="), Just("!=")])
            .prop_map(|(n, op)| format!("{op} {n}")),
        (-20..20_i32, 0..10_i32, prop_oneof![Just("[]"), Just("()"), Just("[)"), Just("(]")]).prop_map(
            |(n, width, brackets)| {
                let (open, close) = brackets.split_at(1);
                format!("{open}{n}..{}{close}", n + width)
            }
        ),
    ];
    proptest::collection::vec(leaf, 1..3).prop_map(|cells| cells.join(", "))
}

proptest! {
    #[test]
    fn a_set_holds_exactly_what_the_cell_admits(
        source in cells(),
        value in prop_oneof![
            (-25..25_i32).prop_map(FactValue::from),
            (-50..50_i64).prop_map(|halves| FactValue::Number(Decimal::new(halves * 5, 1))),
            Just(FactValue::Null),
        ],
    ) {
        let column = ValueType { nullable: true, ..number() };
        prop_assert!(check_cell(&source, &column, &NoFacts).is_sound(), "{source}");
        let set = CellSet::of(&source, &column).unwrap();
        let admitted = admits(&source, value.clone(), &FactValues::default()).unwrap();
        prop_assert_eq!(set.contains(&value), admitted, "{} of {}", value, source);
        prop_assert_ne!(set.complement().contains(&value), admitted);
    }

    #[test]
    fn no_text_brings_the_check_of_a_cell_down(source in "[ -~]{0,40}") {
        let sound = check_cell(&source, &number(), &schema()).is_sound();
        prop_assert!(!sound || compile_cell(&source).is_some(), "{source} was found sound and does not compile");
    }
}
