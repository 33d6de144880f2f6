//! What settings hold and what they refuse.

use super::redact::redact_url;
use super::*;

fn load(text: &str) -> Result<Settings, SettingsError> {
    let path = std::env::temp_dir().join(format!("recobra-settings-{}-{}", std::process::id(), text.len()));
    std::fs::write(&path, text).unwrap();
    let loaded = Settings::load(Some(&path));
    std::fs::remove_file(path).unwrap();
    loaded
}

#[test]
fn the_defaults_hold() {
    Settings::load(None).unwrap();
}

#[test]
fn every_default_has_a_comment() {
    let mut commented = false;
    for line in DEFAULTS.lines() {
        let key = !line.starts_with('#') && line.contains(" = ");
        assert!(!key || commented, "no comment above: {line}");
        commented = line.starts_with('#');
    }
}

#[test]
fn an_unknown_key_is_named() {
    let error = load("[server]\nrest_bnd = \"x\"").unwrap_err().to_string();
    assert!(error.contains("rest_bnd"), "{error}");
}

#[test]
fn plain_text_stays_on_loopback_unless_told_otherwise() {
    let error = load("[server]\nrest_bind = \"0.0.0.0:8480\"").unwrap_err().to_string();
    assert!(error.contains("plaintext_beyond_loopback"), "{error}");
    load("[server]\nrest_bind = \"0.0.0.0:8480\"\nplaintext_beyond_loopback = true").unwrap();
}

#[test]
fn the_password_of_a_database_is_hidden_in_every_form() {
    assert_eq!(redact_url("postgresql://u:p@ss@h/d"), "postgresql://u:[secret]@h/d");
    assert_eq!(redact_url("postgresql://u@h/d?x=a:b"), "postgresql://u@h/d?x=a:b");
    assert_eq!(redact_url("host=h password=geheim dbname=d"), "host=h password=[secret] dbname=d");
}

#[test]
fn idempotency_keys_are_kept_for_a_week_at_least() {
    let error = load("[idempotency]\nkeep_days = 6").unwrap_err().to_string();
    assert!(error.contains("idempotency.keep_days"), "{error}");
    load("[idempotency]\nkeep_days = 7").unwrap();
}

#[test]
fn secrets_are_not_shown() {
    let text = "[database]\nurl = \"postgresql://u:geheim@h/d\"\n[mail.relays.out]\nkind = \"smtp\"\nhost = \"h\"\nport = 25\npassword = \"geheim\"";
    let shown = load(text).unwrap().redacted().to_string();
    assert!(!shown.contains("geheim"), "{shown}");
    assert!(shown.contains("postgresql://u:[secret]@h/d"), "{shown}");
}
