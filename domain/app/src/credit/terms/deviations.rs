//! Terms of payment asked for one customer beside those agreed with it.

use domain::access::{Permission, PrincipalKind};
use domain::credit::approval::codes::OWN_REQUEST;
use kernel::id::{AccountId, TermDeviationId};
use kernel::time::parse_date;
use kernel::{Date, Error, Instant, Outcome, text, text_enum};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::codes;
use crate::App;
use crate::command::{self, Answer, check_version};
use crate::credit::codes::REASON_REQUIRED;
use crate::credit::limits::codes::{APPLICATION_NOT_YOURS, APPROVAL_BY_MACHINE};
use crate::ctx::Ctx;
use crate::dunning::blocks::account_in_scope;
use crate::events::NewEvent;
use crate::lists::not_found;

text_enum! {
    /// Life of a deviation.
    pub enum DeviationState {
        Requested = "requested",
        Approved = "approved",
        Refused = "refused",
        Withdrawn = "withdrawn",
    }
}

/// Terms asked for one customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermDeviation {
    pub id: Uuid,
    pub account_id: Uuid,
    pub payment_term_code: String,
    pub from: Date,
    pub until: Option<Date>,
    pub state: DeviationState,
    pub reason: String,
    pub requested_by: Uuid,
    pub requested_by_name: String,
    pub requested_at: Instant,
    pub decided_by: Option<String>,
    pub decided_at: Option<Instant>,
    pub decision_note: Option<String>,
    pub version: i32,
}

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct RequestDeviation {
    pub account: String,
    pub payment_term: String,
    pub from: String,
    pub until: Option<String>,
    pub reason: String,
}

/// What becomes of a deviation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settle {
    Approve,
    Refuse,
    Withdraw,
}

/// Asks for other terms. They count for invoices issued within the dates, once somebody else approves.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `credit.reason_required`, `term_deviation.ends_before_start`, `date.invalid`.
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
        if tx.term_for_update(&cmd.payment_term)?.is_none() {
            return Err(not_found("payment-terms", &kernel::text::shown(&cmd.payment_term)));
        }
        let deviation = TermDeviation {
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
            decided_by: None,
            decided_at: None,
            decision_note: None,
            version: 1,
        };
        let event = deviation.event("term_deviation.requested").legal_entity(account.legal_entity_id);
        let event = tx.record(ctx, event)?;
        tx.insert_deviation(&deviation, event)?;
        Ok(deviation)
    })
}

/// Approves or refuses what another person asked for, or takes back what one asked for oneself.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `approval.own_request`, `approval.by_machine`, `limit_application.not_yours`,
/// `term_deviation.settled`, `term_deviation.overlaps`, `version.mismatch`.
pub fn settle_deviation(
    app: &App,
    ctx: &Ctx,
    id: TermDeviationId,
    (settle, note): (Settle, Option<&str>),
) -> Outcome<Answer<TermDeviation>> {
    ctx.require(if settle == Settle::Withdraw { Permission::LimitApply } else { Permission::LimitApprove })?;
    let note = note.map(|t| text::note("note", t)).transpose()?.filter(|t| !t.is_empty());
    command::run(app, ctx, "term_deviation.settle", |tx| {
        let mut deviation = tx.deviation_for_update(id.0)?;
        let account = account_in_scope(ctx, tx, deviation.account_id.into())?;
        check_version(ctx, deviation.version.into())?;
        deviation.is_for(ctx, settle)?;
        if deviation.state != DeviationState::Requested {
            return Err(Error::with(&codes::DEVIATION_SETTLED, format!("it is {}", deviation.state)));
        }
        let (state, kind) = match settle {
            Settle::Approve => (DeviationState::Approved, "term_deviation.approved"),
            Settle::Refuse => (DeviationState::Refused, "term_deviation.refused"),
            Settle::Withdraw => (DeviationState::Withdrawn, "term_deviation.withdrawn"),
        };
        deviation.state = state;
        deviation.decided_by = Some(ctx.principal.name.clone());
        deviation.decided_at = Some(ctx.now);
        deviation.decision_note.clone_from(&note);
        deviation.version += 1;
        let event = tx.record(ctx, deviation.event(kind).legal_entity(account.legal_entity_id))?;
        tx.settle_deviation(&deviation, event)?;
        Ok(deviation)
    })
}

impl TermDeviation {
    fn event(&self, kind: &'static str) -> NewEvent {
        let after = json!({ "state": self.state, "payment_term_code": self.payment_term_code, "from": self.from,
            "until": self.until, "id": TermDeviationId(self.id) });
        NewEvent::about(kind, "term_deviation", self.id).account(self.account_id).change(Value::Null, after)
    }

    /// Four eyes.
    fn is_for(&self, ctx: &Ctx, settle: Settle) -> Outcome<()> {
        let own = self.requested_by == ctx.principal.id;
        match settle {
            Settle::Withdraw if !own => Err(Error::new(&APPLICATION_NOT_YOURS)),
            Settle::Approve | Settle::Refuse if own => Err(Error::new(&OWN_REQUEST)),
            Settle::Approve | Settle::Refuse if ctx.principal.kind != PrincipalKind::User => {
                Err(Error::new(&APPROVAL_BY_MACHINE))
            }
            Settle::Withdraw | Settle::Approve | Settle::Refuse => Ok(()),
        }
    }
}
