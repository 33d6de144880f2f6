//! How somebody pays: figures over windows of days, from what was paid and what is still open.
//!
//! Weighted by what was paid of each item (K13 to K16 of the field: weighted average terms, days late, days to pay; average
//! payment days). Paying early counts as negative lateness, so that on the same items `days to pay = terms + days late`
//! holds exactly. Items closed without a known date, by a write-off or by a credit note say nothing about when somebody
//! pays: they are left out and counted. Figures in days are rounded half away from zero to three decimals, ratios to four.

#[cfg(test)]
mod tests;

use kernel::{Date, Decimal};
use rust_decimal::RoundingStrategy;
use serde::{Deserialize, Serialize};

use crate::receivables::kinds::EntryKind;

/// Lengths of the windows in days, shortest first. A window ends on the day asked for and includes it.
pub const WINDOWS: [u16; 3] = [90, 180, 365];
/// Items both parts of the trend need, so that one late payment is no trend.
pub const TREND_ITEMS_MIN: u32 = 2;
const DAYS_DECIMALS: u32 = 3;
const RATIO_DECIMALS: u32 = 4;

/// How an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settlement {
    Open,
    /// Paid, the last part of it on this day.
    Paid(Date),
    /// Closed on this day as far as we know, by something that says nothing about payment.
    Unknown(Date),
}

/// Whether an entry of a kind, or one that undoes such an entry, moves what was paid of an item.
pub fn is_money(kind: EntryKind) -> bool {
    match kind {
        EntryKind::Payment
        | EntryKind::Return
        | EntryKind::Reversal
        | EntryKind::Transfer
        | EntryKind::Residual
        | EntryKind::ClearingReset => true,
        EntryKind::Credit
        | EntryKind::WriteOff
        | EntryKind::Adjustment
        | EntryKind::Doubtful
        | EntryKind::ClearedUnknown
        | EntryKind::SnapshotClose => false,
    }
}

/// Whether an entry of a kind that closes an item says when it was paid.
pub fn says_when(kind: EntryKind) -> bool {
    match kind {
        EntryKind::Payment | EntryKind::Residual | EntryKind::Transfer => true,
        EntryKind::Credit
        | EntryKind::WriteOff
        | EntryKind::Adjustment
        | EntryKind::Return
        | EntryKind::Reversal
        | EntryKind::ClearingReset
        | EntryKind::Doubtful
        | EntryKind::ClearedUnknown
        | EntryKind::SnapshotClose => false,
    }
}

/// How an item stands that was closed on a day by an entry of this kind; the one definition for scores, models and the past.
pub fn closed(kind: Option<EntryKind>, on: Date) -> Settlement {
    if kind.is_some_and(says_when) { Settlement::Paid(on) } else { Settlement::Unknown(on) }
}

/// One thing owed, as far as behaviour needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item {
    /// What was paid of it, positive, in one currency for all items.
    pub paid: Decimal,
    pub issue_on: Date,
    /// The agreed due date where there is one.
    pub due_on: Date,
    /// What the customer's fixed payment days make of the due date.
    pub expected_pay_on: Option<Date>,
    pub settlement: Settlement,
}

/// Exact sums over the paid items of a window. The figures are made of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    pub count: u32,
    pub amount: Decimal,
    pub on_time_count: u32,
    pub on_time_amount: Decimal,
    pub amount_days_late: Decimal,
    pub amount_days_late_expected: Decimal,
    pub amount_days_to_pay: Decimal,
    pub amount_terms_days: Decimal,
    pub days_to_pay: i64,
    pub days_late_max: Option<i64>,
}

/// Figures of one window; `None` where nothing was paid in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowFigures {
    pub days: u16,
    pub paid_count: u32,
    /// K14, against the due date.
    pub days_late: Option<Decimal>,
    /// The same against the expected pay date, where an item has one.
    pub days_late_expected: Option<Decimal>,
    /// K15.
    pub days_to_pay: Option<Decimal>,
    /// K13.
    pub terms_days: Option<Decimal>,
    /// K16: K15 without weights.
    pub mean_days_to_pay: Option<Decimal>,
    /// Part of the paid amount that came by the due date, 0 to 1.
    pub on_time_ratio: Option<Decimal>,
    /// Part of the paid items that came by the due date, 0 to 1.
    pub on_time_count_ratio: Option<Decimal>,
    pub days_late_max: Option<i64>,
}

/// How somebody pays, as of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Behaviour {
    pub as_of: Date,
    /// One for each of [`WINDOWS`].
    pub windows: Vec<WindowFigures>,
    /// Days late over the last 90 days less those of the days before, back to 365: positive pays later than before.
    pub trend: Option<Decimal>,
    /// Worst among what was paid in the last 365 days.
    pub days_late_max: Option<i64>,
    /// Days the oldest open item is overdue; zero when none is.
    pub days_overdue_max: i64,
    /// Days since the first invoice.
    pub age_days: Option<i64>,
    /// Items closed in the last 365 days that say nothing about when somebody pays.
    pub left_out: u32,
}

impl Behaviour {
    /// The figures of a window.
    pub fn window(&self, days: u16) -> Option<&WindowFigures> {
        self.windows.iter().find(|w| w.days == days)
    }
}

/// Figures of `items` as they were known on `as_of`: what was issued later is not looked at, what was closed later was open.
pub fn behaviour(items: &[Item], as_of: Date) -> Behaviour {
    let known = || items.iter().filter(|i| i.issue_on <= as_of);
    let longest = WINDOWS.last().copied().unwrap_or(365);
    let shortest = WINDOWS.first().copied().unwrap_or(90);
    let overdue =
        known().filter(|i| is_open(i, as_of)).map(|i| days(i.due_on, as_of)).max().unwrap_or(0).max(0);
    let all = sums(items, as_of, (0, longest));
    let recent = sums(items, as_of, (0, shortest));
    let former = sums(items, as_of, (shortest, longest));
    Behaviour {
        as_of,
        windows: WINDOWS.iter().map(|w| figures(*w, &sums(items, as_of, (0, *w)))).collect(),
        trend: trend(&recent, &former),
        days_late_max: all.days_late_max,
        days_overdue_max: overdue,
        age_days: known().map(|i| days(i.issue_on, as_of)).max(),
        left_out: left_out(items, as_of, longest),
    }
}

/// Sums over the items paid at least `window.0` and less than `window.1` days before `as_of`.
pub fn sums(items: &[Item], as_of: Date, window: (u16, u16)) -> Sums {
    let mut sums = Sums::default();
    for item in items {
        if let Settlement::Paid(on) = item.settlement
            && inside(days(on, as_of), window)
            && item.paid > Decimal::ZERO
        {
            add(&mut sums, item, on);
        }
    }
    sums
}

fn add(sums: &mut Sums, item: &Item, on: Date) {
    let late = days(item.due_on, on);
    // An extension that went beyond what was expected is what counts, as it does for reminders.
    let expected_on = item.expected_pay_on.map_or(item.due_on, |expected| expected.max(item.due_on));
    let expected = days(expected_on, on);
    let to_pay = days(item.issue_on, on);
    sums.count += 1;
    sums.amount += item.paid;
    sums.amount_days_late += item.paid * Decimal::from(late);
    sums.amount_days_late_expected += item.paid * Decimal::from(expected);
    sums.amount_days_to_pay += item.paid * Decimal::from(to_pay);
    sums.amount_terms_days += item.paid * Decimal::from(days(item.issue_on, item.due_on));
    sums.days_to_pay += to_pay;
    sums.days_late_max = sums.days_late_max.max(Some(late));
    if late <= 0 {
        sums.on_time_count += 1;
        sums.on_time_amount += item.paid;
    }
}

fn figures(days: u16, sums: &Sums) -> WindowFigures {
    let of_amount = |of: Decimal| ratio(of, sums.amount, DAYS_DECIMALS);
    let count = Decimal::from(sums.count);
    WindowFigures {
        days,
        paid_count: sums.count,
        days_late: of_amount(sums.amount_days_late),
        days_late_expected: of_amount(sums.amount_days_late_expected),
        days_to_pay: of_amount(sums.amount_days_to_pay),
        terms_days: of_amount(sums.amount_terms_days),
        mean_days_to_pay: ratio(Decimal::from(sums.days_to_pay), count, DAYS_DECIMALS),
        on_time_ratio: ratio(sums.on_time_amount, sums.amount, RATIO_DECIMALS),
        on_time_count_ratio: ratio(Decimal::from(sums.on_time_count), count, RATIO_DECIMALS),
        days_late_max: sums.days_late_max,
    }
}

fn trend(recent: &Sums, former: &Sums) -> Option<Decimal> {
    if recent.count < TREND_ITEMS_MIN || former.count < TREND_ITEMS_MIN {
        return None;
    }
    let exact = |s: &Sums| s.amount_days_late.checked_div(s.amount);
    Some(rounded(exact(recent)? - exact(former)?, DAYS_DECIMALS))
}

fn left_out(items: &[Item], as_of: Date, window: u16) -> u32 {
    let counts = |item: &&Item| match item.settlement {
        Settlement::Unknown(on) => inside(days(on, as_of), (0, window)),
        Settlement::Paid(on) => item.paid <= Decimal::ZERO && inside(days(on, as_of), (0, window)),
        Settlement::Open => false,
    };
    u32::try_from(items.iter().filter(counts).count()).unwrap_or(u32::MAX)
}

fn is_open(item: &Item, as_of: Date) -> bool {
    match item.settlement {
        Settlement::Open => true,
        Settlement::Paid(on) | Settlement::Unknown(on) => on > as_of,
    }
}

fn inside(age: i64, (from, to): (u16, u16)) -> bool {
    age >= i64::from(from) && age < i64::from(to)
}

/// Days from one date to another, negative when it lies before.
fn days(from: Date, to: Date) -> i64 {
    to.signed_duration_since(from).num_days()
}

fn ratio(of: Decimal, by: Decimal, decimals: u32) -> Option<Decimal> {
    of.checked_div(by).map(|exact| rounded(exact, decimals))
}

fn rounded(exact: Decimal, decimals: u32) -> Decimal {
    exact.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero).normalize()
}
