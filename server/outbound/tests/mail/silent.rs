//! Silence and broken connections: before the final dot surely not sent, after it unknown.

use std::time::Duration;

use doubles::smtp::{Act, Behaviour, Encryption, Options, Stage};
use outbound::mail::{Cause, SendResult, SmtpRelay, Tls};

use tokio::task::JoinSet;

use crate::setting::{
    PATIENCE, acting, double, impatient, large_mail, login, mail, relay, send_mail, with_login,
};

/// The places before the final dot, with what the reason must name.
const BEFORE: [(Stage, &str); 7] = [
    (Stage::Connect, "the greeting"),
    (Stage::Ehlo, "EHLO"),
    (Stage::StartTls, "STARTTLS"),
    (Stage::Auth, "AUTH"),
    (Stage::MailFrom, "MAIL"),
    (Stage::Rcpt, "RCPT"),
    (Stage::Data, "DATA"),
];

/// Sends to a double that encrypts and wants a login, so that every place is passed.
async fn send_through(at: Stage, act: Act, hurry: fn(SmtpRelay) -> SmtpRelay) -> SendResult {
    let double = double(Options { encryption: Encryption::StartTls, ..with_login() });
    double.every_connection(vec![Behaviour::new(at, act)]);
    let relay = SmtpRelay { tls: Tls::StartTls, login: Some(login()), ..relay(&double) };
    let result = send_mail(hurry(relay), &mail()).await;
    assert!(double.received().is_empty(), "{at:?}");
    result
}

/// The outcomes of all places, tried at the same time.
async fn at_all_places(act: Act, hurry: fn(SmtpRelay) -> SmtpRelay) -> Vec<(&'static str, SendResult)> {
    let mut tries = JoinSet::new();
    for (at, named) in BEFORE {
        let act = act.clone();
        tries.spawn(async move { (named, send_through(at, act, hurry).await) });
    }
    tries.join_all().await
}

#[tokio::test]
async fn a_relay_that_falls_silent_before_the_dot_surely_has_no_mail() {
    for (named, result) in at_all_places(Act::Hang, impatient).await {
        let SendResult::NotSent { cause: Cause::Timeout, reason } = &result else {
            panic!("{named}: {result:?}")
        };
        assert!(reason.starts_with(named), "{named}: {reason}");
        assert!(result.may_be_tried_again());
    }
}

#[tokio::test]
async fn a_relay_that_goes_away_before_the_dot_surely_has_no_mail() {
    for (named, result) in at_all_places(Act::Drop, |relay| relay).await {
        let SendResult::NotSent { cause: Cause::Closed, reason } = &result else {
            panic!("{named}: {result:?}")
        };
        assert!(reason.starts_with(named), "{named}: {reason}");
    }
}

#[tokio::test]
async fn a_relay_that_stops_reading_the_message_surely_has_no_mail() {
    let double = acting(Stage::Body, Act::Hang);
    let result = send_mail(impatient(relay(&double)), &large_mail()).await;
    let SendResult::NotSent { cause: Cause::Timeout, reason } = &result else { panic!("{result:?}") };
    assert!(reason.starts_with("the message"), "{reason}");
}

#[tokio::test]
async fn a_connection_that_breaks_within_the_message_surely_left_no_mail() {
    let double = acting(Stage::Body, Act::Drop);
    let result = send_mail(relay(&double), &large_mail()).await;
    assert!(matches!(result, SendResult::NotSent { cause: Cause::Closed, .. }), "{result:?}");
    assert!(double.received().is_empty());
}

#[tokio::test]
async fn a_relay_that_takes_the_dot_and_goes_away_leaves_the_outcome_unknown() {
    for encryption in [Encryption::None, Encryption::StartTls, Encryption::Implicit] {
        let double = double(Options { encryption, ..Options::default() });
        double.every_connection(vec![Behaviour::new(Stage::Dot, Act::Drop)]);
        let tls = match encryption {
            Encryption::None => Tls::None,
            Encryption::StartTls => Tls::StartTls,
            Encryption::Implicit => Tls::Implicit,
        };
        let result = send_mail(SmtpRelay { tls, ..relay(&double) }, &mail()).await;
        assert!(matches!(result, SendResult::Unknown { .. }), "{result:?}");
        assert!(!result.may_be_tried_again());
        let received = double.received();
        assert_eq!(received.len(), 1);
        assert!(!received[0].answered);
    }
}

#[tokio::test]
async fn a_relay_that_takes_the_dot_and_falls_silent_leaves_the_outcome_unknown() {
    let double = acting(Stage::Dot, Act::Hang);
    let result = send_mail(impatient(relay(&double)), &mail()).await;
    let SendResult::Unknown { reason } = &result else { panic!("{result:?}") };
    assert_eq!(reason, "after the final dot: no answer in time");
    assert_eq!(double.received().len(), 1);
    double.wait_until(PATIENCE, |record| record.open == 0).await.unwrap();
}

#[tokio::test]
async fn an_answer_to_the_dot_that_settles_nothing_leaves_the_outcome_unknown() {
    let mut tries = JoinSet::new();
    // What is cut off is followed by silence, so that only the limit of time ends the wait.
    for bytes in
        [&b"354 go on\r\n"[..], b"221 bye\r\n", b"hello\r\n", b"250-first\r\n", b"2", b"250-a\r\n550 b\r\n"]
    {
        tries.spawn(async move {
            let double = acting(Stage::Dot, Act::Raw(bytes));
            let result = send_mail(impatient(relay(&double)), &mail()).await;
            assert!(matches!(result, SendResult::Unknown { .. }), "{bytes:?}: {result:?}");
            assert_eq!(double.received().len(), 1);
        });
    }
    tries.join_all().await;
}

#[tokio::test]
async fn an_answer_that_drips_too_slowly_counts_as_silence() {
    let slow = Act::Drip(Duration::from_secs(5));
    let before = send_mail(impatient(relay(&acting(Stage::MailFrom, slow.clone()))), &mail()).await;
    assert!(matches!(before, SendResult::NotSent { cause: Cause::Timeout, .. }), "{before:?}");
    let after = send_mail(impatient(relay(&acting(Stage::Dot, slow))), &mail()).await;
    assert!(matches!(after, SendResult::Unknown { .. }), "{after:?}");
}
