//! A table made ready, and what it decides with a trace of every row.

use kernel::{Currency, Decimal, Error, Outcome};
use rust_decimal::RoundingStrategy;
use serde::{Deserialize, Serialize};

use super::counterfactual::{Change, smallest};
use super::{GrantDecision, HitPolicy, LimitTable, Then};
use crate::credit::facts::{CreditSchema, Fact};
use crate::rules::codes::INVALID;
use crate::rules::evaluate::{Cell, FactValue, FactValues, Machine, Rule, compile, compile_cell};
use crate::rules::facts::ValueType;
use crate::rules::finding::require_sound;
use kernel::text_enum::TextEnum as _;

/// How one row was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowTrace {
    pub row: String,
    pub fits: bool,
    /// Places of the cells that did not admit their value.
    pub failed: Vec<usize>,
    /// Why it could not be looked at; then a person decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// What a table decides, and how it came to that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Granting {
    pub table_code: String,
    pub table_version: i32,
    pub decision: GrantDecision,
    pub amount: Option<Decimal>,
    pub valid_months: Option<u8>,
    pub reasons: Vec<String>,
    /// Codes of the rows that decided.
    pub decided_by: Vec<String>,
    /// What it looked at, by path, as text.
    pub inputs: Vec<(String, String)>,
    pub rows: Vec<RowTrace>,
    /// The smallest single change that would alter the decision, tried out; none where no single one does.
    pub change: Option<Change>,
}

#[derive(Debug)]
struct ReadyThen {
    then: Then,
    amount: Option<Rule>,
}

/// A table in the form a decision needs.
#[derive(Debug)]
pub struct CompiledTable {
    pub(super) table: LimitTable,
    pub(super) columns: Vec<ValueType>,
    version: i32,
    rows: Vec<(Vec<Cell>, ReadyThen)>,
    otherwise: Option<ReadyThen>,
}

impl ReadyThen {
    fn reads(&self) -> impl Iterator<Item = &std::sync::Arc<str>> {
        self.amount.iter().flat_map(Rule::reads)
    }
}

fn ready(then: &Then) -> Outcome<ReadyThen> {
    let amount =
        then.amount.as_deref().map(|source| compile(source).ok_or_else(|| Error::with(&INVALID, source)));
    Ok(ReadyThen { then: then.clone(), amount: amount.transpose()? })
}

/// Whether a row fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    Yes,
    No,
    /// Everything that could be looked at fits, and something could not.
    Failed,
}

impl Fit {
    fn of(traced: &RowTrace) -> Self {
        match (traced.failed.is_empty(), traced.error.is_some()) {
            (false, _) => Self::No,
            (true, true) => Self::Failed,
            (true, false) => Self::Yes,
        }
    }
}

/// What is decided for a case, without the trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) decision: GrantDecision,
    amount: Option<Decimal>,
    months: Option<u8>,
    reasons: Vec<String>,
    rows: Vec<String>,
}

impl CompiledTable {
    /// Checks and compiles a table.
    ///
    /// # Errors
    /// `rule.invalid` with every error.
    pub fn compile(table: &LimitTable, version: i32, schema: &CreditSchema) -> Outcome<Self> {
        require_sound(super::validate::validate(table, schema), &INVALID)?;
        let columns = table.inputs.iter().filter_map(|input| schema.type_of(input)).collect();
        let cell =
            |source: &String| compile_cell(source).ok_or_else(|| Error::with(&INVALID, source.as_str()));
        let rows = table.rows.iter().map(|row| {
            let cells = row.when.iter().map(cell).collect::<Outcome<Vec<_>>>()?;
            Ok((cells, ready(&row.then)?))
        });
        let rows = rows.collect::<Outcome<Vec<_>>>()?;
        let otherwise = table.otherwise.as_ref().map(ready).transpose()?;
        Ok(Self { table: table.clone(), columns, version, rows, otherwise })
    }

    /// Decides; amounts are in the currency of the application.
    pub fn decide(&self, facts: &FactValues, currency: Currency) -> Granting {
        let mut machine = Machine::default();
        let rows = self.trace(&mut machine, facts);
        let fits = rows.iter().map(Fit::of).collect::<Vec<_>>();
        let said = self.say(&mut machine, facts, &fits, currency);
        let change = smallest(self, facts, &said, currency);
        let inputs = self.reads().into_iter().map(|path| (path.to_owned(), shown(facts.get(path)))).collect();
        Granting {
            table_code: self.table.code.clone(),
            table_version: self.version,
            decision: said.decision,
            amount: said.amount,
            valid_months: said.months,
            reasons: said.reasons,
            decided_by: said.rows,
            inputs,
            rows,
            change,
        }
    }

    /// Paths of the facts it looks at, in order.
    pub fn reads(&self) -> Vec<&str> {
        let mut reads = self.table.inputs.iter().map(String::as_str).collect::<Vec<_>>();
        let rows =
            self.rows.iter().flat_map(|(cells, then)| cells.iter().flat_map(Cell::reads).chain(then.reads()));
        let otherwise = self.otherwise.iter().flat_map(ReadyThen::reads);
        reads.extend(rows.chain(otherwise).map(AsRef::as_ref));
        reads.sort_unstable();
        reads.dedup();
        reads
    }

    /// The decision alone, without trace and without what would alter it: for many cases.
    pub fn decision(&self, machine: &mut Machine, facts: &FactValues, currency: Currency) -> GrantDecision {
        self.try_out(machine, facts, currency).decision
    }

    /// The same for a case that is tried out.
    pub(super) fn try_out(&self, machine: &mut Machine, facts: &FactValues, currency: Currency) -> Said {
        let fits = self.rows.iter().map(|(cells, _)| self.fit(machine, cells, facts)).collect::<Vec<_>>();
        self.say(machine, facts, &fits, currency)
    }

    fn fit(&self, machine: &mut Machine, cells: &[Cell], facts: &FactValues) -> Fit {
        let mut fit = Fit::Yes;
        for (cell, input) in cells.iter().zip(&self.table.inputs) {
            match machine.admits(cell, facts.get(input), facts) {
                Ok(true) => {}
                Ok(false) => return Fit::No,
                Err(_) => fit = Fit::Failed,
            }
        }
        fit
    }

    fn trace(&self, machine: &mut Machine, facts: &FactValues) -> Vec<RowTrace> {
        let mut traced = Vec::with_capacity(self.rows.len());
        for (row, (cells, _)) in self.table.rows.iter().zip(&self.rows) {
            let (mut failed, mut error) = (Vec::new(), None);
            for (place, (cell, input)) in cells.iter().zip(&self.table.inputs).enumerate() {
                match machine.admits(cell, facts.get(input), facts) {
                    Ok(true) => {}
                    Ok(false) => failed.push(place),
                    Err(wrong) => error = Some(wrong.why),
                }
            }
            let fits = failed.is_empty() && error.is_none();
            traced.push(RowTrace { row: row.code.clone(), fits, failed, error });
        }
        traced
    }

    fn say(&self, machine: &mut Machine, facts: &FactValues, fits: &[Fit], currency: Currency) -> Said {
        if fits.contains(&Fit::Failed) {
            return referred("row_failed");
        }
        let all = self.table.rows.iter().zip(&self.rows).zip(fits);
        let fitting = all.filter(|(_, fit)| **fit == Fit::Yes).map(|((row, (_, then)), _)| (row, then));
        let fitting = fitting.collect::<Vec<_>>();
        let chosen = match self.table.hit_policy {
            HitPolicy::First => fitting.into_iter().take(1).collect(),
            HitPolicy::Unique => {
                let differ = fitting.windows(2).any(|pair| matches!(pair, [a, b] if a.0.then != b.0.then));
                if differ {
                    return referred("contradiction");
                }
                fitting.into_iter().take(1).collect()
            }
            HitPolicy::Priority => {
                let top = fitting.iter().map(|(row, _)| row.priority).max();
                fitting.into_iter().filter(|(row, _)| Some(row.priority) == top).take(1).collect()
            }
            HitPolicy::CollectMin => fitting,
        };
        if chosen.is_empty() {
            return match &self.otherwise {
                Some(then) => one(machine, facts, then, currency),
                None => referred("no_row"),
            };
        }
        let mut said = chosen
            .into_iter()
            .map(|(row, then)| Said { rows: vec![row.code.clone()], ..one(machine, facts, then, currency) });
        let first = said.next().unwrap_or_else(|| referred("no_row"));
        said.fold(first, most_careful)
    }
}

fn most_careful(one: Said, other: Said) -> Said {
    let decision = one.decision.max(other.decision);
    let least = |a: Option<Decimal>, b: Option<Decimal>| match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    let mut reasons = one.reasons;
    reasons.extend(other.reasons);
    reasons.dedup();
    let amount = least(one.amount, other.amount).filter(|_| decision != GrantDecision::Refuse);
    let months = match (one.months, other.months) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    Said { decision, amount, months, reasons, rows: [one.rows, other.rows].concat() }
}

fn referred(reason: &str) -> Said {
    Said {
        decision: GrantDecision::Refer,
        amount: None,
        months: None,
        reasons: vec![reason.to_owned()],
        rows: Vec::new(),
    }
}

/// What one row says. More than was asked for is never granted; what comes to nothing is refused; an amount that cannot be told is
/// left to a person.
fn one(machine: &mut Machine, facts: &FactValues, ready: &ReadyThen, currency: Currency) -> Said {
    let Then { decision, valid_months, reasons, .. } = &ready.then;
    let asked = facts.get(Fact::RequestAmount.as_str()).as_number().unwrap_or_default();
    let mut said = Said {
        decision: *decision,
        amount: None,
        months: *valid_months,
        reasons: reasons.clone(),
        rows: Vec::new(),
    };
    let Some(rule) = &ready.amount else { return said };
    let Some(amount) = machine.evaluate(rule, facts).ok().and_then(|value| value.as_number()) else {
        said.reasons.push("amount_unknown".to_owned());
        return Said { decision: said.decision.max(GrantDecision::Refer), ..said };
    };
    let granted = amount.min(asked).round_dp_with_strategy(currency.exponent(), RoundingStrategy::ToZero);
    if granted <= Decimal::ZERO {
        said.reasons.push("amount_not_positive".to_owned());
        let decision = if *decision == GrantDecision::Refer { *decision } else { GrantDecision::Refuse };
        return Said { decision, ..said };
    }
    said.amount = Some(granted);
    said.decision = match decision {
        GrantDecision::Approve if granted < asked => GrantDecision::Reduce,
        GrantDecision::Reduce if granted == asked => GrantDecision::Approve,
        GrantDecision::Approve | GrantDecision::Reduce | GrantDecision::Refer | GrantDecision::Refuse => {
            *decision
        }
    };
    said
}

pub(super) fn shown(value: &FactValue) -> String {
    match value {
        FactValue::Number(number) => number.normalize().to_string(),
        FactValue::Text(text) => text.to_string(),
        FactValue::Bool(value) => value.to_string(),
        FactValue::Null => "null".to_owned(),
    }
}
