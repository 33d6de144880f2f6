//! Records the legal interest rate of a period, replacing what was in force on its days.

use domain::access::Permission;
use domain::receivables::interest::legal_rate::{LegalRate, LegalRates};
use kernel::id::LegalRateId;
use kernel::rate::Percent;
use kernel::{Outcome, text, time};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{StoredLegalRate, days_beside};
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;

/// What was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedLegalRate {
    pub id: String,
    /// Ids of rates that are no longer in force on any day.
    pub superseded: Vec<String>,
}

/// Records a rate. Rates in force on its days are superseded; what they say of other days is recorded anew, so that
/// a correction of one half-year touches no other.
///
/// # Errors
/// `auth.forbidden`, `auth.installation_wide`, `interest.rates_invalid`, `percent.invalid`, `date.out_of_range`, those of a line of text.
pub fn record_legal_rate(app: &App, ctx: &Ctx, rate: &LegalRate) -> Outcome<Answer<RecordedLegalRate>> {
    ctx.require(Permission::RateWrite)?;
    ctx.scope.require_all()?;
    let rate = checked(rate)?;
    command::run(app, ctx, "rates.record_legal_rate", |tx| {
        let before = tx.legal_rates_for_update(&rate.jurisdiction, (rate.valid_from, rate.valid_to))?;
        let id = app.ids.next();
        let replaced = before.iter().map(|old| shown(&old.rate)).collect::<Vec<_>>();
        let event = tx.record(
            ctx,
            NewEvent::about("rates.legal_rate_recorded", "legal_rate", id)
                .change(Value::from(replaced), shown(&rate)),
        )?;
        for old in &before {
            tx.supersede_legal_rate(old.id, ctx.now)?;
        }
        for part in before.iter().flat_map(|old| outside(&old.rate, &rate)) {
            let part = StoredLegalRate { id: app.ids.next(), rate: part, recorded_at: ctx.now };
            tx.insert_legal_rate(&part, event)?;
        }
        let new = StoredLegalRate { id, rate: rate.clone(), recorded_at: ctx.now };
        tx.insert_legal_rate(&new, event)?;
        let superseded = before.iter().map(|old| LegalRateId(old.id).to_string()).collect();
        Ok(RecordedLegalRate { id: LegalRateId(id).to_string(), superseded })
    })
}

fn checked(rate: &LegalRate) -> Outcome<LegalRate> {
    let rate = LegalRate {
        jurisdiction: text::line("jurisdiction", &rate.jurisdiction)?,
        valid_from: time::check_range("valid_from", rate.valid_from)?,
        valid_to: rate.valid_to.map(|to| time::check_range("valid_to", to)).transpose()?,
        annual_percent: Percent::try_new("annual_percent", rate.annual_percent)?.get(),
        source: text::line("source", &rate.source)?,
        status: rate.status,
    };
    LegalRates::try_new(vec![rate.clone()])?;
    Ok(rate)
}

/// What an old rate says of days that the new one does not cover.
fn outside(old: &LegalRate, new: &LegalRate) -> Vec<LegalRate> {
    let parts = days_beside((old.valid_from, old.valid_to), (new.valid_from, new.valid_to));
    parts.map(|(valid_from, valid_to)| LegalRate { valid_from, valid_to, ..old.clone() }).collect()
}

fn shown(rate: &LegalRate) -> Value {
    json!({ "jurisdiction": rate.jurisdiction, "valid_from": rate.valid_from, "valid_to": rate.valid_to,
        "annual_percent": rate.annual_percent.to_string(), "source": rate.source, "status": rate.status })
}

#[cfg(test)]
mod tests {
    use domain::receivables::interest::legal_rate::RateStatus;

    use super::*;

    fn rate(from: &str, to: Option<&str>) -> LegalRate {
        LegalRate {
            jurisdiction: "ES".to_owned(),
            valid_from: from.parse().unwrap(),
            valid_to: to.map(|to| to.parse().unwrap()),
            annual_percent: 8.into(),
            source: "test".to_owned(),
            status: RateStatus::Published,
        }
    }

    fn left(old: (&str, Option<&str>), new: (&str, Option<&str>)) -> Vec<String> {
        let period = |r: LegalRate| {
            format!("{}..{}", r.valid_from, r.valid_to.map(|to| to.to_string()).unwrap_or_default())
        };
        outside(&rate(old.0, old.1), &rate(new.0, new.1)).into_iter().map(period).collect()
    }

    #[test]
    fn a_correction_leaves_the_days_beside_it_as_they_were() {
        let year = ("2026-01-01", Some("2026-12-31"));
        assert_eq!(
            left(year, ("2026-03-01", Some("2026-03-31"))),
            ["2026-01-01..2026-02-28", "2026-04-01..2026-12-31"]
        );
        assert_eq!(left(year, ("2026-07-01", None)), ["2026-01-01..2026-06-30"]);
        assert_eq!(left(year, ("2025-01-01", Some("2026-06-30"))), ["2026-07-01..2026-12-31"]);
        assert_eq!(left(year, year), Vec::<String>::new());
        assert_eq!(
            left(("2026-01-01", None), ("2026-03-01", Some("2026-03-31"))),
            ["2026-01-01..2026-02-28", "2026-04-01.."]
        );
    }
}
