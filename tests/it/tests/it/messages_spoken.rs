//! What a message that a person asks for speaks of, when it is planned and when it leaves.

use proto::v1::{InstrumentItem, InstrumentRow, ReceivableRow};
use serde_json::{Value, json};
use testkit::app::TestApp;
use testkit::push::{account, contact, invoice, party, payment};

use crate::messages::{message, plan};

/// A Wednesday; 1 March was a Sunday.
const MORNING: &str = "2026-03-04T09:30:00Z";

/// Account `A1` with an invoice long overdue (`OLD`, 100), one due today (`TODAY`, 20) and one due in three weeks (`NEW`, 3).
pub fn book() -> (TestApp, String) {
    let app = TestApp::start();
    app.entity("E1");
    app.push("ERP-E1")
        .parties(vec![party("P1", "Talleres Ibarra, S.L.")])
        .accounts(vec![account("A1", "P1")])
        .contacts(vec![contact("C1", "A1", "pagos@ibarra.example")])
        .receivables(vec![
            of("OLD", "100.00", "2026-02-15"),
            of("TODAY", "20.00", "2026-03-04"),
            of("NEW", "3.00", "2026-03-25"),
        ])
        .finish();
    app.set_clock(MORNING.parse().expect("an instant"));
    let id = app.database.sql("SELECT r.pid('acc', id) FROM account");
    (app, id)
}

pub fn of(id: &str, amount: &str, due_on: &str) -> ReceivableRow {
    invoice(id, "A1", amount, ("2026-01-15", due_on))
}

pub fn block(app: &TestApp, account: &str, item: &str) {
    let id =
        app.database.sql(&format!("SELECT r.pid('rcv', id) FROM receivable WHERE document_no = '{item}'"));
    let body = json!({ "account_id": account, "receivable_id": id, "reason": "dispute" });
    app.post("/v1/blocks", &body).expect(201);
}

pub fn note(amount: &str) -> InstrumentRow {
    InstrumentRow {
        external_id: "N1".to_owned(),
        account_external_id: "A1".to_owned(),
        kind: "promissory_note".to_owned(),
        amount: amount.to_owned(),
        currency: "EUR".to_owned(),
        received_on: "2026-02-20".to_owned(),
        maturity_on: "2026-04-20".to_owned(),
        items: vec![InstrumentItem { receivable_external_id: "OLD".to_owned(), amount: amount.to_owned() }],
        ..InstrumentRow::default()
    }
}

/// Documents and amounts it speaks of.
pub fn said(app: &TestApp, id: &str) -> String {
    let lines = message(app, id)["items"].as_array().expect("lines").clone();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut lines = lines
        .iter()
        .map(|l| format!("{}={}", text(&l["document_no"]), text(&l["amount"])))
        .collect::<Vec<_>>();
    lines.sort();
    lines.join(" ")
}

pub fn refused(app: &TestApp, account: &str, template: &str) {
    let body = json!({ "template_code": template });
    app.post(&format!("/v1/accounts/{account}/messages"), &body).refused(409, "message.nothing_claimable");
}

#[test]
fn each_template_asks_for_what_it_is_for() {
    let (app, account) = book();
    let planned = |template: &str| {
        let id = plan(&app, &account, template);
        let lines = said(&app, &id);
        let cancel = json!({ "reason": "only looked" });
        assert_eq!(app.post(&format!("/v1/messages/{id}/cancel"), &cancel).status, 204);
        lines
    };
    assert_eq!(planned("statement"), "NEW=3 OLD=100 TODAY=20");
    assert_eq!(planned("first_reminder"), "OLD=100", "nobody is dunned on the due date");
    assert_eq!(planned("formal_notice"), "OLD=100");
    assert_eq!(planned("due_soon"), "NEW=3");
    let body = json!({ "account_id": account });
    let shown = app.post("/v1/templates/first_reminder/preview", &body).expect(200)["text"].clone();
    let text = shown.as_str().expect("a text");
    assert!(text.contains("OLD") && !text.contains("NEW"), "the preview says what the message would: {text}");
}

#[test]
fn what_an_instrument_stands_for_is_not_asked_for() {
    let (app, account) = book();
    app.push("ERP-E1").instruments(vec![note("60.00")]).finish();
    let id = plan(&app, &account, "first_reminder");
    assert_eq!(said(&app, &id), "OLD=40");
    app.send_due();
    assert_eq!(
        (&message(&app, &id)["state"], &message(&app, &id)["total_amount"]),
        (&json!("sent"), &json!("40"))
    );
    app.push("ERP-E1").instruments(vec![note("100.00")]).finish();
    refused(&app, &account, "first_reminder");
    assert_eq!(said(&app, &plan(&app, &account, "statement")), "NEW=3 OLD=100 TODAY=20");
}

#[test]
fn paper_in_another_currency_stands_for_all_of_an_item() {
    let (app, account) = book();
    let note = InstrumentRow { currency: "USD".to_owned(), ..note("60.00") };
    app.push("ERP-E1").instruments(vec![note]).finish();
    refused(&app, &account, "first_reminder");
}

#[test]
fn a_blocked_item_is_stated_but_not_claimed() {
    let (app, account) = book();
    let claim = plan(&app, &account, "first_reminder");
    block(&app, &account, "OLD");
    app.send_due();
    let withdrawn = message(&app, &claim);
    assert_eq!(
        (&withdrawn["state"], &withdrawn["state_reason"]),
        (&json!("cancelled"), &json!("message.item_excepted"))
    );
    refused(&app, &account, "first_reminder");
    let statement = plan(&app, &account, "statement");
    app.send_due();
    assert_eq!(message(&app, &statement)["state"], "sent", "{}", message(&app, &statement));
}

#[test]
fn a_disputed_item_is_not_claimed() {
    let (app, account) = book();
    app.push("ERP-E1")
        .receivables(vec![ReceivableRow { disputed: true, ..of("OLD", "100.00", "2026-02-15") }])
        .finish();
    refused(&app, &account, "first_reminder");
}

#[test]
fn a_statement_says_what_is_open_when_it_leaves() {
    let (app, account) = book();
    let id = plan(&app, &account, "statement");
    app.push("ERP-E1")
        .receivables(vec![of("LATER", "7.00", "2026-04-15")])
        .entries(vec![payment("E1", "A1", "OLD", ("100.00", "2026-03-04"))])
        .finish();
    app.send_due();
    assert_eq!(message(&app, &id)["state"], "sent", "{}", message(&app, &id));
    assert_eq!(said(&app, &id), "LATER=7 NEW=3 TODAY=20");
    assert_eq!(message(&app, &id)["total_amount"], "30");
    let mime = app.get(&format!("/v1/messages/{id}/mime")).text();
    assert!(mime.contains("LATER") && !mime.contains("OLD"), "{mime}");
}

#[test]
fn a_statement_of_nothing_does_not_leave() {
    let (app, account) = book();
    let id = plan(&app, &account, "statement");
    let paid = |entry: &str, item: &str, amount: &str| payment(entry, "A1", item, (amount, "2026-03-04"));
    app.push("ERP-E1")
        .entries(vec![paid("E1", "OLD", "100.00"), paid("E2", "TODAY", "20.00"), paid("E3", "NEW", "3.00")])
        .finish();
    app.send_due();
    assert_eq!(message(&app, &id)["state_reason"], "message.nothing_open");
}

#[test]
fn a_courtesy_that_comes_too_late_does_not_leave() {
    let (app, account) = book();
    let id = plan(&app, &account, "due_soon");
    app.set_clock("2026-03-26T09:30:00Z".parse().expect("an instant"));
    app.send_due();
    assert_eq!(message(&app, &id)["state_reason"], "message.item_excepted");
}

#[test]
fn the_due_date_is_kept_by_the_calendar_of_the_legal_entity_whatever_the_debtors() {
    let (app, account) = book();
    // Due on Tuesday, asked about on Wednesday.
    app.push("ERP-E1").receivables(vec![of("EVE", "7.00", "2026-03-03")]).finish();
    app.database.sql(
        "INSERT INTO calendar (code, name, created_at, event_id) VALUES ('XX', 'Own', now(), gen_random_uuid())",
    );
    app.database.sql("UPDATE account SET calendar_code = 'XX'");
    assert_eq!(said(&app, &plan(&app, &account, "first_reminder")), "EVE=7 OLD=100");
    app.database.sql(
        "INSERT INTO holiday (calendar_code, day, name, event_id) VALUES ('ES', '2026-03-03', 'Fiesta', gen_random_uuid())",
    );
    let asked = json!({ "account_id": account });
    let shown = app.post("/v1/templates/first_reminder/preview", &asked).expect(200)["text"].clone();
    assert!(!shown.as_str().expect("a text").contains("EVE"), "paid on Wednesday it is on time: {shown}");
    app.database.sql("DELETE FROM holiday WHERE day = '2026-03-03'");
    app.database.sql(
        "INSERT INTO holiday (calendar_code, day, name, event_id) VALUES ('XX', '2026-03-03', 'Own', gen_random_uuid())",
    );
    let shown = app.post("/v1/templates/first_reminder/preview", &asked).expect(200)["text"].clone();
    assert!(
        shown.as_str().expect("a text").contains("EVE"),
        "the debtor's holiday delays no due date: {shown}"
    );
}
