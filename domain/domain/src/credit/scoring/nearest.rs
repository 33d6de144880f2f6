//! The smallest single change of one fact that would reach the next better or the next worse class.
//!
//! Every change that is told has been evaluated with the whole scorecard and seen to reach the class. How large a change
//! is, is measured against the width of the variable's bins, so that days and ratios can be compared; a truth value turned,
//! another text, or a value where there was none, count as a whole width.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use kernel::Decimal;
use rust_decimal::RoundingStrategy;
use serde::Serialize;

use super::evaluate::{CompiledScorecard, Score, ScoreOutcome};
use super::scorecard::{Bin, Edge, Variable};
use crate::rules::evaluate::{FactValue, FactValues, Machine};

/// Doublings of a step in search of a value: a thousand million.
const DOUBLINGS: u32 = 30;

kernel::text_enum! {
    /// Which way a class lies.
    pub enum Direction {
        Better = "better",
        Worse = "worse",
    }
}

/// What would reach another class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Nearest {
    pub direction: Direction,
    /// The class looked for.
    pub class: Arc<str>,
    /// `None`: no single fact reaches it.
    pub change: Option<Change>,
}

/// One fact with another value, all others as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    pub fact: Arc<str>,
    pub from: FactValue,
    pub to: FactValue,
    /// The class it gives, which may lie beyond the one looked for.
    pub class: Arc<str>,
    pub points: Option<Decimal>,
}

/// The nearest changes to the classes beside the one a score has. None where there is no score.
pub fn nearest(
    card: &CompiledScorecard,
    machine: &mut Machine,
    facts: &FactValues,
    (score, former): (&Score, Option<&str>),
) -> Vec<Nearest> {
    let own = score.class.as_deref().and_then(|class| card.place_of(class));
    let Some(own) = own.filter(|_| score.outcome == ScoreOutcome::Scored) else { return Vec::new() };
    let mut search = Search { card, machine, facts, former, own };
    let targets = [(Direction::Better, own.checked_sub(1)), (Direction::Worse, own.checked_add(1))];
    let found = targets.into_iter().filter_map(|(direction, place)| {
        let class = Arc::clone(card.class_at(place?)?);
        Some(Nearest { direction, class, change: search.smallest(direction) })
    });
    found.collect()
}

struct Search<'s> {
    card: &'s CompiledScorecard,
    machine: &'s mut Machine,
    facts: &'s FactValues,
    former: Option<&'s str>,
    own: usize,
}

/// A value to try, and how large a change it is.
type Candidate = (Decimal, FactValue);

impl Search<'_> {
    fn smallest(&mut self, direction: Direction) -> Option<Change> {
        let card = self.card;
        let mut best: Option<(Decimal, Change)> = None;
        for path in card.reads() {
            if let Some((size, change)) = self.smallest_of(path, direction)
                && best.as_ref().is_none_or(|(least, _)| size < *least)
            {
                best = Some((size, change));
            }
        }
        best.map(|(_, change)| change)
    }

    fn smallest_of(&mut self, path: &Arc<str>, direction: Direction) -> Option<(Decimal, Change)> {
        let mut candidates = self.candidates(path);
        candidates.sort_by_key(|(size, _)| *size);
        let found = candidates
            .into_iter()
            .find_map(|(size, value)| Some((size, self.reaches(path, value, direction)?)));
        let searched = self.searched(path, direction);
        match (found, searched) {
            (Some(a), Some(b)) => Some(if b.0 < a.0 { b } else { a }),
            (a, b) => a.or(b),
        }
    }

    /// The change to a value, if it reaches the class.
    fn reaches(&mut self, path: &Arc<str>, value: FactValue, direction: Direction) -> Option<Change> {
        let mut facts = self.facts.clone();
        facts.set(path.to_string(), value.clone());
        let score = self.card.evaluate(self.machine, &facts, self.former);
        let class = score.class.filter(|_| score.outcome == ScoreOutcome::Scored)?;
        let place = self.card.place_of(&class)?;
        let there = match direction {
            Direction::Better => place < self.own,
            Direction::Worse => place > self.own,
        };
        let from = self.facts.get(path).clone();
        there.then(|| Change { fact: Arc::clone(path), from, to: value, class, points: score.points })
    }

    /// The nearest value in each bin of the variables that look at a fact, and what a knock-out may turn on.
    fn candidates(&self, path: &str) -> Vec<Candidate> {
        let now = self.facts.get(path);
        let mut candidates = Vec::new();
        for variable in self.card.card().variables.iter().filter(|v| v.fact.as_deref() == Some(path)) {
            for bin in &variable.bins {
                candidates.extend(nearest_in(variable, bin, now).filter(|(_, value)| admitted(path, value)));
            }
        }
        if let FactValue::Bool(value) = now {
            candidates.push((Decimal::ONE, FactValue::Bool(!value)));
        }
        candidates
    }

    /// Looks along a number that a formula, a condition or direct points depend on: by doubled steps until a class is
    /// reached, then by halves to the smallest step.
    fn searched(&mut self, path: &Arc<str>, direction: Direction) -> Option<(Decimal, Change)> {
        let direct = |v: &Variable| v.direct.is_some() && v.fact.as_deref() == Some(path.as_ref());
        let smooth = self.card.card().variables.iter().any(direct)
            || self.card.rules().any(|rule| rule.reads().contains(path));
        let now = self.facts.get(path).as_number().filter(|_| smooth)?;
        let unit = if now.is_integer() { Decimal::ONE } else { Decimal::new(1, 2) };
        let width = now.abs().max(Decimal::ONE);
        let mut best: Option<(Decimal, Change)> = None;
        for sign in [Decimal::ONE, Decimal::NEGATIVE_ONE] {
            if let Some((steps, change)) = self.along(path, (now, unit * sign), direction)
                && best.as_ref().is_none_or(|(size, _)| unit * steps / width < *size)
            {
                best = Some((unit * steps / width, change));
            }
        }
        best
    }

    fn along(
        &mut self,
        path: &Arc<str>,
        (now, step): (Decimal, Decimal),
        direction: Direction,
    ) -> Option<(Decimal, Change)> {
        let mut try_at = |steps: Decimal| {
            let value = FactValue::Number((now + step * steps).normalize());
            if admitted(path, &value) { self.reaches(path, value, direction) } else { None }
        };
        let mut beyond = Decimal::ONE;
        let mut found = None;
        for _ in 0..DOUBLINGS {
            found = try_at(beyond);
            if found.is_some() {
                break;
            }
            beyond *= Decimal::TWO;
        }
        let mut change = found?;
        let (mut short, mut enough) = ((beyond / Decimal::TWO).floor(), beyond);
        while enough - short > Decimal::ONE {
            let middle = ((short + enough) / Decimal::TWO).floor();
            match try_at(middle) {
                Some(nearer) => (enough, change) = (middle, nearer),
                None => short = middle,
            }
        }
        Some((enough, change))
    }
}

/// The value of a bin that is nearest to the present one; `None` for the bin that holds it.
fn nearest_in(variable: &Variable, bin: &Bin, now: &FactValue) -> Option<Candidate> {
    if !bin.is_interval() {
        let value = bin.values.first()?;
        let same = now.as_text() == Some(value) || matches!(now, FactValue::Bool(_));
        return (!same).then(|| (Decimal::ONE, FactValue::from(value.as_str())));
    }
    let Some(now) = now.as_number() else {
        let inside = bin.from.or(bin.to).map_or(Decimal::ZERO, |edge| edge.0);
        let inside = if bin.holds(inside, variable.edge) {
            inside
        } else {
            inside_of(bin, variable.edge, Decimal::ONE)?
        };
        return Some((Decimal::ONE, FactValue::Number(inside)));
    };
    if bin.holds(now, variable.edge) {
        return None;
    }
    let unit = |edge: Decimal| {
        let whole = now.is_integer() && edge.is_integer();
        if whole { Decimal::ONE } else { Decimal::new(1, 2) }
    };
    let to = match (bin.from, bin.to) {
        (Some(from), _) if now <= from.0 => match variable.edge {
            Edge::From => from.0,
            Edge::To => from.0 + unit(from.0),
        },
        (_, Some(to)) => match variable.edge {
            Edge::From => to.0 - unit(to.0),
            Edge::To => to.0,
        },
        (Some(_) | None, None) => return None,
    };
    // A bin narrower than the step is met somewhere inside.
    let to =
        if bin.holds(to, variable.edge) { to } else { inside_of(bin, variable.edge, Decimal::new(1, 2))? };
    Some(((to - now).abs() / width(variable), FactValue::Number(to)))
}

/// Some value in a bin: a step from an edge, or its middle.
fn inside_of(bin: &Bin, edge: Edge, step: Decimal) -> Option<Decimal> {
    let near = bin.from.map(|f| f.0 + step).or_else(|| bin.to.map(|t| t.0 - step))?;
    if bin.holds(near, edge) {
        return Some(near);
    }
    let middle = (bin.from?.0 + bin.to?.0) / Decimal::TWO;
    let middle = middle.round_dp_with_strategy(6, RoundingStrategy::MidpointAwayFromZero);
    bin.holds(middle, edge).then_some(middle)
}

/// From the lowest edge to the highest.
fn width(variable: &Variable) -> Decimal {
    let edges = || variable.bins.iter().flat_map(|b| [b.from, b.to]).flatten().map(|e| e.0);
    match (edges().min(), edges().max()) {
        (Some(least), Some(most)) if most > least => most - least,
        (Some(only), _) => only.abs().max(Decimal::ONE),
        (None, _) => Decimal::ONE,
    }
}

/// Whether a fact can have a value: parts lie between 0 and 1, counts and amounts are not negative.
fn admitted(path: &str, value: &FactValue) -> bool {
    let Some(number) = value.as_number() else { return true };
    let signed = path.contains("days_late")
        || path.ends_with("trend")
        || path.ends_with("change")
        || path.ends_with("headroom")
        || path.ends_with("days_to_expiry")
        || path.contains("attributes.")
        || path.starts_with("ratios.");
    let part = path.contains("on_time") || path.contains("probability") || path.ends_with("position");
    (signed || number >= Decimal::ZERO) && (!part || number <= Decimal::ONE)
}
