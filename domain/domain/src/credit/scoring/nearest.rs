//! The smallest single change of one fact that would reach the next better or the next worse class.
//!
//! Every change that is told has been evaluated with the whole scorecard and seen to reach the class. How large a change
//! is, is measured against the width of the bins that look at its fact, so that days and ratios can be compared; a truth value turned,
//! another text, or a value where there was none, count as a whole width. Where none is told none of the values was enough that bins tell
//! apart; what formulas and conditions read is searched, not exhausted.

mod candidates;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use kernel::Decimal;
use serde::Serialize;

use self::candidates::{candidates, is_part, smooth, steps_to_bound};
use super::evaluate::{CompiledScorecard, Score, ScoreOutcome};
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
    /// `None`: no single fact was found to reach it.
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
        let mut candidates = candidates(self.card, path, self.facts.get(path));
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

    /// Looks along a number that a formula, a condition or direct points depend on: by doubled steps until a class is
    /// reached, then by halves to the smallest step.
    fn searched(&mut self, path: &Arc<str>, direction: Direction) -> Option<(Decimal, Change)> {
        let now = self.facts.get(path).as_number()?;
        let width = smooth(self.card, path, now)?;
        let unit = if now.is_integer() && !is_part(path) { Decimal::ONE } else { Decimal::new(1, 2) };
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
            self.reaches(path, value, direction)
        };
        // The last one is at the bound of the fact, which doubled steps would jump over.
        let most = steps_to_bound(path, now, step);
        let within = |steps: Decimal| most.map_or(steps, |most| steps.min(most));
        let (mut short, mut enough) = (Decimal::ZERO, within(Decimal::ONE));
        let mut found = None;
        for _ in 0..DOUBLINGS {
            found = if enough > short { try_at(enough) } else { None };
            if found.is_some() || enough <= short {
                break;
            }
            (short, enough) = (enough, within(enough * Decimal::TWO));
        }
        let mut change = found?;
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
