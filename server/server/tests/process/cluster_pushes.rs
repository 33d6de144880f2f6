//! A push into the private cluster goes on, or says how to go on, whatever happens to the cluster.

use std::process::{Child, Command, Output, Stdio};

use nix::sys::signal::Signal;
use serde_json::json;
use testkit::process::{DataDir, Process, signal};
use testkit::wait;

use crate::lost_connection::items;
use crate::private_cluster::{create, new};
use crate::{RECOBRA, full_disk};

/// A server on a new cluster, with the source `ERP-E1`, and its key and the file to push beside the data.
fn ready(data: &DataDir) -> Process {
    let server = new(data);
    create(&server, "M");
    let mandant = server.get("/v1/mandants").expect(200)["items"][0]["id"].clone();
    let entity = json!({ "mandant_id": mandant, "code": "E1", "name": "E1, S.A.", "country": "ES",
        "time_zone": "Europe/Madrid", "language": "es", "currency": "EUR", "calendar_code": "ES",
        "address": ["Calle Mayor 1"] });
    let entity = server.post("/v1/legal-entities", &entity).expect(201);
    let source = json!({ "legal_entity_id": entity["id"], "code": "ERP-E1", "name": "ERP" });
    server.post("/v1/sources", &source).expect(201);
    std::fs::write(data.path().join("items.csv"), items()).expect("a file");
    std::fs::write(data.path().join("key"), &server.admin).expect("the key");
    server
}

fn push(server: &Process, data: &DataDir, more: &[&str]) -> Child {
    Command::new(RECOBRA)
        .arg("push")
        .arg(data.path().join("items.csv"))
        .args(["--source", "ERP-E1", "--profile", "recobra", "--as-of", "2026-03-04"])
        .args(["--url", &server.grpc_url])
        .arg("--key-file")
        .arg(data.path().join("key"))
        .args(more)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("run recobra push")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout)
}

fn sql(data: &DataDir, statement: &str) -> String {
    let socket = data.path().join("socket");
    let output = Command::new("psql")
        .args(["-U", "recobra", "-d", "recobra", "-qAtXc", statement])
        .arg("-h")
        .arg(socket)
        .output();
    let output = output.expect("run psql");
    assert!(output.status.success(), "{}", said(&output));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn wait_for_chunks(server: &Process) {
    wait::until("some chunks are acknowledged", || {
        let sessions = server.get("/v1/push-sessions").expect(200);
        sessions["items"][0]["last_chunk"].as_i64().is_some_and(|last| last >= 2)
    });
}

/// Everything arrived, and nothing of it twice.
#[track_caller]
fn arrived(server: &Process, output: &Output) {
    assert_eq!(output.status.code(), Some(3), "one line is refused by the reader: {}", said(output));
    let account = server.get("/v1/accounts").expect(200)["items"][0].clone();
    assert_eq!(
        (&account["open_amount"], &account["open_items"]),
        (&json!("104500"), &json!(11_000)),
        "{}",
        said(output)
    );
    assert_eq!(server.get("/v1/push-sessions").expect(200)["items"][0]["state"], "finished");
}

#[test]
fn a_push_survives_the_death_of_server_and_postmaster_and_brings_everything_once() {
    let data = DataDir::new("p");
    let server = ready(&data);
    let client = push(&server, &data, &[]);
    wait_for_chunks(&server);
    let grpc = server.grpc_url.trim_start_matches("http://").to_owned();
    signal(data.postmaster().expect("a postmaster"), Signal::SIGKILL);
    let admin = server.kill();
    let mut server = Process::start(RECOBRA, &data, &[("RECOBRA__SERVER__GRPC_BIND", &grpc)]);
    server.admin = admin;
    arrived(&server, &client.wait_with_output().expect("the end of the push"));
}

#[test]
fn a_push_survives_the_death_of_the_postmaster_under_the_server() {
    let data = DataDir::new("q");
    let server = ready(&data);
    // Its fourth chunk does not come to an end as long as this postmaster lives.
    let this = sql(&data, "SELECT pg_postmaster_start_time()");
    sql(
        &data,
        &format!(
            "CREATE FUNCTION stall() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN \
             IF pg_postmaster_start_time() = '{this}' THEN PERFORM pg_sleep(600); END IF; RETURN NEW; END$$; \
             CREATE TRIGGER stall BEFORE INSERT ON push_chunk FOR EACH ROW WHEN (NEW.chunk_no = 4) \
             EXECUTE FUNCTION stall()"
        ),
    );
    let client = push(&server, &data, &[]);
    let stalled = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
    wait::until("a chunk is under way", || sql(&data, stalled) == "1");
    signal(data.postmaster().expect("a postmaster"), Signal::SIGKILL);
    let output = client.wait_with_output().expect("the end of the push");
    assert!(said(&output).contains("database.unavailable"), "{}", said(&output));
    arrived(&server, &output);
}

#[test]
fn a_push_onto_a_full_disk_keeps_what_it_acknowledged_and_is_gone_on_with() {
    let data = DataDir::new("r");
    let Some(disk) = full_disk::SmallDisk::mount(data.path(), 400) else {
        eprintln!("skipped: no small file system can be mounted here");
        return;
    };
    let server = ready(&data);
    let filling = full_disk::Filling::leaving(data.path(), 3);
    let output = push(&server, &data, &[]).wait_with_output().expect("the end of the push");
    let (text, code) = (said(&output), output.status.code());
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("database.full") || text.contains("database.unavailable"), "{text}");
    assert!(!text.contains("internal"), "{text}");
    drop(filling);
    wait::until("the server is ready again", || server.get("/readyz").status == 200);
    let session = server.get("/v1/push-sessions").expect(200)["items"][0].clone();
    assert_eq!(session["state"], "open", "{session}");
    let kept = session["last_chunk"].as_i64().expect("a number");
    assert!((1..7).contains(&kept), "{session}");
    let advice = format!(
        "{kept} chunks are kept. To go on after them, push the same file with --sequence {} --as-of 2026-03-04.",
        session["sequence"]
    );
    assert!(text.contains(&advice), "{advice:?} is not in\n{text}");
    let sequence = session["sequence"].to_string();
    let again = push(&server, &data, &["--sequence", &sequence]);
    arrived(&server, &again.wait_with_output().expect("the end of the push"));
    drop(server.stop());
    drop(data);
    drop(disk);
}
