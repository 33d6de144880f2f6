//! Bytes of a file as UTF-8, whatever it was written in.

use std::io::{self, Read};

use encoding_rs::{CoderResult, Decoder};

/// Bytes read at a time.
const CHUNK: usize = 16 * 1024;

kernel::text_enum! {
    /// The encoding of a file, as a profile states it. A byte order mark in the file always wins.
    pub enum Encoding {
        /// By byte order mark, else UTF-8 if the whole file is valid; else asked.
        Auto = "auto",
        Utf8 = "utf-8",
        Windows1252 = "windows-1252",
        Iso88591 = "iso-8859-1",
        Utf16Le = "utf-16le",
        Utf16Be = "utf-16be",
    }
}

kernel::text_enum! {
    /// The encoding of a file, once decided.
    pub enum Charset {
        Utf8 = "utf-8",
        Windows1252 = "windows-1252",
        Iso88591 = "iso-8859-1",
        Utf16Le = "utf-16le",
        Utf16Be = "utf-16be",
    }
}

impl Encoding {
    pub(super) fn stated(self) -> Option<Charset> {
        match self {
            Self::Auto => None,
            Self::Utf8 => Some(Charset::Utf8),
            Self::Windows1252 => Some(Charset::Windows1252),
            Self::Iso88591 => Some(Charset::Iso88591),
            Self::Utf16Le => Some(Charset::Utf16Le),
            Self::Utf16Be => Some(Charset::Utf16Be),
        }
    }

    /// Encodings in which every sequence of bytes is text, so that they can stand for "else".
    pub(super) fn single_byte(self) -> Option<Charset> {
        self.stated().filter(|charset| matches!(charset, Charset::Windows1252 | Charset::Iso88591))
    }
}

/// The encoding that a byte order mark announces, and the length of the mark.
pub(super) fn byte_order_mark(start: &[u8]) -> Option<(Charset, usize)> {
    match start {
        [0xEF, 0xBB, 0xBF, ..] => Some((Charset::Utf8, 3)),
        [0xFF, 0xFE, ..] => Some((Charset::Utf16Le, 2)),
        [0xFE, 0xFF, ..] => Some((Charset::Utf16Be, 2)),
        _ => None,
    }
}

/// Reads a file as UTF-8, without byte order mark. UTF-8 itself passes unchecked: a wrong byte belongs to its row.
pub(super) struct Utf8Input<R> {
    inner: R,
    decoding: Decoding,
    /// Bytes that are ready, from `ready_from` on.
    ready: Vec<u8>,
    ready_from: usize,
    ended: bool,
}

enum Decoding {
    None,
    Latin1,
    By(Box<Decoder>),
}

impl<R: Read> Utf8Input<R> {
    /// Looks for a byte order mark; without one the file is read as `charset`.
    pub(super) fn open(mut inner: R, charset: Charset) -> io::Result<Self> {
        let mut start = [0u8; 3];
        let mut filled = 0;
        while let Some(rest) = start.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match read_some(&mut inner, rest)? {
                0 => break,
                n => filled += n,
            }
        }
        let start = start.get(..filled).unwrap_or_default();
        let (charset, mark) = byte_order_mark(start).unwrap_or((charset, 0));
        let decoding = match charset {
            Charset::Utf8 => Decoding::None,
            Charset::Iso88591 => Decoding::Latin1,
            Charset::Windows1252 => {
                Decoding::By(Box::new(encoding_rs::WINDOWS_1252.new_decoder_without_bom_handling()))
            }
            Charset::Utf16Le => {
                Decoding::By(Box::new(encoding_rs::UTF_16LE.new_decoder_without_bom_handling()))
            }
            Charset::Utf16Be => {
                Decoding::By(Box::new(encoding_rs::UTF_16BE.new_decoder_without_bom_handling()))
            }
        };
        let mut input = Self { inner, decoding, ready: Vec::new(), ready_from: 0, ended: false };
        input.decode(start.get(mark..).unwrap_or_default(), false);
        Ok(input)
    }

    fn decode(&mut self, bytes: &[u8], last: bool) {
        self.ready_from = 0;
        match &mut self.decoding {
            Decoding::None => {
                self.ready.clear();
                self.ready.extend_from_slice(bytes);
            }
            Decoding::Latin1 => {
                self.ready.resize(bytes.len() * 2, 0);
                let written = encoding_rs::mem::convert_latin1_to_utf8(bytes, &mut self.ready);
                self.ready.truncate(written);
            }
            Decoding::By(decoder) => {
                // Three bytes of UTF-8 per unit, and room for what the decoder still holds.
                self.ready.resize(bytes.len() * 3 + 16, 0);
                let (result, _read, written, _replaced) =
                    decoder.decode_to_utf8(bytes, &mut self.ready, last);
                debug_assert_eq!(result, CoderResult::InputEmpty, "the room was computed for all of it");
                self.ready.truncate(written);
            }
        }
    }
}

impl<R: Read> Read for Utf8Input<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.ready_from >= self.ready.len() && !self.ended {
            let mut chunk = [0u8; CHUNK];
            let n = read_some(&mut self.inner, &mut chunk)?;
            self.ended = n == 0;
            self.decode(chunk.get(..n).unwrap_or_default(), self.ended);
        }
        let mut ready = self.ready.get(self.ready_from..).unwrap_or_default();
        let n = ready.read(out)?;
        self.ready_from += n;
        Ok(n)
    }
}

/// Where the bytes stop being UTF-8, if they do; reads to the end.
pub(super) fn first_invalid_utf8(mut input: impl Read) -> io::Result<Option<u64>> {
    let mut buffer = vec![0u8; CHUNK];
    let (mut held, mut offset) = (0usize, 0u64);
    loop {
        let n = match buffer.get_mut(held..) {
            Some(room) => read_some(&mut input, room)?,
            None => 0,
        };
        let filled = buffer.get(..held + n).unwrap_or_default();
        let (valid, wrong) = match std::str::from_utf8(filled) {
            Ok(_) => (filled.len(), false),
            Err(e) => (e.valid_up_to(), e.error_len().is_some() || n == 0),
        };
        let at = offset + u64::try_from(valid).unwrap_or(u64::MAX);
        if wrong {
            return Ok(Some(at));
        }
        if n == 0 {
            return Ok(None);
        }
        // What is left is the beginning of one character, at most three bytes.
        held = filled.len() - valid;
        buffer.copy_within(valid..valid + held, 0);
        offset = at;
    }
}

fn read_some(input: &mut impl Read, room: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(room) {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            outcome => return outcome,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out one byte at a time, as a slow pipe does.
    struct Drops<'a>(&'a [u8]);

    impl Read for Drops<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let n = self.0.len().min(1).min(out.len());
            out[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    fn all(bytes: &[u8], charset: Charset) -> String {
        let mut text = String::new();
        Utf8Input::open(Drops(bytes), charset).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn every_encoding_is_read() {
        assert_eq!(all(b"Pe\xF1a \x80", Charset::Windows1252), "Peña €");
        assert_eq!(all(b"Pe\xF1a", Charset::Iso88591), "Peña");
        assert_eq!(all("Peña 漢".as_bytes(), Charset::Utf8), "Peña 漢");
        let units: Vec<u8> = "Peña 𝄞".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(all(&units, Charset::Utf16Be), "Peña 𝄞");
    }

    #[test]
    fn a_byte_order_mark_wins_over_what_is_stated() {
        assert_eq!(all(b"\xEF\xBB\xBFa\xC3\xB1", Charset::Windows1252), "añ");
        assert_eq!(all(b"\xFF\xFEa\x00\xF1\x00", Charset::Utf8), "añ");
        assert_eq!(all(b"", Charset::Utf8), "");
    }

    #[test]
    fn a_broken_pair_becomes_a_replacement_sign() {
        assert_eq!(all(b"a\x00\x00\xD8b\x00", Charset::Utf16Le), "a\u{FFFD}b");
        assert_eq!(all(b"a\x00b", Charset::Utf16Le), "a\u{FFFD}");
    }

    #[test]
    fn the_first_byte_that_is_not_utf8_is_found() {
        assert_eq!(first_invalid_utf8(Drops("año 漢字".as_bytes())).unwrap(), None);
        assert_eq!(first_invalid_utf8(Drops(b"a\xC3\xB1o \xF1")).unwrap(), Some(5));
        assert_eq!(first_invalid_utf8(&b"abc\xE6\xBC"[..]).unwrap(), Some(3));
        let long = "ñ".repeat(CHUNK);
        assert_eq!(first_invalid_utf8(long.as_bytes()).unwrap(), None);
    }
}
