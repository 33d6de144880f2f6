//! `recobra push` goes on when the server is killed under it, and everything arrives exactly once.

use std::fs;
use std::process::Output;

use testkit::wait;

use crate::host::Host;

const STALLED: &str = "FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";

impl Host {
    /// From now on such a statement does not come to its end.
    fn stall(&self, statement: &str, when: &str) {
        self.sql(&format!(
            "CREATE FUNCTION stall() RETURNS trigger LANGUAGE plpgsql AS \
             $$BEGIN PERFORM pg_sleep(600); RETURN NEW; END$$; \
             CREATE TRIGGER stall BEFORE {statement} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION stall()"
        ));
    }

    /// By then everything before it was answered.
    fn wait_for_the_stall(&self) {
        wait::until("the statement that stalls", || self.sql(&format!("SELECT count(*) {STALLED}")) == "1");
    }

    /// Waits for a statement that stalls, kills the server under it, and starts another at the same address.
    fn kill_and_start_again(&mut self) {
        self.wait_for_the_stall();
        let admin = self.take().kill();
        // A dead client is noticed only when the statement ends.
        self.sql(&format!("SELECT pg_terminate_backend(pid) {STALLED}"));
        self.sql("DROP FUNCTION stall CASCADE");
        self.start(admin);
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// One account with 11,000 invoices of 10.00, one of them refused by the reader; 1.00 is paid of each of the first 5,500.
/// Chunks: parties, accounts, three of receivables, two of entries.
pub(crate) fn items() -> String {
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
    let mut host = Host::new("lost", Vec::new());
    host.stall("INSERT ON push_chunk", "NEW.chunk_no = 4");
    let client = host.push("items.csv", &items()).spawn().expect("run recobra push");
    host.kill_and_start_again();
    host.stall("INSERT ON push_chunk", "NEW.chunk_no = 6");
    host.kill_and_start_again();
    host.stall("UPDATE ON push_session", "NEW.state = 'finished'");
    host.kill_and_start_again();
    let output = client.wait_with_output().expect("the end of the push");
    let said = said(&output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    // A server that is not back yet when the client looks for it is tried once more; how often that happens is the machine's.
    let not_back = said.matches("tcp connect error; trying again").count();
    assert_eq!(said.matches("trying again").count() - not_back, 3, "{said}");
    assert!(said.contains("16502 created, 0 updated, 0 unchanged, 0 waiting"), "{said}");
    assert!(said.contains("16503 rows read") && said.contains("1 line was refused"), "{said}");
    let errors = fs::read_to_string(host.file("items.errors.csv")).expect("the error file");
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
    let mut host = Host::new("gone", Vec::new());
    host.stall("INSERT ON push_chunk", "NEW.chunk_no = 4");
    let client = host.push("items.csv", &items()).spawn().expect("run recobra push");
    host.wait_for_the_stall();
    host.take().kill();
    let output = client.wait_with_output().expect("the end of the push");
    let said = said(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(said.matches("trying again").count(), 4, "{said}");
    let sequence = host.sql("SELECT sequence FROM push_session");
    let advice =
        format!("3 chunks are kept. To go on after them, push the same file with --sequence {sequence}");
    assert!(said.contains(&advice), "{said}");
}
