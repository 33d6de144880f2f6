//! Values as the environment gives them: always text. Guessing types there would turn the password `007` into `7`.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::Deserializer;
use serde::de::{Error, SeqAccess, Visitor};

/// A whole number, also as text.
pub(super) fn number<'de, D: Deserializer<'de>, T: FromStr + TryFrom<u64>>(from: D) -> Result<T, D::Error> {
    struct Number<T>(PhantomData<T>);

    impl<T: FromStr + TryFrom<u64>> Visitor<'_> for Number<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a whole number")
        }

        fn visit_u64<E: Error>(self, value: u64) -> Result<T, E> {
            T::try_from(value).map_err(|_too_large| E::custom(format!("{value} is too large")))
        }

        fn visit_i64<E: Error>(self, value: i64) -> Result<T, E> {
            let positive = u64::try_from(value).map_err(|e| E::custom(format!("{value}: {e}")))?;
            self.visit_u64(positive)
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            text.trim().parse().map_err(|_not_a_number| E::custom(format!("{text:?} is not a whole number")))
        }
    }

    from.deserialize_any(Number(PhantomData))
}

/// A list of texts, also as one text with commas.
pub(super) fn list<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    struct List;

    impl<'de> Visitor<'de> for List {
        type Value = Vec<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list, or texts separated by commas")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Vec<String>, E> {
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            Ok(parts.map(str::to_owned).collect())
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<String>, A::Error> {
            let mut list = Vec::new();
            while let Some(item) = items.next_element()? {
                list.push(item);
            }
            Ok(list)
        }
    }

    from.deserialize_any(List)
}
