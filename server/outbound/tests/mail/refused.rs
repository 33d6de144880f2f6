//! What is refused is told with code, text and place, and nobody gets it.

use doubles::smtp::{Act, Behaviour, Options, Stage, closed_port};
use kernel::secret::Secret;
use outbound::mail::{Cause, Login, Mailbox, OutgoingMail, Phase, SendResult, SmtpRelay};

use crate::setting::{
    acting, double, is_accepted, large_mail, login, mail, mailer, plain_double, relay, send_mail, send_to,
    with_login,
};

#[tokio::test]
async fn a_refusal_at_any_place_is_told_with_its_code_and_nothing_is_delivered() {
    let places = [
        (Stage::Connect, Phase::Connect),
        (Stage::Ehlo, Phase::Connect),
        (Stage::MailFrom, Phase::MailFrom),
        (Stage::Rcpt, Phase::Rcpt),
        (Stage::Data, Phase::Data),
        (Stage::Dot, Phase::Data),
    ];
    for (stage, phase) in places {
        for code in [421, 450, 451, 452, 550, 552, 554] {
            refuse(stage, code, phase).await;
        }
    }
}

async fn refuse(stage: Stage, code: u16, phase: Phase) {
    let double = acting(stage, Act::Answer(code, "4.7.1 not this one"));
    let result = send_mail(relay(&double), &mail()).await;
    let SendResult::Refused { permanent, code: told, text, at } = &result else {
        panic!("{stage:?} {code}: {result:?}")
    };
    assert_eq!((*permanent, *told, *at), (code >= 500, code, phase), "{stage:?}");
    assert!(text.ends_with("4.7.1 not this one"), "{text}");
    assert!(double.received().is_empty());
    assert_eq!(result.may_be_tried_again(), code < 500 || phase == Phase::Connect);
}

#[tokio::test]
async fn one_refused_recipient_refuses_the_mail_for_all_and_is_named() {
    let double = plain_double();
    double.recipient("nadie@cliente.es", Stage::Rcpt, Act::Answer(550, "5.1.1 User unknown"));
    let copied = OutgoingMail { cc: vec![Mailbox::bare("nadie@cliente.es")], ..mail() };
    let result = send_mail(relay(&double), &copied).await;
    let expected = SendResult::Refused {
        permanent: true,
        code: 550,
        text: "<nadie@cliente.es>: 5.1.1 User unknown".to_owned(),
        at: Phase::Rcpt,
    };
    assert_eq!(result, expected);
    assert!(double.received().is_empty() && !double.record().heard("DATA"));
}

#[tokio::test]
async fn after_a_refused_recipient_the_connection_serves_the_next_mail() {
    let double = plain_double();
    double.recipient("nadie@cliente.es", Stage::Rcpt, Act::Answer(450, "4.2.1 later"));
    let mailer = mailer(relay(&double));
    assert!(!is_accepted(&send_to(&mailer, "nadie@cliente.es").await));
    assert!(is_accepted(&send_to(&mailer, "ana@cliente.es").await));
    double.forget_recipient("nadie@cliente.es");
    assert!(is_accepted(&send_to(&mailer, "nadie@cliente.es").await));
    assert_eq!((double.record().connections, double.received().len()), (1, 2));
}

#[tokio::test]
async fn wrong_credentials_are_refused_at_the_login() {
    let double = double(with_login());
    let wrong = Login { user: "recobra".to_owned(), password: Secret::new("wrong") };
    let result = send_mail(SmtpRelay { login: Some(wrong), ..relay(&double) }, &mail()).await;
    assert!(
        matches!(result, SendResult::Refused { permanent: true, code: 535, at: Phase::Auth, .. }),
        "{result:?}"
    );
    assert!(!double.record().heard("MAIL"));
    // It says nothing against the mail: once the password is right, it can go.
    assert!(result.may_be_tried_again());
}

#[tokio::test]
async fn credentials_are_not_told_to_a_relay_that_offers_no_usable_login() {
    for options in [Options::default(), Options { mechanisms: "CRAM-MD5", ..with_login() }] {
        let double = double(options);
        let result = send_mail(SmtpRelay { login: Some(login()), ..relay(&double) }, &mail()).await;
        assert!(matches!(result, SendResult::NotSent { cause: Cause::Protocol, .. }), "{result:?}");
        assert!(!double.record().heard("AUTH"));
    }
}

#[tokio::test]
async fn a_mail_larger_than_the_relay_takes_is_refused_before_it_is_sent() {
    let double = double(Options { message_bytes_max: 1000, ..Options::default() });
    let result = send_mail(relay(&double), &large_mail()).await;
    assert!(
        matches!(result, SendResult::Refused { permanent: true, code: 552, at: Phase::MailFrom, .. }),
        "{result:?}"
    );
}

#[tokio::test]
async fn a_refusal_in_the_middle_of_the_message_is_heard() {
    let double = acting(Stage::Body, Act::Answer(552, "5.3.4 too big"));
    let result = send_mail(relay(&double), &large_mail()).await;
    assert!(
        matches!(result, SendResult::Refused { permanent: true, code: 552, at: Phase::Data, .. }),
        "{result:?}"
    );
    assert!(double.received().is_empty());
}

#[tokio::test]
async fn a_closed_port_is_unreachable() {
    let double = plain_double();
    let closed = SmtpRelay { port: closed_port().await.unwrap(), ..relay(&double) };
    let result = send_mail(closed, &mail()).await;
    assert!(matches!(result, SendResult::NotSent { cause: Cause::Unreachable, .. }), "{result:?}");
    assert!(result.may_be_tried_again());
}

#[tokio::test]
async fn a_relay_that_answers_nonsense_before_the_dot_gets_no_mail() {
    let cases = [
        (Stage::Connect, &b"hello\r\n"[..]),
        (Stage::Ehlo, b"354 what\r\n"),
        (Stage::MailFrom, b"25 Ok\r\n"),
        (Stage::Rcpt, b"250-a\r\n251 b\r\n"),
        (Stage::Data, b"250 Ok\r\n"),
        // The second answer would be taken for that of the next command.
        (Stage::MailFrom, b"250 Ok\r\n250 Ok\r\n"),
    ];
    for (stage, bytes) in cases {
        let double = acting(stage, Act::Raw(bytes));
        let result = send_mail(relay(&double), &mail()).await;
        assert!(matches!(result, SendResult::NotSent { cause: Cause::Protocol, .. }), "{stage:?} {result:?}");
        assert!(double.received().is_empty());
    }
}

#[tokio::test]
async fn an_acceptance_given_before_the_dot_is_not_believed() {
    let double = acting(Stage::Data, Act::Append("250 2.0.0 Ok: queued\r\n"));
    let result = send_mail(relay(&double), &mail()).await;
    assert!(matches!(result, SendResult::NotSent { cause: Cause::Protocol, .. }), "{result:?}");
    assert!(double.received().is_empty());
}

#[tokio::test]
async fn a_connection_turned_away_is_a_temporary_refusal() {
    let double = plain_double();
    double.next_connection(vec![Behaviour::new(Stage::Connect, Act::Answer(421, "too busy"))]);
    let result = send_mail(relay(&double), &mail()).await;
    assert!(
        matches!(result, SendResult::Refused { permanent: false, code: 421, at: Phase::Connect, .. }),
        "{result:?}"
    );
    assert!(is_accepted(&send_mail(relay(&double), &mail()).await));
}
