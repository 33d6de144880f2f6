//! What a contact speaks of.

use proto::v1::{InstrumentItem, InstrumentRow};
use testkit::push::{account, invoice};

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
