//! What became of what was really decided, by version of the policy that decided it.
//!
//! A case is an account in a currency, from a day on which it got an answer until it gets another answer, or one of another version, or the
//! first in another month. Of a day the last version's answer counts, and of that the most careful one. The outcome of a case is what
//! became of the invoices issued from its first day on until the next case begins, and [`INVOICED_WITHIN_DAYS`] after its last answer at
//! most: no invoice is in two cases. A hit is an allowed case that was paid, and a held or refused one that was not.

use std::collections::BTreeMap;

use chrono::{Datelike as _, Days};
use kernel::{Currency, Date, Decimal, Instant};

use super::outcome::{Outcome, outcome};
use super::past::PastItem;
use super::report::Figures;
use crate::credit::policy::CheckOutcome;

#[cfg(test)]
mod tests;

/// So many days after the last decision of a case an invoice may still come of it.
const INVOICED_WITHIN_DAYS: u64 = 60;
/// Decimals of a hit rate.
const RATE_DECIMALS: u32 = 4;

/// Which version of a policy, in which currency.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyVersion {
    pub code: String,
    pub version: i32,
    pub currency: Currency,
}

/// The most careful answer that a version gave about an account on a day. What a person released was held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub on: Date,
    /// When that version gave its last answer of the day.
    pub at: Instant,
    pub by: PolicyVersion,
    pub outcome: CheckOutcome,
}

/// What a version decided, with what came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hits {
    pub allowed: Figures,
    pub held: Figures,
    pub refused: Figures,
    /// Cases without an invoice: whoever was refused bought nothing, or the sale never came.
    pub not_invoiced: u32,
    /// Cases whose invoices are neither paid nor long overdue yet, or may still come.
    pub not_known: u32,
}

impl Hits {
    /// Cases whose outcome is known.
    pub fn judged(&self) -> u32 {
        self.allowed.cases + self.held.cases + self.refused.cases
    }

    /// Cases decided rightly: allowed and paid, held or refused and then lost or late.
    pub fn hits(&self) -> u32 {
        (self.allowed.cases - self.allowed.bad_cases) + self.held.bad_cases + self.refused.bad_cases
    }

    /// Hits of judged cases, between 0 and 1 with 4 decimals; absent where none is judged.
    pub fn hit_rate(&self) -> Option<Decimal> {
        Decimal::from(self.hits())
            .checked_div(Decimal::from(self.judged()))
            .map(|r| r.round_dp(RATE_DECIMALS))
    }

    fn add(&mut self, case: &Case, outcome: Option<&Outcome>, today: Date) {
        match outcome {
            None if case.until > today => self.not_known += 1,
            None => self.not_invoiced += 1,
            Some(outcome) if !outcome.not_known.is_zero() => self.not_known += 1,
            Some(outcome) => match case.outcome {
                CheckOutcome::Allow => self.allowed.add(outcome),
                CheckOutcome::Hold => self.held.add(outcome),
                CheckOutcome::Refuse => self.refused.add(outcome),
            },
        }
    }
}

/// Which cases are told, and by what is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// The first and the last day on which a case may begin.
    pub from: Date,
    pub to: Date,
    /// The business date until which invoices and payments count.
    pub today: Date,
}

impl Told {
    /// The last day whose decisions can end a case.
    pub fn decided_until(&self) -> Date {
        within(self.to).min(self.today)
    }
}

/// Gathered account by account.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct DecisionOutcomes(BTreeMap<PolicyVersion, Hits>);

impl DecisionOutcomes {
    /// Adds the decisions about an account, from the first day on until [`Told::decided_until`], with its invoices.
    pub fn add(&mut self, decisions: Vec<Decision>, items: &[PastItem], told: Told) {
        let tomorrow = told.today.succ_opt().unwrap_or(told.today);
        for case in cases(decisions).into_iter().filter(|case| (told.from..=told.to).contains(&case.from)) {
            let until = case.until.min(tomorrow);
            let found = outcome(items, case.by.currency, (case.from, until, told.today));
            self.0.entry(case.by.clone()).or_default().add(&case, found.as_ref(), told.today);
        }
    }

    /// By version.
    pub fn versions(&self) -> impl Iterator<Item = (&PolicyVersion, &Hits)> {
        self.0.iter()
    }
}

/// Like answers one after another, and the days between which invoices come of them.
#[derive(Debug, PartialEq, Eq)]
struct Case {
    by: PolicyVersion,
    outcome: CheckOutcome,
    from: Date,
    /// The day after the last one.
    until: Date,
}

impl Case {
    fn goes_on_with(&self, decision: &Decision) -> bool {
        let month = |day: Date| (day.year(), day.month());
        self.by == decision.by && self.outcome == decision.outcome && month(self.from) == month(decision.on)
    }
}

/// The last day on which an invoice may come of a decision of this one.
fn within(day: Date) -> Date {
    day.checked_add_days(Days::new(INVOICED_WITHIN_DAYS)).unwrap_or(Date::MAX)
}

fn cases(mut decisions: Vec<Decision>) -> Vec<Case> {
    // The last version of a day comes first of it, and stays.
    decisions.sort_by(|a, b| (a.by.currency, a.on, b.at, &b.by).cmp(&(b.by.currency, b.on, a.at, &a.by)));
    decisions.dedup_by_key(|decision| (decision.by.currency, decision.on));
    let mut cases = Vec::<Case>::new();
    for decision in decisions {
        let until = within(decision.on).succ_opt().unwrap_or(Date::MAX);
        match cases.last_mut() {
            Some(case) if case.goes_on_with(&decision) => case.until = until,
            last => {
                if let Some(last) = last.filter(|case| case.by.currency == decision.by.currency) {
                    last.until = last.until.min(decision.on);
                }
                let Decision { on: from, by, outcome, .. } = decision;
                cases.push(Case { by, outcome, from, until });
            }
        }
    }
    cases
}
