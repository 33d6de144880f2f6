//! Mail addresses as we accept them.

use kernel::{Error, Outcome};
use lettre::Address;

use super::codes;

/// RFC 5321, 4.5.3.1.3: a path has at most 256 bytes, brackets included.
const ADDRESS_BYTES_MAX: usize = 254;

/// Reads an address, ASCII only: a domain of another script is written in its `xn--` form, and a local part of another script needs
/// SMTPUTF8 all the way to the mailbox, which the sender cannot know.
///
/// # Errors
/// `mail.address_invalid`.
pub(super) fn parse_address(field: &str, text: &str) -> Outcome<Address> {
    let wrong = |why: &str| Error::field(field, &codes::ADDRESS_INVALID, format!("{text:?} {why}"));
    if text.len() > ADDRESS_BYTES_MAX {
        return Err(wrong("is too long for a mail address"));
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>')) {
        return Err(wrong("holds a character that a mail address cannot have"));
    }
    text.parse::<Address>().map_err(|e| wrong("is not a mail address").caused_by(e))
}

/// The domain of an address in small letters, as a key for [`super::Throttle`]; the whole text when there is no `@`.
pub fn domain_of(address: &str) -> String {
    address.rsplit_once('@').map_or(address, |(_, domain)| domain).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_could_carry_a_command_is_refused() {
        for text in [
            "a@b.es\r\nRCPT TO:<x@y.es>",
            "a@b.es> SIZE=1",
            "<a@b.es>",
            "a b@c.es",
            "\"a b\"@c.es",
            "a@",
            "@b.es",
            "a",
            "",
        ] {
            assert_eq!(
                parse_address("to", text).unwrap_err().code().text,
                "mail.address_invalid",
                "{text:?}"
            );
        }
    }

    #[test]
    fn an_address_of_another_script_is_refused() {
        assert!(parse_address("to", "josé@example.com").is_err());
        assert!(parse_address("to", "info@españa.es").is_err());
        assert!(parse_address("to", "info@xn--espaa-rta.es").is_ok());
    }

    #[test]
    fn the_domain_is_compared_in_small_letters() {
        assert_eq!(domain_of("Pagos@Example.COM"), "example.com");
    }
}
