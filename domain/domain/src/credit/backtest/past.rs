//! An account as it was known on a day: its facts, and later what became of it.

use kernel::{Currency, Date, Decimal, Instant};
use uuid::Uuid;

use crate::credit::facts::Fact;
use crate::credit::scoring::behaviour::{self, Settlement, behaviour};
use crate::receivables::kinds::EntryKind;
use crate::rules::evaluate::{FactValue, FactValues};
use kernel::text_enum::TextEnum as _;

/// The facts that can be told of a past day. Others, such as limits, accounts of the customer and what is known of a party, have no past here.
pub const KNOWN_FACTS: &[Fact] = &[
    Fact::AccountCurrency,
    Fact::BehaviourDaysLate180,
    Fact::BehaviourDaysLate365,
    Fact::BehaviourDaysLate90,
    Fact::BehaviourDaysLateMax,
    Fact::BehaviourDaysLateTrend,
    Fact::BehaviourOnTimeRatio,
    Fact::BehaviourPaidCount,
    Fact::ExposureDaysOverdueMax,
    Fact::ExposureOpen,
    Fact::ExposureOverdue,
    Fact::ExternalDowngraded,
    Fact::ExternalPosition,
    Fact::ExternalProbability,
    Fact::ExternalRating,
    Fact::ExternalRatingAgeDays,
    Fact::HolderCurrency,
    Fact::HolderKind,
    Fact::PartyAgeDays,
];

/// Whether a fact, by its path, can be told of a past day.
pub fn is_recorded(path: &str) -> bool {
    KNOWN_FACTS.iter().any(|fact| fact.as_str() == path)
}

/// An invoice with everything that happened to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastItem {
    pub id: Uuid,
    pub currency: Currency,
    /// What it says now.
    pub terms: Terms,
    /// What it said before it was changed, the oldest first.
    pub earlier: Vec<Earlier>,
    /// When the first version was recorded.
    pub recorded_at: Instant,
    /// In the order of their days, and of their recording within a day.
    pub entries: Vec<PastEntry>,
}

/// What an invoice says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    pub issue_on: Date,
    /// The original due date.
    pub due_on: Date,
    /// A later due date, and the day on which it was agreed.
    pub extended: Option<(Date, Date)>,
    pub amount: Decimal,
}

/// What an invoice said until it was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Earlier {
    pub until: Instant,
    pub terms: Terms,
}

/// An entry of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastEntry {
    /// Of a reversal the kind of what it undoes.
    pub kind: EntryKind,
    pub amount: Decimal,
    pub effective_on: Date,
    pub recorded_at: Instant,
}

/// The day of a decision, and by what was known: business dates before the day, and, where that is asked, only what was in the
/// books before the instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    pub on: Date,
    pub known_at: Option<Instant>,
}

impl Cut {
    pub(super) fn sees(self, on: Date, recorded_at: Instant) -> bool {
        on < self.on && self.known_at.is_none_or(|at| recorded_at < at)
    }

    /// What an item said, as far as was known; nothing where it was not known at all.
    fn terms(self, item: &PastItem) -> Option<&Terms> {
        let standing = self.known_at.and_then(|at| item.earlier.iter().find(|e| e.until >= at));
        let terms = standing.map_or(&item.terms, |earlier| &earlier.terms);
        self.sees(terms.issue_on, item.recorded_at).then_some(terms)
    }

    pub(super) fn due_on(self, terms: &Terms) -> Date {
        terms.extended.filter(|(_, agreed_on)| *agreed_on < self.on).map_or(terms.due_on, |(due, _)| due)
    }
}

/// How an item stood, for what is known of its customer's behaviour.
fn standing(item: &PastItem, terms: &Terms, cut: Cut) -> (Decimal, behaviour::Item) {
    let (mut open, mut paid, mut last) = (terms.amount, Decimal::ZERO, None);
    for entry in
        item.entries.iter().filter(|e| !e.amount.is_zero() && cut.sees(e.effective_on, e.recorded_at))
    {
        open += entry.amount;
        last = Some(entry);
        if behaviour::is_money(entry.kind) {
            paid -= entry.amount;
        }
    }
    let settlement = match last {
        Some(last) if open.is_zero() => behaviour::closed(Some(last.kind), last.effective_on),
        Some(_) | None => Settlement::Open,
    };
    let (issue_on, due_on) = (terms.issue_on, cut.due_on(terms));
    (open, behaviour::Item { paid, issue_on, due_on, expected_pay_on: None, settlement })
}

/// The facts of an account in one currency as they were known, and no others; nothing where nothing was known of it.
pub fn facts(items: &[PastItem], currency: Currency, cut: Cut) -> Option<FactValues> {
    let of_currency = items.iter().filter(|i| i.currency == currency);
    let seen = of_currency.filter_map(|i| Some(standing(i, cut.terms(i)?, cut))).collect::<Vec<_>>();
    if seen.is_empty() {
        return None;
    }
    let eve = cut.on.pred_opt()?;
    let mut facts = FactValues::default();
    let mut set = |fact: Fact, value: FactValue| facts.set(fact.as_str(), value);
    let (mut open, mut overdue, mut days) = (Decimal::ZERO, Decimal::ZERO, 0);
    for (rest, item) in &seen {
        open += *rest;
        if *rest > Decimal::ZERO && item.due_on < eve {
            overdue += *rest;
            days = days.max((eve - item.due_on).num_days());
        }
    }
    set(Fact::HolderKind, "account".into());
    set(Fact::HolderCurrency, currency.as_str().into());
    set(Fact::AccountCurrency, currency.as_str().into());
    set(Fact::ExposureOpen, open.into());
    set(Fact::ExposureOverdue, overdue.into());
    set(Fact::ExposureDaysOverdueMax, days.into());
    let found = behaviour(&seen.into_iter().map(|(_, item)| item).collect::<Vec<_>>(), eve);
    let late = |days: u16| found.window(days).and_then(|w| w.days_late);
    let year = found.window(365);
    set(Fact::BehaviourDaysLate90, late(90).into());
    set(Fact::BehaviourDaysLate180, late(180).into());
    set(Fact::BehaviourDaysLate365, late(365).into());
    set(Fact::BehaviourDaysLateTrend, found.trend.into());
    set(Fact::BehaviourDaysLateMax, found.days_late_max.into());
    set(Fact::BehaviourOnTimeRatio, year.and_then(|w| w.on_time_ratio).into());
    set(Fact::BehaviourPaidCount, year.map_or(0, |w| i64::from(w.paid_count)).into());
    set(Fact::PartyAgeDays, found.age_days.into());
    Some(facts)
}
