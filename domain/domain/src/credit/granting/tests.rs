use kernel::{Currency, Decimal};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::credit::facts::blank;
use crate::credit::rule_sets::RuleSet as _;
use crate::rules::evaluate::{FactValue, FactValues};
use crate::rules::finding::{Severity, parse_document};

fn table(hit_policy: &str, inputs: &[&str], rows: &[(&[&str], Value)]) -> LimitTable {
    let rows = rows
        .iter()
        .enumerate()
        .map(|(no, (when, then))| json!({ "code": format!("r{no}"), "when": when, "then": then }));
    let document = json!({ "schema": 1, "code": "t", "name": { "en": "T", "es": "T" }, "hit_policy": hit_policy,
        "inputs": inputs, "rows": rows.collect::<Vec<_>>() });
    parse_document(&document).unwrap()
}

fn schema() -> CreditSchema {
    LimitTable::schema(Declared::default())
}

fn findings(table: &LimitTable) -> Vec<(&'static str, Severity, String)> {
    let found = table.validate(&schema());
    found.into_iter().map(|f| (f.code.text, f.severity, format!("{}: {}", f.path, f.message))).collect()
}

fn codes_of(table: &LimitTable) -> Vec<&'static str> {
    findings(table).into_iter().map(|(code, ..)| code).collect()
}

fn standard() -> LimitTable {
    parse_document(&serde_json::from_str(LimitTable::STANDARD[0]).unwrap()).unwrap()
}

fn facts(class: &str, amount: i64) -> FactValues {
    let mut facts = blank();
    facts.set("score.class", class);
    facts.set("request.amount", amount);
    facts
}

fn decide(table: &LimitTable, facts: &FactValues) -> Granting {
    CompiledTable::compile(table, 3, &schema()).unwrap().decide(facts, Currency::EUR)
}

fn refuse() -> Value {
    json!({ "decision": "refuse", "reasons": ["no"] })
}

fn refer() -> Value {
    json!({ "decision": "refer" })
}

#[test]
fn the_standard_table_is_without_fault_and_decides_as_it_says() {
    assert_eq!(findings(&standard()), []);
    let said = |class: &str, amount: i64| {
        let found = decide(&standard(), &facts(class, amount));
        (found.decision, found.amount, found.decided_by.join(","))
    };
    assert_eq!(said("A", 50_000), (GrantDecision::Approve, Some(50_000.into()), "very_good".to_owned()));
    assert_eq!(said("A", 50_001), (GrantDecision::Refer, Some(50_001.into()), String::new()));
    assert_eq!(said("C", 10_001), (GrantDecision::Reduce, Some(Decimal::new(50_005, 1)), "fair".to_owned()));
    assert_eq!(said("E", 1), (GrantDecision::Refuse, None, "poor".to_owned()));
}

#[test]
fn every_row_tells_which_cells_failed_and_what_was_looked_at() {
    let found = decide(&standard(), &facts("B", 30_000));
    assert_eq!((found.table_code.as_str(), found.table_version), ("standard", 3));
    let good = found.rows.iter().find(|row| row.row == "good").unwrap();
    assert_eq!((good.fits, good.failed.as_slice()), (false, [4].as_slice()));
    assert!(found.inputs.contains(&("score.class".to_owned(), "B".to_owned())));
    assert!(found.inputs.contains(&("request.amount".to_owned(), "30000".to_owned())));
}

#[test]
fn the_smallest_change_is_told_and_turns_the_decision() {
    let found = decide(&standard(), &facts("B", 20_001));
    let change = found.change.unwrap();
    assert_eq!((change.fact.as_str(), change.to.as_str()), ("request.amount", "20000"));
    assert_eq!(change.decision, GrantDecision::Approve);
    let never = table("first", &["request.amount"], &[(&[""], refuse())]);
    assert_eq!(decide(&never, &facts("", 5)).change, None);
}

#[test]
fn gaps_are_told_with_the_cases_no_row_fits() {
    let holed = table("first", &["request.amount"], &[(&["<= 100"], refer()), (&["> 200"], refuse())]);
    let found = findings(&holed);
    assert_eq!((found[0].0, found[0].1), ("limit_table.gap", Severity::Warning));
    assert!(found[0].2.contains("100") && found[0].2.contains("200"), "{found:?}");
    let whole = table("first", &["request.amount"], &[(&["<= 100"], refer()), (&["> 100"], refuse())]);
    assert_eq!(findings(&whole), []);
    assert_eq!(decide(&holed, &facts("", 150)).reasons, ["no_row"]);
    // An unknown value fits only cells that name it.
    let nullable =
        table("first", &["behaviour.days_late_90"], &[(&["<= 100"], refer()), (&["> 100"], refuse())]);
    assert_eq!(codes_of(&nullable), ["limit_table.gap"]);
}

#[test]
fn rows_that_cannot_be_compared_are_named_where_one_is_to_decide() {
    let rows: &[(&[&str], Value)] = &[(&["<= 100"], refer()), (&["> exposure.total"], refuse())];
    let of = |hit_policy: &str| {
        let found = findings(&table(hit_policy, &["request.amount"], rows)).into_iter();
        found
            .filter(|(code, ..)| *code == "limit_table.not_examined")
            .map(|(.., what)| what)
            .collect::<Vec<_>>()
    };
    assert_eq!(of("unique"), ["rows[1]: it cannot be compared with the other rows"]);
    assert_eq!(of("first"), Vec::<String>::new());
}

#[test]
fn contradictory_rows_are_refused_where_one_is_to_decide() {
    let rows: &[(&[&str], Value)] = &[(&["<= 100"], refer()), (&[">= 100"], refuse())];
    let unique = findings(&table("unique", &["request.amount"], rows));
    assert_eq!((unique[0].0, unique[0].1), ("limit_table.contradiction", Severity::Error));
    assert!(unique[0].2.contains("100"), "{unique:?}");
    assert_eq!(codes_of(&table("priority", &["request.amount"], rows)), ["limit_table.contradiction"]);
    assert_eq!(codes_of(&table("first", &["request.amount"], rows)), Vec::<&str>::new());
    let alike: &[(&[&str], Value)] = &[(&["<= 100"], refer()), (&[">= 100"], refer())];
    assert_eq!(findings(&table("unique", &["request.amount"], alike))[0].1, Severity::Warning);
}

#[test]
fn rows_that_no_case_reaches_are_told() {
    let hidden = table("first", &["request.amount"], &[(&[""], refer()), (&["> 5"], refuse())]);
    assert_eq!(codes_of(&hidden), ["limit_table.row_never_met"]);
}

#[test]
fn a_table_that_cannot_be_read_is_told_what_is_wrong() {
    let cell = table("first", &["request.amount"], &[(&["> \"A\""], refer())]);
    assert_eq!(codes_of(&cell), ["rule.expression_type"]);
    let amount = json!({ "decision": "approve", "amount": "score.class" });
    assert_eq!(codes_of(&table("first", &["request.amount"], &[(&[""], amount)])), ["rule.expression_type"]);
    let nothing = json!({ "decision": "approve" });
    assert_eq!(
        codes_of(&table("first", &["request.amount"], &[(&[""], nothing)])),
        ["limit_table.amount_missing"]
    );
    let few = table("first", &["request.amount"], &[(&["", ""], refer())]);
    assert_eq!(codes_of(&few), ["limit_table.cell_count"]);
    assert_eq!(codes_of(&table("first", &["request.price"], &[])), ["limit_table.input_unknown"]);
    let long = json!({ "decision": "refer", "valid_months": 61 });
    assert_eq!(
        codes_of(&table("first", &["request.amount"], &[(&[""], long)])),
        ["limit_table.months_range"]
    );
    assert!(CompiledTable::compile(&few, 1, &schema()).is_err());
}

#[test]
fn of_all_rows_that_fit_the_most_careful_counts_where_all_are_collected() {
    let grant =
        |amount: &str, months: u8| json!({ "decision": "approve", "amount": amount, "valid_months": months });
    let rows: &[(&[&str], Value)] =
        &[(&[""], grant("500", 12)), (&["> 100"], grant("300", 24)), (&["> 1000"], refuse())];
    let collected = table("collect_min", &["request.amount"], rows);
    let found = decide(&collected, &facts("", 400));
    assert_eq!(
        (found.decision, found.amount, found.valid_months),
        (GrantDecision::Reduce, Some(300.into()), Some(12))
    );
    assert_eq!(decide(&collected, &facts("", 2_000)).decision, GrantDecision::Refuse);
}

#[test]
fn what_comes_to_nothing_is_refused_and_what_cannot_be_told_is_referred() {
    let of = |amount: &str| {
        table("first", &["request.amount"], &[(&[""], json!({ "decision": "approve", "amount": amount }))])
    };
    assert_eq!(decide(&of("-5"), &facts("", 10)).decision, GrantDecision::Refuse);
    let divided = decide(&of("request.amount / (exposure.total * 1)"), &facts("", 10));
    assert_eq!(divided.decision, GrantDecision::Refer, "{divided:?}");
}

fn bounds() -> impl Strategy<Value = Vec<(i64, i64)>> {
    prop::collection::vec((0_i64..50, 0_i64..50), 1..7)
}

proptest! {
    #[test]
    fn a_gap_is_found_exactly_where_a_case_is_referred_for_want_of_a_row(bounds in bounds()) {
        let cells = bounds.iter().map(|(from, to)| format!("[{}..{}]", from.min(to), from.max(to))).collect::<Vec<_>>();
        let cells = cells.iter().map(|cell| [cell.as_str()]).collect::<Vec<_>>();
        let outside: [&[&str]; 2] = [&["< 0"], &["> 49"]];
        let mut rows = outside.map(|cells| (cells, refuse())).to_vec();
        rows.extend(cells.iter().map(|cell| (cell.as_slice(), refer())));
        let table = table("first", &["request.amount"], &rows);
        let holed = codes_of(&table).contains(&"limit_table.gap");
        let compiled = CompiledTable::compile(&table, 1, &schema()).unwrap();
        let missing = (0..100).any(|half| {
            let mut facts = blank();
            facts.set("request.amount", FactValue::from(Decimal::new(half * 5, 1)));
            compiled.decide(&facts, Currency::EUR).reasons == ["no_row"]
        });
        prop_assert_eq!(holed, missing);
    }

    #[test]
    fn a_change_that_is_told_turns_the_decision(class in "[A-F]", amount in 1_i64..100_000, overdue in 0_i64..120) {
        let mut facts = facts(&class, amount);
        facts.set("exposure.days_overdue_max", overdue);
        let found = decide(&standard(), &facts);
        let change = found.change.expect("each case of the standard table can be turned");
        let changed = match facts.get(&change.fact) {
            FactValue::Number(_) => FactValue::Number(change.to.parse().unwrap()),
            FactValue::Bool(_) => FactValue::Bool(change.to == "true"),
            FactValue::Text(_) | FactValue::Null => FactValue::from(change.to.as_str()),
        };
        facts.set(change.fact.clone(), changed);
        let again = decide(&standard(), &facts);
        prop_assert!(again.decision == change.decision && again.decision != found.decision);
    }
}
