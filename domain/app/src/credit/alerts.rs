//! Alerts of credit: what a run finds out about every holder of risk, and what people do about it.
//!
//! An alert is a row of the one table of alerts, whoever raised it: what can be done about it is the same.

pub mod calendar;
mod chunk;
pub mod codes;
mod handle;
pub mod lists;
mod run;
pub mod schedule;
pub mod store;
pub mod work;

use domain::credit::alerts::{AlertSeverity, AlertState};
use domain::credit::check::{Holder, HolderKind};
use kernel::{Date, Instant};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

pub use self::handle::{acknowledge, escalate, resolve, snooze};
pub use self::run::{AlertRun, AlertRunState, start_run};
use crate::events::NewEvent;

/// What the kinds of alerts that rules raise begin with.
pub const KIND_PREFIX: &str = "credit.";

/// An alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    pub id: Uuid,
    pub kind: String,
    pub episode_key: String,
    pub state: AlertState,
    pub severity: AlertSeverity,
    pub legal_entity_id: Option<Uuid>,
    pub account_id: Option<Uuid>,
    pub holder_kind: Option<HolderKind>,
    pub holder_id: Option<Uuid>,
    pub rule_set_code: Option<String>,
    pub rule_set_version: Option<i32>,
    pub message: String,
    /// Of one that a rule raised: its name in both languages, and the facts it read.
    pub params: Value,
    pub due_on: Option<Date>,
    pub since_on: Option<Date>,
    pub acknowledged_at: Option<Instant>,
    pub acknowledged_by: Option<String>,
    pub snoozed_until: Option<Date>,
    pub escalated_at: Option<Instant>,
    pub escalated_to: Option<String>,
    pub raised_at: Instant,
    pub resolved_at: Option<Instant>,
}

impl Alert {
    /// Whose risk it is about, where a rule raised it.
    pub fn holder(&self) -> Option<Holder> {
        Some(Holder { kind: self.holder_kind?, id: self.holder_id? })
    }

    /// An event about it, with everything a receiver needs who asks nothing back.
    fn event(&self, kind: &'static str, before: Option<AlertState>) -> NewEvent {
        let holder = self.holder().map(|h| json!({ "kind": h.kind, "id": h.public_id() }));
        let rule_set =
            self.rule_set_code.as_ref().map(|code| json!({ "code": code, "version": self.rule_set_version }));
        let after = json!({ "kind": self.kind, "state": self.state, "severity": self.severity,
            "message": self.message, "params": self.params, "holder": holder, "rule_set": rule_set,
            "due_on": self.due_on, "acknowledged_by": self.acknowledged_by, "snoozed_until": self.snoozed_until,
            "escalated_to": self.escalated_to });
        let before = before.map_or(Value::Null, |state| json!({ "state": state }));
        let mut event = NewEvent::about(kind, "alert", self.id).change(before, after);
        if let Some(account) = self.account_id {
            event = event.account(account);
        }
        if let Some(entity) = self.legal_entity_id {
            event = event.legal_entity(entity);
        }
        event
    }
}
