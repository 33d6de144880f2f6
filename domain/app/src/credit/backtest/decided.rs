//! What became of what credit checks decided, by version of the policy.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Months;
use domain::access::Permission;
use domain::credit::backtest::decided::{Decision, DecisionOutcomes, PolicyVersion, Told};
use domain::credit::policy::CheckOutcome;
use kernel::id::LegalEntityId;
use kernel::time::parse_date;
use kernel::{Currency, Date, Error, Instant, Outcome};
use serde::Deserialize;
use uuid::Uuid;

use super::codes;
use super::start::month;
use super::work::by_account;
use crate::App;
use crate::credit::learning::pages::Pages;
use crate::credit::learning::train::entity_in_scope;
use crate::ctx::Ctx;
use crate::dunning::run::today;

/// Accounts that are looked at in one answer.
pub const ACCOUNTS_MAX: usize = 20_000;

/// What is asked, as texts.
#[derive(Debug, Clone)]
pub struct DecisionOutcomesRequest {
    pub legal_entity: LegalEntityId,
    /// A day of the first month of decisions; a year before the last when absent.
    pub from: Option<String>,
    /// Last day of decisions; `as_of` when absent.
    pub to: Option<String>,
    /// The business date until which invoices and payments count; today when absent.
    pub as_of: Option<String>,
}

/// The most careful answer that a version gave about an account on a business day; what a person released was held.
#[derive(Debug, Clone, Deserialize)]
pub struct DecidedRow {
    pub account_id: Uuid,
    pub on: Date,
    /// The last answer of that day.
    pub at: Instant,
    pub policy_code: String,
    pub policy_version: i32,
    pub currency: String,
    pub outcome: CheckOutcome,
}

/// The answer.
#[derive(Debug)]
pub struct DecisionOutcomesReport {
    pub told: Told,
    pub outcomes: DecisionOutcomes,
    /// Accounts that had too many invoices to be looked at.
    pub accounts_left_out: u32,
}

/// Outcomes of what was decided between two days. The same question has the same answer for as long as nothing is booked that takes
/// effect before `as_of`.
///
/// # Errors
/// `auth.forbidden`, `auth.out_of_scope`, `not_found`, `date.invalid`, `credit.decision_dates_invalid`, `credit.decisions_too_many`.
pub fn decision_outcomes(
    app: &App,
    ctx: &Ctx,
    request: &DecisionOutcomesRequest,
) -> Outcome<DecisionOutcomesReport> {
    ctx.require(Permission::CreditRead)?;
    let entity = request.legal_entity.0;
    let (told, mut sizes, accounts) = app.store.view("credit.decided_accounts", |tx| {
        let found = entity_in_scope(ctx, tx, entity)?;
        let told = told(request, today(&found, ctx.now)?)?;
        let accounts = tx.decided_accounts(entity, (told.from, told.to), ACCOUNTS_MAX + 1)?;
        if accounts.len() > ACCOUNTS_MAX {
            let message = format!("more than {ACCOUNTS_MAX} accounts were decided about: ask for fewer days");
            return Err(Error::field("from", &codes::DECISIONS_TOO_MANY, message));
        }
        Ok((told, tx.account_sizes(entity, None)?, accounts.into_iter().collect::<BTreeSet<_>>()))
    })?;
    sizes.retain(|size| accounts.contains(&size.id));
    let (mut pages, mut outcomes) = (Pages::new(sizes), DecisionOutcomes::default());
    for page in pages.by_ref() {
        let days = (told.from, told.decided_until());
        let (decided, items) = app.store.view("credit.decided", |tx| {
            Ok((tx.decided(entity, &page.kept, days)?, tx.past_items(&page.kept)?))
        })?;
        let mut items = by_account(items)?;
        for (account, decisions) in decisions(decided)? {
            outcomes.add(decisions, &items.remove(&account).unwrap_or_default(), told);
        }
    }
    Ok(DecisionOutcomesReport { told, outcomes, accounts_left_out: pages.left_out() })
}

/// Whole months from the first on: a case that begins in a month is not cut by the day that is asked for.
fn told(request: &DecisionOutcomesRequest, today: Date) -> Outcome<Told> {
    let read =
        |field: &str, text: &Option<String>| text.as_deref().map(|text| parse_date(field, text)).transpose();
    let as_of = read("as_of", &request.as_of)?.unwrap_or(today);
    let to = read("to", &request.to)?.unwrap_or(as_of);
    let year_before = to.checked_sub_months(Months::new(12)).unwrap_or(to);
    let from = read("from", &request.from)?.unwrap_or(year_before);
    if from <= to && to <= as_of && as_of <= today {
        return Ok(Told { from: month(from), to, today: as_of });
    }
    let message = format!("{from}, {to} and {as_of} are not in this order, or not past on {today}");
    Err(Error::field("from", &codes::DECISION_DATES, message))
}

fn decisions(rows: Vec<DecidedRow>) -> Outcome<BTreeMap<Uuid, Vec<Decision>>> {
    let mut found = BTreeMap::<Uuid, Vec<Decision>>::new();
    for row in rows {
        found.entry(row.account_id).or_default().push(decision(row)?);
    }
    Ok(found)
}

fn decision(row: DecidedRow) -> Outcome<Decision> {
    let currency = Currency::parse("currency", &row.currency)?;
    let by = PolicyVersion { code: row.policy_code, version: row.policy_version, currency };
    Ok(Decision { on: row.on, at: row.at, by, outcome: row.outcome })
}
