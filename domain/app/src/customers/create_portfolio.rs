//! Creates a portfolio.

use domain::access::Permission;
use kernel::{Outcome, text};
use serde_json::{Value, json};

use super::Portfolio;
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;

/// A new, empty portfolio.
#[derive(Debug, Clone)]
pub struct CreatePortfolio {
    pub code: String,
    pub name: String,
}

/// Creates a portfolio; accounts are put into it one by one, or by their ERP.
///
/// # Errors
/// `auth.forbidden`, `auth.installation_wide`, `organisation.code_invalid`, `organisation.code_taken`.
pub fn create_portfolio(app: &App, ctx: &Ctx, cmd: &CreatePortfolio) -> Outcome<Answer<Portfolio>> {
    ctx.require(Permission::OrganisationWrite)?;
    ctx.scope.require_all()?;
    let code = crate::organisation::update_legal_entity::code(&cmd.code)?;
    let name = text::line("name", &cmd.name)?;
    command::run(app, ctx, "customers.create_portfolio", |tx| {
        let (code, name) = (code.clone(), name.clone());
        let portfolio = Portfolio { id: app.ids.next(), code, name, version: 1, created_at: ctx.now };
        let event = NewEvent::about("customers.portfolio_created", "portfolio", portfolio.id)
            .change(Value::Null, json!({ "code": portfolio.code, "name": portfolio.name }));
        let event = tx.record(ctx, event)?;
        tx.insert_portfolio(&portfolio, event)?;
        Ok(portfolio)
    })
}
