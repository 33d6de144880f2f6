//! A check as it is told and kept: the verdict with what it was made of, so that whoever reads it later can take it again.

use domain::credit::check::{CheckReason, Constraint, Unlock, Verdict};
use domain::credit::limits::Layer;
use domain::rules::evaluate::FactValue;
use kernel::id::{CreditLimitId, LegalEntityId};
use kernel::rate::RateUsed;
use kernel::{Date, Decimal};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// What a verdict was made of beside its constraints.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Basis {
    /// What the policy's rules of the checkpoint read, by path; null where it was not known.
    pub facts: Map<String, Value>,
    /// Every rate that took part.
    pub rates: Vec<CheckRate>,
}

/// A rate as it was when it took part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckRate {
    pub base: String,
    pub quote: String,
    pub on: Date,
    pub rate: Decimal,
    /// Whether it was divided by.
    pub inverted: bool,
}

impl Basis {
    pub(super) fn of<'f>(facts: impl Iterator<Item = (&'f str, &'f FactValue)>, rates: &[RateUsed]) -> Self {
        let facts = facts.map(|(path, value)| (path.to_owned(), json!(value)));
        Self { facts: facts.collect(), rates: rates.iter().map(CheckRate::from).collect() }
    }
}

impl From<&RateUsed> for CheckRate {
    fn from(used: &RateUsed) -> Self {
        let RateUsed { rate, inverted } = used;
        Self {
            base: rate.base().to_string(),
            quote: rate.quote().to_string(),
            on: rate.on(),
            rate: rate.rate(),
            inverted: *inverted,
        }
    }
}

/// With ids and amounts as callers know them.
pub(in crate::credit) fn of(verdict: &Verdict, basis: &Basis) -> Value {
    json!({
        "reasons": verdict.reasons.iter().map(reason).collect::<Vec<_>>(),
        "binding": verdict.binding.as_ref().map(constraint),
        "constraints": verdict.constraints.iter().map(constraint).collect::<Vec<_>>(),
        "covered": amount(verdict.covered),
        "unlocks": verdict.unlocks.iter().map(unlock).collect::<Vec<_>>(),
        "facts": basis.facts,
        "rates": basis.rates.iter().map(rate).collect::<Vec<_>>(),
    })
}

fn reason(reason: &CheckReason) -> Value {
    let CheckReason { code, outcome, priority, decisive } = reason;
    json!({ "code": code, "outcome": outcome, "priority": priority, "decisive": decisive })
}

fn constraint(constraint: &Constraint) -> Value {
    json!({
        "holder_kind": constraint.holder.kind,
        "holder_id": constraint.holder.public_id(),
        "legal_entity_id": constraint.legal_entity.map(|id| LegalEntityId(id).to_string()),
        "part": constraint.part,
        "limit": amount(constraint.limit),
        "exposure": amount(constraint.exposure),
        "headroom": amount(constraint.headroom),
        "covered": amount(constraint.covered),
        "layers": constraint.layers.iter().map(layer).collect::<Vec<_>>(),
    })
}

fn layer(layer: &Layer) -> Value {
    json!({
        "limit_id": CreditLimitId(layer.limit).to_string(),
        "limit_type": layer.limit_type,
        "amount": amount(layer.amount),
        "covered_percent": amount(layer.covered_percent),
        "until": layer.until,
    })
}

fn unlock(unlock: &Unlock) -> Value {
    json!({ "change": unlock.change, "amount": amount(unlock.amount) })
}

fn rate(rate: &CheckRate) -> Value {
    let CheckRate { base, quote, on, rate, inverted } = rate;
    json!({ "base": base, "quote": quote, "on": on, "rate": amount(*rate), "inverted": inverted })
}

fn amount(amount: Decimal) -> String {
    amount.normalize().to_string()
}
