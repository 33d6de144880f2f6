//! Looking at some holders: from their facts and what stands to the alerts as they are now.

use std::collections::HashMap;

use domain::credit::alerts::{
    AlertState, CompiledAlert, CompiledAlerts, Judged, Move, Seen, Standing, moves, unheard,
};
use domain::credit::check::Holder;
use domain::rules::evaluate::Machine;
use kernel::clock::Ids;
use kernel::id::EventId;
use kernel::text_enum::TextEnum as _;
use kernel::{Date, Instant, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::{Alert, KIND_PREFIX};
use crate::credit::holders::Loaded;
use crate::ctx::Ctx;
use crate::store::WriteTx;

/// What a run came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AlertCounts {
    /// Holders looked at.
    pub holders: i64,
    pub raised: i64,
    pub resolved: i64,
    pub escalated: i64,
    /// Whose rest is over.
    pub woken: i64,
    /// Rules that could not be evaluated for a holder: what stands goes on standing.
    pub undecided: i64,
}

/// An alert as it is now, and the event that says what became of it.
pub(super) type Change = (Alert, &'static str, Option<AlertState>);

/// Judges holders, one after another.
pub(super) struct Judge<'j> {
    pub(super) rules: &'j [CompiledAlerts],
    pub(super) on: Date,
    pub(super) now: Instant,
    pub(super) ids: &'j dyn Ids,
    pub(super) machine: Machine,
    pub(super) counts: AlertCounts,
}

impl Judge<'_> {
    /// What becomes of the alerts about a holder. `standing` are those that rules raised about it and that stand.
    pub(super) fn holder(&mut self, loaded: &Loaded, standing: Vec<Alert>) -> Vec<Change> {
        self.counts.holders += 1;
        let mut standing = by_rule(standing);
        let mut changes = Vec::new();
        let rules = self.rules;
        for set in rules {
            for rule in set.rules_of(loaded.row.kind) {
                let alerts = standing.remove(&key(set, rule)).unwrap_or_default();
                let seen = Seen { facts: &loaded.facts, ahead: &loaded.ahead, on: self.on };
                let judged = match loaded.undecidable(rule.reads()) {
                    None => rule.judge(&mut self.machine, seen),
                    Some(why) => Judged::Unknown { why: why.to_owned() },
                };
                changes.extend(self.rule((set, rule), loaded, &judged, alerts));
            }
        }
        // Of rules that are no more, or look at others now.
        changes.extend(standing.into_values().flatten().map(|alert| self.resolved(alert)));
        changes
    }

    fn rule(
        &mut self,
        (set, rule): (&CompiledAlerts, &CompiledAlert),
        loaded: &Loaded,
        judged: &Judged,
        alerts: Vec<Alert>,
    ) -> Vec<Change> {
        if let Judged::Unknown { .. } = judged {
            self.counts.undecided += 1;
        }
        let standing = alerts.iter().map(|alert| standing_of(alert, self.on)).collect::<Vec<_>>();
        let mut changes = Vec::new();
        for due_on in unheard(judged, &standing) {
            self.counts.raised += 1;
            changes.push((self.raised((set, rule), loaded, due_on), "alert.raised", None));
        }
        for (alert, standing) in alerts.into_iter().zip(standing) {
            match moves(judged, standing, rule.escalate.as_ref(), self.on) {
                Move::Resolve => changes.push(self.resolved(alert)),
                Move::Wake => changes.push(self.woken(alert)),
                Move::Escalate(role) => {
                    self.counts.escalated += 1;
                    let before = alert.state;
                    let escalated_to = Some(role.as_str().to_owned());
                    let state = AlertState::Escalated;
                    let alert = Alert { state, escalated_at: Some(self.now), escalated_to, ..alert };
                    changes.push((alert, "alert.escalated", Some(before)));
                }
                Move::Nothing => {}
            }
        }
        changes
    }

    fn raised(
        &self,
        (set, rule): (&CompiledAlerts, &CompiledAlert),
        loaded: &Loaded,
        due_on: Option<Date>,
    ) -> Alert {
        let row = &loaded.row;
        let holder = Holder { kind: row.kind, id: row.id };
        let facts = rule.read(&loaded.facts, (due_on, self.on));
        Alert {
            id: self.ids.next(),
            kind: format!("{KIND_PREFIX}{}", rule.code),
            episode_key: episode(set, holder, due_on),
            state: AlertState::Open,
            severity: rule.severity,
            legal_entity_id: row.legal_entity_id,
            account_id: row.account_id,
            holder_kind: Some(row.kind),
            holder_id: Some(row.id),
            rule_set_code: Some(set.code.to_string()),
            rule_set_version: Some(set.version),
            message: rule.name.en.clone(),
            params: json!({ "name": rule.name, "facts": facts }),
            due_on,
            since_on: Some(self.on),
            acknowledged_at: None,
            acknowledged_by: None,
            snoozed_until: None,
            escalated_at: None,
            escalated_to: None,
            raised_at: self.now,
            resolved_at: None,
        }
    }

    pub(super) fn resolved(&mut self, alert: Alert) -> Change {
        self.counts.resolved += 1;
        let before = alert.state;
        let alert = Alert { state: AlertState::Resolved, resolved_at: Some(self.now), ..alert };
        (alert, "alert.resolved", Some(before))
    }

    /// It comes back as if it were new: escalation counts from today.
    pub(super) fn woken(&mut self, alert: Alert) -> Change {
        self.counts.woken += 1;
        let before = alert.state;
        let (state, snoozed_until, since_on) = (AlertState::Open, None, Some(self.on));
        (Alert { state, since_on, snoozed_until, ..alert }, "alert.reopened", Some(before))
    }
}

/// Records what became of alerts and writes them, all together.
///
/// # Errors
/// `database.unavailable`.
pub(super) fn write(ctx: &Ctx, tx: &mut dyn WriteTx, changes: Vec<Change>) -> Outcome<()> {
    let mut saved: Vec<(Alert, EventId)> = Vec::with_capacity(changes.len());
    for (alert, kind, before) in changes {
        let event = tx.record(ctx, alert.event(kind, before))?;
        saved.push((alert, event));
    }
    if saved.is_empty() { Ok(()) } else { tx.save_alerts(&saved) }
}

/// Kind of its alerts, and rule set.
type RuleKey = (String, String);

fn key(set: &CompiledAlerts, rule: &CompiledAlert) -> RuleKey {
    (format!("{KIND_PREFIX}{}", rule.code), set.code.to_string())
}

fn by_rule(standing: Vec<Alert>) -> HashMap<RuleKey, Vec<Alert>> {
    let mut found = HashMap::<RuleKey, Vec<Alert>>::new();
    for alert in standing {
        let key = (alert.kind.clone(), alert.rule_set_code.clone().unwrap_or_default());
        found.entry(key).or_default().push(alert);
    }
    found
}

/// One alert stands for one rule of one rule set about one holder, and one date where it tells of dates.
fn episode(set: &CompiledAlerts, holder: Holder, due_on: Option<Date>) -> String {
    let Holder { kind, id } = holder;
    let date = due_on.map(|day| format!(":{day}")).unwrap_or_default();
    format!("{}:{kind}:{}{date}", set.code, Uuid::simple(id))
}

fn standing_of(alert: &Alert, on: Date) -> Standing {
    let Alert { state, due_on, snoozed_until, .. } = *alert;
    Standing { state, due_on, since: alert.since_on.unwrap_or(on), snoozed_until }
}
