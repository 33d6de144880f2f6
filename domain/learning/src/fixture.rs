//! Books made up for tests, the same for the same seed.

use chrono::Duration;
use kernel::{Currency, Date, Decimal};
use uuid::Uuid;

use crate::history::{Closing, History, Item};
use crate::rows::Collector;

pub(crate) fn day(text: &str) -> Date {
    text.parse().expect("a date")
}

pub(crate) fn eur() -> Currency {
    Currency::parse("currency", "EUR").expect("a currency")
}

/// An item of 100 euros, issued on a day with terms of 30 days.
pub(crate) fn item(n: u128, issue_on: Date, closing: Closing) -> Item {
    Item {
        id: Uuid::from_u128(n),
        issue_on,
        due_on: issue_on + Duration::days(30),
        extended: None,
        amount: Decimal::from(100),
        currency: eur(),
        closing,
        disputed_on: None,
    }
}

/// Numbers that look random (Knuth's MMIX).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, n: u64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((self.0 >> 33) % n).expect("small")
    }
}

/// The last day that is known of made-up books.
pub(crate) fn known() -> Date {
    day("2026-01-01")
}

/// Two years of sixty customers. Of a book with signal every customer has habits of its own that change with the amount; of one
/// without, nobody has any.
pub(crate) fn book(seed: u64, signal: bool) -> Vec<History> {
    let mut dice = Dice(seed);
    let customers = 0..60_u128;
    customers
        .map(|customer| {
            let habit = dice.below(40) - 20;
            let items = (0..30_u128).map(|n| {
                let issue_on = day("2024-01-01") + Duration::days(dice.below(700));
                let large = dice.below(2) == 1;
                let lateness = if signal {
                    habit + if large { 12 } else { -6 } + dice.below(9) - 4
                } else {
                    dice.below(41) - 20
                };
                let paid_on = issue_on + Duration::days(30 + lateness.max(-29));
                let closing = if paid_on < known() { Closing::On(paid_on) } else { Closing::Open };
                let amount = Decimal::from(if large { 5_000 } else { 100 } + dice.below(50));
                Item { amount, ..item(customer * 1000 + n, issue_on, closing) }
            });
            History::new(items.collect())
        })
        .collect()
}

pub(crate) fn collected(histories: &[History], seed: u64) -> Collector {
    let items = histories.iter().map(|h| h.items().len()).sum();
    let mut collector = Collector::new(seed, items);
    for (n, history) in (0_u128..).zip(histories) {
        if collector.wants(Uuid::from_u128(n)) {
            collector.add(Uuid::from_u128(n), history);
        }
    }
    collector
}
