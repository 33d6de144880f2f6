//! How customers pay.

use kernel::Decimal;
use rand::RngExt as _;
use rand::rngs::StdRng;

/// A habit of paying.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Behaviour {
    /// A few days around the due date.
    Prompt,
    /// One to five weeks late.
    Late,
    /// Two to four months late.
    VeryLate,
    /// In two or three parts.
    InParts,
    /// Stops paying one day.
    Defaulter,
}

impl Behaviour {
    pub(super) fn draw(random: &mut StdRng) -> Self {
        match random.random_range(0..100) {
            0..52 => Self::Prompt,
            52..80 => Self::Late,
            80..90 => Self::VeryLate,
            90..96 => Self::InParts,
            _ => Self::Defaulter,
        }
    }

    /// Days after the due date on which parts of an invoice are paid, with per cent of its amount; none when it is not.
    pub(super) fn payments(self, random: &mut StdRng) -> Vec<(i64, u32)> {
        match self {
            Self::Prompt => vec![(random.random_range(-6..5), 100)],
            Self::Late => vec![(random.random_range(6..36), 100)],
            Self::VeryLate => vec![(random.random_range(45..120), 100)],
            Self::InParts => vec![(random.random_range(0..15), 50), (random.random_range(25..70), 50)],
            Self::Defaulter if random.random_range(0..3) == 0 => vec![(random.random_range(20..60), 100)],
            Self::Defaulter => Vec::new(),
        }
    }
}

/// An amount in cents: most invoices are small, some are large, as books are.
pub(super) fn amount(random: &mut StdRng) -> Decimal {
    let magnitude = (0..4).map(|_| random.random_range(0..3_u32)).sum::<u32>();
    let cents = 3_000_i64 << magnitude;
    Decimal::new(cents + random.random_range(0..cents), 2)
}

/// Per cent of an amount, to the cent.
pub(super) fn share(amount: Decimal, percent: u32) -> Decimal {
    (amount * Decimal::from(percent) / Decimal::from(100)).round_dp(2)
}
