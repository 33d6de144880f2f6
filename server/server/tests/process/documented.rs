//! The shell blocks of the documentation, run page by page on a small demo, as a reader would.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use nix::sys::signal::Signal;
use testkit::process::{DataDir, signal};

use crate::RECOBRA;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// In the order in which a newcomer reads.
const PAGES: &[&str] = &[
    "README.md",
    "docs/push.md",
    "docs/reading.md",
    "docs/messages.md",
    "docs/reference-data.md",
    "docs/dunning.md",
    "docs/credit.md",
    "docs/rules.md",
    "docs/scoring.md",
    "docs/credit-tour.md",
    "docs/limits.md",
    "docs/granting.md",
    "docs/payment-terms.md",
    "docs/alerts.md",
    "docs/model.md",
];

/// A demo that serves.
struct Demo {
    child: Child,
    rest: String,
    grpc: String,
    key: String,
}

impl Drop for Demo {
    fn drop(&mut self) {
        signal(i32::try_from(self.child.id()).expect("a pid"), Signal::SIGTERM);
        self.child.wait().expect("its end");
    }
}

fn demo(data: &DataDir) -> Demo {
    let mut child = Command::new(RECOBRA)
        .args([
            "demo",
            "--parties",
            "60",
            "--receivables",
            "400",
            "--book-days",
            "130",
            "--dunning-days",
            "60",
        ])
        .env("RECOBRA__DATABASE__DATA_DIR", data.path())
        .env("RECOBRA__SERVER__REST_BIND", "127.0.0.1:0")
        .env("RECOBRA__SERVER__GRPC_BIND", "127.0.0.1:0")
        .env("RECOBRA__MAIL__RELAYS__FOLDER__PATH", data.path().join("mail"))
        .stderr(Stdio::piped())
        .spawn()
        .expect("start the demo");
    let mut lines =
        BufReader::new(child.stderr.take().expect("standard error")).lines().map_while(Result::ok);
    let mut found =
        [("Explorer ", ""), ("Push to ", ""), ("Your key ", "")].map(|(label, _)| (label, String::new()));
    let mut said = String::new();
    for line in lines.by_ref() {
        for (label, value) in &mut found {
            if let Some(rest) = line.strip_prefix(*label) {
                rest.trim().clone_into(value);
            }
        }
        said = said + &line + "\n";
        if line.starts_with("Serving at") {
            break;
        }
    }
    // Whatever else it says must not fill the pipe.
    std::thread::spawn(move || lines.for_each(drop));
    let [(_, explorer), (_, grpc), (_, key)] = found;
    assert!(key.starts_with("rcb_"), "{said}");
    Demo { child, rest: explorer.trim_end_matches("/docs").to_owned(), grpc, key }
}

/// The blocks of a page as one script, at the addresses of the demo instead of those a reader would have.
fn script(page: &str, demo: &Demo) -> String {
    let text = std::fs::read_to_string(format!("{ROOT}/{page}")).expect("the page");
    let blocks =
        text.split("```sh\n").skip(1).map(|rest| rest.split_once("```").expect("the end of a block").0);
    let lines = blocks.flat_map(str::lines).filter(|line| !line.starts_with("export RECOBRA="));
    let lines = lines.map(|line| {
        line.replace("http://127.0.0.1:8481", &demo.grpc)
            .replace("127.0.0.1:8481", demo.grpc.trim_start_matches("http://"))
    });
    let commands = lines.map(|line| line + "\n").collect::<String>();
    let binaries = Path::new(RECOBRA).parent().expect("a folder").display();
    format!(
        "set -euo pipefail\nexport RECOBRA='{}' KEY='{}' PATH=\"{binaries}:$PATH\"\n{commands}",
        demo.rest, demo.key
    )
}

fn has_python() -> bool {
    let asked = Command::new("python3").args(["-c", "import grpc, grpc_tools"]).output();
    asked.is_ok_and(|output| output.status.success())
}

/// A folder like the root of the repository, for what the blocks read and write.
fn desk(data: &DataDir) {
    for shared in ["docs", "proto"] {
        std::os::unix::fs::symlink(format!("{ROOT}/{shared}"), data.path().join(shared)).expect("a link");
    }
}

#[test]
fn every_block_that_a_reader_would_run_does_what_it_says() {
    if !has_python() {
        crate::push::may_do_without_python();
        return;
    }
    let (data, work) = (DataDir::new("docs"), DataDir::new("docsw"));
    let demo = demo(&data);
    desk(&work);
    for page in PAGES {
        let output = Command::new("bash")
            .args(["-c", &script(page, &demo)])
            .current_dir(work.path())
            .output()
            .expect("run bash");
        let said =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{page}: {}\n{said}", output.status);
    }
    for (file, begins) in [
        ("letter.pdf", "%PDF-"),
        ("preview.pdf", "%PDF-"),
        ("overdue.csv", "id,"),
        ("refused.csv", "Cliente;"),
    ] {
        let content = std::fs::read(work.path().join(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
        assert!(
            String::from_utf8_lossy(&content).trim_start_matches('\u{feff}').starts_with(begins),
            "{file}"
        );
    }
}

/// What `deploy/packages.sh` would install on a host that has next to nothing.
fn installed_for(purpose: &str) -> String {
    let host = DataDir::new("host");
    let found = |tool: &str| {
        let places = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"].map(|folder| Path::new(folder).join(tool));
        places.into_iter().find(|place| place.exists()).expect("a tool of every Debian")
    };
    for tool in ["env", "id", "ls", "ldconfig"] {
        std::os::unix::fs::symlink(found(tool), host.path().join(tool)).expect("a link");
    }
    for (tool, does) in [("apt-get", ":"), ("sudo", "\"$@\"")] {
        let file = host.path().join(tool);
        std::fs::write(&file, format!("#!/bin/sh\n{does}\n")).expect("a stand-in");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).expect("its mode");
    }
    let output = Command::new("/bin/sh")
        .args([&format!("{ROOT}/deploy/packages.sh"), purpose])
        .env("PATH", host.path())
        .output()
        .expect("run the script");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

#[test]
fn what_the_pages_call_is_installed_with_what_builds() {
    let said = installed_for("build");
    for package in ["curl", "jq", "python3", "python3-venv"] {
        assert!(said.split_whitespace().any(|word| word == package), "{package} is not among: {said}");
    }
}
