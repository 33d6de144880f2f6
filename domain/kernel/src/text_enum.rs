//! Enums that are text everywhere else: in SQL (`text` with a CHECK), JSON, proto and logs.

/// Implemented by [`text_enum!`]; lets a test compare every CHECK constraint with its enum.
pub trait TextEnum: Sized + Copy + 'static {
    const ALL: &'static [Self];
    /// The text forms, in the same order.
    const TEXTS: &'static [&'static str];
    fn as_str(self) -> &'static str;

    /// `None` for a text this enum does not know.
    fn from_text(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|v| v.as_str() == text)
    }
}

/// Declares an enum with its text forms.
#[macro_export]
macro_rules! text_enum {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        $vis enum $name { $($(#[$vmeta])* #[serde(rename = $text)] $variant),* }

        impl $crate::text_enum::TextEnum for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),*];
            const TEXTS: &'static [&'static str] = &[$($text),*];
            fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($crate::text_enum::TextEnum::as_str(*self))
            }
        }
    };
}

/// Reads an enum from its text form.
///
/// # Errors
/// `value.unknown`, naming the accepted values.
pub fn parse<E: TextEnum>(field: &str, text: &str) -> crate::Outcome<E> {
    E::from_text(text).ok_or_else(|| {
        let known = E::TEXTS.join(", ");
        crate::Error::field(
            field,
            &crate::registry::codes::VALUE_UNKNOWN,
            format!("{:?} is not one of {known}", crate::text::shown(text)),
        )
    })
}
