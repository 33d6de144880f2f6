//! From an approved application to a limit.

use chrono::{Days, Months};
use domain::credit::approval::ApplicationState;
use domain::credit::limits::{LimitOrigin, LimitTerms, Period};
use kernel::{Date, Error, Outcome};

use super::LimitApplication;
use crate::App;
use crate::credit::limits::import::write;
use crate::credit::limits::reviews::{REVIEW_DAYS, REVIEW_MONTHS};
use crate::credit::limits::{CreditLimit, Said, codes};
use crate::ctx::Ctx;
use crate::store::WriteTx;

/// Writes the limit, from today on at the earliest; what it overlaps is superseded. Without an approver the table granted it.
///
/// # Errors
/// `limit_application.too_late` where its last day is over; those of the terms.
pub(super) fn grant(
    app: &App,
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    application: &mut LimitApplication,
    (approver, today): (Option<&str>, Date),
) -> Outcome<()> {
    let before = application.state;
    application.go(ApplicationState::Approved)?;
    let amount = application.granted_amount.unwrap_or(application.amount);
    let from = application.valid_from.max(today);
    let until = last_day(application, from);
    if until.is_some_and(|until| until < today) {
        return Err(Error::with(&codes::APPLICATION_EXPIRED, "its last day is over"));
    }
    let terms = application.terms(amount, until)?;
    let terms = LimitTerms { valid: Period { from, until }, ..terms };
    let terms = LimitTerms { review_on: review_day(&terms), ..terms };
    terms.check()?;
    let said = Said {
        origin: if approver.is_some() { LimitOrigin::Application } else { LimitOrigin::Automatic },
        application_id: Some(application.id),
        reason: Some(application.reason.clone()),
        set_by: application.requested_by_name.clone(),
        approved_by: approver.map(str::to_owned),
        at: ctx.now,
    };
    let limit = CreditLimit::new(app.ids.next(), &terms, said);
    application.granted_amount = Some(amount);
    application.limit_id = Some(limit.id);
    application.decided_at = Some(ctx.now);
    application.version += 1;
    let event = tx.record(ctx, application.event("limit_application.granted", before))?;
    application.replaced = write(app, tx, (&limit, &terms), true, event)?;
    tx.save_application(application, event)
}

/// As asked for, and no longer than the table says from the day on which it begins.
pub(super) fn last_day(application: &LimitApplication, from: Date) -> Option<Date> {
    let months = application.proposal.as_ref().and_then(|proposal| proposal.valid_months);
    let by_table = months
        .and_then(|months| from.checked_add_months(Months::new(months.into())))
        .and_then(|day| day.pred_opt());
    match (application.valid_until, by_table) {
        (Some(asked), Some(table)) => Some(asked.min(table)),
        (asked, table) => asked.or(table),
    }
}

fn review_day(terms: &LimitTerms) -> Option<Date> {
    let valid = terms.valid;
    let day = match valid.until {
        Some(until) => until.checked_sub_days(Days::new(REVIEW_DAYS)),
        None => valid.from.checked_add_months(Months::new(REVIEW_MONTHS)),
    };
    day.filter(|day| *day > valid.from)
}
