//! The statement of an account.

use chrono::Days;
use domain::access::Permission;
use domain::receivables::statement::{Statement, StatementPeriod, statement};
use kernel::id::AccountId;
use kernel::{Error, Outcome};

use super::as_of::{business_date, instant};
use super::balances::facts;
use super::codes;
use super::store::AccountFacts;
use crate::App;
use crate::ctx::Ctx;

/// Days a statement covers when no beginning is given.
const DAYS_DEFAULT: u64 = 90;

/// What is asked.
#[derive(Debug, Clone, Default)]
pub struct StatementRequest {
    /// First day; 90 days before the last one by default.
    pub from: Option<String>,
    /// Last day; today by default.
    pub to: Option<String>,
    pub known_at: Option<String>,
}

/// Statements of an account, one per currency.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountStatement {
    pub account: AccountFacts,
    pub period: StatementPeriod,
    pub statements: Vec<Statement>,
}

/// Assembles the statements of an account from everything recorded about it.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `date.invalid`, `date.out_of_range`, `as_of.in_future`, `known_at.*`,
/// `statement.period_reversed`.
pub fn account_statement(
    app: &App,
    ctx: &Ctx,
    id: AccountId,
    request: &StatementRequest,
) -> Outcome<AccountStatement> {
    ctx.require(Permission::ReceivablesRead)?;
    app.store.view("ledger.statement", |tx| {
        let account = facts(tx, ctx, id)?;
        let period = period(ctx, &account, request)?;
        let statements = statement(&tx.item_histories(id.0)?, period)?;
        Ok(AccountStatement { account, period, statements })
    })
}

fn period(ctx: &Ctx, account: &AccountFacts, request: &StatementRequest) -> Outcome<StatementPeriod> {
    let today = account.horizon.today;
    let to = request.to.as_deref().map_or(Ok(today), |text| business_date("to", text, today))?;
    let from = match &request.from {
        Some(text) => kernel::time::parse_date("from", text)?,
        None => to.checked_sub_days(Days::new(DAYS_DEFAULT)).unwrap_or(to),
    };
    let known_at =
        request.known_at.as_deref().map_or(Ok(ctx.now), |text| instant("known_at", text, ctx.now))?;
    if known_at < account.horizon.known_from {
        let message = format!("the account is on record since {}", account.horizon.known_from);
        return Err(Error::field("known_at", &codes::KNOWN_AT_BEFORE_RECORDS, message));
    }
    Ok(StatementPeriod { from, to, known_at })
}
