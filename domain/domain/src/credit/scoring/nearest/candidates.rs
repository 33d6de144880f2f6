//! The values of a fact that are worth trying: of every set of values that a scorecard cannot tell apart the one nearest to the present.

use std::collections::BTreeSet;

use kernel::Decimal;
use kernel::text_enum::TextEnum as _;
use rust_decimal::RoundingStrategy;

use crate::credit::facts::Fact;
use crate::credit::scoring::evaluate::{CompiledScorecard, place_in};
use crate::credit::scoring::scorecard::{Bin, Variable};
use crate::rules::evaluate::{FactValue, Rule};
use crate::rules::facts::FactType;

/// A value to try, and how large a change it is.
pub(super) type Candidate = (Decimal, FactValue);

/// What a scorecard does with one fact.
struct Looked<'c> {
    variables: Vec<&'c Variable>,
    rules: Vec<&'c Rule>,
    path: &'c str,
}

impl<'c> Looked<'c> {
    fn at(card: &'c CompiledScorecard, path: &'c str) -> Self {
        let variables = card.card().variables.iter().filter(|v| v.fact.as_deref() == Some(path));
        let rules = card.rules().filter(|rule| rule.reads().iter().any(|read| read.as_ref() == path));
        Self { variables: variables.collect(), rules: rules.collect(), path }
    }

    /// Where each variable puts a value; two values with the same places are told apart by rules alone.
    fn places(&self, value: &FactValue) -> Vec<Option<usize>> {
        self.variables.iter().map(|variable| place_in(variable, value)).collect()
    }

    /// The numbers at which it may change what it says, in order.
    fn edges(&self) -> Vec<Decimal> {
        let of_rules = self.literals().filter_map(|literal| literal.as_number());
        self.bin_edges().chain(of_rules).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// What a change is measured against: from the lowest edge of its bins to the highest, or the present value itself.
    fn width(&self, now: Option<Decimal>) -> Decimal {
        let edges = self.bin_edges().collect::<BTreeSet<_>>();
        match (edges.first(), edges.last()) {
            (Some(least), Some(most)) if most > least => most - least,
            (Some(only), _) => only.abs().max(Decimal::ONE),
            (None, _) => now.unwrap_or_default().abs().max(Decimal::ONE),
        }
    }

    fn bin_edges(&self) -> impl Iterator<Item = Decimal> {
        let bins = self.variables.iter().flat_map(|v| &v.bins);
        bins.flat_map(|bin| [bin.from, bin.to]).flatten().map(|edge| edge.0)
    }

    fn literals(&self) -> impl Iterator<Item = FactValue> {
        self.rules.iter().flat_map(|rule| rule.literals())
    }
}

/// What a change of a number is measured against, where it may count by itself and not only by the bin that holds it.
pub(super) fn smooth(card: &CompiledScorecard, path: &str, now: Decimal) -> Option<Decimal> {
    let looked = Looked::at(card, path);
    let smooth = !looked.rules.is_empty() || looked.variables.iter().any(|v| v.direct.is_some());
    smooth.then(|| looked.width(Some(now)))
}

/// What may be tried instead of the present value.
pub(super) fn candidates(card: &CompiledScorecard, path: &str, now: &FactValue) -> Vec<Candidate> {
    let looked = Looked::at(card, path);
    let of = Fact::from_text(path).map(|fact| fact.value_type().of);
    let is = |wanted: FactType| of.is_none_or(|of| of == wanted);
    match now {
        FactValue::Bool(value) => vec![(Decimal::ONE, FactValue::Bool(!value))],
        FactValue::Text(_) => texts(&looked, now),
        FactValue::Number(number) => numbers(&looked, Some(*number)),
        FactValue::Null if of == Some(FactType::Bool) => {
            [true, false].map(|value| (Decimal::ONE, FactValue::Bool(value))).into()
        }
        FactValue::Null => {
            let mut all = if is(FactType::Number) { numbers(&looked, None) } else { Vec::new() };
            if is(FactType::Text) {
                all.extend(texts(&looked, now));
            }
            all
        }
    }
}

/// Every text that a bin or a rule names, and one that nothing names.
fn texts(looked: &Looked<'_>, now: &FactValue) -> Vec<Candidate> {
    let of_bins = looked.variables.iter().flat_map(|v| &v.bins).flat_map(|bin| &bin.values);
    let of_rules = looked.literals().filter_map(|literal| literal.as_text().map(str::to_owned));
    let of_fact = Fact::from_text(looked.path).map(|fact| fact.value_type().values).unwrap_or_default();
    let closed = !of_fact.is_empty();
    let named = of_bins.cloned().chain(of_rules).chain(of_fact.iter().cloned()).collect::<Vec<_>>();
    let open = (!closed && !takes_numbers(looked)).then(|| unnamed(&named));
    let allowed = |text: &String| !closed || of_fact.contains(text);
    let mut seen = BTreeSet::from([looked.places(now)]);
    let mut candidates = Vec::new();
    for text in named.iter().filter(|text| allowed(text)).chain(&open) {
        let value = FactValue::from(text.as_str());
        // Of a bin one text is enough, unless a rule tells them apart.
        let new = seen.insert(looked.places(&value)) || !looked.rules.is_empty();
        if new && value != *now && !text.is_empty() {
            candidates.push((Decimal::ONE, value));
        }
    }
    candidates
}

fn takes_numbers(looked: &Looked<'_>) -> bool {
    looked.variables.iter().any(|v| v.direct.is_some() || v.bins.iter().any(Bin::is_interval))
}

/// Stands for whatever has no name in the scorecard.
fn unnamed(named: &[String]) -> String {
    let mut text = "other".to_owned();
    while named.contains(&text) {
        text.push('_');
    }
    text
}

/// Of the numbers between two edges the nearest, and every edge.
fn numbers(looked: &Looked<'_>, now: Option<Decimal>) -> Vec<Candidate> {
    let edges = looked.edges();
    let width = looked.width(now);
    let size = |to: Decimal| now.map_or(Decimal::ONE, |now| (to - now).abs() / width);
    let mut tried = Vec::new();
    for (i, edge) in edges.iter().enumerate() {
        let below = i.checked_sub(1).and_then(|before| edges.get(before)).copied();
        tried.extend(between(looked, (below, Some(*edge)), now));
        tried.push(*edge);
    }
    tried.extend(edges.last().and_then(|last| between(looked, (Some(*last), None), now)));
    if edges.is_empty() && now.is_none() {
        tried.push(Decimal::ZERO);
    }
    let mut candidates = tried
        .into_iter()
        .map(|number| (size(number), FactValue::Number(number)))
        .filter(|(_, value)| admitted(looked.path, value))
        .collect::<Vec<_>>();
    candidates.sort_by_key(|(size, _)| *size);
    let mut seen = now.map(|now| looked.places(&FactValue::Number(now))).into_iter().collect::<BTreeSet<_>>();
    candidates.retain(|(_, value)| {
        let new = seen.insert(looked.places(value)) || !looked.rules.is_empty();
        new && value.as_number() != now
    });
    candidates
}

/// The nearest number strictly between two edges: a step from the nearer one, or the middle where they are closer than that.
fn between(
    looked: &Looked<'_>,
    (low, high): (Option<Decimal>, Option<Decimal>),
    now: Option<Decimal>,
) -> Option<Decimal> {
    let inside =
        |number: &Decimal| low.is_none_or(|low| *number > low) && high.is_none_or(|high| *number < high);
    if now.as_ref().is_some_and(inside) {
        return now;
    }
    let from_above = now.zip(high).is_some_and(|(now, high)| now >= high);
    let near = match (low, high) {
        (Some(low), _) if !from_above => low + step(looked, low, now),
        (_, Some(high)) => high - step(looked, high, now),
        (Some(low), None) => low + step(looked, low, now),
        (None, None) => return None,
    };
    if inside(&near) {
        return Some(near);
    }
    let middle =
        ((low? + high?) / Decimal::TWO).round_dp_with_strategy(6, RoundingStrategy::MidpointAwayFromZero);
    inside(&middle).then_some(middle)
}

/// The smallest step from an edge that is told: whole numbers stay whole, unless they are parts of one.
fn step(looked: &Looked<'_>, edge: Decimal, now: Option<Decimal>) -> Decimal {
    let whole = edge.is_integer() && now.is_none_or(|now| now.is_integer());
    if whole && !is_part(looked.path) { Decimal::ONE } else { Decimal::new(1, 2) }
}

/// Whether a fact is a part of one, such as a ratio or a probability.
pub(super) fn is_part(path: &str) -> bool {
    bounds(path).1 == Some(Decimal::ONE)
}

/// How many whole steps a number can go before it leaves what its fact can be; any number of them where it has no bound there.
pub(super) fn steps_to_bound(path: &str, now: Decimal, step: Decimal) -> Option<Decimal> {
    let (low, high) = bounds(path);
    let bound = if step.is_sign_negative() { low } else { high };
    bound.map(|bound| ((bound - now) / step).floor())
}

fn bounds(path: &str) -> (Option<Decimal>, Option<Decimal>) {
    Fact::from_text(path).map_or((None, None), Fact::bounds)
}

/// Whether a fact can have a value.
pub(super) fn admitted(path: &str, value: &FactValue) -> bool {
    let (low, high) = bounds(path);
    value
        .as_number()
        .is_none_or(|number| low.is_none_or(|low| number >= low) && high.is_none_or(|high| number <= high))
}
