//! Who is written to, and how often: the address counts, not the account or the spelling.

use serde_json::{Value, json};
use testkit::app::TestApp;
use testkit::push::{account, contact, invoice, party};

use crate::messages::{message, plan};

const MORNING: &str = "2026-03-04T09:30:00Z";
const DATES: (&str, &str) = ("2026-01-15", "2026-02-15");

/// One account with an overdue invoice per address, each with a statement planned; the messages in the order of the addresses.
fn planned(addresses: &[&str]) -> (TestApp, Vec<String>) {
    let app = TestApp::start();
    app.entity("E1");
    let numbered = || addresses.iter().enumerate().map(|(n, email)| (format!("A{n}"), *email));
    app.push("ERP-E1")
        .parties(vec![party("P1", "Talleres Ibarra, S.L.")])
        .accounts(numbered().map(|(id, _)| account(&id, "P1")).collect())
        .contacts(numbered().map(|(id, email)| contact(&format!("C-{id}"), &id, email)).collect())
        .receivables(numbered().map(|(id, _)| invoice(&format!("I-{id}"), &id, "10.00", DATES)).collect())
        .finish();
    app.set_clock(MORNING.parse().expect("an instant"));
    let ids = numbered().map(|(id, _)| plan(&app, &account_id(&app, &id), "statement")).collect();
    (app, ids)
}

/// The id of an account that was pushed under a key.
pub fn account_id(app: &TestApp, key: &str) -> String {
    app.database.sql(&format!(
        "SELECT r.pid('acc', object_id) FROM natural_key WHERE external_id = '{key}' AND kind = 'account'"
    ))
}

/// State and what it waits for.
fn standing(app: &TestApp, id: &str) -> (Value, Value) {
    let found = message(app, id);
    (found["state"].clone(), found["waiting_for"].clone())
}

fn sent() -> (Value, Value) {
    (json!("sent"), Value::Null)
}

fn capped() -> (Value, Value) {
    (json!("planned"), json!("contact.cap_recipient_day"))
}

#[test]
fn two_accounts_with_one_address_get_one_mail_a_day() {
    let (app, ids) = planned(&["pagos@ibarra.example", "pagos@ibarra.example"]);
    app.send_due();
    assert_eq!((standing(&app, &ids[0]), standing(&app, &ids[1])), (sent(), capped()));
    app.set_clock("2026-03-05T09:30:00Z".parse().expect("an instant"));
    app.send_due();
    assert_eq!(standing(&app, &ids[1]), sent());
}

#[test]
fn another_spelling_of_an_address_does_not_evade_the_cap() {
    let (app, ids) = planned(&["Pagos@Ibarra.example", "pagos@ibarra.EXAMPLE"]);
    app.send_due();
    assert_eq!((standing(&app, &ids[0]), standing(&app, &ids[1])), (sent(), capped()));
}

#[test]
fn senders_that_look_at_the_same_moment_keep_the_cap_together() {
    let (app, ids) = planned(&["pagos@ibarra.example"; 8]);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let (sender, handle) = (&app.wired.sender, app.runtime.handle());
            scope.spawn(
                move || {
                    while handle.block_on(sender.send_one()).expect("look at a message").is_some() {}
                },
            );
        }
    });
    let standings = ids.iter().map(|id| standing(&app, id)).collect::<Vec<_>>();
    assert_eq!(standings.iter().filter(|s| **s == sent()).count(), 1, "{standings:?}");
    assert_eq!(standings.iter().filter(|s| **s == capped()).count(), 7, "{standings:?}");
}

/// An account with contacts of the test's own making, and a message of a template planned and looked at.
fn received_by(contacts: Vec<proto::v1::ContactRow>, template: &str) -> (TestApp, Value) {
    let app = TestApp::start();
    app.entity("E1");
    app.push("ERP-E1")
        .parties(vec![party("P1", "Talleres Ibarra, S.L.")])
        .accounts(vec![account("A1", "P1")])
        .contacts(contacts)
        .receivables(vec![invoice("I1", "A1", "10.00", DATES)])
        .finish();
    app.set_clock(MORNING.parse().expect("an instant"));
    let id = plan(&app, &account_id(&app, "A1"), template);
    app.send_due();
    let found = message(&app, &id);
    (app, found)
}

fn person(id: &str, role: &str, purposes: &[&str]) -> proto::v1::ContactRow {
    proto::v1::ContactRow {
        role: role.to_owned(),
        purposes: purposes.iter().map(|p| (*p).to_owned()).collect(),
        ..contact(id, "A1", &format!("{id}@ibarra.example"))
    }
}

#[test]
fn a_number_that_was_called_is_not_called_again_that_day_for_another_account() {
    let (app, _) = planned(&["a@ibarra.example", "b@ibarra.example"]);
    app.database.sql("UPDATE contact SET phone = '+34911234567'");
    let calls = ["A0", "A1"].map(|key| {
        let body = json!({ "template_code": "statement", "channel": "call" });
        let made = app.post(&format!("/v1/accounts/{}/messages", account_id(&app, key)), &body).expect(201);
        made["id"].as_str().expect("an id").to_owned()
    });
    let why = || {
        let because =
            app.get(&format!("/v1/messages/{}/why-not-now", calls[1])).expect(200)["because"].clone();
        because.as_array().expect("reasons").iter().map(|b| b["code"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(why(), ["message.by_hand"]);
    assert_eq!(app.post(&format!("/v1/messages/{}/mark-sent", calls[0]), &json!({})).status, 204);
    assert_eq!(message(&app, &calls[0])["recipient"], "+34911234567");
    assert_eq!(why(), ["message.by_hand", "contact.cap_recipient_day"]);
}

#[test]
fn whom_a_message_is_for_decides_who_gets_it_then_who_can_pay() {
    let people = || {
        vec![
            person("boss", "management", &["dunning", "statement"]),
            person("payer", "accounts_payable", &["dunning"]),
            person("anybody", "accounts_payable", &["general"]),
            person("books", "billing", &["statement"]),
        ]
    };
    for (template, to) in [("first_reminder", "payer"), ("statement", "books")] {
        let (_, sent) = received_by(people(), template);
        assert_eq!(sent["recipient"], format!("{to}@ibarra.example"), "{template}: {sent}");
    }
    let (_, sent) = received_by(vec![person("anybody", "other", &["general"])], "first_reminder");
    assert_eq!(sent["recipient"], "anybody@ibarra.example", "better than nobody");
    let (_, held) = received_by(vec![person("invoices", "billing", &["invoice"])], "first_reminder");
    assert_eq!(held["waiting_for"], "hold.no_recipient");
}

#[test]
fn a_message_to_a_named_person_goes_to_nobody_else() {
    let (app, ids) = planned(&["pagos@ibarra.example", "otra@ibarra.example"]);
    let contact_of = |email: &str| {
        app.database.sql(&format!("SELECT r.pid('con', id) FROM contact WHERE email = '{email}'"))
    };
    let path = format!("/v1/accounts/{}/messages", account_id(&app, "A0"));
    let to = |contact: &str| app.post(&path, &json!({ "template_code": "statement", "contact_id": contact }));
    to(&contact_of("otra@ibarra.example")).refused(404, "not_found");
    let new = json!({ "name": "Jefa", "email": "jefa@ibarra.example", "position": 9 });
    app.post(&format!("/v1/accounts/{}/contacts", account_id(&app, "A0")), &new).expect(201);
    let named = contact_of("jefa@ibarra.example");
    let id = to(&named).expect(201)["id"].as_str().expect("an id").to_owned();
    app.post(&format!("/v1/messages/{}/cancel", ids[0]), &json!({ "reason": "otra" }));
    let retire = |retired: bool| {
        app.call("PATCH", &format!("/v1/contacts/{named}")).json(&json!({ "retired": retired })).send()
    };
    assert_eq!(retire(true).status, 200);
    app.send_due();
    assert_eq!(standing(&app, &id), (json!("planned"), json!("hold.no_recipient")));
    assert_eq!(retire(false).status, 200);
    app.set_clock("2026-03-05T09:30:00Z".parse().expect("an instant"));
    app.send_due();
    assert_eq!(message(&app, &id)["recipient"], "jefa@ibarra.example");
}

#[test]
fn who_declined_mail_gets_none_and_the_next_one_does() {
    let (app, ids) = planned(&["pagos@ibarra.example"]);
    let declined = app.get("/v1/contacts").expect(200)["items"][0]["id"].as_str().expect("an id").to_owned();
    let decline = json!({ "opted_out_channels": ["email"] });
    assert_eq!(app.call("PATCH", &format!("/v1/contacts/{declined}")).json(&decline).send().status, 200);
    app.send_due();
    assert_eq!(standing(&app, &ids[0]), (json!("planned"), json!("hold.no_recipient")));
    let other = json!({ "name": "Otra", "email": "otra@ibarra.example" });
    app.post(&format!("/v1/accounts/{}/contacts", account_id(&app, "A0")), &other).expect(201);
    app.set_clock("2026-03-05T09:30:00Z".parse().expect("an instant"));
    app.send_due();
    assert_eq!(message(&app, &ids[0])["recipient"], "otra@ibarra.example");
}

#[test]
fn a_policy_that_is_saved_holds_for_what_is_planned_already() {
    let (app, ids) = planned(&["pagos@ibarra.example"]);
    let standard = app.get("/v1/contact-policies/standard").expect(200);
    let mut document = standard["document"].clone();
    document["hours"] = json!({ "thursday": [{ "from": "16:00", "to": "18:00" }] });
    app.put("/v1/contact-policies/afternoons", &json!({ "document": document })).expect(200);
    app.send_due();
    assert_eq!(standing(&app, &ids[0]), (json!("planned"), json!("contact.outside_hours")));
    let why = app.get(&format!("/v1/messages/{}/why-not-now", ids[0])).expect(200);
    assert_eq!(
        (&why["because"][0]["policy"], &why["until"]),
        (&json!("afternoons"), &json!("2026-03-05T15:00:00Z"))
    );
    app.set_clock("2026-03-05T15:00:00Z".parse().expect("an instant"));
    app.send_due();
    assert_eq!(standing(&app, &ids[0]), sent());
}

#[test]
fn hours_are_those_of_the_debtors_place() {
    let (app, ids) = planned(&["pagos@ibarra.example"]);
    app.database.sql("UPDATE account SET time_zone = 'America/Mexico_City'");
    app.send_due();
    // Nine in the morning in Mexico is four in the afternoon in Madrid.
    assert_eq!(message(&app, &ids[0])["not_before"], "2026-03-04T15:00:00+00:00");
    app.set_clock("2026-03-04T15:00:00Z".parse().expect("an instant"));
    app.send_due();
    assert_eq!(standing(&app, &ids[0]), sent());
}

#[test]
fn each_legal_entity_writes_in_its_own_name() {
    let app = TestApp::start();
    for (code, sender, name) in [("E1", "uno@e1.example", "Ana Uno"), ("E2", "dos@e2.example", "Luis Dos")] {
        app.entity(code);
        app.database.sql(&format!(
            "UPDATE legal_entity SET sender_email = '{sender}', sender_name = 'Cobros {code}', \
             signatory = '{{\"name\": \"{name}\", \"role\": \"Tesorería\"}}' WHERE code = '{code}'"
        ));
        let key = format!("A-{code}");
        app.push(&format!("ERP-{code}"))
            .parties(vec![party("P1", "Talleres Ibarra, S.L.")])
            .accounts(vec![account(&key, "P1")])
            .contacts(vec![contact("C1", &key, &format!("pagos@{code}.example"))])
            .receivables(vec![invoice("I1", &key, "10.00", DATES)])
            .finish();
        app.set_clock(MORNING.parse().expect("an instant"));
        let id = plan(&app, &account_id(&app, &key), "first_reminder");
        app.send_due();
        let mime = app.get(&format!("/v1/messages/{id}/mime")).text();
        let from = mime.lines().find(|line| line.starts_with("From:")).expect("a sender").to_owned();
        assert!(from.contains(&format!("Cobros {code}")) && from.contains(sender), "{from}");
        let preview = json!({ "account_id": account_id(&app, &key), "language": "es" });
        let text = app.post("/v1/templates/first_reminder/preview", &preview).expect(200)["text"].clone();
        assert!(text.as_str().expect("a text").contains(name), "{text}");
    }
}
