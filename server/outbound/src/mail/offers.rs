//! The service extensions of a relay (RFC 5321, 4.1.1.1).

use super::dialog::Reply;

/// What the relay announced in its answer to `EHLO`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Offers(u8);

impl Offers {
    pub(super) const STARTTLS: u8 = 1;
    pub(super) const SIZE: u8 = 2;
    pub(super) const EIGHT_BIT: u8 = 4;
    pub(super) const DSN: u8 = 8;
    pub(super) const PLAIN: u8 = 16;
    pub(super) const LOGIN: u8 = 32;

    /// Reads the keywords, in any case; the old `AUTH=` form counts too.
    pub(super) fn of(reply: &Reply) -> Self {
        let mut bits = 0;
        for line in reply.lines.iter().skip(1) {
            let line = line.to_ascii_uppercase();
            let mut words = line.split([' ', '=']);
            bits |= match words.next() {
                Some("STARTTLS") => Self::STARTTLS,
                Some("SIZE") => Self::SIZE,
                Some("8BITMIME") => Self::EIGHT_BIT,
                Some("DSN") => Self::DSN,
                Some("AUTH") => words.fold(0, |bits, mechanism| match mechanism {
                    "PLAIN" => bits | Self::PLAIN,
                    "LOGIN" => bits | Self::LOGIN,
                    _ => bits,
                }),
                _ => 0,
            };
        }
        Self(bits)
    }

    pub(super) fn has(self, offer: u8) -> bool {
        self.0 & offer != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offers(lines: &[&str]) -> Offers {
        Offers::of(&Reply { code: 250, lines: lines.iter().map(ToString::to_string).collect() })
    }

    #[test]
    fn keywords_are_read_in_any_case_and_the_greeting_is_none_of_them() {
        let read = offers(&["DSN", "starttls", "Size 1000", "AUTH=LOGIN", "auth cram-md5 Plain", "DSNX"]);
        assert!(
            read.has(Offers::STARTTLS)
                && read.has(Offers::SIZE)
                && read.has(Offers::LOGIN)
                && read.has(Offers::PLAIN)
        );
        assert!(!read.has(Offers::DSN) && !read.has(Offers::EIGHT_BIT));
    }
}
