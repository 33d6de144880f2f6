//! What a list asks of a declared attribute.

use serde_json::Value;

use super::{AttributeDefinition, AttributeType};

/// A test of one attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeFilter {
    pub name: String,
    pub value_type: AttributeType,
    pub test: AttributeTest,
}

/// Values as text, checked by the type of the attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributeTest {
    AnyOf(Vec<String>),
    /// From, to, both included; at least one is there.
    Between(Option<String>, Option<String>),
}

/// Reads what a list wants of an attribute; what is wrong with it otherwise.
pub(super) fn read(definition: &AttributeDefinition, wanted: &str) -> Result<AttributeFilter, String> {
    let ordered = matches!(definition.value_type, AttributeType::Number | AttributeType::Date);
    let test = match wanted.split_once("..").filter(|_| ordered) {
        Some(("", "")) => return Err("neither bound is given".to_owned()),
        Some((from, to)) => {
            let bound = |text: &str| (!text.is_empty()).then(|| value(definition, text)).transpose();
            AttributeTest::Between(bound(from)?, bound(to)?)
        }
        None => {
            let values = wanted.split(',').map(|text| value(definition, text));
            AttributeTest::AnyOf(values.collect::<Result<_, _>>()?)
        }
    };
    Ok(AttributeFilter { name: definition.name.clone(), value_type: definition.value_type, test })
}

/// A value as a caller writes it in an address.
fn value(definition: &AttributeDefinition, text: &str) -> Result<String, String> {
    let stored = match definition.value_type {
        AttributeType::Bool => text.parse().map_or(Value::Null, Value::Bool),
        AttributeType::Number | AttributeType::Text | AttributeType::Date => Value::from(text),
    };
    let wrong = || format!("{text:?} is not {}", definition.expected());
    definition.read(&stored).map(|_| text.to_owned()).ok_or_else(wrong)
}
