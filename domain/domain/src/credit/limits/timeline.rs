//! Dates of limits, and what is left of those that a new one takes the place of.

use kernel::Date;

/// Days from one to another, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    pub from: Date,
    /// The last day; without end when absent.
    pub until: Option<Date>,
}

impl Period {
    pub fn contains(&self, on: Date) -> bool {
        self.from <= on && self.until.is_none_or(|until| on <= until)
    }

    pub fn overlaps(&self, other: &Self) -> bool {
        self.until.is_none_or(|until| other.from <= until)
            && other.until.is_none_or(|until| self.from <= until)
    }

    /// Days from `on` to the last one; none without end.
    pub fn days_left(&self, on: Date) -> Option<i64> {
        self.until.map(|until| (until - on).num_days())
    }

    /// What of it is before and after another period.
    pub fn without(&self, other: &Self) -> Vec<Self> {
        if !self.overlaps(other) {
            return vec![*self];
        }
        let before = other.from.pred_opt().filter(|last| self.from <= *last);
        let before = before.map(|last| Self { from: self.from, until: Some(last) });
        let after = other.until.and_then(|until| until.succ_opt());
        let after = after.filter(|first| self.until.is_none_or(|until| *first <= until));
        let after = after.map(|first| Self { from: first, until: self.until });
        before.into_iter().chain(after).collect()
    }
}

/// Of those that stand, which are superseded by a new one of the same key, with what is left of each.
pub fn replace<T: Copy>(standing: &[(T, Period)], new: &Period) -> Vec<(T, Vec<Period>)> {
    let hit = standing.iter().filter(|(_, period)| period.overlaps(new));
    hit.map(|(id, period)| (*id, period.without(new))).collect()
}
