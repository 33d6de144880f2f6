//! `recobra config check` finds beforehand what a server would stumble over, all of it at once.

use std::fs;

use testkit::process::DataDir;

use crate::command_line::{run, said};

/// Settings by the end of their name after `RECOBRA__`.
type Given = Vec<(String, String)>;

fn given(pairs: &[(&str, &str)]) -> Given {
    pairs.iter().map(|(key, value)| (format!("RECOBRA__{key}"), (*value).to_owned())).collect()
}

/// The settings of a relay `out`.
fn relay(host: &str, more: &[(&str, &str)]) -> Given {
    let mut keys = vec![("KIND", "smtp"), ("HOST", host), ("PORT", "2525")];
    keys.extend(more);
    keys.iter()
        .map(|(key, value)| (format!("RECOBRA__MAIL__RELAYS__OUT__{key}"), (*value).to_owned()))
        .collect()
}

fn check(settings: &Given) -> (Option<i32>, String) {
    let settings = settings.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect::<Vec<_>>();
    let output = run(&["config", "check"], &settings);
    (output.status.code(), said(&output))
}

/// It is refused, and each of these is named.
fn refused(settings: &Given, named: &[&str]) {
    let (code, said) = check(settings);
    assert_eq!(code, Some(2), "{settings:?}: {said}");
    for name in named {
        assert!(said.contains(name), "{settings:?}: {name} is not named: {said}");
    }
}

fn accepted(settings: &Given) {
    let (code, said) = check(settings);
    assert_eq!(code, Some(0), "{settings:?}: {said}");
}

#[test]
fn a_password_in_clear_text_goes_to_a_relay_on_this_host_only() {
    let login = [("TLS", "none"), ("USER", "recobra"), ("PASSWORD", "geheim")];
    for elsewhere in ["smtp.example.com", "192.0.2.1", "localhost.example.com", "127.0.0.1.example.com"] {
        refused(&relay(elsewhere, &login), &["mail.relays.out.tls", "clear text"]);
    }
    for here in ["localhost", "127.0.0.1", "127.8.8.8", "::1"] {
        accepted(&relay(here, &login));
    }
    accepted(&relay("smtp.example.com", &[("TLS", "none")]));
}

#[test]
fn every_section_with_a_wrong_type_is_named_at_once() {
    let wrong =
        [("SERVER__QUEUE_MS_MAX", "soon"), ("DATABASE__CONNECTIONS", "many"), ("BOOK__TEST", "perhaps")];
    refused(&given(&wrong), &["queue_ms_max", "connections", "book.test"]);
    refused(&given(&[("SERVR__QUEUE_MS_MAX", "1")]), &["servr"]);
}

#[test]
fn nothing_is_refused_where_something_is_needed() {
    let zeros = [
        ("PER_DOMAIN_PER_MINUTE", "0"),
        ("CONNECT_SECONDS_MAX", "0"),
        ("COMMAND_SECONDS_MAX", "0"),
        ("TOTAL_SECONDS_MAX", "0"),
    ];
    let of_relay = zeros.map(|(key, _)| format!("mail.relays.out.{}: at least 1", key.to_lowercase()));
    let named = of_relay.iter().map(String::as_str).chain(["mail.relays.out.host"]).collect::<Vec<_>>();
    refused(&relay("", &zeros), &named);
    refused(&given(&[("DATABASE__STATEMENT_SECONDS_MAX", "0")]), &["database.statement_seconds_max"]);
}

#[test]
fn a_level_that_is_none_is_refused() {
    for wrong in ["verbose", "info,store=loud", "info,,="] {
        refused(&given(&[("LOG__LEVEL", wrong)]), &["log.level"]);
    }
    for right in ["debug", "WARN", "info,store=debug", "off,store[query]=trace"] {
        accepted(&given(&[("LOG__LEVEL", right)]));
    }
}

#[test]
fn every_file_that_cannot_serve_is_named() {
    let folder = DataDir::new("files");
    let path = |name: &str| folder.path().join(name).to_str().expect("a path").to_owned();
    for name in ["one", "other"] {
        let made = rcgen::generate_simple_self_signed([name.to_owned()]).expect("a certificate");
        fs::write(path(&format!("{name}.pem")), made.cert.pem()).expect("the certificate");
        fs::write(path(&format!("{name}.key")), made.signing_key.serialize_pem()).expect("its key");
    }
    fs::write(path("empty.pem"), "").expect("a file");
    let settings = |(certificate, key): (&str, &str), authority: &str| {
        let mut settings = relay("smtp.example.com", &[("CA_FILE", &path(authority))]);
        settings
            .extend(given(&[("TLS__CERTIFICATE_FILE", &path(certificate)), ("TLS__KEY_FILE", &path(key))]));
        settings
    };
    for (files, named) in [
        (("one.pem", "none.key"), "none.key"),
        (("none.pem", "one.key"), "none.pem"),
        (("one.pem", "other.key"), "one.pem"),
        (("one.pem", "empty.pem"), "empty.pem"),
    ] {
        refused(&settings(files, "missing.pem"), &[named, "mail.relays.out.ca_file"]);
    }
    refused(&settings(("one.pem", "one.key"), "empty.pem"), &["mail.relays.out", "no certificate"]);
    accepted(&settings(("one.pem", "one.key"), "one.pem"));
    let mut secrets = relay("smtp.example.com", &[("PASSWORD_FILE", &path("no_password"))]);
    secrets.extend(given(&[("DATABASE__URL_FILE", &path("no_url"))]));
    refused(&secrets, &["mail.relays.out.password_file", "database.url_file"]);
}
