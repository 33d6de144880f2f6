use super::*;
use kernel::Currency;
use proptest::prelude::*;

/// The numbers of `documents` that `text` names, with a question mark where the number alone tells too little.
fn named(text: &str, documents: &[&str]) -> Vec<String> {
    let items: Vec<DebitItem> = (1..).zip(documents).map(|(id, number)| item(id, number)).collect();
    let mentions = mentions(text, items.iter());
    let items = items.iter().filter_map(|item| mentions.get(&item.receivable).map(|mention| (item, mention)));
    items.map(|(item, m)| format!("{}{}", item.document_no, if m.telling { "" } else { "?" })).collect()
}

fn item(id: u128, number: &str) -> DebitItem {
    let day = "2026-01-01".parse().unwrap();
    DebitItem {
        receivable: ReceivableId(uuid::Uuid::from_u128(id)),
        currency: Currency::EUR,
        document_no: number.to_owned(),
        payment_reference: None,
        issue_on: day,
        due_on: day,
        open: kernel::Decimal::ONE,
    }
}

#[test]
fn a_number_is_found_with_other_separators_and_without_leading_zeros() {
    for text in
        ["pago F-2026/00123", "F2026 00123", "f202600123.", "FRA. F-2026/00123;", "F2026/123", "F.2026.0123"]
    {
        assert_eq!(named(text, &["F-2026/00123", "F-2026/00124"]), ["F-2026/00123"], "{text}");
    }
}

#[test]
fn a_part_of_another_number_is_no_number() {
    assert_eq!(named("F-2026/00123", &["26/00123", "2026", "00123", "2026/00123"]), Vec::<String>::new());
    assert_eq!(named("A-2026/15", &["2026/15"]), Vec::<String>::new());
    assert_eq!(named("1234567", &["123456", "34567"]), Vec::<String>::new());
    assert_eq!(named("2026/15-17", &["2026/15"]), Vec::<String>::new());
    assert_eq!(named("15/03/2026", &["2026", "15"]), Vec::<String>::new());
}

#[test]
fn a_separator_may_be_dropped_or_added_but_not_moved() {
    assert_eq!(named("2026/11-5", &["2026/1-15"]), Vec::<String>::new());
    assert_eq!(named("F12/3456", &["F1/23456"]), Vec::<String>::new());
    assert_eq!(named("2026115", &["2026/1-15"]), ["2026/1-15"]);
    assert_eq!(named("2026/115", &["2026115"]), ["2026115"]);
}

#[test]
fn of_nested_numbers_the_longer_counts() {
    assert_eq!(named("2026/001/2", &["2026/001", "2026/001/2"]), ["2026/001/2"]);
    assert_eq!(named("2026 001 2", &["2026/001", "2026/001/2"]), ["2026/001/2"]);
}

#[test]
fn a_list_names_each_of_its_numbers() {
    let documents = ["123456", "123457", "123458"];
    for text in
        ["123456/123457", "FRAS.123456-123457", "123456, 123457", "FRA123456 Y 123457", "123456/FRA.123457"]
    {
        assert_eq!(named(text, &documents), ["123456", "123457"], "{text}");
    }
}

#[test]
fn a_short_number_tells_too_little_by_itself() {
    assert_eq!(named("factura 12", &["12", "2026"]), ["12?"]);
    assert_eq!(named("FACTURA 00012", &["00012"]), ["00012?"]);
    assert_eq!(named("1234 12345", &["1234", "12345"]), ["1234?", "12345"]);
}

#[test]
fn the_exact_spelling_wins_over_the_one_without_zeros() {
    assert_eq!(named("0123456", &["0123456", "123456"]), ["0123456"]);
}

#[test]
fn items_with_the_same_number_are_all_named() {
    assert_eq!(named("F-2026/7", &["F-2026/7", "F-2026/7", "F-2026/8"]), ["F-2026/7", "F-2026/7"]);
}

#[test]
fn a_payment_reference_names_its_item() {
    let item = DebitItem { payment_reference: Some("RF18 5390 0754 7034".to_owned()), ..item(1, "") };
    let found = mentions("pago rf18539007547034 gracias", std::iter::once(&item));
    assert_eq!(found[&item.receivable].as_written, "rf18539007547034");
}

#[test]
fn a_hostile_text_is_read_to_its_limit() {
    let text = "1/".repeat(1_000_000);
    let numbers: Vec<String> = (1..=RUNS_MAX).map(|n| vec!["1"; n].join("/")).collect();
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    assert_eq!(named(&text, &numbers), [numbers[RUNS_MAX - 1]]);
}

proptest! {
    #[test]
    fn a_number_quoted_alone_is_always_found(number in "[A-Z]{0,3}[-/]?[0-9]{4}[-/. ]?[0-9]{1,6}", around in "[ ,;:()+&]{1,3}") {
        let text = format!("PAGO{around}{number}{around}GRACIAS");
        prop_assert_eq!(named(&text, &[&number]).len(), 1, "{}", text);
    }

    #[test]
    fn no_text_makes_it_fail(text in any::<String>(), number in any::<String>()) {
        let found = named(&text, &[&number]);
        prop_assert!(found.len() <= 1);
    }

    #[test]
    fn digits_within_longer_digits_are_never_found(number in "[1-9][0-9]{4,8}", more in "[1-9]{1,3}", before in any::<bool>()) {
        let text = if before { format!("{more}{number}") } else { format!("{number}{more}") };
        prop_assert_eq!(named(&text, &[&number]), Vec::<String>::new());
    }
}
