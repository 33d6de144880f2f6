//! A server that is stopped while its mail relay hangs.

use std::io::Read as _;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use testkit::wait;

use crate::host::Host;
use crate::push::expect;

/// A relay that takes connections and never says a word; how many it took.
fn silent_relay() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let taken = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&taken);
    std::thread::spawn(move || {
        for mut connection in listener.incoming().flatten() {
            count.fetch_add(1, Ordering::Relaxed);
            // Until the other side hangs up.
            std::thread::spawn(move || drop(connection.read(&mut [0; 1])));
        }
    });
    (port, taken)
}

const ITEMS: &str = "entity;external_id;party_external_id;account_external_id;name;email;currency;amount;issue_on;due_on\n\
    party;P1;;;Talleres Ibarra;;;;;\n\
    account;A1;P1;;Talleres Ibarra;;EUR;;;\n\
    contact;C1;;A1;Ana;pagos@ibarra.example;;;;\n\
    receivable;I1;;A1;;;EUR;10.00;2026-01-15;2026-02-15\n";

/// A server whose relay has taken the connection for a message and says nothing; half an hour has passed since.
fn hanging(name: &str) -> (Host, Arc<AtomicUsize>) {
    let (port, taken) = silent_relay();
    let text = ToString::to_string;
    let host = Host::new(
        name,
        vec![
            ("RECOBRA__BOOK__TEST", text("true")),
            ("RECOBRA__SERVER__STOP_SECONDS_MAX", text("1")),
            ("RECOBRA__MAIL__DEFAULT_RELAY", text("hung")),
            ("RECOBRA__MAIL__RELAYS__HUNG__KIND", text("smtp")),
            ("RECOBRA__MAIL__RELAYS__HUNG__HOST", text("127.0.0.1")),
            ("RECOBRA__MAIL__RELAYS__HUNG__PORT", port.to_string()),
            ("RECOBRA__MAIL__RELAYS__HUNG__TLS", text("none")),
            ("RECOBRA__MAIL__RELAYS__HUNG__COMMAND_SECONDS_MAX", text("600")),
        ],
    );
    let clock = |host: &Host, now: &str| {
        host.server().post("/v1/book/clock", &json!({ "now": now })).expect(200);
    };
    clock(&host, "2026-03-04T09:30:00Z");
    let pushed = host.push("items.csv", ITEMS).output().expect("run recobra push");
    expect(&pushed, 0, &["4 created"]);
    let account = host.sql("SELECT r.pid('acc', id) FROM account");
    let body = json!({ "template_code": "statement" });
    host.server().post(&format!("/v1/accounts/{account}/messages"), &body).expect(201);
    wait::until("the relay is called", || taken.load(Ordering::Relaxed) == 1);
    assert_eq!(host.sql("SELECT state FROM message"), "reserved");
    // Nobody says how it ended, so after half an hour it counts as unknown.
    clock(&host, "2026-03-04T10:01:00Z");
    (host, taken)
}

/// The next server calls no relay: whether the mail went out is not known.
fn is_unknown(host: &Host, taken: &AtomicUsize) {
    wait::until("the message is given up", || host.sql("SELECT state FROM message") == "unknown");
    wait::until("somebody is told", || {
        let alerts = host.server().get("/v1/alerts?kind=message_unknown&open=true").expect(200);
        alerts["items"].as_array().is_some_and(|items| items.len() == 1)
    });
    assert_eq!(host.sql("SELECT string_agg(state, ' ') FROM attempt"), "unknown");
    assert_eq!(taken.load(Ordering::Relaxed), 1, "the relay was called again");
}

#[test]
fn a_server_stops_in_time_while_its_relay_hangs_and_the_message_is_unknown_afterwards() {
    let (mut host, taken) = hanging("hang");
    let (status, admin) = host.take().stop();
    assert!(status.success(), "{status}");
    host.start(admin);
    is_unknown(&host, &taken);
}

#[test]
fn a_server_killed_between_reservation_and_sending_leaves_the_message_unknown() {
    let (mut host, taken) = hanging("hangkill");
    let admin = host.take().kill();
    host.start(admin);
    is_unknown(&host, &taken);
}
