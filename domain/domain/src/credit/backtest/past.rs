//! An account as it was known on a day: its facts, and later what became of it.

use kernel::{Currency, Date, Decimal, Instant};
use uuid::Uuid;

use crate::credit::facts::Fact;
use crate::credit::scoring::behaviour::{self, Settlement, behaviour};
use crate::receivables::kinds::EntryKind;
use crate::rules::evaluate::{FactValue, FactValues};
use kernel::text_enum::TextEnum as _;

/// The facts that can be told of a past day. Others, such as limits, ratings and what is known of a party, have no past here.
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
    pub issue_on: Date,
    /// The original due date.
    pub due_on: Date,
    /// A later due date, and the day on which it was agreed.
    pub extended: Option<(Date, Date)>,
    pub amount: Decimal,
    pub recorded_at: Instant,
    pub entries: Vec<PastEntry>,
}

/// An entry of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastEntry {
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
    fn sees(self, on: Date, recorded_at: Instant) -> bool {
        on < self.on && self.known_at.is_none_or(|at| recorded_at < at)
    }

    fn sees_item(self, item: &PastItem) -> bool {
        self.sees(item.issue_on, item.recorded_at)
    }

    fn due_on(self, item: &PastItem) -> Date {
        item.extended.filter(|(_, agreed_on)| *agreed_on < self.on).map_or(item.due_on, |(due, _)| due)
    }
}

/// What an item had come to.
struct State {
    open: Decimal,
    paid: Decimal,
    /// The day of the last entry.
    last_on: Option<Date>,
    /// Something closed a part of it that says nothing about payment.
    unclear: bool,
}

fn state(item: &PastItem, cut: Cut) -> State {
    let mut state = State { open: item.amount, paid: Decimal::ZERO, last_on: None, unclear: false };
    for entry in item.entries.iter().filter(|e| cut.sees(e.effective_on, e.recorded_at)) {
        state.open += entry.amount;
        state.last_on = state.last_on.max(Some(entry.effective_on));
        match entry.kind {
            EntryKind::Payment | EntryKind::Return => state.paid -= entry.amount,
            EntryKind::Credit
            | EntryKind::WriteOff
            | EntryKind::Adjustment
            | EntryKind::Reversal
            | EntryKind::Transfer
            | EntryKind::ClearingReset
            | EntryKind::Residual
            | EntryKind::Doubtful => {}
            EntryKind::ClearedUnknown | EntryKind::SnapshotClose => state.unclear = true,
        }
    }
    state
}

/// The facts of an account in one currency as they were known, and no others; nothing where nothing was known of it.
pub fn facts(items: &[PastItem], currency: Currency, cut: Cut) -> Option<FactValues> {
    let seen = items.iter().filter(|i| i.currency == currency && cut.sees_item(i)).collect::<Vec<_>>();
    if seen.is_empty() {
        return None;
    }
    let eve = cut.on.pred_opt()?;
    let mut facts = FactValues::default();
    let mut set = |fact: Fact, value: FactValue| facts.set(fact.as_str(), value);
    let (mut open, mut overdue, mut days) = (Decimal::ZERO, Decimal::ZERO, 0);
    let mut paid = Vec::with_capacity(seen.len());
    for item in seen {
        let (state, due_on) = (state(item, cut), cut.due_on(item));
        open += state.open;
        if state.open > Decimal::ZERO && due_on < eve {
            overdue += state.open;
            days = days.max((eve - due_on).num_days());
        }
        let settlement = match state.last_on {
            Some(on) if state.open.is_zero() && !state.unclear => Settlement::Paid(on),
            Some(on) if state.open.is_zero() => Settlement::Unknown(on),
            Some(_) | None => Settlement::Open,
        };
        let (issue_on, paid_amount) = (item.issue_on, state.paid);
        paid.push(behaviour::Item { paid: paid_amount, issue_on, due_on, expected_pay_on: None, settlement });
    }
    set(Fact::HolderKind, "account".into());
    set(Fact::HolderCurrency, currency.as_str().into());
    set(Fact::AccountCurrency, currency.as_str().into());
    set(Fact::ExposureOpen, open.into());
    set(Fact::ExposureOverdue, overdue.into());
    set(Fact::ExposureDaysOverdueMax, days.into());
    let found = behaviour(&paid, eve);
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

/// What became of what was invoiced from one day until another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcome {
    pub invoices: u32,
    pub turnover: Decimal,
    /// Written off.
    pub lost: Decimal,
    /// Paid, or still unpaid, more than 30 days after the due date.
    pub late: Decimal,
    /// Amount times days between due date and payment, for what was paid late: interest is this times a rate, over 360.
    pub amount_days_late: Decimal,
    /// Not paid, and not yet 90 days past due; or closed by something that says nothing.
    pub not_known: Decimal,
}

/// Days past due after which an unpaid item is counted as late instead of waited for.
const WAIT_DAYS: i64 = 90;

/// By everything that is known on `today`; nothing when nothing was invoiced.
pub fn outcome(
    items: &[PastItem],
    currency: Currency,
    (from, until, today): (Date, Date, Date),
) -> Option<Outcome> {
    let end = Cut { on: today.succ_opt().unwrap_or(today), known_at: None };
    let mut all = Outcome::default();
    let month = |i: &&PastItem| i.currency == currency && i.issue_on >= from && i.issue_on < until;
    for item in items.iter().filter(month) {
        let (state, due_on) = (state(item, end), end.due_on(item));
        let written_off = item.entries.iter().filter(|e| e.kind == EntryKind::WriteOff).map(|e| -e.amount);
        all.invoices += 1;
        all.turnover += item.amount;
        all.lost += written_off.sum::<Decimal>();
        let waited = (state.last_on.filter(|_| state.open.is_zero()).unwrap_or(today) - due_on).num_days();
        if state.unclear || (!state.open.is_zero() && waited <= WAIT_DAYS) {
            all.not_known += item.amount;
        } else if waited > 30 {
            all.late += item.amount;
        }
        if waited > 0 {
            all.amount_days_late += state.paid.max(Decimal::ZERO) * Decimal::from(waited);
        }
    }
    (all.invoices > 0).then_some(all)
}
