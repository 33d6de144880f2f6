//! Looking at some holders: from their facts and what stands to the alerts as they are now.

use std::collections::HashMap;

use domain::credit::alerts::{
    AlertState, CompiledAlert, CompiledAlerts, Episode, Judged, Move, Standing, moves,
};
use domain::credit::check::Holder;
use domain::rules::evaluate::Machine;
use kernel::clock::Ids;
use kernel::id::EventId;
use kernel::text_enum::TextEnum as _;
use kernel::{Date, Decimal, Instant, Outcome};
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
        let mut standing = standing
            .into_iter()
            .map(|a| ((a.kind.clone(), a.episode_key.clone()), a))
            .collect::<HashMap<_, _>>();
        let holder = Holder { kind: loaded.row.kind, id: loaded.row.id };
        let mut changes = Vec::new();
        let rules = self.rules;
        for set in rules {
            for rule in set.rules_of(holder.kind) {
                let key = (format!("{KIND_PREFIX}{}", rule.code), episode(set, holder));
                let alert = standing.remove(&key);
                let judged = match loaded.undecidable(rule.reads()) {
                    None => rule.judge(&mut self.machine, &loaded.facts),
                    Some(why) => Judged::Unknown { why: why.to_owned() },
                };
                changes.extend(self.rule((set, rule), loaded, &judged, alert));
            }
        }
        // Of rules that are no more, or look at others now.
        changes.extend(standing.into_values().map(|alert| self.resolved(alert)));
        changes
    }

    fn rule(
        &mut self,
        (set, rule): (&CompiledAlerts, &CompiledAlert),
        loaded: &Loaded,
        judged: &Judged,
        alert: Option<Alert>,
    ) -> Option<Change> {
        if let Judged::Unknown { .. } = judged {
            self.counts.undecided += 1;
        }
        let episode = Episode {
            judged,
            standing: alert.as_ref().map(|a| standing_of(a, self.on)),
            escalate: rule.escalate.as_ref(),
        };
        match (moves(&episode, self.on), alert, judged) {
            (Move::Raise, _, Judged::Holds { days }) => {
                self.counts.raised += 1;
                Some((self.raised((set, rule), loaded, *days), "alert.raised", None))
            }
            (Move::Resolve, Some(alert), _) => Some(self.resolved(alert)),
            (Move::Wake, Some(alert), _) => Some(self.woken(alert)),
            (Move::Escalate(role), Some(alert), _) => {
                self.counts.escalated += 1;
                let before = alert.state;
                let escalated_to = Some(role.as_str().to_owned());
                let state = AlertState::Escalated;
                let alert = Alert { state, escalated_at: Some(self.now), escalated_to, ..alert };
                Some((alert, "alert.escalated", Some(before)))
            }
            (Move::Raise | Move::Resolve | Move::Wake | Move::Escalate(_) | Move::Nothing, ..) => None,
        }
    }

    fn raised(
        &self,
        (set, rule): (&CompiledAlerts, &CompiledAlert),
        loaded: &Loaded,
        days: Option<Decimal>,
    ) -> Alert {
        let row = &loaded.row;
        let holder = Holder { kind: row.kind, id: row.id };
        let mut reads = rule.reads().collect::<Vec<_>>();
        reads.push("holder.currency");
        Alert {
            id: self.ids.next(),
            kind: format!("{KIND_PREFIX}{}", rule.code),
            episode_key: episode(set, holder),
            state: AlertState::Open,
            severity: rule.severity,
            legal_entity_id: row.legal_entity_id,
            account_id: row.account_id,
            holder_kind: Some(row.kind),
            holder_id: Some(row.id),
            rule_set_code: Some(set.code.to_string()),
            rule_set_version: Some(set.version),
            message: rule.name.en.clone(),
            params: json!({ "name": rule.name, "facts": loaded.facts.only(reads) }),
            due_on: days.and_then(|days| days_after(self.on, days)),
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

/// One alert stands for one rule of one rule set about one holder.
fn episode(set: &CompiledAlerts, holder: Holder) -> String {
    let Holder { kind, id } = holder;
    format!("{}:{kind}:{}", set.code, Uuid::simple(id))
}

fn standing_of(alert: &Alert, on: Date) -> Standing {
    Standing { state: alert.state, since: alert.since_on.unwrap_or(on), snoozed_until: alert.snoozed_until }
}

fn days_after(on: Date, days: Decimal) -> Option<Date> {
    let days = i64::try_from(days.trunc()).ok()?;
    on.checked_add_signed(chrono::Duration::try_days(days)?)
}
