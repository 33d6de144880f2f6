//! Where one field of an object comes from, and conditions on rows.

use std::collections::BTreeMap;
use std::fmt;

use kernel::{Error, Outcome};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};

use crate::imports::codes;
use crate::imports::date::DateFormat;
use crate::imports::number::NumberFormat;
use crate::imports::targets::Shape;

/// The maps of an object's fields, by field name.
pub type FieldMaps = BTreeMap<String, FieldMap>;

/// Where one field comes from. In a profile, a plain text is short for `{ column = "…" }`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldMap {
    /// Column, constant or template.
    pub source: FieldSource,
    /// Replaces the texts of the file; values are written as in JSON: plain numbers, ISO dates, true and false.
    pub values: BTreeMap<String, String>,
    /// For texts that `values` lacks; without it they are an error.
    pub otherwise: Option<String>,
    /// For an empty value.
    pub default: Option<String>,
    /// Turns the sign.
    pub negate: bool,
    /// Drops the sign.
    pub absolute: bool,
    /// Takes the sign from another column.
    pub sign: Option<SignRule>,
    /// For this field alone.
    pub dates: Option<DateFormat>,
    /// For this field alone.
    pub numbers: Option<NumberFormat>,
    /// The column may be absent from the file.
    pub optional: bool,
    /// The type of a custom attribute.
    pub shape: Option<AttributeShape>,
}

/// What a field is read from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum FieldSource {
    /// Never filled.
    #[default]
    Nothing,
    Column(String),
    /// The same for every row.
    Constant(String),
    /// Text with `{column}` in it, `{{` and `}}` for braces. Empty when any of its columns is, unless that is
    /// written `{column?}`.
    Template(String),
}

/// A sign that stands in a column of its own, as SAP writes H (credit) and S (debit).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignRule {
    pub column: String,
    /// Indicators that turn the sign of the amount.
    pub negative: Vec<String>,
    /// Indicators that keep it. Any other is an error.
    pub positive: Vec<String>,
}

kernel::text_enum! {
    /// The type of a custom attribute; text when not stated.
    pub enum AttributeShape {
        Text = "text",
        Number = "number",
        Flag = "flag",
        Date = "date",
    }
}

kernel::text_enum! {
    /// What a condition says about the sign of a number.
    pub enum Sign {
        Negative = "negative",
        Zero = "zero",
        Positive = "positive",
        /// Zero or positive.
        NotNegative = "not_negative",
    }
}

/// A condition on one column. All its parts that are stated must hold.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    pub column: String,
    /// The text is one of these.
    #[serde(default)]
    pub equals: Option<Texts>,
    /// The text is none of these.
    #[serde(default)]
    pub not_equals: Option<Texts>,
    /// The text begins with one of these.
    #[serde(default)]
    pub starts_with: Option<Texts>,
    /// The text is empty, or is not.
    #[serde(default)]
    pub empty: Option<bool>,
    /// The number has this sign.
    #[serde(default)]
    pub sign: Option<Sign>,
}

/// One text or several.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Texts {
    One(String),
    Many(Vec<String>),
}

impl Texts {
    /// The texts, one by one.
    pub fn as_slice(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::Many(texts) => texts,
        }
    }
}

impl Condition {
    pub(super) fn check(&self) -> Outcome<()> {
        let texts = self.equals.is_some() || self.not_equals.is_some() || self.starts_with.is_some();
        if texts || self.empty.is_some() || self.sign.is_some() {
            return Ok(());
        }
        let message = format!("the condition on column {:?} states nothing", self.column);
        Err(Error::with(&codes::PROFILE_INVALID, message))
    }
}

impl FieldMap {
    /// The map that reads one column and nothing else.
    pub fn column(name: impl Into<String>) -> Self {
        Self { source: FieldSource::Column(name.into()), ..Self::default() }
    }

    pub(super) fn check(&self, name: &str, shape: Shape) -> Result<(), String> {
        let attribute = name.starts_with("attributes.");
        if self.shape.is_some() && !attribute {
            return Err("cannot have a shape: only attributes can".to_owned());
        }
        let shape = self.shape_or(shape);
        let signed = self.negate || self.absolute || self.sign.is_some();
        if (signed || self.numbers.is_some()) && shape != Shape::Number {
            return Err("is not a number: negate, absolute, sign and numbers do not apply".to_owned());
        }
        if self.dates.is_some() && shape != Shape::Date {
            return Err("is not a date: dates does not apply".to_owned());
        }
        if self.otherwise.is_some() && self.values.is_empty() {
            return Err("has `otherwise` without `values`".to_owned());
        }
        Ok(())
    }

    /// The stated shape, or the field's own.
    pub(in crate::imports) fn shape_or(&self, shape: Shape) -> Shape {
        match self.shape {
            Some(AttributeShape::Text) => Shape::Text,
            Some(AttributeShape::Number) => Shape::Number,
            Some(AttributeShape::Flag) => Shape::Flag,
            Some(AttributeShape::Date) => Shape::Date,
            None => shape,
        }
    }
}

/// The long form of a field map, as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    column: Option<String>,
    constant: Option<Scalar>,
    template: Option<String>,
    #[serde(default)]
    values: BTreeMap<String, Scalar>,
    otherwise: Option<Scalar>,
    default: Option<Scalar>,
    #[serde(default)]
    negate: bool,
    #[serde(default)]
    absolute: bool,
    sign: Option<SignRule>,
    dates: Option<DateFormat>,
    numbers: Option<NumberFormat>,
    #[serde(default)]
    optional: bool,
    shape: Option<AttributeShape>,
}

/// A value of a profile. Numbers with decimals are written as text, so that they stay exact.
#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Text(String),
    Flag(bool),
    Integer(i64),
}

impl Scalar {
    fn into_text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Flag(flag) => flag.to_string(),
            Self::Integer(number) => number.to_string(),
        }
    }
}

impl TryFrom<Written> for FieldMap {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let source = match (written.column, written.constant, written.template) {
            (Some(column), None, None) => FieldSource::Column(column),
            (None, Some(constant), None) => FieldSource::Constant(constant.into_text()),
            (None, None, Some(template)) => FieldSource::Template(template),
            _ => return Err("a field needs exactly one of column, constant and template"),
        };
        Ok(Self {
            source,
            values: written.values.into_iter().map(|(from, to)| (from, to.into_text())).collect(),
            otherwise: written.otherwise.map(Scalar::into_text),
            default: written.default.map(Scalar::into_text),
            negate: written.negate,
            absolute: written.absolute,
            sign: written.sign,
            dates: written.dates,
            numbers: written.numbers,
            optional: written.optional,
            shape: written.shape,
        })
    }
}

impl<'de> Deserialize<'de> for FieldMap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FieldMapVisitor)
    }
}

/// By hand rather than untagged, so that a wrong key is named in the error.
struct FieldMapVisitor;

impl<'de> Visitor<'de> for FieldMapVisitor {
    type Value = FieldMap;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a column, or a table with column, constant or template")
    }

    fn visit_str<E: serde::de::Error>(self, column: &str) -> Result<FieldMap, E> {
        Ok(FieldMap::column(column))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<FieldMap, A::Error> {
        let written = Written::deserialize(MapAccessDeserializer::new(map))?;
        FieldMap::try_from(written).map_err(serde::de::Error::custom)
    }
}
