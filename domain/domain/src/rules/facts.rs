//! How facts are typed and documented, whatever the rules are about.

use std::cell::RefCell;
use std::rc::Rc;

use serde::Serialize;
use zen_expression::variable::VariableType;

use crate::attributes::{AttributeDefinition, AttributeType};

kernel::text_enum! {
    /// The type of a fact.
    pub enum FactType {
        Bool = "bool",
        Number = "number",
        Text = "text",
    }
}

/// What a schema says about one fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FactDoc {
    /// Path as an expression writes it, e.g. `group.total_overdue`.
    pub path: String,
    #[serde(rename = "type")]
    pub fact_type: FactType,
    /// Whether it can be unknown; then an expression needs `??`.
    pub nullable: bool,
    /// The values it can take, where they are known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    pub en: String,
    pub es: String,
}

/// The type of a fact or of what an expression gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueType {
    pub of: FactType,
    pub nullable: bool,
    /// Of a text: the values it can take; any when empty.
    pub values: Vec<String>,
}

impl ValueType {
    /// A type that is always known and takes any value.
    pub fn plain(of: FactType) -> Self {
        Self { of, nullable: false, values: Vec::new() }
    }

    /// `None` where an expression gives something that is no fact: a list, an object, nothing at all.
    pub(super) fn of(given: &VariableType) -> Option<Self> {
        match given {
            VariableType::Bool => Some(Self::plain(FactType::Bool)),
            VariableType::Number => Some(Self::plain(FactType::Number)),
            VariableType::String => Some(Self::plain(FactType::Text)),
            VariableType::Const(value) => Some(Self::one_of([value.as_ref()])),
            VariableType::Enum(_, values) => Some(Self::one_of(values.iter().map(AsRef::as_ref))),
            VariableType::Nullable(inner) => Self::of(inner).map(|of| Self { nullable: true, ..of }),
            VariableType::Any
            | VariableType::Null
            | VariableType::Date
            | VariableType::Interval
            | VariableType::Array(_)
            | VariableType::Object(_) => None,
        }
    }

    fn one_of<'a>(values: impl IntoIterator<Item = &'a str>) -> Self {
        let values = values.into_iter().map(str::to_owned).collect();
        Self { values, ..Self::plain(FactType::Text) }
    }

    /// The type as the expression language knows it. `name` names a type of listed values.
    pub(crate) fn variable(&self, name: &str) -> VariableType {
        let plain = self.known_variable(name);
        if self.nullable { VariableType::Nullable(Rc::new(plain)) } else { plain }
    }

    /// The same where the value is known.
    pub(super) fn known_variable(&self, name: &str) -> VariableType {
        match self.of {
            FactType::Bool => VariableType::Bool,
            FactType::Number => VariableType::Number,
            FactType::Text if self.values.is_empty() => VariableType::String,
            FactType::Text => {
                let values = self.values.iter().map(|v| Rc::from(v.as_str())).collect();
                VariableType::Enum(Some(Rc::from(name)), values)
            }
        }
    }
}

/// How a condition sees a declared attribute: a date as the days until it, and any as possibly unknown.
pub(crate) fn attribute_type(of: AttributeType) -> ValueType {
    let of = match of {
        AttributeType::Bool => FactType::Bool,
        AttributeType::Number | AttributeType::Date => FactType::Number,
        AttributeType::Text => FactType::Text,
    };
    ValueType { nullable: true, ..ValueType::plain(of) }
}

/// What a schema says about a declared attribute that stands at `path`.
pub(crate) fn attribute_doc(path: &str, attribute: &AttributeDefinition) -> FactDoc {
    let date = attribute.value_type == AttributeType::Date;
    let with = |label: &str, words: &str| format!("{label}{}", if date { words } else { "" });
    FactDoc {
        path: format!("{path}.{}", attribute.name),
        fact_type: attribute_type(attribute.value_type).of,
        nullable: true,
        values: attribute.choices.clone(),
        en: with(&attribute.label_en, ", in days from the business date"),
        es: with(&attribute.label_es, ", en días desde la fecha contable"),
    }
}

/// An object of the environment.
pub(crate) fn object<'a>(fields: impl IntoIterator<Item = (&'a str, VariableType)>) -> VariableType {
    let fields = fields.into_iter().map(|(name, of)| (Rc::from(name), of)).collect();
    VariableType::Object(Rc::new(RefCell::new(fields)))
}
