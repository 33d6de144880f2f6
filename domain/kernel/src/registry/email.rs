//! E-mail addresses.

use std::fmt;

use crate::registry::codes;
use crate::{Error, Outcome};

/// Bytes before the `@` (RFC 5321, 4.5.3.1.1).
const LOCAL_BYTES_MAX: usize = 64;
/// Bytes of the whole address: a path holds 256 with its angle brackets (RFC 5321, 4.5.3.1.3).
const ADDRESS_BYTES_MAX: usize = 254;
/// Bytes of one label of the domain (RFC 1035, 2.3.4).
const LABEL_BYTES_MAX: usize = 63;

/// An address one can send to: the part of RFC 5321 that is in use.
///
/// Quoted local parts, address literals and domains of one label are refused, because in ledgers they are typing errors.
/// International domains and local parts (RFC 6531) are kept as written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EmailAddress {
    text: String,
    at: usize,
}

impl EmailAddress {
    /// Reads an address; blanks around it are dropped.
    ///
    /// # Errors
    /// `email.invalid`; the message says what is wrong and does not repeat the address.
    pub fn parse(field: &str, text: &str) -> Outcome<Self> {
        let text = text.trim();
        match check(text) {
            Ok(at) => Ok(Self { text: text.to_owned(), at }),
            Err(reason) => Err(Error::field(field, &codes::EMAIL_INVALID, reason)),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What stands after the `@`, as written.
    pub fn domain(&self) -> &str {
        self.text.get(self.at + 1..).unwrap_or_default()
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The place of the `@`, or what is wrong.
fn check(text: &str) -> Result<usize, &'static str> {
    if text.len() > ADDRESS_BYTES_MAX {
        return Err("an e-mail address has at most 254 bytes");
    }
    if text.chars().any(is_invisible) {
        return Err("an e-mail address has no blanks and no control characters");
    }
    let (local, domain) = text.split_once('@').ok_or("an e-mail address has one @")?;
    if domain.contains('@') {
        return Err("an e-mail address has one @");
    }
    if local.is_empty() || local.len() > LOCAL_BYTES_MAX {
        return Err("before the @ stand 1 to 64 bytes");
    }
    if local.split('.').any(str::is_empty) || !local.chars().all(|c| c == '.' || is_local_character(c)) {
        return Err("before the @ stand letters, digits and !#$%&'*+-/=?^_`{|}~, separated by single dots");
    }
    check_domain(domain)?;
    Ok(local.len())
}

fn check_domain(domain: &str) -> Result<(), &'static str> {
    if !domain.contains('.') {
        return Err("after the @ stands a domain of two or more labels");
    }
    if !domain.split('.').all(is_label) {
        return Err("labels of a domain have 1 to 63 letters, digits and inner hyphens");
    }
    let top = domain.rsplit('.').next().unwrap_or_default();
    if top.chars().all(|c| c.is_ascii_digit()) {
        return Err("a domain does not end in a number");
    }
    Ok(())
}

fn is_label(label: &str) -> bool {
    (1..=LABEL_BYTES_MAX).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.chars().all(|c| c == '-' || c.is_ascii_alphanumeric() || !c.is_ascii())
}

/// `atext` of RFC 5322, 3.2.3, and everything beyond ASCII (RFC 6531, 3.3).
fn is_local_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || !c.is_ascii()
}

/// Blanks, control characters, and the format characters that make one address look like another.
fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_addresses_are_taken_as_written() {
        for text in [
            "Cobros@ejemplo.es",
            "a.b+c@sub.example.co.uk",
            "o'neil@example.ie",
            "info@españa.es",
            "x@a-b.museum",
        ] {
            assert_eq!(EmailAddress::parse("email", text).unwrap().as_str(), text);
        }
        assert_eq!(EmailAddress::parse("email", " a@b.es ").unwrap().domain(), "b.es");
    }

    #[test]
    fn what_cannot_be_delivered_is_refused() {
        let long_label = format!("a@{}.es", "b".repeat(64));
        for text in [
            "",
            "a",
            "@b.es",
            "a@",
            "a@b",
            "a@@b.es",
            "a@b@c.es",
            "a b@c.es",
            "a.@b.es",
            ".a@b.es",
            "a..b@c.es",
            "a@-b.es",
            "a@b-.es",
            "a@b..es",
            "a@b.es.",
            "a@[10.0.0.1]",
            "a@10.0.0.1",
            "\"a\"@b.es",
            "a,b@c.es",
            "a;b@c.es",
            "<a@b.es>",
            "a@b.es\r\nBcc: c@d.es",
            "a\u{202E}@b.es",
            "a@b_c.es",
            &long_label,
        ] {
            assert_eq!(
                EmailAddress::parse("email", text).unwrap_err().code().text,
                "email.invalid",
                "{text:?}"
            );
        }
    }

    #[test]
    fn the_lengths_of_the_standard_are_the_limits() {
        let domain = format!("{}.{}.{}.es", "d".repeat(63), "e".repeat(63), "f".repeat(58));
        let longest = format!("{}@{domain}", "l".repeat(64));
        assert_eq!(longest.len(), 254);
        assert!(EmailAddress::parse("email", &longest).is_ok());
        assert!(EmailAddress::parse("email", &longest.replace("f.es", "ff.es")).is_err());
        assert!(EmailAddress::parse("email", &format!("{}@b.es", "l".repeat(65))).is_err());
    }
}
