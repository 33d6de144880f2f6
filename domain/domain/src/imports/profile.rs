//! Mapping profiles: how the columns of one kind of file become rows.
//!
//! A profile is a TOML (or JSON) document with `schema = 1`. Nothing is guessed: formats are stated or `auto`, and
//! `auto` asks when the file does not decide. Unknown keys are refused, so that a typing error is never a silent
//! default.

pub mod fields;

use kernel::{Currency, Error, Outcome};
use serde::Deserialize;

use super::codes;
use super::date::DateFormat;
use super::encoding::Encoding;
use super::number::NumberFormat;
use super::targets::Entity;
use fields::{Condition, FieldMap, FieldMaps};

/// The version of the profile document that this code reads.
pub const SCHEMA: u32 = 1;
/// Lines that may precede the header.
pub const SKIP_LINES_MAX: u16 = 100;
/// Bytes of a profile document.
pub const PROFILE_BYTES_MAX: usize = 256 * 1024;

kernel::text_enum! {
    /// The form of a file, as a profile states it.
    pub enum FormatChoice {
        /// NDJSON when the file begins with `{`, else CSV.
        Auto = "auto",
        /// One row per line, fields separated by a delimiter (RFC 4180 and its relatives).
        Csv = "csv",
        /// One JSON object per line.
        Ndjson = "ndjson",
    }
}

/// How the columns of one kind of file become rows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Always [`SCHEMA`].
    pub schema: u32,
    pub name: String,
    #[serde(default)]
    pub description: String,
    #[serde(default = "auto_format")]
    pub format: FormatChoice,
    /// A byte order mark in the file always wins.
    #[serde(default = "auto_encoding")]
    pub encoding: Encoding,
    /// Under `auto`: what a file is that has no byte order mark and is not valid UTF-8.
    #[serde(default)]
    pub encoding_fallback: Option<Encoding>,
    /// One ASCII sign, `tab`, or `auto` (`;`, `,`, tab or `|`).
    #[serde(default = "auto_text")]
    pub delimiter: String,
    /// One ASCII sign; empty when the file does not quote.
    #[serde(default = "double_quote")]
    pub quote: String,
    /// Whether the first row names the columns.
    #[serde(default = "yes")]
    pub header: bool,
    /// Names of the columns of a file without header. `#1`, `#2` … address columns by position in any file.
    #[serde(default)]
    pub columns: Vec<String>,
    /// Lines before the header (or the first row) that are passed over.
    #[serde(default)]
    pub skip_lines: u16,
    /// Whether missing columns at the end of a row are empty; spreadsheets drop them. Else such a row is refused.
    #[serde(default)]
    pub short_rows: bool,
    #[serde(default = "auto_numbers")]
    pub numbers: NumberFormat,
    #[serde(default = "auto_dates")]
    pub dates: DateFormat,
    /// Two-digit years below it belong to 20yy, the others to 19yy. Without it they are refused.
    #[serde(default)]
    pub two_digit_year_pivot: Option<u8>,
    /// The currency of objects whose `currency` is not mapped or is empty.
    #[serde(default)]
    pub currency: Option<String>,
    /// Texts that mean "nothing", e.g. `00000000` or `NULL`.
    #[serde(default)]
    pub empty_values: Vec<String>,
    /// Columns that must not be empty.
    #[serde(default)]
    pub required_columns: Vec<String>,
    /// Columns that `by_name` need not know.
    #[serde(default)]
    pub ignore_columns: Vec<String>,
    /// A row is passed over when any of these holds.
    #[serde(default)]
    pub skip: Vec<Condition>,
    /// The objects that each row of the file yields, in this order.
    pub rows: Vec<ObjectMap>,
}

/// One object that a row of the file yields.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectMap {
    pub entity: Entity,
    /// The object is yielded when all of these hold.
    #[serde(default)]
    pub when: Vec<Condition>,
    /// Columns named like fields fill them; a column that no object knows is then an error.
    #[serde(default)]
    pub by_name: bool,
    /// Where each field comes from.
    #[serde(default)]
    pub fields: FieldMaps,
}

/// The part that is read first, so that a profile of another version is told apart from a wrong one.
#[derive(Deserialize)]
struct Versioned {
    schema: u32,
}

impl Profile {
    /// Reads a profile: JSON when it begins with `{`, else TOML.
    ///
    /// # Errors
    /// `import.profile_invalid`, `import.profile_schema`, `import.profile_field`, `currency.unknown`.
    pub fn parse(text: &str) -> Outcome<Self> {
        if text.len() > PROFILE_BYTES_MAX {
            let message = format!("a profile has at most {PROFILE_BYTES_MAX} bytes");
            return Err(Error::with(&codes::PROFILE_INVALID, message));
        }
        let json = text.trim_start().starts_with('{');
        let versioned: Versioned = if json { from_json(text)? } else { from_toml(text)? };
        if versioned.schema != SCHEMA {
            let message = format!("the profile has schema {}, this version reads {SCHEMA}", versioned.schema);
            return Err(Error::with(&codes::PROFILE_SCHEMA, message));
        }
        let profile: Self = if json { from_json(text)? } else { from_toml(text)? };
        profile.check()?;
        Ok(profile)
    }

    /// Whether some number or date format must be found out.
    pub(super) fn leaves_formats_open(&self) -> bool {
        let mut fields = self.rows.iter().flat_map(|rows| rows.fields.values());
        let open =
            |map: &FieldMap| map.dates == Some(DateFormat::Auto) || map.numbers == Some(NumberFormat::Auto);
        self.dates == DateFormat::Auto || self.numbers == NumberFormat::Auto || fields.any(open)
    }

    /// The delimiter, unless it must be found out.
    pub(super) fn stated_delimiter(&self) -> Option<u8> {
        match self.delimiter.as_bytes() {
            b"tab" => Some(b'\t'),
            [sign] => Some(*sign),
            _ => None,
        }
    }

    pub(super) fn quote_sign(&self) -> Option<u8> {
        self.quote.as_bytes().first().copied()
    }

    pub(super) fn default_currency(&self) -> Option<Currency> {
        self.currency.as_deref().and_then(|code| Currency::parse("currency", code).ok())
    }

    fn check(&self) -> Outcome<()> {
        let wrong = |what: &str| Err(Error::with(&codes::PROFILE_INVALID, what.to_owned()));
        let delimiter_known = self.delimiter == "auto" || self.stated_delimiter().is_some_and(is_separator);
        if !delimiter_known {
            return wrong("delimiter must be one sign of ASCII, `tab` or `auto`");
        }
        if self.quote.len() > 1
            || self.quote_sign().is_some_and(|q| !is_separator(q) || self.stated_delimiter() == Some(q))
        {
            return wrong("quote must be empty or one sign of ASCII other than the delimiter");
        }
        if self.header && !self.columns.is_empty() {
            return wrong("columns are named either by the header or by `columns`: set header = false");
        }
        if self.skip_lines > SKIP_LINES_MAX {
            return wrong("skip_lines is at most 100");
        }
        if self.two_digit_year_pivot.is_some_and(|pivot| pivot > 100) {
            return wrong("two_digit_year_pivot lies between 0 and 100");
        }
        if self
            .encoding_fallback
            .is_some_and(|f| self.encoding != Encoding::Auto || f.single_byte().is_none())
        {
            return wrong(
                "encoding_fallback is windows-1252 or iso-8859-1, and used with encoding = \"auto\"",
            );
        }
        if self.rows.is_empty() {
            return wrong("a profile needs at least one [[rows]]");
        }
        if let Some(currency) = &self.currency {
            Currency::parse("currency", currency)?;
        }
        let skips = self.skip.iter();
        skips.chain(self.rows.iter().flat_map(|rows| &rows.when)).try_for_each(Condition::check)?;
        self.rows.iter().enumerate().try_for_each(|(i, rows)| rows.check(i, self.currency.is_some()))
    }
}

impl ObjectMap {
    fn check(&self, index: usize, currency_given: bool) -> Outcome<()> {
        let wrong = |field: &str, what: &str| {
            let place = format!("rows[{index}].fields.{field}");
            Err(Error::field(place, &codes::PROFILE_FIELD, format!("{}.{field} {what}", self.entity)))
        };
        for (name, map) in &self.fields {
            let Some(spec) = self.entity.field(name) else {
                return wrong(name, "does not exist");
            };
            if let Err(what) = map.check(name, spec.shape) {
                return wrong(name, &what);
            }
        }
        let given = |name: &str| self.fields.contains_key(name) || (name == "currency" && currency_given);
        match self.entity.fields().iter().find(|spec| spec.required && !self.by_name && !given(spec.name)) {
            Some(spec) => wrong(spec.name, "is required and not mapped"),
            None => Ok(()),
        }
    }

    /// The map of a field, if it is stated.
    pub(super) fn map(&self, name: &str) -> Option<&FieldMap> {
        self.fields.get(name)
    }
}

fn is_separator(sign: u8) -> bool {
    sign == b'\t' || (sign.is_ascii_punctuation() && !matches!(sign, b'.' | b'-'))
}

fn from_json<T: for<'a> Deserialize<'a>>(text: &str) -> Outcome<T> {
    serde_json::from_str(text).map_err(|e| Error::with(&codes::PROFILE_INVALID, e.to_string()))
}

fn from_toml<T: for<'a> Deserialize<'a>>(text: &str) -> Outcome<T> {
    toml::from_str(text).map_err(|e| Error::with(&codes::PROFILE_INVALID, e.to_string()))
}

fn auto_format() -> FormatChoice {
    FormatChoice::Auto
}

fn auto_encoding() -> Encoding {
    Encoding::Auto
}

fn auto_text() -> String {
    "auto".to_owned()
}

fn double_quote() -> String {
    "\"".to_owned()
}

fn yes() -> bool {
    true
}

fn auto_numbers() -> NumberFormat {
    NumberFormat::Auto
}

fn auto_dates() -> DateFormat {
    DateFormat::Auto
}

#[cfg(test)]
mod tests;
