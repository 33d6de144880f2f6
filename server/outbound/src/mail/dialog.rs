//! Commands and answers as they travel (RFC 5321, 4.2), each with a limit of time.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use tokio::io::{
    AsyncBufRead as _, AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader,
};
use tokio::time::Instant;

/// Far above the 512 bytes of RFC 5321, 4.5.3.1.5, and still a bound.
const REPLY_LINE_BYTES_MAX: usize = 4096;

const REPLY_LINES_MAX: usize = 100;

/// What is kept of an answer's text.
const REPLY_TEXT_CHARS_MAX: usize = 1000;

/// How long one mail may take, and each step of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit {
    step: Duration,
    /// When the final dot must be out at the latest. It leaves a step, or half of the total, for the answer: to give up before the
    /// dot costs nothing, while to run out of time just after it leaves the outcome unknown.
    dot: Instant,
    /// When the whole must be over.
    pub(super) end: Instant,
}

impl Limit {
    pub(super) fn start(step: Duration, total: Duration) -> Self {
        let now = Instant::now();
        Self { step, dot: now + total.saturating_sub(step.min(total / 2)), end: now + total }
    }

    /// When a step before the final dot that begins now must be over.
    pub(super) fn step(&self) -> Instant {
        self.at_most(self.step)
    }

    /// The same for a step with a limit of its own.
    pub(super) fn at_most(&self, duration: Duration) -> Instant {
        self.dot.min(Instant::now() + duration)
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Fault {
    /// The limit of time ran out.
    Timeout,
    /// The connection is gone.
    Closed(String),
    /// What came is no SMTP.
    Malformed(String),
}

impl Fault {
    fn io(error: &io::Error) -> Self {
        Self::Closed(format!("the connection broke: {error}"))
    }

    fn end() -> Self {
        Self::Closed("the relay closed the connection".to_owned())
    }
}

/// A complete answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) code: u16,
    /// The lines without their codes; readable characters only.
    pub(super) lines: Vec<String>,
}

impl Reply {
    pub(super) fn is_refusal(&self) -> bool {
        (400..=599).contains(&self.code)
    }

    pub(super) fn text(&self) -> String {
        self.lines.join(" ").chars().take(REPLY_TEXT_CHARS_MAX).collect()
    }
}

/// One side of an SMTP connection.
#[derive(Debug)]
pub(super) struct Dialog<S> {
    stream: BufReader<S>,
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Dialog<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream: BufReader::new(stream) }
    }

    /// The stream itself, for the TLS handshake. Whatever the relay, or somebody between, sent before it must not be taken for an
    /// answer after it (CVE-2011-0411).
    pub(super) fn into_stream(self) -> Result<S, Fault> {
        if self.stream.buffer().is_empty() {
            return Ok(self.stream.into_inner());
        }
        Err(Fault::Malformed("more than an answer to STARTTLS came in clear".to_owned()))
    }

    /// Sends a command line, CRLF included, and reads the answer.
    pub(super) async fn command(&mut self, line: &str, by: Instant) -> Result<Reply, Fault> {
        if let Some(reply) = self.interruption(by).await? {
            return Ok(reply);
        }
        self.write(line.as_bytes(), by).await?;
        self.reply(by).await
    }

    pub(super) async fn write(&mut self, bytes: &[u8], by: Instant) -> Result<(), Fault> {
        let write = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        };
        within(by, write).await?.map_err(|error| Fault::io(&error))
    }

    /// What the relay says although it is not its turn: a refusal (as 421, before it closes) counts as the answer to what was about
    /// to be sent. Anything else would shift all answers by one, so that a mail could count as accepted that was not.
    pub(super) async fn interruption(&mut self, by: Instant) -> Result<Option<Reply>, Fault> {
        let heard = poll_fn(|context| match Pin::new(&mut self.stream).poll_fill_buf(context) {
            Poll::Pending => Poll::Ready(None),
            Poll::Ready(read) => Poll::Ready(Some(read.map(|bytes| !bytes.is_empty()))),
        });
        match heard.await {
            None => Ok(None),
            Some(Err(error)) => Err(Fault::io(&error)),
            Some(Ok(false)) => Err(Fault::end()),
            Some(Ok(true)) => {
                let reply = self.reply(by).await?;
                if reply.is_refusal() {
                    return Ok(Some(reply));
                }
                Err(Fault::Malformed(format!("the relay said {} {:?} out of turn", reply.code, reply.text())))
            }
        }
    }

    /// Reads a complete answer.
    pub(super) async fn reply(&mut self, by: Instant) -> Result<Reply, Fault> {
        within(by, self.read_reply()).await?
    }

    async fn read_reply(&mut self) -> Result<Reply, Fault> {
        let mut code = None;
        let mut lines = Vec::new();
        while lines.len() < REPLY_LINES_MAX {
            let mut bytes = Vec::new();
            self.read_line(&mut bytes).await.map_err(|error| Fault::io(&error))?;
            if bytes.len() >= REPLY_LINE_BYTES_MAX {
                return Err(Fault::Malformed("the relay sent a line without end".to_owned()));
            }
            if !bytes.ends_with(b"\n") {
                return Err(Fault::end());
            }
            let line = ReplyLine::parse(&bytes)?;
            if *code.get_or_insert(line.code) != line.code {
                return Err(Fault::Malformed("the relay sent an answer with two codes".to_owned()));
            }
            lines.push(line.text);
            if line.last {
                return Ok(Reply { code: line.code, lines });
            }
        }
        Err(Fault::Malformed("the relay sent an answer without end".to_owned()))
    }

    /// Reads up to the end of a line, of the connection, or of what a line may have.
    async fn read_line(&mut self, bytes: &mut Vec<u8>) -> io::Result<()> {
        while bytes.len() < REPLY_LINE_BYTES_MAX {
            let buffered = self.stream.fill_buf().await?;
            let end =
                buffered.iter().position(|byte| *byte == b'\n').map_or(buffered.len(), |index| index + 1);
            let taken = end.min(REPLY_LINE_BYTES_MAX - bytes.len());
            bytes.extend(buffered.iter().take(taken));
            self.stream.consume(taken);
            if taken == 0 || bytes.ends_with(b"\n") {
                break;
            }
        }
        Ok(())
    }
}

async fn within<T: Send>(by: Instant, future: impl Future<Output = T> + Send) -> Result<T, Fault> {
    tokio::time::timeout_at(by, future).await.map_err(|elapsed| {
        tracing::trace!(%elapsed, "waiting for the relay");
        Fault::Timeout
    })
}

struct ReplyLine {
    code: u16,
    last: bool,
    text: String,
}

impl ReplyLine {
    /// Reads `250-text`, `250 text`, or `250` alone, which RFC 5321, 4.2 asks clients to take too; a bare LF ends a line as well.
    fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let wrong = || Fault::Malformed(format!("the relay said {:?}", readable(bytes)));
        let line = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let (digits, rest) = line.split_at_checked(3).ok_or_else(wrong)?;
        let code = std::str::from_utf8(digits).ok().and_then(|text| text.parse::<u16>().ok());
        let code = code.filter(|code| (200..=599).contains(code)).ok_or_else(wrong)?;
        let (last, text) = match rest.split_first() {
            None => (true, rest),
            Some((b' ', text)) => (true, text),
            Some((b'-', text)) => (false, text),
            Some(_) => return Err(wrong()),
        };
        Ok(Self { code, last, text: readable(text) })
    }
}

/// Relays answer in any encoding; what cannot be read must not keep the code from being read.
fn readable(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes)
        .chars()
        .map(|char| if char.is_control() { ' ' } else { char })
        .collect::<String>()
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests;
