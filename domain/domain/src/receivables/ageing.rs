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

    /// The same buckets under other labels.
    ///
    /// # Errors
    /// `ageing.labels_invalid` unless there is one label per bucket and no two are equal; those of a line of text.
    pub fn with_labels(self, labels: &[String]) -> Outcome<Self> {
        let labels = labels.iter().map(|label| text::line("labels", label)).collect::<Outcome<Vec<_>>>()?;
        let repeated = labels.iter().enumerate().any(|(i, label)| labels.iter().take(i).any(|l| l == label));
        if labels.len() != self.labels.len() || repeated {
            let message = format!("{} different labels are needed", self.labels.len());
            return Err(Error::field("labels", &codes::AGEING_LABELS_INVALID, message));
        }
        Ok(Self { labels, ..self })
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

    /// One label per bucket, in order: `not_due`, `1-30`, …, `>90` unless others were given.
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
        by_currency.values_mut().for_each(net_oldest);
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

fn net_oldest(ageing: &mut Ageing) {
    for amount in ageing.buckets.iter_mut().rev() {
        let netted = (*amount).min(-ageing.credits);
        *amount -= netted;
        ageing.credits += netted;
    }
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
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn set(basis: AgeBasis) -> BucketSet {
        BucketSet::try_new("standard", basis, vec![30, 60, 90]).unwrap()
    }

    fn item(open: i64, days_late: i64) -> AgeingItem {
        let due_on = today() - chrono::Duration::days(days_late);
        AgeingItem {
            currency: Currency::EUR,
            open: Decimal::from(open),
            issue_on: due_on - chrono::Duration::days(30),
            due_on,
        }
    }

    fn today() -> Date {
        "2026-07-01".parse().unwrap()
    }

    #[test]
    fn boundaries_are_inclusive_at_the_top_and_day_zero_is_not_overdue() {
        let labels = |age: i64| set(AgeBasis::Due).labels()[set(AgeBasis::Due).bucket_of(age)].clone();
        let golden = [
            (-1, "not_due"),
            (0, "not_due"),
            (1, "1-30"),
            (30, "1-30"),
            (31, "31-60"),
            (60, "31-60"),
            (61, "61-90"),
        ];
        for (age, label) in golden.into_iter().chain([(90, "61-90"), (91, ">90"), (40_000, ">90")]) {
            assert_eq!(labels(age), label, "{age} days");
        }
    }

    #[test]
    fn by_issue_date_the_first_bucket_begins_at_day_zero() {
        let by_issue = set(AgeBasis::Issue);
        assert_eq!(by_issue.labels(), ["0-30", "31-60", "61-90", ">90"]);
        for (age, bucket) in [(-5, 0), (0, 0), (30, 0), (31, 1), (90, 2), (91, 3)] {
            assert_eq!(by_issue.bucket_of(age), bucket, "{age} days");
        }
        let aged = age(&[item(10, 0)], &by_issue, today(), CreditTreatment::OwnColumn);
        assert_eq!(aged[&Currency::EUR].counts, [1, 0, 0, 0]);
    }

    #[test]
    fn bounds_ascend_from_above_zero() {
        for bounds in [vec![], vec![0, 30], vec![30, 30], vec![60, 30], (1..=13).collect()] {
            let error = BucketSet::try_new("x", AgeBasis::Due, bounds.clone()).unwrap_err();
            assert_eq!(error.code().text, "ageing.bounds_invalid", "{bounds:?}");
        }
    }

    #[test]
    fn labels_are_one_per_bucket_and_different() {
        let own: Vec<String> = ["Al día", "A", "B", "C", "D"].map(str::to_owned).to_vec();
        assert_eq!(set(AgeBasis::Due).with_labels(&own).unwrap().labels(), own);
        for wrong in [&own[1..], &["a", "a", "b", "c", "d"].map(str::to_owned)] {
            let error = set(AgeBasis::Due).with_labels(wrong).unwrap_err();
            assert_eq!(error.code().text, "ageing.labels_invalid");
        }
    }

    #[test]
    fn credits_stand_apart_or_lower_the_oldest_first() {
        let items = [item(100, -5), item(50, 10), item(30, 100), item(-45, 3)];
        let own = &age(&items, &set(AgeBasis::Due), today(), CreditTreatment::OwnColumn)[&Currency::EUR];
        assert_eq!(own.buckets, [100, 50, 0, 0, 30].map(Decimal::from));
        assert_eq!(own.credits, Decimal::from(-45));
        let net = &age(&items, &set(AgeBasis::Due), today(), CreditTreatment::NetOldest)[&Currency::EUR];
        assert_eq!(net.buckets, [100, 35, 0, 0, 0].map(Decimal::from));
        assert_eq!(net.credits, Decimal::ZERO);
    }

    #[test]
    fn credits_beyond_all_debits_stay_visible() {
        let aged =
            age(&[item(10, 5), item(-25, 3)], &set(AgeBasis::Due), today(), CreditTreatment::NetOldest);
        assert_eq!(aged[&Currency::EUR].credits, Decimal::from(-15));
        assert_eq!(aged[&Currency::EUR].total, Decimal::from(-15));
    }

    #[test]
    fn currencies_are_never_added() {
        let dollars = AgeingItem { currency: Currency::USD, ..item(7, 5) };
        let aged = age(&[item(10, 5), dollars], &set(AgeBasis::Due), today(), CreditTreatment::OwnColumn);
        assert_eq!(aged[&Currency::EUR].total, Decimal::from(10));
        assert_eq!(aged[&Currency::USD].total, Decimal::from(7));
    }

    #[test]
    fn days_overdue_start_the_day_after() {
        assert_eq!(days_overdue(today(), today()), 0);
        assert_eq!(days_overdue(today(), today() - chrono::Duration::days(4)), 0);
        assert_eq!(days_overdue(today(), today() + chrono::Duration::days(1)), 1);
    }

    proptest! {
        #[test]
        fn buckets_and_credits_partition_the_total(
            items in proptest::collection::vec((-500_i64..500, -200_i64..200), 0..40),
            by_due in any::<bool>(), net in any::<bool>(),
        ) {
            let items: Vec<_> = items.into_iter().map(|(open, late)| item(open, late)).collect();
            let set = set(if by_due { AgeBasis::Due } else { AgeBasis::Issue });
            let treatment = if net { CreditTreatment::NetOldest } else { CreditTreatment::OwnColumn };
            let open: Decimal = items.iter().map(|i| i.open).sum();
            let aged = age(&items, &set, today(), treatment);
            let total = aged.get(&Currency::EUR).map_or(Decimal::ZERO, |a| a.total);
            prop_assert_eq!(total, open);
            for ageing in aged.values() {
                prop_assert_eq!(ageing.buckets.iter().sum::<Decimal>() + ageing.credits, open);
                prop_assert!(ageing.buckets.iter().all(|b| *b >= Decimal::ZERO) && ageing.credits <= Decimal::ZERO);
                let debits = items.iter().filter(|i| i.open > Decimal::ZERO).count();
                prop_assert_eq!(usize::try_from(ageing.counts.iter().sum::<u32>()).unwrap(), debits);
            }
        }

        #[test]
        fn an_older_item_never_lies_in_a_younger_bucket(a in -400_i64..400, b in 0_i64..400) {
            let set = set(AgeBasis::Due);
            prop_assert!(set.bucket_of(a) <= set.bucket_of(a + b));
        }
    }
}
