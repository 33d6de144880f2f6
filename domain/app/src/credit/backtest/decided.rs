//! What became of what credit checks decided, by version of the policy.

use std::collections::BTreeMap;

use chrono::Months;
use domain::access::Permission;
use domain::credit::backtest::decided::{Decision, DecisionOutcomes, PolicyVersion};
use domain::credit::policy::CheckOutcome;
use kernel::id::LegalEntityId;
use kernel::time::parse_date;
use kernel::{Currency, Date, Error, Outcome};
use serde::Deserialize;
use uuid::Uuid;

use super::codes;
use super::work::by_account;
use crate::App;
use crate::credit::learning::pages::Pages;
use crate::credit::learning::train::entity_in_scope;
use crate::ctx::Ctx;
use crate::dunning::run::today;

/// Accounts and days that are looked at in one answer.
pub const DECISIONS_MAX: usize = 100_000;

/// What is asked, as texts.
#[derive(Debug, Clone)]
pub struct DecisionOutcomesRequest {
    pub legal_entity: LegalEntityId,
    /// First day of the decisions; a year before the last when absent.
    pub from: Option<String>,
    /// Last day of the decisions; today when absent.
    pub to: Option<String>,
    /// The business date until which payments count; today when absent.
    pub as_of: Option<String>,
}

/// The most careful answer that a version gave about an account on a business day.
#[derive(Debug, Clone, Deserialize)]
pub struct DecidedRow {
    pub account_id: Uuid,
    pub on: Date,
    pub policy_code: String,
    pub policy_version: i32,
    pub currency: String,
    pub outcome: CheckOutcome,
}

/// The answer.
#[derive(Debug)]
pub struct DecisionOutcomesReport {
    pub from: Date,
    pub to: Date,
    pub as_of: Date,
    pub outcomes: DecisionOutcomes,
    /// Accounts that had too many invoices to be looked at.
    pub accounts_left_out: u32,
}

/// Outcomes of what was decided between two days. The same question has the same answer for as long as nothing is booked that takes
/// effect before `as_of`.
///
/// # Errors
/// `auth.forbidden`, `auth.out_of_scope`, `not_found`, `date.invalid`, `decision.dates_invalid`, `decision.too_many`.
pub fn decision_outcomes(
    app: &App,
    ctx: &Ctx,
    request: &DecisionOutcomesRequest,
) -> Outcome<DecisionOutcomesReport> {
    ctx.require(Permission::CreditRead)?;
    let entity = request.legal_entity.0;
    let ((from, to, as_of), decided) = app.store.view("credit.decided", |tx| {
        let found = entity_in_scope(ctx, tx, entity)?;
        let days = days(request, today(&found, ctx.now)?)?;
        Ok((days, tx.decided(entity, (days.0, days.1), DECISIONS_MAX + 1)?))
    })?;
    if decided.len() > DECISIONS_MAX {
        let message =
            format!("more than {DECISIONS_MAX} accounts and days were decided about: ask for fewer days");
        return Err(Error::field("from", &codes::DECISIONS_TOO_MANY, message));
    }
    let mut decisions = BTreeMap::<Uuid, Vec<Decision>>::new();
    for row in decided {
        decisions.entry(row.account_id).or_default().push(decision(row)?);
    }
    let mut pages = pages(app, entity, &decisions)?;
    let mut outcomes = DecisionOutcomes::default();
    for page in pages.by_ref() {
        let rows = app.store.view("credit.past_items", |tx| tx.past_items(&page.kept))?;
        let mut items = by_account(rows)?;
        for account in page.kept {
            let of_account = decisions.remove(&account).unwrap_or_default();
            outcomes.add(of_account, &items.remove(&account).unwrap_or_default(), as_of);
        }
    }
    Ok(DecisionOutcomesReport { from, to, as_of, outcomes, accounts_left_out: pages.left_out() })
}

/// From, to and as of.
fn days(request: &DecisionOutcomesRequest, today: Date) -> Outcome<(Date, Date, Date)> {
    let read =
        |field: &str, text: &Option<String>| text.as_deref().map(|text| parse_date(field, text)).transpose();
    let to = read("to", &request.to)?.unwrap_or(today);
    let year_before = to.checked_sub_months(Months::new(12)).unwrap_or(to);
    let from = read("from", &request.from)?.unwrap_or(year_before);
    let as_of = read("as_of", &request.as_of)?.unwrap_or(today);
    if from <= to && to <= as_of && as_of <= today {
        return Ok((from, to, as_of));
    }
    let message = format!("{from}, {to} and {as_of} are not in this order, or not past on {today}");
    Err(Error::field("from", &codes::DECISION_DATES, message))
}

fn decision(row: DecidedRow) -> Outcome<Decision> {
    let currency = Currency::parse("currency", &row.currency)?;
    let by = PolicyVersion { code: row.policy_code, version: row.policy_version, currency };
    Ok(Decision { on: row.on, by, outcome: row.outcome })
}

/// Of the accounts that were decided about alone.
fn pages(app: &App, entity: Uuid, decisions: &BTreeMap<Uuid, Vec<Decision>>) -> Outcome<Pages> {
    let mut sizes = app.store.view("credit.account_sizes", |tx| tx.account_sizes(entity, None))?;
    sizes.retain(|size| decisions.contains_key(&size.id));
    Ok(Pages::new(sizes))
}
