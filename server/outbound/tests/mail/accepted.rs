//! What is accepted arrives as it was sent.

use doubles::smtp::{Act, Options, Stage};
use outbound::mail::{Cause, Envelope, Mailbox, OutgoingMail, SendResult, SmtpRelay, compose};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::setting::{
    acting, double, is_accepted, large_mail, login, mail, mailer, plain_double, relay, send_mail, with_login,
};

#[tokio::test]
async fn an_accepted_mail_arrives_byte_for_byte_with_its_envelope() {
    let double = plain_double();
    let copied = OutgoingMail { cc: vec![Mailbox::bare("copia@cliente.es")], ..mail() };
    let result = send_mail(relay(&double), &copied).await;
    assert_eq!(result, SendResult::Accepted { response: "250 2.0.0 Ok: queued".to_owned() });

    let received = double.received();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].mail_from, "bounce+0197-1@acme.es");
    let recipients: Vec<&str> = received[0].recipients.iter().map(|one| one.address.as_str()).collect();
    assert_eq!(recipients, ["pagos@cliente.es", "copia@cliente.es"]);
    assert_eq!(
        String::from_utf8_lossy(&received[0].bytes),
        String::from_utf8(compose(&copied).unwrap()).unwrap()
    );
}

#[tokio::test]
async fn a_mail_of_five_megabytes_arrives_byte_for_byte() {
    let double = plain_double();
    assert!(is_accepted(&send_mail(relay(&double), &large_mail()).await));
    let bytes = compose(&large_mail()).unwrap();
    assert!(bytes.len() > 7_000_000);
    assert!(double.received()[0].bytes == bytes);
    assert!(double.received()[0].mail_params.contains(&format!("SIZE={}", bytes.len())));
}

/// Dots, empty lines, 8-bit bytes, and both at the borders of the blocks in which a message travels.
#[test]
fn whatever_lines_are_sent_arrive_byte_for_byte() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (double, mailer) = runtime.block_on(async {
        let double = plain_double();
        let mailer = mailer(relay(&double));
        (double, mailer)
    });
    let envelope = Envelope::try_new(None, &["a@b.es"], None).unwrap();
    let line = prop_oneof![
        Just(".".to_owned()),
        Just(String::new()),
        "\\.{1,3}",
        "[.a]{0,5}",
        "ñ{1,4}",
        (900_usize..=998).prop_map(|length| ".".repeat(length)),
    ];
    let lines = prop::collection::vec(line, 1..120);
    let outcome = TestRunner::default().run(&lines, |lines| {
        let bytes: Vec<u8> = lines.iter().flat_map(|line| format!("{line}\r\n").into_bytes()).collect();
        let result = runtime.block_on(mailer.send(&envelope, &bytes));
        prop_assert!(is_accepted(&result), "{:?}", result);
        prop_assert!(double.received().last().unwrap().bytes == bytes);
        Ok(())
    });
    outcome.unwrap();
    let _guard = runtime.enter();
    drop(double);
}

#[tokio::test]
async fn the_null_return_path_is_sent_as_such() {
    let double = plain_double();
    let envelope = Envelope::try_new(None, &["a@b.es"], None).unwrap();
    assert!(is_accepted(&mailer(relay(&double)).send(&envelope, b"A: b\r\n\r\n").await));
    assert_eq!(double.received()[0].mail_from, "");
}

#[tokio::test]
async fn delivery_notices_are_asked_for_where_they_are_offered() {
    let double = plain_double();
    assert!(is_accepted(&send_mail(relay(&double), &mail()).await));
    let received = double.received();
    assert_eq!(
        received[0].mail_params.get(1..),
        Some(&["RET=HDRS".to_owned(), "ENVID=0197-1@recobra.example".to_owned()][..])
    );
    assert_eq!(
        received[0].recipients[0].params,
        ["NOTIFY=SUCCESS,FAILURE,DELAY", "ORCPT=rfc822;pagos@cliente.es"]
    );
}

#[tokio::test]
async fn a_relay_that_offers_nothing_gets_no_parameter() {
    let double = double(Options { withheld: vec!["DSN", "SIZE", "8BITMIME"], ..Options::default() });
    assert!(is_accepted(&send_mail(relay(&double), &mail()).await));
    assert!(double.received()[0].mail_params.is_empty());
    assert!(double.received()[0].recipients[0].params.is_empty());
}

#[tokio::test]
async fn eight_bit_bytes_go_only_to_a_relay_that_takes_them() {
    let double = double(Options { withheld: vec!["8BITMIME"], ..Options::default() });
    let envelope = Envelope::try_new(None, &["a@b.es"], None).unwrap();
    let result = mailer(relay(&double)).send(&envelope, "A: ñ\r\n\r\n".as_bytes()).await;
    assert!(matches!(result, SendResult::NotSent { cause: Cause::Unsendable, .. }), "{result:?}");
    assert!(!result.may_be_tried_again());
    assert!(!double.record().heard("MAIL"));
}

#[tokio::test]
async fn bytes_that_are_not_lines_are_not_even_connected_for() {
    let double = plain_double();
    let envelope = Envelope::try_new(None, &["a@b.es"], None).unwrap();
    let result = mailer(relay(&double)).send(&envelope, b"one\n.\r\nMAIL FROM:<x@y.es>\r\n").await;
    assert!(matches!(result, SendResult::NotSent { cause: Cause::Unsendable, .. }), "{result:?}");
    assert_eq!(double.record().connections, 0);
}

#[tokio::test]
async fn the_login_is_by_plain_or_by_login_as_offered() {
    for mechanisms in ["PLAIN LOGIN", "LOGIN", "CRAM-MD5 PLAIN"] {
        let double = double(Options { mechanisms, ..with_login() });
        let relay = SmtpRelay { login: Some(login()), ..relay(&double) };
        assert!(is_accepted(&send_mail(relay, &mail()).await), "{mechanisms}");
        assert_eq!(double.received()[0].user.as_deref(), Some("recobra"));
    }
}

#[tokio::test]
async fn the_password_shows_in_no_debug_output() {
    let double = plain_double();
    let relay = SmtpRelay { login: Some(login()), ..relay(&double) };
    assert!(!format!("{relay:?}").contains("correct horse"));
}

#[tokio::test]
async fn an_answer_without_text_is_an_acceptance() {
    let double = acting(Stage::Dot, Act::Raw(b"250\r\n"));
    assert_eq!(send_mail(relay(&double), &mail()).await, SendResult::Accepted { response: "250".to_owned() });
}

#[tokio::test]
async fn an_answer_in_another_encoding_is_an_acceptance() {
    let double = acting(Stage::Dot, Act::Raw(b"250-recib\xeddo\r\n250 en cola\r\n"));
    let result = send_mail(relay(&double), &mail()).await;
    assert_eq!(result, SendResult::Accepted { response: "250 recib\u{fffd}do en cola".to_owned() });
}

#[tokio::test]
async fn a_relay_that_answers_slowly_but_in_time_accepts() {
    let pause = std::time::Duration::from_millis(2);
    let stages = [Stage::Connect, Stage::Ehlo, Stage::MailFrom, Stage::Rcpt, Stage::Data, Stage::Dot];
    let double = plain_double();
    double.every_connection(stages.map(|at| doubles::smtp::Behaviour::new(at, Act::Drip(pause))).to_vec());
    assert!(is_accepted(&send_mail(relay(&double), &mail()).await));
    assert_eq!(double.received().len(), 1);
}
