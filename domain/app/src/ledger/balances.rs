//! What an account owes per currency, as of a day and as known at an instant.

use domain::access::Permission;
use kernel::id::AccountId;
use kernel::rate::Converted;
use kernel::{Date, Instant, Outcome};

use super::as_of::{AsOfRequest, check};
use super::convert::{ConvertRequest, Rates};
use super::store::{AccountFacts, BalanceRow, Selection};
use crate::App;
use crate::ctx::Ctx;
use crate::lists::not_found;
use crate::store::ReadTx;

/// What is asked.
#[derive(Debug, Clone, Default)]
pub struct BalanceRequest {
    pub at: AsOfRequest,
    pub convert: ConvertRequest,
}

/// Balances of one account.
#[derive(Debug, Clone, PartialEq)]
pub struct Balances {
    pub account: AccountFacts,
    /// The business date they are of.
    pub on: Date,
    pub known_at: Instant,
    /// With the open amount in the currency asked for, if one was.
    pub rows: Vec<(BalanceRow, Option<Converted>)>,
}

/// The balances of an account: the present ones, or rebuilt from what was recorded.
///
/// # Errors
/// `auth.forbidden`, `not_found`, those of [`check`], `fx.rate_missing`, `fx.source_required`.
pub fn balances(app: &App, ctx: &Ctx, id: AccountId, request: &BalanceRequest) -> Outcome<Balances> {
    ctx.require(Permission::ReceivablesRead)?;
    let convert = request.convert.check()?;
    app.store.view("ledger.balances", |tx| {
        let account = facts(tx, ctx, id)?;
        let at = check(&request.at, account.horizon, ctx.now)?;
        let selection = Selection { account: Some(id.0), ..Selection::default() };
        let rows = tx.balances(&ctx.scope, &selection, at)?;
        let on = at.on().unwrap_or(account.horizon.today);
        let rates = convert.as_ref().map(|c| Rates::load(tx, c, on, at.known_at())).transpose()?;
        let converted = |row: BalanceRow| {
            let converted = rates.as_ref().map(|r| r.convert(row.open, row.currency)).transpose()?;
            Ok((row, converted))
        };
        let rows = rows.into_iter().map(converted).collect::<Outcome<Vec<_>>>()?;
        Ok(Balances { account, on, known_at: at.known_at(), rows })
    })
}

/// The account, or that there is none for this caller.
pub(super) fn facts(tx: &mut dyn ReadTx, ctx: &Ctx, id: AccountId) -> Outcome<AccountFacts> {
    tx.ledger_account(ctx, id)?.ok_or_else(|| not_found("accounts", &id.to_string()))
}
