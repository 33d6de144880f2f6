//! Which items cash settles that comes without an invoice: by the rules, through the push and by hand.

use proto::v1::EntryRow;
use serde_json::json;
use testkit::TestApp;
use testkit::push::{account, invoice, party, payment};

use crate::reads::{receivable, text};

/// Of the four, `F-1` is the oldest, `F-2` and `F-3` are of one amount, and only `F-4` is of 65.
fn book() -> TestApp {
    TestApp::with_receivables(vec![
        invoice("F-1", "A1", "100", ("2026-01-02", "2026-02-01")),
        invoice("F-2", "A1", "80", ("2026-01-02", "2026-02-02")),
        invoice("F-3", "A1", "80", ("2026-01-02", "2026-02-03")),
        invoice("F-4", "A1", "65", ("2026-01-02", "2026-02-04")),
    ])
}

fn cash(id: &str, amount: &str, reference: &str) -> EntryRow {
    EntryRow { reference: reference.to_owned(), ..payment(id, "A1", "", (amount, "2026-02-20")) }
}

/// Pushes one payment on account and lists what it settled: document, amount, rule.
fn settled(app: &TestApp, entry: EntryRow) -> Vec<[String; 3]> {
    let before = app.get("/v1/allocations?limit=100").expect(200);
    let before =
        before["items"].as_array().expect("items").iter().map(|a| a["id"].clone()).collect::<Vec<_>>();
    app.push("ERP-E1").entries(vec![entry]).finish();
    let page = app.get("/v1/allocations?limit=100").expect(200);
    let made = page["items"].as_array().expect("items").iter().filter(|a| !before.contains(&a["id"]));
    let mut lines = made
        .map(|a| [text(&a["debit_document_no"]), text(&a["amount"]), text(&a["rule"])])
        .collect::<Vec<_>>();
    lines.sort();
    lines
}

fn open(app: &TestApp, document: &str) -> String {
    text(&receivable(app, document)["open_amount"])
}

#[test]
fn what_the_payer_names_is_settled_first() {
    let app = book();
    assert_eq!(settled(&app, cash("Z-1", "80", "Pago fra F-3")), [["F-3", "80", "by_reference"]]);
    assert_eq!((open(&app, "F-1"), open(&app, "F-2")), ("100".into(), "80".into()));
}

#[test]
fn without_a_name_the_only_item_of_the_amount_is_settled() {
    let app = book();
    assert_eq!(settled(&app, cash("Z-1", "65", "Transferencia")), [["F-4", "65", "exact_match"]]);
}

#[test]
fn without_a_name_or_one_fitting_item_the_oldest_are_settled_and_the_rest_waits() {
    let app = book();
    // Two items are of this amount: neither is guessed.
    let expected = [["F-1", "80", "oldest_first"]];
    assert_eq!(settled(&app, cash("Z-1", "80", "Transferencia")), expected);
    let expected = [
        ["F-1", "20", "oldest_first"],
        ["F-2", "80", "oldest_first"],
        ["F-3", "80", "oldest_first"],
        ["F-4", "65", "oldest_first"],
    ];
    assert_eq!(settled(&app, cash("Z-2", "250", "")), expected);
    assert_eq!(open(&app, "Z-2"), "-5", "what found no item stays visible");
}

#[test]
fn what_a_name_leaves_goes_on_by_the_other_rules() {
    let app = book();
    let long = invoice("FV-2026/0007", "A1", "30", ("2026-01-02", "2026-02-05"));
    app.push("ERP-E1").receivables(vec![long]).finish();
    let expected = [["F-4", "65", "exact_match"], ["FV-2026/0007", "30", "by_reference"]];
    assert_eq!(settled(&app, cash("Z-1", "95", "fra. FV2026/7 y otra")), expected);
    // Two characters may stand anywhere: without the amount they name nothing.
    assert_eq!(settled(&app, cash("Z-2", "70", "calle F-2")), [["F-1", "70", "oldest_first"]]);
}

#[test]
fn cash_allocated_by_hand_remembers_what_its_payer_wrote() {
    let app = TestApp::start();
    app.entity("E1");
    app.push("ERP-E1")
        .parties(vec![party("P1", "Uno")])
        .accounts(vec![account("A1", "P1")])
        .entries(vec![cash("Z-1", "80", "Pago fra F-2")])
        .receivables(vec![
            invoice("F-1", "A1", "80", ("2026-01-02", "2026-02-01")),
            invoice("F-2", "A1", "80", ("2026-01-02", "2026-02-02")),
        ])
        .finish();
    assert_eq!(open(&app, "Z-1"), "-80", "nothing was open when it came");
    let path = format!("/v1/receivables/{}/allocations", text(&receivable(&app, "Z-1")["id"]));
    let done = app.post(&path, &json!({})).expect(201);
    let line = &done["allocations"][0];
    assert_eq!((&line["document_no"], &line["rule"]), (&json!("F-2"), &json!("by_reference")), "{done}");
    assert_eq!(open(&app, "F-1"), "80");
}
