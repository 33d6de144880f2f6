//! From a planned message to the mail in the relay's hands, through REST and the worker's own steps.

use serde_json::{Value, json};
use testkit::app::TestApp;
use testkit::push::{account, contact, invoice, party, payment};

use crate::repeat::{Sample, done_once};

/// A Wednesday in winter, 09:00 in Madrid is 08:00 UTC.
const MORNING: &str = "2026-03-04T09:30:00Z";
const DATES: (&str, &str) = ("2026-01-15", "2026-02-15");

/// Account `A1` with two invoices overdue and a contact.
pub fn seeded() -> (TestApp, String) {
    let app = TestApp::start();
    app.entity("E1");
    load(&app);
    app.set_clock(MORNING.parse().expect("an instant"));
    let id = app.database.sql("SELECT r.pid('acc', id) FROM account");
    (app, id)
}

pub fn load(app: &TestApp) {
    app.push("ERP-E1")
        .parties(vec![party("P1", "Talleres Ibarra, S.L.")])
        .accounts(vec![account("A1", "P1")])
        .contacts(vec![contact("C1", "A1", "pagos@ibarra.example")])
        .receivables(vec![invoice("I1", "A1", "1100.00", DATES), invoice("I2", "A1", "50.00", DATES)])
        .finish();
}

pub fn plan(app: &TestApp, account: &str, template: &str) -> String {
    let body = json!({ "template_code": template });
    let made = app.post(&format!("/v1/accounts/{account}/messages"), &body).expect(201);
    made["id"].as_str().expect("an id").to_owned()
}

pub fn message(app: &TestApp, id: &str) -> Value {
    app.get(&format!("/v1/messages/{id}")).expect(200)
}

#[test]
fn a_message_is_written_frozen_sent_and_shown_exactly_as_sent() {
    let (app, account) = seeded();
    let id = plan(&app, &account, "first_reminder");
    assert_eq!(message(&app, &id)["state"], "planned");
    app.get(&format!("/v1/messages/{id}/mime")).refused(409, "message.not_frozen");
    app.send_due();
    let sent = message(&app, &id);
    assert_eq!(sent["state"], "sent", "{sent}");
    assert_eq!(sent["recipient"], "pagos@ibarra.example");
    assert_eq!(sent["total_amount"], "1150");
    assert_eq!(sent["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(sent["items"][0]["sent_on"], "2026-03-04");
    assert_eq!(sent["attempts"][0]["state"], "sent");
    let mime = app.get(&format!("/v1/messages/{id}/mime"));
    assert_eq!(mime.header("Content-Type"), Some("message/rfc822"));
    assert!(mime.text().contains("To: pagos@ibarra.example"), "{}", mime.text());
    let pdf = app.get(&format!("/v1/messages/{id}/pdf"));
    assert!(pdf.bytes.starts_with(b"%PDF-1."), "a PDF");
}

#[test]
fn a_mail_has_an_html_part_in_which_names_are_text_and_no_markup() {
    let (app, account) = seeded();
    app.push("ERP-E1").parties(vec![party("P1", "Ibarra & <b>Hijos</b>, S.L.")]).finish();
    let id = plan(&app, &account, "first_reminder");
    app.send_due();
    let mime = app.get(&format!("/v1/messages/{id}/mime")).text();
    let (_, html) = mime.split_once("Content-Type: text/html").expect("an HTML part");
    let html = html.split("\r\n--").next().expect("its end");
    // Soft line breaks of quoted-printable may fall anywhere.
    let html = html.replace("=\r\n", "").replace("=3D", "=");
    assert!(html.contains("Ibarra &amp; &lt;b&gt;Hijos&lt;"), "{html}");
    assert!(!html.contains("<b>Hijos"), "{html}");
}

#[test]
fn what_was_paid_meanwhile_is_withdrawn_and_says_why() {
    let (app, account) = seeded();
    let id = plan(&app, &account, "first_reminder");
    let paid = ("1100.00", "2026-03-04");
    app.push("ERP-E1")
        .entries(vec![payment("E1", "A1", "I1", paid), payment("E2", "A1", "I2", ("50.00", "2026-03-04"))])
        .finish();
    app.send_due();
    let withdrawn = message(&app, &id);
    assert_eq!(
        (&withdrawn["state"], &withdrawn["state_reason"]),
        (&json!("cancelled"), &json!("message.paid"))
    );
    assert_eq!(withdrawn["attempts"], json!([]));
}

#[test]
fn what_was_paid_in_part_meanwhile_is_not_claimed_in_full() {
    let (app, account) = seeded();
    let id = plan(&app, &account, "first_reminder");
    app.push("ERP-E1").entries(vec![payment("E1", "A1", "I1", ("100.00", "2026-03-04"))]).finish();
    app.send_due();
    assert_eq!(message(&app, &id)["state_reason"], "message.amounts_changed");
}

#[test]
fn nobody_is_written_to_at_night_on_weekends_or_twice_within_the_spacing() {
    let (app, account) = seeded();
    app.set_clock("2026-03-06T21:00:00Z".parse().expect("an instant"));
    let id = plan(&app, &account, "statement");
    let why = app.get(&format!("/v1/messages/{id}/why-not-now")).expect(200);
    assert_eq!(why["now"], false);
    assert_eq!(why["until"], "2026-03-09T08:00:00Z", "Monday, nine in Madrid: {why}");
    app.send_due();
    assert_eq!(message(&app, &id)["state"], "planned");
    assert_eq!(message(&app, &id)["waiting_for"], "contact.outside_hours");
    app.set_clock("2026-03-09T08:00:00Z".parse().expect("an instant"));
    app.send_due();
    assert_eq!(message(&app, &id)["state"], "sent");
    let second = plan(&app, &account, "statement");
    app.send_due();
    assert_eq!(message(&app, &second)["state"], "planned");
    let why = app.get(&format!("/v1/messages/{second}/why-not-now")).expect(200);
    let codes = why["because"].as_array().expect("reasons").iter().map(|b| b["code"].clone());
    assert!(codes.collect::<Vec<_>>().contains(&json!("contact.spacing")), "{why}");
}

#[test]
fn a_holiday_of_the_calendar_is_no_day_to_write() {
    let (app, account) = seeded();
    app.set_clock("2026-05-01T09:00:00Z".parse().expect("an instant"));
    let id = plan(&app, &account, "statement");
    let why = app.get(&format!("/v1/messages/{id}/why-not-now")).expect(200);
    assert_eq!(why["until"], "2026-05-04T07:00:00Z", "{why}");
}

/// A message that nobody can be sent, and the alert that says so.
fn alerted() -> (TestApp, String) {
    let (app, account) = seeded();
    let mut gone = contact("C1", "A1", "");
    gone.email = String::new();
    app.push("ERP-E1").contacts(vec![gone]).finish();
    let id = plan(&app, &account, "statement");
    app.send_due();
    (app, id)
}

#[test]
fn an_account_without_address_raises_one_alert_and_waits() {
    let (app, id) = alerted();
    assert_eq!(message(&app, &id)["waiting_for"], "hold.no_recipient");
    let alerts = app.get("/v1/alerts?open=true").expect(200);
    assert_eq!(alerts["items"].as_array().map(Vec::len), Some(1), "{alerts}");
    let alert = alerts["items"][0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(app.post(&format!("/v1/alerts/{alert}/resolve"), &json!({})).status, 204);
    assert_eq!(app.get("/v1/alerts?open=true").expect(200)["items"], json!([]));
}

#[test]
fn an_alert_is_resolved_once() {
    let (app, _) = alerted();
    let alert = app.database.sql("SELECT id FROM alert");
    let sample = Sample::bare(format!("/v1/alerts/{alert}/resolve"));
    done_once(&app, "resolve_alert", &sample, "SELECT resolved_at, xmin FROM alert");
}

#[test]
fn sending_is_released_once() {
    let (app, _) = seeded();
    app.database.sql("UPDATE installation SET sending_quarantined = true, quarantine_reason = 'a copy'");
    let sample = Sample::bare("/v1/sending/release".to_owned());
    let effect = "SELECT sending_quarantined, xmin FROM installation";
    let released = done_once(&app, "release_sending", &sample, effect);
    assert_eq!(released["quarantined"], false);
}

#[test]
fn a_copy_of_the_database_sends_nothing_until_a_person_confirms() {
    let (app, account) = seeded();
    let id = plan(&app, &account, "statement");
    app.database.sql("UPDATE installation SET sending_quarantined = true, quarantine_reason = 'a copy'");
    app.send_due();
    assert_eq!(message(&app, &id)["state"], "planned");
    assert_eq!(app.get("/v1/sending").expect(200), json!({ "quarantined": true, "reason": "a copy" }));
    app.post("/v1/sending/release", &json!({})).expect(200);
    app.send_due();
    assert_eq!(message(&app, &id)["state"], "sent");
}

#[test]
fn a_withdrawn_message_never_leaves() {
    let (app, account) = seeded();
    let id = plan(&app, &account, "statement");
    let cancel = || app.post(&format!("/v1/messages/{id}/cancel"), &json!({ "reason": "por teléfono" }));
    assert_eq!(cancel().status, 204);
    app.send_due();
    assert_eq!(message(&app, &id)["state"], "cancelled");
    cancel().refused(409, "message.transition_refused");
}

/// A planned letter to an account with an address.
fn letter() -> (TestApp, String) {
    let (app, account) = seeded();
    let mut with_address = account_row();
    with_address.address = vec!["Calle Real 3".to_owned(), "48001 Bilbao".to_owned()];
    app.push("ERP-E1").accounts(vec![with_address]).finish();
    let body = json!({ "template_code": "formal_notice", "channel": "letter" });
    let made = app.post(&format!("/v1/accounts/{account}/messages"), &body).expect(201);
    (app, made["id"].as_str().expect("an id").to_owned())
}

#[test]
fn a_letter_is_done_by_a_person_and_kept_as_it_was() {
    let (app, id) = letter();
    app.send_due();
    assert_eq!(message(&app, &id)["waiting_for"], "message.by_hand");
    // Nothing is mailed, so no address to mail from is needed.
    app.database.sql("UPDATE legal_entity SET sender_email = NULL");
    let marked = app.post(&format!("/v1/messages/{id}/mark-sent"), &json!({}));
    assert_eq!(marked.status, 204, "{}", marked.text());
    assert_eq!(message(&app, &id)["state"], "sent");
    assert!(app.get(&format!("/v1/messages/{id}/pdf")).bytes.starts_with(b"%PDF-1."));
    app.get(&format!("/v1/messages/{id}/mime")).refused(409, "message.not_frozen");
    assert!(message(&app, &id)["attempts"][0]["message_header_id"].is_null());
}

#[test]
fn a_letter_is_marked_as_sent_once() {
    let (app, id) = letter();
    let sample = Sample::bare(format!("/v1/messages/{id}/mark-sent"));
    let effect = "SELECT m.state, m.xmin, (SELECT count(*) FROM attempt) FROM message m";
    done_once(&app, "mark_message_sent", &sample, effect);
    assert_eq!(message(&app, &id)["attempts"].as_array().map(Vec::len), Some(1));
}

fn account_row() -> proto::v1::AccountRow {
    account("A1", "P1")
}

/// The text of a first reminder in Spanish, and why interest is left out of it.
fn reminder(app: &TestApp, account: &str) -> (String, Value) {
    let body = json!({ "account_id": account, "language": "es" });
    let shown = app.post("/v1/templates/first_reminder/preview", &body).expect(200);
    (shown["text"].as_str().expect("a text").to_owned(), shown["interest_omitted"].clone())
}

#[test]
fn the_segment_of_the_party_decides_about_interest_where_the_account_has_none() {
    let (app, account) = seeded();
    app.database.sql("UPDATE legal_entity SET interest_segments = '{wholesale}'");
    assert!(!reminder(&app, &account).0.contains("Intereses"));
    app.database.sql("UPDATE party SET segment = 'wholesale'");
    assert!(reminder(&app, &account).0.contains("Intereses"));
    app.database.sql("UPDATE account SET segment = 'retail'");
    assert!(!reminder(&app, &account).0.contains("Intereses"), "the account's own comes first");
}

#[test]
fn interest_by_a_rate_that_nobody_confirmed_is_left_out_with_an_alert() {
    let (app, account) = seeded();
    app.database.sql("UPDATE legal_entity SET interest_segments = '{*}'");
    app.database.sql("UPDATE legal_rate SET status = 'unconfirmed'");
    let (text, omitted) = reminder(&app, &account);
    assert!(!text.contains("Intereses"), "{text}");
    assert!(omitted.as_str().is_some_and(|why| why.contains("not confirmed")), "{omitted}");
    let id = plan(&app, &account, "first_reminder");
    app.send_due();
    assert_eq!(message(&app, &id)["state"], "sent");
    let alerts = app.get("/v1/alerts?kind=interest_omitted").expect(200);
    assert_eq!(alerts["items"].as_array().map(Vec::len), Some(1), "{alerts}");
}

#[test]
fn templates_are_checked_when_saved_and_used_in_the_readers_language() {
    let (app, account) = seeded();
    let template = app.get("/v1/templates/first_reminder.es").expect(200);
    let mut document = template["document"].clone();
    document["subject"] = json!("{{ nonsense }} {% if %}");
    let body = json!({ "purpose": "reminder", "document": document });
    let refused = app.put("/v1/templates/first_reminder/es", &body);
    refused.refused(422, "template.document_invalid");
    document["subject"] = json!("Aviso de {{ entity.name }}");
    let body = json!({ "purpose": "reminder", "document": document });
    let saved = app.put("/v1/templates/first_reminder/es", &body).expect(200);
    assert_eq!(saved["version"], 2);
    let preview = |language: &str| {
        let body = json!({ "account_id": account, "language": language });
        app.post("/v1/templates/first_reminder/preview", &body).expect(200)["subject"].clone()
    };
    assert_eq!(preview("es"), "Aviso de E1, S.A.");
    assert!(preview("en").as_str().expect("a subject").contains("reminder"), "{}", preview("en"));
    let pdf = app
        .call("POST", "/v1/templates/first_reminder/preview")
        .header("Accept", "application/pdf")
        .json(&json!({ "account_id": account }))
        .send();
    assert!(pdf.bytes.starts_with(b"%PDF-1."), "{}", pdf.text());
}
