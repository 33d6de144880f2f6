//! Financial statements: versions that are superseded and never overwritten, and the ratios they give.

use std::collections::BTreeMap;

use domain::access::Permission;
use domain::credit::scoring::ratios::{Ratio, Zone, change, ratios, zone};
use domain::credit::scoring::statements::{Assurance, Statement, check};
use kernel::id::{FinancialStatementId, PartyId};
use kernel::{Decimal, Error, Instant, Outcome, text};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::score::to_json;
use super::{codes, risk_of};
use crate::App;
use crate::command::{self, Answer};
use crate::credit::groups::today;
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::lists::not_found;

/// Statements that ratios are shown of.
const YEARS: i64 = 5;

/// A statement as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredStatement {
    pub id: Uuid,
    /// The party that stands for the risk.
    pub party_id: Uuid,
    pub statement: Statement,
    pub assurance: Assurance,
    pub note: Option<String>,
    /// Of this closing date, from 1.
    pub version: i32,
    pub recorded_by: String,
    pub recorded_at: Instant,
    pub superseded_at: Option<Instant>,
}

/// A statement to record.
#[derive(Debug, Clone)]
pub struct RecordStatement {
    pub party: PartyId,
    pub statement: Statement,
    pub assurance: Assurance,
    pub note: Option<String>,
}

/// A statement, and whether it says something new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    pub statement: StoredStatement,
    pub is_new: bool,
}

/// Records a statement; one of the same closing date is superseded. The same again writes nothing.
///
/// # Errors
/// `auth.forbidden`, `not_found`, those of [`check`], errors of the note.
pub fn record_statement(app: &App, ctx: &Ctx, cmd: &RecordStatement) -> Outcome<Answer<Recorded>> {
    ctx.require(Permission::RatingWrite)?;
    check(&cmd.statement, today(ctx.now))?;
    let note = cmd.note.as_deref().map(|t| text::note("note", t)).transpose()?.filter(|t| !t.is_empty());
    command::run(app, ctx, "scoring.record_statement", |tx| {
        let party_id = risk_of(ctx, tx, cmd.party)?;
        let before = tx.statement_for_update(party_id, cmd.statement.closes_on)?;
        if let Some(same) = &before
            && same.statement == cmd.statement
            && (same.assurance, &same.note) == (cmd.assurance, &note)
        {
            return Ok(Recorded { statement: same.clone(), is_new: false });
        }
        let statement = StoredStatement {
            id: app.ids.next(),
            party_id,
            statement: cmd.statement.clone(),
            assurance: cmd.assurance,
            note: note.clone(),
            version: before.as_ref().map_or(1, |b| b.version + 1),
            recorded_by: ctx.principal.name.clone(),
            recorded_at: ctx.now,
            superseded_at: None,
        };
        let was = before.as_ref().map(|b| to_json(&b.statement)).transpose()?.unwrap_or_default();
        let event = NewEvent::about("credit.financial_statement_recorded", "party", party_id);
        let event = tx.record(ctx, event.change(was, to_json(&statement.statement)?))?;
        if let Some(before) = &before {
            tx.supersede_statement(before.id, ctx.now, event)?;
        }
        tx.insert_statement(&statement, event)?;
        Ok(Recorded { statement, is_new: true })
    })
}

/// Withdraws a statement: it counts no more and stays readable.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `financial_statement.not_current`.
pub fn withdraw_statement(
    app: &App,
    ctx: &Ctx,
    id: FinancialStatementId,
) -> Outcome<Answer<StoredStatement>> {
    ctx.require(Permission::RatingWrite)?;
    command::run(app, ctx, "scoring.withdraw_statement", |tx| {
        let mut found = tx.statement_by_id_for_update(id.0)?;
        risk_of(ctx, tx, PartyId(found.party_id))
            .map_err(|e| not_found("financial_statements", &id.to_string()).caused_by(e))?;
        if found.superseded_at.is_some() {
            return Err(Error::new(&codes::STATEMENT_NOT_CURRENT));
        }
        let event = NewEvent::about("credit.financial_statement_withdrawn", "party", found.party_id);
        let after = json!({ "statement_id": id, "closes_on": found.statement.closes_on });
        let event = tx.record(ctx, event.change(after, Value::Null))?;
        tx.supersede_statement(found.id, ctx.now, event)?;
        found.superseded_at = Some(ctx.now);
        Ok(found)
    })
}

/// The ratios of one statement, and what changed since the one before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementRatios {
    pub statement: StoredStatement,
    pub ratios: BTreeMap<Ratio, Decimal>,
    pub change: BTreeMap<Ratio, Decimal>,
    pub zone: Option<Zone>,
}

/// The ratios of the statements of a party, the newest first.
///
/// # Errors
/// `auth.forbidden`, `not_found`.
pub fn party_ratios(app: &App, ctx: &Ctx, party: PartyId) -> Outcome<Vec<StatementRatios>> {
    ctx.require(Permission::CreditRead)?;
    let found = app.store.view("scoring.ratios", |tx| {
        let risk = risk_of(ctx, tx, party)?;
        tx.statements_of(risk, YEARS)
    })?;
    let of = |(place, statement): (usize, &StoredStatement)| {
        let ratios = ratios(&statement.statement);
        let before = found.get(place + 1).map(|b| &b.statement);
        StatementRatios {
            change: before.map(|b| change(b, &statement.statement)).unwrap_or_default(),
            zone: ratios.get(&Ratio::ZScore).map(|z| zone(*z)),
            ratios,
            statement: statement.clone(),
        }
    };
    Ok(found.iter().enumerate().map(of).collect())
}
