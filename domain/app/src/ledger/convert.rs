//! Amounts in another currency, by a rate that is named.

use kernel::money::Money;
use kernel::rate::{Converted, FxPolicy, FxTable};
use kernel::{Currency, Date, Error, Instant, Outcome, text};

use super::codes;
use crate::rates::RateReads;

/// A weekend with holidays before and after is bridged, a forgotten import is not.
const RATE_AGE_DAYS_MAX: u16 = 7;

/// What a caller asks: both or neither.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConvertRequest {
    pub to: Option<String>,
    pub source: Option<String>,
}

/// A checked wish for another currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Convert {
    pub to: Currency,
    pub source: String,
}

impl ConvertRequest {
    /// # Errors
    /// `currency.unknown`, `fx.source_required`, errors of a line of text.
    pub fn check(&self) -> Outcome<Option<Convert>> {
        let Some(to) = &self.to else { return Ok(None) };
        let to = Currency::parse("convert_to", to)?;
        let Some(source) = &self.source else {
            let message = "rate_source must name whose rates are used, e.g. ECB";
            return Err(Error::field("rate_source", &codes::RATE_SOURCE_REQUIRED, message));
        };
        Ok(Some(Convert { to, source: text::line("rate_source", source)? }))
    }
}

/// Rates of one source around one day, ready to convert.
pub struct Rates {
    table: FxTable,
    policy: FxPolicy,
    to: Currency,
    on: Date,
}

impl Rates {
    /// Loads what may be used on a day as known at an instant. Two currencies not quoted against each other meet in
    /// euro.
    ///
    /// # Errors
    /// Those of the store.
    pub fn load<T: RateReads + ?Sized>(
        tx: &mut T,
        convert: &Convert,
        on: Date,
        known_at: Instant,
    ) -> Outcome<Self> {
        let oldest =
            on.checked_sub_days(chrono::Days::new(u64::from(RATE_AGE_DAYS_MAX))).unwrap_or(Date::MIN);
        let mut table = FxTable::default();
        for rate in tx.quotations(&convert.source, (oldest, on), Some(known_at))? {
            table.insert(rate);
        }
        let pivot = Some(Currency::parse("currency", "EUR")?);
        let policy = FxPolicy { source: convert.source.clone(), pivot, max_age_days: RATE_AGE_DAYS_MAX };
        Ok(Self { table, policy, to: convert.to, on })
    }

    /// # Errors
    /// `fx.rate_missing`, `money.overflow`.
    pub fn convert(&self, amount: kernel::Decimal, currency: Currency) -> Outcome<Converted> {
        self.table.convert(&self.policy, Money::new(amount, currency), self.to, self.on)
    }
}
