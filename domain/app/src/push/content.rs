//! Fingerprints of checked content: what is equal in meaning has the same one.

use kernel::{Date, Decimal};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// Collects fields in a fixed order, each with its length, so that neighbours cannot flow into each other.
#[derive(Default)]
pub struct Content(Sha256);

impl Content {
    #[must_use]
    pub fn text(mut self, text: &str) -> Self {
        self.push(text.as_bytes());
        self
    }

    #[must_use]
    pub fn optional(self, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.flag(true).text(text),
            None => self.flag(false),
        }
    }

    #[must_use]
    pub fn texts(self, texts: &[String]) -> Self {
        let start = self.number(i64::try_from(texts.len()).unwrap_or(i64::MAX));
        texts.iter().fold(start, |content, text| content.text(text))
    }

    #[must_use]
    pub fn flag(mut self, flag: bool) -> Self {
        self.push(&[u8::from(flag)]);
        self
    }

    #[must_use]
    pub fn number(mut self, number: i64) -> Self {
        self.push(&number.to_be_bytes());
        self
    }

    /// 1.5 and 1.50 are the same.
    #[must_use]
    pub fn decimal(mut self, value: Decimal) -> Self {
        self.push(&value.normalize().serialize());
        self
    }

    #[must_use]
    pub fn date(self, date: Option<Date>) -> Self {
        use chrono::Datelike as _;
        self.number(date.map_or(i64::MIN, |d| i64::from(d.num_days_from_ce())))
    }

    #[must_use]
    pub fn id(mut self, id: Option<Uuid>) -> Self {
        self.push(id.as_ref().map_or(&[][..], |id| id.as_bytes().as_slice()));
        self
    }

    /// The first 16 bytes of SHA-256, in the form of a uuid because that is the most compact column.
    pub fn fingerprint(self) -> Uuid {
        let hash: [u8; 32] = self.0.finalize().into();
        let mut half = [0; 16];
        half.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
        Uuid::from_bytes(half)
    }

    fn push(&mut self, bytes: &[u8]) {
        self.0.update(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
        self.0.update(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_do_not_flow_into_each_other() {
        let one = Content::default().text("ab").text("c").fingerprint();
        let two = Content::default().text("a").text("bc").fingerprint();
        assert_ne!(one, two);
    }

    #[test]
    fn trailing_zeros_and_absence() {
        let of = |d: &str| Content::default().decimal(d.parse().unwrap()).fingerprint();
        assert_eq!(of("1.50"), of("1.5"));
        assert_ne!(
            Content::default().optional(None).fingerprint(),
            Content::default().optional(Some("")).fingerprint()
        );
    }
}
