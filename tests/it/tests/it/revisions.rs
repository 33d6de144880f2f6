//! What a push replaces is kept: the state before, by whom it was replaced and when.

use proto::v1::{ContactRow, PartyRow, ReceivableRow};
use serde_json::{Value, json};
use testkit::TestApp;
use testkit::push::{account, contact, invoice, party};

use crate::reads::text;

const DATES: (&str, &str) = ("2026-01-15", "2026-02-15");

fn book() -> TestApp {
    let app = TestApp::start();
    app.entity("E1");
    app.push("ERP-E1")
        .parties(vec![party("P1", "Talleres Ibarra")])
        .accounts(vec![account("A1", "P1")])
        .contacts(vec![contact("C1", "A1", "viejo@ibarra.example")])
        .receivables(vec![ReceivableRow {
            order_no: "O-1".to_owned(),
            ..invoice("F1", "A1", "100.00", DATES)
        }])
        .finish();
    app
}

fn revisions(app: &TestApp, filter: &str) -> Vec<Value> {
    app.get(&format!("/v1/revisions?{filter}")).expect(200)["items"].as_array().expect("items").clone()
}

#[test]
fn every_kind_of_row_keeps_what_it_said_and_only_when_it_changed() {
    let app = book();
    assert!(revisions(&app, "").is_empty(), "nothing was replaced");
    let push = app
        .push("ERP-E1")
        .parties(vec![PartyRow { vulnerable: true, ..party("P1", "Ibarra e Hijos") }])
        .accounts(vec![account("A1", "P1")])
        .contacts(vec![ContactRow { name: "Otra".to_owned(), ..contact("C1", "A1", "nuevo@ibarra.example") }])
        .receivables(vec![ReceivableRow {
            disputed: true,
            order_no: "O-2".to_owned(),
            ..invoice("F1", "A1", "100.00", DATES)
        }]);
    push.finish();
    let found = revisions(&app, "");
    let kinds = found.iter().map(|r| text(&r["object_kind"])).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(
        kinds,
        ["contact", "party", "receivable"].map(String::from).into(),
        "the account said the same"
    );
    let [before] = <[Value; 1]>::try_from(revisions(&app, "object_kind=party")).expect("one");
    assert_eq!(
        (text(&before["before"]["name"]), &before["version"]),
        ("Talleres Ibarra".to_owned(), &json!(1))
    );
    let [before] = <[Value; 1]>::try_from(revisions(&app, "object_kind=contact")).expect("one");
    assert_eq!(text(&before["before"]["email"]), "viejo@ibarra.example");
    let [before] = <[Value; 1]>::try_from(revisions(&app, "object_kind=receivable")).expect("one");
    assert_eq!(
        (&before["before"]["order_no"], &before["before"]["disputed"]),
        (&json!("O-1"), &json!(false))
    );
    let event = app.get(&format!("/v1/audit-entries/{}", text(&before["event_id"]))).expect(200);
    assert_eq!(event["kind"], "push.chunk_applied");
    let receivable = app.get("/v1/receivables").expect(200)["items"][0]["id"].clone();
    assert_eq!(revisions(&app, &format!("object={}", text(&receivable))).len(), 1);
}

#[test]
fn revisions_are_seen_within_rights_by_those_who_see_the_audit_trail() {
    let app = book();
    let other = app.entity("E2");
    app.push("ERP-E1")
        .parties(vec![party("P1", "Otro nombre")])
        .contacts(vec![contact("C1", "A1", "x@y.example")])
        .finish();
    let auditor = |rights: &[(&str, &str)]| app.key(&["auditor"], Some(rights));
    let seen = |key: &str| {
        let page = app.call("GET", "/v1/revisions").bearer(key).send().expect(200);
        page["items"].as_array().expect("items").len()
    };
    let own = app.get("/v1/legal-entities?code=E1").expect(200)["items"][0]["id"].clone();
    assert_eq!(seen(&auditor(&[("legal_entity", &text(&own))])), 2);
    assert_eq!(seen(&auditor(&[("legal_entity", &other)])), 0);
    let collector = app.key(&["collector"], None);
    app.call("GET", "/v1/revisions").bearer(&collector).send().refused(403, "auth.forbidden");
}
