//! What the command line says and how it ends.

use std::process::{Command, Output};

use crate::RECOBRA;

pub(crate) fn run(arguments: &[&str], settings: &[(&str, &str)]) -> Output {
    Command::new(RECOBRA).args(arguments).envs(settings.iter().copied()).output().expect("run recobra")
}

pub(crate) fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_wrong_setting_ends_with_2_and_names_the_key() {
    let output = run(&["config", "check"], &[("RECOBRA__SERVER__QUEUE_MS_MAX", "soon")]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("queue_ms_max"), "{}", said(&output));
}

#[test]
fn every_problem_of_the_configuration_is_said_at_once() {
    let settings = [
        ("RECOBRA__SERVER__REST_BIND", "0.0.0.0:8480"),
        ("RECOBRA__LOG__FORMAT", "xml"),
        ("RECOBRA__SERVER__CORS_ORIGINS", "https://portal.example,*"),
    ];
    let output = run(&["config", "check"], &settings);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("plaintext_beyond_loopback"), "{}", said(&output));
    assert!(said(&output).contains("log.format"), "{}", said(&output));
    assert!(said(&output).contains("server.cors_origins: \"*\""), "{}", said(&output));
}

#[test]
fn the_grpc_door_is_not_opened_to_the_network_in_plain_text_unless_somebody_says_so() {
    let bind = ("RECOBRA__SERVER__GRPC_BIND", "0.0.0.0:8481");
    let refused = run(&["config", "check"], &[bind]);
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    assert!(said(&refused).contains("server.grpc_bind"), "{}", said(&refused));
    let consent = ("RECOBRA__SERVER__PLAINTEXT_BEYOND_LOOPBACK", "true");
    let accepted = run(&["config", "check"], &[bind, consent]);
    assert_eq!(accepted.status.code(), Some(0), "{}", said(&accepted));
}

#[test]
fn a_good_configuration_passes_the_check() {
    let output = run(&["config", "check"], &[("RECOBRA__SERVER__QUEUE_MS_MAX", "500")]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}

#[test]
fn the_configuration_is_shown_without_secrets() {
    let url = "postgresql://recobra:geheim@127.0.0.1/recobra";
    let output = run(&["config", "show"], &[("RECOBRA__DATABASE__URL", url)]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(!said(&output).contains("geheim"), "{}", said(&output));
    assert!(said(&output).contains("postgresql://recobra:[secret]@127.0.0.1"), "{}", said(&output));
}

#[test]
fn the_environment_is_text_that_each_key_reads_in_its_own_way() {
    let folder = std::env::temp_dir().join(format!("recobra-secrets-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let (password, url) = (folder.join("password"), folder.join("url"));
    std::fs::write(&password, "007\n").expect("a file");
    std::fs::write(&url, "postgresql://recobra:geheim@127.0.0.1:1/recobra\n").expect("a file");
    let text = |path: &std::path::Path| path.to_str().expect("a path").to_owned();
    let settings = [
        ("RECOBRA__MAIL__RELAYS__OUT__KIND", "smtp".to_owned()),
        ("RECOBRA__MAIL__RELAYS__OUT__HOST", "1e5".to_owned()),
        ("RECOBRA__MAIL__RELAYS__OUT__PORT", "2525".to_owned()),
        ("RECOBRA__MAIL__RELAYS__OUT__USER", "True".to_owned()),
        ("RECOBRA__MAIL__RELAYS__OUT__PASSWORD_FILE", text(&password)),
        ("RECOBRA__DATABASE__URL_FILE", text(&url)),
        ("RECOBRA__DATABASE__RUN_AS", "nobody, recobra".to_owned()),
        ("RECOBRA__DATABASE__CONNECTIONS", "7".to_owned()),
        ("RECOBRA__BOOK__TEST", "true".to_owned()),
    ];
    let settings = settings.iter().map(|(key, value)| (*key, value.as_str())).collect::<Vec<_>>();
    let output = run(&["config", "show"], &settings);
    std::fs::remove_dir_all(&folder).expect("the folder");
    assert!(output.status.success(), "{}", said(&output));
    let shown: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let relay = &shown["mail"]["relays"]["out"];
    assert_eq!(
        (&relay["host"], &relay["user"], &relay["port"]),
        (&"1e5".into(), &"True".into(), &2525.into())
    );
    assert_eq!(relay["password"], "[secret]");
    let database = &shown["database"];
    assert_eq!(database["url"], "postgresql://recobra:[secret]@127.0.0.1:1/recobra");
    assert_eq!(database["run_as"], serde_json::json!(["nobody", "recobra"]));
    assert_eq!((&database["connections"], &shown["book"]["test"]), (&7.into(), &true.into()));
}

#[test]
fn the_version_and_every_default_are_printed() {
    let version = run(&["version"], &[]);
    assert!(
        version.status.success() && said(&version).contains(env!("CARGO_PKG_VERSION")),
        "{}",
        said(&version)
    );
    let defaults = run(&["config", "defaults"], &[]);
    assert!(said(&defaults).contains("rest_bind = \"127.0.0.1:8480\""), "{}", said(&defaults));
}

#[test]
fn a_database_that_does_not_answer_is_named_without_its_password() {
    let url = "postgresql://recobra:geheim@127.0.0.1:1/recobra";
    let output = run(&["migrate"], &[("RECOBRA__DATABASE__URL", url)]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("database.unavailable"), "{}", said(&output));
    assert!(!said(&output).contains("geheim"), "{}", said(&output));
}

#[test]
fn the_contract_is_printed_as_json() {
    let output = run(&["openapi"], &[]);
    let contract: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(contract["openapi"], "3.1.0");
}

#[test]
fn an_unknown_command_ends_with_2() {
    assert_eq!(run(&["colect"], &[]).status.code(), Some(2));
}
