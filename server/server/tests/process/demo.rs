//! The demo, small: made, shown, and served again as it is.

use std::process::{Command, Output};

use testkit::process::{DataDir, Process};

use crate::RECOBRA;

fn demo(data: &DataDir) -> Output {
    demo_of(data, ["25", "120", "100", "20"])
}

fn demo_of(data: &DataDir, [parties, receivables, book_days, dunning_days]: [&str; 4]) -> Output {
    Command::new(RECOBRA)
        .args(["demo", "--once", "--parties", parties, "--receivables", receivables])
        .args(["--book-days", book_days, "--dunning-days", dunning_days])
        .env("RECOBRA__DATABASE__DATA_DIR", data.path())
        .env("RECOBRA__SERVER__REST_BIND", "127.0.0.1:0")
        .env("RECOBRA__SERVER__GRPC_BIND", "127.0.0.1:0")
        .env("RECOBRA__MAIL__RELAYS__FOLDER__KIND", "folder")
        .env("RECOBRA__MAIL__RELAYS__FOLDER__PATH", data.path().join("mail"))
        .output()
        .expect("run the demo")
}

#[test]
fn the_demo_pushes_duns_sends_and_says_where_to_look() {
    let data = DataDir::new("demo");
    let output = demo(&data);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    for text in
        ["(0 rejected)", "dunning runs", "Open on 2026-06-30", "first_reminder", "/docs", "letter.pdf"]
    {
        assert!(said.contains(text), "{text} is missing in:\n{said}");
    }
    let mails = std::fs::read_dir(data.path().join("mail")).expect("the folder of mails").count();
    assert!(mails > 0, "{said}");
    let lived =
        said.lines().find(|line| line.contains("working days lived through")).expect("it says so").to_owned();
    let again = demo(&data);
    let said = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(again.status.success() && said.contains("there already"), "{said}");
    for text in
        [lived.as_str(), "Your key    rcb_", "letter.pdf", &data.path().join("mail").display().to_string()]
    {
        assert!(said.contains(text), "{text} is missing in:\n{said}");
    }
}

#[test]
fn the_demo_has_part_payments_and_letters_in_both_languages() {
    let data = DataDir::new("demo-rich");
    let output = demo_of(&data, ["60", "400", "130", "60"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let key = said.lines().find_map(|line| line.strip_prefix("Your key ")).expect("a key").trim().to_owned();
    let mut server = Process::start(RECOBRA, &data, &[]);
    server.admin = key;
    let items = |path: &str| server.get(path).expect(200)["items"].as_array().expect("items").clone();
    let in_part = items("/v1/receivables?status=partly_settled&kind=invoice&limit=1");
    assert_eq!(in_part.len(), 1, "an invoice paid in part");
    let sent = items("/v1/messages?state=sent&limit=500");
    for language in ["en", "es"] {
        assert!(sent.iter().any(|m| m["language"] == language), "a letter in {language}");
    }
}

#[test]
fn the_demo_writes_to_no_mailbox_whatever_relay_is_configured() {
    let data = DataDir::new("demo-relay");
    let output = Command::new(RECOBRA)
        .args(["demo", "--once", "--parties", "5", "--receivables", "30", "--book-days", "60"])
        .args(["--dunning-days", "20"])
        .env("RECOBRA__DATABASE__DATA_DIR", data.path())
        .env("RECOBRA__SERVER__REST_BIND", "127.0.0.1:0")
        .env("RECOBRA__SERVER__GRPC_BIND", "127.0.0.1:0")
        .env("RECOBRA__MAIL__DEFAULT_RELAY", "out")
        .env("RECOBRA__MAIL__RELAYS__OUT__KIND", "smtp")
        .env("RECOBRA__MAIL__RELAYS__OUT__HOST", "127.0.0.1")
        .env("RECOBRA__MAIL__RELAYS__OUT__PORT", "1")
        .env("RECOBRA__MAIL__RELAYS__FOLDER__PATH", data.path().join("elsewhere"))
        .output()
        .expect("run the demo");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let mails = std::fs::read_dir(data.path().join("elsewhere")).expect("the folder of mails").count();
    assert!(mails > 0, "{said}");
}

#[test]
fn a_demo_that_could_not_write_its_mails_is_refused_before_it_is_made() {
    let data = DataDir::new("demo-mails");
    let file = data.path().join("file");
    std::fs::write(&file, "").expect("a file, no folder");
    let output = Command::new(RECOBRA)
        .args(["demo", "--once"])
        .env("RECOBRA__DATABASE__DATA_DIR", data.path().join("data"))
        .env("RECOBRA__MAIL__RELAYS__FOLDER__KIND", "folder")
        .env("RECOBRA__MAIL__RELAYS__FOLDER__PATH", file.join("mail"))
        .output()
        .expect("run the demo");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("no mail can be put into"), "{said}");
    assert!(!said.contains("Making up"), "{said}");
}

#[test]
fn half_a_demo_is_refused_with_what_to_do() {
    let data = DataDir::new("demo-half");
    let mut child = Command::new(RECOBRA)
        .args(["demo", "--once", "--parties", "25", "--receivables", "400", "--book-days", "300"])
        .env("RECOBRA__DATABASE__DATA_DIR", data.path())
        .env("RECOBRA__SERVER__REST_BIND", "127.0.0.1:0")
        .env("RECOBRA__SERVER__GRPC_BIND", "127.0.0.1:0")
        .env("RECOBRA__MAIL__RELAYS__FOLDER__PATH", data.path().join("mail"))
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("start the demo");
    testkit::wait::until("the first mail of the demo", || {
        std::fs::read_dir(data.path().join("mail")).is_ok_and(|mut mails| mails.next().is_some())
    });
    child.kill().expect("kill it");
    child.wait().expect("its end");
    let again = demo(&data);
    let said = String::from_utf8_lossy(&again.stderr).into_owned();
    assert_eq!(again.status.code(), Some(1), "{said}");
    assert!(said.contains("interrupted") && said.contains(&data.path().display().to_string()), "{said}");
}
