//! `recobra ratings` against the bureau of the documentation: reports in, counts and exit codes out.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use doubles::bureau::{Act, BureauDouble};
use serde_json::json;
use testkit::app::TestApp;
use testkit::push::{account, party};

use crate::RECOBRA;
use crate::push::expect;

const FIRST: &str = r#"[{"tax_id":"ESB58818501","grade":"A","rated_on":"2026-01-15"}]"#;
const SECOND: &str = r#"[{"tax_id":"B58818501","grade":"C","rated_on":"2026-02-15"},
    {"tax_id":"X0000000T","grade":"C","rated_on":"2026-02-15"}]"#;

/// A server that knows the provider `bureau` and one of the parties it reports about, and a folder for the token.
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
        let known = proto::v1::PartyRow { tax_id: "B58818501".to_owned(), ..party("P1", "Uno") };
        app.push("ERP-E1").parties(vec![known]).accounts(vec![account("A1", "P1")]).finish();
        let bureau = json!({ "name": "Bureau", "grades": ["A", "B", "C"], "valid_days": 180 });
        app.put("/v1/rating-providers/bureau", &bureau).expect(200);
        let folder = std::env::temp_dir().join(format!("rcbratings{}{name}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        // As an editor leaves it.
        fs::write(folder.join("token"), "secret\n").expect("the token");
        fs::write(folder.join("old"), "expired\n").expect("the token");
        Self { app, folder }
    }

    /// Asks with a token file, beside the running server.
    fn fetch(&self, bureau: &BureauDouble, token: &str, more: &[&str]) -> Output {
        let mut command = Command::new(RECOBRA);
        command
            .args(["ratings", "--url", bureau.url(), "--token-file"])
            .arg(self.folder.join(token))
            .args(more);
        command.env("RECOBRA__DATABASE__URL", self.app.database.url()).output().expect("run recobra ratings")
    }

    fn kept(&self) -> String {
        self.app
            .database
            .sql("SELECT (SELECT count(*) FROM external_rating), (SELECT count(*) FROM external_inbox)")
    }
}

const BUREAU: &[&str] = &["--provider", "bureau"];

#[test]
fn reports_are_fetched_told_and_not_fetched_again() {
    let desk = Desk::new("fetch");
    let bureau = BureauDouble::start("secret", &[FIRST, SECOND]).expect("a port");
    let told = ["3 received, 2 taken in, 0 known already, 1 in the inbox, 1 downgrades"];
    expect(&desk.fetch(&bureau, "token", BUREAU), 0, &told);
    assert_eq!(desk.kept(), "2|1");
    let rating = desk.app.get("/v1/external-ratings?downgrade=true").expect(200);
    assert_eq!(rating["items"][0]["grade"], "C", "{rating}");
    // What the timer of the host does next goes on where this ended.
    let nothing = ["0 received, 0 taken in, 0 known already, 0 in the inbox, 0 downgrades"];
    expect(&desk.fetch(&bureau, "token", BUREAU), 0, &nothing);
    assert_eq!(bureau.asked(), [None, Some("1".to_owned()), Some("2".to_owned())]);
    assert_eq!(desk.kept(), "2|1");
}

#[test]
fn what_cannot_be_fetched_ends_with_a_code_and_loses_nothing() {
    let desk = Desk::new("fail");
    let bureau = BureauDouble::start("secret", &[FIRST, SECOND]).expect("a port");
    expect(&desk.fetch(&bureau, "old", BUREAU), 1, &["rating_provider.unreachable"]);
    expect(&desk.fetch(&bureau, "none", BUREAU), 1, &["none: No such file"]);
    expect(&desk.fetch(&bureau, "token", &["--provider", "nobody"]), 1, &["rating_provider.unknown"]);
    assert_eq!(desk.kept(), "0|0");
    // The second page fails: the first is kept, and the next call asks for the second alone.
    bureau.next(&[Act::Answer, Act::Fail]);
    expect(&desk.fetch(&bureau, "token", BUREAU), 1, &["rating_provider.unreachable"]);
    assert_eq!(desk.kept(), "1|0");
    bureau.next(&[Act::Wait(std::time::Duration::from_secs(20))]);
    let impatient = ["--provider", "bureau", "--seconds-max", "1"];
    expect(&desk.fetch(&bureau, "token", &impatient), 1, &["rating_provider.unreachable"]);
    expect(&desk.fetch(&bureau, "token", BUREAU), 0, &["2 received, 1 taken in"]);
    assert_eq!(desk.kept(), "2|1");
}

#[test]
fn arguments_that_are_missing_or_senseless_end_with_2() {
    let run = |arguments: &[&str]| crate::command_line::run(&[&["ratings"], arguments].concat(), &[]);
    let url = "http://127.0.0.1:1/reports";
    expect(&run(&["--provider", "bureau"]), 2, &["--url"]);
    expect(&run(&["--url", url]), 2, &["--provider"]);
    expect(&run(&["--provider", "bureau", "--url", url, "--seconds-max", "soon"]), 2, &["--seconds-max"]);
}
