//! A scorecard made ready, and what it gives for the facts of one party.
//!
//! The contribution of a variable is its points times its weight, brought to the scale of the score and rounded half away
//! from zero to four decimals; the score is the offset plus the contributions plus what the bounds of the scale cut off,
//! and nothing else, so that the parts add up to the score exactly.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use kernel::text_enum::TextEnum as _;
use kernel::{Decimal, Error, Outcome};
use rust_decimal::RoundingStrategy;
use serde::Serialize;

use super::rating;
use super::scorecard::{Method, Missing, Scorecard, Variable};
use super::validate::validate;
use crate::rules::codes as rule_codes;
use crate::rules::evaluate::{FactValue, FactValues, Machine, Rule, compile};
use crate::rules::finding::require_sound;
use crate::rules::schema::Schema;

const DECIMALS: u32 = 4;

kernel::text_enum! {
    /// Whether there is a score.
    pub enum ScoreOutcome {
        Scored = "scored",
        /// Too little is known, and the scorecard says not to guess.
        Refused = "refused",
    }
}

kernel::text_enum! {
    /// Why a score is what it is.
    pub enum ScoreReason {
        /// Points decided the class.
        ByPoints = "by_points",
        /// The points would give another class, but pass its bound by less than the margin.
        HeldByMargin = "held_by_margin",
        /// A condition decided the class whatever the points are.
        KnockedOut = "knocked_out",
        /// A variable that must be known is not.
        MissingRefused = "missing_refused",
        /// A number left the range of what can be computed exactly.
        OutOfRange = "out_of_range",
        /// Too small a part of the weights is known.
        TooLittleKnown = "too_little_known",
    }
}

kernel::text_enum! {
    /// Why a variable has no value of its own.
    pub enum MissingCause {
        /// The formula could not be computed, e.g. for a division by zero.
        Failed = "failed",
        /// The value lies in no bin.
        NoBin = "no_bin",
        Unknown = "unknown",
    }
}

/// What one variable gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    pub variable: Arc<str>,
    pub value: FactValue,
    /// Place of the bin that holds the value.
    pub bin: Option<usize>,
    /// Absent where the variable is left out.
    pub points: Option<Decimal>,
    pub weight: Decimal,
    /// Its part of the score.
    pub contribution: Decimal,
    /// The policy that took the place of a value.
    pub missing: Option<MissingLine>,
}

/// A policy applied, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct MissingLine {
    pub policy: &'static str,
    pub cause: MissingCause,
}

/// A score with all its parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Score {
    pub outcome: ScoreOutcome,
    /// Offset + Σ contributions + cut.
    pub points: Option<Decimal>,
    pub class: Option<Arc<str>>,
    /// The class of the points alone.
    pub class_by_points: Option<Arc<str>>,
    pub reason: ScoreReason,
    /// Code of the knock-out that decided, or of the variable that must be known.
    pub reason_of: Option<Arc<str>>,
    pub offset: Decimal,
    /// What the bounds of the scale add or take away.
    pub cut: Decimal,
    pub lines: Vec<Line>,
}

impl Score {
    /// Whether two scores say the same: values may differ as long as they give the same points.
    pub fn stands_like(&self, other: &Self) -> bool {
        let line = |l: &Line| (Arc::clone(&l.variable), l.bin, l.points, l.contribution, l.missing);
        self.outcome == other.outcome
            && self.points == other.points
            && self.class == other.class
            && (self.reason, &self.reason_of) == (other.reason, &other.reason_of)
            && self.lines.iter().map(line).eq(other.lines.iter().map(line))
    }

    /// SHA-256 over what makes two scores of one scorecard version the same, as [`Score::stands_like`] compares it.
    pub fn digest(&self, code: &str, version: i32) -> [u8; 32] {
        use sha2::{Digest as _, Sha256};
        let mut hash = Sha256::new();
        let mut add = |text: &str| {
            hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(text);
        };
        add(code);
        add(&version.to_string());
        let number = |n: Option<Decimal>| n.map(|n| n.normalize().to_string()).unwrap_or_default();
        for text in [self.outcome.as_str(), self.reason.as_str(), self.class.as_deref().unwrap_or_default()] {
            add(text);
        }
        add(self.reason_of.as_deref().unwrap_or_default());
        add(&number(self.points));
        for line in &self.lines {
            add(&line.variable);
            add(&line.bin.map(|bin| bin.to_string()).unwrap_or_default());
            add(&number(line.points));
            add(&number(Some(line.contribution)));
            add(line.missing.map(|m| m.policy).unwrap_or_default());
            add(line.missing.map(|m| m.cause.as_str()).unwrap_or_default());
        }
        hash.finalize().into()
    }

    fn refused(reason: ScoreReason, of: Option<Arc<str>>, lines: Vec<Line>) -> Self {
        Self {
            outcome: ScoreOutcome::Refused,
            points: None,
            class: None,
            class_by_points: None,
            reason,
            reason_of: of,
            offset: Decimal::ZERO,
            cut: Decimal::ZERO,
            lines,
        }
    }
}

/// A scorecard ready to run. One serves all threads.
#[derive(Debug, Clone)]
pub struct CompiledScorecard {
    card: Scorecard,
    version: i32,
    names: Vec<Arc<str>>,
    classes: Vec<Arc<str>>,
    /// `None` where the variable is a fact.
    formulas: Vec<Option<Rule>>,
    conditions: Vec<Rule>,
    reads: BTreeSet<Arc<str>>,
}

impl CompiledScorecard {
    /// Checks and compiles a document.
    ///
    /// # Errors
    /// `rule.invalid`, with one field error for each finding that is an error.
    pub fn compile(card: Scorecard, version: i32, schema: &dyn Schema) -> Outcome<Self> {
        require_sound(validate(&card, schema), &rule_codes::INVALID)?;
        let rule = |source: &str| {
            compile(source).ok_or_else(|| Error::field(source, &rule_codes::EXPRESSION_SYNTAX, source))
        };
        let formula = |v: &Variable| v.formula.as_deref().map(rule).transpose();
        let formulas = card.variables.iter().map(formula).collect::<Outcome<Vec<_>>>()?;
        let conditions = card.knock_outs.iter().map(|k| rule(&k.condition)).collect::<Outcome<Vec<_>>>()?;
        let facts = card.variables.iter().filter_map(|v| v.fact.as_deref()).map(Arc::from);
        let rules = formulas.iter().flatten().chain(&conditions).flat_map(Rule::reads).cloned();
        let reads = facts.chain(rules).collect();
        let names = card.variables.iter().map(|v| Arc::from(v.code.as_str())).collect();
        let classes = card.classes.iter().map(|c| Arc::from(c.code.as_str())).collect();
        Ok(Self { card, version, names, classes, formulas, conditions, reads })
    }

    pub fn card(&self) -> &Scorecard {
        &self.card
    }

    pub fn version(&self) -> i32 {
        self.version
    }

    /// Paths of the facts it reads, in order.
    pub fn reads(&self) -> impl Iterator<Item = &Arc<str>> {
        self.reads.iter()
    }

    /// Place of a class, the best being 0.
    pub fn place_of(&self, class: &str) -> Option<usize> {
        self.classes.iter().position(|c| c.as_ref() == class)
    }

    pub(super) fn class_at(&self, place: usize) -> Option<&Arc<str>> {
        self.classes.get(place)
    }

    pub(super) fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.formulas.iter().flatten().chain(&self.conditions)
    }

    /// Scores the facts of one party. `former` is the class it had, which the margin protects.
    pub fn evaluate(&self, machine: &mut Machine, facts: &FactValues, former: Option<&str>) -> Score {
        let mut lines = Vec::with_capacity(self.card.variables.len());
        for ((variable, name), formula) in self.card.variables.iter().zip(&self.names).zip(&self.formulas) {
            lines.push(line(variable, name, look(variable, formula.as_ref(), machine, facts)));
        }
        let must = |(line, variable): (&Line, &Variable)| {
            (line.missing.is_some() && variable.missing == Missing::Refuse)
                .then(|| Arc::clone(&line.variable))
        };
        let refused = lines.iter().zip(&self.card.variables).find_map(must);
        let knock_out = self.knock_out(machine, facts);
        if let (Some(variable), None) = (&refused, &knock_out) {
            let of = Some(Arc::clone(variable));
            return Score::refused(ScoreReason::MissingRefused, of, lines);
        }
        let total = self.total(&mut lines);
        match (total, knock_out) {
            (Some((offset, cut, points)), knock_out) if refused.is_none() => {
                self.classed((offset, cut, points), knock_out, former, lines)
            }
            (_, Some((place, code))) => self.knocked_out(place, code, lines),
            (_, None) => {
                let little = !self.enough_known(&lines);
                let reason = if little { ScoreReason::TooLittleKnown } else { ScoreReason::OutOfRange };
                Score::refused(reason, None, lines)
            }
        }
    }

    fn classed(
        &self,
        (offset, cut, points): (Decimal, Decimal, Decimal),
        knock_out: Option<(usize, Arc<str>)>,
        former: Option<&str>,
        lines: Vec<Line>,
    ) -> Score {
        let former = former.and_then(|class| self.place_of(class));
        let by_points = rating::place(&self.card.classes, points);
        let kept = rating::settle(&self.card.classes, self.card.margin.0, points, former);
        let held = kept != by_points;
        let (place, reason, reason_of) = match knock_out {
            Some((place, code)) => (place, ScoreReason::KnockedOut, Some(code)),
            None if held => (kept, ScoreReason::HeldByMargin, None),
            None => (kept, ScoreReason::ByPoints, None),
        };
        Score {
            outcome: ScoreOutcome::Scored,
            points: Some(points),
            class: self.classes.get(place).cloned(),
            class_by_points: self.classes.get(by_points).cloned(),
            reason,
            reason_of,
            offset,
            cut,
            lines,
        }
    }

    /// Where points cannot be told, a knock-out still decides the class.
    fn knocked_out(&self, place: usize, code: Arc<str>, lines: Vec<Line>) -> Score {
        let mut score = Score::refused(ScoreReason::KnockedOut, Some(code), lines);
        score.outcome = ScoreOutcome::Scored;
        score.class = self.classes.get(place).cloned();
        score
    }

    /// The first knock-out that holds, with the place of its class. One that cannot be evaluated does not hold.
    fn knock_out(&self, machine: &mut Machine, facts: &FactValues) -> Option<(usize, Arc<str>)> {
        let worst = self.classes.len().saturating_sub(1);
        for (knock_out, condition) in self.card.knock_outs.iter().zip(&self.conditions) {
            if machine.holds(condition, facts).unwrap_or(false) {
                let place = knock_out.class.as_deref().and_then(|c| self.place_of(c)).unwrap_or(worst);
                return Some((place, Arc::from(knock_out.code.as_str())));
            }
        }
        None
    }

    /// Fills the contributions in, and gives offset, cut and score.
    fn total(&self, lines: &mut [Line]) -> Option<(Decimal, Decimal, Decimal)> {
        if !self.enough_known(lines) {
            return None;
        }
        let all = lines.iter().map(|l| l.weight).sum::<Decimal>();
        let counted = lines.iter().filter(|l| l.points.is_some()).map(|l| l.weight).sum::<Decimal>();
        let scale = self.card.scale;
        // Per point and weight: the mean divides by the weights that count, the sum raises them to all weights.
        let up = match self.card.method {
            Method::WeightedMean => Decimal::ONE,
            Method::Sum => all,
        };
        let mut points = scale.offset.0;
        for line in lines.iter_mut() {
            let Some(own) = line.points else { continue };
            let exact = own.checked_mul(line.weight)?.checked_mul(scale.factor.0)?.checked_mul(up)?;
            line.contribution = rounded(exact.checked_div(counted)?);
            points = points.checked_add(line.contribution)?;
        }
        let held = scale.min.map_or(points, |min| points.max(min.0));
        let held = scale.max.map_or(held, |max| held.min(max.0)).normalize();
        Some((scale.offset.0, (held - points).normalize(), held))
    }

    fn enough_known(&self, lines: &[Line]) -> bool {
        let weight =
            |counts: fn(&&Line) -> bool| lines.iter().filter(counts).map(|l| l.weight).sum::<Decimal>();
        let (all, known) = (weight(|_| true), weight(|l| l.missing.is_none()));
        let counts = lines.iter().any(|l| l.points.is_some());
        counts && known * Decimal::ONE_HUNDRED >= all * Decimal::from(self.card.known_percent_min)
    }
}

/// A value, or why there is none.
fn look(
    variable: &Variable,
    formula: Option<&Rule>,
    machine: &mut Machine,
    facts: &FactValues,
) -> Result<FactValue, MissingCause> {
    let value = match formula {
        Some(rule) => machine.evaluate(rule, facts).map_err(|_why| MissingCause::Failed)?,
        None => facts.get(variable.source()).clone(),
    };
    if value.is_null() { Err(MissingCause::Unknown) } else { Ok(value) }
}

fn line(variable: &Variable, name: &Arc<str>, value: Result<FactValue, MissingCause>) -> Line {
    let (value, placed) = match value {
        Ok(value) => {
            let placed = points_of(variable, &value).ok_or(MissingCause::NoBin);
            (value, placed)
        }
        Err(cause) => (FactValue::Null, Err(cause)),
    };
    let (bin, points, missing) = match placed {
        Ok((bin, points)) => (bin, Some(points), None),
        Err(cause) => {
            let missing = MissingLine { policy: variable.missing.name(), cause };
            (None, instead(variable), Some(missing))
        }
    };
    let (weight, contribution) = (variable.weight.0, Decimal::ZERO);
    Line { variable: Arc::clone(name), value, bin, points, weight, contribution, missing }
}

fn points_of(variable: &Variable, value: &FactValue) -> Option<(Option<usize>, Decimal)> {
    if let Some(clamp) = variable.direct {
        let points = value.as_number()?.max(clamp.min.0).min(clamp.max.0);
        return Some((None, rounded(points)));
    }
    let place = place_in(variable, value)?;
    Some((Some(place), variable.bins.get(place)?.points.0))
}

/// The bin that holds a value.
pub(super) fn place_in(variable: &Variable, value: &FactValue) -> Option<usize> {
    let named = |text: &str| variable.bins.iter().position(|b| b.values.iter().any(|v| v == text));
    let text = match value {
        FactValue::Number(number) => {
            return variable.bins.iter().position(|b| b.holds(*number, variable.edge));
        }
        FactValue::Text(text) => text,
        FactValue::Bool(true) => "true",
        FactValue::Bool(false) => "false",
        FactValue::Null => return None,
    };
    named(text).or_else(|| variable.bins.iter().position(|b| b.otherwise))
}

fn instead(variable: &Variable) -> Option<Decimal> {
    let (low, high) = variable.points_range()?;
    match variable.missing {
        Missing::Points { points } => Some(points.0),
        Missing::LeaveOut | Missing::Refuse => None,
        Missing::Worst => Some(low),
        Missing::Neutral => Some(rounded((low + high) / Decimal::TWO)),
    }
}

fn rounded(exact: Decimal) -> Decimal {
    exact.round_dp_with_strategy(DECIMALS, RoundingStrategy::MidpointAwayFromZero).normalize()
}
