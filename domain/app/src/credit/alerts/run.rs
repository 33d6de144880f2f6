//! Runs that look for alerts: one at a time, over every holder of risk.

use domain::access::Permission;
use domain::credit::alerts::{AlertRules, CompiledAlerts};
use domain::credit::check::Holder;
use domain::credit::rule_sets::{RuleKind, RuleSet as _};
use domain::rules::finding::parse_document;
use kernel::{Date, Instant, Outcome, text_enum};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::chunk::AlertCounts;
use crate::App;
use crate::command::{self, Answer};
use crate::credit::groups::today;
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::store::WriteTx;

text_enum! {
    /// Life of a run.
    pub enum AlertRunState {
        Running = "running",
        Finished = "finished",
        Failed = "failed",
    }
}

/// A run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertRun {
    pub id: Uuid,
    pub business_on: Date,
    pub state: AlertRunState,
    pub state_reason: Option<String>,
    /// Code and version of the alert rules it goes by, fixed at its start.
    pub rule_sets: Vec<(String, i32)>,
    pub counts: AlertCounts,
    /// How far it has come.
    pub last: Option<Holder>,
    pub job_id: Option<Uuid>,
    pub started_at: Instant,
    pub finished_at: Option<Instant>,
}

/// Starts a run by the alert rules in force; a worker carries it out. While one runs, another start answers that one.
///
/// # Errors
/// `auth.forbidden`, `auth.installation_wide`.
pub fn start_run(app: &App, ctx: &Ctx) -> Outcome<Answer<(AlertRun, bool)>> {
    ctx.require(Permission::AlertManage)?;
    ctx.scope.require_all()?;
    command::run(app, ctx, "alerts.start_run", |tx| started(app, ctx, tx))
}

/// The run, and whether it is new.
pub(super) fn started(app: &App, ctx: &Ctx, tx: &mut dyn WriteTx) -> Outcome<(AlertRun, bool)> {
    tx.lock_alert_runs()?;
    if let Some(running) = tx.running_alert_run()? {
        return Ok((running, false));
    }
    let rule_sets = tx.active_rule_sets(RuleKind::AlertRules)?;
    let run = AlertRun {
        id: app.ids.next(),
        business_on: today(ctx.now),
        state: AlertRunState::Running,
        state_reason: None,
        rule_sets: rule_sets.into_iter().map(|set| (set.code, set.version)).collect(),
        counts: AlertCounts::default(),
        last: None,
        job_id: Some(app.ids.next()),
        started_at: ctx.now,
        finished_at: None,
    };
    let after = json!({ "business_on": run.business_on, "rule_sets": run.rule_sets });
    let event = NewEvent::about("alert.run_started", "alert_run", run.id).change(Value::Null, after);
    let event = tx.record(ctx, event)?;
    tx.insert_alert_run(&run, event)?;
    let total = tx.count_holders()?;
    tx.insert_alert_run_job(&run, total, event)?;
    Ok((run, true))
}

/// The rules of a run, ready.
///
/// # Errors
/// `rule.invalid` when an attribute that they read was withdrawn.
pub(super) fn rules_of(tx: &mut dyn WriteTx, run: &AlertRun) -> Outcome<Vec<CompiledAlerts>> {
    let schema = AlertRules::schema(tx.declared_attributes()?);
    let mut ready = Vec::with_capacity(run.rule_sets.len());
    for (code, version) in &run.rule_sets {
        let Some(stored) = tx.rule_set_version(RuleKind::AlertRules, code, *version)? else { continue };
        let document = parse_document::<AlertRules>(&stored.document)?;
        ready.push(CompiledAlerts::compile(&document, *version, &schema)?);
    }
    Ok(ready)
}
