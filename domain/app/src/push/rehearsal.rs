//! Dry-run sessions: every chunk and the end applied as if, in one transaction that is rolled back.

use domain::access::Permission;
use kernel::id::PushSessionId;
use kernel::{Error, Outcome};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::ahead::Recent;
use super::chunk::{PushChunk, take_turn};
use super::finish::{Settled, settle};
use super::store::Stamp;
use super::{ChunkResult, RowCounts, SessionState, codes};
use crate::App;
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::store::{Ending, WriteTx};

/// How far the rehearsal of a dry run's chunks has come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rehearsal {
    /// A stream began. One that was cut stays so: what it did not bring would be missing at the end.
    UnderWay,
    Ended(Settled),
}

/// What a stream brings next.
#[derive(Debug)]
pub enum Coming {
    Chunk(Box<PushChunk>),
    /// Nothing more: the caller said so.
    End,
    /// The stream broke off; whether more was meant to come nobody knows.
    Cut,
}

/// Whether the chunks of a stream that begins are to be rehearsed instead of applied.
///
/// # Errors
/// `auth.forbidden`, `auth.out_of_scope`, `not_found`.
pub fn begin_stream(app: &App, ctx: &Ctx, id: PushSessionId) -> Outcome<bool> {
    ctx.require(Permission::PushRun)?;
    app.store.transact("push.begin_stream", |tx| {
        let session = tx.session(id.0)?;
        ctx.scope.require_legal_entity(session.source.legal_entity_id)?;
        if session.dry_run && session.state == SessionState::Open {
            tx.save_rehearsal(session.id, &Rehearsal::UnderWay)?;
        }
        Ok(session.dry_run)
    })
}

/// Applies the chunks that `next` gives until they end, answers each, ends the session as if, and takes everything back; later
/// chunks see what earlier ones did. Kept are the session's counts and what its end came to; nothing of a stream that was cut, or
/// when `answer` says that nobody listens.
///
/// # Errors
/// `auth.forbidden`, `auth.out_of_scope`, `not_found`, `push.session_not_open`, `push.chunk_gap`, `push.chunk_empty`,
/// `push.chunk_too_large`; `database.unavailable` when the transaction failed as a whole: begin again.
pub fn rehearse(
    app: &App,
    ctx: &Ctx,
    id: PushSessionId,
    next: &mut dyn FnMut() -> Coming,
    answer: &mut dyn FnMut(ChunkResult) -> bool,
) -> Outcome<()> {
    ctx.require(Permission::PushRun)?;
    let mut begun = false;
    let came_to = app.store.transact_ending("push.rehearsal", Ending::RollBack, |tx| {
        // Chunks that were taken from the stream cannot be taken again.
        if std::mem::replace(&mut begun, true) {
            return Err(Error::new(&crate::codes::DATABASE_UNAVAILABLE).retry_after(1));
        }
        let mut counts = RowCounts::default();
        loop {
            let chunk = match next() {
                Coming::Chunk(chunk) => chunk,
                Coming::End => break,
                Coming::Cut => return Ok(None),
            };
            let (result, _keys) = take_turn(app, ctx, tx, (&chunk, &Recent::default()), true)?;
            counts = counts.plus(result.counts);
            if !answer(result) {
                return Ok(None);
            }
        }
        end_as_if(app, ctx, tx, id).map(|settled| Some((counts, settled)))
    })?;
    let Some((counts, settled)) = came_to else { return Ok(()) };
    let ended = Rehearsal::Ended(settled);
    app.store.transact("push.rehearsed", |tx| {
        let mut session = tx.session_for_update(id.0)?;
        if session.state != SessionState::Open {
            return Err(Error::new(&codes::SESSION_NOT_OPEN));
        }
        session.counts = counts;
        tx.save_session(&session, ctx.now)?;
        tx.save_rehearsal(session.id, &ended)
    })
}

/// Sees to it that a dry run about to be finished has come to its end: one without a chunk does so now, because a snapshot of nothing
/// lacks everything. Looks without waiting for the stream, which holds the session while it runs.
///
/// # Errors
/// As [`rehearse`]; `push.rehearsal_under_way`.
pub(super) fn come_to_an_end(app: &App, ctx: &Ctx, id: PushSessionId) -> Outcome<()> {
    let begun = app.store.transact("push.rehearsal_state", |tx| {
        let session = tx.session(id.0)?;
        ctx.scope.require_legal_entity(session.source.legal_entity_id)?;
        if !session.dry_run || session.state != SessionState::Open {
            return Ok(true);
        }
        match tx.rehearsal(session.id)? {
            None => Ok(false),
            Some(Rehearsal::Ended(_)) => Ok(true),
            Some(Rehearsal::UnderWay) => Err(under_way()),
        }
    })?;
    if begun { Ok(()) } else { rehearse(app, ctx, id, &mut || Coming::End, &mut |_| true) }
}

/// What the end of a dry run came to.
///
/// # Errors
/// `push.rehearsal_under_way`.
pub(super) fn settled(tx: &mut dyn WriteTx, session: Uuid) -> Outcome<Settled> {
    match tx.rehearsal(session)? {
        Some(Rehearsal::Ended(settled)) => Ok(settled),
        Some(Rehearsal::UnderWay) | None => Err(under_way()),
    }
}

fn under_way() -> Error {
    Error::new(&codes::REHEARSAL_UNDER_WAY).retry_after(1)
}

fn end_as_if(app: &App, ctx: &Ctx, tx: &mut dyn WriteTx, id: PushSessionId) -> Outcome<Settled> {
    let session = tx.session_for_update(id.0)?;
    let about = NewEvent::about("push.session_finished", "push_session", session.id);
    let event = tx.record(ctx, about.legal_entity(session.source.legal_entity_id))?;
    let stamp = Stamp { source_no: session.source.no, event, now: ctx.now };
    let mut settled = settle(app, tx, &session, stamp, false)?;
    settled.open = tx.open_totals(session.source.no)?;
    Ok(settled)
}
