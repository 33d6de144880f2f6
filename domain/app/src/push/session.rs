//! Opening, looking at and giving up sessions.

use domain::access::Permission;
use kernel::id::PushSessionId;
use kernel::time::parse_date;
use kernel::{Error, Outcome, text};
use serde_json::{Value, json};

use super::{PushMode, PushSession, RowCounts, SessionState, codes};
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::store::WriteTx;

/// What a session declares.
#[derive(Debug, Clone)]
pub struct OpenSession {
    /// Code of the source.
    pub source: String,
    pub mode: PushMode,
    /// `YYYY-MM-DD`: the business date the data speaks of.
    pub as_of: String,
    pub sequence: i64,
    pub dry_run: bool,
    /// Checked against the source when given.
    pub legal_entity: Option<String>,
}

/// Opens a session, or returns the one that declares the same and is not ended: continue after its last chunk, unless it is held
/// for a person. A dry run that was left behind is given up.
///
/// # Errors
/// `auth.forbidden`, `auth.out_of_scope`, `not_found`, `push.legal_entity_differs`, `push.sequence_old`,
/// `push.as_of_old`, `push.as_of_future`, `push.session_other_open`, `date.invalid`, `date.out_of_range`.
pub fn open_session(app: &App, ctx: &Ctx, cmd: &OpenSession) -> Outcome<PushSession> {
    ctx.require(Permission::PushRun)?;
    let as_of_on = parse_date("as_of", &cmd.as_of)?;
    // Where the ERP is, it may be tomorrow already.
    if as_of_on > ctx.now.date_naive() + chrono::Days::new(1) {
        let message = format!("it is {}, the session speaks of {as_of_on}", ctx.now.date_naive());
        return Err(Error::field("as_of", &codes::AS_OF_FUTURE, message));
    }
    let code = text::line("source", &cmd.source)?;
    app.store.transact("push.open_session", |tx| {
        let source = tx.source_by_code(&code)?.ok_or_else(|| crate::lists::not_found("sources", &code))?;
        ctx.scope.require_legal_entity(source.legal_entity_id)?;
        if let Some(entity) = cmd.legal_entity.as_deref().filter(|e| *e != source.legal_entity_code) {
            let message = format!("{code} belongs to {}, not to {entity}", source.legal_entity_code);
            return Err(Error::field("legal_entity", &codes::LEGAL_ENTITY_DIFFERS, message));
        }
        if let Some(current) = current(ctx, tx, source.no, |open| declares(open, cmd, as_of_on))? {
            return Ok(current);
        }
        let newest = tx.newest_sequence(source.no)?;
        if let Some(newest) = newest.filter(|newest| *newest >= cmd.sequence) {
            let message = format!("sequence {} came, {newest} was finished already", cmd.sequence);
            return Err(Error::field("sequence", &codes::SEQUENCE_OLD, message));
        }
        refuse_older_snapshot(tx, source.no, cmd, as_of_on)?;
        let session = PushSession {
            id: app.ids.next(),
            source,
            mode: cmd.mode,
            as_of_on,
            sequence: cmd.sequence,
            dry_run: cmd.dry_run,
            state: SessionState::Open,
            state_reason: None,
            last_chunk: 0,
            counts: RowCounts::default(),
            closed_by_snapshot: None,
            snapshot_open_count: None,
            snapshot_missing_count: None,
            started_at: ctx.now,
            finished_at: None,
        };
        let after = json!({ "source": code, "mode": cmd.mode, "as_of": as_of_on, "sequence": cmd.sequence });
        let event = tx.record(
            ctx,
            NewEvent::about("push.session_opened", "push_session", session.id)
                .legal_entity(session.source.legal_entity_id)
                .change(Value::Null, after),
        )?;
        tx.insert_session(&session, ctx.principal.id, event)?;
        Ok(session)
    })
}

/// Whether a session declares the same.
fn declares(open: &PushSession, cmd: &OpenSession, as_of_on: kernel::Date) -> bool {
    let declared = (open.mode, open.as_of_on, open.sequence, open.dry_run);
    declared == (cmd.mode, as_of_on, cmd.sequence, cmd.dry_run)
}

/// The session of a source that is not ended, if it is the one that is asked for. A dry run keeps nothing: unless its stream is
/// under way, another session gives it up, because who left it behind may never come back.
///
/// # Errors
/// `push.session_other_open`.
fn current(
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    source_no: i32,
    is_asked_for: impl Fn(&PushSession) -> bool,
) -> Outcome<Option<PushSession>> {
    match tx.current_dry_run(source_no)? {
        Some((dry_run, _)) if is_asked_for(&dry_run) => return Ok(Some(dry_run)),
        Some((dry_run, true)) => return Err(other_open(&dry_run)),
        Some((dry_run, false)) => drop(give_up(ctx, tx, dry_run)?),
        None => {}
    }
    match tx.current_session(source_no)? {
        Some(open) if !is_asked_for(&open) => Err(other_open(&open)),
        open => Ok(open),
    }
}

/// A snapshot says what is open on its day: an older one would close what came since.
fn refuse_older_snapshot(
    tx: &mut dyn WriteTx,
    source_no: i32,
    cmd: &OpenSession,
    as_of_on: kernel::Date,
) -> Outcome<()> {
    if cmd.mode != PushMode::Snapshot {
        return Ok(());
    }
    match tx.newest_snapshot_day(source_no)? {
        Some(newest) if newest > as_of_on => {
            let message = format!("the snapshot of {newest} was finished, this one speaks of {as_of_on}");
            Err(Error::field("as_of", &codes::AS_OF_OLD, message))
        }
        Some(_) | None => Ok(()),
    }
}

fn other_open(current: &PushSession) -> Error {
    let id = PushSessionId(current.id);
    let message =
        format!("{id} of sequence {} as of {} is {}", current.sequence, current.as_of_on, current.state);
    Error::with(&codes::SESSION_OTHER_OPEN, message).naming("session", id)
}

/// Gives a session up; what was acknowledged stays.
///
/// # Errors
/// `auth.forbidden`, `auth.out_of_scope`, `not_found`, `push.session_not_open`.
pub fn abort_session(app: &App, ctx: &Ctx, id: PushSessionId) -> Outcome<PushSession> {
    ctx.require(Permission::PushRun)?;
    app.store.transact("push.abort_session", |tx| abort(ctx, tx, id))
}

/// The same as a person does it: repeatable, and without effect as a dry run.
///
/// # Errors
/// As [`abort_session`].
pub fn give_up_session(app: &App, ctx: &Ctx, id: PushSessionId) -> Outcome<Answer<()>> {
    ctx.require(Permission::PushConfirm)?;
    command::run(app, ctx, "push.give_up_session", |tx| abort(ctx, tx, id).map(drop))
}

fn abort(ctx: &Ctx, tx: &mut dyn WriteTx, id: PushSessionId) -> Outcome<PushSession> {
    let session = tx.session_for_update(id.0)?;
    ctx.scope.require_legal_entity(session.source.legal_entity_id)?;
    match session.state {
        SessionState::Aborted => Ok(session),
        SessionState::Open | SessionState::Held => give_up(ctx, tx, session),
        SessionState::Finished | SessionState::Unequal => Err(Error::new(&codes::SESSION_NOT_OPEN)),
    }
}

fn give_up(ctx: &Ctx, tx: &mut dyn WriteTx, mut session: PushSession) -> Outcome<PushSession> {
    session.state = SessionState::Aborted;
    session.finished_at = Some(ctx.now);
    tx.record(
        ctx,
        NewEvent::about("push.session_aborted", "push_session", session.id)
            .legal_entity(session.source.legal_entity_id),
    )?;
    tx.save_session(&session, ctx.now)?;
    Ok(session)
}

/// Looks at a session.
///
/// # Errors
/// `auth.forbidden`, `auth.out_of_scope`, `not_found`.
pub fn get_session(app: &App, ctx: &Ctx, id: PushSessionId) -> Outcome<PushSession> {
    ctx.require(Permission::PushRead)?;
    app.store.transact("push.get_session", |tx| {
        let session = tx.session(id.0)?;
        ctx.scope.require_legal_entity(session.source.legal_entity_id)?;
        Ok(session)
    })
}
