//! The worker: takes runs and carries them out, chunk by chunk.

use std::sync::mpsc;

use domain::dunning::digest::{RunDigest, RunKey};
use kernel::id::AccountId;
use kernel::{Currency, Error, Outcome, text};
use serde_json::{Value, json};
use uuid::Uuid;

use super::assemble::{Rules, groups};
use super::chunk::{ChunkDecider, ChunkRows};
use super::codes;
use super::run::{Run, RunState};
use super::scenarios::ScenarioVersion;
use super::store::{ClaimedJob, FactsAsked, JobEnd};
use crate::App;
use crate::access::authenticate::system_ctx;
use crate::codes::INTERNAL;
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::store::ReadTx;

/// How long a worker may be silent before another one takes its run, in machine seconds.
const LEASE_SECONDS: i32 = 60;
/// How long a failed run waits before it is tried again.
const AGAIN_SECONDS: i32 = 5;
/// 16 bytes of account, 3 of currency, 32 of hash.
const HASH_BYTES: usize = 51;

/// Carries out one run that waits, if there is one; `true` when there was. When `stopping` says so, it hands the run
/// over between two chunks.
///
/// # Errors
/// `database.unavailable`: the run stays and is taken again later.
pub fn work_once(app: &App, chunk_groups: i64, stopping: &dyn Fn() -> bool) -> Outcome<bool> {
    let Some(job) = app.store.transact("dunning.claim_run", |tx| tx.claim_run_job(LEASE_SECONDS))? else {
        return Ok(false);
    };
    let done = if job.attempt > job.attempts_max {
        // Its workers died again and again without committing a chunk.
        Err(Error::new(&codes::RUN_ATTEMPTS_USED_UP))
    } else {
        carry_out(app, job, chunk_groups, stopping)
    };
    if let Err(error) = done {
        failed(app, job, &error)?;
        return Err(error);
    }
    Ok(true)
}

fn carry_out(app: &App, job: ClaimedJob, chunk_groups: i64, stopping: &dyn Fn() -> bool) -> Outcome<()> {
    loop {
        match pass(app, job, chunk_groups, stopping)? {
            Written::Ended => return Ok(()),
            Written::Overtaken => {}
            Written::Chunk => {
                let hand_over = JobEnd::HandedOver;
                return app
                    .store
                    .transact("dunning.hand_over", |tx| tx.end_run_job(job.id, &hand_over, app.clock.now()));
            }
        }
    }
}

/// From where the run stands to its end, or to the chunk after which it is to stop. While one chunk is written the next is
/// decided about: groups do not depend on each other.
fn pass(app: &App, job: ClaimedJob, chunk_groups: i64, stopping: &dyn Fn() -> bool) -> Outcome<Written> {
    std::thread::scope(|scope| {
        // No room: one chunk is being written, one waits in the hands of who decided it.
        let (ready, decided) = mpsc::sync_channel(0);
        scope.spawn(move || decide_ahead(app, job.run_id, chunk_groups, &ready));
        let mut written = Written::Chunk;
        while matches!(written, Written::Chunk) && !stopping() {
            let next = decided.recv().map_err(|e| Error::new(&INTERNAL).caused_by(e))?;
            written = write(app, job, next?)?;
        }
        // The receiver goes first: who decides ahead then stops waiting.
        drop(decided);
        Ok(written)
    })
}

fn decide_ahead(app: &App, run: Uuid, chunk_groups: i64, ready: &mpsc::SyncSender<Outcome<Next>>) {
    let mut after = None;
    loop {
        let next = decide_next(app, run, after, chunk_groups);
        after = match &next {
            Ok(Next::Chunk(rows)) => Some((rows.chunk_no, rows.last_account_id)),
            Ok(Next::End | Next::Gone) | Err(_) => None,
        };
        if ready.send(next).is_err() || after.is_none() {
            return;
        }
    }
}

fn failed(app: &App, job: ClaimedJob, error: &Error) -> Outcome<()> {
    let now = app.clock.now();
    app.store.transact("dunning.run_failed", |tx| {
        if job.attempt < job.attempts_max {
            return tx.end_run_job(job.id, &JobEnd::Released { seconds: AGAIN_SECONDS }, now);
        }
        let mut run = tx.run_for_update(job.run_id)?;
        let code = error.code().text;
        if run.state == RunState::Running {
            (run.state, run.finished_at) = (RunState::Failed, Some(now));
            run.state_reason = Some(format!("{}: {code}", codes::RUN_ATTEMPTS_USED_UP.text));
            tx.record(
                &system_ctx("dunning", now),
                NewEvent::about("dunning.run_failed", "dunning_run", run.id)
                    .legal_entity(run.legal_entity_id)
                    .change(Value::Null, json!({ "code": code })),
            )?;
            tx.save_run(&run)?;
        }
        tx.end_run_job(job.id, &JobEnd::Failed { code, message: error.message(false) }, now)
    })
}

/// Decides and commits the next chunk; `false` when the run has ended.
///
/// # Errors
/// `database.unavailable`, `internal`.
pub fn chunk(app: &App, job: ClaimedJob, chunk_groups: i64) -> Outcome<bool> {
    let next = decide_next(app, job.run_id, None, chunk_groups)?;
    Ok(!matches!(write(app, job, next)?, Written::Ended))
}

/// What comes next in a run.
enum Next {
    Chunk(Box<ChunkRows>),
    /// No group is left.
    End,
    /// The run is not running any more.
    Gone,
}

/// What became of it.
#[derive(Clone, Copy)]
enum Written {
    Chunk,
    /// Another worker has written this chunk: what was decided ahead is worth nothing.
    Overtaken,
    Ended,
}

/// Decides about the chunk after the one of this number, which ended with this group; without it, from where the run
/// stands.
fn decide_next(app: &App, run: Uuid, after: Option<(i32, Uuid)>, limit: i64) -> Outcome<Next> {
    let Some(loaded) = app.store.view("dunning.load_chunk", |tx| load(tx, run, after, limit))? else {
        return Ok(Next::Gone);
    };
    let Loaded { run, rules, page } = loaded;
    let Some(last_account_id) = page.last else { return Ok(Next::End) };
    let mut decider = ChunkDecider::new(&rules, run.business_on);
    let mut rows = decider.rows(groups(page.facts, &rules), app.ids.as_ref(), app.clock.now())?;
    rows.counts.groups = page.groups;
    rows.chunk_no = after.map_or(run.last_chunk, |(no, _)| no) + 1;
    rows.last_account_id = last_account_id;
    rows.dry_run = run.dry_run;
    Ok(Next::Chunk(Box::new(rows)))
}

fn write(app: &App, job: ClaimedJob, next: Next) -> Outcome<Written> {
    let ctx = system_ctx("dunning", app.clock.now());
    match next {
        Next::Chunk(rows) => commit(app, &ctx, job, &rows),
        Next::End => finish(app, &ctx, job),
        Next::Gone => app.store.transact("dunning.run_ended", |tx| {
            tx.end_run_job(job.id, &JobEnd::Finished, ctx.now).map(|()| Written::Ended)
        }),
    }
}

/// A chunk's groups with their facts.
struct Page {
    /// `None` when no group is left.
    last: Option<Uuid>,
    groups: i64,
    facts: super::store::LoadedFacts,
}

struct Loaded {
    run: Run,
    rules: Rules,
    page: Page,
}

fn load(
    tx: &mut dyn ReadTx,
    run_id: Uuid,
    after: Option<(i32, Uuid)>,
    limit: i64,
) -> Outcome<Option<Loaded>> {
    let missing = |what: &str| Error::new(&INTERNAL).caused_by(format!("the run's {what} is gone"));
    let run = tx.run(run_id)?.ok_or_else(|| missing("row"))?;
    if run.state != RunState::Running {
        return Ok(None);
    }
    let entity = tx.run_entity(run.legal_entity_id)?.ok_or_else(|| missing("legal entity"))?;
    let versions = versions(tx, &run)?;
    let known_at = run.known_at;
    let rules = Rules::of(tx, entity, &versions, known_at)?;
    let after = after.map_or(run.last_account_id, |(_, account)| Some(account));
    let page = tx.group_page(run.legal_entity_id, after, limit)?;
    let facts = if page.is_empty() {
        super::store::LoadedFacts::default()
    } else {
        let attributes = &rules.attribute_owners();
        let asked = FactsAsked { on: run.business_on, attributes, without: &[] };
        tx.load_facts(run.legal_entity_id, &page, asked)?
    };
    let groups = i64::try_from(page.len()).unwrap_or(i64::MAX);
    let page = Page { last: page.last().copied(), groups, facts };
    Ok(Some(Loaded { run, rules, page }))
}

/// The scenario versions that were in force when the run began.
///
/// # Errors
/// `scenario.version_unknown`.
pub fn versions(tx: &mut (impl ReadTx + ?Sized), run: &Run) -> Outcome<Vec<ScenarioVersion>> {
    let mut versions = Vec::with_capacity(run.scenarios.len());
    for (code, version) in &run.scenarios {
        let found = tx.scenario_version(code, *version)?;
        versions.push(found.ok_or_else(|| {
            Error::with(&codes::SCENARIO_VERSION_UNKNOWN, format!("{code} has no version {version}"))
        })?);
    }
    Ok(versions)
}

/// Commits a chunk unless another worker already did, or the run was cancelled meanwhile.
fn commit(app: &App, ctx: &Ctx, job: ClaimedJob, rows: &ChunkRows) -> Outcome<Written> {
    app.store.transact("dunning.commit_chunk", |tx| {
        let mut run = tx.run_for_update(job.run_id)?;
        if run.state != RunState::Running {
            return Ok(Written::Ended);
        }
        if run.last_chunk + 1 != rows.chunk_no {
            return Ok(Written::Overtaken);
        }
        let event = tx.record(
            ctx,
            NewEvent::about("dunning.chunk_decided", "dunning_run", run.id)
                .legal_entity(run.legal_entity_id)
                .change(Value::Null, chunk_json(rows)?),
        )?;
        run.counts = run.counts.plus(rows.counts);
        run.progress_done = run.progress_done.saturating_add(rows.counts.groups);
        run.last_chunk = rows.chunk_no;
        run.last_account_id = Some(rows.last_account_id);
        tx.write_chunk(&run, rows, event)?;
        tx.save_run(&run)?;
        tx.touch_run_job(job.id, run.progress_done, LEASE_SECONDS)?;
        Ok(Written::Chunk)
    })
}

fn chunk_json(rows: &ChunkRows) -> Outcome<Value> {
    use sha2::{Digest as _, Sha256};
    let digest = text::hex(&Sha256::digest(&rows.hashes));
    let counts = serde_json::to_value(rows.counts).map_err(|e| Error::new(&INTERNAL).caused_by(e))?;
    Ok(json!({ "chunk_no": rows.chunk_no, "counts": counts, "digest": digest }))
}

fn finish(app: &App, ctx: &Ctx, job: ClaimedJob) -> Outcome<Written> {
    app.store.transact("dunning.finish_run", |tx| {
        let mut run = tx.run_for_update(job.run_id)?;
        if run.state != RunState::Running {
            return Ok(Written::Ended);
        }
        let digest = digest(&run, &tx.chunk_hashes(run.id)?)?;
        (run.state, run.finished_at) = (RunState::Finished, Some(ctx.now));
        run.digest = Some(text::hex(&digest));
        run.progress_total = Some(run.progress_done);
        let counts = serde_json::to_value(run.counts).map_err(|e| Error::new(&INTERNAL).caused_by(e))?;
        tx.record(
            ctx,
            NewEvent::about("dunning.run_finished", "dunning_run", run.id)
                .legal_entity(run.legal_entity_id)
                .change(Value::Null, json!({ "counts": counts, "digest": run.digest })),
        )?;
        tx.drop_chunk_hashes(run.id)?;
        tx.save_run(&run)?;
        tx.end_run_job(job.id, &JobEnd::Finished, ctx.now)?;
        Ok(Written::Ended)
    })
}

/// What a run was made under.
pub fn key_of(run: &Run) -> RunKey {
    RunKey { business_on: run.business_on, seed: run.seed, scenarios: run.scenarios.clone() }
}

fn digest(run: &Run, chunks: &[Vec<u8>]) -> Outcome<[u8; 32]> {
    let mut digest = RunDigest::default();
    for entry in chunks.iter().flat_map(|chunk| chunk.chunks(HASH_BYTES)) {
        let (account, currency, hash) =
            entry_of(entry).ok_or_else(|| Error::new(&INTERNAL).caused_by("a chunk's hashes are cut"))?;
        digest.add_hash(account, currency, hash);
    }
    Ok(digest.finish(&key_of(run)))
}

fn entry_of(entry: &[u8]) -> Option<(AccountId, Currency, [u8; 32])> {
    let (account, rest) = entry.split_at_checked(16)?;
    let (currency, hash) = rest.split_at_checked(3)?;
    let currency = Currency::parse("currency", std::str::from_utf8(currency).ok()?).ok()?;
    Some((AccountId(Uuid::from_slice(account).ok()?), currency, hash.try_into().ok()?))
}
