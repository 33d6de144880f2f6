use std::time::Duration;

use proptest::prelude::*;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::time::Instant;

use super::{Dialog, Fault, Limit, Reply};

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(20)
}

/// A dialog whose relay has already said this; the other end stays open as long as it is held.
async fn after(bytes: &[u8]) -> (Dialog<DuplexStream>, DuplexStream) {
    let (ours, mut theirs) = tokio::io::duplex(1 << 20);
    theirs.write_all(bytes).await.unwrap();
    (Dialog::new(ours), theirs)
}

async fn read(bytes: &[u8]) -> Result<Reply, Fault> {
    let (mut dialog, theirs) = after(bytes).await;
    drop(theirs);
    dialog.reply(soon()).await
}

fn reply(code: u16, lines: &[&str]) -> Reply {
    Reply { code, lines: lines.iter().map(ToString::to_string).collect() }
}

#[tokio::test]
async fn the_dot_leaves_time_for_its_answer() {
    let seconds = Duration::from_secs;
    let roomy = Limit::start(seconds(2), seconds(10));
    assert_eq!(roomy.end - roomy.at_most(seconds(3600)), seconds(2));
    let tight = Limit::start(seconds(30), seconds(10));
    assert_eq!(tight.end - tight.at_most(seconds(3600)), seconds(5));
    assert!(roomy.step() < roomy.at_most(seconds(3600)));
}

#[tokio::test]
async fn an_answer_of_several_lines_is_one_answer() {
    assert_eq!(
        read(b"250-one\r\n250-two\r\n250 three\r\n").await.unwrap(),
        reply(250, &["one", "two", "three"])
    );
}

#[tokio::test]
async fn an_answer_without_text_or_in_another_encoding_is_read() {
    assert_eq!(read(b"250\r\n").await.unwrap(), reply(250, &[""]));
    assert_eq!(
        read(b"550 direcci\xf3n desconocida\r\n").await.unwrap(),
        reply(550, &["direcci\u{fffd}n desconocida"])
    );
    assert_eq!(read(b"250 queued\x07 as 1\n").await.unwrap(), reply(250, &["queued  as 1"]));
}

#[tokio::test]
async fn what_is_no_answer_is_told_from_silence() {
    for bytes in [
        &b"25\r\n"[..],
        b"hello\r\n",
        b"150 wait\r\n",
        b"999 no\r\n",
        b"+50 no\r\n",
        b"250_no\r\n",
        b"250-a\r\n251 b\r\n",
    ] {
        assert!(matches!(read(bytes).await, Err(Fault::Malformed(_))), "{bytes:?}");
    }
    assert!(matches!(read(&[b'2'; 5000]).await, Err(Fault::Malformed(_))));
    assert!(matches!(read("250-x\r\n".repeat(200).as_bytes()).await, Err(Fault::Malformed(_))));
    assert!(matches!(read(b"").await, Err(Fault::Closed(_))));
    assert!(matches!(read(b"250 cut of").await, Err(Fault::Closed(_))));
    assert!(matches!(read(b"250-and\r\n").await, Err(Fault::Closed(_))));
}

#[tokio::test]
async fn an_answer_given_before_the_command_is_not_taken_for_its_answer() {
    let (mut dialog, mut theirs) = after(b"250 queued\r\n").await;
    assert!(matches!(dialog.command("NOOP\r\n", soon()).await, Err(Fault::Malformed(_))));
    drop(dialog);
    let mut sent = String::new();
    theirs.read_to_string(&mut sent).await.unwrap();
    assert_eq!(sent, "");
}

#[tokio::test]
async fn a_refusal_given_before_the_command_counts_as_its_answer() {
    let (mut dialog, _theirs) = after(b"421 shutting down\r\n").await;
    assert_eq!(dialog.command("NOOP\r\n", soon()).await.unwrap(), reply(421, &["shutting down"]));
}

#[tokio::test]
async fn nothing_received_in_clear_is_carried_over_into_tls() {
    let (mut dialog, _theirs) = after(b"220 go\r\n250 forged\r\n").await;
    assert_eq!(dialog.reply(soon()).await.unwrap().code, 220);
    assert!(matches!(dialog.into_stream(), Err(Fault::Malformed(_))));
}

proptest! {
    #[test]
    fn whatever_a_relay_sends_is_read_without_a_fault_of_ours(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        if let Ok(reply) = runtime.block_on(read(&bytes)) {
            prop_assert!((200..=599).contains(&reply.code));
            prop_assert!(!reply.text().contains(char::is_control));
        }
    }
}
