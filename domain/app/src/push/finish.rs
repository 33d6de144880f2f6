//! Finishing a session: parked rows, what a snapshot lacks, control totals.

use domain::access::Permission;
use kernel::id::PushSessionId;
use kernel::text::optional_line;
use kernel::{Currency, Decimal, Error, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::parked::retry_parked;
use super::snapshot::{close_missing, exceeds};
use super::store::{OpenTotal, Stamp};
use super::{
    ControlDifference, ControlTotal, KeyKind, PushMode, PushSession, SessionState, codes, rehearsal,
};
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::store::WriteTx;

/// Control totals of one session: one per currency and account group.
const CONTROL_TOTALS_MAX: usize = 1_000;

/// What finishing came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Finished {
    pub session: PushSession,
    pub differences: Vec<ControlDifference>,
    pub closed: i64,
    pub unparked: i64,
    pub still_parked: i64,
}

/// Finishes a session. A snapshot that lacks more than its source's threshold is held until a person confirms.
/// Finishing a finished session answers what it is. A dry run is told what its end would come to: what it would close, and
/// whether the control totals would agree.
///
/// # Errors
/// `auth.forbidden`, `auth.out_of_scope`, `not_found`, `push.session_not_open`, `push.rehearsal_under_way`, `push.control_totals_too_many`,
/// `currency.unknown`, those of a line of text.
pub fn finish_session(app: &App, ctx: &Ctx, id: PushSessionId, totals: &[ControlTotal]) -> Outcome<Finished> {
    ctx.require(Permission::PushRun)?;
    if totals.len() > CONTROL_TOTALS_MAX {
        let message = format!("{} control totals", totals.len());
        return Err(Error::field("control_totals", &codes::CONTROL_TOTALS_TOO_MANY, message));
    }
    for (i, total) in totals.iter().enumerate() {
        Currency::parse(&format!("control_totals[{i}].currency"), &total.currency)?;
        optional_line(&format!("control_totals[{i}].account_group"), &total.account_group)?;
    }
    rehearsal::come_to_an_end(app, ctx, id)?;
    app.store.transact("push.finish_session", |tx| close(app, ctx, tx, id, Close::Finish(totals)))
}

/// What confirming a held snapshot came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmed {
    /// Finished, or unequal where the control totals stated at its finish differ from what is open now.
    pub state: SessionState,
    /// Receivables that the snapshot lacked and that were closed by an entry.
    pub closed: i64,
    pub unparked: i64,
    pub still_parked: i64,
}

/// Confirms a held snapshot: a person takes the responsibility for the closing.
///
/// # Errors
/// `auth.forbidden`, `auth.out_of_scope`, `not_found`, `push.session_not_open`.
pub fn confirm_session(app: &App, ctx: &Ctx, id: PushSessionId) -> Outcome<Answer<Confirmed>> {
    ctx.require(Permission::PushConfirm)?;
    command::run(app, ctx, "push.confirm_session", |tx| {
        let Finished { session, closed, unparked, still_parked, .. } =
            close(app, ctx, tx, id, Close::Confirm)?;
        Ok(Confirmed { state: session.state, closed, unparked, still_parked })
    })
}

/// Who closes a session: the source with its control totals, or a person who confirms a held snapshot.
#[derive(Clone, Copy)]
enum Close<'t> {
    Finish(&'t [ControlTotal]),
    Confirm,
}

/// What the end of a session does to the book, before the control totals are compared.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Settled {
    /// Of a snapshot: open items of the source, and those of them that it lacks.
    pub open_count: Option<i64>,
    pub missing_count: Option<i64>,
    /// It lacks more than its source allows: nothing was closed.
    pub held: bool,
    pub closed: i64,
    pub unparked: i64,
    pub still_parked: i64,
    /// What is open of the source afterwards, where control totals are compared with it.
    pub open: Vec<OpenTotal>,
}

fn close(app: &App, ctx: &Ctx, tx: &mut dyn WriteTx, id: PushSessionId, how: Close<'_>) -> Outcome<Finished> {
    let session = tx.session_for_update(id.0)?;
    ctx.scope.require_legal_entity(session.source.legal_entity_id)?;
    let (kept, differences) = tx.control_totals(session.id)?;
    let (totals, confirmed) = match how {
        Close::Finish(totals) => (totals, false),
        Close::Confirm => (kept.as_slice(), true),
    };
    let expected = if confirmed { SessionState::Held } else { SessionState::Open };
    if !confirmed
        && matches!(session.state, SessionState::Finished | SessionState::Unequal | SessionState::Held)
    {
        let still_parked = tx.count_parked(session.source.no)?;
        let closed = session.closed_by_snapshot.unwrap_or(0).into();
        return Ok(Finished { session, differences, closed, unparked: 0, still_parked });
    }
    if session.state != expected {
        return Err(Error::with(&codes::SESSION_NOT_OPEN, format!("the session is {}", session.state)));
    }
    let kind = if confirmed { "push.session_confirmed" } else { "push.session_finished" };
    let event = tx.record(
        ctx,
        NewEvent::about(kind, "push_session", session.id)
            .legal_entity(session.source.legal_entity_id)
            .change(serde_json::Value::Null, json!({ "control_totals": totals })),
    )?;
    let settled = if session.dry_run {
        rehearsal::settled(tx, session.id)?
    } else {
        let stamp = Stamp { source_no: session.source.no, event, now: ctx.now };
        let mut settled = settle(app, tx, &session, stamp, confirmed)?;
        // Adding up what is open reads every open item: small pushes that state no totals come often.
        if !(settled.held || totals.is_empty()) {
            settled.open = tx.open_totals(session.source.no)?;
        }
        settled
    };
    conclude(ctx, tx, session, totals, settled)
}

/// Applies what waited and, for a snapshot that is within its threshold or confirmed, closes what it lacks.
pub(super) fn settle(
    app: &App,
    tx: &mut dyn WriteTx,
    session: &PushSession,
    stamp: Stamp,
    confirmed: bool,
) -> Outcome<Settled> {
    let mut settled = Settled { unparked: retry_parked(app, tx, session, stamp)?, ..Settled::default() };
    if session.mode == PushMode::Snapshot {
        let gap = tx.snapshot_gap(session)?;
        settled.open_count = Some(gap.open_count);
        settled.missing_count = Some(i64::try_from(gap.missing.len()).unwrap_or(i64::MAX));
        settled.held = !confirmed && exceeds(&gap, session.source.snapshot_close_max_percent);
        if !settled.held {
            settled.closed = close_missing(app, tx, session, stamp, &gap)?;
            for kind in [KeyKind::Order, KeyKind::Delivery] {
                tx.close_missing_documents(kind, session, stamp)?;
            }
        }
    }
    settled.still_parked = tx.count_parked(session.source.no)?;
    Ok(settled)
}

/// Says how the session ended. A dry run is finished whatever its end would come to, and holds nobody up.
fn conclude(
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    mut session: PushSession,
    totals: &[ControlTotal],
    settled: Settled,
) -> Outcome<Finished> {
    let Settled { open_count, missing_count, held, closed, unparked, still_parked, open } = settled;
    // Those of a held snapshot are compared when a person has confirmed it.
    let differences = if held { Vec::new() } else { differences(totals, &open) };
    let (state, reason) = match (held, differences.is_empty()) {
        (true, _) => (SessionState::Held, Some(&codes::SNAPSHOT_SHRUNK)),
        (false, false) => (SessionState::Unequal, Some(&codes::CONTROL_UNEQUAL)),
        (false, true) => (SessionState::Finished, None),
    };
    session.state = if session.dry_run { SessionState::Finished } else { state };
    session.state_reason = reason.map(|code| code.text.to_owned());
    (session.snapshot_open_count, session.snapshot_missing_count) = (open_count, missing_count);
    if session.state != SessionState::Held {
        session.closed_by_snapshot = Some(i32::try_from(closed).unwrap_or(i32::MAX));
        session.finished_at = Some(ctx.now);
    }
    tx.save_session(&session, ctx.now)?;
    tx.save_control_totals(session.id, totals, &differences)?;
    Ok(Finished { session, differences, closed, unparked, still_parked })
}

fn differences(totals: &[ControlTotal], open: &[OpenTotal]) -> Vec<ControlDifference> {
    let difference = |stated: &ControlTotal| {
        let group = &stated.account_group;
        let of_group =
            |o: &&OpenTotal| o.currency == stated.currency && (group.is_empty() || o.account_group == *group);
        let (found_amount, found_count) = open
            .iter()
            .filter(of_group)
            .fold((Decimal::ZERO, 0), |(amount, count), o| (amount + o.amount, count + o.count));
        let agrees = found_amount == stated.open_amount && found_count == stated.open_count;
        let found_amount = found_amount.normalize();
        (!agrees).then(|| ControlDifference { stated: stated.clone(), found_amount, found_count })
    };
    totals.iter().filter_map(difference).collect()
}
