//! Encryption is as configured or there is no mail.

use std::time::Duration;

use doubles::smtp::{Act, Behaviour, Certificate, Encryption, Options, SmtpDouble, Stage};
use outbound::mail::{Cause, Mailer, Phase, Relay, SendResult, SmtpRelay, Timeouts, Tls, compose};

use crate::setting::{
    double, impatient, is_accepted, login, mail, plain_double, relay, send_mail, with_login,
};

const BOTH: [(Encryption, Tls); 2] =
    [(Encryption::StartTls, Tls::StartTls), (Encryption::Implicit, Tls::Implicit)];

fn secure(double: &SmtpDouble, tls: Tls) -> SmtpRelay {
    SmtpRelay { tls, login: Some(login()), ..relay(double) }
}

/// Nothing of value was said: no credentials, no addresses, no mail.
fn assert_nothing_told(double: &SmtpDouble) {
    let record = double.record();
    assert!(
        !record.heard("AUTH") && !record.heard("MAIL") && record.received.is_empty(),
        "{:?}",
        record.commands
    );
}

#[tokio::test]
async fn mail_and_login_travel_encrypted_by_starttls_and_from_the_first_byte() {
    for (encryption, tls) in BOTH {
        let double = double(Options { encryption, ..with_login() });
        assert!(is_accepted(&send_mail(secure(&double, tls), &mail()).await), "{tls:?}");
        let received = double.received();
        assert!(received[0].encrypted && received[0].user.is_some());
        assert!(received[0].bytes == compose(&mail()).unwrap());
    }
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_refused_before_anything_is_told() {
    for (encryption, tls) in BOTH {
        for certificate in [Certificate::UnknownAuthority, Certificate::WrongHost, Certificate::Expired] {
            let double = double(Options { encryption, certificate, ..with_login() });
            let result = send_mail(secure(&double, tls), &mail()).await;
            assert!(
                matches!(result, SendResult::NotSent { cause: Cause::Tls, .. }),
                "{tls:?} {certificate:?} {result:?}"
            );
            assert_nothing_told(&double);
        }
    }
}

#[tokio::test]
async fn without_an_authority_given_those_of_the_host_decide() {
    let double = double(Options { encryption: Encryption::Implicit, ..with_login() });
    let relay = SmtpRelay { ca_pem: None, ..secure(&double, Tls::Implicit) };
    match Mailer::try_new(Relay::Smtp(relay)) {
        // A host without certificates says so at once.
        Err(error) => assert_eq!(error.code().text, "mail.relay_invalid"),
        Ok(mailer) => {
            let result = mailer.send(&mail().envelope().unwrap(), &compose(&mail()).unwrap()).await;
            assert!(matches!(result, SendResult::NotSent { cause: Cause::Tls, .. }), "{result:?}");
        }
    }
    assert_nothing_told(&double);
}

#[tokio::test]
async fn a_relay_that_offers_no_starttls_gets_no_mail() {
    let double = plain_double();
    let result = send_mail(secure(&double, Tls::StartTls), &mail()).await;
    assert!(matches!(result, SendResult::NotSent { cause: Cause::Tls, .. }), "{result:?}");
    assert_nothing_told(&double);
}

#[tokio::test]
async fn a_relay_that_demands_encryption_refuses_mail_in_clear() {
    let double = double(Options { encryption: Encryption::StartTls, ..Options::default() });
    let result = send_mail(relay(&double), &mail()).await;
    assert!(
        matches!(result, SendResult::Refused { permanent: true, code: 530, at: Phase::MailFrom, .. }),
        "{result:?}"
    );
}

#[tokio::test]
async fn a_refused_starttls_is_told_as_such() {
    let double = double(Options { encryption: Encryption::StartTls, ..with_login() });
    double.every_connection(vec![Behaviour::new(Stage::StartTls, Act::Answer(454, "TLS not available"))]);
    let result = send_mail(secure(&double, Tls::StartTls), &mail()).await;
    assert!(
        matches!(result, SendResult::Refused { permanent: false, code: 454, at: Phase::Tls, .. }),
        "{result:?}"
    );
    assert_nothing_told(&double);
}

#[tokio::test]
async fn answers_slipped_in_before_the_handshake_are_not_believed() {
    let double = double(Options { encryption: Encryption::StartTls, ..with_login() });
    let forged = "250-forged\r\n250 AUTH PLAIN\r\n235 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n250 accepted\r\n";
    double.every_connection(vec![Behaviour::new(Stage::StartTls, Act::Append(forged))]);
    let result = send_mail(secure(&double, Tls::StartTls), &mail()).await;
    assert!(matches!(result, SendResult::NotSent { cause: Cause::Protocol, .. }), "{result:?}");
    assert_nothing_told(&double);
}

#[tokio::test]
async fn a_relay_that_speaks_in_clear_where_tls_is_expected_gets_no_mail() {
    let double = plain_double();
    let result = send_mail(secure(&double, Tls::Implicit), &mail()).await;
    assert!(matches!(result, SendResult::NotSent { cause: Cause::Tls, .. }), "{result:?}");
    assert_nothing_told(&double);
}

#[tokio::test]
async fn a_handshake_without_answer_ends_in_time() {
    let double = plain_double();
    double.every_connection(vec![Behaviour::new(Stage::Connect, Act::Hang)]);
    let result = send_mail(impatient(secure(&double, Tls::Implicit)), &mail()).await;
    let SendResult::NotSent { cause: Cause::Timeout, reason } = result else { panic!("{result:?}") };
    assert!(reason.contains("TLS handshake"), "{reason}");
}

#[test]
fn a_relay_that_cannot_work_is_refused_when_it_is_configured() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let _guard = runtime.enter();
    let double = plain_double();
    let good = || secure(&double, Tls::Implicit);
    let bad = [
        SmtpRelay { host: String::new(), ..good() },
        SmtpRelay { host: "a b".to_owned(), ..good() },
        SmtpRelay { helo_name: "a\r\nMAIL".to_owned(), ..good() },
        SmtpRelay { timeouts: Timeouts { command: Duration::ZERO, ..Timeouts::default() }, ..good() },
        SmtpRelay { timeouts: Timeouts { total: Duration::MAX, ..Timeouts::default() }, ..good() },
        SmtpRelay { ca_pem: Some("no certificate".to_owned()), ..good() },
    ];
    for relay in bad {
        let error = Mailer::try_new(Relay::Smtp(relay)).err().unwrap();
        assert_eq!(error.code().text, "mail.relay_invalid");
    }
}
