//! Which values of its column a cell admits, so that gaps and overlaps of a decision table can be named.

use kernel::Decimal;
use zen_expression::intellisense::IntelliSense;
use zen_expression::intellisense::values::cell::CellConstraint;
use zen_expression::intellisense::values::print::CellText;
use zen_expression::intellisense::values::value_set::{NumberSet, StringSet, ValueKind, ValueSet};

use super::evaluate::FactValue;
use super::facts::{FactType, ValueType};

/// A set of values of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellSet {
    set: ValueSet,
    /// Every value the column can have.
    domain: ValueSet,
}

impl CellSet {
    /// The values that a sound cell admits; `None` where that depends on more than the value of the column, or cannot be told.
    pub fn of(source: &str, column: &ValueType) -> Option<Self> {
        let domain = domain_of(column);
        let set = known(&mut IntelliSense::new(), source)?.intersect(&domain);
        Some(Self { set, domain })
    }

    /// Every value of a column.
    pub fn all(column: &ValueType) -> Self {
        let domain = domain_of(column);
        Self { set: domain.clone(), domain }
    }

    /// Whether no value is admitted.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    /// Whether every value of the column is admitted, and its absence too where it can be unknown.
    pub fn covers_all(&self) -> bool {
        self.domain.is_subset(&self.set)
    }

    pub fn contains(&self, value: &FactValue) -> bool {
        let value = match value {
            FactValue::Number(value) => ValueSet::number(*value),
            FactValue::Text(value) => ValueSet::string(value),
            FactValue::Bool(value) => ValueSet::bool(*value),
            FactValue::Null => ValueSet::null(),
        };
        value.is_subset(&self.set)
    }

    /// Whether some value is in both.
    pub fn intersects(&self, other: &Self) -> bool {
        self.set.intersects(&other.set)
    }

    /// Whether each of its values is in the other.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.set.is_subset(&other.set)
    }

    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        self.with(self.set.intersect(&other.set))
    }

    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.with(self.set.union(&other.set))
    }

    /// The values of the column that are not in it.
    #[must_use]
    pub fn complement(&self) -> Self {
        self.with(self.domain.difference(&self.set))
    }

    /// One of its values.
    pub fn example(&self) -> Option<FactValue> {
        let value = self.set.example(None::<ValueKind>)?;
        match value {
            serde_json::Value::Null => Some(FactValue::Null),
            serde_json::Value::Bool(value) => Some(FactValue::Bool(value)),
            serde_json::Value::Number(value) => decimal(&value.to_string()).map(FactValue::Number),
            serde_json::Value::String(value) => Some(FactValue::from(value.as_str())),
            serde_json::Value::Array(_) | serde_json::Value::Object(_) => None,
        }
    }

    /// The set as a cell would say it; empty for every value, `None` for no value and for what no cell can say.
    pub fn describe(&self) -> Option<String> {
        CellText::of(&self.set, &self.domain, false)
    }

    fn with(&self, set: ValueSet) -> Self {
        Self { set, domain: self.domain.clone() }
    }
}

/// Whether a cell asks for values of another type than its column has.
pub(super) fn misses_type(language: &mut IntelliSense, source: &str, column: &ValueType) -> bool {
    known(language, source).is_some_and(|set| !set.is_empty() && !set.intersects(&domain_of(column)))
}

fn known(language: &mut IntelliSense, source: &str) -> Option<ValueSet> {
    CellConstraint::parse(language, source, true, true, false).known_set()
}

fn domain_of(column: &ValueType) -> ValueSet {
    let known = match column.of {
        FactType::Bool => ValueSet { bools: ValueSet::FALSE | ValueSet::TRUE, ..ValueSet::empty() },
        FactType::Number => ValueSet::numbers(NumberSet::all()),
        FactType::Text if column.values.is_empty() => {
            ValueSet { strings: StringSet::all(), ..ValueSet::empty() }
        }
        FactType::Text => {
            let each = column.values.iter().map(|v| ValueSet::string(v)).collect::<Vec<_>>();
            ValueSet::union_all(&each)
        }
    };
    ValueSet { null: column.nullable, ..known }
}

fn decimal(text: &str) -> Option<Decimal> {
    text.parse().ok().or_else(|| Decimal::from_scientific(text).ok())
}
