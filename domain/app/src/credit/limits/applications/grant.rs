//! From an approved application to a limit.

use chrono::{Days, Months};
use domain::credit::approval::ApplicationState;
use domain::credit::limits::{LimitOrigin, LimitTerms};
use kernel::{Date, Outcome};

use super::LimitApplication;
use crate::App;
use crate::credit::limits::import::write;
use crate::credit::limits::{CreditLimit, Said};
use crate::ctx::Ctx;
use crate::store::WriteTx;

/// A limit is looked at again so many days before it ends.
const REVIEW_DAYS: u64 = 30;
/// And one without end after so many months.
const REVIEW_MONTHS: u32 = 12;

/// Writes the limit; what it overlaps is superseded. Without an approver the table granted it.
pub(super) fn grant(
    app: &App,
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    application: &mut LimitApplication,
    approver: Option<&str>,
) -> Outcome<()> {
    let before = application.state;
    application.go(ApplicationState::Approved)?;
    let amount = application.granted_amount.unwrap_or(application.amount);
    let terms = application.terms(amount, last_day(application))?;
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
    write(app, tx, (&limit, &terms), true, event)?;
    tx.save_application(application, event)
}

/// As asked for, and no longer than the table says.
fn last_day(application: &LimitApplication) -> Option<Date> {
    let months = application.proposal.as_ref().and_then(|proposal| proposal.valid_months);
    let by_table = months
        .and_then(|months| application.valid_from.checked_add_months(Months::new(months.into())))
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
