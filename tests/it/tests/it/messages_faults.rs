//! One message that the program cannot prepare: it rests and somebody is told, and all other mail goes.

use app::access::authenticate::system_ctx;
use app::messages::outcome::{HandedOver, lose_track, record_outcome};
use app::messages::ports::{LetterSheet, Press};
use app::messages::send::{Look, Means, send_next};
use kernel::Outcome;
use serde_json::{Value, json};
use testkit::app::TestApp;
use testkit::push::{account, contact, invoice, party};

use crate::messages::{message, plan};
use crate::messages_recipients::account_id;

const DATES: (&str, &str) = ("2026-01-15", "2026-02-15");

/// Two accounts, each with a statement planned.
fn two_planned() -> (TestApp, [String; 2]) {
    let app = TestApp::start();
    app.entity("E1");
    let keys = ["A1", "A2"];
    app.push("ERP-E1")
        .parties(vec![party("P1", "Talleres Ibarra, S.L.")])
        .accounts(keys.iter().map(|a| account(a, "P1")).collect())
        .contacts(
            keys.iter().map(|a| contact(&format!("C-{a}"), a, &format!("{a}@ibarra.example"))).collect(),
        )
        .receivables(keys.iter().map(|a| invoice(&format!("I-{a}"), a, "10.00", DATES)).collect())
        .finish();
    app.set_clock("2026-03-04T09:30:00Z".parse().expect("an instant"));
    let ids = keys.map(|key| plan(&app, &account_id(&app, key), "statement"));
    (app, ids)
}

fn alerts(app: &TestApp) -> Vec<Value> {
    app.get("/v1/alerts?kind=message_faulty").expect(200)["items"].as_array().expect("items").clone()
}

#[test]
fn a_message_that_cannot_be_read_is_set_aside_and_the_others_go() {
    let (app, [broken, sound]) = two_planned();
    app.database
        .sql("UPDATE contact SET opted_out_channels = '{telegraph}' WHERE email = 'A1@ibarra.example'");
    app.send_due();
    assert_eq!(message(&app, &sound)["state"], "sent");
    let aside = message(&app, &broken);
    assert_eq!((&aside["state"], &aside["waiting_for"]), (&json!("planned"), &json!("message.faulty")));
    assert_eq!(aside["not_before"], "2026-03-04T10:30:00+00:00");
    assert_eq!(alerts(&app)[0]["account_id"], aside["account_id"]);
    // It is looked at again, and told once.
    app.set_clock("2026-03-04T10:30:00Z".parse().expect("an instant"));
    app.send_due();
    assert_eq!(alerts(&app).len(), 1);
    app.database.sql("UPDATE contact SET opted_out_channels = '{}'");
    app.set_clock("2026-03-04T11:30:00Z".parse().expect("an instant"));
    app.send_due();
    assert_eq!(message(&app, &broken)["state"], "sent");
}

/// A press that breaks.
struct Broken;

impl Press for Broken {
    fn letter(&self, _: &LetterSheet) -> Outcome<Vec<u8>> {
        panic!("the press broke")
    }
}

#[test]
fn a_message_that_breaks_the_program_is_set_aside_and_the_others_go() {
    let (app, [broken, sound]) = two_planned();
    let api = &app.wired.api;
    let means = Means { press: &Broken, courier: api.courier.as_ref() };
    let look = send_next(&api.app, &system_ctx("sender", app.now()), means).expect("a look");
    assert!(matches!(look, Look::SetAside(_)), "{look:?}");
    assert_eq!(message(&app, &broken)["waiting_for"], "message.faulty");
    assert_eq!(alerts(&app).len(), 1);
    app.send_due();
    assert_eq!(
        (&message(&app, &broken)["state"], &message(&app, &sound)["state"]),
        (&json!("planned"), &json!("sent"))
    );
}

#[test]
fn an_answer_that_comes_after_the_message_was_given_up_settles_it() {
    let settled = |answer: HandedOver| {
        let (app, [first, _]) = two_planned();
        let api = &app.wired.api;
        let means = Means { press: api.press.as_ref(), courier: api.courier.as_ref() };
        let look = send_next(&api.app, &system_ctx("sender", app.now()), means).expect("a look");
        let Look::HandOver(mail) = look else { panic!("{look:?}") };
        app.set_clock("2026-03-04T10:30:00Z".parse().expect("an instant"));
        let late = system_ctx("sender", app.now());
        assert_eq!(lose_track(&api.app, &late).expect("a sweep"), 1);
        assert_eq!(message(&app, &first)["state"], "unknown");
        record_outcome(&api.app, &late, &mail, &answer).expect("an answer is welcome");
        let told = message(&app, &first);
        let alerts = app.get("/v1/alerts?kind=message_unknown&open=true").expect(200);
        let open = alerts["items"].as_array().map(|alerts| !alerts.is_empty());
        assert_eq!(open, Some(told["state"] == "unknown"), "nobody has to find out what is known");
        told
    };
    let response = "250 ok".to_owned();
    let sent = settled(HandedOver::Accepted { response });
    assert_eq!((&sent["state"], &sent["attempts"][0]["state"]), (&json!("sent"), &json!("sent")), "{sent}");
    assert_eq!(sent["attempts"][0]["response"], "250 ok");
    assert_eq!(sent["sent_at"], sent["reserved_at"], "when it was tried");
    let reason = "451 try later".to_owned();
    let failed = settled(HandedOver::NotSent { again: true, reason });
    assert_eq!((&failed["state"], &failed["attempts"][0]["state"]), (&json!("failed"), &json!("failed")));
    let reason = "the connection broke".to_owned();
    assert_eq!(settled(HandedOver::Unknown { reason })["state"], "unknown");
}
