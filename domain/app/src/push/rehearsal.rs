//! Dry-run sessions: every chunk applied as if, in one transaction that is rolled back.

use domain::access::Permission;
use kernel::id::PushSessionId;
use kernel::{Error, Outcome};

use super::ahead::Recent;
use super::chunk::{PushChunk, take_turn};
use super::{ChunkResult, RowCounts, SessionState, codes};
use crate::App;
use crate::ctx::Ctx;
use crate::store::Ending;

/// Whether the chunks of a session are to be rehearsed instead of applied.
///
/// # Errors
/// `auth.forbidden`, `auth.out_of_scope`, `not_found`.
pub fn is_rehearsal(app: &App, ctx: &Ctx, id: PushSessionId) -> Outcome<bool> {
    ctx.require(Permission::PushRun)?;
    app.store.transact("push.is_rehearsal", |tx| {
        let session = tx.session(id.0)?;
        ctx.scope.require_legal_entity(session.source.legal_entity_id)?;
        Ok(session.dry_run)
    })
}

/// Applies the chunks that `next` gives until there are no more, answers each, and takes everything back; later chunks see what
/// earlier ones did. Only the session's counts are kept. Ends early when `answer` says that nobody listens.
///
/// # Errors
/// `auth.forbidden`, `auth.out_of_scope`, `not_found`, `push.session_not_open`, `push.chunk_gap`, `push.chunk_empty`,
/// `push.chunk_too_large`; `database.unavailable` when the transaction failed as a whole: begin again.
pub fn rehearse(
    app: &App,
    ctx: &Ctx,
    id: PushSessionId,
    next: &mut dyn FnMut() -> Option<PushChunk>,
    answer: &mut dyn FnMut(ChunkResult) -> bool,
) -> Outcome<()> {
    ctx.require(Permission::PushRun)?;
    let mut begun = false;
    let counts = app.store.transact_ending("push.rehearsal", Ending::RollBack, |tx| {
        // Chunks that were taken from the stream cannot be taken again.
        if std::mem::replace(&mut begun, true) {
            return Err(Error::new(&crate::codes::DATABASE_UNAVAILABLE).retry_after(1));
        }
        let mut counts = RowCounts::default();
        while let Some(chunk) = next() {
            let (result, _keys) = take_turn(app, ctx, tx, (&chunk, &Recent::default()), true)?;
            counts = counts.plus(result.counts);
            if !answer(result) {
                break;
            }
        }
        Ok(counts)
    })?;
    app.store.transact("push.rehearsed", |tx| {
        let mut session = tx.session_for_update(id.0)?;
        if session.state != SessionState::Open {
            return Err(Error::new(&codes::SESSION_NOT_OPEN));
        }
        session.counts = counts;
        tx.save_session(&session, ctx.now)
    })
}
