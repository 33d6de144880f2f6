//! The double against what RFC 5321 prescribes, spoken by hand.

use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use super::{Act, Behaviour, Encryption, Options, SmtpDouble, Stage};

const SOON: Duration = Duration::from_secs(20);

/// A client that only writes and reads lines.
struct Hand {
    stream: BufReader<TcpStream>,
}

impl Hand {
    async fn connect(double: &SmtpDouble) -> Self {
        Self { stream: BufReader::new(TcpStream::connect((double.host(), double.port())).await.unwrap()) }
    }

    async fn write(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.unwrap();
    }

    /// The code of the next complete answer; `None` when the double has closed.
    async fn code(&mut self) -> Option<u16> {
        loop {
            let mut line = String::new();
            tokio::time::timeout(SOON, self.stream.read_line(&mut line)).await.unwrap().unwrap();
            if line.is_empty() {
                return None;
            }
            if line.as_bytes()[3] == b' ' {
                return Some(line.split(' ').next().unwrap().parse().unwrap());
            }
        }
    }

    async fn says(&mut self, text: &str) -> u16 {
        self.write(text).await;
        self.code().await.unwrap()
    }
}

async fn greeted(double: &SmtpDouble) -> Hand {
    let mut hand = Hand::connect(double).await;
    assert_eq!(hand.code().await, Some(220));
    assert_eq!(hand.says("EHLO bar.com\r\n").await, 250);
    hand
}

#[tokio::test]
async fn the_sample_dialog_of_rfc_5321_appendix_d_1_is_spoken() {
    let double = SmtpDouble::start(Options::default()).unwrap();
    let mut hand = greeted(&double).await;
    double.recipient("Green@foo.com", Stage::Rcpt, Act::Answer(550, "No such user here"));
    assert_eq!(hand.says("MAIL FROM:<Smith@bar.com>\r\n").await, 250);
    assert_eq!(hand.says("RCPT TO:<Jones@foo.com>\r\n").await, 250);
    assert_eq!(hand.says("RCPT TO:<Green@foo.com>\r\n").await, 550);
    assert_eq!(hand.says("RCPT TO:<Brown@foo.com>\r\n").await, 250);
    assert_eq!(hand.says("DATA\r\n").await, 354);
    assert_eq!(hand.says("Blah blah blah...\r\n..etc. etc. etc.\r\n.\r\n").await, 250);
    assert_eq!(hand.says("QUIT\r\n").await, 221);
    assert_eq!(hand.code().await, None);

    let received = double.received();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].mail_from, "Smith@bar.com");
    let recipients: Vec<&str> = received[0].recipients.iter().map(|one| one.address.as_str()).collect();
    assert_eq!(recipients, ["Jones@foo.com", "Brown@foo.com"]);
    assert_eq!(received[0].bytes, b"Blah blah blah...\r\n.etc. etc. etc.\r\n");
}

#[tokio::test]
async fn commands_out_of_order_are_refused() {
    let double = SmtpDouble::start(Options::default()).unwrap();
    let mut hand = Hand::connect(&double).await;
    assert_eq!(hand.code().await, Some(220));
    assert_eq!(hand.says("MAIL FROM:<a@b.com>\r\n").await, 503);
    assert_eq!(hand.says("EHLO bar.com\r\n").await, 250);
    assert_eq!(hand.says("RCPT TO:<a@b.com>\r\n").await, 503);
    assert_eq!(hand.says("MAIL FROM:<a@b.com>\r\n").await, 250);
    assert_eq!(hand.says("MAIL FROM:<a@b.com>\r\n").await, 503);
    assert_eq!(hand.says("DATA\r\n").await, 503);
    assert_eq!(hand.says("RSET\r\n").await, 250);
    assert_eq!(hand.says("RCPT TO:<a@b.com>\r\n").await, 503);
    assert_eq!(hand.says("FROB\r\n").await, 500);
    assert_eq!(hand.says("MAIL FROM: <a@b.com>\r\n").await, 501);
    assert_eq!(hand.says("MAIL FROM:<a@b.com> COLOUR=red\r\n").await, 555);
}

#[tokio::test]
async fn pipelined_commands_are_answered_in_order() {
    let double = SmtpDouble::start(Options::default()).unwrap();
    let mut hand = greeted(&double).await;
    hand.write("MAIL FROM:<a@b.com>\r\nRCPT TO:<>\r\nRCPT TO:<c@d.com>\r\nDATA\r\n").await;
    for code in [250, 501, 250, 354] {
        assert_eq!(hand.code().await, Some(code));
    }
}

#[tokio::test]
async fn what_a_strict_server_refuses_is_refused_and_not_kept() {
    let double = SmtpDouble::start(Options { message_bytes_max: 5000, ..Options::default() }).unwrap();
    let cases = [
        ("bare\nline feed\r\n".to_owned(), 521),
        ("bare\rreturn\r\n".to_owned(), 521),
        ("ñ\r\n".to_owned(), 554),
        (format!("{}\r\n", "x".repeat(999)), 500),
        (format!("{}\r\n", "x".repeat(900)).repeat(6), 552),
    ];
    let mut hand = greeted(&double).await;
    for (text, code) in cases {
        assert_eq!(hand.says("MAIL FROM:<a@b.com>\r\n").await, 250);
        assert_eq!(hand.says("RCPT TO:<c@d.com>\r\n").await, 250);
        assert_eq!(hand.says("DATA\r\n").await, 354);
        assert_eq!(hand.says(&format!("{text}.\r\n")).await, code, "{text:?}");
    }
    assert_eq!(hand.says("MAIL FROM:<a@b.com> SIZE=5001\r\n").await, 552);
    assert!(double.received().is_empty());
}

#[tokio::test]
async fn a_bare_line_feed_before_the_dot_does_not_end_the_message() {
    let double = SmtpDouble::start(Options::default()).unwrap();
    let mut hand = greeted(&double).await;
    hand.says("MAIL FROM:<a@b.com>\r\n").await;
    hand.says("RCPT TO:<c@d.com>\r\n").await;
    hand.says("DATA\r\n").await;
    assert_eq!(hand.says("one\n.\r\nMAIL FROM:<smuggled@b.com>\r\n.\r\n").await, 521);
    assert_eq!(double.record().count("MAIL"), 1);
}

#[tokio::test]
async fn starttls_and_login_are_demanded_when_configured() {
    let login = Some(("user".to_owned(), "pass".to_owned()));
    let double = SmtpDouble::start(Options {
        encryption: Encryption::StartTls,
        login: login.clone(),
        ..Options::default()
    })
    .unwrap();
    let mut hand = greeted(&double).await;
    assert_eq!(hand.says("AUTH PLAIN AHVzZXIAcGFzcw==\r\n").await, 503);
    assert_eq!(hand.says("MAIL FROM:<a@b.com>\r\n").await, 530);

    let double = SmtpDouble::start(Options { login, ..Options::default() }).unwrap();
    let mut hand = greeted(&double).await;
    assert_eq!(hand.says("MAIL FROM:<a@b.com>\r\n").await, 530);
    assert_eq!(hand.says("AUTH PLAIN AHVzZXIAd3Jvbmc=\r\n").await, 535);
    assert_eq!(hand.says("AUTH LOGIN\r\n").await, 334);
    assert_eq!(hand.says("dXNlcg==\r\n").await, 334);
    assert_eq!(hand.says("cGFzcw==\r\n").await, 235);
    assert_eq!(hand.says("MAIL FROM:<a@b.com>\r\n").await, 250);
    assert!(!format!("{:?}", double.record().commands).contains("AHVz"));
}

#[tokio::test]
async fn a_queued_behaviour_holds_for_one_connection() {
    let double = SmtpDouble::start(Options::default()).unwrap();
    double.next_connection(vec![Behaviour::new(Stage::Connect, Act::Answer(421, "not now"))]);
    let mut hand = Hand::connect(&double).await;
    assert_eq!(hand.code().await, Some(421));
    assert_eq!(hand.code().await, None);
    greeted(&double).await;
}

#[tokio::test]
async fn connections_beyond_the_limit_are_turned_away() {
    let double = SmtpDouble::start(Options { connections_max: 1, ..Options::default() }).unwrap();
    let first = greeted(&double).await;
    assert_eq!(Hand::connect(&double).await.code().await, Some(421));
    drop(first);
    double.wait_until(SOON, |record| record.open == 0).await.unwrap();
}

#[tokio::test]
async fn a_stopped_double_closes_its_connections_and_its_port() {
    let double = SmtpDouble::start(Options::default()).unwrap();
    let address = (double.host(), double.port());
    let mut hand = greeted(&double).await;
    double.stop().await;
    let mut rest = Vec::new();
    // Either a clean end or a reset: the connection is gone.
    drop(tokio::time::timeout(SOON, hand.stream.read_to_end(&mut rest)).await.unwrap());
    assert!(TcpStream::connect(address).await.is_err());
}
