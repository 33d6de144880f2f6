//! Runs: starting, looking at, cancelling. The work itself is in [`super::work`].

use domain::access::Permission;
use kernel::id::{LegalEntityId, RunId};
use kernel::time::{business_date, parse_date, parse_zone};
use kernel::{Date, Error, Instant, Outcome, text_enum};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::assemble::Rules;
use super::chunk::RunCounts;
use super::codes;
use super::store::{JobEnd, RunEntity};
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::lists::not_found;
use crate::store::WriteTx;

text_enum! {
    /// Life of a run.
    pub enum RunState {
        Running = "running",
        Finished = "finished",
        /// The stale-data gate was shut: nothing was decided. Start again when the data is there.
        Held = "held",
        Failed = "failed",
        Cancelled = "cancelled",
    }
}

impl RunState {
    /// Whether a run in this state is the one of its business date: no other can be started beside it.
    pub fn stands(self) -> bool {
        match self {
            Self::Running | Self::Finished => true,
            Self::Held | Self::Failed | Self::Cancelled => false,
        }
    }
}

/// A run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    pub id: Uuid,
    pub legal_entity_id: Uuid,
    pub business_on: Date,
    pub dry_run: bool,
    pub state: RunState,
    pub state_reason: Option<String>,
    /// When it began to look at the data.
    pub known_at: Instant,
    /// Code and version of each scenario it may use.
    pub scenarios: Vec<(String, i32)>,
    pub seed: i64,
    /// SHA-256 over all decisions, in hexadecimal; there once it is finished.
    pub digest: Option<String>,
    pub counts: RunCounts,
    pub progress_done: i64,
    pub progress_total: Option<i64>,
    pub last_chunk: i32,
    pub last_account_id: Option<Uuid>,
    pub started_at: Instant,
    pub finished_at: Option<Instant>,
    pub job_id: Option<Uuid>,
}

/// What to run.
#[derive(Debug, Clone)]
pub struct StartRun {
    pub legal_entity: LegalEntityId,
    /// `YYYY-MM-DD`; today in the legal entity's zone when absent. A real run is for today only.
    pub business_on: Option<String>,
    /// Decide and keep the decisions, act on none.
    pub dry_run: bool,
}

/// A run, and whether this call made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    pub run: Run,
    pub is_new: bool,
}

/// How far a dry run may look back or ahead: so far partitions exist.
const DRY_RUN_DAYS: i64 = 31;

/// Starts a run; a worker carries it out. One real run per legal entity and business date: a second start answers the
/// first one. While every source's data is stale the run is held and decides nothing.
///
/// # Errors
/// `auth.forbidden`, `auth.out_of_scope`, `not_found`, `run.date_not_today`, `run.date_out_of_range`,
/// `run.in_progress`, `scenario.active_missing`, `scenario.invalid`.
pub fn start_run(app: &App, ctx: &Ctx, cmd: &StartRun) -> Outcome<Answer<Started>> {
    ctx.require(Permission::DunningRun)?;
    command::run(app, ctx, "dunning.start_run", |tx| start(app, ctx, tx, cmd))
}

pub(super) fn start(app: &App, ctx: &Ctx, tx: &mut dyn WriteTx, cmd: &StartRun) -> Outcome<Started> {
    let entity = entity_in_scope(ctx, tx, cmd.legal_entity.0)?;
    tx.lock_entity(entity.id)?;
    let business_on = date_of(ctx, &entity, cmd)?;
    if !cmd.dry_run
        && let Some(run) = tx.run_of(entity.id, business_on)?.filter(|r| r.state.stands())
    {
        return Ok(Started { run, is_new: false });
    }
    let rules = Rules::load(tx, entity, ctx.now)?;
    let mut run = new_run(app, ctx, &rules, (business_on, cmd.dry_run));
    let held = rules.gate.is_shut();
    if held {
        run.state = RunState::Held;
        run.state_reason = Some(rules.gate.reason());
        run.finished_at = Some(ctx.now);
    }
    let after = json!({ "business_on": business_on, "dry_run": cmd.dry_run, "scenarios": run.scenarios,
        "state": run.state, "state_reason": run.state_reason });
    let kind = if held { "dunning.run_held" } else { "dunning.run_started" };
    let event = tx.record(
        ctx,
        NewEvent::about(kind, "dunning_run", run.id)
            .legal_entity(run.legal_entity_id)
            .change(Value::Null, after),
    )?;
    if held {
        tx.insert_run(&run, event)?;
        return Ok(Started { run, is_new: true });
    }
    if !run.dry_run {
        tx.mature_instruments(run.legal_entity_id, business_on, ctx.now, event)?;
    }
    let total = tx.count_groups(run.legal_entity_id)?;
    (run.progress_total, run.job_id) = (Some(total), Some(app.ids.next()));
    tx.insert_run(&run, event)?;
    tx.insert_run_job(&run, event)?;
    Ok(Started { run, is_new: true })
}

fn new_run(app: &App, ctx: &Ctx, rules: &Rules, (business_on, dry_run): (Date, bool)) -> Run {
    Run {
        id: app.ids.next(),
        legal_entity_id: rules.entity.id,
        business_on,
        dry_run,
        state: RunState::Running,
        state_reason: None,
        known_at: ctx.now,
        scenarios: rules.versions(),
        seed: 0,
        digest: None,
        counts: RunCounts::default(),
        progress_done: 0,
        progress_total: None,
        last_chunk: 0,
        last_account_id: None,
        started_at: ctx.now,
        finished_at: None,
        job_id: None,
    }
}

pub(super) fn entity_in_scope(ctx: &Ctx, tx: &mut dyn WriteTx, id: Uuid) -> Outcome<RunEntity> {
    let missing = || not_found("legal_entities", &LegalEntityId(id).to_string());
    let entity = tx.run_entity(id)?.ok_or_else(missing)?;
    ctx.scope.require_legal_entity(entity.id)?;
    Ok(entity)
}

/// Today where the legal entity is.
///
/// # Errors
/// `time_zone.unknown`.
pub fn today(entity: &RunEntity, now: Instant) -> Outcome<Date> {
    Ok(business_date(now, parse_zone("time_zone", &entity.time_zone)?))
}

fn date_of(ctx: &Ctx, entity: &RunEntity, cmd: &StartRun) -> Outcome<Date> {
    let today = today(entity, ctx.now)?;
    let Some(text) = &cmd.business_on else { return Ok(today) };
    let asked = parse_date("business_on", text)?;
    if !cmd.dry_run && asked != today {
        let message = format!("it is {today} at {}; a real run cannot be for {asked}", entity.code);
        return Err(Error::field("business_on", &codes::RUN_DATE_NOT_TODAY, message));
    }
    if asked.signed_duration_since(today).num_days().abs() > DRY_RUN_DAYS {
        let message = format!("{asked} is more than {DRY_RUN_DAYS} days from {today}");
        return Err(Error::field("business_on", &codes::RUN_DATE_OUT_OF_RANGE, message));
    }
    Ok(asked)
}

/// Cancels a run: what is committed stays, the rest is not decided.
///
/// # Errors
/// `auth.forbidden`, `auth.out_of_scope`, `not_found`, `run.not_running`.
pub fn cancel_run(app: &App, ctx: &Ctx, id: RunId) -> Outcome<Answer<Run>> {
    ctx.require(Permission::DunningRun)?;
    command::run(app, ctx, "dunning.cancel_run", |tx| {
        let mut run = tx.run_for_update(id.0)?;
        ctx.scope.require_legal_entity(run.legal_entity_id)?;
        if run.state != RunState::Running {
            return Err(Error::with(&codes::RUN_NOT_RUNNING, format!("the run is {}", run.state)));
        }
        (run.state, run.finished_at) = (RunState::Cancelled, Some(ctx.now));
        run.state_reason.clone_from(&ctx.reason);
        tx.record(
            ctx,
            NewEvent::about("dunning.run_cancelled", "dunning_run", run.id)
                .legal_entity(run.legal_entity_id)
                .change(Value::Null, json!({ "progress_done": run.progress_done })),
        )?;
        tx.save_run(&run)?;
        if let Some(job) = run.job_id {
            tx.end_run_job(job, &JobEnd::Cancelled, ctx.now)?;
        }
        Ok(run)
    })
}
