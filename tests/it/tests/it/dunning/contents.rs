//! What a contact speaks of.

use proto::v1::{InstrumentItem, InstrumentRow};
use testkit::push::{account, contact, invoice};

use super::{Book, outcome, text};

#[test]
fn credit_notes_and_unallocated_cash_are_netted_line_by_line() {
    let book = Book::owing("2026-02-20");
    let mut credit = invoice("G1", "A1", "30.00", ("2026-02-01", "2026-02-01"));
    "credit_note".clone_into(&mut credit.kind);
    book.app.push("ERP-E1").receivables(vec![credit]).finish();
    let decision = book.decision("2026-03-04");
    assert_eq!(outcome(&decision).0, "act");
    assert_eq!((text(&decision["total_amount"]), text(&decision["credits_amount"])), ("70", "30"));
    let lines = book.app.database.sql(
        "SELECT string_agg(trim_scale(amount)::text || ' ' || credit, ', ' ORDER BY amount) FROM message_item",
    );
    assert_eq!(lines, "-30 true, 100 false");
}

#[test]
fn credits_that_cover_the_claim_hold_the_contact() {
    let book = Book::owing("2026-02-20");
    let mut credit = invoice("G1", "A1", "100.00", ("2026-02-01", "2026-02-01"));
    "credit_note".clone_into(&mut credit.kind);
    book.app.push("ERP-E1").receivables(vec![credit]).finish();
    assert_eq!(outcome(&book.decision("2026-03-04")), ("hold", "hold.credits_cover"));
}

fn note(returned_on: &str) -> InstrumentRow {
    InstrumentRow {
        external_id: "N1".to_owned(),
        account_external_id: "A1".to_owned(),
        kind: "promissory_note".to_owned(),
        number: "0001".to_owned(),
        amount: "100.00".to_owned(),
        currency: "EUR".to_owned(),
        received_on: "2026-02-10".to_owned(),
        maturity_on: "2026-03-10".to_owned(),
        returned_on: returned_on.to_owned(),
        return_code: if returned_on.is_empty() { String::new() } else { "AM04".to_owned() },
        items: vec![InstrumentItem { receivable_external_id: "I1".to_owned(), amount: "100.00".to_owned() }],
        ..InstrumentRow::default()
    }
}

#[test]
fn an_item_under_an_instrument_is_left_out_until_that_is_returned() {
    let book = Book::owing("2026-02-20");
    book.app.push("ERP-E1").instruments(vec![note("")]).finish();
    let decision = book.decision("2026-03-04");
    assert_eq!(outcome(&decision), ("hold", "hold.items_left_out"));
    assert_eq!(decision["reasons"][1]["code"], "item.under_instrument");
    book.app.push("ERP-E1").instruments(vec![note("2026-03-11")]).finish();
    let decision = book.decision("2026-03-12");
    assert_eq!(outcome(&decision).0, "act");
    assert_eq!(decision["days_overdue_max"], 20, "it comes back with its original age");
}

#[test]
fn what_an_instrument_leaves_uncovered_is_dunned_and_sent() {
    let book = Book::owing("2026-02-20");
    let mut part = note("");
    for amount in [&mut part.amount, &mut part.items[0].amount] {
        "40.00".clone_into(amount);
    }
    let contact = contact("C1", "A1", "pagos@ibarra.example");
    book.app.push("ERP-E1").instruments(vec![part]).contacts(vec![contact]).finish();
    let decision = book.decision("2026-03-04");
    assert_eq!((outcome(&decision).0, text(&decision["total_amount"])), ("act", "60"));
    book.app.set_clock("2026-03-04T10:00:00Z".parse().expect("an instant"));
    book.app.send_due();
    let sent = book.items("/v1/messages")[0].clone();
    assert_eq!((text(&sent["state"]), text(&sent["total_amount"])), ("sent", "60"), "{sent}");
    let outlook = book.app.get(&format!("/v1/accounts/{}/dunning", book.id("acc", "A1"))).expect(200);
    let item = &outlook["currencies"][0]["items"][0];
    assert_eq!((text(&item["open_amount"]), text(&item["covered_amount"])), ("100", "40"), "{outlook}");
}

#[test]
fn paper_without_a_result_after_its_maturity_is_told_once() {
    let book = Book::owing("2026-02-20");
    book.app.push("ERP-E1").instruments(vec![note("")]).finish();
    let status = || text(&book.items("/v1/instruments")[0]["status"]).to_owned();
    let alerts = || book.items("/v1/alerts?kind=instrument_without_result").len();
    let run_on = |day: &str| {
        assert_eq!(book.on(day).run()["state"], "finished");
        (status(), alerts())
    };
    assert_eq!(run_on("2026-03-10"), ("received".to_owned(), 0));
    assert_eq!(run_on("2026-03-15"), ("matured".to_owned(), 0), "its bank has five days");
    assert_eq!(run_on("2026-03-16"), ("matured".to_owned(), 1));
    assert_eq!(run_on("2026-03-17"), ("matured".to_owned(), 1));
    let alert = text(&book.items("/v1/alerts?kind=instrument_without_result")[0]["id"]).to_owned();
    assert_eq!(book.app.post(&format!("/v1/alerts/{alert}/resolve"), &serde_json::json!({})).status, 204);
    assert_eq!(run_on("2026-03-18").1, 1, "a person has seen it");
    assert!(book.count("message") == 0, "it still stands for the invoice");
}

#[test]
fn a_small_claim_is_not_worth_a_letter() {
    let book = Book::new();
    book.invoice("I1", "9.99", "2026-02-20");
    assert_eq!(outcome(&book.decision("2026-03-04")), ("hold", "hold.below_minimum"));
}

#[test]
fn the_accounts_of_a_dunning_group_get_one_letter() {
    let book = Book::owing("2026-02-20");
    let branch = account("A2", "P1");
    book.app
        .push("ERP-E1")
        .accounts(vec![branch])
        .receivables(vec![invoice("I2", "A2", "40.00", ("2026-01-02", "2026-02-21"))])
        .finish();
    book.app.database.sql(
        "UPDATE account SET dunning_account_id = (SELECT object_id FROM natural_key WHERE external_id = 'A1')",
    );
    let decision = book.decision("2026-03-04");
    assert_eq!(text(&decision["total_amount"]), "140");
    assert_eq!(text(&decision["account_id"]), book.id("acc", "A1"));
    assert_eq!(book.count("message"), 1);
    let owners = book.app.database.sql("SELECT count(DISTINCT item_account_id) FROM message_item");
    assert_eq!(owners, "2");
}
