//! Lines of a file, each judged by itself, in constant memory.

use std::io::{self, BufRead, BufReader, Read};

use super::codes;
use super::encoding::{Charset, Utf8Input};
use super::row_error::Wrong;

/// Bytes of one line, in UTF-8.
pub const LINE_BYTES_MAX: usize = 1024 * 1024;
/// How much of a line that is too long is kept for its error.
const SHOWN_BYTES: usize = 1024;

/// One line without its ending.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// From 1.
    pub(super) no: u64,
    /// With replacement signs where the line is faulty.
    pub(super) text: String,
    /// Why the line cannot be used.
    pub(super) fault: Option<Wrong>,
}

/// Splits at LF, CRLF and CR.
pub(super) struct Lines<R> {
    input: BufReader<Utf8Input<R>>,
    utf8: bool,
    no: u64,
    offset: u64,
}

impl<R: Read> Lines<R> {
    pub(super) fn open(inner: R, charset: Charset) -> io::Result<Self> {
        let input = BufReader::with_capacity(64 * 1024, Utf8Input::open(inner, charset)?);
        Ok(Self { input, utf8: charset == Charset::Utf8, no: 0, offset: 0 })
    }

    /// The next line; `None` after the last.
    pub(super) fn next(&mut self) -> io::Result<Option<Line>> {
        let mut bytes = Vec::new();
        let start = self.offset;
        let Some(length) = self.fill(&mut bytes)? else {
            return Ok(None);
        };
        self.no += 1;
        if length > LINE_BYTES_MAX {
            bytes.truncate(SHOWN_BYTES);
            let message = format!("the line holds {length} bytes, at most {LINE_BYTES_MAX} are accepted");
            let text = String::from_utf8_lossy(&bytes).into_owned();
            return Ok(Some(Line {
                no: self.no,
                text,
                fault: Some(Wrong::new(&codes::LINE_TOO_LONG, message)),
            }));
        }
        let (text, fault) = self.judged(bytes, start);
        Ok(Some(Line { no: self.no, text, fault }))
    }

    /// Reads to the end of the line, keeping at most the accepted length. Returns the true length.
    fn fill(&mut self, bytes: &mut Vec<u8>) -> io::Result<Option<usize>> {
        let mut length = 0;
        loop {
            let available = match self.input.fill_buf() {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                outcome => outcome?,
            };
            if available.is_empty() {
                return Ok((length > 0).then_some(length));
            }
            let end = available.iter().position(|b| matches!(b, b'\n' | b'\r'));
            let piece = available.get(..end.unwrap_or(available.len())).unwrap_or_default();
            let room = LINE_BYTES_MAX.saturating_sub(bytes.len());
            bytes.extend_from_slice(piece.get(..piece.len().min(room)).unwrap_or_default());
            length += piece.len();
            let carriage_return = end.and_then(|at| available.get(at)) == Some(&b'\r');
            let taken = piece.len() + usize::from(end.is_some());
            self.advance(taken);
            if carriage_return && self.input.fill_buf()?.first() == Some(&b'\n') {
                self.advance(1);
            }
            if end.is_some() {
                return Ok(Some(length));
            }
        }
    }

    fn advance(&mut self, bytes: usize) {
        self.input.consume(bytes);
        self.offset = self.offset.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
    }

    fn judged(&self, bytes: Vec<u8>, start: u64) -> (String, Option<Wrong>) {
        let (text, fault) = match String::from_utf8(bytes) {
            Ok(text) => (text, None),
            Err(e) => {
                let within = e.utf8_error().valid_up_to();
                let at = start.saturating_add(u64::try_from(within).unwrap_or(u64::MAX));
                let byte = e.as_bytes().get(within).copied().unwrap_or_default();
                let message = format!("byte 0x{byte:02X} at offset {at} of the file is not UTF-8");
                let text = String::from_utf8_lossy(e.as_bytes()).into_owned();
                (text, Some(Wrong::new(&codes::ENCODING_INVALID, message)))
            }
        };
        let fault = fault.or_else(|| unusable(&text, self.utf8));
        (text, fault)
    }
}

/// Signs that no healthy text holds.
fn unusable(text: &str, utf8: bool) -> Option<Wrong> {
    if text.contains('\0') {
        return Some(Wrong::new(&codes::NUL_BYTE, "the row holds a NUL byte"));
    }
    if text.contains(char::REPLACEMENT_CHARACTER) {
        let message = if utf8 {
            "the row holds the replacement sign U+FFFD: its text was damaged before"
        } else {
            "the row holds bytes that are no text in the file's encoding"
        };
        return Some(Wrong::new(&codes::ENCODING_INVALID, message));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8], charset: Charset) -> Vec<(u64, String, Option<&'static str>)> {
        let mut lines = Lines::open(bytes, charset).unwrap();
        let mut found = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            found.push((line.no, line.text, line.fault.map(|w| w.code.text)));
        }
        found
    }

    fn texts(bytes: &[u8]) -> Vec<String> {
        lines(bytes, Charset::Utf8).into_iter().map(|(_, text, _)| text).collect()
    }

    #[test]
    fn every_line_ending_is_accepted() {
        assert_eq!(texts(b"a\nb\r\nc\rd"), ["a", "b", "c", "d"]);
        assert_eq!(texts(b"a\n\nb\n"), ["a", "", "b"]);
        assert_eq!(texts(b""), Vec::<String>::new());
    }

    #[test]
    fn a_line_that_is_too_long_does_not_spoil_the_next() {
        let mut bytes = vec![b'x'; LINE_BYTES_MAX + 1];
        bytes.extend_from_slice(b"\nok\n");
        let found = lines(&bytes, Charset::Utf8);
        assert_eq!((found[0].1.len(), found[0].2), (SHOWN_BYTES, Some("import.line_too_long")));
        assert_eq!(found[1], (2, "ok".to_owned(), None));
        assert_eq!(lines(&vec![b'x'; LINE_BYTES_MAX], Charset::Utf8)[0].2, None);
    }

    #[test]
    fn a_wrong_byte_belongs_to_its_line_and_is_located() {
        let mut lines = Lines::open(&b"ok\nPe\xF1a\nok"[..], Charset::Utf8).unwrap();
        assert!(lines.next().unwrap().unwrap().fault.is_none());
        let fault = lines.next().unwrap().unwrap().fault.unwrap();
        assert_eq!(fault.message, "byte 0xF1 at offset 5 of the file is not UTF-8");
        assert!(lines.next().unwrap().unwrap().fault.is_none());
    }

    #[test]
    fn nul_and_replacement_signs_are_refused() {
        assert_eq!(lines(b"a\0b", Charset::Utf8)[0].2, Some("import.nul_byte"));
        assert_eq!(lines("a\u{FFFD}".as_bytes(), Charset::Utf8)[0].2, Some("import.encoding_invalid"));
        assert_eq!(lines(b"a\x00\x00\xD8", Charset::Utf16Le)[0].2, Some("import.encoding_invalid"));
    }
}
