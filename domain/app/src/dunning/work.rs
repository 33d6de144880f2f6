//! The worker: takes runs and carries them out, chunk by chunk.

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
use super::store::{ClaimedJob, JobEnd};
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
    while !stopping() {
        if !chunk(app, job, chunk_groups)? {
            return Ok(());
        }
    }
    app.store.transact("dunning.hand_over", |tx| tx.end_run_job(job.id, &JobEnd::HandedOver, app.clock.now()))
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
    let ctx = system_ctx("dunning", app.clock.now());
    let loaded = app.store.view("dunning.load_chunk", |tx| load(tx, job.run_id, chunk_groups))?;
    let Some((run, rules, page)) = loaded else {
        return app.store.transact("dunning.run_ended", |tx| {
            tx.end_run_job(job.id, &JobEnd::Finished, ctx.now).map(|()| false)
        });
    };
    let Some(last_account_id) = page.last else {
        return finish(app, &ctx, job);
    };
    let mut decider = ChunkDecider::new(&rules, run.business_on);
    let mut rows = decider.rows(groups(page.facts, &rules), app.ids.as_ref(), ctx.now)?;
    rows.counts.groups = page.groups;
    rows.chunk_no = run.last_chunk + 1;
    rows.last_account_id = last_account_id;
    rows.dry_run = run.dry_run;
    commit(app, &ctx, job, &rows)
}

/// A chunk's groups with their facts.
struct Page {
    /// `None` when no group is left.
    last: Option<Uuid>,
    groups: i64,
    facts: super::store::LoadedFacts,
}

fn load(tx: &mut dyn ReadTx, run_id: Uuid, limit: i64) -> Outcome<Option<(Run, Rules, Page)>> {
    let missing = |what: &str| Error::new(&INTERNAL).caused_by(format!("the run's {what} is gone"));
    let run = tx.run(run_id)?.ok_or_else(|| missing("row"))?;
    if run.state != RunState::Running {
        return Ok(None);
    }
    let entity = tx.run_entity(run.legal_entity_id)?.ok_or_else(|| missing("legal entity"))?;
    let versions = versions(tx, &run)?;
    let known_at = run.known_at;
    let rules = Rules::of(tx, entity, &versions, known_at)?;
    let page = tx.group_page(run.legal_entity_id, run.last_account_id, limit)?;
    let facts = if page.is_empty() {
        super::store::LoadedFacts::default()
    } else {
        tx.load_facts(run.legal_entity_id, &page, run.business_on)?
    };
    let groups = i64::try_from(page.len()).unwrap_or(i64::MAX);
    Ok(Some((run, rules, Page { last: page.last().copied(), groups, facts })))
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
fn commit(app: &App, ctx: &Ctx, job: ClaimedJob, rows: &ChunkRows) -> Outcome<bool> {
    app.store.transact("dunning.commit_chunk", |tx| {
        let mut run = tx.run_for_update(job.run_id)?;
        if run.state != RunState::Running {
            return Ok(false);
        }
        if run.last_chunk + 1 != rows.chunk_no {
            return Ok(true);
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
        Ok(true)
    })
}

fn chunk_json(rows: &ChunkRows) -> Outcome<Value> {
    use sha2::{Digest as _, Sha256};
    let digest = text::hex(&Sha256::digest(&rows.hashes));
    let counts = serde_json::to_value(rows.counts).map_err(|e| Error::new(&INTERNAL).caused_by(e))?;
    Ok(json!({ "chunk_no": rows.chunk_no, "counts": counts, "digest": digest }))
}

fn finish(app: &App, ctx: &Ctx, job: ClaimedJob) -> Outcome<bool> {
    app.store.transact("dunning.finish_run", |tx| {
        let mut run = tx.run_for_update(job.run_id)?;
        if run.state != RunState::Running {
            return Ok(false);
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
        Ok(false)
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
