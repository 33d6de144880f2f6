use proptest::prelude::*;

use super::{FxPath, FxPolicy, FxRate, FxTable, RATE_MAX};
use crate::{Currency, Date, Decimal, Money};

const EUR: Currency = Currency::EUR;
const USD: Currency = Currency::USD;
const GBP: Currency = Currency::GBP;

fn jpy() -> Currency {
    Currency::parse("currency", "JPY").unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn money(text: &str, currency: Currency) -> Money {
    Money::new(number(text), currency)
}

fn rate(pair: (Currency, Currency), on: &str, rate: &str) -> FxRate {
    FxRate::try_new("ecb", pair, day(on), number(rate)).unwrap()
}

fn table(rates: impl IntoIterator<Item = FxRate>) -> FxTable {
    let mut table = FxTable::default();
    rates.into_iter().for_each(|rate| table.insert(rate));
    table
}

/// Reference rates of the European Central Bank of 29 and 30 October 2026, a Thursday and a Friday.
fn ecb() -> FxTable {
    table([
        rate((EUR, USD), "2026-10-29", "1.1130"),
        rate((EUR, USD), "2026-10-30", "1.1172"),
        rate((EUR, GBP), "2026-10-29", "0.83578"),
        rate((EUR, GBP), "2026-10-30", "0.8338"),
        rate((EUR, jpy()), "2026-10-30", "175.68"),
    ])
}

fn policy(max_age_days: u16) -> FxPolicy {
    FxPolicy { source: "ecb".to_owned(), pivot: Some(EUR), max_age_days }
}

#[test]
fn the_same_currency_needs_no_rate() {
    let same = FxTable::default().convert(&policy(0), money("10", USD), USD, day("2026-10-30")).unwrap();
    assert_eq!((same.money, same.path, same.rates.len()), (money("10", USD), FxPath::Same, 0));
}

#[test]
fn a_quoted_pair_is_multiplied_and_its_opposite_divided() {
    let direct = ecb().convert(&policy(0), money("100", EUR), USD, day("2026-10-30")).unwrap();
    assert_eq!((direct.money, direct.path), (money("111.72", USD), FxPath::Direct));
    let inverse = ecb().convert(&policy(0), money("100", USD), EUR, day("2026-10-30")).unwrap();
    assert_eq!((inverse.money, inverse.path), (money("89.51", EUR), FxPath::Inverse));
    assert!(inverse.rates[0].inverted && inverse.rates[0].rate.base() == EUR);
}

#[test]
fn two_currencies_that_are_not_quoted_meet_over_the_pivot() {
    // 100 × 0.8338 ÷ 1.1172 = 74.6330…
    let crossed = ecb().convert(&policy(0), money("100", USD), GBP, day("2026-10-30")).unwrap();
    assert_eq!((crossed.money, crossed.path), (money("74.63", GBP), FxPath::Triangulated));
    let used: Vec<_> = crossed.rates.iter().map(|used| (used.rate.quote(), used.inverted)).collect();
    assert_eq!(used, [(USD, true), (GBP, false)]);
}

#[test]
fn an_amount_is_rounded_to_the_units_of_its_new_currency() {
    let yen = ecb().convert(&policy(0), money("10.01", EUR), jpy(), day("2026-10-30")).unwrap();
    assert_eq!((yen.money, yen.exact), (money("1759", jpy()), number("1758.5568")));
}

#[test]
fn without_a_pivot_a_cross_rate_is_missing() {
    let policy = FxPolicy { pivot: None, ..policy(7) };
    let error = ecb().convert(&policy, money("1", USD), GBP, day("2026-10-30")).unwrap_err();
    assert_eq!(error.code().text, "fx.rate_missing");
}

#[test]
fn a_weekend_uses_the_last_rate_before_it_and_never_a_later_one() {
    let on = |on: &str, age| ecb().convert(&policy(age), money("100", EUR), USD, day(on));
    assert_eq!(on("2026-11-01", 2).unwrap().rates[0].rate.on(), day("2026-10-30"));
    assert_eq!(on("2026-10-29", 7).unwrap().money, money("111.30", USD));
    assert_eq!(on("2026-11-01", 1).unwrap_err().code().text, "fx.rate_missing");
    assert_eq!(on("2026-10-28", 7).unwrap_err().code().text, "fx.rate_missing");
}

#[test]
fn rates_of_another_source_are_not_looked_at() {
    let mut table = FxTable::default();
    table.insert(FxRate::try_new("house", (EUR, USD), day("2026-10-30"), number("2")).unwrap());
    let error = table.convert(&policy(7), money("1", EUR), USD, day("2026-10-30")).unwrap_err();
    assert_eq!(error.code().text, "fx.rate_missing");
    assert!(
        error.to_string().contains("ecb quotes no rate from EUR to USD between 2026-10-23 and 2026-10-30")
    );
}

#[test]
fn legs_of_different_days_are_never_combined() {
    let legs = [rate((EUR, USD), "2026-10-30", "1.1172"), rate((EUR, GBP), "2026-10-29", "0.83578")];
    let error = table(legs.clone()).convert(&policy(7), money("1", USD), GBP, day("2026-10-30")).unwrap_err();
    assert_eq!(error.code().text, "fx.rate_missing");
    // With Thursday's dollar both legs are Thursday's, although Friday's dollar is known.
    let mut both = table(legs);
    both.insert(rate((EUR, USD), "2026-10-29", "1.1130"));
    let crossed = both.convert(&policy(7), money("100", USD), GBP, day("2026-10-30")).unwrap();
    assert!(crossed.rates.iter().all(|used| used.rate.on() == day("2026-10-29")));
    assert_eq!(crossed.money, money("75.09", GBP));
}

#[test]
fn of_a_pair_quoted_both_ways_the_later_rate_counts_and_of_one_day_the_direct_one() {
    let mut table = table([rate((USD, EUR), "2026-10-30", "0.9"), rate((EUR, USD), "2026-10-29", "1.1130")]);
    let convert =
        |table: &FxTable| table.convert(&policy(7), money("100", EUR), USD, day("2026-10-30")).unwrap();
    assert_eq!(convert(&table).path, FxPath::Inverse);
    table.insert(rate((EUR, USD), "2026-10-30", "1.1172"));
    assert_eq!(convert(&table).path, FxPath::Direct);
}

#[test]
fn the_rate_recorded_last_is_in_force() {
    let mut table = ecb();
    table.insert(rate((EUR, USD), "2026-10-30", "1.2"));
    let corrected = table.convert(&policy(0), money("100", EUR), USD, day("2026-10-30")).unwrap();
    assert_eq!(corrected.money, money("120", USD));
}

#[test]
fn what_is_no_rate_is_refused() {
    assert_eq!(RATE_MAX.to_string(), "99999999999999");
    for wrong in ["0", "-1", "0.00000000001", "100000000000000"] {
        let error = FxRate::try_new("ecb", (EUR, USD), day("2026-10-30"), number(wrong)).unwrap_err();
        assert_eq!(error.code().text, "fx.rate_invalid", "{wrong}");
    }
    assert!(FxRate::try_new("ecb", (EUR, EUR), day("2026-10-30"), Decimal::ONE).is_err());
}

#[test]
fn what_cannot_be_stored_is_an_overflow_and_an_amount_of_another_currency_a_mismatch() {
    let route = ecb().route(&policy(0), EUR, jpy(), day("2026-10-30")).unwrap();
    let error = route.convert(money("999999999999999", EUR)).unwrap_err();
    assert_eq!(error.code().text, "money.overflow");
    assert_eq!(route.convert(money("1", USD)).unwrap_err().code().text, "money.currency_mismatch");
}

fn any_rate() -> impl Strategy<Value = Decimal> {
    (1_i64..100_000_000, 0_u32..=7).prop_map(|(digits, scale)| Decimal::new(digits, scale))
}

fn any_amount() -> impl Strategy<Value = Money> {
    (-100_000_000_i64..100_000_000).prop_map(|cents| Money::new(Decimal::new(cents, 2), EUR))
}

proptest! {
    /// There by a rate and back by its inverse: apart from what rounding takes on both ways, the same amount.
    #[test]
    fn there_and_back_differs_by_rounding_only(amount in any_amount(), quoted in any_rate()) {
        let on = day("2026-10-30");
        let table = table([FxRate::try_new("ecb", (EUR, USD), on, quoted).unwrap()]);
        let there = table.convert(&policy(0), amount, USD, on).unwrap();
        let back = table.convert(&policy(0), there.money, EUR, on).unwrap();
        let half_a_cent = Decimal::new(5, 3);
        let tiny = Decimal::new(1, 9);
        let most = half_a_cent + half_a_cent.checked_div(quoted).unwrap() + tiny;
        prop_assert!((back.money.amount - amount.amount).abs() <= most, "{} became {}", amount, back.money);
        let exact = table.convert(&policy(0), Money::new(there.exact, USD), EUR, on).unwrap();
        prop_assert_eq!(exact.money, amount.rounded());
    }

    /// A cross rate is the product of its legs, whichever way they are quoted.
    #[test]
    fn a_cross_is_the_product_of_its_legs(
        amount in any_amount(),
        rates in (1_i64..1_000_000, 1_i64..1_000_000),
        opposite in any::<(bool, bool)>(),
    ) {
        let on = day("2026-10-30");
        let leg = |pair: (Currency, Currency), opposite: bool, digits| {
            let pair = if opposite { (pair.1, pair.0) } else { pair };
            FxRate::try_new("ecb", pair, on, Decimal::new(digits, 3)).unwrap()
        };
        let (first, second) = (leg((EUR, GBP), opposite.0, rates.0), leg((GBP, USD), opposite.1, rates.1));
        let over_pounds = FxPolicy { pivot: Some(GBP), ..policy(0) };
        let crossed = table([first.clone(), second.clone()]).convert(&over_pounds, amount, USD, on).unwrap();
        let step = |amount: Decimal, rate: Decimal, divide: bool| if divide { amount / rate } else { amount * rate };
        let by_hand = step(step(amount.amount, first.rate(), opposite.0), second.rate(), opposite.1);
        prop_assert!((crossed.exact - by_hand).abs() < Decimal::new(1, 9));
    }
}
