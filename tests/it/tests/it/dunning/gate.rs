//! The stale-data gate.

use serde_json::json;
use testkit::app::TestApp;
use testkit::push::{account, invoice, party};

use super::{Book, outcome, text};

fn run_without_push(book: &Book, at: &str) -> serde_json::Value {
    book.app.set_clock(at.parse().expect("an instant"));
    book.start(&json!({ "legal_entity_id": book.entity })).expect(201)
}

#[test]
fn late_data_holds_the_run_until_a_push_arrives() {
    let book = Book::owing("2026-02-20");
    let held = run_without_push(&book, "2026-03-07T08:00:00Z");
    assert_eq!((text(&held["state"]), text(&held["state_reason"])), ("held", "late ERP-E1"));
    assert_eq!(book.count("decision"), 0);
    book.app.push("ERP-E1").finish();
    let run = book.run();
    assert_eq!((text(&run["state"]), run["counts"]["act"].as_i64()), ("finished", Some(1)));
}

#[test]
fn data_that_never_came_is_not_dunned_by() {
    let app = TestApp::start();
    let entity = app.entity("E1");
    let held = app.post("/v1/dunning/runs", &json!({ "legal_entity_id": entity })).expect(201);
    assert_eq!((text(&held["state"]), text(&held["state_reason"])), ("held", "missing ERP-E1"));
}

#[test]
fn an_unfinished_push_holds_the_run() {
    let book = Book::owing("2026-02-20");
    let push = book.app.push("ERP-E1");
    let held = run_without_push(&book, "2026-03-04T09:00:00Z");
    assert_eq!(text(&held["state_reason"]), "incomplete ERP-E1");
    push.finish();
    assert_eq!(text(&book.run()["state"]), "finished");
}

#[test]
fn a_push_given_up_half_way_holds_the_run_until_another_is_finished() {
    let book = Book::owing("2026-02-20");
    let push = book.app.push("ERP-E1").accounts(vec![account("A2", "P1")]);
    let id = push.session.id;
    book.app.set_clock("2026-03-04T09:00:00Z".parse().expect("an instant"));
    book.app.post(&format!("/v1/push-sessions/{id}/abort"), &json!({})).expect(204);
    let held = run_without_push(&book, "2026-03-04T10:00:00Z");
    assert_eq!(text(&held["state_reason"]), "incomplete ERP-E1");
    book.app.push("ERP-E1").finish();
    assert_eq!(text(&book.run()["state"]), "finished");
}

#[test]
fn a_push_given_up_before_it_brought_anything_holds_nothing() {
    let book = Book::owing("2026-02-20");
    let id = book.app.push("ERP-E1").session.id;
    book.app.set_clock("2026-03-04T09:00:00Z".parse().expect("an instant"));
    book.app.post(&format!("/v1/push-sessions/{id}/abort"), &json!({})).expect(204);
    assert_eq!(text(&book.run()["state"]), "finished");
}

#[test]
fn a_push_that_speaks_of_a_day_long_past_opens_nothing() {
    let book = Book::owing("2026-02-20");
    book.app.set_clock("2026-03-10T08:00:00Z".parse().expect("an instant"));
    let as_of = |day: &str, sequence: i64| {
        let asked = proto::v1::OpenSessionRequest {
            source: "ERP-E1".to_owned(),
            mode: proto::v1::PushMode::Delta.into(),
            as_of: day.to_owned(),
            sequence,
            ..proto::v1::OpenSessionRequest::default()
        };
        let session = book.app.grpc().open(asked).expect("a session");
        testkit::push::Push::resume(book.app.grpc(), session).finish()
    };
    as_of("2026-02-10", 101);
    let held = book.start(&json!({ "legal_entity_id": book.entity })).expect(201);
    assert_eq!((text(&held["state"]), text(&held["state_reason"])), ("held", "late ERP-E1"));
    as_of("2026-03-09", 102);
    // What corrects an old day makes the newer data no older.
    as_of("2026-02-10", 103);
    assert_eq!(text(&book.run()["state"]), "finished");
}

#[test]
fn unequal_control_totals_hold_the_run() {
    let book = Book::owing("2026-02-20");
    let totals = proto::v1::ControlTotal {
        currency: "EUR".to_owned(),
        open_amount: "99.00".to_owned(),
        open_count: 1,
        ..proto::v1::ControlTotal::default()
    };
    book.app.push("ERP-E1").finish_with(vec![totals]);
    let held = run_without_push(&book, "2026-03-04T09:00:00Z");
    assert_eq!(text(&held["state_reason"]), "unequal ERP-E1");
}

#[test]
fn one_stale_source_holds_its_accounts_and_no_others() {
    let book = Book::owing("2026-02-20");
    let source = json!({ "legal_entity_id": book.entity, "code": "ERP-2", "name": "Second" });
    book.app.post("/v1/sources", &source).expect(201);
    book.app
        .push("ERP-2")
        .parties(vec![party("P2", "Zenón, S.L.")])
        .accounts(vec![account("B1", "P2")])
        .receivables(vec![invoice("I2", "B1", "70.00", ("2025-11-02", "2026-02-20"))])
        .finish();
    // Three days later only the first has pushed again.
    let decisions = book.decided("2026-03-07");
    let told = decisions.iter().map(|d| (text(&d["account_number"]), outcome(d)));
    let mut told = told.collect::<Vec<_>>();
    told.sort_unstable();
    assert_eq!(told, [("A1", ("act", "act.after_due")), ("B1", ("hold", "hold.stale_data"))]);
    let held = decisions.iter().find(|d| d["account_number"] == "B1").expect("the decision on B1");
    assert_eq!(text(&held["reasons"][0]["detail"]), "late", "{held}");
    assert_eq!(book.count("message"), 1);
    book.app.push("ERP-2").finish();
    assert!(book.decided("2026-03-08").iter().any(|d| outcome(d).0 == "act" && d["account_number"] == "B1"));
}
