//! Nothing that was acknowledged is lost, whoever dies.

use nix::sys::signal::Signal;
use serde_json::json;
use testkit::process::{DataDir, Process, signal};
use testkit::wait;

use crate::RECOBRA;

/// A server on a new cluster, with an administrator.
pub(crate) fn new(data: &DataDir) -> Process {
    let mut server = Process::start(RECOBRA, data, &[]);
    server.sign_up();
    server
}

/// Starts again, as the administrator of before.
pub(crate) fn again(data: &DataDir, admin: String) -> Process {
    let mut server = Process::start(RECOBRA, data, &[]);
    server.admin = admin;
    server
}

pub(crate) fn create(server: &Process, code: &str) {
    server.post("/v1/mandants", &json!({ "code": code, "name": code })).expect(201);
}

fn codes(server: &Process) -> Vec<String> {
    let page = server.get("/v1/mandants?sort=code&limit=100").expect(200);
    let rows = page["items"].as_array().expect("items").iter();
    rows.map(|row| row["code"].as_str().expect("a code").to_owned()).collect()
}

#[test]
fn a_killed_server_finds_its_postmaster_again() {
    let data = DataDir::new("a");
    let server = new(&data);
    create(&server, "A");
    let postmaster = data.postmaster().expect("a postmaster");
    let admin = server.kill();
    let server = again(&data, admin);
    assert_eq!(data.postmaster(), Some(postmaster), "adopted, not started anew");
    assert_eq!(codes(&server), ["A"]);
    create(&server, "B");
    let (status, _) = server.stop();
    assert!(status.success());
    assert_eq!(data.postmaster(), None, "stopped with the server");
}

#[test]
fn a_postmaster_is_found_again_where_its_folder_is_a_link_to_another_volume() {
    let (data, volume) = (DataDir::new("l"), DataDir::new("lv"));
    let server = new(&data);
    create(&server, "A");
    let admin = server.admin.clone();
    assert!(server.stop().0.success());
    let (here, there) = (data.path().join("postgres/pgdata"), volume.path().join("pgdata"));
    std::fs::create_dir_all(volume.path()).expect("a volume");
    std::fs::rename(&here, &there).expect("move the folder");
    std::os::unix::fs::symlink(&there, &here).expect("link it");
    let server = again(&data, admin);
    let postmaster = data.postmaster().expect("a postmaster");
    let admin = server.kill();
    let server = again(&data, admin);
    assert_eq!(data.postmaster(), Some(postmaster), "adopted, not started anew");
    assert_eq!(codes(&server), ["A"]);
    assert!(server.stop().0.success());
    assert_eq!(data.postmaster(), None, "stopped with the server");
}

#[test]
fn a_killed_postmaster_is_started_again_under_a_running_server() {
    let data = DataDir::new("b");
    let server = new(&data);
    create(&server, "A");
    let postmaster = data.postmaster().expect("a postmaster");
    signal(postmaster, Signal::SIGKILL);
    wait::until("another postmaster runs", || data.postmaster().is_some_and(|pid| pid != postmaster));
    wait::until("the server is ready", || server.get("/readyz").status == 200);
    create(&server, "B");
    assert_eq!(codes(&server), ["A", "B"]);
}

#[test]
fn when_both_are_killed_the_next_start_recovers_what_was_acknowledged() {
    let data = DataDir::new("c");
    let mut server = new(&data);
    for round in 0..3 {
        create(&server, &format!("R{round}"));
        let postmaster = data.postmaster().expect("a postmaster");
        signal(postmaster, Signal::SIGKILL);
        let admin = server.kill();
        server = again(&data, admin);
    }
    assert_eq!(codes(&server), ["R0", "R1", "R2"]);
    let verified = std::process::Command::new(RECOBRA)
        .arg("verify")
        .env("RECOBRA__DATABASE__URL", database_url(&data))
        .output()
        .expect("run verify");
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
}

fn database_url(data: &DataDir) -> String {
    format!("host={} user=recobra dbname=recobra", data.path().join("socket").display())
}

#[test]
fn a_second_server_on_the_same_folder_is_refused_in_clear_words() {
    let data = DataDir::new("d");
    let first = new(&data);
    let mut second = Process::spawn(RECOBRA, &data, &[]);
    assert!(!second.wait().success());
    wait::until("it says why", || second.said().contains("one data folder belongs to one server"));
    create(&first, "A");
}

#[test]
fn the_first_key_is_printed_once_and_good_for_one_call() {
    let data = DataDir::new("f");
    let mut server = Process::start(RECOBRA, &data, &[]);
    let key = server.one_time_key().expect("a key on the first start");
    server.sign_up();
    server.call("GET", "/v1/me").bearer(&key).send().refused(401, "auth.expired");
    let (_, admin) = server.stop();
    let server = again(&data, admin);
    assert_eq!(server.one_time_key(), None);
    server.get("/v1/me").expect(200);
}

#[test]
fn a_copied_data_folder_sends_nothing_until_a_person_confirms() {
    let (original, copy) = (DataDir::new("o"), DataDir::new("k"));
    let server = new(&original);
    let admin = server.admin.clone();
    assert_eq!(server.get("/v1/sending").expect(200)["quarantined"], false);
    assert!(server.stop().0.success());
    let copied = std::process::Command::new("cp")
        .arg("-a")
        .arg(original.path().join("postgres"))
        .arg(copy.path())
        .status()
        .expect("copy the folder");
    assert!(copied.success());
    let server = again(&copy, admin.clone());
    let sending = server.get("/v1/sending").expect(200);
    assert_eq!(sending["quarantined"], true, "{sending}");
    assert_eq!(server.get("/readyz").json()["sending_quarantined"], true);
    server.post("/v1/sending/release", &json!({})).expect(200);
    assert!(server.stop().0.success());
    let server = again(&copy, admin.clone());
    assert_eq!(server.get("/v1/sending").expect(200)["quarantined"], false, "confirmed once for this place");
    assert!(server.stop().0.success());
    let server = again(&original, admin);
    assert_eq!(server.get("/v1/sending").expect(200)["quarantined"], false, "the original goes on");
}

#[test]
fn verify_ends_with_1_when_something_does_not_hold() {
    let host = crate::host::Host::new("verify", Vec::new());
    wait::until("every event is numbered", || host.sql("SELECT count(*) FROM event_unsequenced") == "0");
    let verify = || {
        let mut command = std::process::Command::new(RECOBRA);
        command.arg("verify").env("RECOBRA__DATABASE__URL", host.url()).output().expect("run verify")
    };
    let (before, said) =
        (verify(), |output: &std::process::Output| String::from_utf8_lossy(&output.stderr).into_owned());
    assert_eq!(before.status.code(), Some(0), "{}", said(&before));
    host.sql("UPDATE event SET actor_name = 'somebody else' WHERE id = (SELECT event_id FROM event_chain WHERE seq = 2)");
    let after = verify();
    assert_eq!(after.status.code(), Some(1), "{}", said(&after));
    assert!(said(&after).contains("the event chain breaks at 2"), "{}", said(&after));
}
