//! Custom attributes: what an installation keeps about its parties, accounts and receivables beyond our own fields.
//!
//! Anything may be pushed within limits ([`object`]) and is shown as it came. An attribute that is *declared* has a type: rows
//! that hold another value are refused, lists can be filtered by it, and conditions can read it.

pub mod codes;
mod filter;
pub mod object;
#[cfg(test)]
mod tests;

use kernel::text_enum::TextEnum as _;
use kernel::{Date, Decimal, Error, FieldError, Outcome, text};
use serde_json::{Map, Value};
use std::sync::Arc;

pub use filter::{AttributeFilter, AttributeTest};

kernel::text_enum! {
    /// What an attribute belongs to.
    pub enum AttributeOwner {
        Party = "party",
        Account = "account",
        Receivable = "receivable",
    }
}

impl AttributeOwner {
    /// The object in which a condition finds the attribute.
    pub fn path(self) -> &'static str {
        match self {
            Self::Party => "group.party_attributes",
            Self::Account => "group.attributes",
            Self::Receivable => "item.attributes",
        }
    }
}

kernel::text_enum! {
    /// The type of an attribute.
    pub enum AttributeType {
        Text = "text",
        Number = "number",
        Bool = "bool",
        /// A date as text, `YYYY-MM-DD`. Conditions see the days until it.
        Date = "date",
    }
}

/// A value of a declared attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributeValue {
    Text(Arc<str>),
    Number(Decimal),
    Bool(bool),
    Date(Date),
}

/// Values by name, in the order of the names.
pub type Attributes = Vec<(Arc<str>, AttributeValue)>;

/// Values that a text attribute may be held to.
pub const CHOICES_MAX: usize = 200;

/// The declaration of an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeDefinition {
    pub owner: AttributeOwner,
    pub name: String,
    pub value_type: AttributeType,
    /// Of a text: the values it may have; any when empty.
    pub choices: Vec<String>,
    pub label_en: String,
    pub label_es: String,
}

impl AttributeDefinition {
    /// Checks a declaration.
    ///
    /// # Errors
    /// `attribute.key_invalid`, `attribute.choices_invalid`, those of a line of text for choices and labels.
    pub fn check(self) -> Outcome<Self> {
        if let Some(wrong) = object::wrong_key(&self.name) {
            return Err(Error::field("name", &codes::KEY_INVALID, wrong));
        }
        if self.choices.len() > CHOICES_MAX {
            let message = format!("{} values, at most {CHOICES_MAX} are accepted", self.choices.len());
            return Err(Error::field("choices", &codes::CHOICES_INVALID, message));
        }
        if self.value_type != AttributeType::Text && !self.choices.is_empty() {
            let message = format!("only a text has choices, not a {}", self.value_type);
            return Err(Error::field("choices", &codes::CHOICES_INVALID, message));
        }
        let choice = |(i, choice): (usize, &String)| text::line(&format!("choices[{i}]"), choice);
        let choices = self.choices.iter().enumerate().map(choice).collect::<Outcome<Vec<_>>>()?;
        if let Some(twice) =
            choices.iter().enumerate().find_map(|(i, c)| choices.iter().take(i).find(|b| *b == c))
        {
            return Err(Error::field("choices", &codes::CHOICES_INVALID, format!("{twice:?} stands twice")));
        }
        Ok(Self {
            choices,
            label_en: text::line("label_en", &self.label_en)?,
            label_es: text::line("label_es", &self.label_es)?,
            ..self
        })
    }

    /// The value as declared, `None` where it is of another type or not among the choices.
    pub fn read(&self, value: &Value) -> Option<AttributeValue> {
        match (self.value_type, value) {
            (AttributeType::Bool, Value::Bool(flag)) => Some(AttributeValue::Bool(*flag)),
            // As everywhere in the interface, a number is a decimal as text.
            (AttributeType::Number, Value::String(text)) => {
                kernel::money::parse_decimal(text).map(AttributeValue::Number)
            }
            (AttributeType::Date, Value::String(text)) => {
                kernel::time::parse_date(&self.name, text).ok().map(AttributeValue::Date)
            }
            (AttributeType::Text, Value::String(text)) => {
                let admitted = self.choices.is_empty() || self.choices.contains(text);
                admitted.then(|| AttributeValue::Text(Arc::from(text.as_str())))
            }
            (AttributeType::Bool | AttributeType::Number | AttributeType::Date | AttributeType::Text, _) => {
                None
            }
        }
    }

    /// What a value must be, in words.
    fn expected(&self) -> String {
        match self.value_type {
            AttributeType::Bool => "true or false".to_owned(),
            AttributeType::Number => "a plain decimal number".to_owned(),
            AttributeType::Date => "a date YYYY-MM-DD as text".to_owned(),
            AttributeType::Text if self.choices.is_empty() => "a text".to_owned(),
            AttributeType::Text => format!("one of {}", self.choices.join(", ")),
        }
    }
}

/// Every declaration of an installation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Declared(Vec<AttributeDefinition>);

impl Declared {
    pub fn new(definitions: Vec<AttributeDefinition>) -> Self {
        Self(definitions)
    }

    pub fn iter(&self) -> impl Iterator<Item = &AttributeDefinition> {
        self.0.iter()
    }

    pub fn find(&self, owner: AttributeOwner, name: &str) -> Option<&AttributeDefinition> {
        self.0.iter().find(|d| d.owner == owner && d.name == name)
    }

    /// Holds a pushed object to the declarations. What is not declared passes.
    ///
    /// # Errors
    /// `attribute.wrong_type`; `attribute.several` with one for each value.
    pub fn check(&self, owner: AttributeOwner, object: &Map<String, Value>) -> Outcome<()> {
        let wrong = object.iter().filter_map(|(name, value)| {
            let declared = self.find(owner, name)?;
            declared.read(value).is_none().then(|| FieldError {
                field: format!("attributes.{name}"),
                code: &codes::WRONG_TYPE,
                message: format!("{value} is not {}", declared.expected()),
            })
        });
        let wrong = wrong.collect::<Vec<_>>();
        match wrong.as_slice() {
            [] => Ok(()),
            [one] => Err(Error::field(one.field.clone(), one.code, one.message.clone())),
            [_, _, ..] => Err(Error::fields(&codes::SEVERAL, wrong)),
        }
    }

    /// The declared values among an object's, only those `names`; one that came before its declaration and is of another type
    /// counts as not set.
    pub fn values(&self, owner: AttributeOwner, names: &[Arc<str>], object: &Value) -> Attributes {
        let read = |name: &Arc<str>| {
            let value = self.find(owner, name)?.read(object.get(name.as_ref())?)?;
            Some((Arc::clone(name), value))
        };
        names.iter().filter_map(read).collect()
    }

    /// Reads the filter of a list: `NAME:VALUE[,VALUE…]`, or `NAME:FROM..TO` for numbers and dates.
    ///
    /// # Errors
    /// `attribute.undeclared`, `attribute.filter_invalid`.
    pub fn filter(&self, owner: AttributeOwner, text: &str) -> Outcome<AttributeFilter> {
        let invalid = |message: String| Error::field("attribute", &codes::FILTER_INVALID, message);
        let (name, wanted) = text
            .split_once(':')
            .ok_or_else(|| invalid(format!("{text:?} is not NAME:VALUE or NAME:FROM..TO")))?;
        let definition = self.find(owner, name).ok_or_else(|| {
            let known =
                self.0.iter().filter(|d| d.owner == owner).map(|d| d.name.as_str()).collect::<Vec<_>>();
            let message = format!(
                "no attribute {name:?} of a {} is declared; known are: {}",
                owner.as_str(),
                known.join(", ")
            );
            Error::field("attribute", &codes::UNDECLARED, message)
        })?;
        filter::read(definition, wanted).map_err(|wrong| invalid(format!("{name}: {wrong}")))
    }
}
