//! Why a message has not left: the answer is the worker's own judgement.

use serde_json::{Value, json};
use testkit::app::TestApp;

use crate::messages::{message, plan, seeded};

fn why(app: &TestApp, id: &str) -> Value {
    app.get(&format!("/v1/messages/{id}/why-not-now")).expect(200)
}

/// The codes of the reasons.
fn codes(app: &TestApp, id: &str) -> Vec<String> {
    let why = why(app, id);
    assert_eq!(why["now"], why["because"] == json!([]), "{why}");
    let because = why["because"].as_array().expect("reasons").clone();
    because.iter().map(|b| b["code"].as_str().expect("a code").to_owned()).collect()
}

/// A planned reminder, of which something is made that no mail can do without.
fn spoilt(sql: &str) -> (TestApp, String) {
    let (app, account) = seeded();
    let id = plan(&app, &account, "first_reminder");
    assert_eq!(why(&app, &id), json!({ "now": true, "until": null, "because": [] }));
    app.database.sql(sql);
    (app, id)
}

#[test]
fn what_the_worker_cannot_do_without_is_named() {
    for (sql, code) in [
        ("UPDATE legal_entity SET mail_relay = 'elsewhere'", "message.relay_unknown"),
        ("UPDATE legal_entity SET sender_email = NULL", "message.sender_missing"),
        ("UPDATE template SET state = 'retired'", "message.template_missing"),
        ("UPDATE contact SET email = NULL", "hold.no_recipient"),
        ("UPDATE contact SET opted_out_channels = '{email}'", "hold.no_recipient"),
        ("UPDATE contact_policy SET state = 'retired'", "contact.no_policy"),
        ("UPDATE contact SET opted_out_channels = '{telegraph}'", "message.faulty"),
        (
            "UPDATE installation SET sending_quarantined = true, quarantine_reason = 'a copy'",
            "message.quarantined",
        ),
    ] {
        let (app, id) = spoilt(sql);
        assert_eq!(codes(&app, &id), [code], "{sql}");
        let asked = why(&app, &id);
        assert_ne!(asked["because"][0]["text"], "", "{sql}");
        app.send_due();
        assert_eq!(message(&app, &id)["state"], "planned", "the worker agrees: {sql}");
    }
}

#[test]
fn what_was_decided_and_no_longer_holds_is_named_by_the_new_reason() {
    let (app, id) = spoilt("UPDATE receivable SET open_amount = open_amount - 1, version = version");
    assert_eq!(codes(&app, &id), ["message.amounts_changed"]);
}

#[test]
fn a_message_that_was_put_off_says_until_when_and_for_what() {
    let (app, id) = spoilt("UPDATE contact SET email = NULL");
    app.send_due();
    app.database.sql("UPDATE contact SET email = 'pagos@ibarra.example'");
    let asked = why(&app, &id);
    assert_eq!(codes(&app, &id), ["hold.no_recipient"], "the reason it was put off for: {asked}");
    assert_eq!(asked["until"], "2026-03-04T21:30:00Z");
}
