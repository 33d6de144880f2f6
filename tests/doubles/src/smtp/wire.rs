//! Lines and messages as they travel.

use std::io;
use std::time::Duration;

use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
};

/// A line longer than this ends the connection (RFC 4954 allows 12,288 bytes for `AUTH`).
const LINE_BYTES_MAX: u64 = 16 * 1024;

/// RFC 5321, 4.5.3.1.6: a text line has at most 998 bytes without its end.
const TEXT_LINE_BYTES_MAX: usize = 998;

pub(super) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// A message as read, with the answer to what is wrong with it.
pub(super) struct Message {
    pub(super) bytes: Vec<u8>,
    pub(super) fault: Option<&'static str>,
}

/// Both directions of a connection.
pub(super) struct Wire {
    stream: BufReader<Box<dyn Duplex>>,
}

impl Wire {
    pub(super) fn new(stream: Box<dyn Duplex>) -> Self {
        Self { stream: BufReader::new(stream) }
    }

    /// The stream itself; what the client sent too early is forgotten (RFC 3207, 4.2).
    pub(super) fn into_stream(self) -> Box<dyn Duplex> {
        self.stream.into_inner()
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await?;
        self.stream.flush().await
    }

    pub(super) async fn drip(&mut self, bytes: &[u8], pause: Duration) -> io::Result<()> {
        for byte in bytes {
            self.write(&[*byte]).await?;
            tokio::time::sleep(pause).await;
        }
        Ok(())
    }

    /// The next command line without its end; `None` when it does not end with CRLF.
    ///
    /// # Errors
    /// `UnexpectedEof` when the client has gone, `InvalidData` when the line is far too long.
    pub(super) async fn read_line(&mut self) -> io::Result<Option<String>> {
        let mut line = Vec::new();
        (&mut self.stream).take(LINE_BYTES_MAX).read_until(b'\n', &mut line).await?;
        if line.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if !line.ends_with(b"\n") {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(line.strip_suffix(b"\r\n").map(|text| String::from_utf8_lossy(text).into_owned()))
    }

    /// Reads up to the final dot, strictly `CRLF . CRLF`, and undoes the dot-stuffing (RFC 5321, 4.5.2).
    ///
    /// # Errors
    /// When the client goes before the final dot.
    pub(super) async fn read_message(&mut self, bytes_max: usize, eight_bit: bool) -> io::Result<Message> {
        let mut message = Message { bytes: Vec::new(), fault: None };
        let mut line = Vec::new();
        loop {
            line.clear();
            self.read_text_line(&mut line, &mut message.fault).await?;
            if line == b".\r\n" {
                return Ok(message);
            }
            let text = line.strip_prefix(b".").unwrap_or(&line);
            if let Some(fault) = fault_of(text, eight_bit) {
                message.fault.get_or_insert(fault);
            }
            if message.bytes.len().saturating_add(text.len()) > bytes_max {
                message.fault.get_or_insert("552 5.3.4 Message too big\r\n");
            } else {
                message.bytes.extend_from_slice(text);
            }
        }
    }

    /// Reads up to the next CRLF; a bare LF does not end a line.
    async fn read_text_line(
        &mut self,
        line: &mut Vec<u8>,
        fault: &mut Option<&'static str>,
    ) -> io::Result<()> {
        loop {
            let read = (&mut self.stream).take(LINE_BYTES_MAX).read_until(b'\n', line).await?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if line.ends_with(b"\r\n") {
                return Ok(());
            }
            // Kept short whatever comes: the message is refused anyway.
            if line.len() > TEXT_LINE_BYTES_MAX.saturating_mul(64) {
                fault.get_or_insert("500 5.5.2 Line too long\r\n");
                line.clear();
                line.push(b' ');
            }
        }
    }

    /// Reads some bytes of the message, at least one.
    pub(super) async fn read_some(&mut self) -> io::Result<()> {
        let mut some = [0; 1024];
        match self.stream.read(&mut some).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }

    /// Reads and forgets everything until the client goes.
    pub(super) async fn ignore(&mut self) -> io::Result<()> {
        loop {
            self.read_some().await?;
        }
    }
}

/// What a strict server answers to a text line of this kind.
fn fault_of(text: &[u8], eight_bit: bool) -> Option<&'static str> {
    let inner = text.strip_suffix(b"\r\n").unwrap_or(text);
    if inner.len() > TEXT_LINE_BYTES_MAX {
        return Some("500 5.5.2 Line too long\r\n");
    }
    if inner.iter().any(|byte| matches!(byte, b'\r' | b'\n')) {
        return Some("521 5.5.2 Bare line end received\r\n");
    }
    (!eight_bit && !inner.is_ascii()).then_some("554 5.6.1 8-bit bytes without BODY=8BITMIME\r\n")
}
