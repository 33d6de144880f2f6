//! How much of a book hangs on few: shares of debtors, the Herfindahl–Hirschman index, and what the largest have together.

use kernel::{Decimal, Error, Outcome, text_enum};

/// Decimals of every share and index.
const DECIMALS: u32 = 6;

text_enum! {
    /// What of each debtor is compared.
    pub enum ConcentrationMeasure {
        /// Invoiced, open and not under paper; what is contested, or was paid and came back, included.
        Receivables = "receivables",
        /// Everything that could be lost, orders and reservations included.
        Exposure = "exposure",
    }
}

/// How unequal amounts are. Indices are between 0 and 1, with 6 decimals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concentration {
    pub total: Decimal,
    /// Debtors with an amount above zero.
    pub debtors: usize,
    /// Σ share², the Herfindahl–Hirschman index: 1 where one debtor has everything; absent where nobody has anything.
    pub hhi: Option<Decimal>,
    /// (HHI − 1/N) ÷ (1 − 1/N): 0 where all N are alike; absent for fewer than two.
    pub normalised: Option<Decimal>,
    /// 1 ÷ HHI: of how many debtors alike a book would be as concentrated; 2 decimals.
    pub effective_number: Option<Decimal>,
}

/// The concentration of amounts, one for each debtor. Those of zero and less have no share.
///
/// # Errors
/// `money.overflow`.
pub fn concentration(amounts: &[Decimal]) -> Outcome<Concentration> {
    let amounts = amounts.iter().copied().filter(|amount| *amount > Decimal::ZERO).collect::<Vec<_>>();
    let sum = |sum: Decimal, amount: &Decimal| sum.checked_add(*amount).ok_or_else(overflow);
    let total = amounts.iter().try_fold(Decimal::ZERO, sum)?;
    let debtors = amounts.len();
    if debtors == 0 {
        return Ok(Concentration { total, debtors, hhi: None, normalised: None, effective_number: None });
    }
    // Shares and not squares of amounts: those of a large book do not fit.
    let squares = amounts.iter().map(|amount| {
        let share = *amount / total;
        share * share
    });
    let hhi = squares.sum::<Decimal>();
    let equal = Decimal::ONE / Decimal::from(debtors);
    let normalised = (debtors > 1).then(|| ((hhi - equal) / (Decimal::ONE - equal)).max(Decimal::ZERO));
    Ok(Concentration {
        total,
        debtors,
        hhi: Some(hhi.round_dp(DECIMALS)),
        normalised: normalised.map(|index| index.round_dp(DECIMALS)),
        effective_number: Decimal::ONE.checked_div(hhi).map(|number| number.round_dp(2)),
    })
}

/// What of a total an amount is; zero of nothing.
pub fn share(amount: Decimal, total: Decimal) -> Decimal {
    amount.checked_div(total).unwrap_or_default().round_dp(DECIMALS)
}

fn overflow() -> Error {
    Error::new(&kernel::registry::codes::MONEY_OVERFLOW)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().expect("a number")
    }

    #[test]
    fn four_debtors_of_40_30_20_and_10_percent_are_as_concentrated_as_three_and_a_third_alike() {
        let found = concentration(&["400", "300", "200", "100"].map(decimal)).expect("indices");
        assert_eq!(found.total, decimal("1000"));
        assert_eq!(found.hhi, Some(decimal("0.3")));
        assert_eq!(found.normalised, Some(decimal("0.066667")));
        assert_eq!(found.effective_number, Some(decimal("3.33")));
    }

    #[test]
    fn nobody_has_no_index_and_one_alone_no_normalised_one() {
        let none = concentration(&[Decimal::ZERO, decimal("-5")]).expect("indices");
        assert_eq!((none.debtors, none.hhi, none.normalised, none.effective_number), (0, None, None, None));
        let one = concentration(&[decimal("7")]).expect("indices");
        assert_eq!((one.debtors, one.hhi, one.normalised), (1, Some(Decimal::ONE), None));
        assert_eq!(share(decimal("5"), Decimal::ZERO), Decimal::ZERO);
    }

    #[test]
    fn the_largest_amounts_there_are_do_not_overflow_what_they_are_squared_in() {
        let most = decimal("999999999999999.9999");
        let found = concentration(&vec![most; 1000]).expect("indices");
        assert_eq!((found.hhi, found.normalised), (Some(decimal("0.001")), Some(Decimal::ZERO)));
        let error = concentration(&[Decimal::MAX, Decimal::MAX]).expect_err("too much");
        assert_eq!(error.code().text, "money.overflow");
    }

    proptest! {
        #[test]
        fn indices_stay_between_those_of_equals_and_of_one_who_has_everything(
            cents in proptest::collection::vec(1_i64..1_000_000_000, 2..60),
        ) {
            let amounts = cents.iter().map(|c| Decimal::new(*c, 2)).collect::<Vec<_>>();
            let found = concentration(&amounts).expect("indices");
            let (hhi, normalised) = (found.hhi.expect("one"), found.normalised.expect("one"));
            let rounding = Decimal::new(1, DECIMALS);
            prop_assert!(hhi + rounding >= Decimal::ONE / Decimal::from(amounts.len()) && hhi <= Decimal::ONE);
            prop_assert!((Decimal::ZERO..=Decimal::ONE).contains(&normalised));
            // What two debtors had is more concentrated in the hands of one.
            let mut merged = amounts.clone();
            let last = merged.pop().expect("two");
            merged[0] += last;
            prop_assert!(concentration(&merged).expect("indices").hhi.expect("one") >= hhi);
        }
    }
}
