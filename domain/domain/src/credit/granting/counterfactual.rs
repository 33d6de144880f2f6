//! The smallest single change of what a table looks at that would alter its decision, tried out.

use std::collections::BTreeSet;

use kernel::{Currency, Decimal};
use serde::{Deserialize, Serialize};

use super::GrantDecision;
use super::evaluate::{CompiledTable, Said, shown};
use crate::rules::evaluate::{FactValue, FactValues, Machine};
use crate::rules::facts::{FactType, ValueType};

/// One fact that would have to be another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub fact: String,
    pub from: String,
    pub to: String,
    pub decision: GrantDecision,
}

/// The cells say where decisions turn: at the values they name, and just beside them.
pub(super) fn smallest(
    table: &CompiledTable,
    facts: &FactValues,
    said: &Said,
    currency: Currency,
) -> Option<Change> {
    let columns = table.table.inputs.iter().zip(&table.columns).enumerate();
    let candidates = columns.flat_map(|(place, (input, column))| {
        let cells = table.table.rows.iter().filter_map(move |row| row.when.get(place)).map(String::as_str);
        let now = facts.get(input);
        candidates(now, (column, step(input)), cells)
            .into_iter()
            .map(move |value| (distance(now, &value), input, value))
    });
    let mut candidates = candidates.collect::<Vec<_>>();
    candidates.sort_by_key(|(distance, ..)| *distance);
    let mut machine = Machine::default();
    candidates.into_iter().find_map(|(_, input, value)| {
        let mut changed = facts.clone();
        changed.set(input.clone(), value.clone());
        let decision = table.try_out(&mut machine, &changed, currency).decision;
        let change =
            || Change { fact: input.clone(), from: shown(facts.get(input)), to: shown(&value), decision };
        (decision != said.decision).then(change)
    })
}

/// Relative for numbers; another text or truth value is a whole step.
fn distance(now: &FactValue, value: &FactValue) -> Decimal {
    match (now.as_number(), value.as_number()) {
        (Some(now), Some(value)) => (value - now).abs() / now.abs().max(Decimal::ONE),
        _ => Decimal::ONE,
    }
}

fn candidates<'c>(
    now: &FactValue,
    (column, step): (&ValueType, Decimal),
    cells: impl Iterator<Item = &'c str>,
) -> Vec<FactValue> {
    let mut found = match column.of {
        FactType::Bool => vec![FactValue::from(true), FactValue::from(false)],
        FactType::Number => cells
            .flat_map(numbers)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .flat_map(|number| around(number, step))
            .collect(),
        FactType::Text => {
            let known = column.values.iter().cloned();
            let named = known.chain(cells.flat_map(texts)).collect::<BTreeSet<_>>();
            named.iter().map(|text| FactValue::from(text.as_str())).collect()
        }
    };
    found.retain(|value| value != now);
    found
}

/// Facts that count, which have no halves.
const COUNTS: &[&str] = &["days", "promises", "disputes", "returns", "messages", "count"];

fn step(fact: &str) -> Decimal {
    let name = fact.rsplit('.').next().unwrap_or(fact);
    let counts = name.split('_').any(|word| COUNTS.contains(&word));
    if counts { Decimal::ONE } else { Decimal::new(1, 2) }
}

/// A number and its neighbours, at the last digit it is written with and at most a step away.
fn around(number: Decimal, step: Decimal) -> Vec<FactValue> {
    let step = step.min(Decimal::new(1, number.scale()));
    [number, number + step, number - step].map(FactValue::from).to_vec()
}

/// Numbers that a cell names, outside its texts.
fn numbers(cell: &str) -> Vec<Decimal> {
    let outside = cell.split('"').step_by(2);
    let words = outside.flat_map(|part| part.split(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-')));
    // Ranges have two points between their ends.
    let ends = words.flat_map(|word| word.split(".."));
    ends.filter_map(|word| word.trim_matches('.').parse().ok()).collect()
}

/// Texts that a cell names.
fn texts(cell: &str) -> Vec<String> {
    cell.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}
