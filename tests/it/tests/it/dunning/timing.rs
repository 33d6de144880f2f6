//! When somebody is contacted, and when not.

use testkit::push::{invoice, payment};

use super::{Book, outcome, text};

#[test]
fn nobody_is_dunned_on_the_due_date_nor_within_the_days_of_grace() {
    let book = Book::owing("2026-03-04");
    for day in ["2026-03-04", "2026-03-05", "2026-03-06", "2026-03-08"] {
        assert!(book.decided(day).is_empty(), "{day}");
    }
    let decision = book.decision("2026-03-09");
    assert_eq!(outcome(&decision), ("act", "act.after_due"));
    assert_eq!((text(&decision["step_code"]), text(&decision["total_amount"])), ("first_reminder", "100"));
}

#[test]
fn a_threshold_on_a_day_nobody_works_moves_to_the_next_business_day() {
    // Five days after Monday the 9th is Saturday the 14th.
    let book = Book::owing("2026-03-09");
    assert!(book.decided("2026-03-14").is_empty());
    assert!(book.decided("2026-03-15").is_empty());
    assert_eq!(outcome(&book.decision("2026-03-16")).0, "act");
}

#[test]
fn nobody_is_dunned_after_paying() {
    let book = Book::owing("2026-02-20");
    book.app.push("ERP-E1").entries(vec![payment("E1", "A1", "I1", ("100.00", "2026-03-03"))]).finish();
    assert!(book.decided("2026-03-04").is_empty());
    assert_eq!(book.count("message"), 0);
}

#[test]
fn a_hold_is_taken_back_when_all_is_paid() {
    let book = Book::owing("2026-02-20");
    book.app.database.sql("UPDATE party SET vulnerable = true");
    assert_eq!(outcome(&book.decision("2026-03-04")), ("hold", "hold.vulnerable"));
    book.app.push("ERP-E1").entries(vec![payment("E1", "A1", "I1", ("100.00", "2026-03-04"))]).finish();
    assert_eq!(outcome(&book.decision("2026-03-05")), ("nothing", "nothing.no_open_items"));
    assert!(book.decided("2026-03-06").is_empty(), "an unchanged decision is not stored again");
}

#[test]
fn two_contacts_keep_the_minimum_spacing_counted_from_the_real_send() {
    let book = Book::owing("2026-02-20");
    assert_eq!(outcome(&book.decision("2026-03-04")).0, "act");
    book.send_planned("2026-03-05");
    book.invoice("I2", "500.00", "2026-03-05");
    // Ten days after the send on the 5th; the run of the 4th does not count.
    let held = book.decision("2026-03-14");
    assert_eq!(outcome(&held), ("hold", "hold.minimum_spacing"));
    assert_eq!(held["reasons"][0]["ends_on"], "2026-03-15");
    assert_eq!(outcome(&book.decision("2026-03-16")).0, "act");
}

#[test]
fn no_second_contact_is_decided_while_one_is_on_its_way_or_of_unknown_outcome() {
    let book = Book::owing("2026-02-20");
    assert_eq!(outcome(&book.decision("2026-03-04")).0, "act");
    assert_eq!(outcome(&book.decision("2026-03-20")), ("hold", "hold.open_contact"));
    book.app.database.sql("UPDATE message SET state = 'unknown'");
    assert!(book.decided("2026-04-20").is_empty(), "the same refusal is not stored again");
    assert_eq!(book.count("message"), 1);
}

#[test]
fn no_step_is_taken_without_its_predecessor_however_late_the_run() {
    let book = Book::owing("2025-12-01");
    let decision = book.decision("2026-03-04");
    assert_eq!(text(&decision["step_code"]), "first_reminder");
    book.send_planned("2026-03-04");
    assert!(book.decided("2026-03-13").iter().all(|d| d["outcome"] != "act"));
    assert_eq!(text(&book.decision("2026-03-19")["step_code"]), "second_reminder");
}

/// One account is looked at every day and its messages go out; the other's runs did not take place. On the last day
/// both are claimed the same, but the second gets one contact, and the first step.
#[test]
fn missed_days_are_caught_up_but_for_contacts() {
    let (daily, late) = (Book::owing("2026-02-20"), Book::owing("2026-02-20"));
    for day in ["2026-03-04", "2026-03-05", "2026-03-20", "2026-04-08", "2026-04-09"] {
        daily.decided(day);
        daily.send_planned(day);
    }
    let decision = late.decision("2026-04-10");
    daily.on("2026-04-10").run();
    assert_eq!(text(&decision["step_code"]), "first_reminder");
    assert_eq!(late.count("message"), 1);
    let claim = |book: &Book| {
        let outlook = book.app.get(&format!("/v1/accounts/{}/dunning", book.id("acc", "A1"))).expect(200);
        outlook["currencies"][0]["claim"].clone()
    };
    assert_eq!(claim(&daily), claim(&late));
    assert!(daily.count("action") >= 2);
}

#[test]
fn one_contact_per_group_even_when_two_currencies_are_overdue() {
    let book = Book::owing("2026-02-20");
    let mut dollars = invoice("I2", "A1", "90.00", ("2026-01-02", "2026-02-01"));
    "USD".clone_into(&mut dollars.currency);
    book.app.push("ERP-E1").receivables(vec![dollars]).finish();
    let decisions = book.decided("2026-03-04");
    let mut found = decisions.iter().map(|d| (text(&d["currency"]), outcome(d))).collect::<Vec<_>>();
    found.sort_unstable();
    assert_eq!(found, [("EUR", ("hold", "hold.other_currency")), ("USD", ("act", "act.after_due"))]);
}
