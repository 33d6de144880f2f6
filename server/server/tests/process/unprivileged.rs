//! Started as root, a server opens no door as root, whatever database it works on.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use testkit::cluster::TestDatabase;
use testkit::process::{DataDir, Process};
use testkit::wait;

use crate::RECOBRA;
use crate::private_cluster::new;

#[expect(clippy::print_stderr, reason = "who runs the tests is told that these prove nothing here")]
fn is_root() -> bool {
    let root = nix::unistd::geteuid().is_root();
    if !root {
        eprintln!("skipped: this test has to start as root");
    }
    root
}

fn runs_as_root(pid: i32) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("its status");
    let ids = status.lines().filter(|line| line.starts_with("Uid:") || line.starts_with("Gid:"));
    let ids = ids.collect::<Vec<_>>();
    assert_eq!(ids.len(), 2, "{status}");
    ids.iter().any(|line| line.split_whitespace().any(|id| id == "0"))
}

/// A certificate and its key in a folder that only root may enter.
fn keys_of_root(folder: &DataDir) -> [(&'static str, String); 2] {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate");
    let (certificate, key) = (folder.path().join("server.pem"), folder.path().join("server.key"));
    fs::write(&certificate, made.cert.pem()).expect("the certificate");
    fs::write(&key, made.signing_key.serialize_pem()).expect("its key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("the mode of the key");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).expect("the mode of the folder");
    let text = |path: &std::path::Path| path.to_str().expect("a path").to_owned();
    [("RECOBRA__TLS__CERTIFICATE_FILE", text(&certificate)), ("RECOBRA__TLS__KEY_FILE", text(&key))]
}

#[test]
fn started_as_root_it_becomes_an_unprivileged_user() {
    if !is_root() {
        return;
    }
    let data = DataDir::new("e");
    let server = new(&data);
    for pid in [server.pid(), data.postmaster().expect("a postmaster")] {
        assert!(!runs_as_root(pid), "{pid}");
    }
}

#[test]
fn started_as_root_on_a_database_by_url_it_becomes_an_unprivileged_user_too() {
    if !is_root() {
        return;
    }
    let (database, data) = (TestDatabase::empty(), DataDir::new("eu"));
    let url = database.url();
    let server = Process::start(RECOBRA, &data, &[("RECOBRA__DATABASE__URL", &url)]);
    assert!(!runs_as_root(server.pid()), "{}", server.said());
    assert_eq!(server.get("/readyz").status, 200);
}

/// Both doors are open when it says where they are; the folder of the key stays closed to the user it became.
#[test]
fn a_key_that_only_root_may_read_serves_on_either_database() {
    if !is_root() {
        return;
    }
    let (database, keys) = (TestDatabase::empty(), DataDir::new("ek"));
    let url = database.url();
    for (name, url) in [("ep", None), ("ef", Some(url.as_str()))] {
        let data = DataDir::new(name);
        let files = keys_of_root(&keys);
        let mut settings = files.iter().map(|(key, value)| (*key, value.as_str())).collect::<Vec<_>>();
        settings.extend(url.map(|url| ("RECOBRA__DATABASE__URL", url)));
        let server = Process::start(RECOBRA, &data, &settings);
        assert!(server.base.starts_with("https://"), "{}", server.said());
        assert!(!runs_as_root(server.pid()), "{}", server.said());
        // Its clean end also stops the postmaster of its own.
        assert!(server.stop().0.success());
    }
}

#[test]
fn without_a_user_to_become_root_opens_no_door() {
    if !is_root() {
        return;
    }
    let (database, data) = (TestDatabase::empty(), DataDir::new("en"));
    let url = database.url();
    let settings =
        [("RECOBRA__DATABASE__URL", url.as_str()), ("RECOBRA__DATABASE__RUN_AS", "no-such-user-1")];
    let mut server = Process::spawn(RECOBRA, &data, &settings);
    assert!(!server.wait().success());
    wait::until("it says why", || server.said().contains("no-such-user-1"));
    assert!(!server.said().contains("REST at"), "{}", server.said());
}
