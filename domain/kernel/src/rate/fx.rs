//! Exchange rates by day, and conversions that name the rates they used.

use std::collections::BTreeMap;

use chrono::Days;

use crate::money::AMOUNT_MAX;
use crate::registry::codes;
use crate::{Currency, Date, Decimal, Error, Money, Outcome};

/// Digits of a rate after and before the decimal point: what `numeric(24,10)` holds.
const RATE_DECIMALS: u32 = 10;
const RATE_MAX: Decimal = Decimal::from_parts(0x107A_3FFF, 0x5AF3, 0, false, 0);

/// A quotation: on a day, one unit of `base` cost `rate` units of `quote`, by `source`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FxRate {
    source: String,
    base: Currency,
    quote: Currency,
    on: Date,
    rate: Decimal,
}

impl FxRate {
    /// A quotation of a pair, such as `(EUR, USD)`.
    ///
    /// # Errors
    /// `fx.rate_invalid` when the rate is not positive, has more than ten decimals or fourteen digits before them, or
    /// both currencies are one.
    pub fn try_new(
        source: impl Into<String>,
        pair: (Currency, Currency),
        on: Date,
        rate: Decimal,
    ) -> Outcome<Self> {
        let (base, quote) = pair;
        let wrong = |what: &str| {
            Error::field("rate", &codes::FX_RATE_INVALID, format!("{base}/{quote} of {on}: {what}"))
        };
        let rate = rate.normalize();
        if base == quote {
            return Err(wrong("a rate is between two different currencies"));
        }
        if rate <= Decimal::ZERO || rate > RATE_MAX || rate.scale() > RATE_DECIMALS {
            return Err(wrong(
                "a rate is positive, with at most ten decimals and fourteen digits before them",
            ));
        }
        Ok(Self { source: source.into(), base, quote, on, rate })
    }

    pub fn source(&self) -> &str {
        &self.source
    }

    pub fn base(&self) -> Currency {
        self.base
    }

    pub fn quote(&self) -> Currency {
        self.quote
    }

    pub fn on(&self) -> Date {
        self.on
    }

    /// Units of the quoted currency for one of the base.
    pub fn rate(&self) -> Decimal {
        self.rate
    }
}

/// Which rates may be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FxPolicy {
    /// Rates of other sources are not looked at.
    pub source: String,
    /// The currency over which two others may be converted that are not quoted against each other; `None` forbids it.
    pub pivot: Option<Currency>,
    /// How many calendar days before the day asked for a rate may be from: 0 is that day alone. Seven bridge any
    /// weekend with holidays.
    pub max_age_days: u16,
}

crate::text_enum! {
    /// How one currency was made another.
    pub enum FxPath {
        /// It is the same currency; no rate was used.
        Same = "same",
        /// By the rate quoted for this pair, multiplied.
        Direct = "direct",
        /// By the rate quoted for the opposite pair, divided.
        Inverse = "inverse",
        /// Over the pivot currency, by two rates of one day.
        Triangulated = "triangulated",
    }
}

/// A rate that took part in a conversion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateUsed {
    pub rate: FxRate,
    /// Whether it was divided by, being quoted the other way round.
    pub inverted: bool,
}

/// The way from one currency to another on a day. Found once, it converts any number of amounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FxRoute {
    pub from: Currency,
    pub to: Currency,
    pub path: FxPath,
    /// In the order in which they are applied; none for [`FxPath::Same`].
    pub rates: Vec<RateUsed>,
}

/// A converted amount with its evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Converted {
    /// Rounded commercially to the target currency.
    pub money: Money,
    /// Before rounding; add these up where a total is to be rounded once.
    pub exact: Decimal,
    pub path: FxPath,
    pub rates: Vec<RateUsed>,
}

impl FxRoute {
    /// Converts an amount of the currency the route begins with.
    ///
    /// # Errors
    /// Those of [`Self::exact`].
    pub fn convert(&self, amount: Money) -> Outcome<Converted> {
        let exact = self.exact(amount)?;
        let money = Money::new(exact, self.to).rounded();
        Ok(Converted { money, exact, path: self.path, rates: self.rates.clone() })
    }

    /// The converted amount before rounding, without its evidence: for sums over many rows.
    ///
    /// # Errors
    /// `money.currency_mismatch` for an amount of another currency, `money.overflow` when the result cannot be stored.
    pub fn exact(&self, amount: Money) -> Outcome<Decimal> {
        if amount.currency != self.from {
            let message = format!(
                "an amount in {} cannot take the way from {} to {}",
                amount.currency, self.from, self.to
            );
            return Err(Error::with(&codes::MONEY_CURRENCY_MISMATCH, message));
        }
        let overflow = || Error::new(&codes::MONEY_OVERFLOW);
        // Products first: each division may cut off digits.
        let (divisors, factors): (Vec<_>, Vec<_>) = self.rates.iter().partition(|used| used.inverted);
        let product = factors.iter().try_fold(amount.amount, |sum, used| sum.checked_mul(used.rate.rate));
        let product = product.ok_or_else(overflow)?;
        let exact = divisors.iter().try_fold(product, |sum, used| sum.checked_div(used.rate.rate));
        exact.filter(|exact| exact.abs() <= AMOUNT_MAX).ok_or_else(overflow)
    }
}

/// Quotations of one pair by one source.
type ByDay = BTreeMap<Date, Decimal>;

/// Rates of any sources, pairs and days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FxTable {
    sources: BTreeMap<String, BTreeMap<(Currency, Currency), ByDay>>,
}

impl FxTable {
    /// Adds a quotation. Of two for one source, pair and day the one inserted last is in force.
    pub fn insert(&mut self, rate: FxRate) {
        let pairs = self.sources.entry(rate.source).or_default();
        pairs.entry((rate.base, rate.quote)).or_default().insert(rate.on, rate.rate);
    }

    /// Converts an amount as of a day. See [`Self::route`] for which rates are used.
    ///
    /// # Errors
    /// `fx.rate_missing`, `money.overflow`.
    pub fn convert(&self, policy: &FxPolicy, amount: Money, to: Currency, on: Date) -> Outcome<Converted> {
        self.route(policy, amount.currency, to, on)?.convert(amount)
    }

    /// The way from one currency to another as of a day.
    ///
    /// The latest rate of the pair, quoted this way or, if that is later, the other way; only without either, over the
    /// policy's pivot, two rates of the latest day that has both. Every rate is from `on` or up to `max_age_days`
    /// before; later ones were not known then. Two rates of different days are never combined: the market moved
    /// between them.
    ///
    /// # Errors
    /// `fx.rate_missing`, naming the pair and the days looked at. No other rate is ever used instead.
    pub fn route(&self, policy: &FxPolicy, from: Currency, to: Currency, on: Date) -> Outcome<FxRoute> {
        let route = |path, rates| FxRoute { from, to, path, rates };
        if from == to {
            return Ok(route(FxPath::Same, Vec::new()));
        }
        let oldest = on.checked_sub_days(Days::new(u64::from(policy.max_age_days))).unwrap_or(Date::MIN);
        let pairs = Pairs { source: &policy.source, by_pair: self.sources.get(&policy.source) };
        if let Some(used) = pairs.latest(from, to, oldest, on) {
            let path = if used.inverted { FxPath::Inverse } else { FxPath::Direct };
            return Ok(route(path, vec![used]));
        }
        let legs = policy.pivot.and_then(|pivot| pairs.over(pivot, (from, to), oldest, on));
        legs.map(|legs| route(FxPath::Triangulated, legs.into())).ok_or_else(|| {
            let over = policy.pivot.map_or_else(String::new, |pivot| format!(", nor over {pivot}"));
            let message = format!(
                "{} quotes no rate from {from} to {to} between {oldest} and {on}{over}",
                policy.source
            );
            Error::with(&codes::FX_RATE_MISSING, message)
        })
    }
}

/// What one source quotes.
#[derive(Clone, Copy)]
struct Pairs<'a> {
    source: &'a str,
    by_pair: Option<&'a BTreeMap<(Currency, Currency), ByDay>>,
}

impl Pairs<'_> {
    /// The later of the rates quoted either way; of one day the direct one.
    fn latest(self, from: Currency, to: Currency, oldest: Date, on: Date) -> Option<RateUsed> {
        let direct = self.quoted(from, to, oldest, on);
        let opposite = self.quoted(to, from, oldest, on).map(|used| RateUsed { inverted: true, ..used });
        match (direct, opposite) {
            (Some(direct), Some(opposite)) if opposite.rate.on > direct.rate.on => Some(opposite),
            (direct, opposite) => direct.or(opposite),
        }
    }

    fn quoted(self, base: Currency, quote: Currency, oldest: Date, on: Date) -> Option<RateUsed> {
        let (day, rate) = self.by_pair?.get(&(base, quote))?.range(oldest..=on).next_back()?;
        let rate = FxRate { source: self.source.to_owned(), base, quote, on: *day, rate: *rate };
        Some(RateUsed { rate, inverted: false })
    }

    /// Both legs over a pivot on the latest day that has both.
    fn over(
        self,
        pivot: Currency,
        (from, to): (Currency, Currency),
        oldest: Date,
        on: Date,
    ) -> Option<[RateUsed; 2]> {
        let mut until = on;
        loop {
            let first = self.latest(from, pivot, oldest, until)?;
            let second = self.latest(pivot, to, oldest, until)?;
            if first.rate.on == second.rate.on {
                return Some([first, second]);
            }
            until = first.rate.on.min(second.rate.on);
        }
    }
}

#[cfg(test)]
mod tests;
