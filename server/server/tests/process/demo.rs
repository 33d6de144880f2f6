//! The demo, small: made, shown, and served again as it is.

use std::process::{Command, Output};

use testkit::process::DataDir;

use crate::RECOBRA;

fn demo(data: &DataDir) -> Output {
    Command::new(RECOBRA)
        .args([
            "demo",
            "--once",
            "--parties",
            "25",
            "--receivables",
            "120",
            "--book-days",
            "100",
            "--dunning-days",
            "20",
        ])
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
    let again = demo(&data);
    let said = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(again.status.success() && said.contains("there already"), "{said}");
}
