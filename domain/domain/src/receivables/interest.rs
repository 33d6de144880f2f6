//! Statutory late-payment interest.
//!
//! Directive 2011/7/EU art. 3; Ley 3/2004 arts. 5 to 7. Simple interest on the open principal for every day
//! late: from the day after the due date up to and including the day asked for. A change of the principal (a part
//! payment) takes effect the day after its date, so the day of payment still counts as late, and paying on the day
//! asked for costs the same as computing on it. Interest bears no interest here (no anatocism).

pub mod claim;
pub mod compensation;
pub mod legal_rate;

use chrono::Datelike as _;
use kernel::money::round_commercial;
use kernel::{Currency, Date, Decimal, Error, Money};

use super::codes;
use legal_rate::{LegalRate, LegalRates, RateStatus};

kernel::text_enum! {
    /// How many days make a year.
    pub enum DayCount {
        /// Always 365: the usual reading of Ley 3/2004.
        Act365 = "act_365",
        /// 366 for the days of a leap year: as some courts compute.
        ActAct = "act_act",
        /// Always 360: contractual interest of banks.
        Act360 = "act_360",
    }
}

/// What computing needs besides the item.
#[derive(Debug, Clone, Copy)]
pub struct InterestLaw<'a> {
    pub rates: &'a LegalRates,
    /// ISO 3166 code whose rates apply, e.g. `ES`.
    pub jurisdiction: &'a str,
    pub day_count: DayCount,
}

/// A change of the principal, signed like a ledger entry: a part payment is negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrincipalChange {
    pub on: Date,
    pub amount: Decimal,
}

/// An item paid late, or not yet.
///
/// A payment that came back was never one: leave out both it and its return, and interest runs through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LateItem {
    pub currency: Currency,
    /// The amount before all changes.
    pub principal: Decimal,
    /// The due date in force.
    pub due_on: Date,
    /// In any order; those up to the due date lower the principal from the start.
    pub changes: Vec<PrincipalChange>,
}

/// Interest over a stretch of days with one rate, one principal and one year length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterestLine {
    pub from: Date,
    /// Inclusive.
    pub to: Date,
    pub days: i64,
    pub principal: Decimal,
    pub annual_percent: Decimal,
    pub rate_source: String,
    pub rate_status: RateStatus,
    /// principal × percent × days ÷ (100 × year length), not rounded to money.
    pub exact: Decimal,
    /// The line in money. Rounded so that the lines add up to the item's interest.
    pub shown: Decimal,
}

/// The interest of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interest {
    /// Rounded once, commercially, from the exact sum of the lines.
    pub amount: Money,
    pub lines: Vec<InterestLine>,
}

impl Interest {
    /// The first line that rests on a rate not confirmed in a published source: not to be claimed before a person saw it.
    pub fn unconfirmed(&self) -> Option<&InterestLine> {
        self.lines.iter().find(|line| line.rate_status == RateStatus::Unconfirmed)
    }
}

/// No rate is known for a day that bears interest. The interest line is to be left out with an alert; a rate is
/// never extrapolated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no legal interest rate of {jurisdiction} is known from {from} on")]
pub struct MissingRate {
    pub jurisdiction: String,
    /// The first day without a rate.
    pub from: Date,
}

impl From<MissingRate> for Error {
    fn from(missing: MissingRate) -> Self {
        Self::with(&codes::INTEREST_RATE_MISSING, missing.to_string())
    }
}

/// Statutory interest of an item up to and including `until`.
///
/// Days on which nothing or less is open bear none and need no rate.
///
/// # Errors
/// [`MissingRate`] (`interest.rate_missing`) naming the first day without a rate.
pub fn late_interest(item: &LateItem, until: Date, law: &InterestLaw<'_>) -> Result<Interest, MissingRate> {
    let mut lines = Vec::new();
    let mut next = item.due_on.succ_opt();
    while let Some(from) = next.filter(|from| *from <= until) {
        let (principal, steady_to) = principal_on(item, from);
        let mut to = steady_to.map_or(until, |steady_to| steady_to.min(until));
        if principal > Decimal::ZERO {
            let missing = || MissingRate { jurisdiction: law.jurisdiction.to_owned(), from };
            let rate = law.rates.on(law.jurisdiction, from).ok_or_else(missing)?;
            to = rate.valid_to.map_or(to, |valid_to| valid_to.min(to));
            if law.day_count == DayCount::ActAct {
                to = last_day_of_year(from).min(to);
            }
            lines.push(line(from, to, principal, rate, law.day_count));
        }
        next = to.succ_opt();
    }
    Ok(round_once(lines, item.currency))
}

/// The principal that bears interest on `day`, and the last day it stays the same.
fn principal_on(item: &LateItem, day: Date) -> (Decimal, Option<Date>) {
    let made: Decimal =
        item.changes.iter().filter(|change| change.on < day).map(|change| change.amount).sum();
    let steady_to = item.changes.iter().map(|change| change.on).filter(|on| *on >= day).min();
    (item.principal + made, steady_to)
}

fn line(from: Date, to: Date, principal: Decimal, rate: &LegalRate, day_count: DayCount) -> InterestLine {
    let days = (to - from).num_days() + 1;
    let year_days = match day_count {
        DayCount::Act360 => 360,
        DayCount::Act365 => 365,
        DayCount::ActAct => i64::from(last_day_of_year(from).ordinal()),
    };
    let exact = principal * rate.annual_percent * Decimal::from(days) / Decimal::from(100 * year_days);
    InterestLine {
        from,
        to,
        days,
        principal,
        annual_percent: rate.annual_percent,
        rate_source: rate.source.clone(),
        rate_status: rate.status,
        exact,
        shown: Decimal::ZERO,
    }
}

/// Rounds the running sum after each line, so that what is shown adds up to the sum rounded once.
fn round_once(mut lines: Vec<InterestLine>, currency: Currency) -> Interest {
    let (mut exact, mut shown) = (Decimal::ZERO, Decimal::ZERO);
    for line in &mut lines {
        exact += line.exact;
        let rounded = round_commercial(exact, currency);
        line.shown = rounded - shown;
        shown = rounded;
    }
    Interest { amount: Money::new(shown, currency), lines }
}

fn last_day_of_year(day: Date) -> Date {
    Date::from_ymd_opt(day.year(), 12, 31).unwrap_or(Date::MAX)
}

#[cfg(test)]
mod tests;
