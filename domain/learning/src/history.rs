//! What is known of a customer, with the day from which each thing was known.

use chrono::Duration;
use kernel::{Currency, Date, Decimal};
use uuid::Uuid;

/// A debit item: what was invoiced, and what became of it on which day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item {
    pub id: Uuid,
    pub issue_on: Date,
    /// The original due date.
    pub due_on: Date,
    /// A later due date, and the day on which it was agreed.
    pub extended: Option<(Date, Date)>,
    /// Greater than zero.
    pub amount: Decimal,
    pub currency: Currency,
    pub closing: Closing,
    /// The day on which it came into dispute, if it did.
    pub disputed_on: Option<Date>,
}

/// How an item ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    Open,
    /// Paid, or written off after waiting for it, on this day.
    On(Date),
    /// Cleared, nobody knows when: it says nothing about behaviour. The day is the one on which it was found cleared.
    Unknown(Date),
}

impl Item {
    /// The due date as it stood just before a day.
    pub fn due_before(&self, day: Date) -> Date {
        self.extended.filter(|(_, agreed_on)| *agreed_on < day).map_or(self.due_on, |(due, _)| due)
    }

    /// The day of payment, where it was known before a day.
    pub fn closed_before(&self, day: Date) -> Option<Date> {
        match self.closing {
            Closing::On(on) if on < day => Some(on),
            Closing::Open | Closing::On(_) | Closing::Unknown(_) => None,
        }
    }

    /// Whether it was known to be open on the eve of a day.
    pub fn is_open_before(&self, day: Date) -> bool {
        match self.closing {
            Closing::Open => true,
            Closing::On(on) | Closing::Unknown(on) => on >= day,
        }
    }

    /// Days from the due date to the payment, negative when early; only of what was paid before a day.
    pub fn days_late_before(&self, day: Date) -> Option<i64> {
        self.closed_before(day).map(|on| (on - self.due_before(day)).num_days())
    }

    /// Whether it was, or will surely be, paid more than so many days after its due date, by what is known before a day and nothing
    /// later. Nothing while that day may still come, and nothing of what had been cleared on an unknown day by then.
    pub fn is_late_by(&self, days: i64, known: Date) -> Option<bool> {
        let last_good = self.due_before(known) + Duration::days(days);
        match self.closing {
            Closing::Unknown(on) if on < known => None,
            Closing::On(on) if on < known => Some(on > last_good),
            Closing::Open | Closing::On(_) | Closing::Unknown(_) => (known > last_good).then_some(true),
        }
    }

    /// Whether everything asked about it is decided by what is known before a day, however it went: what was paid soon is not known any
    /// sooner than what was not.
    pub fn is_settled(&self, known: Date) -> bool {
        let unknown = matches!(self.closing, Closing::Unknown(on) if on < known);
        self.due_before(known) + Duration::days(30) < known && !unknown
    }
}

/// A customer's items, oldest first.
#[derive(Debug, Clone, Default)]
pub struct History {
    items: Vec<Item>,
}

impl History {
    pub fn new(mut items: Vec<Item>) -> Self {
        items.sort_by_key(|item| (item.issue_on, item.id));
        Self { items }
    }

    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// What was issued before a day, at most the last so many.
    pub(crate) fn issued_before(&self, day: Date, at_most: usize) -> &[Item] {
        let end = self.items.partition_point(|item| item.issue_on < day);
        self.items.get(end.saturating_sub(at_most)..end).unwrap_or_default()
    }
}
