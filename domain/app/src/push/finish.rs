//! Finishing a session: parked rows, what a snapshot lacks, control totals.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::access::Permission;
use domain::attributes::Declared;
use domain::receivables::kinds::EntryKind;
use kernel::id::PushSessionId;
use kernel::{Currency, Error, Outcome};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::chunk::{CheckedRows, Session, Sorted, apply_rows, kind_of};
use super::ledger::Posting;
use super::rows::Rows;
use super::store::{EntryRecord, ParkedRecord, SnapshotGap, Stamp};
use super::{
    ControlDifference, ControlTotal, KeyKind, PushMode, PushSession, RowOutcome, SessionState, codes,
};
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::store::WriteTx;

/// What finishing came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Finished {
    pub session: PushSession,
    pub differences: Vec<ControlDifference>,
    pub closed: i64,
    pub unparked: i64,
    pub still_parked: i64,
}

/// Parked rows looked at in one go.
const PARKED_BATCH: i64 = 10_000;

/// Finishes a session. A snapshot that lacks more than its source's threshold is held until a person confirms.
/// Finishing a finished session answers what it is.
///
/// # Errors
/// `auth.forbidden`, `auth.out_of_scope`, `not_found`, `push.session_not_open`, `currency.unknown`.
pub fn finish_session(app: &App, ctx: &Ctx, id: PushSessionId, totals: &[ControlTotal]) -> Outcome<Finished> {
    ctx.require(Permission::PushRun)?;
    for (i, total) in totals.iter().enumerate() {
        Currency::parse(&format!("control_totals[{i}].currency"), &total.currency)?;
    }
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

fn close(app: &App, ctx: &Ctx, tx: &mut dyn WriteTx, id: PushSessionId, how: Close<'_>) -> Outcome<Finished> {
    let mut session = tx.session_for_update(id.0)?;
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
    if session.dry_run {
        return close_rehearsal(ctx, tx, session);
    }
    let stamp = Stamp { source_no: session.source.no, event, now: ctx.now };
    let unparked = retry_parked(app, tx, &session, stamp)?;
    let mut closed = 0;
    if session.mode == PushMode::Snapshot {
        let gap = tx.snapshot_gap(session.id, session.source.no)?;
        if !confirmed && exceeds(&gap, session.source.snapshot_close_max_percent) {
            session.state = SessionState::Held;
            session.state_reason =
                Some(format!("{} of {} open items are missing", gap.missing.len(), gap.open_count));
            tx.save_session(&session, ctx.now)?;
            // They are compared when a person has confirmed it.
            tx.save_control_totals(session.id, totals, &[])?;
            let still_parked = tx.count_parked(session.source.no)?;
            return Ok(Finished { session, differences: Vec::new(), closed, unparked, still_parked });
        }
        reopen_named(app, tx, &session, stamp)?;
        closed = close_missing(app, tx, &session, stamp, &gap)?;
    }
    let differences = compare(tx, &session, totals)?;
    session.state = if differences.is_empty() { SessionState::Finished } else { SessionState::Unequal };
    session.state_reason = (!differences.is_empty()).then(|| codes::CONTROL_UNEQUAL.en.to_owned());
    session.closed_by_snapshot = Some(i32::try_from(closed).unwrap_or(i32::MAX));
    session.finished_at = Some(ctx.now);
    tx.save_session(&session, ctx.now)?;
    tx.save_control_totals(session.id, totals, &differences)?;
    let still_parked = tx.count_parked(session.source.no)?;
    Ok(Finished { session, differences, closed, unparked, still_parked })
}

/// Nothing of a dry run was kept: there is nothing to close or to compare.
fn close_rehearsal(ctx: &Ctx, tx: &mut dyn WriteTx, mut session: PushSession) -> Outcome<Finished> {
    session.state = SessionState::Finished;
    session.finished_at = Some(ctx.now);
    tx.save_session(&session, ctx.now)?;
    let still_parked = tx.count_parked(session.source.no)?;
    Ok(Finished { session, differences: Vec::new(), closed: 0, unparked: 0, still_parked })
}

/// Exactly the threshold is still within it.
fn exceeds(gap: &SnapshotGap, percent_max: i16) -> bool {
    let missing = i64::try_from(gap.missing.len()).unwrap_or(i64::MAX);
    missing.saturating_mul(100) > gap.open_count.saturating_mul(percent_max.into())
}

/// What an earlier snapshot lacked and this one names was open all the time: its closing is taken back.
fn reopen_named(app: &App, tx: &mut dyn WriteTx, session: &PushSession, stamp: Stamp) -> Outcome<()> {
    let closings = tx.snapshot_closings_of_named(session.id)?;
    let context = posting_context(app, session, stamp);
    let mut posting = Posting::new(&context);
    posting.load(tx, &closings.iter().map(|e| (e.account_id, e.receivable_id)).collect())?;
    for entry in closings {
        posting.post(EntryRecord {
            id: app.ids.next(),
            amount: -entry.amount,
            kind: EntryKind::Reversal,
            reversed_entry_id: Some(entry.id),
            effective_on: session.as_of_on,
            ..entry
        });
    }
    posting.write(tx)
}

/// Nothing new comes in at the end, whose attributes would be held to their types.
fn posting_context<'s>(app: &'s App, session: &PushSession, stamp: Stamp) -> Session<'s> {
    static NO_NUL: BTreeMap<usize, String> = BTreeMap::new();
    let (source, as_of_on, declared) = (session.source.clone(), session.as_of_on, Declared::default());
    Session { app, source, as_of_on, declared, stamp, with_nul: &NO_NUL, ahead: None }
}

fn close_missing(
    app: &App,
    tx: &mut dyn WriteTx,
    session: &PushSession,
    stamp: Stamp,
    gap: &SnapshotGap,
) -> Outcome<i64> {
    let context = posting_context(app, session, stamp);
    let mut closed = 0;
    for some in gap.missing.chunks(super::CHUNK_ROWS_MAX) {
        let mut posting = Posting::new(&context);
        posting.load(tx, &some.iter().copied().collect())?;
        for key in some {
            let open = posting.item(*key).map(|item| item.open_amount).filter(|open| !open.is_zero());
            if let Some(open) = open {
                posting.post_on(*key, EntryKind::SnapshotClose, -open, session.as_of_on);
                closed += 1;
            }
        }
        posting.write(tx)?;
    }
    Ok(closed)
}

fn compare(
    tx: &mut dyn WriteTx,
    session: &PushSession,
    totals: &[ControlTotal],
) -> Outcome<Vec<ControlDifference>> {
    let mut differences = Vec::new();
    for stated in totals {
        let (found_amount, found_count) =
            tx.open_total(session.source.no, &stated.currency, &stated.account_group)?;
        if found_amount != stated.open_amount || found_count != stated.open_count {
            differences.push(ControlDifference { stated: stated.clone(), found_amount, found_count });
        }
    }
    Ok(differences)
}

/// Applies rows whose wait has ended, in the order in which they can depend on each other. A row that turns out to be
/// wrong stays listed, with what is wrong, until it is corrected: nothing that was taken in disappears.
fn retry_parked(app: &App, tx: &mut dyn WriteTx, session: &PushSession, stamp: Stamp) -> Outcome<i64> {
    let mut unparked = 0;
    let mut wrong = Vec::new();
    // A parked account may free a parked receivable, that a parked entry. Each round resolves the rows it takes; one that waits
    // again waits for something that is not there, so this ends.
    loop {
        let ready = tx.take_ready_parked(session.source.no, PARKED_BATCH, stamp.now)?;
        if ready.is_empty() {
            break;
        }
        for rows in by_kind(&ready)? {
            let rows = CheckedRows::new(rows, false);
            let sorted = apply_rows(app, tx, (session, None), stamp, &rows)?;
            let freed =
                sorted.outcomes.iter().filter(|o| !matches!(o, RowOutcome::Parked | RowOutcome::Rejected));
            unparked += i64::try_from(freed.count()).unwrap_or(i64::MAX);
            wrong.extend(rejected(&ready, rows.rows(), &sorted));
        }
    }
    tx.put_back_parked(&wrong)?;
    Ok(unparked)
}

/// Id of each parked row that was rejected, with the code of the first thing that is wrong with it.
fn rejected(ready: &[ParkedRecord], rows: &Rows, sorted: &Sorted) -> Vec<(Uuid, String)> {
    let kind = kind_of(rows);
    let waiting = ready.iter().filter(|p| p.kind == kind).map(|p| (p.external_id.as_str(), p.id));
    let waiting = waiting.collect::<HashMap<_, _>>();
    let keys = rows.external_ids();
    let mut seen = BTreeSet::new();
    let issues = sorted.issues.iter().filter(|issue| issue.outcome == RowOutcome::Rejected);
    let first = issues.filter(|issue| seen.insert(issue.row));
    let back = first.filter_map(|issue| Some((*waiting.get(*keys.get(issue.row)?)?, issue.code.clone())));
    back.collect()
}

fn by_kind(ready: &[ParkedRecord]) -> Outcome<Vec<Rows>> {
    fn rows<T: DeserializeOwned>(ready: &[ParkedRecord], kind: KeyKind) -> Outcome<Vec<T>> {
        let of_kind = ready.iter().filter(|r| r.kind == kind);
        let row = |r: &ParkedRecord| serde_json::from_value(r.payload.clone());
        of_kind.map(|r| row(r).map_err(|e| Error::new(&crate::codes::INTERNAL).caused_by(e))).collect()
    }
    let sets = vec![
        Rows::Parties(rows(ready, KeyKind::Party)?),
        Rows::Accounts(rows(ready, KeyKind::Account)?),
        Rows::Contacts(rows(ready, KeyKind::Contact)?),
        Rows::Receivables(rows(ready, KeyKind::Receivable)?),
        Rows::Instruments(rows(ready, KeyKind::Instrument)?),
        Rows::Entries(rows(ready, KeyKind::Entry)?),
    ];
    Ok(sets.into_iter().filter(|rows| !rows.is_empty()).collect())
}
