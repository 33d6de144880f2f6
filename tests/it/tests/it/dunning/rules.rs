//! What a scenario can say, carried out by a run.

use proto::v1::AccountRow;
use serde_json::{Value, json};
use testkit::push::{account, invoice, payment};

use super::{Book, outcome, text};

/// A book that owes 100 since 20 February, under the standard scenario after an edit.
fn under(edit: impl FnOnce(&mut Value)) -> Book {
    let book = Book::owing("2026-02-20");
    let mut document = book.app.get("/v1/scenarios/standard").expect(200)["document"].clone();
    edit(&mut document);
    let draft = book.app.post("/v1/scenarios", &json!({ "document": document })).expect(201);
    book.app.post("/v1/scenarios/standard/versions/2/activate", &json!({})).expect(200);
    assert_eq!(draft["check"]["valid"], true, "{draft}");
    book
}

#[test]
fn an_exit_ends_dunning_for_as_long_as_it_applies() {
    let book = under(|document| {
        document["exits"] = json!([{ "condition": "group.total_overdue < 150", "reason": "too_little",
            "name": { "en": "Too little", "es": "Demasiado poco" } }]);
    });
    let held = book.decision("2026-03-04");
    assert_eq!((outcome(&held), text(&held["reasons"][0]["detail"])), (("hold", "hold.exit"), "too_little"));
    book.invoice("I2", "60.00", "2026-02-20");
    assert_eq!(outcome(&book.decision("2026-03-05")).0, "act");
}

#[test]
fn a_condition_that_cannot_be_evaluated_contacts_nobody() {
    let book = under(|document| {
        document["steps"][1]["condition"] = json!("group.total_overdue / (group.item_count - 1) > 5");
    });
    let held = book.decision("2026-03-04");
    assert_eq!(outcome(&held), ("hold", "hold.rule_failed"));
    assert_eq!((text(&held["reasons"][0]["detail"]), book.count("message")), ("first_reminder", 0));
    // With two items it can be.
    book.invoice("I2", "60.00", "2026-02-20");
    assert_eq!(outcome(&book.decision("2026-03-05")).0, "act");
}

#[test]
fn a_large_item_is_announced_before_it_falls_due() {
    let book = Book::new();
    book.invoice("I1", "1500.00", "2026-03-13");
    book.invoice("I2", "900.00", "2026-03-13");
    assert!(book.decided("2026-03-09").is_empty(), "four days before");
    let decision = book.decision("2026-03-10");
    assert_eq!((outcome(&decision), text(&decision["step_code"])), (("act", "act.before_due"), "due_soon"));
    assert_eq!(text(&decision["total_amount"]), "1500", "the smaller one is not announced");
    assert!(book.decided("2026-03-13").iter().all(|d| d["outcome"] != "act"), "not on the due date");
}

#[test]
fn a_step_can_wait_for_days_after_the_one_before_was_sent() {
    let book = under(|document| {
        document["steps"][2]["when"] = json!({ "days_after_previous_step": 21 });
        document["steps"][2]["gap_days"] = json!(0);
    });
    assert_eq!(text(&book.decision("2026-03-04")["step_code"]), "first_reminder");
    // It left a day after it was decided: the days run from there.
    book.send_planned("2026-03-05");
    assert!(book.decided("2026-03-25").iter().all(|d| d["outcome"] != "act"));
    assert_eq!(text(&book.decision("2026-03-26")["step_code"]), "second_reminder");
}

#[test]
fn a_threshold_on_a_day_nobody_works_goes_where_the_scenario_says() {
    // Five days after 2 March is a Saturday.
    for (shift, on) in [("none", "2026-03-07"), ("previous", "2026-03-06"), ("next", "2026-03-09")] {
        let book = under(|document| document["shift"] = json!(shift));
        book.app.push("ERP-E1").entries(vec![payment("Z1", "A1", "I1", ("100.00", "2026-03-02"))]).finish();
        book.invoice("I2", "60.00", "2026-03-02");
        let first = ["2026-03-05", "2026-03-06", "2026-03-07", "2026-03-08", "2026-03-09"]
            .into_iter()
            .find(|day| book.decided(day).iter().any(|d| d["outcome"] == "act"));
        assert_eq!(first, Some(on), "{shift}");
    }
}

#[test]
fn the_accounts_that_a_push_groups_get_one_letter() {
    let book = Book::owing("2026-02-20");
    let branch = AccountRow { dunning_account_external_id: "A1".to_owned(), ..account("A2", "P1") };
    book.app
        .push("ERP-E1")
        .accounts(vec![branch])
        .receivables(vec![invoice("I2", "A2", "40.00", ("2026-01-02", "2026-02-21"))])
        .finish();
    let decision = book.decision("2026-03-04");
    assert_eq!((text(&decision["account_number"]), text(&decision["total_amount"])), ("A1", "140"));
    assert_eq!((book.count("message"), book.count("message_item")), (1, 2));
}
