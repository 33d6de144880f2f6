//! Exact numbers in documents: a decimal text or a whole number, never a binary fraction.

use std::fmt;

use kernel::Decimal;
use kernel::money::parse_decimal;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A number as a document writes it: `"12.5"` or `12`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Exact(pub Decimal);

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ExactVisitor)
    }
}

struct ExactVisitor;

impl Visitor<'_> for ExactVisitor {
    type Value = Exact;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number, or a decimal number as a text like \"12.5\"")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Exact, E> {
        parse_decimal(text)
            .map(|n| Exact(n.normalize()))
            .ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Exact, E> {
        Ok(Exact(Decimal::from(number)))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Exact, E> {
        Ok(Exact(Decimal::from(number)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binary_fractions_are_refused() {
        assert_eq!(serde_json::from_str::<Exact>("\"0.10\"").unwrap().to_string(), "0.1");
        assert_eq!(serde_json::from_str::<Exact>("-3").unwrap(), Exact(Decimal::from(-3)));
        for wrong in ["0.1", "\"1e3\"", "\"\"", "true", "null"] {
            assert!(serde_json::from_str::<Exact>(wrong).is_err(), "{wrong}");
        }
    }
}
