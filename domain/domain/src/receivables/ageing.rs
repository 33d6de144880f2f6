//! Ageing: open amounts by days past due, or by days since issue.
//!
//! By due date the day itself is not overdue (day 0), and every bound belongs to the bucket it closes: 30 days late
//! is in 1–30, 31 days late in 31–60. Buckets and the credit column always add up to the open total.

use std::collections::BTreeMap;

use kernel::{Currency, Date, Decimal, Error, Outcome, text};

use super::codes;

/// Bounds a bucket set may have.
pub const BOUNDS_MAX: usize = 12;

kernel::text_enum! {
    /// From which date an item ages.
    pub enum AgeBasis {
        /// The due date in force; an extension rejuvenates.
        Due = "due",
        /// The document's date; there is no "not due".
        Issue = "issue",
    }
}

kernel::text_enum! {
    /// Where credit notes and unallocated cash appear.
    pub enum CreditTreatment {
        /// In a column of their own.
        OwnColumn = "own_column",
        /// They lower the oldest buckets first; what is left over stays in the credit column.
        NetOldest = "net_oldest",
    }
}

/// Named buckets of an ageing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketSet {
    name: String,
    basis: AgeBasis,
    bounds: Vec<u16>,
    labels: Vec<String>,
}

impl BucketSet {
    /// Buckets that end at each bound (days, inclusive) and one beyond the last. By due date a bucket "not due"
    /// comes first; by issue date the first bucket begins at day 0 and also takes documents dated ahead.
    ///
    /// # Errors
    /// `ageing.bounds_invalid` unless there are 1 to [`BOUNDS_MAX`] ascending bounds above zero; those of a line of
    /// text for the name.
    pub fn try_new(name: &str, basis: AgeBasis, bounds: Vec<u16>) -> Outcome<Self> {
        let name = text::line("name", name)?;
        let ascending = bounds.iter().zip(bounds.iter().skip(1)).all(|(a, b)| a < b);
        if bounds.is_empty() || bounds.len() > BOUNDS_MAX || bounds.first() == Some(&0) || !ascending {
            let message = format!("{bounds:?} is not a list of 1 to {BOUNDS_MAX} ascending days above zero");
            return Err(Error::field("bounds", &codes::AGEING_BOUNDS_INVALID, message));
        }
        let labels = default_labels(basis, &bounds);
        Ok(Self { name, basis, bounds, labels })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn basis(&self) -> AgeBasis {
        self.basis
    }

    pub fn bounds(&self) -> &[u16] {
        &self.bounds
    }

    /// One label per bucket, in order: `not_due`, `1-30`, …, `>90`.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The bucket of an item, counted from zero.
    ///
    /// `age_days` is how many days the business date lies after the date the set ages by; negative ahead of it.
    pub fn bucket_of(&self, age_days: i64) -> usize {
        let passed = self.bounds.iter().filter(|bound| age_days > i64::from(**bound)).count();
        match self.basis {
            AgeBasis::Due if age_days <= 0 => 0,
            AgeBasis::Due => passed + 1,
            AgeBasis::Issue => passed,
        }
    }
}

/// An open item to be aged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgeingItem {
    pub currency: Currency,
    /// Positive for debits, negative for credits.
    pub open: Decimal,
    pub issue_on: Date,
    /// The due date in force.
    pub due_on: Date,
}

/// The ageing of one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ageing {
    /// One amount per bucket of the set, in order.
    pub buckets: Vec<Decimal>,
    /// How many debit items each bucket holds; netting does not lower it.
    pub counts: Vec<u32>,
    /// Credits not netted: zero or negative.
    pub credits: Decimal,
    /// Buckets plus credits, which is the sum of what is open.
    pub total: Decimal,
}

impl Ageing {
    /// Sets the credits against the oldest buckets first; the total stays.
    pub fn net_oldest(&mut self) {
        for amount in self.buckets.iter_mut().rev() {
            let netted = (*amount).min(-self.credits);
            *amount -= netted;
            self.credits += netted;
        }
    }
}

/// Ages open items on a business date, each currency by itself.
pub fn age(
    items: &[AgeingItem],
    set: &BucketSet,
    on: Date,
    credits: CreditTreatment,
) -> BTreeMap<Currency, Ageing> {
    let mut by_currency: BTreeMap<Currency, Ageing> = BTreeMap::new();
    for item in items.iter().filter(|item| !item.open.is_zero()) {
        let ageing = by_currency.entry(item.currency).or_insert_with(|| empty(set));
        ageing.total += item.open;
        if item.open < Decimal::ZERO {
            ageing.credits += item.open;
            continue;
        }
        let from = match set.basis {
            AgeBasis::Due => item.due_on,
            AgeBasis::Issue => item.issue_on,
        };
        let bucket = set.bucket_of((on - from).num_days());
        if let (Some(amount), Some(count)) = (ageing.buckets.get_mut(bucket), ageing.counts.get_mut(bucket)) {
            *amount += item.open;
            *count += 1;
        }
    }
    if credits == CreditTreatment::NetOldest {
        by_currency.values_mut().for_each(Ageing::net_oldest);
    }
    by_currency
}

/// Days an item is overdue on a business date: zero up to and including the due date.
pub fn days_overdue(due_on: Date, on: Date) -> i64 {
    (on - due_on).num_days().max(0)
}

fn empty(set: &BucketSet) -> Ageing {
    let buckets = vec![Decimal::ZERO; set.labels.len()];
    let counts = vec![0; set.labels.len()];
    Ageing { buckets, counts, credits: Decimal::ZERO, total: Decimal::ZERO }
}

fn default_labels(basis: AgeBasis, bounds: &[u16]) -> Vec<String> {
    let first = match basis {
        AgeBasis::Due => 1,
        AgeBasis::Issue => 0,
    };
    let starts = std::iter::once(first).chain(bounds.iter().map(|bound| u32::from(*bound) + 1));
    let mut labels: Vec<String> = starts.zip(bounds).map(|(start, end)| format!("{start}-{end}")).collect();
    if let Some(last) = bounds.last() {
        labels.push(format!(">{last}"));
    }
    if basis == AgeBasis::Due {
        labels.insert(0, "not_due".to_owned());
    }
    labels
}

#[cfg(test)]
mod tests;
