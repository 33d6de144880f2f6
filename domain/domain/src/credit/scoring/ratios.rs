//! Ratios of financial statements. A figure that is missing gives no ratio, never zero; nor does a divisor that is not
//! positive, because debt over negative equity would look like little debt.

use std::collections::BTreeMap;

use kernel::Decimal;
use rust_decimal::RoundingStrategy;

use super::statements::{Figure, Statement};

const DECIMALS: u32 = 4;

kernel::text_enum! {
    /// A ratio of the standard set.
    pub enum Ratio {
        /// Current assets ÷ current liabilities: liquidity.
        Current = "current",
        /// (Current assets − inventories) ÷ current liabilities.
        Quick = "quick",
        /// Total liabilities ÷ equity: leverage.
        DebtToEquity = "debt_to_equity",
        /// Equity ÷ total assets.
        EquityRatio = "equity_ratio",
        /// EBIT ÷ interest expense.
        InterestCover = "interest_cover",
        /// Days the debtor takes to pay its own suppliers: trade payables ÷ purchases of a year × 365.
        PayableDays = "payable_days",
        /// EBITDA ÷ revenue.
        EbitdaMargin = "ebitda_margin",
        /// Net income ÷ revenue.
        ProfitMargin = "profit_margin",
        /// Net income of a year ÷ total assets.
        ReturnOnAssets = "return_on_assets",
        /// Altman Z″ for private firms outside manufacturing.
        ZScore = "z_score",
    }
}

kernel::text_enum! {
    /// What a Z″ means.
    pub enum Zone {
        /// Above 2.60.
        Safe = "safe",
        /// From 1.10 to 2.60.
        Grey = "grey",
        /// Below 1.10.
        Distress = "distress",
    }
}

/// The ratios that the figures allow, rounded half away from zero to four decimals.
pub fn ratios(statement: &Statement) -> BTreeMap<Ratio, Decimal> {
    use kernel::text_enum::TextEnum as _;
    Ratio::ALL.iter().filter_map(|ratio| Some((*ratio, rounded(exact(*ratio, statement)?)))).collect()
}

/// What changed from an earlier statement to a later one, where both have the ratio.
pub fn change(earlier: &Statement, later: &Statement) -> BTreeMap<Ratio, Decimal> {
    let before = ratios(earlier);
    let with = |(ratio, now): (Ratio, Decimal)| Some((ratio, (now - *before.get(&ratio)?).normalize()));
    ratios(later).into_iter().filter_map(with).collect()
}

/// The zone of a Z″.
pub fn zone(z_score: Decimal) -> Zone {
    if z_score > Decimal::new(260, 2) {
        Zone::Safe
    } else if z_score >= Decimal::new(110, 2) {
        Zone::Grey
    } else {
        Zone::Distress
    }
}

fn exact(ratio: Ratio, of: &Statement) -> Option<Decimal> {
    let get = |figure| of.get(figure);
    match ratio {
        Ratio::Current => over(get(Figure::CurrentAssets)?, get(Figure::CurrentLiabilities)?),
        Ratio::Quick => {
            let quick = get(Figure::CurrentAssets)? - get(Figure::Inventories)?;
            over(quick, get(Figure::CurrentLiabilities)?)
        }
        Ratio::DebtToEquity => over(get(Figure::TotalLiabilities)?, get(Figure::Equity)?),
        Ratio::EquityRatio => over(get(Figure::Equity)?, get(Figure::TotalAssets)?),
        Ratio::InterestCover => over(get(Figure::Ebit)?, get(Figure::InterestExpense)?),
        Ratio::PayableDays => {
            over(get(Figure::TradePayables)? * Decimal::from(365), of.yearly(Figure::Purchases)?)
        }
        Ratio::EbitdaMargin => over(ebitda(of)?, get(Figure::Revenue)?),
        Ratio::ProfitMargin => over(get(Figure::NetIncome)?, get(Figure::Revenue)?),
        Ratio::ReturnOnAssets => over(of.yearly(Figure::NetIncome)?, get(Figure::TotalAssets)?),
        Ratio::ZScore => z_score(of),
    }
}

fn ebitda(of: &Statement) -> Option<Decimal> {
    let built = || Some(of.get(Figure::Ebit)? + of.get(Figure::Depreciation)?);
    of.get(Figure::Ebitda).or_else(built)
}

/// Z″ = 6.56 X1 + 3.26 X2 + 6.72 X3 + 1.05 X4, with X1 working capital, X2 retained earnings and X3 EBIT of a year, each
/// over total assets, and X4 book equity over total liabilities. E. I. Altman, J. Hartzell, M. Peck, "Emerging Markets
/// Corporate Bonds: A Scoring System", Salomon Brothers 1995, without the constant 3.25 that it adds to compare with bond
/// ratings; zones as in E. I. Altman, E. Hotchkiss, "Corporate Financial Distress and Bankruptcy", 3rd edition 2006.
fn z_score(of: &Statement) -> Option<Decimal> {
    let assets = of.get(Figure::TotalAssets)?;
    let working_capital = of.get(Figure::CurrentAssets)? - of.get(Figure::CurrentLiabilities)?;
    let x1 = over(working_capital, assets)?;
    let x2 = over(of.get(Figure::RetainedEarnings)?, assets)?;
    let x3 = over(of.yearly(Figure::Ebit)?, assets)?;
    let x4 = over(of.get(Figure::Equity)?, of.get(Figure::TotalLiabilities)?)?;
    Some(weighed(656, x1) + weighed(326, x2) + weighed(672, x3) + weighed(105, x4))
}

fn weighed(hundredths: i64, x: Decimal) -> Decimal {
    Decimal::new(hundredths, 2) * x
}

fn over(of: Decimal, by: Decimal) -> Option<Decimal> {
    if by <= Decimal::ZERO { None } else { of.checked_div(by) }
}

fn rounded(exact: Decimal) -> Decimal {
    exact.round_dp_with_strategy(DECIMALS, RoundingStrategy::MidpointAwayFromZero).normalize()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::credit::scoring::fixture::{day, dec};
    use crate::credit::scoring::statements::check;

    fn statement(figures: &[(Figure, &str)]) -> Statement {
        Statement {
            closes_on: day("2025-12-31"),
            months: 12,
            currency: "EUR".to_owned(),
            figures: figures.iter().map(|(figure, amount)| (*figure, dec(amount))).collect(),
        }
    }

    fn whole() -> Statement {
        statement(&[
            (Figure::CurrentAssets, "600"),
            (Figure::Inventories, "200"),
            (Figure::TotalAssets, "1000"),
            (Figure::TradePayables, "150"),
            (Figure::CurrentLiabilities, "400"),
            (Figure::TotalLiabilities, "600"),
            (Figure::RetainedEarnings, "250"),
            (Figure::Equity, "400"),
            (Figure::Revenue, "2000"),
            (Figure::Purchases, "1095"),
            (Figure::Depreciation, "60"),
            (Figure::Ebit, "140"),
            (Figure::InterestExpense, "20"),
            (Figure::NetIncome, "80"),
        ])
    }

    #[test]
    fn the_standard_set_agrees_with_computation_by_hand() {
        check(&whole(), day("2026-03-01")).unwrap();
        let ratios = ratios(&whole());
        let expected = [
            (Ratio::Current, "1.5"),
            (Ratio::Quick, "1"),
            (Ratio::DebtToEquity, "1.5"),
            (Ratio::EquityRatio, "0.4"),
            (Ratio::InterestCover, "7"),
            (Ratio::PayableDays, "50"),
            (Ratio::EbitdaMargin, "0.1"),
            (Ratio::ProfitMargin, "0.04"),
            (Ratio::ReturnOnAssets, "0.08"),
            // 6.56 × 0.2 + 3.26 × 0.25 + 6.72 × 0.14 + 1.05 × 0.666… = 1.312 + 0.815 + 0.9408 + 0.7
            (Ratio::ZScore, "3.7678"),
        ];
        assert_eq!(ratios, expected.into_iter().map(|(r, n)| (r, dec(n))).collect());
        assert_eq!(zone(dec("3.7678")), Zone::Safe);
        assert_eq!(
            (zone(dec("2.60")), zone(dec("1.10")), zone(dec("1.09"))),
            (Zone::Grey, Zone::Grey, Zone::Distress)
        );
    }

    #[test]
    fn a_missing_figure_gives_no_ratio_and_never_zero() {
        for figure in whole().figures.keys() {
            let mut without = whole();
            without.figures.remove(figure);
            let (all, left) = (ratios(&whole()), ratios(&without));
            assert!(left.iter().all(|(ratio, n)| all.get(ratio) == Some(n)), "{figure}");
            assert!(left.len() < all.len(), "{figure} is used by some ratio");
        }
    }

    #[test]
    fn negative_equity_gives_no_leverage() {
        let of = statement(&[(Figure::TotalLiabilities, "600"), (Figure::Equity, "-50")]);
        assert_eq!(ratios(&of), BTreeMap::new());
    }

    #[test]
    fn half_a_year_is_brought_to_a_year() {
        let mut half = whole();
        half.months = 6;
        assert_eq!(ratios(&half).get(&Ratio::PayableDays), Some(&dec("25")));
        assert_eq!(
            ratios(&half).get(&Ratio::InterestCover),
            Some(&dec("7")),
            "a part of the same period stays"
        );
    }

    #[test]
    fn the_trend_is_told_where_both_years_have_the_ratio() {
        let earlier = statement(&[(Figure::CurrentAssets, "500"), (Figure::CurrentLiabilities, "400")]);
        assert_eq!(change(&earlier, &whole()), BTreeMap::from([(Ratio::Current, dec("0.25"))]));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let refused = |of: &Statement| check(of, day("2026-03-01")).unwrap_err().code().text;
        assert_eq!(refused(&statement(&[])), "financial_statement.empty");
        assert_eq!(refused(&statement(&[(Figure::Revenue, "-1")])), "financial_statement.sign");
        let mut wrong = whole();
        wrong.figures.insert(Figure::TotalAssets, dec("1011"));
        assert_eq!(refused(&wrong), "financial_statement.balance");
        wrong = whole();
        wrong.months = 0;
        assert_eq!(refused(&wrong), "financial_statement.period");
        wrong.months = 12;
        wrong.closes_on = day("2026-03-02");
        assert_eq!(refused(&wrong), "financial_statement.period");
        wrong = whole();
        wrong.currency = "XXX".to_owned();
        assert_eq!(refused(&wrong), "currency.unknown");
    }

    proptest! {
        #[test]
        fn the_currency_unit_does_not_matter(thousands in 1..1_000_i64) {
            let mut other = whole();
            other.figures.values_mut().for_each(|amount| *amount *= Decimal::from(thousands));
            prop_assert_eq!(ratios(&other), ratios(&whole()));
        }
    }
}
