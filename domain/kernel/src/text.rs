//! Limits and cleanliness of free text, checked at every boundary.

use std::borrow::Cow;

use crate::registry::codes;
use crate::{Error, Outcome};

/// Bytes of an external id, which is opaque to us.
pub const EXTERNAL_ID_BYTES_MAX: usize = 128;
/// Bytes of a name or other single-line text.
pub const LINE_BYTES_MAX: usize = 500;
/// Bytes of a note or other long text.
pub const NOTE_BYTES_MAX: usize = 10_000;
/// Characters of a value that an error repeats.
const SHOWN_CHARS_MAX: usize = 60;

/// A value as errors repeat it: enough to recognise it, however long it is.
pub fn shown(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(SHOWN_CHARS_MAX) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}…", text.get(..end).unwrap_or_default())),
    }
}

/// The beginning of a text, at most so many bytes and only whole characters.
pub fn beginning(text: &str, bytes_max: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes_max)).unwrap_or(text)
}

/// A required single line: trimmed, not empty, no control characters, at most [`LINE_BYTES_MAX`].
///
/// # Errors
/// `text.required`, `text.too_long`, `text.control_character`.
pub fn line(field: &str, text: &str) -> Outcome<String> {
    optional_line(field, text)?
        .ok_or_else(|| Error::field(field, &codes::TEXT_REQUIRED, format!("{field} must not be empty")))
}

/// The same, where an empty text means none.
///
/// # Errors
/// `text.too_long`, `text.control_character`.
pub fn optional_line(field: &str, text: &str) -> Outcome<Option<String>> {
    bounded(field, text, LINE_BYTES_MAX)?;
    if text.chars().any(char::is_control) {
        return Err(Error::field(
            field,
            &codes::TEXT_CONTROL_CHARACTER,
            format!("{field} holds a control character"),
        ));
    }
    let trimmed = text.trim();
    Ok((!trimmed.is_empty()).then(|| trimmed.to_owned()))
}

/// A natural key of an ERP: opaque, but not empty, not longer than [`EXTERNAL_ID_BYTES_MAX`], no control characters.
///
/// # Errors
/// `text.required`, `text.too_long`, `text.control_character`.
pub fn external_id(field: &str, text: &str) -> Outcome<String> {
    bounded(field, text, EXTERNAL_ID_BYTES_MAX)?;
    line(field, text)
}

/// Long text: at most [`NOTE_BYTES_MAX`], line breaks and tabs allowed.
///
/// # Errors
/// `text.too_long`, `text.control_character`.
pub fn note(field: &str, text: &str) -> Outcome<String> {
    bounded(field, text, NOTE_BYTES_MAX)?;
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(Error::field(
            field,
            &codes::TEXT_CONTROL_CHARACTER,
            format!("{field} holds a control character"),
        ));
    }
    Ok(text.trim().to_owned())
}

fn bounded(field: &str, text: &str, max: usize) -> Outcome<()> {
    if text.len() <= max {
        return Ok(());
    }
    Err(Error::field(
        field,
        &codes::TEXT_TOO_LONG,
        format!("{field} holds {} bytes, at most {max} are accepted", text.len()),
    ))
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ten_megabyte_field_is_named_not_repeated() {
        let error = line("name", &"x".repeat(10_000_000)).unwrap_err();
        assert_eq!(error.code().text, "text.too_long");
        assert!(error.to_string().len() < 100);
    }

    #[test]
    fn a_value_is_repeated_up_to_a_length() {
        assert_eq!(shown("1.234,50"), "1.234,50");
        assert_eq!(shown(&"ñ".repeat(60)), "ñ".repeat(60));
        assert_eq!(shown(&"ñ".repeat(61)), format!("{}…", "ñ".repeat(60)));
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!((beginning("añb", 9), beginning("añb", 3), beginning("añb", 2)), ("añb", "añ", "a"));
    }

    #[test]
    fn a_null_byte_is_refused() {
        assert_eq!(line("name", "a\0b").unwrap_err().code().text, "text.control_character");
    }

    #[test]
    fn hexadecimal_digits_are_two_per_byte() {
        assert_eq!(hex(&[0, 9, 10, 255]), "00090aff");
    }
}
