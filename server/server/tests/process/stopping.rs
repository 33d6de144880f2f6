//! A server that is stopped while a request is under way.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use nix::sys::signal::Signal;
use testkit::process::{Process, signal};
use testkit::wait;

use crate::host::Host;

const STALLED: &str = "FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";

/// From now on making a mandant takes ten minutes, or until its statement is cancelled: then it goes on.
fn stall(host: &Host) {
    host.sql(
        "CREATE FUNCTION stall() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN \
             BEGIN PERFORM pg_sleep(600); EXCEPTION WHEN query_canceled THEN NULL; END; RETURN NEW; END$$; \
         CREATE TRIGGER stall BEFORE INSERT ON mandant FOR EACH ROW EXECUTE FUNCTION stall()",
    );
}

/// A request that makes a mandant, sent and not yet answered.
fn asked(host: &Host, server: &Process) -> TcpStream {
    let address = server.base.trim_start_matches("http://");
    let mut connection = TcpStream::connect(address).expect("connect");
    let body = r#"{"code":"SLOW","name":"Lento"}"#;
    let request = format!(
        "POST /v1/mandants HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nIdempotency-Key: slow\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        server.admin,
        body.len()
    );
    connection.write_all(request.as_bytes()).expect("send the request");
    wait::until("the statement that stalls", || host.sql(&format!("SELECT count(*) {STALLED}")) == "1");
    connection
}

/// All that comes until the server hangs up, which it may do without a word.
fn answer(mut connection: TcpStream) -> String {
    let mut bytes = Vec::new();
    drop(connection.read_to_end(&mut bytes));
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn a_request_that_does_not_end_holds_the_stop_no_longer_than_the_setting() {
    let settings = vec![("RECOBRA__SERVER__STOP_SECONDS_MAX", "1".to_owned())];
    let mut host = Host::new("stopcut", settings);
    stall(&host);
    let connection = asked(&host, host.server());
    // Waits 20 seconds and then fails: less than the half minute that is the setting's default.
    let (status, _) = host.take().stop();
    assert!(status.success(), "{status}");
    assert_eq!(answer(connection), "", "nothing was promised");
    host.sql(&format!("SELECT pg_terminate_backend(pid) {STALLED}"));
    assert_eq!(host.sql("SELECT count(*) FROM mandant WHERE code = 'SLOW'"), "0");
}

#[test]
fn a_request_that_ends_while_the_server_stops_is_answered() {
    let mut host = Host::new("stopwait", Vec::new());
    stall(&host);
    let connection = asked(&host, host.server());
    let mut server = host.take();
    signal(server.pid(), Signal::SIGTERM);
    wait::until("it says that it stops", || server.said().contains("running requests may end"));
    host.sql(&format!("SELECT pg_cancel_backend(pid) {STALLED}"));
    let answer = answer(connection);
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert!(server.wait().success());
    assert_eq!(host.sql("SELECT count(*) FROM mandant WHERE code = 'SLOW'"), "1");
}
