//! `recobra push` goes on when the server is killed under it, and everything arrives exactly once.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use serde_json::json;
use testkit::cluster::TestDatabase;
use testkit::process::{DataDir, Process};
use testkit::wait;

use crate::RECOBRA;

/// A server that can be killed and comes back at the same address, over a database that stays.
struct Host {
    database: TestDatabase,
    folder: DataDir,
    server: Option<Process>,
    grpc: String,
}

impl Host {
    fn new(name: &str) -> Self {
        let (database, folder) = (TestDatabase::empty(), DataDir::new(name));
        let mut host = Self { database, folder, server: None, grpc: "127.0.0.1:0".to_owned() };
        host.start(String::new());
        let server = host.server.as_mut().expect("a server");
        server.sign_up();
        let mandant = server.post("/v1/mandants", &json!({ "code": "M", "name": "Grupo" })).expect(201);
        let entity = json!({ "mandant_id": mandant["id"], "code": "E1", "name": "E1, S.A.", "country": "ES",
            "time_zone": "Europe/Madrid", "language": "es", "currency": "EUR", "calendar_code": "ES" });
        let entity = server.post("/v1/legal-entities", &entity).expect(201);
        let source = json!({ "legal_entity_id": entity["id"], "code": "ERP-E1", "name": "ERP" });
        server.post("/v1/sources", &source).expect(201);
        fs::write(host.folder.path().join("key"), &server.admin).expect("the key");
        host
    }

    fn start(&mut self, admin: String) {
        let url = self.database.url();
        let settings = [("RECOBRA__DATABASE__URL", url.as_str()), ("RECOBRA__SERVER__GRPC_BIND", &self.grpc)];
        let mut server = Process::start(RECOBRA, &self.folder, &settings);
        server.admin = admin;
        server.grpc_url.trim_start_matches("http://").clone_into(&mut self.grpc);
        self.server = Some(server);
    }

    fn sql(&self, query: &str) -> String {
        self.database.sql(query)
    }

    /// From now on such a statement does not come to its end.
    fn stall(&self, statement: &str, when: &str) {
        self.sql(&format!(
            "CREATE FUNCTION stall() RETURNS trigger LANGUAGE plpgsql AS \
             $$BEGIN PERFORM pg_sleep(600); RETURN NEW; END$$; \
             CREATE TRIGGER stall BEFORE {statement} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION stall()"
        ));
    }

    /// Waits for a statement that stalls, kills the server under it, and starts another at the same address.
    fn kill_and_start_again(&mut self) {
        const STALLED: &str =
            "FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";
        wait::until("the statement that stalls", || self.sql(&format!("SELECT count(*) {STALLED}")) == "1");
        let admin = self.server.take().expect("a server").kill();
        // A dead client is noticed only when the statement ends.
        self.sql(&format!("SELECT pg_terminate_backend(pid) {STALLED}"));
        self.sql("DROP FUNCTION stall CASCADE");
        self.start(admin);
    }

    fn push(&self, file: &str, content: &str) -> Child {
        let path = self.folder.path().join(file);
        fs::write(&path, content).expect("a file");
        Command::new(RECOBRA)
            .arg("push")
            .arg(path)
            .args(["--source", "ERP-E1", "--profile", "recobra", "--as-of", "2026-03-04", "--url"])
            .arg(format!("http://{}", self.grpc))
            .arg("--key-file")
            .arg(self.folder.path().join("key"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("run recobra push")
    }

    fn errors(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// One account with 11,000 invoices of 10.00, one of them refused by the reader; 1.00 is paid of each of the first 5,500.
/// Chunks: parties, accounts, three of receivables, two of entries.
fn items() -> String {
    let mut file =
        "entity;external_id;party_external_id;account_external_id;receivable_external_id;kind;name;\
        currency;amount;issue_on;due_on;effective_on\n\
        party;P1;;;;;Talleres Ibarra;;;;;\n\
        account;A1;P1;;;;Talleres Ibarra;EUR;;;;\n\
        receivable;BAD;;A1;;;;EUR;1o.00;2026-01-15;2026-02-15;\n"
            .to_owned();
    file.extend((1..=11_000).map(|n| format!("receivable;I{n};;A1;;;;EUR;10.00;2026-01-15;2026-02-15;\n")));
    file.extend((1..=5_500).map(|n| format!("entry;E{n};;A1;I{n};payment;;EUR;1.00;;;2026-03-01\n")));
    file
}

#[test]
fn a_push_survives_servers_killed_under_it_and_brings_everything_once() {
    let mut host = Host::new("lost");
    host.stall("INSERT ON push_chunk", "NEW.chunk_no = 4");
    let client = host.push("items.csv", &items());
    host.kill_and_start_again();
    host.stall("INSERT ON push_chunk", "NEW.chunk_no = 6");
    host.kill_and_start_again();
    host.stall("UPDATE ON push_session", "NEW.state = 'finished'");
    host.kill_and_start_again();
    let output = client.wait_with_output().expect("the end of the push");
    let said = said(&output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert_eq!(said.matches("trying again").count(), 3, "{said}");
    assert!(said.contains("16502 created, 0 updated, 0 unchanged, 0 waiting"), "{said}");
    assert!(said.contains("16503 rows read") && said.contains("1 lines were refused"), "{said}");
    let errors = fs::read_to_string(host.errors("items.errors.csv")).expect("the error file");
    assert_eq!(errors.lines().count(), 2, "the refused line, once: {errors}");
    assert_eq!(
        host.sql(
            "SELECT count(*), sum(original_amount), sum(open_amount) FROM receivable WHERE kind = 'invoice'"
        ),
        "11000|110000.0000|104500.0000"
    );
    assert_eq!(host.sql("SELECT count(*), string_agg(DISTINCT state, ' ') FROM push_session"), "1|finished");
    assert_eq!(
        host.sql("SELECT string_agg(chunk_no::text, ' ' ORDER BY chunk_no) FROM push_chunk"),
        "1 2 3 4 5 6 7"
    );
}

#[test]
fn a_push_whose_server_does_not_come_back_says_how_to_go_on() {
    let mut host = Host::new("gone");
    host.stall("INSERT ON push_chunk", "NEW.chunk_no = 4");
    let client = host.push("items.csv", &items());
    wait::until("three chunks", || host.sql("SELECT count(*) FROM push_chunk") == "3");
    host.server.take().expect("a server").kill();
    let output = client.wait_with_output().expect("the end of the push");
    let said = said(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(said.matches("trying again").count(), 4, "{said}");
    let sequence = host.sql("SELECT sequence FROM push_session");
    let advice =
        format!("3 chunks are kept. To go on after them, push the same file with --sequence {sequence}");
    assert!(said.contains(&advice), "{said}");
}
