//! Answers to credit checks where nothing could be looked at: given as the caller or the policy chose, told the log at once by
//! the doors, and recorded as soon as that is possible.

use domain::credit::policy::{CheckOutcome, OnFailure};
use kernel::{Error, Outcome};
use serde_json::{Value, json};

use super::check::{Asked, Basis, CreditCheck, document, plain};
use super::memory::Unrecorded;
use super::store::{CheckRecord, RiskAccount};
use crate::App;
use crate::command::Answer;
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::store::WriteTx;

/// Answers, and keeps the answer for the record.
pub(super) fn answer(app: &App, ctx: &Ctx, asked: &Asked, error: &Error) -> Answer<CreditCheck> {
    let answered = asked.on_failure.unwrap_or_else(|| app.credit.failure_at(asked.checkpoint));
    let (outcome, code) = chosen(answered);
    let id = app.ids.next();
    app.credit.keep_unrecorded(Unrecorded {
        id,
        at: ctx.now,
        account: asked.account.clone(),
        asked: asked.named.clone(),
        checkpoint: asked.checkpoint,
        reference: asked.reference.clone(),
        currency: asked.currency,
        amount: asked.amount,
        answered,
        cause: error.code().text.to_owned(),
        actor: ctx.principal.id,
        actor_name: ctx.principal.name.clone(),
        scope: ctx.scope.clone(),
        request_id: ctx.request_id.clone(),
    });
    let value = CreditCheck {
        id,
        checked_at: ctx.now,
        account_id: None,
        checkpoint: asked.checkpoint,
        reference: asked.reference.clone(),
        amount: asked.amount,
        currency: asked.currency.as_str().to_owned(),
        verdict: plain(outcome, code),
        policy_code: String::new(),
        policy_version: 0,
        degraded: true,
        basis: Basis::default(),
        reservation: None,
    };
    Answer { value, events: Vec::new(), dry_run: false, replayed: false }
}

fn chosen(answered: OnFailure) -> (CheckOutcome, &'static str) {
    match answered {
        OnFailure::Open => (CheckOutcome::Allow, "unavailable.allow"),
        OnFailure::Closed => (CheckOutcome::Hold, "unavailable.hold"),
    }
}

/// Records answers given while the database was away; how many.
///
/// # Errors
/// `database.unavailable`: they are kept.
pub fn record_degraded(app: &App, ctx: &Ctx) -> Outcome<usize> {
    const BATCH: usize = 500;
    let waiting = app.credit.take_unrecorded(BATCH);
    if waiting.is_empty() {
        return Ok(0);
    }
    let recorded = app.store.transact("credit.record_degraded", |tx| {
        waiting.iter().try_for_each(|answer| record(tx, ctx, answer))
    });
    match recorded {
        Ok(()) => Ok(waiting.len()),
        Err(error) => {
            app.credit.put_back(waiting);
            Err(error)
        }
    }
}

/// Now the account can be looked up, so that a person can release what was held.
fn record(tx: &mut dyn WriteTx, ctx: &Ctx, answer: &Unrecorded) -> Outcome<()> {
    let (outcome, code) = chosen(answer.answered);
    let in_reach = |a: &RiskAccount| answer.scope.includes_account(a.legal_entity_id, a.portfolio_id);
    let account = tx.risk_account(&answer.account, answer.at)?.filter(in_reach);
    let after = json!({ "outcome": outcome, "checkpoint": answer.checkpoint, "amount": answer.amount,
        "currency": answer.currency.as_str(), "reason": code, "reference": answer.reference, "degraded": true,
        "cause": answer.cause, "answered_at": answer.at, "asked_by": answer.actor_name, "request_id": answer.request_id });
    let mut event = NewEvent::about("credit.checked", "credit_check", answer.id).change(Value::Null, after);
    event.account_id = account.as_ref().map(|a| a.id);
    event.legal_entity_id = account.as_ref().map(|a| a.legal_entity_id);
    let event = tx.record(ctx, event)?;
    let check = CheckRecord {
        id: answer.id,
        checked_at: answer.at,
        account_id: account.as_ref().map(|a| a.id),
        legal_entity_id: account.as_ref().map(|a| a.legal_entity_id),
        asked: answer.asked.clone(),
        checkpoint: answer.checkpoint,
        reference: answer.reference.clone(),
        currency: answer.currency,
        amount: answer.amount,
        outcome,
        reason_code: code.to_owned(),
        degraded: true,
        policy: (String::new(), 0),
        reservation_id: None,
        document: document::of(&plain(outcome, code), &Basis::default()),
        actor: answer.actor,
    };
    tx.insert_check(&check, event)
}
