//! Limits and cleanliness of free text, checked at every boundary.

use crate::registry::codes;
use crate::{Error, Outcome};

/// Bytes of an external id, which is opaque to us.
pub const EXTERNAL_ID_BYTES_MAX: usize = 128;
/// Bytes of a name or other single-line text.
pub const LINE_BYTES_MAX: usize = 500;
/// Bytes of a note or other long text.
pub const NOTE_BYTES_MAX: usize = 10_000;

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
    fn a_null_byte_is_refused() {
        assert_eq!(line("name", "a\0b").unwrap_err().code().text, "text.control_character");
    }

    #[test]
    fn hexadecimal_digits_are_two_per_byte() {
        assert_eq!(hex(&[0, 9, 10, 255]), "00090aff");
    }
}
