//! Records the fixed compensation for recovery costs of a period of due dates, replacing what was in force on its days.

use domain::access::Permission;
use domain::receivables::codes;
use domain::receivables::interest::compensation::FixedCompensation;
use kernel::money::check_amount;
use kernel::{Decimal, Error, Money, Outcome, text, time};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{StoredFixedCompensation, days_beside};
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;

/// What was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedFixedCompensation {
    /// How many sums are no longer in force as they were.
    pub superseded_count: usize,
}

/// Records a sum. Sums in force on its days are superseded; what they say of other days is recorded anew.
///
/// # Errors
/// `auth.forbidden`, `auth.installation_wide`, `interest.compensation_invalid`, `amount.exponent`, `amount.too_large`,
/// `date.out_of_range`, those of a line of text.
pub fn record_fixed_compensation(
    app: &App,
    ctx: &Ctx,
    sum: &FixedCompensation,
) -> Outcome<Answer<RecordedFixedCompensation>> {
    ctx.require(Permission::RateWrite)?;
    ctx.scope.require_all()?;
    let sum = checked(sum)?;
    command::run(app, ctx, "rates.record_fixed_compensation", |tx| {
        let before = tx.fixed_compensations_for_update(&sum.jurisdiction, (sum.valid_from, sum.valid_to))?;
        let id = app.ids.next();
        let replaced = before.iter().map(|old| shown(&old.sum)).collect::<Vec<_>>();
        let event = tx.record(
            ctx,
            NewEvent::about("rates.fixed_compensation_recorded", "fixed_compensation", id)
                .change(Value::from(replaced), shown(&sum)),
        )?;
        for old in &before {
            tx.supersede_fixed_compensation(old.id, ctx.now)?;
        }
        for part in before.iter().flat_map(|old| outside(&old.sum, &sum)) {
            let part = StoredFixedCompensation { id: app.ids.next(), sum: part, recorded_at: ctx.now };
            tx.insert_fixed_compensation(&part, event)?;
        }
        let new = StoredFixedCompensation { id, sum: sum.clone(), recorded_at: ctx.now };
        tx.insert_fixed_compensation(&new, event)?;
        Ok(RecordedFixedCompensation { superseded_count: before.len() })
    })
}

fn checked(sum: &FixedCompensation) -> Outcome<FixedCompensation> {
    let sum = FixedCompensation {
        jurisdiction: text::line("jurisdiction", &sum.jurisdiction)?,
        valid_from: time::check_range("valid_from", sum.valid_from)?,
        valid_to: sum.valid_to.map(|to| time::check_range("valid_to", to)).transpose()?,
        amount: Money {
            amount: check_amount("amount", sum.amount.amount, sum.amount.currency)?,
            ..sum.amount
        },
        source: text::line("source", &sum.source)?,
    };
    let wrong = |field: &str, message: String| Error::field(field, &codes::COMPENSATION_INVALID, message);
    if sum.amount.amount <= Decimal::ZERO {
        return Err(wrong("amount", format!("{} is not above zero", sum.amount)));
    }
    match sum.valid_to {
        Some(to) if to < sum.valid_from => {
            Err(wrong("valid_to", format!("{to} lies before {}", sum.valid_from)))
        }
        _ => Ok(sum),
    }
}

/// What an old sum says of days that the new one does not cover.
fn outside(old: &FixedCompensation, new: &FixedCompensation) -> Vec<FixedCompensation> {
    let parts = days_beside((old.valid_from, old.valid_to), (new.valid_from, new.valid_to));
    let part = |(valid_from, valid_to)| FixedCompensation { valid_from, valid_to, ..old.clone() };
    parts.map(part).collect()
}

fn shown(sum: &FixedCompensation) -> Value {
    json!({ "jurisdiction": sum.jurisdiction, "valid_from": sum.valid_from, "valid_to": sum.valid_to,
        "amount": sum.amount.amount.to_string(), "currency": sum.amount.currency.as_str(), "source": sum.source })
}
