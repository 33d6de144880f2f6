//! Allocations dated back: they count on every day since.

use std::collections::BTreeMap;

use kernel::{Date, Decimal};

/// What is open of an item on a day and at the end of every later day on which it moves, by its original amount and the days and
/// amounts of its entries. An allocation that counts from that day must fit into each of them.
pub fn open_from(
    original: Decimal,
    entries: impl IntoIterator<Item = (Date, Decimal)>,
    from: Date,
) -> impl Iterator<Item = Decimal> {
    let mut by_day = BTreeMap::from([(from, Decimal::ZERO)]);
    for (on, amount) in entries {
        *by_day.entry(on.max(from)).or_default() += amount;
    }
    by_day.into_values().scan(original, |open, amount| {
        *open += amount;
        Some(*open)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_open_is_told_of_the_day_and_of_every_later_move() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let entries = [("2026-03-20", -50), ("2026-03-01", -30), ("2026-03-10", -10), ("2026-03-20", 5)];
        let entries = || entries.iter().map(|(on, amount)| (day(on), Decimal::from(*amount)));
        let open = |from: &str| open_from(Decimal::from(100), entries(), day(from)).collect::<Vec<_>>();
        assert_eq!(open("2026-02-01"), [100, 70, 60, 15].map(Decimal::from));
        assert_eq!(open("2026-03-05"), [70, 60, 15].map(Decimal::from));
        assert_eq!(open("2026-03-20"), [15].map(Decimal::from));
        assert_eq!(open("2026-04-01"), [15].map(Decimal::from));
    }
}
