//! On which days each step of a scenario would be sent for one unpaid item.

use domain::access::Permission;
use domain::dunning::compiled::CompiledScenario;
use domain::dunning::facts::FactSchema;
use domain::dunning::group::ItemFacts;
use domain::dunning::preview::preview;
use domain::receivables::kinds::ReceivableKind;
use kernel::id::{AccountId, LegalEntityId, ReceivableId};
use kernel::money::parse_amount;
use kernel::registry::codes::AMOUNT_INVALID;
use kernel::time::parse_date;
use kernel::{Currency, Date, Decimal, Error, Outcome};
use serde_json::Value;
use uuid::Uuid;

use super::assemble::compile;
use super::scenarios::{self, ScenarioVersion};
use crate::App;
use crate::calendars;
use crate::ctx::Ctx;
use crate::lists::not_found;
use crate::store::ReadTx;

/// The scenario to be looked at.
#[derive(Debug, Clone)]
pub enum Previewed {
    /// One that is not saved.
    Document(Value),
    /// A saved version; the one in force when none is named.
    Saved { code: String, version: Option<i32> },
}

/// What is to be shown.
#[derive(Debug, Clone)]
pub struct PreviewScenario {
    /// Whose calendar counts.
    pub legal_entity: LegalEntityId,
    pub scenario: Previewed,
    /// Above zero.
    pub amount: String,
    pub currency: String,
    /// `YYYY-MM-DD`.
    pub due_on: String,
}

/// A step and its day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepDay {
    pub step_no: u16,
    pub step_code: String,
    pub on: Date,
}

/// The days on which each step would be sent for an invoice that is never paid, if a run took place every day and every
/// message arrived. Decided as a run decides; a step whose condition or minimum the item does not meet is absent.
///
/// # Errors
/// `auth.forbidden`, `auth.out_of_scope`, `not_found`, `scenario.document_invalid`, `scenario.invalid` with every error,
/// `scenario.version_unknown`, `amount.*`, `currency.unknown`, `date.invalid`, `date.out_of_range`.
pub fn preview_scenario(app: &App, ctx: &Ctx, asked: &PreviewScenario) -> Outcome<Vec<StepDay>> {
    ctx.require(Permission::ScenarioRead)?;
    let currency = Currency::parse("currency", &asked.currency)?;
    let item = item(asked, currency)?;
    app.store.view("dunning.preview_scenario", |tx| {
        let entity = tx.run_entity(asked.legal_entity.0)?;
        let entity = entity.ok_or_else(|| not_found("legal_entities", &asked.legal_entity.to_string()))?;
        ctx.scope.require_legal_entity(entity.id)?;
        let scenario = scenario(ctx, tx, &asked.scenario)?;
        let calendar = calendars::of_entity(tx, &entity.calendar_code)?;
        let days = preview(&scenario, &calendar, currency, &item).into_iter().map(|(step, on)| StepDay {
            step_no: step.get(),
            step_code: scenario.step(step).map(|s| s.code.to_string()).unwrap_or_default(),
            on,
        });
        Ok(days.collect())
    })
}

fn scenario(ctx: &Ctx, tx: &mut (impl ReadTx + ?Sized), asked: &Previewed) -> Outcome<CompiledScenario> {
    let version = match asked {
        Previewed::Saved { code, version } => scenarios::find(tx, code, *version)?,
        Previewed::Document(document) => {
            scenarios::require_valid(tx, document)?;
            ScenarioVersion {
                code: String::new(),
                version: 0,
                state: "draft".to_owned(),
                document: document.clone(),
                created_at: ctx.now,
                activated_at: None,
            }
        }
    };
    let schema = FactSchema::new(tx.declared_attributes()?);
    compile(&version, &schema)
}

fn item(asked: &PreviewScenario, currency: Currency) -> Outcome<ItemFacts> {
    let open = parse_amount("amount", &asked.amount, currency)?;
    if open <= Decimal::ZERO {
        return Err(Error::field("amount", &AMOUNT_INVALID, format!("{open} is not above zero")));
    }
    let due_on = parse_date("due_on", &asked.due_on)?;
    Ok(ItemFacts {
        account_id: AccountId(Uuid::nil()),
        receivable_id: ReceivableId(Uuid::nil()),
        kind: ReceivableKind::Invoice,
        open,
        original: open,
        issue_on: due_on,
        due_on,
        expected_pay_on: None,
        last_step: None,
        covered: Decimal::ZERO,
        disputed: false,
        block: None,
    })
}
