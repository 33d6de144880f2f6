//! `recobra push` against a server: files in, results and exit codes out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use testkit::app::TestApp;

use crate::RECOBRA;

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/examples");

/// A server with the source `ERP-E1`, and a folder for files that goes with it.
struct Desk {
    app: TestApp,
    folder: PathBuf,
}

impl Drop for Desk {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.folder).expect("remove the folder");
    }
}

impl Desk {
    fn new(name: &str) -> Self {
        let app = TestApp::start();
        app.entity("E1");
        let folder = std::env::temp_dir().join(format!("rcbpush{}{name}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("key"), format!("{}\n", app.admin)).expect("the key");
        Self { app, folder }
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.join(name);
        fs::write(&path, content).expect("a file");
        path
    }

    fn push(&self, file: &Path, more: &[&str]) -> Output {
        self.command(file, more).output().expect("run recobra push")
    }

    /// The same on a terminal, which shows everything in one stream.
    fn push_on_a_terminal(&self, file: &Path) -> Output {
        let command = self.command(file, &["--profile", "recobra"]);
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        let words = words.map(|word| format!("'{}'", word.to_str().expect("a text"))).collect::<Vec<_>>();
        let terminal = Command::new("script").args(["-qec", &words.join(" "), "/dev/null"]).output();
        terminal.expect("run script, of the package bsdutils")
    }

    fn command(&self, file: &Path, more: &[&str]) -> Command {
        let mut command = Command::new(RECOBRA);
        command
            .arg("push")
            .arg(file)
            .args([
                "--source",
                "ERP-E1",
                "--url",
                &self.app.grpc_url(),
                "--as-of",
                "2026-03-04",
                "--key-file",
            ])
            .arg(self.folder.join("key"))
            .args(more);
        command
    }

    fn sql(&self, query: &str) -> String {
        self.app.database.sql(query)
    }
}

#[track_caller]
pub(crate) fn expect(output: &Output, code: i32, words: &[&str]) {
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{said}");
    for word in words {
        assert!(said.contains(word), "{word:?} is not in\n{said}");
    }
}

const ITEMS: &str = "entity;external_id;party_external_id;account_external_id;name;currency;amount;issue_on;due_on\n\
    party;P1;;;Talleres Ibarra;;;;\n\
    account;A1;P1;;Talleres Ibarra;EUR;;;\n";

pub(crate) fn invoices(numbers: impl Iterator<Item = u32>) -> String {
    let rows = numbers.map(|n| format!("receivable;I{n};;A1;;EUR;10.00;2026-01-15;2026-02-15\n"));
    ITEMS.to_owned() + &rows.collect::<Vec<_>>().concat()
}

#[test]
fn the_refused_line_of_the_example_is_corrected_and_pushed_again() {
    let desk = Desk::new("example");
    let file = desk.file("items.csv", fs::read(format!("{EXAMPLES}/open_items.csv")).expect("the example"));
    let output = desk.push(&file, &["--profile", "spanish_excel"]);
    expect(
        &output,
        3,
        &["line 6", "30/02/2026", "import.date_invalid", "items.errors.csv", "1 more passed over"],
    );
    assert_eq!(desk.sql("SELECT count(*) FROM receivable"), "4");
    assert_eq!(desk.sql("SELECT sum(open_amount) FROM receivable WHERE kind <> 'credit_note'"), "3235.5000");
    let errors = desk.folder.join("items.errors.csv");
    let corrected = fs::read_to_string(&errors).expect("the error file").replace("30/02/2026", "28/02/2026");
    assert!(corrected.contains("import.date_invalid"), "{corrected}");
    let corrected = desk.file("corrected.csv", corrected);
    expect(&desk.push(&corrected, &["--profile", "spanish_excel"]), 0, &["1 rows read", "finished"]);
    assert_eq!(desk.sql("SELECT count(*) FROM receivable"), "5");
}

#[test]
fn json_lines_bring_every_kind_and_pushing_them_again_changes_nothing() {
    let desk = Desk::new("ndjson");
    let file = PathBuf::from(format!("{EXAMPLES}/movements.ndjson"));
    expect(&desk.push(&file, &["--profile", "recobra"]), 0, &["5 created", "finished"]);
    expect(&desk.push(&file, &["--profile", "recobra"]), 0, &["0 created, 0 updated, 5 unchanged"]);
    assert_eq!(desk.sql("SELECT open_amount FROM receivable"), "500.0000");
}

#[test]
fn a_terminal_shows_how_far_it_is_how_fast_and_how_long_it_takes() {
    let desk = Desk::new("bar");
    let file = desk.file("items.csv", invoices(0..25_000));
    let output = desk.push_on_a_terminal(&file);
    expect(&output, 0, &["% ", " rows, ", "/s ", "s left", "25002 created", "finished"]);
    let piped = desk.push(&file, &["--profile", "recobra"]);
    expect(&piped, 0, &["25002 unchanged"]);
    assert!(!String::from_utf8_lossy(&piped.stderr).contains("left"), "a log has no use for a bar");
}

#[test]
fn an_ambiguous_date_is_asked_with_the_flag_that_answers_it() {
    let desk = Desk::new("dates");
    let file = desk.file(
        "auto.csv",
        "Cliente;Nombre;Factura;Fecha;Vencimiento;Importe\nC1;Uno;F1;01/02/2026;03/04/2026;5,00\n",
    );
    let profile = fs::read_to_string(format!(
        "{}/../../domain/domain/src/imports/profiles/spanish_excel.toml",
        env!("CARGO_MANIFEST_DIR")
    ))
    .expect("the profile")
    .replace("dates = \"day_month_year\"", "dates = \"auto\"");
    let profile = desk.file("profile.toml", profile);
    let profile = profile.to_str().expect("a path");
    let words = ["import.date_ambiguous", "--dates", "01/02/2026"];
    expect(&desk.push(&file, &["--profile", profile]), 2, &words);
    assert_eq!(desk.sql("SELECT count(*) FROM push_session"), "0", "nothing was sent before the answer");
    expect(&desk.push(&file, &["--profile", profile, "--dates", "month_day_year"]), 0, &["finished"]);
    assert_eq!(desk.sql("SELECT issue_on || ' ' || due_on FROM receivable"), "2026-01-02 2026-03-04");
    expect(&desk.push(&file, &["--profile", profile, "--dates", "mdy"]), 2, &["--dates mdy is none of"]);
}

#[test]
fn rows_the_server_refuses_are_in_the_error_file_too() {
    let desk = Desk::new("server");
    let row = "receivable;I9;;A1;;EUR;10.00;2026-03-15;2026-02-15\n";
    let file = desk.file("items.csv", invoices(1..3) + row);
    let output = desk.push(&file, &["--profile", "recobra"]);
    expect(&output, 3, &["line 6, receivable.due_on", "receivable.due_before_issue", "4 created"]);
    let errors = fs::read_to_string(desk.folder.join("items.errors.csv")).expect("the error file");
    assert_eq!(errors.lines().count(), 2, "{errors}");
    assert!(errors.contains("receivable.due_before_issue"), "{errors}");
}

#[test]
fn broken_values_are_refused_line_by_line_with_their_codes() {
    let desk = Desk::new("broken");
    let long = "x".repeat(10_000_000);
    let mut file = invoices(1..2).into_bytes();
    let rows: [&[u8]; 6] = [
        b"receivable;B1;;A1;;XXA;10.00;2026-01-15;2026-02-15",
        b"receivable;B2;;A1;;EUR;10.005;2026-01-15;2026-02-15",
        b"receivable;B3;;A1;;EUR;0.00;2026-01-15;2026-02-15",
        b"receivable;B4;;A1;;EUR;10.00;2026-01-15;9999-12-31",
        b"receivable;B\xff;;A1;;EUR;10.00;2026-01-15;2026-02-15",
        b"receivable;I1;;A1;;EUR;11.00;2026-01-15;2026-02-15",
    ];
    for row in rows {
        file.extend_from_slice(row);
        file.push(b'\n');
    }
    file.extend_from_slice(format!("receivable;{long};;A1;;EUR;10.00;2026-01-15;2026-02-15\n").as_bytes());
    file.extend_from_slice(b"receivable;I2;;A1;;EUR;10.00;2026-01-15;2026-02-15\n");
    let file = desk.file("items.csv", file);
    let profile = fs::read_to_string(format!(
        "{}/../../domain/domain/src/imports/profiles/recobra.toml",
        env!("CARGO_MANIFEST_DIR")
    ))
    .expect("the profile")
    .replace("encoding = \"auto\"", "encoding = \"utf-8\"");
    let profile = desk.file("profile.toml", profile);
    let output = desk.push(&file, &["--profile", profile.to_str().expect("a path")]);
    let codes = [
        "currency.unknown",
        "amount.exponent",
        "receivable.amount_zero",
        "date.out_of_range",
        "import.encoding_invalid",
        "push.duplicate_key",
        "import.line_too_long",
    ];
    expect(&output, 3, &codes);
    assert_eq!(desk.sql("SELECT count(*) FROM receivable"), "2", "the neighbours were taken");
}

#[test]
fn a_snapshot_with_refused_rows_closes_nothing() {
    let desk = Desk::new("unfinished");
    expect(&desk.push(&desk.file("a.csv", invoices(1..11)), &["--profile", "recobra"]), 0, &[]);
    let file = desk.file("b.csv", invoices(1..10) + "receivable;I10;;A1;;EUR;1o.00;2026-01-15;2026-02-15\n");
    let snapshot = ["--profile", "recobra", "--mode", "snapshot"];
    expect(&desk.push(&file, &snapshot), 3, &["import.number_invalid", "it was not finished"]);
    assert_eq!(desk.sql("SELECT count(*) FROM receivable WHERE closed_on IS NULL"), "10");
    let whole = desk.file("c.csv", invoices(1..10));
    expect(&desk.push(&whole, &snapshot), 0, &["1 receivables that the snapshot lacked were closed"]);
    assert_eq!(desk.sql("SELECT count(*) FROM receivable WHERE closed_on IS NULL"), "9");
}

#[test]
fn a_much_smaller_snapshot_is_held() {
    let desk = Desk::new("held");
    expect(&desk.push(&desk.file("a.csv", invoices(1..11)), &["--profile", "recobra"]), 0, &[]);
    let file = desk.file("b.csv", invoices(1..7));
    let output = desk.push(&file, &["--profile", "recobra", "--mode", "snapshot"]);
    expect(&output, 4, &["held", "4 of 10 open items are missing"]);
    assert_eq!(desk.sql("SELECT count(*) FROM receivable WHERE closed_on IS NULL"), "10");
}

#[test]
fn control_totals_that_differ_end_with_4() {
    let desk = Desk::new("totals");
    let file = desk.file("a.csv", invoices(1..4));
    let with = |total| ["--profile", "recobra", "--control-total", total];
    expect(&desk.push(&file, &with("EUR:30.00:3")), 0, &["finished"]);
    expect(&desk.push(&file, &with("EUR:31.00:3")), 4, &["stated 31.00 in 3 items, found 30 in 3"]);
    desk.sql("UPDATE account SET segment = 'retail'");
    expect(&desk.push(&file, &with("EUR:30.00:3:retail")), 0, &["finished"]);
    expect(&desk.push(&file, &with("EUR:30.00:3:export")), 4, &["export", "found 0 in 0"]);
}

#[test]
fn a_push_that_was_cut_off_is_gone_on_with() {
    let desk = Desk::new("resume");
    let file = desk.file("a.csv", invoices(1..4));
    // What the first chunk of the file makes, as if the push had been cut off after it.
    let party = proto::v1::PartyRow {
        external_id: "P1".into(),
        name: "Talleres Ibarra".into(),
        ..Default::default()
    };
    let cut = desk.app.push("ERP-E1").parties(vec![party]);
    let sequence = cut.session.sequence.to_string();
    let output = desk.push(&file, &["--profile", "recobra"]);
    expect(&output, 1, &["push.session_other_open"]);
    expect(
        &desk.push(&file, &["--profile", "recobra", "--sequence", &sequence]),
        0,
        &["finished", "5 created"],
    );
    assert_eq!(desk.sql("SELECT count(*) FROM push_session"), "1");
    assert_eq!(desk.sql("SELECT count(*) FROM receivable"), "3");
}

#[test]
fn an_open_session_is_given_up_when_asked() {
    let desk = Desk::new("giveup");
    let file = desk.file("a.csv", invoices(1..2));
    let open = desk.app.push("ERP-E1");
    let with = ["--profile", "recobra", "--give-up", open.session.id.as_str()];
    expect(&desk.push(&file, &with), 0, &["finished"]);
    assert_eq!(
        desk.sql("SELECT string_agg(state, ' ' ORDER BY started_at) FROM push_session"),
        "aborted finished"
    );
}

#[test]
fn a_wrong_call_says_what_to_put_right() {
    let desk = Desk::new("wrong");
    let file = desk.file("a.csv", invoices(1..2));
    expect(&desk.push(&file, &["--profile", "sap"]), 2, &["the built-in profiles are recobra"]);
    expect(&desk.push(&desk.folder.join("none.csv"), &["--profile", "recobra"]), 2, &["cannot be opened"]);
    let key = desk.file("bad", "rcb_not_a_key");
    let output = desk.push(&file, &["--profile", "recobra", "--give-up", "psh_nonsense"]);
    expect(&output, 1, &["id.invalid"]);
    let with = |url: &str, key: &Path| {
        let arguments = ["push", "--profile", "recobra", "--source", "ERP-E1", "--url", url, "--key-file"];
        Command::new(RECOBRA).args(arguments).arg(key).arg(&file).output().expect("run recobra push")
    };
    expect(&with(&desk.app.grpc_url(), &key), 1, &["auth.invalid"]);
    expect(&with("http://127.0.0.1:1", &key), 1, &["nothing answers"]);
    expect(&with("http://127.0.0.1:1", &desk.folder.join("none")), 2, &["the key in", "cannot be read"]);
}

#[test]
fn a_dry_run_tells_everything_and_keeps_nothing() {
    let desk = Desk::new("dry");
    let row = "receivable;I9;;A1;;EUR;10.00;2026-03-15;2026-02-15\n";
    let file = desk.file("items.csv", invoices(1..6_001) + row);
    let dry = ["--profile", "recobra", "--dry-run"];
    let words = ["6002 created", "receivable.due_before_issue", "dry run: nothing was kept", "0 waiting"];
    expect(&desk.push(&file, &dry), 3, &words);
    let counts = "SELECT (SELECT count(*) FROM party) || ' ' || (SELECT count(*) FROM account) || ' ' || \
        (SELECT count(*) FROM receivable) || ' ' || (SELECT count(*) FROM natural_key) || ' ' || \
        (SELECT count(*) FROM push_chunk)";
    assert_eq!(desk.sql(counts), "0 0 0 0 0");
    assert_eq!(desk.sql("SELECT state || ' ' || dry_run FROM push_session"), "finished true");
    expect(&desk.push(&file, &["--profile", "recobra"]), 3, &["6002 created"]);
    assert_eq!(desk.sql("SELECT count(*) FROM receivable"), "6000");
}

#[test]
fn a_dry_run_of_a_smaller_snapshot_closes_nothing() {
    let desk = Desk::new("drysnap");
    expect(&desk.push(&desk.file("a.csv", invoices(1..11)), &["--profile", "recobra"]), 0, &[]);
    let dry = ["--profile", "recobra", "--mode", "snapshot", "--dry-run"];
    let within = desk.push(&desk.file("b.csv", invoices(1..10)), &dry);
    expect(
        &within,
        0,
        &["11 unchanged", "nothing was kept; it would be finished", "1 receivables", "would be closed"],
    );
    let shrunk = desk.push(&desk.file("c.csv", invoices(1..7)), &dry);
    expect(&shrunk, 4, &["push.snapshot_shrunk: 4 of 10 open items are missing"]);
    let total = [&dry[..], &["--control-total", "EUR:1.00:1"]].concat();
    expect(
        &desk.push(&desk.file("d.csv", invoices(1..10)), &total),
        4,
        &["push.control_unequal", "stated 1.00 in 1 items"],
    );
    assert_eq!(desk.sql("SELECT count(*) FROM receivable WHERE closed_on IS NULL"), "10");
}

/// Where everything is to be proved, nothing is left out.
pub(crate) fn may_do_without_python() {
    let all = std::env::var_os("RECOBRA_TEST_ALL").is_some();
    assert!(!all, "python3 with grpcio and grpcio-tools is not on this machine");
}

#[test]
fn the_python_example_pushes() {
    let has = |module: &str| {
        let asked = Command::new("python3").args(["-c", &format!("import {module}")]).output();
        asked.is_ok_and(|output| output.status.success())
    };
    if !has("grpc") || !has("grpc_tools") {
        may_do_without_python();
        eprintln!("skipped: python3 with grpcio and grpcio-tools is not on this machine");
        return;
    }
    let desk = Desk::new("python");
    let contract = concat!(env!("CARGO_MANIFEST_DIR"), "/../../proto");
    let out = desk.folder.to_str().expect("a path");
    let compiled = Command::new("python3")
        .args(["-m", "grpc_tools.protoc", "-I", contract])
        .args([&format!("--python_out={out}"), &format!("--grpc_python_out={out}")])
        .args(["common.proto", "push.proto"].map(|name| format!("{contract}/recobra/v1/{name}")))
        .output()
        .expect("compile the contract");
    expect(&compiled, 0, &[]);
    let url = desk.app.grpc_url();
    let output = Command::new("python3")
        .arg(format!("{EXAMPLES}/push.py"))
        .arg(url.trim_start_matches("http://"))
        .arg(desk.folder.join("key"))
        .args(["ERP-E1", "2026-03-04", "1"])
        .env("PYTHONPATH", out)
        .output()
        .expect("run the example");
    expect(&output, 0, &["chunk 4: 1 created, 0 rejected", "SESSION_STATE_FINISHED"]);
    assert_eq!(desk.sql("SELECT open_amount FROM receivable"), "1000.0000");
}
