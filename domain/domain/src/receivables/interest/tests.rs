use super::*;
use legal_rate::embedded_es;
use proptest::prelude::*;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn euros(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn item(principal: &str, due_on: &str, changes: &[(&str, &str)]) -> LateItem {
    let changes =
        changes.iter().map(|(on, amount)| PrincipalChange { on: day(on), amount: euros(amount) }).collect();
    LateItem { currency: Currency::EUR, principal: euros(principal), due_on: day(due_on), changes }
}

fn spain() -> LegalRates {
    LegalRates::try_new(embedded_es().unwrap()).unwrap()
}

fn compute(item: &LateItem, until: &str, day_count: DayCount) -> Result<Interest, MissingRate> {
    late_interest(item, day(until), &InterestLaw { rates: &spain(), jurisdiction: "ES", day_count })
}

fn amount(item: &LateItem, until: &str) -> String {
    compute(item, until, DayCount::Act365).unwrap().amount.amount.to_string()
}

#[test]
fn thirty_seven_days_at_10_15_percent_make_12_86() {
    let interest = compute(&item("1250", "2026-05-01", &[]), "2026-06-07", DayCount::Act365).unwrap();
    assert_eq!(interest.amount.to_string(), "12.86 EUR");
    let [line] = interest.lines.as_slice() else { panic!("one line") };
    assert_eq!((line.from, line.days), (day("2026-05-02"), 37));
}

#[test]
fn a_delay_across_the_half_year_is_split_and_rounded_once() {
    let interest = compute(&item("10000", "2024-06-15", &[]), "2024-07-15", DayCount::Act365).unwrap();
    assert_eq!(interest.amount.to_string(), "101.71 EUR");
    let lines: Vec<_> =
        interest.lines.iter().map(|l| (l.to, l.days, l.annual_percent, l.shown.to_string())).collect();
    assert_eq!(
        lines,
        [
            (day("2024-06-30"), 15, euros("12.50"), "51.37".to_owned()),
            (day("2024-07-15"), 15, euros("12.25"), "50.34".to_owned()),
        ]
    );
}

#[test]
fn forty_five_days_at_eight_percent_make_98_63() {
    assert_eq!(amount(&item("10000", "2018-07-31", &[]), "2018-09-14"), "98.63");
}

#[test]
fn the_rise_of_the_margin_in_february_2013_splits_the_line() {
    let interest = compute(&item("36500", "2013-02-13", &[]), "2013-03-05", DayCount::Act365).unwrap();
    let lines: Vec<_> = interest.lines.iter().map(|l| (l.from, l.to, l.shown.to_string())).collect();
    assert_eq!(
        lines,
        [
            (day("2013-02-14"), day("2013-02-23"), "77.50".to_owned()),
            (day("2013-02-24"), day("2013-03-05"), "87.50".to_owned()),
        ]
    );
}

#[test]
fn the_due_date_itself_bears_nothing() {
    assert_eq!(amount(&item("36500", "2024-03-31", &[]), "2024-03-31"), "0");
    assert_eq!(amount(&item("36500", "2024-03-31", &[]), "2024-04-01"), "12.50");
}

#[test]
fn a_part_payment_lowers_the_principal_from_the_next_day() {
    let paid = item("36500", "2024-03-31", &[("2024-04-10", "-18250")]);
    assert_eq!(amount(&paid, "2024-04-10"), "125.00");
    assert_eq!(amount(&paid, "2024-04-20"), "187.50");
}

#[test]
fn what_was_paid_by_the_due_date_bears_nothing() {
    assert_eq!(amount(&item("36500", "2024-03-31", &[("2024-03-31", "-18250")]), "2024-04-10"), "62.50");
    assert_eq!(amount(&item("36500", "2024-03-31", &[("2024-02-01", "-36500")]), "2024-04-10"), "0");
}

#[test]
fn a_paid_or_overpaid_item_bears_nothing_and_needs_no_rate() {
    for paid in ["-100", "-120"] {
        let settled = item("100", "2026-06-30", &[("2026-06-30", paid)]);
        assert_eq!(compute(&settled, "2026-12-31", DayCount::Act365).unwrap().lines, []);
    }
}

#[test]
fn a_rate_not_published_is_an_error_that_names_the_first_day() {
    let missing = compute(&item("100", "2026-06-15", &[]), "2026-07-02", DayCount::Act365).unwrap_err();
    assert_eq!(missing, MissingRate { jurisdiction: "ES".to_owned(), from: day("2026-07-01") });
    assert_eq!(Error::from(missing).code().text, "interest.rate_missing");
    assert!(compute(&item("100", "2026-06-15", &[]), "2026-06-30", DayCount::Act365).is_ok());
}

#[test]
fn a_leap_year_counts_366_days_only_by_that_policy() {
    let late = item("36600", "2023-12-21", &[]);
    let by_365 = compute(&late, "2024-01-10", DayCount::Act365).unwrap();
    assert_eq!(by_365.lines.len(), 2);
    let by_actual = compute(&late, "2024-01-10", DayCount::ActAct).unwrap();
    let shown: Vec<_> = by_actual.lines.iter().map(|l| l.shown.to_string()).collect();
    // 36 600 × 12 % × 10 ÷ 365 = 120.33 and 36 600 × 12.5 % × 10 ÷ 366 = 125.00
    assert_eq!(shown, ["120.33", "125.00"]);
    let bank = compute(&item("36000", "2024-01-10", &[]), "2024-01-20", DayCount::Act360).unwrap();
    assert_eq!(bank.amount.to_string(), "125.00 EUR");
}

#[test]
fn an_unconfirmed_rate_is_told() {
    let late = |on: &str, until: &str| compute(&item("100", on, &[]), until, DayCount::Act365).unwrap();
    let found = late("2013-06-20", "2013-07-10").unconfirmed().map(|line| line.from);
    assert_eq!(found, Some(day("2013-07-01")));
    assert_eq!(late("2024-01-01", "2024-12-01").unconfirmed(), None);
}

fn late_items() -> impl Strategy<Value = (LateItem, Date)> {
    let changes = proptest::collection::vec((-40_i64..400, 1_i64..60_000), 0..5);
    (1_i64..10_000_000, 0_i64..6000, 0_i64..800, changes).prop_map(|(cents, due, late, changes)| {
        let due_on = day("2005-01-01") + chrono::Duration::days(due);
        let change = |(after, cents): (i64, i64)| PrincipalChange {
            on: due_on + chrono::Duration::days(after),
            amount: Decimal::new(-cents, 2),
        };
        let changes = changes.into_iter().map(change).collect();
        let item = LateItem { currency: Currency::EUR, principal: Decimal::new(cents, 2), due_on, changes };
        (item, due_on + chrono::Duration::days(late))
    })
}

proptest! {
    #[test]
    fn shown_lines_add_up_and_stay_within_a_cent_of_exact((item, until) in late_items()) {
        let rates = spain();
        let law = InterestLaw { rates: &rates, jurisdiction: "ES", day_count: DayCount::Act365 };
        let interest = late_interest(&item, until, &law).unwrap();
        prop_assert_eq!(interest.lines.iter().map(|l| l.shown).sum::<Decimal>(), interest.amount.amount);
        for line in &interest.lines {
            prop_assert!((line.shown - line.exact).abs() <= Decimal::new(1, 2));
        }
    }

    #[test]
    fn lines_equal_a_count_day_by_day((item, until) in late_items(), act_act in any::<bool>()) {
        let rates = spain();
        let day_count = if act_act { DayCount::ActAct } else { DayCount::Act365 };
        let law = InterestLaw { rates: &rates, jurisdiction: "ES", day_count };
        let interest = late_interest(&item, until, &law).unwrap();
        let mut by_day = Decimal::ZERO;
        for on in item.due_on.iter_days().skip(1).take_while(|on| *on <= until) {
            let paid: Decimal = item.changes.iter().filter(|c| c.on < on).map(|c| c.amount).sum();
            let principal = (item.principal + paid).max(Decimal::ZERO);
            let year = if act_act && on.leap_year() { 366 } else { 365 };
            by_day += principal * rates.on("ES", on).unwrap().annual_percent / Decimal::from(100 * year);
        }
        let exact: Decimal = interest.lines.iter().map(|l| l.exact).sum();
        prop_assert!((exact - by_day).abs() < Decimal::new(1, 12), "{} and {}", exact, by_day);
    }
}
