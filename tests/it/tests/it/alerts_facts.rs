//! Alerts from what is stored: which facts reach the rules, and what is decided where some of them cannot be had.

use proto::v1::{EntryRow, PartyRow, ReceivableRow};
use serde_json::json;
use testkit::TestApp;
use testkit::push::{account, invoice, party, payment};

use crate::alerts::{alerts, book, go_by, look, open_kinds, rule, standing};
use crate::credit_exposure::{account_id, party_id};
use crate::reads::text;

#[test]
fn a_missing_rate_leaves_undecided_only_what_reads_amounts() {
    let app = book();
    let dollars = ReceivableRow {
        currency: "USD".into(),
        ..invoice("F2", "B1", "100.00", ("2026-01-01", "2026-02-01"))
    };
    let insolvent = PartyRow { insolvent_since: "2026-03-01".into(), ..party("P2", "Dos, S.L.") };
    app.push("ERP-E1").parties(vec![insolvent]).receivables(vec![dollars]).finish();
    go_by(
        &app,
        &json!([
            rule("insolvency", &json!(["party"]), "party.insolvent"),
            rule("nothing", &json!(["party"]), "party.insolvent and exposure.open == 0"),
            rule("unlimited", &json!(["party"]), "party.insolvent and limit.total == null"),
            rule("late", &json!(["account", "party"]), "party.insolvent and party.days_overdue_max > 20"),
        ]),
    );
    let run = look(&app);
    assert_eq!(open_kinds(&app), ["credit.insolvency", "credit.late", "credit.late"], "days need no rate");
    assert_eq!(run["counts"]["undecided"], 2, "both rules that read amounts, for the one party");
}

#[test]
fn what_the_whole_tax_id_owes_late_is_known_of_each_of_its_accounts() {
    let app = book();
    go_by(
        &app,
        &json!([
            rule("another", &json!(["account"]), "party.days_overdue_max > 20 and exposure.overdue == 0"),
            rule("together", &json!(["account", "party"]), "party.overdue >= 1000"),
        ]),
    );
    look(&app);
    let told = |kind: &str| {
        let of = |a: &serde_json::Value| (text(&a["holder_kind"]), text(&a["holder_id"]));
        alerts(&app, &format!("kind={kind}")).iter().map(of).collect::<std::collections::BTreeSet<_>>()
    };
    let [first, second] = ["A1", "A2"].map(|number| ("account".to_owned(), account_id(&app, number)));
    let party = ("party".to_owned(), party_id(&app, "P1"));
    assert_eq!(told("credit.another"), [second.clone()].into());
    assert_eq!(told("credit.together"), [first, second, party].into());
}

#[test]
fn a_missing_rate_of_another_customer_number_leaves_undecided_only_what_reads_both() {
    let app = book();
    let dollars = ReceivableRow {
        currency: "USD".into(),
        ..invoice("F2", "A2", "100.00", ("2026-01-01", "2026-02-01"))
    };
    app.push("ERP-E1").receivables(vec![dollars]).finish();
    go_by(
        &app,
        &json!([
            rule("own", &json!(["account"]), "exposure.open >= 1000 and party.days_overdue_max > 20"),
            rule("together", &json!(["account"]), "party.overdue > 1000"),
        ]),
    );
    let run = look(&app);
    assert_eq!(open_kinds(&app), ["credit.own"], "of A1 all is known but what A2 owes");
    assert_eq!(run["counts"]["undecided"], 3, "what they owe together, of both; what A2 owes, once");
}

#[test]
fn a_party_that_becomes_one_of_our_own_keeps_no_alerts() {
    let app = book();
    standing(&app);
    let own = PartyRow { intercompany: true, ..party("P1", "Uno, S.L.") };
    app.push("ERP-E1").parties(vec![own]).finish();
    assert_eq!(look(&app)["counts"]["resolved"], 1);
    assert_eq!(open_kinds(&app), [""; 0]);
}

#[test]
fn a_payment_that_came_back_is_overdue_since_its_day_and_a_dispute_is_not() {
    let app = book();
    let old = ("2025-12-01", "2026-01-02");
    let back = EntryRow { kind: "return".into(), ..payment("R1", "B1", "F2", ("25.00", "2026-01-07")) };
    app.push("ERP-E1")
        .receivables(vec![invoice("F2", "B1", "25.00", old)])
        .entries(vec![payment("Z1", "B1", "F2", ("25.00", "2026-01-02")), back])
        .finish();
    go_by(
        &app,
        &json!([
            rule("late", &json!(["account"]), "exposure.days_overdue_max > 50 and exposure.overdue == 0"),
            rule("returned", &json!(["party"]), "behaviour.returns > 0"),
        ]),
    );
    look(&app);
    assert_eq!(open_kinds(&app), ["credit.late", "credit.returned"]);
    let disputed = ReceivableRow { disputed: true, ..invoice("F2", "B1", "25.00", old) };
    app.push("ERP-E1").receivables(vec![disputed]).finish();
    look(&app);
    assert_eq!(open_kinds(&app), ["credit.returned"]);
}

#[test]
fn the_standard_rules_tell_of_promises_that_were_not_kept() {
    let app = book();
    app.push("ERP-E1").receivables(vec![invoice("F2", "A2", "50.00", ("2026-01-05", "2026-02-05"))]).finish();
    for number in ["A1", "A2"] {
        let found = app.get(&format!("/v1/accounts?number={number}")).expect(200);
        let id = text(&found["items"][0]["id"]);
        app.post("/v1/blocks", &json!({ "account_id": id, "reason": "promise", "until": "2026-03-06" }))
            .expect(201);
    }
    look(&app);
    assert!(alerts(&app, "kind=credit.promises_broken").is_empty(), "they run");
    app.set_clock("2026-03-10T10:00:00Z".parse().expect("an instant"));
    look(&app);
    assert_eq!(alerts(&app, "kind=credit.promises_broken&open=true").len(), 1);
}

#[test]
fn the_standard_rules_tell_of_a_new_dispute_for_a_month() {
    let app = book();
    look(&app);
    assert!(alerts(&app, "kind=credit.disputes_new").is_empty(), "nothing is disputed");
    let disputed =
        ReceivableRow { disputed: true, ..invoice("F1", "A1", "1000.00", ("2026-01-05", "2026-02-05")) };
    app.push("ERP-E1").receivables(vec![disputed]).finish();
    look(&app);
    let told = alerts(&app, "kind=credit.disputes_new&open=true");
    assert_eq!(told.len(), 1);
    assert_eq!((&told[0]["holder_kind"], &told[0]["severity"]), (&json!("party"), &json!("info")));
    assert_eq!(told[0]["facts"], json!({ "behaviour.new_disputes": "1", "holder.currency": "EUR" }));
    app.set_clock(app.now() + chrono::TimeDelta::days(31));
    look(&app);
    assert!(alerts(&app, "kind=credit.disputes_new&open=true").is_empty(), "it is no news any more");
    // Nor by being given more time.
    let later = ReceivableRow {
        disputed: true,
        agreed_due_on: "2026-07-31".into(),
        ..invoice("F1", "A1", "1000.00", ("2026-01-05", "2026-02-05"))
    };
    app.push("ERP-E1").receivables(vec![later]).finish();
    look(&app);
    assert!(alerts(&app, "kind=credit.disputes_new&open=true").is_empty());
}

/// Takes in what a bureau says of the first party.
fn bureau_says(app: &TestApp, grade: &str, on: &str) {
    let csv = format!("tax_id;grade;rated_on\nB58818501;{grade};{on}\n");
    app.post("/v1/external-ratings/import", &json!({ "provider": "bureau", "csv": csv })).expect(200);
}

#[test]
fn the_standard_rules_tell_of_a_rating_that_was_lowered() {
    let app = TestApp::start();
    app.entity("E1");
    let known = PartyRow { tax_id: "B58818501".into(), country: "ES".into(), ..party("P1", "Uno, S.L.") };
    app.push("ERP-E1").parties(vec![known]).accounts(vec![account("A1", "P1")]).finish();
    let bureau = json!({ "name": "Bureau", "grades": ["AA", "A", "B", "C", "D"], "valid_days": 180 });
    app.put("/v1/rating-providers/bureau", &bureau).expect(200);
    bureau_says(&app, "A", "2026-01-15");
    look(&app);
    assert_eq!(open_kinds(&app), [""; 0]);
    bureau_says(&app, "C", "2026-02-15");
    look(&app);
    let told = || open_kinds(&app).contains(&"credit.rating_down".to_owned());
    assert!(told(), "{:?}", open_kinds(&app));
    bureau_says(&app, "C", "2026-02-20");
    look(&app);
    assert!(told(), "said again it holds on");
    bureau_says(&app, "B", "2026-02-25");
    look(&app);
    assert!(!told(), "raised");
}

#[test]
fn payment_that_gets_later_is_told_and_what_was_expected_is_no_surprise() {
    let app = book();
    let mut sales = Vec::new();
    let mut payments = Vec::new();
    for (part, (issue_on, due_on, paid_on)) in
        [("2025-09-01", "2025-10-01", "2025-10-01"), ("2025-12-01", "2026-01-01", "2026-02-01")]
            .into_iter()
            .enumerate()
    {
        for number in 1..=3 {
            let id = format!("S{part}{number}");
            let sale = invoice(&id, "B1", "100.00", (issue_on, due_on));
            sales.push(ReceivableRow { expected_pay_on: paid_on.into(), ..sale });
            payments.push(payment(&format!("Z{id}"), "B1", &id, ("100.00", paid_on)));
        }
    }
    app.push("ERP-E1").receivables(sales).entries(payments).finish();
    look(&app);
    assert_eq!(alerts(&app, "kind=credit.pays_later&open=true").len(), 1);
    go_by(
        &app,
        &json!([
            rule("late", &json!(["party"]), "(behaviour.days_late_90 ?? 0) == 31"),
            rule("beyond", &json!(["party"]), "(behaviour.days_beyond_expected ?? 0) > 0"),
            rule("within", &json!(["party"]), "(behaviour.days_beyond_expected ?? 99) <= 0"),
        ]),
    );
    look(&app);
    assert_eq!(open_kinds(&app), ["credit.late", "credit.within"]);
}
