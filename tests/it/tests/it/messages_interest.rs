//! Late-payment interest and the fixed sum, as a letter shows them.

use serde_json::json;
use testkit::app::TestApp;
use testkit::push::{account, contact, invoice, party, payment};

use crate::messages::{message, plan, seeded};

/// Seventeen days after the due date; 2026 begins with 10.15 percent in Spain.
const MORNING: &str = "2026-03-04T09:30:00Z";
const DATES: (&str, &str) = ("2026-01-15", "2026-02-15");

/// `kind` of an item of account `A1`, issued in January and due on 15 February.
fn owed(id: &str, kind: &str, amount: &str) -> proto::v1::ReceivableRow {
    proto::v1::ReceivableRow { kind: kind.to_owned(), ..invoice(id, "A1", amount, DATES) }
}

/// A book that claims interest, on 4 March, seventeen days after its items fell due.
fn claiming(rows: Vec<proto::v1::ReceivableRow>) -> (TestApp, String) {
    let app = TestApp::start();
    app.entity("E1");
    app.database.sql("UPDATE legal_entity SET interest_segments = '{*}'");
    app.push("ERP-E1")
        .parties(vec![party("P1", "Talleres Ibarra, S.L.")])
        .accounts(vec![account("A1", "P1")])
        .contacts(vec![contact("C1", "A1", "pagos@ibarra.example")])
        .receivables(rows)
        .finish();
    app.set_clock(MORNING.parse().expect("an instant"));
    let id = app.database.sql("SELECT r.pid('acc', id) FROM account");
    (app, id)
}

/// Interest, fixed sum and total of a reminder written now.
fn shown(app: &TestApp, account: &str) -> [Option<String>; 3] {
    let body = json!({ "account_id": account, "language": "es" });
    let shown = app.post("/v1/templates/first_reminder/preview", &body).expect(200);
    let text = shown["text"].as_str().expect("a text").replace('\u{a0}', " ");
    ["Intereses de demora", "Compensación", "Total con intereses"].map(|label| {
        let line = text.lines().find(|line| line.starts_with(label))?;
        line.split_once(": ").map(|(_, amount)| amount.to_owned())
    })
}

fn amounts(of: [&str; 3]) -> [Option<String>; 3] {
    of.map(|amount| (!amount.is_empty()).then(|| format!("{amount} EUR")))
}

#[test]
fn the_fixed_sum_is_claimed_once_for_an_invoice_of_several_instalments() {
    let part = |id: &str| proto::v1::ReceivableRow {
        document_no: "F-1".to_owned(),
        ..owed(id, "instalment", "500.00")
    };
    let (app, account) = claiming(vec![part("F-1/1"), part("F-1/2")]);
    assert_eq!(shown(&app, &account), amounts(["4,72", "40,00", "1.044,72"]));
}

#[test]
fn the_fixed_sum_is_the_one_recorded_for_the_due_date() {
    let (app, account) = claiming(vec![owed("F-1", "invoice", "1000.00")]);
    let record = |from: &str, amount: &str| {
        let body = json!({ "jurisdiction": "ES", "valid_from": from, "amount": amount, "currency": "EUR",
            "source": "BOE-A-2026-1" });
        app.post("/v1/fixed-compensations", &body).expect(201);
    };
    record("2026-02-16", "60");
    assert_eq!(shown(&app, &account)[1].as_deref(), Some("40,00 EUR"), "it fell due a day before");
    record("2026-02-15", "70");
    assert_eq!(shown(&app, &account)[1].as_deref(), Some("70,00 EUR"));
}

#[test]
fn a_fixed_sum_that_an_earlier_message_claimed_is_not_claimed_again() {
    let (app, account) = claiming(vec![owed("F-1", "invoice", "1000.00")]);
    assert_eq!(shown(&app, &account), amounts(["4,73", "40,00", "1.044,73"]));
    let id = plan(&app, &account, "first_reminder");
    assert_eq!(shown(&app, &account)[1].as_deref(), Some("40,00 EUR"), "a plan claims nothing");
    app.send_due();
    assert_eq!(message(&app, &id)["state"], "sent");
    assert_eq!(shown(&app, &account), amounts(["4,73", "", "1.004,73"]));
    app.database.sql("UPDATE message SET state = 'unknown'");
    assert_eq!(shown(&app, &account)[1], None, "it may have gone");
    app.database.sql("UPDATE message SET state = 'failed'");
    assert_eq!(shown(&app, &account)[1].as_deref(), Some("40,00 EUR"));
}

#[test]
fn a_statement_claims_neither_interest_nor_the_fixed_sum() {
    let (app, account) = claiming(vec![owed("F-1", "invoice", "1000.00")]);
    let body = json!({ "account_id": account, "language": "es" });
    let preview = app.post("/v1/templates/statement/preview", &body).expect(200);
    assert!(!preview["text"].as_str().expect("a text").contains("Intereses"), "{preview}");
    let id = plan(&app, &account, "statement");
    app.send_due();
    assert_eq!(message(&app, &id)["state"], "sent");
    let said = app.database.sql("SELECT text_body FROM message_content");
    assert!(said.contains("F-1") && !said.contains("Intereses") && !said.contains("Compensación"), "{said}");
    assert_eq!(shown(&app, &account), amounts(["4,73", "40,00", "1.044,73"]), "the reminder claims it still");
}

#[test]
fn a_fixed_sum_that_no_part_of_a_message_prints_is_claimed_by_the_next() {
    let (app, account) = claiming(vec![owed("F-1", "invoice", "1000.00")]);
    let document = json!({ "schema": 1, "subject": "Recordatorio",
        "text": "{{ entity.name }}: {{ totals.due | money }}, {{ payment.reference }}" });
    let body = json!({ "purpose": "reminder", "document": document });
    app.put("/v1/templates/short/es", &body).expect(200);
    let id = plan(&app, &account, "short");
    app.send_due();
    assert_eq!(message(&app, &id)["state"], "sent");
    assert_eq!(shown(&app, &account), amounts(["4,73", "40,00", "1.044,73"]));
}

#[test]
fn interest_and_charges_bear_no_interest() {
    let rows = vec![
        owed("F-1", "invoice", "1000.00"),
        owed("G-1", "fee", "300.00"),
        owed("D-1", "interest", "90.00"),
    ];
    let (app, account) = claiming(rows);
    assert_eq!(shown(&app, &account), amounts(["4,73", "40,00", "1.434,73"]));
}

#[test]
fn interest_runs_on_what_was_paid_late_and_not_on_what_a_payment_that_was_reversed_left() {
    let back = proto::v1::EntryRow {
        kind: "reversal".to_owned(),
        reverses_external_id: "Z-2".to_owned(),
        ..payment("Z-3", "A1", "", ("50.00", "2026-03-02"))
    };
    let paid = vec![
        payment("Z-1", "A1", "F-1", ("900.00", "2026-02-25")),
        payment("Z-2", "A1", "F-1", ("50.00", "2026-02-20")),
    ];
    let (app, account) = claiming(vec![owed("F-1", "invoice", "1000.00")]);
    app.push("ERP-E1").entries(paid).entries(vec![back]).finish();
    assert_eq!(shown(&app, &account), amounts(["2,98", "40,00", "142,98"]));
}

#[test]
fn credits_lower_the_interest_from_their_own_day_on() {
    let mut credit = invoice("G1", "A1", "200.00", ("2026-02-20", "2026-02-20"));
    "credit_note".clone_into(&mut credit.kind);
    let (app, account) =
        claiming(vec![owed("F-1", "invoice", "500.00"), owed("F-2", "invoice", "500.00"), credit]);
    assert_eq!(shown(&app, &account), amounts(["4,06", "80,00", "884,06"]));
}

#[test]
fn nobody_is_charged_interest_until_the_entity_says_so() {
    let (app, account) = seeded();
    let entity = app.get("/v1/legal-entities").expect(200)["items"][0].clone();
    assert_eq!(entity["interest_segments"], json!([]));
    assert_eq!(shown(&app, &account), [None, None, None]);
    let body = json!({ "account_id": account, "language": "es" });
    let preview = app.post("/v1/templates/first_reminder/preview", &body).expect(200);
    assert!(preview["interest_omitted"].is_null(), "nothing was left out: {preview}");
}

#[test]
fn interest_is_claimed_where_the_entity_says_so_and_a_missing_rate_never_stops_the_letter() {
    let (app, account) = seeded();
    app.database.sql("UPDATE legal_entity SET interest_segments = '{*}'");
    let preview = |language: &str| {
        let body = json!({ "account_id": account, "language": language });
        app.post("/v1/templates/first_reminder/preview", &body).expect(200)
    };
    let text = preview("es")["text"].as_str().expect("a text").to_owned();
    assert!(text.contains("Intereses de demora hasta el 4 de marzo de 2026"), "{text}");
    app.database.sql("DELETE FROM legal_rate");
    let shown = preview("es");
    assert!(!shown["text"].as_str().expect("a text").contains("Intereses"), "{shown}");
    assert!(shown["interest_omitted"].as_str().is_some_and(|why| why.contains("ES")), "{shown}");
    let id = plan(&app, &account, "first_reminder");
    app.send_due();
    assert_eq!(message(&app, &id)["state"], "sent");
    assert_eq!(
        app.get("/v1/alerts?kind=interest_omitted").expect(200)["items"].as_array().map(Vec::len),
        Some(1)
    );
}
