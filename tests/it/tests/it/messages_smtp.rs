//! What a relay can do to a mail, and what we then know: over real sockets, with a server that misbehaves on order.

use std::path::PathBuf;

use doubles::smtp::{Act, Behaviour, Encryption, Options, SmtpDouble, Stage};
use proto::v1::ContactRow;
use serde_json::json;
use server::settings::Relay;
use testkit::app::TestApp;
use testkit::push::{account, contact, invoice, party};

use crate::messages::{load, message, plan};
use crate::repeat::{Sample, done_once};

const MORNING: &str = "2026-03-04T09:30:00Z";

/// A server whose mail goes to a double of its own.
struct Post {
    app: TestApp,
    double: SmtpDouble,
    _double_runs_on: tokio::runtime::Runtime,
    account: String,
}

fn post(options: Options, per_minute: u32) -> Post {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let tls = match options.encryption {
        Encryption::None => "none",
        Encryption::StartTls => "starttls",
        Encryption::Implicit => "implicit",
    };
    let (user, password) = options.login.clone().unwrap_or_default();
    let double = runtime.block_on(async { SmtpDouble::start(options) }).expect("a double");
    let ca_file = authority(&double);
    let relay = Relay::Smtp {
        host: double.host(),
        port: double.port(),
        tls: tls.to_owned(),
        user,
        password,
        password_file: None,
        ca_file: Some(ca_file),
        helo_name: "recobra.example".to_owned(),
        per_domain_per_minute: per_minute,
        connect_seconds_max: 30,
        command_seconds_max: 60,
        total_seconds_max: 900,
    };
    let app = TestApp::with(|settings| {
        settings.mail.relays.insert("out".to_owned(), relay);
        settings.mail.default_relay = "out".to_owned();
    });
    app.entity("E1");
    load(&app);
    app.set_clock(MORNING.parse().expect("an instant"));
    let account = app.database.sql("SELECT r.pid('acc', id) FROM account");
    Post { app, double, _double_runs_on: runtime, account }
}

fn authority(double: &SmtpDouble) -> PathBuf {
    let path = testkit::cluster::scratch().join(format!("ca-{}.pem", double.port()));
    std::fs::create_dir_all(testkit::cluster::scratch()).expect("a folder");
    std::fs::write(&path, double.authority_pem()).expect("write the authority");
    path
}

fn send(post: &Post) -> serde_json::Value {
    let id = plan(&post.app, &post.account, "first_reminder");
    post.app.send_due();
    message(&post.app, &id)
}

#[test]
fn a_mail_goes_over_starttls_and_over_tls_with_a_login() {
    for encryption in [Encryption::StartTls, Encryption::Implicit] {
        let login = Some(("recobra".to_owned(), "geheim".to_owned()));
        let post = post(Options { encryption, login, ..Options::default() }, 60);
        let sent = send(&post);
        assert_eq!(sent["state"], "sent", "{sent}");
        let received = post.double.received();
        assert_eq!(received.len(), 1);
        assert!(
            post.double.record().heard("EHLO recobra.example"),
            "greeted by the name of the relay's settings"
        );
        let text = String::from_utf8_lossy(&received[0].bytes).into_owned();
        assert!(text.contains("application/pdf"), "the letter is attached: {}", &text[..400]);
        let kept = post.app.get(&format!("/v1/messages/{}/mime", sent["id"].as_str().expect("an id")));
        assert_eq!(kept.bytes, received[0].bytes, "what is shown is what was sent");
    }
}

#[test]
fn a_refused_recipient_fails_at_once_and_somebody_is_told() {
    let post = post(Options::default(), 60);
    post.double.recipient("pagos@ibarra.example", Stage::Rcpt, Act::Answer(550, "no such user"));
    let failed = send(&post);
    assert_eq!(failed["state"], "failed", "{failed}");
    assert_eq!(failed["state_reason"], "message.address_refused");
    assert!(failed["attempts"][0]["response"].as_str().expect("a response").contains("550"), "{failed}");
    assert_eq!(alerts(&post, "address_refused").len(), 1);
}

fn alerts(post: &Post, kind: &str) -> Vec<serde_json::Value> {
    let open = post.app.get(&format!("/v1/alerts?open=true&kind={kind}")).expect(200);
    open["items"].as_array().expect("items").clone()
}

#[test]
fn mail_that_came_back_is_an_early_warning_for_90_days() {
    let post = post(Options::default(), 60);
    post.app
        .push("ERP-E1")
        .parties(vec![party("P2", "Otros")])
        .accounts(vec![account("B1", "P2"), account("B2", "P1")])
        .contacts(vec![contact("C2", "B1", "otros@ibarra.example")])
        .receivables(vec![invoice("J1", "B1", "10.00", ("2026-01-15", "2026-02-15"))])
        .finish();
    let told = || {
        crate::alerts::look(&post.app);
        alerts(&post, "credit.mail_bounced")
    };
    let other = post.app.database.sql("SELECT r.pid('acc', id) FROM account WHERE number = 'B1'");
    plan(&post.app, &other, "statement");
    post.double.recipient("otros@ibarra.example", Stage::Rcpt, Act::Answer(550, "5.7.1 relay access denied"));
    post.double.recipient("pagos@ibarra.example", Stage::Rcpt, Act::Answer(451, "try later"));
    assert_eq!(send(&post)["state"], "planned");
    assert_eq!(post.app.database.sql("SELECT count(*) FROM message WHERE state = 'failed'"), "1");
    assert_eq!(
        told(),
        [json!(null); 0],
        "what is tried again, and a refusal of ourselves, say nothing of an address"
    );
    post.double.recipient("pagos@ibarra.example", Stage::Rcpt, Act::Answer(550, "5.1.1 no such user"));
    post.app.set_clock("2026-03-04T13:00:00Z".parse().expect("an instant"));
    post.app.send_due();
    let [alert] = <[_; 1]>::try_from(told()).expect("one, of the party, which has two accounts");
    let party = post.app.database.sql(
        "SELECT r.pid('pty', m.party_id) FROM risk_member m JOIN account a ON a.id = m.account_id \
        WHERE a.number = 'B2'",
    );
    assert_eq!(
        (&alert["holder_id"], &alert["severity"], &alert["facts"]["behaviour.bounced_messages"]),
        (&json!(party), &json!("info"), &json!("1"))
    );
    post.app.set_clock("2026-06-01T09:30:00Z".parse().expect("an instant"));
    assert_eq!(told().len(), 1, "it counts for 90 days");
    post.app.set_clock("2026-06-02T09:30:00Z".parse().expect("an instant"));
    assert_eq!(told(), [json!(null); 0]);
}

/// A refused recipient, and the next message to the same account after it was looked at.
fn refused_once() -> (Post, String) {
    let post = post(Options::default(), 60);
    post.double.recipient("pagos@ibarra.example", Stage::Rcpt, Act::Answer(550, "5.1.1 no such user"));
    assert_eq!(send(&post)["state"], "failed");
    post.app.set_clock("2026-03-05T09:30:00Z".parse().expect("an instant"));
    let next = send(&post);
    assert_eq!((&next["state"], &next["waiting_for"]), (&json!("planned"), &json!("hold.no_recipient")));
    (post, next["id"].as_str().expect("an id").to_owned())
}

#[test]
fn a_refused_address_is_not_written_to_again_until_it_changes() {
    let (post, id) = refused_once();
    let why = post.app.get(&format!("/v1/messages/{id}/why-not-now")).expect(200);
    assert!(
        why["because"][0]["detail"].as_str().expect("a detail").contains("recipient.address_refused"),
        "{why}"
    );
    assert_eq!(post.double.record().count("RCPT"), 1);
    let other = contact("C1", "A1", "Cobros@ibarra.example");
    post.app.push("ERP-E1").contacts(vec![other]).finish();
    post.app.set_clock("2026-03-06T09:30:00Z".parse().expect("an instant"));
    post.app.send_due();
    assert_eq!(message(&post.app, &id)["recipient"], "Cobros@ibarra.example");
}

#[test]
fn daily_runs_do_not_write_to_a_refused_address_day_after_day() {
    let post = post(Options::default(), 60);
    post.double.recipient("pagos@ibarra.example", Stage::Rcpt, Act::Answer(550, "5.1.1 no such user"));
    let entity = post.app.database.sql("SELECT r.pid('len', id) FROM legal_entity");
    for day in 4..7 {
        post.app.set_clock(format!("2026-03-0{day}T09:30:00Z").parse().expect("an instant"));
        post.app.push("ERP-E1").finish();
        let run = post.app.post("/v1/dunning/runs", &json!({ "legal_entity_id": entity })).expect(201);
        let path = format!("/v1/dunning/runs/{}", run["id"].as_str().expect("an id"));
        testkit::wait::until("the end of the run", || post.app.get(&path).expect(200)["state"] == "finished");
        post.app.send_due();
    }
    assert_eq!(post.double.record().count("RCPT"), 1);
    assert_eq!(
        (alerts(&post, "address_refused").len(), alerts(&post, "message_cannot_be_sent").len()),
        (1, 1)
    );
    let waiting = post.app.get("/v1/messages?state=planned").expect(200)["items"].clone();
    assert_eq!(waiting.as_array().map(Vec::len), Some(1), "{waiting}");
    assert_eq!(waiting[0]["waiting_for"], "hold.no_recipient");
}

#[test]
fn a_person_who_resolves_the_alert_has_the_refused_address_tried_again() {
    let (post, id) = refused_once();
    post.double.forget_recipient("pagos@ibarra.example");
    let [alert] = <[_; 1]>::try_from(alerts(&post, "address_refused")).expect("one alert");
    let path = format!("/v1/alerts/{}/resolve", alert["id"].as_str().expect("an id"));
    assert_eq!(post.app.post(&path, &json!({})).status, 204);
    post.app.set_clock("2026-03-06T09:30:00Z".parse().expect("an instant"));
    // Nobody claims by data of two days ago.
    post.app.push("ERP-E1").finish();
    post.app.send_due();
    assert_eq!(message(&post.app, &id)["state"], "sent");
}

#[test]
fn a_refusal_of_ours_tells_once_and_leaves_the_address_usable() {
    let post = post(Options::default(), 60);
    post.double.recipient("pagos@ibarra.example", Stage::Rcpt, Act::Answer(550, "5.7.1 relay access denied"));
    for day in 4..6 {
        post.app.set_clock(format!("2026-03-0{day}T09:30:00Z").parse().expect("an instant"));
        assert_eq!(send(&post)["state"], "failed");
    }
    assert_eq!((alerts(&post, "message_refused").len(), alerts(&post, "address_refused").len()), (1, 0));
}

#[test]
fn a_relay_that_defers_is_asked_again_later() {
    let post = post(Options::default(), 60);
    post.double.recipient("pagos@ibarra.example", Stage::Rcpt, Act::Answer(451, "try later"));
    let waiting = send(&post);
    assert_eq!(
        (&waiting["state"], &waiting["waiting_for"]),
        (&json!("planned"), &json!("message.relay_deferred"))
    );
    assert_eq!(waiting["not_before"], "2026-03-04T09:35:00+00:00");
    post.double.forget_recipient("pagos@ibarra.example");
    post.app.set_clock("2026-03-04T09:36:00Z".parse().expect("an instant"));
    post.app.send_due();
    let sent = message(&post.app, waiting["id"].as_str().expect("an id"));
    assert_eq!((&sent["state"], sent["attempts"].as_array().map(Vec::len)), (&json!("sent"), Some(2)));
    assert_eq!(post.double.received().len(), 1);
}

#[test]
fn a_mail_put_off_by_a_relay_finds_its_reader_anew() {
    let post = post(Options::default(), 60);
    post.double.recipient("pagos@ibarra.example", Stage::Rcpt, Act::Answer(451, "try later"));
    let waiting = send(&post);
    let id = waiting["id"].as_str().expect("an id");
    assert_eq!(waiting["waiting_for"], "message.relay_deferred");
    let gone = ContactRow { retired: true, ..contact("C1", "A1", "pagos@ibarra.example") };
    let heir = ContactRow { language: "en".to_owned(), ..contact("C2", "A1", "ap@ibarra.example") };
    post.app.push("ERP-E1").contacts(vec![gone, heir]).finish();
    post.app.set_clock("2026-03-04T09:36:00Z".parse().expect("an instant"));
    post.app.send_due();
    let sent = message(&post.app, id);
    assert_eq!(
        (&sent["state"], &sent["recipient"], &sent["language"]),
        (&json!("sent"), &json!("ap@ibarra.example"), &json!("en")),
        "{sent}"
    );
}

#[test]
fn a_connection_lost_after_the_final_dot_is_unknown_and_never_sent_again_by_itself() {
    let post = post(Options::default(), 60);
    post.double.next_connection(vec![Behaviour::new(Stage::Dot, Act::Drop)]);
    let unknown = send(&post);
    assert_eq!(unknown["state"], "unknown", "{unknown}");
    post.app.set_clock("2026-03-06T09:30:00Z".parse().expect("an instant"));
    post.app.send_due();
    assert_eq!(post.double.received().len(), 1, "the double took it although it did not say so");
    let id = unknown["id"].as_str().expect("an id");
    let body = json!({ "outcome": "sent", "note": "el cliente lo confirma" });
    assert_eq!(post.app.post(&format!("/v1/messages/{id}/resolve"), &body).status, 204);
    let sent = message(&post.app, id);
    assert_eq!(sent["state"], "sent");
    // It left when it was tried; the schedule and the caps count from there.
    assert_eq!(
        (&sent["items"][0]["sent_on"], &sent["sent_at"]),
        (&json!("2026-03-04"), &sent["reserved_at"])
    );
    let again = post.app.post(&format!("/v1/messages/{id}/resolve"), &body);
    again.refused(409, "message.transition_refused");
}

#[test]
fn an_unknown_outcome_is_resolved_once() {
    let post = post(Options::default(), 60);
    post.double.next_connection(vec![Behaviour::new(Stage::Dot, Act::Drop)]);
    let unknown = send(&post);
    let sample = Sample {
        path: format!("/v1/messages/{}/resolve", unknown["id"].as_str().expect("an id")),
        body: json!({ "outcome": "not_sent", "note": "el cliente no lo tiene" }),
        other: json!({ "outcome": "sent", "note": "el cliente lo tiene" }),
    };
    let effect =
        "SELECT m.state, m.xmin, a.state, a.xmin FROM message m JOIN attempt a ON a.message_id = m.id";
    done_once(&post.app, "resolve_message", &sample, effect);
    assert_eq!(message(&post.app, unknown["id"].as_str().expect("an id"))["state"], "failed");
    let alerts = post.app.get("/v1/alerts?kind=message_unknown&open=true").expect(200);
    assert_eq!(alerts["items"], json!([]), "nobody has to find out any more");
}

#[test]
fn a_server_that_dies_between_reservation_and_sending_leaves_the_message_unknown() {
    use app::access::authenticate::system_ctx;
    use app::messages::outcome::lose_track;
    use app::messages::send::{Look, Means, send_next};
    let post = post(Options::default(), 60);
    let id = plan(&post.app, &post.account, "first_reminder");
    let api = &post.app.wired.api;
    let means = Means { press: api.press.as_ref(), courier: api.courier.as_ref() };
    let look = send_next(&api.app, &system_ctx("sender", post.app.now()), means).expect("a look");
    assert!(matches!(look, Look::HandOver(_)), "{look:?}");
    drop(look);
    assert_eq!(message(&post.app, &id)["state"], "reserved");
    post.app.send_due();
    assert_eq!(post.double.received().len(), 0, "reserved by somebody else");
    post.app.set_clock("2026-03-04T10:01:00Z".parse().expect("an instant"));
    assert_eq!(lose_track(&api.app, &system_ctx("sender", post.app.now())).expect("a sweep"), 1);
    assert_eq!(message(&post.app, &id)["state"], "unknown");
    post.app.send_due();
    assert_eq!(post.double.received().len(), 0, "never by itself");
    let alerts = post.app.get("/v1/alerts?kind=message_unknown").expect(200);
    assert_eq!(alerts["items"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_mail_domain_gets_its_share_and_the_rest_waits_its_turn() {
    let post = post(Options::default(), 2);
    let rows = |n: usize| (format!("B{n}"), format!("persona{n}@ibarra.example"));
    let more = (0..3).map(rows).collect::<Vec<_>>();
    post.app
        .push("ERP-E1")
        .parties(vec![party("P2", "Otros")])
        .accounts(more.iter().map(|(id, _)| account(id, "P2")).collect())
        .contacts(more.iter().map(|(id, email)| contact(&format!("C-{id}"), id, email)).collect())
        .receivables(
            more.iter()
                .map(|(id, _)| invoice(&format!("I-{id}"), id, "10.00", ("2026-01-15", "2026-02-15")))
                .collect(),
        )
        .finish();
    let accounts =
        post.app.database.sql("SELECT r.pid('acc', id) FROM account WHERE number LIKE 'B%' ORDER BY 1");
    let ids = accounts.lines().map(|account| plan(&post.app, account, "statement")).collect::<Vec<_>>();
    post.app.send_due();
    assert_eq!(post.double.received().len(), 2);
    let waiting = ids.iter().map(|id| message(&post.app, id)).find(|m| m["state"] == "planned");
    let waiting = waiting.expect("one waits");
    assert_eq!(waiting["waiting_for"], "message.throttled");
    let path = format!("/v1/messages/{}/why-not-now", waiting["id"].as_str().expect("an id"));
    let why = post.app.get(&path).expect(200);
    assert_eq!(why["because"][0]["code"], "message.throttled", "{why}");
    assert_eq!((&why["now"], &why["until"]), (&json!(false), &json!("2026-03-04T09:31:00Z")));
    post.app.set_clock("2026-03-04T09:31:01Z".parse().expect("an instant"));
    post.app.send_due();
    assert_eq!(post.double.received().len(), 3);
}
