//! The ports of rule sets.

use domain::credit::rule_sets::RuleKind;
use kernel::id::EventId;
use kernel::{Instant, Outcome};
use uuid::Uuid;

use super::RuleSetVersion;

/// What is read.
pub trait RuleSetReads {
    /// The version in force.
    fn active_rule_set(&mut self, kind: RuleKind, code: &str) -> Outcome<Option<RuleSetVersion>>;

    /// Which of these codes have a version in force, and which one.
    fn active_versions(&mut self, kind: RuleKind, codes: &[&str]) -> Outcome<Vec<(String, i32)>>;

    /// Who put a version into force; nobody where the installation did.
    fn rule_set_activated_by(&mut self, kind: RuleKind, code: &str, version: i32) -> Outcome<Option<Uuid>>;

    /// Every version of a kind in force, by code.
    fn active_rule_sets(&mut self, kind: RuleKind) -> Outcome<Vec<RuleSetVersion>>;

    fn rule_set_version(
        &mut self,
        kind: RuleKind,
        code: &str,
        version: i32,
    ) -> Outcome<Option<RuleSetVersion>>;

    /// Every version of every kind that is or was in force.
    fn enforced_rule_sets(&mut self) -> Outcome<Vec<RuleSetVersion>>;
}

/// What is written.
pub trait RuleSetStore {
    /// Holds back others who change the same rule set until the end of the transaction.
    fn lock_rule_set(&mut self, kind: RuleKind, code: &str) -> Outcome<()>;

    /// The number of the next version, under the lock.
    fn next_rule_set_version(&mut self, kind: RuleKind, code: &str) -> Outcome<i32>;

    fn insert_rule_set(&mut self, version: &RuleSetVersion, event: EventId) -> Outcome<()>;

    /// Puts a version into force and retires the one before.
    fn activate_rule_set(
        &mut self,
        version: (RuleKind, &str, i32),
        at: Instant,
        event: EventId,
    ) -> Outcome<()>;
}
