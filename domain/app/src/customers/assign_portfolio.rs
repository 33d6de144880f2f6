//! Puts an account into a portfolio, or takes it out of one.

use domain::access::Permission;
use kernel::Outcome;
use kernel::id::{AccountId, PortfolioId};
use serde_json::{Map, json};

use super::edit::{Change, locked, write};
use super::lists::PORTFOLIOS;
use super::{CustomerKind, Edited};
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::lists::not_found;

/// Which account goes where.
#[derive(Debug, Clone, Copy)]
pub struct AssignPortfolio {
    pub account: AccountId,
    /// `None` takes it out.
    pub portfolio: Option<PortfolioId>,
}

/// Puts an account into a portfolio. Who may see an account hangs on this, so it needs more than editing does.
///
/// # Errors
/// `auth.forbidden`, `not_found` for the account or the portfolio, also outside the caller's reach, `version.mismatch`.
pub fn assign_portfolio(app: &App, ctx: &Ctx, cmd: &AssignPortfolio) -> Outcome<Answer<Edited>> {
    ctx.require(Permission::OrganisationWrite)?;
    command::run(app, ctx, "customers.assign_portfolio", |tx| {
        if let Some(portfolio) = cmd.portfolio
            && tx.find(ctx, &PORTFOLIOS, &portfolio.to_string())?.is_none()
        {
            return Err(not_found(PORTFOLIOS.resource, &portfolio.to_string()));
        }
        let row = locked(tx, ctx, CustomerKind::Account, cmd.account.0)?;
        command::check_version(ctx, row.version)?;
        let mut overrides = row.overrides.clone();
        if !overrides.contains_key("portfolio_id") {
            let pushed = row.columns.get("portfolio_id").cloned().unwrap_or_default();
            overrides.insert("portfolio_id".to_owned(), pushed);
        }
        let columns = Map::from_iter([("portfolio_id".to_owned(), json!(cmd.portfolio.map(|p| p.0)))]);
        write(tx, ctx, (CustomerKind::Account, cmd.account.0), &row, &Change { columns, overrides })
    })
}
