//! The most that a holder might owe with a limit that is not granted yet.

use std::collections::BTreeSet;

use kernel::{Currency, Decimal, Outcome};

use super::{Convert, Period, Standing, effective};

/// The highest of the days of a period, each figure by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Peak {
    /// What the holder might owe.
    pub amount: Decimal,
    /// What of it nobody covers.
    pub uncovered: Decimal,
}

/// Adds an amount to the limits that stand beside it, on each day of its period on which they change.
///
/// # Errors
/// `fx.rate_missing`, `money.overflow`.
pub fn peak(
    beside: &[Standing],
    (amount, valid): (Decimal, Period),
    to: Currency,
    convert: &Convert<'_>,
) -> Outcome<Peak> {
    let begins = beside.iter().map(|(_, terms)| terms.valid.from);
    let after = beside.iter().filter_map(|(_, terms)| terms.valid.until.and_then(|day| day.succ_opt()));
    let changes = begins.chain(after).filter(|day| valid.contains(*day));
    let days = std::iter::once(valid.from).chain(changes).collect::<BTreeSet<_>>();
    let mut most = Peak::default();
    for on in days {
        let held = effective(beside, (to, on), convert)?;
        let with = held.total.unwrap_or_default() + amount;
        most.amount = most.amount.max(with);
        most.uncovered = most.uncovered.max(held.cover(with).uncovered);
    }
    Ok(most)
}
