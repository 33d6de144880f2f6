//! Corrects the name of a portfolio.

use domain::access::Permission;
use kernel::id::PortfolioId;
use kernel::{Outcome, text};
use serde_json::json;

use super::Portfolio;
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;

/// The new name. The code stays.
#[derive(Debug, Clone)]
pub struct UpdatePortfolio {
    pub portfolio: PortfolioId,
    pub name: String,
}

/// Renames a portfolio, for everybody who sees it.
///
/// # Errors
/// `auth.forbidden`, `auth.installation_wide`, `not_found`, `version.mismatch`, those of a line of text.
pub fn update_portfolio(app: &App, ctx: &Ctx, cmd: &UpdatePortfolio) -> Outcome<Answer<Portfolio>> {
    ctx.require(Permission::OrganisationWrite)?;
    ctx.scope.require_all()?;
    let name = text::line("name", &cmd.name)?;
    command::run(app, ctx, "customers.update_portfolio", |tx| {
        let before = tx.portfolio_for_update(cmd.portfolio)?;
        command::check_version(ctx, before.version)?;
        let after = Portfolio { name: name.clone(), version: before.version + 1, ..before.clone() };
        let event = NewEvent::about("customers.portfolio_changed", "portfolio", after.id)
            .change(json!({ "name": before.name }), json!({ "name": after.name }));
        let event = tx.record(ctx, event)?;
        tx.save_portfolio(&after, event)?;
        Ok(after)
    })
}
