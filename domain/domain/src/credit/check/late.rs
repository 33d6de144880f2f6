//! What is owed late, by who would have to pay it.

use std::mem::take;

use kernel::Decimal;

/// What is past due, contested items left aside.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Late {
    /// What of [`super::super::exposure::Component::Open`] is.
    pub open: Decimal,
    /// What of [`super::super::exposure::Component::Returned`] is.
    pub returned: Decimal,
    /// Days past due of the oldest item; 0 if nothing is.
    pub days_max: i64,
}

/// The same, by whom.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LateBy {
    /// The account that is asked about.
    pub account: Late,
    /// The other customer numbers of its party; looked up only where a rule or a limit speaks of them.
    pub others: Late,
}

impl Late {
    /// What would have to be paid.
    pub fn total(&self) -> Decimal {
        self.open + self.returned
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            open: self.open + other.open,
            returned: self.returned + other.returned,
            days_max: self.days_max.max(other.days_max),
        }
    }
}

impl LateBy {
    /// Of all customer numbers that count as one.
    pub fn party(&self) -> Late {
        self.account.and(self.others)
    }

    /// Takes out what the account owes.
    pub(super) fn take_account(&mut self) -> Late {
        take(&mut self.account)
    }

    /// Takes out what all of them owe.
    pub(super) fn take_party(&mut self) -> Late {
        take(&mut self.account).and(take(&mut self.others))
    }
}
