//! `recobra push` through a TLS door: whom it trusts, and what it says when it does not.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use server::running::Running;
use testkit::app::TestApp;
use testkit::process::DataDir;

use crate::RECOBRA;
use crate::push::{expect, invoices};

/// A server with another pair of doors, which speak TLS only.
struct Tls {
    app: TestApp,
    folder: DataDir,
    doors: Option<Running>,
    url: String,
}

impl Drop for Tls {
    fn drop(&mut self) {
        if let Some(doors) = self.doors.take() {
            self.app.runtime.block_on(doors.stop());
        }
    }
}

impl Tls {
    fn new(name: &str) -> Self {
        let (app, folder) = (TestApp::start(), DataDir::new(name));
        app.entity("E1");
        let file = |name: &str| folder.path().join(name);
        let ours = authority("Authority of the test");
        fs::write(file("ours.pem"), ours.pem()).expect("the authority");
        fs::write(file("other.pem"), authority("Another authority").pem()).expect("another authority");
        let key = KeyPair::generate().expect("a key");
        let names = vec!["127.0.0.1".to_owned()];
        let signed = CertificateParams::new(names).and_then(|params| params.signed_by(&key, &ours));
        fs::write(file("server.pem"), signed.expect("a certificate").pem()).expect("the certificate");
        fs::write(file("server.key"), key.serialize_pem()).expect("the key of the certificate");
        fs::write(file("key"), &app.admin).expect("the key");
        let mut settings = app.settings.clone();
        settings.tls.certificate_file = file("server.pem");
        settings.tls.key_file = file("server.key");
        let tls = server::tls::load(&settings).expect("certificate and key");
        let doors = app.runtime.block_on(Running::start(&settings, &app.wired, tls)).expect("open the doors");
        let url = format!("https://{}", doors.grpc_address);
        Self { app, folder, doors: Some(doors), url }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Pushes three invoices; `trusted` is what the host trusts.
    fn push(&self, url: &str, authority: Option<&str>, trusted: &str) -> Output {
        fs::write(self.file("items.csv"), invoices(1..4)).expect("a file");
        let mut command = Command::new(RECOBRA);
        command
            .arg("push")
            .arg(self.file("items.csv"))
            .args(["--source", "ERP-E1", "--profile", "recobra", "--as-of", "2026-03-04", "--url", url])
            .arg("--key-file")
            .arg(self.file("key"))
            .env("SSL_CERT_FILE", self.file(trusted))
            .env_remove("SSL_CERT_DIR");
        if let Some(authority) = authority {
            command.arg("--ca-file").arg(self.file(authority));
        }
        command.output().expect("run recobra push")
    }

    fn sessions(&self) -> String {
        self.app.database.sql("SELECT count(*) FROM push_session")
    }
}

fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority")
}

#[test]
fn the_authority_in_the_ca_file_is_trusted_and_so_is_one_the_host_knows() {
    let tls = Tls::new("tlsgood");
    expect(&tls.push(&tls.url, Some("ours.pem"), "other.pem"), 0, &["5 created", "finished"]);
    expect(&tls.push(&tls.url, None, "ours.pem"), 0, &["5 unchanged", "finished"]);
    assert_eq!(tls.sessions(), "2");
}

#[test]
fn a_server_that_another_authority_signed_is_not_talked_to() {
    let tls = Tls::new("tlsbad");
    let words = ["a certificate that is not trusted here", "UnknownIssuer", "--ca-file"];
    expect(&tls.push(&tls.url, Some("other.pem"), "other.pem"), 1, &words);
    // What is named counts alone: the host's trust does not make up for it.
    expect(&tls.push(&tls.url, Some("other.pem"), "ours.pem"), 1, &words);
    expect(&tls.push(&tls.url, None, "other.pem"), 1, &words);
    let elsewhere = tls.url.replace("127.0.0.1", "localhost");
    expect(&tls.push(&elsewhere, Some("ours.pem"), "ours.pem"), 1, &["not trusted here", "localhost"]);
    assert_eq!(tls.sessions(), "0");
}

#[test]
fn a_ca_file_that_cannot_serve_is_named_before_anything_is_sent() {
    let tls = Tls::new("tlsfile");
    expect(&tls.push(&tls.url, Some("none.pem"), "ours.pem"), 2, &["the certificate in", "cannot be read"]);
    expect(&tls.push(&tls.url, Some("server.key"), "ours.pem"), 2, &["server.key holds no certificate"]);
    let plain = tls.app.grpc_url();
    expect(&tls.push(&plain, Some("ours.pem"), "ours.pem"), 2, &["--ca-file is for", "https://"]);
    assert_eq!(tls.sessions(), "0");
}
