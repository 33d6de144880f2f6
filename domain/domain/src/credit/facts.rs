//! The facts of credit: every name a scorecard, a limit table, a credit policy or an alert may read, with type and meaning.
//!
//! A rule sees one holder of risk (an account, a party, a group) on one business date. Amounts are in `holder.currency`. Texts
//! are empty where nothing is known; facts marked nullable need a fall-back (`behaviour.days_late_90 ?? 0`), which the
//! type check insists on.

mod amounts;
mod table;
#[cfg(test)]
mod tests;

use kernel::text_enum::TextEnum as _;
use kernel::{Date, Decimal};
use zen_expression::variable::VariableType;

pub use self::amounts::{DaysAhead, days_ahead, set_exposure, set_limits};
pub use self::table::Fact;
use crate::attributes::{AttributeOwner, AttributeType, AttributeValue, Attributes, Declared};
use crate::rules::evaluate::{FactValue, FactValues};
use crate::rules::facts::{FactDoc, FactType, ValueType, attribute_doc, attribute_type, object};
use crate::rules::schema::Schema;

kernel::text_enum! {
    /// The objects among which the facts are divided.
    pub enum Namespace {
        Account = "account",
        Behaviour = "behaviour",
        Cover = "cover",
        Exposure = "exposure",
        External = "external",
        Holder = "holder",
        Lapsed = "lapsed",
        Limit = "limit",
        Model = "model",
        Party = "party",
        Ratios = "ratios",
        Request = "request",
        Score = "score",
    }
}

impl Namespace {
    /// Whose declared attributes it holds as `attributes`.
    fn owner(self) -> Option<AttributeOwner> {
        match self {
            Self::Account => Some(AttributeOwner::Account),
            Self::Party => Some(AttributeOwner::Party),
            Self::Behaviour
            | Self::Cover
            | Self::Exposure
            | Self::External
            | Self::Holder
            | Self::Lapsed
            | Self::Limit
            | Self::Model
            | Self::Ratios
            | Self::Request
            | Self::Score => None,
        }
    }
}

/// Facts beside ratios that can be negative.
const SIGNED: [Fact; 14] = [
    Fact::BehaviourDaysBeyondExpected,
    Fact::BehaviourDaysLate180,
    Fact::BehaviourDaysLate365,
    Fact::BehaviourDaysLate90,
    Fact::BehaviourDaysLateMax,
    Fact::BehaviourDaysLateTrend,
    Fact::ExposureNow,
    Fact::ExposureProjected,
    Fact::ExposureTotal,
    Fact::ExposureUtilisation,
    Fact::LimitDaysToReview,
    Fact::LimitHeadroom,
    Fact::ModelExpectedDaysLate,
    Fact::ScoreChange,
];
/// Facts that are a part of one.
const PARTS: [Fact; 5] = [
    Fact::BehaviourOnTimeRatio,
    Fact::ExternalPosition,
    Fact::ExternalProbability,
    Fact::ModelProbabilityLate,
    Fact::ModelProbabilityLate30,
];

impl Fact {
    /// Object and name, e.g. `party` and `kind`.
    fn parts(self) -> (&'static str, &'static str) {
        self.as_str().split_once('.').unwrap_or_default()
    }

    /// Its type.
    pub fn value_type(self) -> ValueType {
        let spec = self.spec();
        let values = spec.values.iter().map(|v| (*v).to_owned()).collect();
        ValueType { of: spec.of, nullable: spec.nullable, values }
    }

    /// Whether it is made of amounts, so that it is not known where a rate is missing.
    pub fn is_of_amounts(self) -> bool {
        let made = matches!(self.parts().0, "exposure" | "limit" | "cover");
        (made && self != Self::ExposureDaysOverdueMax) || self == Self::PartyOverdue
    }

    /// Between which bounds a number of it lies, where it has any.
    pub fn bounds(self) -> (Option<Decimal>, Option<Decimal>) {
        if SIGNED.contains(&self) || self.parts().0 == Namespace::Ratios.as_str() {
            (None, None)
        } else if PARTS.contains(&self) {
            (Some(Decimal::ZERO), Some(Decimal::ONE))
        } else {
            (Some(Decimal::ZERO), None)
        }
    }

    /// What it is where nothing is known about the holder.
    fn absent(self) -> FactValue {
        let spec = self.spec();
        match spec.of {
            _ if spec.nullable => FactValue::Null,
            FactType::Bool => FactValue::Bool(false),
            FactType::Number => FactValue::from(0),
            FactType::Text => FactValue::from(""),
        }
    }

    fn documented(self) -> FactDoc {
        let ValueType { of, nullable, values } = self.value_type();
        let spec = self.spec();
        FactDoc {
            path: self.as_str().to_owned(),
            fact_type: of,
            nullable,
            values,
            en: spec.en.to_owned(),
            es: spec.es.to_owned(),
        }
    }
}

/// The facts of a holder of whom nothing is known; what loads facts begins with it.
pub fn blank() -> FactValues {
    let mut facts = FactValues::default();
    for fact in Fact::ALL {
        facts.set(fact.as_str(), fact.absent());
    }
    facts
}

/// Adds the declared attributes of a party or an account. A date is seen as the days until it, negative once past.
pub fn set_attributes(facts: &mut FactValues, owner: AttributeOwner, attributes: &Attributes, on: Date) {
    let Some(namespace) = Namespace::ALL.iter().find(|n| n.owner() == Some(owner)) else {
        return;
    };
    for (name, value) in attributes {
        let value = match value {
            AttributeValue::Bool(value) => FactValue::from(*value),
            AttributeValue::Number(value) => FactValue::from(*value),
            AttributeValue::Text(value) => FactValue::from(value.as_ref()),
            AttributeValue::Date(value) => FactValue::from((*value - on).num_days()),
        };
        facts.set(format!("{namespace}.attributes.{name}"), value);
    }
}

/// The facts of an installation that a kind of rule set may read: ours, and its declared attributes as `party.attributes.…` and
/// `account.attributes.…`. What is asked for (`request`) is a fact only where something is: in checks and applications; what ended
/// (`lapsed`) only where everybody is looked at: in alerts.
#[derive(Debug, Clone)]
pub struct CreditSchema {
    declared: Declared,
    seen: Vec<Namespace>,
}

impl CreditSchema {
    /// Every fact but those of a request and of what ended.
    pub fn new(declared: Declared) -> Self {
        let rare = [Namespace::Lapsed, Namespace::Request];
        let seen = Namespace::ALL.iter().copied().filter(|n| !rare.contains(n)).collect();
        Self { declared, seen }
    }

    #[must_use]
    pub fn with(mut self, namespace: Namespace) -> Self {
        if !self.seen.contains(&namespace) {
            self.seen.push(namespace);
        }
        self
    }

    /// Leaves out what would go round in a circle, such as the score in a scorecard.
    #[must_use]
    pub fn without(mut self, namespace: Namespace) -> Self {
        self.seen.retain(|n| *n != namespace);
        self
    }

    /// Every fact, for a front end.
    pub fn documented(&self) -> Vec<FactDoc> {
        let own = Fact::ALL.iter().filter(|f| self.sees(f.parts().0)).map(|f| f.documented());
        let declared = self.seen.iter().filter_map(|n| Some((*n, n.owner()?))).flat_map(|(n, owner)| {
            let of = self.declared.iter().filter(move |a| a.owner == owner);
            of.map(move |a| attribute_doc(&format!("{n}.attributes"), a))
        });
        let mut all = own.chain(declared).collect::<Vec<_>>();
        all.sort_by(|a, b| a.path.cmp(&b.path));
        all
    }

    /// The type of a fact by its path.
    pub fn type_of(&self, path: &str) -> Option<ValueType> {
        let found = self.documented().into_iter().find(|fact| fact.path == path)?;
        Some(ValueType { of: found.fact_type, nullable: found.nullable, values: found.values })
    }

    /// Whether a fact counts the days until a date, so that the date can be told: a declared date does.
    pub fn counts_days(&self, path: &str) -> bool {
        match path.split('.').collect::<Vec<_>>().as_slice() {
            [of, "attributes", name] => self
                .seen
                .iter()
                .find(|n| n.as_str() == *of)
                .and_then(|n| self.declared.find(n.owner()?, name))
                .is_some_and(|attribute| attribute.value_type == AttributeType::Date),
            [of, name] => self.sees(of) && name.starts_with("days_to_") && Fact::from_text(path).is_some(),
            _ => false,
        }
    }

    fn sees(&self, object: &str) -> bool {
        self.seen.iter().any(|n| n.as_str() == object)
    }

    fn object_of(&self, namespace: Namespace) -> VariableType {
        let own = Fact::ALL.iter().map(|f| (f.parts(), f)).filter(|((of, _), _)| *of == namespace.as_str());
        let own = own.map(|((_, name), fact)| (name, fact.value_type().variable(name)));
        let attributes = namespace.owner().map(|owner| {
            let of = self.declared.iter().filter(move |a| a.owner == owner);
            let of = of.map(|a| (a.name.as_str(), attribute_type(a.value_type).variable(&a.name)));
            ("attributes", object(of))
        });
        object(own.chain(attributes))
    }
}

impl Schema for CreditSchema {
    fn environment(&self) -> VariableType {
        object(self.seen.iter().map(|n| (n.as_str(), self.object_of(*n))))
    }

    fn knows(&self, path: &[&str]) -> bool {
        match path {
            [of, "attributes", name] => self
                .seen
                .iter()
                .find(|n| n.as_str() == *of)
                .and_then(|n| n.owner())
                .is_some_and(|owner| self.declared.find(owner, name).is_some()),
            [of, _] => self.sees(of) && Fact::from_text(&path.join(".")).is_some(),
            _ => false,
        }
    }

    fn refusal(&self, path: &[&str]) -> String {
        let path = path.join(".");
        if Fact::from_text(&path).is_some() {
            return format!("{path:?} cannot be read by this kind of rule set");
        }
        format!("{path:?} is not a fact")
    }
}
