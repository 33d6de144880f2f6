//! Nothing that was acknowledged is lost, whoever dies.

use nix::sys::signal::Signal;
use serde_json::json;
use testkit::process::{DataDir, Process, signal};
use testkit::wait;

use crate::RECOBRA;

/// A server on a new cluster, with an administrator.
fn new(data: &DataDir) -> Process {
    let mut server = Process::start(RECOBRA, data, &[]);
    server.sign_up();
    server
}

/// Starts again, as the administrator of before.
fn again(data: &DataDir, admin: String) -> Process {
    let mut server = Process::start(RECOBRA, data, &[]);
    server.admin = admin;
    server
}

fn create(server: &Process, code: &str) {
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
fn started_as_root_it_becomes_an_unprivileged_user() {
    if !nix::unistd::geteuid().is_root() {
        eprintln!("skipped: this test has to start as root");
        return;
    }
    let data = DataDir::new("e");
    let server = new(&data);
    for pid in [server.pid(), data.postmaster().expect("a postmaster")] {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("its status");
        let uids = status.lines().find_map(|line| line.strip_prefix("Uid:")).expect("its user ids");
        assert!(!uids.split_whitespace().any(|uid| uid == "0"), "{pid}: {uids}");
    }
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

/// A small file system of its own, for filling.
struct SmallDisk(std::path::PathBuf);

impl SmallDisk {
    fn mount(at: &std::path::Path, megabytes: u32) -> Option<Self> {
        let size = format!("size={megabytes}m,mode=0777");
        let mounted =
            std::process::Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(at).status();
        mounted.is_ok_and(|status| status.success()).then(|| Self(at.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        wait::until("the small disk is unmounted", || {
            std::process::Command::new("umount").arg(&self.0).status().is_ok_and(|status| status.success())
        });
        std::fs::remove_dir(&self.0).expect("remove the empty folder");
    }
}

/// Fills a file system and gives the space back when dropped.
struct Filling(std::path::PathBuf);

impl Filling {
    fn of(folder: &std::path::Path) -> Self {
        use std::io::Write as _;
        let path = folder.join("filling");
        let mut file = std::fs::File::create(&path).expect("a file");
        let block = vec![1_u8; 64 * 1024];
        while file.write_all(&block).is_ok() {}
        drop(file.write_all(&[1; 4096]));
        Self(path)
    }
}

impl Drop for Filling {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).expect("free the space");
    }
}

#[test]
fn a_full_disk_refuses_by_code_and_loses_nothing() {
    let data = DataDir::new("g");
    let Some(disk) = SmallDisk::mount(data.path(), 400) else {
        eprintln!("skipped: no small file system can be mounted here");
        return;
    };
    let server = new(&data);
    create(&server, "BEFORE");
    let filling = Filling::of(data.path());
    let mut acknowledged = vec!["BEFORE".to_owned()];
    let refused = wait::until_some("a refusal for want of space", || {
        let code = format!("F{}", acknowledged.len());
        // Long names, so that new pages are soon needed.
        let reply = server.post("/v1/mandants", &json!({ "code": code, "name": "x".repeat(400) }));
        if reply.status == 201 {
            acknowledged.push(code);
            return None;
        }
        Some(reply)
    });
    assert_eq!(refused.status, 503, "{}", refused.text());
    assert!(
        ["database.full", "database.unavailable", "overloaded"].contains(&refused.code().as_str()),
        "{}",
        refused.text()
    );
    drop(filling);
    wait::until("the server is ready again", || server.get("/readyz").status == 200);
    create(&server, "Z-AFTER");
    acknowledged.push("Z-AFTER".to_owned());
    acknowledged.sort();
    let mut kept = codes_of_all(&server);
    kept.sort();
    assert_eq!(kept, acknowledged);
    drop(server.stop());
    drop(data);
    drop(disk);
}

fn codes_of_all(server: &Process) -> Vec<String> {
    let mut all = Vec::new();
    let mut path = "/v1/mandants?sort=code&limit=200".to_owned();
    loop {
        let page = server.get(&path).expect(200);
        let rows = page["items"].as_array().expect("items").iter();
        all.extend(rows.map(|row| row["code"].as_str().expect("a code").to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { return all };
        path = format!("/v1/mandants?sort=code&limit=200&cursor={cursor}");
    }
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

#[test]
fn a_push_survives_the_death_of_server_and_postmaster_and_brings_everything_once() {
    let data = DataDir::new("p");
    let server = new(&data);
    create(&server, "M");
    let mandant = server.get("/v1/mandants").expect(200)["items"][0]["id"].clone();
    let entity = json!({ "mandant_id": mandant, "code": "E1", "name": "E1, S.A.", "country": "ES",
        "time_zone": "Europe/Madrid", "language": "es", "currency": "EUR", "calendar_code": "ES",
        "address": ["Calle Mayor 1"] });
    let entity = server.post("/v1/legal-entities", &entity).expect(201);
    let source = json!({ "legal_entity_id": entity["id"], "code": "ERP-E1", "name": "ERP" });
    server.post("/v1/sources", &source).expect(201);
    let (file, key) = (data.path().join("items.csv"), data.path().join("key"));
    std::fs::write(&file, crate::lost_connection::items()).expect("a file");
    std::fs::write(&key, &server.admin).expect("the key");
    let grpc = server.grpc_url.clone();
    let client = std::process::Command::new(RECOBRA)
        .arg("push")
        .arg(&file)
        .args(["--source", "ERP-E1", "--profile", "recobra", "--as-of", "2026-03-04", "--url", &grpc])
        .arg("--key-file")
        .arg(&key)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("run recobra push");
    wait::until("some chunks are acknowledged", || {
        let sessions = server.get("/v1/push-sessions").expect(200);
        sessions["items"][0]["last_chunk"].as_i64().is_some_and(|last| last >= 2)
    });
    signal(data.postmaster().expect("a postmaster"), Signal::SIGKILL);
    let admin = server.kill();
    let address = grpc.trim_start_matches("http://");
    let mut server = Process::start(RECOBRA, &data, &[("RECOBRA__SERVER__GRPC_BIND", address)]);
    server.admin = admin;
    let output = client.wait_with_output().expect("the end of the push");
    let said =
        String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(3), "one line is refused by the reader: {said}");
    let account = server.get("/v1/accounts").expect(200)["items"][0].clone();
    assert_eq!(
        (&account["open_amount"], &account["open_items"]),
        (&json!("104500"), &json!(11_000)),
        "{said}"
    );
}
