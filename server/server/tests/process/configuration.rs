//! `recobra config check` finds beforehand what a server would stumble over, all of it at once.

use crate::command_line::{run, said};

/// Settings by the end of their name after `RECOBRA__`.
type Given = Vec<(String, String)>;

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
