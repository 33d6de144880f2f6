//! Asking for other terms.

use domain::access::{Permission, PrincipalKind};
use kernel::id::AccountId;
use kernel::time::parse_date;
use kernel::{Error, Outcome, text};
use serde_json::Value;

use super::{DeviationState, TermDeviation, codes};
use crate::App;
use crate::command::{self, Answer};
use crate::credit::codes::REASON_REQUIRED;
use crate::ctx::Ctx;
use crate::dunning::blocks::account_in_scope;

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct RequestDeviation {
    pub account: String,
    pub payment_term: String,
    pub from: String,
    pub until: Option<String>,
    pub reason: String,
    /// Who asks knows that the law caps terms below these.
    pub acknowledged_above_cap: bool,
}

/// Asks for other terms. They count for invoices issued within the dates, once somebody else approves.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `credit.reason_required`, `term_deviation.ends_before_start`, `term_deviation.above_cap`,
/// `date.invalid`.
pub fn request_deviation(app: &App, ctx: &Ctx, cmd: &RequestDeviation) -> Outcome<Answer<TermDeviation>> {
    ctx.require(Permission::LimitApply)?;
    let account = AccountId::parse(&cmd.account)?;
    let from = parse_date("from", &cmd.from)?;
    let until = cmd.until.as_deref().map(|t| parse_date("until", t)).transpose()?;
    if until.is_some_and(|until| until < from) {
        let message = format!("it begins on {from}");
        return Err(Error::field("until", &codes::DEVIATION_ENDS_BEFORE_START, message));
    }
    let reason = text::note("reason", &cmd.reason)?;
    if reason.is_empty() {
        return Err(Error::field("reason", &REASON_REQUIRED, "is empty"));
    }
    command::run(app, ctx, "term_deviation.request", |tx| {
        let account = account_in_scope(ctx, tx, account)?;
        let by_key = ctx.principal.kind == PrincipalKind::ApiKey;
        let mut deviation = TermDeviation {
            id: app.ids.next(),
            account_id: account.id,
            payment_term_code: cmd.payment_term.clone(),
            from,
            until,
            state: DeviationState::Requested,
            reason: reason.clone(),
            requested_by: ctx.principal.id,
            requested_by_name: ctx.principal.name.clone(),
            requested_at: ctx.now,
            key_made_by: if by_key { tx.key_made_by(ctx.principal.id)? } else { None },
            acknowledged_above_cap: false,
            decided_by: None,
            decided_at: None,
            decision_note: None,
            term: None,
            approved_above_cap: false,
            ended_by: None,
            ended_at: None,
            version: 1,
        };
        (_, deviation.acknowledged_above_cap) = deviation.term_now(tx, cmd.acknowledged_above_cap)?;
        let event = deviation.event("term_deviation.requested", Value::Null);
        let event = tx.record(ctx, event.legal_entity(account.legal_entity_id))?;
        tx.insert_deviation(&deviation, event)?;
        Ok(deviation)
    })
}
