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
    let aged = age(&[item(10, 5), item(-25, 3)], &set(AgeBasis::Due), today(), CreditTreatment::NetOldest);
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
