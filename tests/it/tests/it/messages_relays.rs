//! Relays that hang or hang up, under the real workers: what is known afterwards, who else waits, what is sent twice.

use doubles::smtp::{Act, Behaviour, Options, SmtpDouble, Stage};
use serde_json::{Value, json};
use server::settings::Relay;
use testkit::app::TestApp;
use testkit::push::{account, contact, invoice, party};
use testkit::wait;

use crate::messages::{message, plan};

const MORNING: &str = "2026-03-04T09:30:00Z";

/// A server that sends by itself: `E1` through the relay `first`, `E2` through the relay `second`.
struct Post {
    app: TestApp,
    first: SmtpDouble,
    second: SmtpDouble,
    _doubles_run_on: tokio::runtime::Runtime,
}

impl Post {
    /// What `first` does on every connection, and how many seconds it is waited for.
    fn new(first_does: Vec<Behaviour>, seconds_max: u64) -> Self {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let start = || runtime.block_on(async { SmtpDouble::start(Options::default()) }).expect("a double");
        let (first, second) = (start(), start());
        first.every_connection(first_does);
        let app = TestApp::with(|settings| {
            settings.dunning.send = true;
            settings.server.stop_seconds_max = 2;
            settings.mail.relays.insert("first".to_owned(), relay(&first, seconds_max));
            settings.mail.relays.insert("second".to_owned(), relay(&second, 60));
            settings.mail.default_relay = "first".to_owned();
        });
        app.entity("E1");
        app.entity("E2");
        app.database.sql("UPDATE legal_entity SET mail_relay = 'second' WHERE code = 'E2'");
        app.set_clock(MORNING.parse().expect("an instant"));
        Self { app, first, second, _doubles_run_on: runtime }
    }

    /// Plans a statement to each of so many accounts of a legal entity; their ids.
    fn plan(&self, entity: &str, accounts: usize) -> Vec<String> {
        let names = (1..=accounts).map(|n| format!("{entity}-{n}")).collect::<Vec<_>>();
        let dates = ("2026-01-15", "2026-02-15");
        self.app
            .push(&format!("ERP-{entity}"))
            .parties(vec![party(&format!("P-{entity}"), "Uno, S.L.")])
            .accounts(names.iter().map(|a| account(a, &format!("P-{entity}"))).collect())
            .contacts(
                names.iter().map(|a| contact(&format!("C-{a}"), a, &format!("{a}@{a}.example"))).collect(),
            )
            .receivables(names.iter().map(|a| invoice(&format!("I-{a}"), a, "10.00", dates)).collect())
            .finish();
        let id = |name: &String| {
            let key = format!("SELECT r.pid('acc', object_id) FROM natural_key WHERE external_id = '{name}'");
            plan(&self.app, &self.app.database.sql(&key), "statement")
        };
        names.iter().map(id).collect()
    }

    fn state(&self, id: &str) -> String {
        message(&self.app, id)["state"].as_str().expect("a state").to_owned()
    }

    /// The message once its first attempt has ended.
    fn attempted(&self, id: &str) -> Value {
        wait::until_some("the end of the attempt", || {
            let found = message(&self.app, id);
            let state = found["attempts"][0]["state"].as_str().unwrap_or("none").to_owned();
            (!matches!(state.as_str(), "none" | "reserved")).then_some(found)
        })
    }

    fn later(&self, at: &str) {
        self.app.set_clock(at.parse().expect("an instant"));
        // Whatever was due is looked at once somebody else's message of the same moment has left.
        let [sign] = <[String; 1]>::try_from(self.plan("E2", 1)).expect("one message");
        wait::until("the sign of life", || self.state(&sign) == "sent");
    }
}

fn relay(double: &SmtpDouble, seconds_max: u64) -> Relay {
    Relay::Smtp {
        host: double.host(),
        port: double.port(),
        tls: "none".to_owned(),
        user: String::new(),
        password: String::new(),
        password_file: None,
        ca_file: None,
        helo_name: "recobra.example".to_owned(),
        per_domain_per_minute: 600,
        connect_seconds_max: seconds_max,
        command_seconds_max: seconds_max,
        total_seconds_max: seconds_max * 4,
    }
}

fn hang(at: Stage) -> Vec<Behaviour> {
    vec![Behaviour::new(at, Act::Hang)]
}

fn hang_up(at: Stage) -> Vec<Behaviour> {
    vec![Behaviour::new(at, Act::Drop)]
}

/// Not sent, to be tried again.
fn assert_deferred(found: &Value) {
    assert_eq!(
        (&found["state"], &found["waiting_for"], &found["attempts"][0]["state"]),
        (&json!("planned"), &json!("message.relay_deferred"), &json!("failed")),
        "{found}"
    );
}

#[test]
fn a_relay_that_hangs_holds_up_no_other() {
    let post = Post::new(hang(Stage::Connect), 300);
    let stuck = post.plan("E1", 12);
    wait::until("the relay hangs", || post.first.record().open >= 4);
    let free = post.plan("E2", 6);
    wait::until("the other relay's mails leave", || free.iter().all(|id| post.state(id) == "sent"));
    assert_eq!(post.second.received().len(), 6);
    // What waits for the relay that hangs is planned, and can still be withdrawn.
    let planned = stuck.iter().filter(|id| post.state(id) == "planned").collect::<Vec<_>>();
    assert!(planned.len() >= 4, "only {} of 12 are still planned", planned.len());
    let body = json!({ "reason": "por teléfono" });
    assert_eq!(post.app.post(&format!("/v1/messages/{}/cancel", planned[0]), &body).status, 204);
    assert!(post.first.record().commands.is_empty() && post.first.received().is_empty());
}

#[test]
fn mails_that_a_relay_never_answered_are_not_sent_and_leave_once_it_answers() {
    let post = Post::new(hang(Stage::Connect), 1);
    let ids = post.plan("E1", 6);
    for id in &ids {
        assert_deferred(&post.attempted(id));
    }
    post.first.every_connection(Vec::new());
    post.later("2026-03-04T09:34:00Z");
    assert_eq!(post.first.received().len(), 0, "before its time");
    post.app.set_clock("2026-03-04T09:36:00Z".parse().expect("an instant"));
    wait::until("every mail leaves", || ids.iter().all(|id| post.state(id) == "sent"));
    let mut to = post.first.received().iter().map(|r| r.recipients[0].address.clone()).collect::<Vec<_>>();
    to.sort();
    to.dedup();
    assert_eq!((to.len(), post.first.received().len()), (6, 6), "each once");
}

#[test]
fn a_connection_lost_after_data_is_not_sent_and_tried_again_once() {
    for act in [hang_up(Stage::Data), hang(Stage::Data)] {
        let post = Post::new(act.clone(), 1);
        let [id] = <[String; 1]>::try_from(post.plan("E1", 1)).expect("one message");
        assert_deferred(&post.attempted(&id));
        post.first.every_connection(Vec::new());
        post.app.set_clock("2026-03-04T09:36:00Z".parse().expect("an instant"));
        wait::until("the mail leaves", || post.state(&id) == "sent");
        post.later("2026-03-05T09:30:00Z");
        assert_eq!(post.first.received().len(), 1, "{act:?}");
        let attempts = message(&post.app, &id)["attempts"].clone();
        assert_eq!(attempts.as_array().map(Vec::len), Some(2), "{act:?}: {attempts}");
    }
}

#[test]
fn no_answer_after_the_final_dot_is_unknown_and_never_sent_again_by_itself() {
    for act in [hang_up(Stage::Dot), hang(Stage::Dot)] {
        let post = Post::new(act.clone(), 1);
        let [id] = <[String; 1]>::try_from(post.plan("E1", 1)).expect("one message");
        let unknown = post.attempted(&id);
        let states = (&unknown["state"], &unknown["attempts"][0]["state"]);
        assert_eq!(states, (&json!("unknown"), &json!("unknown")), "{act:?}: {unknown}");
        let alerts = post.app.get("/v1/alerts?kind=message_unknown").expect(200);
        assert_eq!(alerts["items"].as_array().map(Vec::len), Some(1), "{act:?}");
        post.first.every_connection(Vec::new());
        for at in ["2026-03-04T09:36:00Z", "2026-03-06T09:30:00Z"] {
            post.later(at);
        }
        assert_eq!(post.state(&id), "unknown");
        assert_eq!(post.first.received().len(), 1, "the relay took it although it did not say so");
    }
}
