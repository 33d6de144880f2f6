//! What the tests of scoring share.

use kernel::{Date, Decimal};
use serde_json::{Value, json};
use zen_expression::variable::VariableType;

use super::evaluate::CompiledScorecard;
use super::scorecard::{Class, Scorecard, parse};
use crate::rules::facts::{FactType, ValueType, object};
use crate::rules::schema::Schema;

pub(super) fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub(super) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// A few facts of each type.
pub(super) struct Facts;

fn known(path: &str) -> Option<(FactType, bool)> {
    Some(match path {
        "behaviour.days_late" | "behaviour.on_time" | "behaviour.on_time_ratio" | "behaviour.broken" => {
            (FactType::Number, true)
        }
        "exposure.utilisation" => (FactType::Number, false),
        "party.country" => (FactType::Text, false),
        "party.insolvent" => (FactType::Bool, false),
        _ => return None,
    })
}

impl Schema for Facts {
    fn environment(&self) -> VariableType {
        let of = |object_name: &str, names: &[&'static str]| {
            object(names.iter().map(|name| {
                let (of, nullable) = known(&format!("{object_name}.{name}")).unwrap();
                (*name, ValueType { nullable, ..ValueType::plain(of) }.variable(name))
            }))
        };
        object([
            ("behaviour", of("behaviour", &["days_late", "on_time", "on_time_ratio", "broken"])),
            ("exposure", of("exposure", &["utilisation"])),
            ("party", of("party", &["country", "insolvent"])),
        ])
    }

    fn knows(&self, path: &[&str]) -> bool {
        known(&path.join(".")).is_some()
    }
}

fn name(text: &str) -> Value {
    json!({ "en": text, "es": text })
}

/// Days late in four bins with weight 3, country with weight 1, mean of 0 to 100; A from 80, B from 60, C.
pub(super) fn document() -> Value {
    json!({
        "schema": 1, "code": "test", "name": name("Test"), "method": "weighted_mean",
        "variables": [
            { "code": "days_late", "name": name("Days late"), "fact": "behaviour.days_late", "weight": 3,
              "bins": [{ "to": 0, "points": 100 }, { "from": 0, "to": 15, "points": 70 },
                       { "from": 15, "to": 45, "points": 30 }, { "from": 45, "points": 0 }],
              "missing": { "policy": "points", "points": 50 } },
            { "code": "country", "name": name("Country"), "fact": "party.country", "weight": 1,
              "bins": [{ "values": ["ES", "FR"], "points": 100 }, { "otherwise": true, "points": 40 }],
              "missing": { "policy": "neutral" } }
        ],
        "classes": [{ "code": "A", "name": name("A"), "from": 80 }, { "code": "B", "name": name("B"), "from": 60 },
                    { "code": "C", "name": name("C") }],
        "margin": 2,
        "knock_outs": [{ "code": "insolvent", "name": name("Insolvent"), "condition": "party.insolvent" }]
    })
}

pub(super) fn card(document: &Value) -> Scorecard {
    parse(document).unwrap()
}

pub(super) fn compiled(document: &Value) -> CompiledScorecard {
    CompiledScorecard::compile(card(document), 1, &Facts).unwrap()
}

pub(super) fn classes() -> Vec<Class> {
    card(&document()).classes
}
