//! Converts an amount and names the rates it used.

use chrono::Days;
use domain::access::Permission;
use kernel::rate::{Converted, FxPolicy, FxTable};
use kernel::{Currency, Date, Instant, Money, Outcome};

use crate::App;
use crate::ctx::Ctx;

/// What is to be converted.
#[derive(Debug, Clone)]
pub struct Conversion {
    pub amount: Money,
    pub to: Currency,
    pub on: Date,
    /// Rates recorded later were not known; `None` = everything known now.
    pub known_at: Option<Instant>,
    pub policy: FxPolicy,
}

/// Converts by the rates of one source. A missing rate is an error, never a guess.
///
/// # Errors
/// `auth.forbidden`, `fx.rate_missing`, `money.overflow`.
pub fn convert(app: &App, ctx: &Ctx, conversion: &Conversion) -> Outcome<Converted> {
    ctx.require(Permission::RateRead)?;
    let Conversion { amount, to, on, known_at, policy } = conversion;
    let oldest = on.checked_sub_days(Days::new(u64::from(policy.max_age_days))).unwrap_or(*on);
    let rates =
        app.store.view("rates.convert", |tx| tx.quotations(&policy.source, (oldest, *on), *known_at))?;
    let mut table = FxTable::default();
    for rate in rates {
        table.insert(rate);
    }
    table.convert(policy, *amount, *to, *on)
}
