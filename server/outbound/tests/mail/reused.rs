//! Connections serve several mails, are bounded, and never deliver a mail twice.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use doubles::smtp::{Act, Behaviour, Stage};
use outbound::mail::{Cause, SendResult, SmtpRelay, Timeouts};

use crate::setting::{PATIENCE, impatient, is_accepted, mailer, plain_double, relay, send_to};

#[tokio::test]
async fn one_connection_serves_several_mails_with_a_reset_between() {
    let double = plain_double();
    let mailer = mailer(relay(&double));
    for number in 0..5 {
        assert!(is_accepted(&send_to(&mailer, &format!("a{number}@cliente.es")).await));
    }
    let record = double.record();
    assert_eq!((record.connections, record.received.len(), record.count("RSET")), (1, 5, 4));
    mailer.close().await;
    let record = double.wait_until(PATIENCE, |record| record.open == 0).await.unwrap();
    assert_eq!(record.count("QUIT"), 1);
    // Closing is not the end: the next mail opens a connection again.
    assert!(is_accepted(&send_to(&mailer, "b@cliente.es").await));
}

#[tokio::test]
async fn there_are_never_more_connections_than_allowed() {
    let double = plain_double();
    let mailer =
        Arc::new(mailer(SmtpRelay { max_connections: NonZeroUsize::new(3).unwrap(), ..relay(&double) }));
    let sends: Vec<_> = (0..40)
        .map(|number| {
            let mailer = Arc::clone(&mailer);
            tokio::spawn(async move { send_to(&mailer, &format!("a{number}@cliente.es")).await })
        })
        .collect();
    for send in sends {
        assert!(is_accepted(&send.await.unwrap()));
    }
    let record = double.record();
    assert_eq!(record.received.len(), 40);
    assert!(record.connections <= 3, "{}", record.connections);
}

#[tokio::test]
async fn a_mail_that_finds_no_free_connection_in_time_is_not_sent() {
    let double = plain_double();
    double.every_connection(vec![Behaviour::new(Stage::Dot, Act::Hang)]);
    // The first mail keeps the only connection for the total; the second waits for half of that.
    let timeouts = Timeouts { connect: PATIENCE, command: PATIENCE, total: Duration::from_secs(8) };
    let one = NonZeroUsize::new(1).unwrap();
    let mailer = mailer(SmtpRelay { max_connections: one, timeouts, ..relay(&double) });
    let (first, second) = tokio::join!(send_to(&mailer, "a@cliente.es"), async {
        double.wait_until(PATIENCE, |record| !record.received.is_empty()).await.unwrap();
        send_to(&mailer, "b@cliente.es").await
    });
    assert!(matches!(first, SendResult::Unknown { .. }), "{first:?}");
    assert!(matches!(second, SendResult::NotSent { cause: Cause::Timeout, .. }), "{second:?}");
    assert_eq!((double.record().connections, double.received().len()), (1, 1));
}

#[tokio::test]
async fn a_connection_closed_while_idle_is_replaced_and_the_mail_delivered_once() {
    for act in [Act::Append("421 4.4.2 idle for too long\r\n"), Act::Append("250 what\r\n")] {
        let double = plain_double();
        double.next_connection(vec![Behaviour::new(Stage::Dot, act)]);
        let mailer = mailer(relay(&double));
        assert!(is_accepted(&send_to(&mailer, "a@cliente.es").await));
        assert!(is_accepted(&send_to(&mailer, "b@cliente.es").await));
        assert_eq!((double.record().connections, double.received().len()), (2, 2));
    }
    for act in [Act::Drop, Act::Answer(421, "closing"), Act::Answer(502, "what")] {
        let double = plain_double();
        double.next_connection(vec![Behaviour::new(Stage::Reset, act)]);
        let mailer = mailer(relay(&double));
        assert!(is_accepted(&send_to(&mailer, "a@cliente.es").await));
        assert!(is_accepted(&send_to(&mailer, "b@cliente.es").await));
        assert_eq!((double.record().connections, double.received().len()), (2, 2));
    }
}

#[tokio::test]
async fn a_mail_turned_away_on_a_used_connection_is_tried_once_on_a_fresh_one() {
    let double = plain_double();
    let mailer = mailer(relay(&double));
    assert!(is_accepted(&send_to(&mailer, "a@cliente.es").await));
    double.recipient("b@cliente.es", Stage::Rcpt, Act::Answer(421, "4.7.0 enough for this connection"));
    let result = send_to(&mailer, "b@cliente.es").await;
    assert!(matches!(result, SendResult::Refused { code: 421, .. }), "{result:?}");
    assert_eq!(double.record().connections, 2);
}

#[tokio::test]
async fn a_mail_whose_outcome_is_unknown_is_not_sent_again_on_another_connection() {
    let double = plain_double();
    let mailer = mailer(relay(&double));
    assert!(is_accepted(&send_to(&mailer, "a@cliente.es").await));
    double.recipient("b@cliente.es", Stage::Dot, Act::Drop);
    let result = send_to(&mailer, "b@cliente.es").await;
    assert!(matches!(result, SendResult::Unknown { .. }), "{result:?}");
    assert_eq!((double.record().connections, double.received().len()), (1, 2));
}

#[tokio::test]
async fn a_used_connection_that_falls_silent_is_given_up_in_time() {
    let double = plain_double();
    double.every_connection(vec![Behaviour::new(Stage::Reset, Act::Hang)]);
    let mailer = mailer(impatient(relay(&double)));
    assert!(is_accepted(&send_to(&mailer, "a@cliente.es").await));
    let result = send_to(&mailer, "b@cliente.es").await;
    assert!(matches!(result, SendResult::NotSent { cause: Cause::Timeout, .. }), "{result:?}");
    assert!(is_accepted(&send_to(&mailer, "c@cliente.es").await));
    assert_eq!((double.record().connections, double.received().len()), (2, 2));
}

#[tokio::test]
async fn a_connection_is_given_up_after_a_hundred_mails() {
    let double = plain_double();
    let mailer = mailer(relay(&double));
    for number in 0..101 {
        assert!(is_accepted(&send_to(&mailer, &format!("a{number}@cliente.es")).await));
    }
    assert_eq!((double.record().connections, double.received().len()), (2, 101));
}
