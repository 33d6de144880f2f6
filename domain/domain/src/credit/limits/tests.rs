use std::collections::BTreeMap;

use kernel::money::Money;
use kernel::rate::{FxPolicy, FxRate, FxTable};
use proptest::prelude::*;

use super::*;

macro_rules! dec {
    ($number:expr) => {
        stringify!($number).replace(' ', "").parse::<Decimal>().unwrap()
    };
}

fn day(offset: i64) -> Date {
    "2026-01-01".parse::<Date>().unwrap() + chrono::TimeDelta::days(offset)
}

fn period(from: i64, until: Option<i64>) -> Period {
    Period { from: day(from), until: until.map(day) }
}

fn terms(limit_type: LimitType, amount: Decimal) -> LimitTerms {
    LimitTerms {
        holder: LimitHolder::Account(Uuid::from_u128(1)),
        legal_entity: None,
        limit_type,
        component: None,
        collateral: (limit_type == LimitType::Guaranteed).then_some(Collateral::BankGuarantee),
        reference: None,
        currency: Currency::EUR,
        amount,
        covered_percent: None,
        valid: period(0, None),
        review_on: None,
    }
}

fn same(money: Money) -> Outcome<kernel::rate::Converted> {
    let policy = FxPolicy { source: "ECB".to_owned(), pivot: None, max_age_days: 0 };
    FxTable::default().convert(&policy, money, Currency::EUR, day(0))
}

fn code(terms: &LimitTerms) -> &'static str {
    terms.check().unwrap_err().code().text
}

#[test]
fn a_limit_that_makes_no_sense_is_told_what_is_wrong() {
    assert_eq!(code(&terms(LimitType::Own, dec!(-1))), "limit.amount_negative");
    assert_eq!(code(&terms(LimitType::Insured, dec!(0))), "limit.amount_zero");
    assert!(terms(LimitType::Own, dec!(0)).check().is_ok());
    let part = LimitTerms { component: Some(Part::Orders), ..terms(LimitType::Own, dec!(-1)) };
    assert_eq!(code(&part), "limit.sub_limit_negative");
    let backwards = LimitTerms { valid: period(5, Some(4)), ..terms(LimitType::Own, dec!(1)) };
    assert_eq!(code(&backwards), "limit.ends_before_start");
    assert_eq!(code(&terms(LimitType::Group, dec!(1))), "limit.type_of_holder");
    let more = LimitTerms { covered_percent: Some(dec!(101)), ..terms(LimitType::Insured, dec!(1)) };
    assert_eq!(code(&more), "limit.cover_invalid");
    let own = LimitTerms { covered_percent: Some(dec!(90)), ..terms(LimitType::Own, dec!(1)) };
    assert_eq!(code(&own), "limit.cover_invalid");
    let late =
        LimitTerms { valid: period(0, Some(9)), review_on: Some(day(10)), ..terms(LimitType::Own, dec!(1)) };
    assert_eq!(code(&late), "limit.review_outside");
}

#[test]
fn layers_add_up_and_each_is_named() {
    let standing = [
        (Uuid::from_u128(1), terms(LimitType::Own, dec!(1000))),
        (Uuid::from_u128(2), terms(LimitType::Insured, dec!(5000))),
        (
            Uuid::from_u128(3),
            LimitTerms { valid: period(0, Some(30)), ..terms(LimitType::Temporary, dec!(500)) },
        ),
        (Uuid::from_u128(4), LimitTerms { valid: period(40, None), ..terms(LimitType::Temporary, dec!(9)) }),
        (
            Uuid::from_u128(5),
            LimitTerms { component: Some(Part::Orders), ..terms(LimitType::Own, dec!(200)) },
        ),
        (Uuid::from_u128(6), terms(LimitType::Segment, dec!(77))),
    ];
    let found = effective(&standing, (Currency::EUR, day(10)), &same).unwrap();
    assert_eq!((found.total, found.days_to_expiry), (Some(dec!(6500)), Some(20)));
    assert_eq!(found.layers.iter().map(|l| l.limit.as_u128()).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(found.sub_limits.iter().map(|s| s.amount).collect::<Vec<_>>(), [dec!(200)]);
}

#[test]
fn the_limit_of_the_segment_is_for_those_without_their_own() {
    let segment = (Uuid::from_u128(6), terms(LimitType::Segment, dec!(77)));
    let found = effective(std::slice::from_ref(&segment), (Currency::EUR, day(0)), &same).unwrap();
    assert_eq!(found.total, Some(dec!(77)));
    assert_eq!(effective(&[], (Currency::EUR, day(0)), &same).unwrap().total, None);
}

#[test]
fn the_most_that_may_be_owed_is_looked_for_on_every_day_on_which_something_changes() {
    let on = |id, limit_type, amount, valid| {
        (Uuid::from_u128(id), LimitTerms { valid, ..terms(limit_type, amount) })
    };
    let beside = [
        on(1, LimitType::Insured, dec!(100), period(0, Some(9))),
        on(2, LimitType::Temporary, dec!(40), period(20, Some(29))),
        on(3, LimitType::Temporary, dec!(70), period(60, None)),
    ];
    let most = |valid| peak(&beside, (dec!(50), valid), Currency::EUR, &same).unwrap();
    assert_eq!(most(period(0, Some(19))), Peak { amount: dec!(150), uncovered: dec!(50) });
    assert_eq!(most(period(0, Some(30))), Peak { amount: dec!(150), uncovered: dec!(90) });
    assert_eq!(most(period(10, Some(15))), Peak { amount: dec!(50), uncovered: dec!(50) });
    assert_eq!(most(period(10, None)), Peak { amount: dec!(120), uncovered: dec!(120) });
}

#[test]
fn layers_in_other_currencies_name_their_rates_and_a_missing_one_its_pair_and_day() {
    let policy = FxPolicy { source: "ECB".to_owned(), pivot: None, max_age_days: 0 };
    let mut table = FxTable::default();
    table.insert(FxRate::try_new("ECB", (Currency::EUR, Currency::USD), day(0), dec!(1.25)).unwrap());
    let convert = |money| table.convert(&policy, money, Currency::EUR, day(0));
    let dollars = LimitTerms { currency: Currency::USD, ..terms(LimitType::Own, dec!(1000)) };
    let found = effective(&[(Uuid::nil(), dollars)], (Currency::EUR, day(0)), &convert).unwrap();
    assert_eq!(found.total, Some(dec!(800)));
    assert_eq!(found.layers[0].rates, ["ECB EUR/USD 2026-01-01 1.25"]);
    let pounds = LimitTerms { currency: Currency::GBP, ..terms(LimitType::Own, dec!(1000)) };
    let error = effective(&[(Uuid::nil(), pounds)], (Currency::EUR, day(0)), &convert).unwrap_err();
    assert_eq!(error.code().text, "fx.rate_missing");
    let said = error.to_string();
    assert!(said.contains("GBP to EUR") && said.contains("2026-01-01"), "{said}");
}

fn covered(layers: &[(LimitType, Decimal, Decimal)], exposure: Decimal) -> Cover {
    let standing = layers.iter().enumerate().map(|(no, (limit_type, amount, percent))| {
        let number = u128::try_from(no).unwrap();
        let percent = Some(*percent).filter(|_| *limit_type != LimitType::Own);
        (Uuid::from_u128(number), LimitTerms { covered_percent: percent, ..terms(*limit_type, *amount) })
    });
    let standing = standing.collect::<Vec<_>>();
    effective(&standing, (Currency::EUR, day(0)), &same).unwrap().cover(exposure)
}

#[test]
fn insurers_pay_their_percentage_within_their_limit_and_guarantees_of_the_rest() {
    use LimitType::{Guaranteed, Insured, Own};
    let insured = [(Own, dec!(50), dec!(100)), (Insured, dec!(100), dec!(90))];
    assert_eq!(covered(&insured, dec!(50)).amount, dec!(45));
    assert_eq!(covered(&insured, dec!(50)).ratio, Some(dec!(0.9)));
    assert_eq!(covered(&insured, dec!(250)).amount, dec!(90));
    assert_eq!(covered(&insured, dec!(0)).ratio, None);
    let both = [(Insured, dec!(100), dec!(90)), (Guaranteed, dec!(30), dec!(100))];
    let found = covered(&both, dec!(110));
    assert_eq!((found.amount, found.uncovered), (dec!(110), dec!(0)));
    assert_eq!(covered(&both, dec!(200)).amount, dec!(120));
}

fn spans() -> impl Strategy<Value = Period> {
    (0_i64..40, prop::option::of(0_i64..20)).prop_map(|(from, days)| period(from, days.map(|d| from + d)))
}

fn amounts() -> impl Strategy<Value = (LimitType, Decimal, Decimal)> {
    let kinds = prop::sample::select(vec![LimitType::Own, LimitType::Insured, LimitType::Guaranteed]);
    (kinds, 1_i64..10_000, 1_i64..=100)
        .prop_map(|(kind, amount, percent)| (kind, amount.into(), percent.into()))
}

proptest! {
    #[test]
    fn a_timeline_keeps_one_limit_a_day_whatever_is_put_into_it(news in prop::collection::vec(spans(), 1..12)) {
        let mut rows = Vec::<(usize, Period)>::new();
        let mut said = BTreeMap::<i64, usize>::new();
        for (no, new) in news.iter().enumerate() {
            for (hit, left) in replace(&rows, new) {
                rows.retain(|(id, period)| *id != hit || !period.overlaps(new));
                rows.extend(left.into_iter().map(|period| (hit, period)));
            }
            rows.push((no, *new));
            for offset in (0..100).filter(|offset| new.contains(day(*offset))) {
                said.insert(offset, no);
            }
        }
        for offset in 0..100 {
            let held = rows.iter().filter(|(_, p)| p.contains(day(offset))).map(|(id, _)| *id).collect::<Vec<_>>();
            prop_assert_eq!(held, said.get(&offset).copied().into_iter().collect::<Vec<_>>());
        }
    }

    #[test]
    fn cover_is_never_more_than_there_is_and_grows_with_it(
        layers in prop::collection::vec(amounts(), 0..6), exposure in 0_i64..50_000, more in 0_i64..50_000,
    ) {
        let found = covered(&layers, exposure.into());
        prop_assert!(found.amount >= Decimal::ZERO && found.amount <= found.exposure);
        prop_assert_eq!(found.amount + found.uncovered, found.exposure);
        prop_assert!(found.ratio.is_none_or(|r| (Decimal::ZERO..=Decimal::ONE).contains(&r)));
        prop_assert!(covered(&layers, Decimal::from(exposure + more)).amount >= found.amount);
    }

    /// Looking at every day of the period finds no higher one.
    #[test]
    fn no_day_of_the_period_is_above_its_peak(
        layers in prop::collection::vec((amounts(), spans()), 0..6), amount in 0_i64..1000, valid in spans(),
    ) {
        let beside = layers.iter().zip(1_u128..).map(|(((limit_type, amount, percent), valid), no)| {
            let percent = matches!(limit_type, LimitType::Insured | LimitType::Guaranteed).then_some(*percent);
            let terms = LimitTerms { valid: *valid, covered_percent: percent, ..terms(*limit_type, *amount) };
            (Uuid::from_u128(no), terms)
        }).collect::<Vec<_>>();
        let found = peak(&beside, (amount.into(), valid), Currency::EUR, &same).unwrap();
        let days = (0..200).map(day).filter(|day| valid.contains(*day));
        let (mut whole, mut bare) = (Decimal::ZERO, Decimal::ZERO);
        for on in days {
            let held = effective(&beside, (Currency::EUR, on), &same).unwrap();
            let with = held.total.unwrap_or_default() + Decimal::from(amount);
            (whole, bare) = (whole.max(with), bare.max(held.cover(with).uncovered));
        }
        prop_assert_eq!(found, Peak { amount: whole, uncovered: bare });
    }

    #[test]
    fn the_sum_is_that_of_the_layers_in_force(layers in prop::collection::vec((amounts(), spans()), 0..8), on in 0_i64..80) {
        let standing = layers.iter().map(|((kind, amount, _), valid)| {
            (Uuid::nil(), LimitTerms { valid: *valid, ..terms(*kind, *amount) })
        });
        let standing = standing.collect::<Vec<_>>();
        let found = effective(&standing, (Currency::EUR, day(on)), &same).unwrap();
        let held = layers.iter().filter(|(_, valid)| valid.contains(day(on))).map(|((_, amount, _), _)| *amount);
        let held = held.collect::<Vec<_>>();
        prop_assert_eq!(found.total, (!held.is_empty()).then(|| held.iter().sum()));
    }
}
