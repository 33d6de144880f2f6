//! Records exchange rates of a source.

use std::collections::BTreeSet;

use domain::access::Permission;
use kernel::rate::FxRate;
use kernel::{Error, Outcome, time};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::codes;
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;

/// Rates one call may record.
pub const RATES_MAX: usize = 1000;

/// What was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedFxRates {
    pub recorded_count: usize,
    /// Those that were in force as given already: nothing was written for them.
    pub unchanged_count: usize,
}

/// Records quotations of one source. A second one for a pair and day corrects the first, which stays askable.
///
/// # Errors
/// `auth.forbidden`, `auth.installation_wide`, `fx.rate_count`, `fx.rate_repeated`, `date.out_of_range`.
pub fn record_fx_rates(
    app: &App,
    ctx: &Ctx,
    source: &str,
    rates: &[FxRate],
) -> Outcome<Answer<RecordedFxRates>> {
    ctx.require(Permission::RateWrite)?;
    ctx.scope.require_all()?;
    let days = check(rates)?;
    command::run(app, ctx, "rates.record_fx_rates", |tx| {
        let known = tx.quotations(source, days, None)?;
        let new = rates.iter().filter(|rate| !known.contains(rate)).cloned().collect::<Vec<_>>();
        if !new.is_empty() {
            let shown = new.iter().map(|r| {
                json!({ "base": r.base().as_str(), "quote": r.quote().as_str(), "on": r.on(),
                    "rate": r.rate().to_string() })
            });
            let after = json!({ "source": source, "rates": shown.collect::<Vec<_>>() });
            let event = tx.record(
                ctx,
                NewEvent {
                    kind: "rates.fx_rates_recorded",
                    subject_kind: "fx_rate",
                    subject_id: None,
                    account_id: None,
                    legal_entity_id: None,
                    before: Value::Null,
                    after,
                },
            )?;
            tx.insert_fx_rates(&new, ctx.now, event)?;
        }
        Ok(RecordedFxRates { recorded_count: new.len(), unchanged_count: rates.len() - new.len() })
    })
}

/// First and last day of the rates.
fn check(rates: &[FxRate]) -> Outcome<(kernel::Date, kernel::Date)> {
    let (first, last) = (rates.iter().map(FxRate::on).min(), rates.iter().map(FxRate::on).max());
    let (Some(first), Some(last), true) = (first, last, rates.len() <= RATES_MAX) else {
        let message = format!("{} rates in one call", rates.len());
        return Err(Error::field("rates", &codes::FX_RATE_COUNT, message));
    };
    time::check_range("rates", first)?;
    time::check_range("rates", last)?;
    let mut seen = BTreeSet::new();
    for rate in rates {
        if !seen.insert((rate.base().as_str().to_owned(), rate.quote().as_str().to_owned(), rate.on())) {
            let message = format!("{}/{} of {} stands twice", rate.base(), rate.quote(), rate.on());
            return Err(Error::field("rates", &codes::FX_RATE_REPEATED, message));
        }
    }
    Ok((first, last))
}
