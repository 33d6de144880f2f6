//! The scorecard document: which facts give how many points, and which points make which class.

use kernel::{Decimal, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::codes;
use super::numbers::Exact;
use crate::attributes::Declared;
use crate::credit::facts::{CreditSchema, Namespace};
use crate::credit::rule_sets::{RuleKind, RuleSet};
use crate::rules::finding::{Finding, Severity, Texts, parse_document};

/// The document version this build reads.
pub const SCHEMA: u32 = 1;
/// The code of the scorecard that decisions read, of whatever legal entity: parties are scored, and buy from several.
pub const STANDARD: &str = "standard";

kernel::text_enum! {
    /// How the points of the variables come together.
    pub enum Method {
        /// Points times weight, added up.
        Sum = "sum",
        /// The same, divided by the sum of the weights.
        WeightedMean = "weighted_mean",
    }
}

kernel::text_enum! {
    /// To which of two bins a value on their common edge belongs.
    pub enum Edge {
        /// To the one that begins there: `from ≤ value < to`.
        From = "from",
        /// To the one that ends there: `from < value ≤ to`.
        To = "to",
    }
}

/// A versioned scorecard. It holds texts as written; [`super::validate`] says what is wrong with them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scorecard {
    /// Version of the document's shape: [`SCHEMA`].
    pub schema: u32,
    pub code: String,
    pub name: Texts,
    pub method: Method,
    #[serde(default)]
    pub scale: Scale,
    /// Part of the weights, in percent, whose variables must be known for a score to be given; the rest may be missing.
    #[serde(default)]
    pub known_percent_min: u8,
    pub variables: Vec<Variable>,
    /// From the best class to the worst.
    pub classes: Vec<Class>,
    /// Points beyond its bound that a score needs before the class changes.
    #[serde(default = "zero")]
    pub margin: Exact,
    /// What no points can mend, the first that holds counting.
    #[serde(default)]
    pub knock_outs: Vec<KnockOut>,
}

/// `offset + factor × points`, held between `min` and `max`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    #[serde(default = "zero")]
    pub offset: Exact,
    #[serde(default = "one")]
    pub factor: Exact,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<Exact>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Exact>,
}

impl Default for Scale {
    fn default() -> Self {
        Self { offset: zero(), factor: one(), min: None, max: None }
    }
}

/// One thing that is looked at: a fact, or a formula over facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    pub code: String,
    pub name: Texts,
    /// Path of a fact. Either this or `formula`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fact: Option<String>,
    /// An expression over facts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formula: Option<String>,
    /// Positive; counts beside the other weights.
    pub weight: Exact,
    /// Points by value. Either these or `direct`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bins: Vec<Bin>,
    /// Where a value on an edge belongs.
    #[serde(default = "edge_from")]
    pub edge: Edge,
    /// The value itself is the points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direct: Option<Clamp>,
    pub missing: Missing,
}

impl Variable {
    /// What it looks at, as an expression.
    pub fn source(&self) -> &str {
        self.formula.as_deref().or(self.fact.as_deref()).unwrap_or_default()
    }

    /// The lowest and the highest points it can give.
    pub fn points_range(&self) -> Option<(Decimal, Decimal)> {
        if let Some(clamp) = self.direct {
            return Some((clamp.min.0, clamp.max.0));
        }
        let points = || self.bins.iter().map(|b| b.points.0);
        Some((points().min()?, points().max()?))
    }
}

/// Values that give the same points: an interval of numbers, some texts (`true` and `false` for truth values), or
/// whatever no other bin names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bin {
    /// From minus infinity when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Exact>,
    /// To infinity when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Exact>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub otherwise: bool,
    pub points: Exact,
}

impl Bin {
    /// Whether it is of the kind that holds numbers.
    pub fn is_interval(&self) -> bool {
        self.values.is_empty() && !self.otherwise
    }

    /// Whether a number lies in it.
    pub fn holds(&self, value: Decimal, edge: Edge) -> bool {
        let (above, below) = (|f: Exact| value > f.0, |t: Exact| value < t.0);
        self.is_interval()
            && match edge {
                Edge::From => self.from.is_none_or(|f| value >= f.0) && self.to.is_none_or(below),
                Edge::To => self.from.is_none_or(above) && self.to.is_none_or(|t| value <= t.0),
            }
    }
}

/// Between which bounds points that a formula gives are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clamp {
    pub min: Exact,
    pub max: Exact,
}

/// What is done where a value is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "policy", rename_all = "snake_case", deny_unknown_fields)]
pub enum Missing {
    /// These points.
    Points { points: Exact },
    /// The variable is left out and the weights of the others are scaled up.
    LeaveOut,
    /// There is no score.
    Refuse,
    /// The lowest points it can give.
    Worst,
    /// Half-way between the lowest and the highest.
    Neutral,
}

impl Missing {
    pub fn name(self) -> &'static str {
        match self {
            Self::Points { .. } => "points",
            Self::LeaveOut => "leave_out",
            Self::Refuse => "refuse",
            Self::Worst => "worst",
            Self::Neutral => "neutral",
        }
    }
}

/// A rating class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// As people write it: `A`, `B+`, `3`.
    pub code: String,
    pub name: Texts,
    /// Least points of the class; absent for the worst alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Exact>,
}

/// A condition that decides the class whatever the points are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnockOut {
    pub code: String,
    pub name: Texts,
    pub condition: String,
    /// The worst class when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
}

impl RuleSet for Scorecard {
    const KIND: RuleKind = RuleKind::Scorecard;
    const STANDARD: &'static [&'static str] = &[super::standard::DOCUMENT];

    fn code(&self) -> &str {
        &self.code
    }

    fn validate(&self, schema: &CreditSchema) -> Vec<Finding> {
        let mut found = super::validate::validate(self, schema);
        if self.code != STANDARD {
            let message = format!("{:?}: decisions read the scorecard {STANDARD:?}", self.code);
            let (path, severity) = ("code".to_owned(), Severity::Warning);
            found.push(Finding { path, code: &codes::NOT_READ, severity, message });
        }
        found
    }

    /// A score does not look at scores: neither at its own former one nor at that of another scorecard.
    fn schema(declared: Declared) -> CreditSchema {
        CreditSchema::new(declared)
            .without(Namespace::Account)
            .without(Namespace::Request)
            .without(Namespace::Score)
    }
}

/// Reads a document.
///
/// # Errors
/// `rule.document_invalid`, naming the place.
pub fn parse(document: &Value) -> Outcome<Scorecard> {
    parse_document(document)
}

fn zero() -> Exact {
    Exact(Decimal::ZERO)
}

fn one() -> Exact {
    Exact(Decimal::ONE)
}

fn edge_from() -> Edge {
    Edge::From
}
