//! One chunk: one transaction, acknowledged when it is durable.

use std::collections::{BTreeMap, HashMap};

use domain::access::Permission;
use domain::attributes::Declared;
use kernel::id::PushSessionId;
use kernel::{Date, Error, Outcome};
use serde_json::{Value, json};

use super::ahead::{Ahead, Completed, Recent};
use super::issues::bounded;
use super::keys::Sorting;
use super::receivables::CheckedReceivable;
use super::rows::Rows;
use super::store::{ChunkRecord, KeyRow, NewKey, Stamp};
use super::{
    CHUNK_ROWS_MAX, ChunkResult, KeyKind, PushMode, PushSession, RowCounts, RowOutcome, SessionState,
    SourceRef, codes,
};
use crate::App;
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::store::{Ending, WriteTx};

/// A chunk as it arrives.
#[derive(Debug, Clone)]
pub struct PushChunk {
    pub session: PushSessionId,
    /// 1, 2, 3 … without gaps.
    pub chunk_no: i32,
    pub rows: CheckedRows,
    /// What was looked up before its turn came.
    pub ahead: Option<Ahead>,
    /// SHA-256 of the chunk, kept with the event: what comes again under its number must be the same.
    pub digest: [u8; 32],
}

/// Rows with what could be checked before their turn came.
#[derive(Debug, Clone)]
pub struct CheckedRows {
    rows: Rows,
    /// For receivables, which come in their millions: one by one in the order of the rows.
    receivables: Vec<Outcome<CheckedReceivable>>,
    /// Rows that cannot be kept, with the field that holds a NUL character.
    with_nul: BTreeMap<usize, String>,
}

impl CheckedRows {
    /// Checks what needs no database. A stream of chunks does so for one while the one before is being written. Few chunks hold a
    /// zero byte; where one does, rows are looked through for the one character that PostgreSQL cannot keep.
    pub fn new(rows: Rows, zero_bytes: bool) -> Self {
        let with_nul = if zero_bytes { super::nul::rows_with_nul(&rows) } else { BTreeMap::new() };
        let receivables = match &rows {
            Rows::Receivables(rows) => super::receivables::check_all(rows),
            Rows::Parties(_)
            | Rows::Accounts(_)
            | Rows::Contacts(_)
            | Rows::Instruments(_)
            | Rows::Entries(_)
            | Rows::Orders(_)
            | Rows::Deliveries(_) => Vec::new(),
        };
        Self { rows, receivables, with_nul }
    }

    pub fn rows(&self) -> &Rows {
        &self.rows
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// What every kind of row needs to know while a chunk is applied.
pub struct Session<'a> {
    pub app: &'a App,
    pub source: SourceRef,
    pub mode: PushMode,
    /// The rows were kept waiting: they are older than what came since, and the session does not name them.
    pub retry: bool,
    pub as_of_on: Date,
    /// The types that attributes are declared with.
    pub declared: Declared,
    pub stamp: Stamp,
    /// Rows that cannot be kept, with the field that is to blame.
    pub with_nul: &'a BTreeMap<usize, String>,
    /// What is known of keys without asking again.
    pub ahead: Option<Completed<'a>>,
}

/// Applies one chunk. A number acknowledged before is answered from the record and not applied again. `recent` goes with a
/// stream, from one chunk to the next.
///
/// # Errors
/// `auth.forbidden`, `auth.out_of_scope`, `not_found`, `push.session_not_open`, `push.chunk_gap`, `push.chunk_differs`,
/// `push.chunk_empty`, `push.chunk_too_large`. A bad row is no error: it is rejected alone, with its reason in the result.
pub fn push_chunk(app: &App, ctx: &Ctx, chunk: &PushChunk, recent: &mut Recent) -> Outcome<ChunkResult> {
    ctx.require(Permission::PushRun)?;
    let write = |tx: &mut dyn WriteTx| take_turn(app, ctx, tx, (chunk, &*recent), false);
    let (result, keys) = app.store.transact_ending("push.chunk", Ending::Commit, write)?;
    if let Some(keys) = keys {
        recent.remember(chunk.session.0, chunk.chunk_no, keys);
    }
    Ok(result)
}

/// What a chunk came to, and the keys of receivables as it wrote them.
type Taken = (ChunkResult, Option<HashMap<String, KeyRow>>);

/// Takes one chunk in a transaction that the caller ends: kept, or in a rehearsal rolled back.
///
/// # Errors
/// As [`push_chunk`]; `push.session_not_open` also when a rehearsal is meant for a real session or the reverse.
pub(super) fn take_turn(
    app: &App,
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    (chunk, recent): (&PushChunk, &Recent),
    rehearsal: bool,
) -> Outcome<Taken> {
    if chunk.rows.is_empty() {
        return Err(Error::new(&codes::CHUNK_EMPTY));
    }
    if chunk.rows.len() > CHUNK_ROWS_MAX {
        return Err(Error::with(&codes::CHUNK_TOO_LARGE, format!("{} rows in one chunk", chunk.rows.len())));
    }
    let session = tx.session_for_update(chunk.session.0)?;
    ctx.scope.require_legal_entity(session.source.legal_entity_id)?;
    if session.dry_run != rehearsal {
        let message = "a dry run takes its chunks in one stream of their own";
        return Err(Error::with(&codes::SESSION_NOT_OPEN, message));
    }
    if chunk.chunk_no <= session.last_chunk {
        return replay(tx, &session, chunk).map(|result| (result, None));
    }
    check_turn(&session, chunk)?;
    apply(app, ctx, tx, session, (chunk, recent))
}

/// What was answered the first time. Other rows under the same number would be lost without a word.
fn replay(tx: &mut dyn WriteTx, session: &PushSession, chunk: &PushChunk) -> Outcome<ChunkResult> {
    let kept = tx.chunk_result(session.id, chunk.chunk_no)?;
    let missing = || crate::lists::not_found("push_chunks", &chunk.chunk_no.to_string());
    let (digest, result) = kept.ok_or_else(missing)?;
    if digest != chunk.digest {
        return Err(Error::with(
            &codes::CHUNK_DIFFERS,
            format!("chunk {} came again otherwise", chunk.chunk_no),
        ));
    }
    Ok(result)
}

fn check_turn(session: &PushSession, chunk: &PushChunk) -> Outcome<()> {
    if session.state != SessionState::Open {
        return Err(Error::with(&codes::SESSION_NOT_OPEN, format!("the session is {}", session.state)));
    }
    if chunk.chunk_no != session.last_chunk + 1 {
        let message = format!("chunk {} came, {} is next", chunk.chunk_no, session.last_chunk + 1);
        return Err(Error::with(&codes::CHUNK_GAP, message));
    }
    Ok(())
}

fn apply(
    app: &App,
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    mut session: PushSession,
    (chunk, recent): (&PushChunk, &Recent),
) -> Outcome<Taken> {
    let kind = kind_of(&chunk.rows.rows);
    let digest = kernel::text::hex(&chunk.digest);
    let event = tx.record(
        ctx,
        NewEvent::about("push.chunk_applied", "push_session", session.id)
            .legal_entity(session.source.legal_entity_id)
            .change(
                Value::Null,
                json!({ "chunk": chunk.chunk_no, "kind": kind, "rows": chunk.rows.len(), "digest": digest }),
            ),
    )?;
    let stamp = Stamp { source_no: session.source.no, event, now: ctx.now };
    let ahead = chunk.ahead.as_ref().and_then(|ahead| recent.complete(ahead, (session.id, chunk.chunk_no)));
    let sorting = apply_rows(app, tx, (&session, Turn::Chunk(ahead)), stamp, &chunk.rows)?;
    let (issues, omitted) = bounded(sorting.issues);
    let result = ChunkResult {
        chunk_no: chunk.chunk_no,
        counts: RowCounts::of(&sorting.outcomes),
        outcomes: sorting.outcomes,
        issues,
        issues_omitted: i32::try_from(omitted).unwrap_or(i32::MAX),
        replayed: false,
    };
    let closed_by_end = matches!(kind, KeyKind::Receivable | KeyKind::Order | KeyKind::Delivery);
    let snapshot = session.mode == PushMode::Snapshot && closed_by_end;
    tx.insert_chunk(
        &ChunkRecord {
            session_id: session.id,
            kind,
            digest: chunk.digest,
            row_count: i32::try_from(chunk.rows.len()).unwrap_or(i32::MAX),
            result: &result,
            seen: snapshot.then_some(sorting.seen.as_slice()),
        },
        stamp,
    )?;
    session.last_chunk = chunk.chunk_no;
    session.counts = session.counts.plus(result.counts);
    tx.save_session(&session, ctx.now)?;
    // Chunks of other kinds write no keys of receivables.
    let receivables = kind == KeyKind::Receivable;
    Ok((result, Some(if receivables { sorting.keys } else { HashMap::new() })))
}

/// Why rows are applied.
pub(super) enum Turn<'a> {
    /// They came in a chunk; with what was looked up before its turn.
    Chunk(Option<Completed<'a>>),
    /// They waited, and what they waited for is there.
    Retry,
}

/// Applies rows of any kind and writes their keys.
pub(super) fn apply_rows(
    app: &App,
    tx: &mut dyn WriteTx,
    (session, turn): (&PushSession, Turn<'_>),
    stamp: Stamp,
    CheckedRows { rows, receivables, with_nul }: &CheckedRows,
) -> Outcome<Sorted> {
    let (source, mode, as_of_on) = (session.source.clone(), session.mode, session.as_of_on);
    let declared = tx.declared_attributes()?;
    let (retry, ahead) = match turn {
        Turn::Chunk(ahead) => (false, ahead),
        Turn::Retry => (true, None),
    };
    let context = Session { app, source, mode, retry, as_of_on, declared, stamp, with_nul, ahead };
    let mut sorting: Sorting<'_> = match rows {
        Rows::Parties(rows) => super::parties::apply(&context, tx, rows)?,
        Rows::Accounts(rows) => super::accounts::apply(&context, tx, rows)?,
        Rows::Contacts(rows) => super::contacts::apply(&context, tx, rows)?,
        Rows::Receivables(rows) => super::receivables::apply(&context, tx, (rows, receivables))?,
        Rows::Instruments(rows) => super::instruments::apply(&context, tx, rows)?,
        Rows::Entries(rows) => super::entries::apply(&context, tx, rows)?,
        Rows::Orders(rows) => super::orders::apply(&context, tx, rows)?,
        Rows::Deliveries(rows) => super::deliveries::apply(&context, tx, rows)?,
    };
    sorting.settle_notices();
    tx.insert_keys(&sorting.new_keys, stamp)?;
    tx.update_fingerprints(kind_of(rows), &sorting.changed_keys, stamp)?;
    // What waited under a key is older than what is accepted now, and must not come back later.
    let accepted = rows.external_ids().into_iter().zip(&sorting.outcomes);
    let accepted = accepted.filter(|(_, o)| !matches!(o, RowOutcome::Parked | RowOutcome::Rejected));
    tx.overtake_parked(kind_of(rows), &accepted.map(|(id, _)| id).collect::<Vec<_>>(), stamp)?;
    tx.park(session.id, &sorting.parked, stamp)?;
    let Sorting { outcomes, issues, seen, new_keys, changed_keys, .. } = sorting;
    let new =
        new_keys.into_iter().map(|NewKey { external_id, account_id, object_id, fingerprint, .. }| {
            (external_id, KeyRow { account_id, object_id, fingerprint })
        });
    Ok(Sorted { outcomes, issues, seen, keys: new.chain(changed_keys).collect() })
}

/// What a set of rows came to.
pub(super) struct Sorted {
    pub(super) outcomes: Vec<super::RowOutcome>,
    pub(super) issues: Vec<super::RowIssue>,
    pub(super) seen: Vec<uuid::Uuid>,
    /// Keys as they were written.
    pub(super) keys: HashMap<String, KeyRow>,
}

pub(super) fn kind_of(rows: &Rows) -> KeyKind {
    match rows {
        Rows::Parties(_) => KeyKind::Party,
        Rows::Accounts(_) => KeyKind::Account,
        Rows::Contacts(_) => KeyKind::Contact,
        Rows::Receivables(_) => KeyKind::Receivable,
        Rows::Instruments(_) => KeyKind::Instrument,
        Rows::Entries(_) => KeyKind::Entry,
        Rows::Orders(_) => KeyKind::Order,
        Rows::Deliveries(_) => KeyKind::Delivery,
    }
}
