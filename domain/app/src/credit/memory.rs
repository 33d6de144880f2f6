//! What an instance remembers of credit: policies made ready once, and answers given while the database was away.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use domain::access::Scope;
use domain::credit::policy::{Checkpoint, OnFailure};
use domain::credit::ready::ReadyPolicy;
use kernel::{Currency, Decimal, Instant};
use uuid::Uuid;

use super::store::AccountRef;

/// Answers kept for the record while the database is away. Beyond it the oldest stand in the log alone.
const UNRECORDED_MAX: usize = 100_000;

/// An answer that waits to be recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Unrecorded {
    pub id: Uuid,
    pub at: Instant,
    pub account: AccountRef,
    /// The account as the caller named it.
    pub asked: String,
    pub checkpoint: Checkpoint,
    pub reference: Option<String>,
    pub currency: Currency,
    pub amount: Decimal,
    pub answered: OnFailure,
    pub cause: String,
    pub actor: Uuid,
    pub actor_name: String,
    /// What the caller may see.
    pub scope: Scope,
    pub request_id: String,
}

/// Policies made ready, by code and version.
type Ready = HashMap<(String, i32), Arc<ReadyPolicy>>;

/// Shared by everything in one process.
#[derive(Debug, Default)]
pub struct CreditMemory {
    policies: RwLock<Ready>,
    unrecorded: Mutex<VecDeque<Unrecorded>>,
}

impl CreditMemory {
    /// A policy that is ready.
    pub fn policy(&self, code: &str, version: i32) -> Option<Arc<ReadyPolicy>> {
        let policies = self.policies.read().unwrap_or_else(PoisonError::into_inner);
        policies.get(&(code.to_owned(), version)).cloned()
    }

    /// Keeps the version of a policy that was seen last: an older draft may be put into force after a newer one.
    pub fn keep_policy(&self, version: i32, policy: Arc<ReadyPolicy>) {
        let mut policies = self.policies.write().unwrap_or_else(PoisonError::into_inner);
        let code = policy.policy().code.clone();
        policies.retain(|(known, at), _| *known != code || *at == version);
        policies.insert((code, version), policy);
    }

    /// What the policies last seen say of checks that cannot be decided: the most careful of them.
    pub fn failure_at(&self, checkpoint: Checkpoint) -> OnFailure {
        let policies = self.policies.read().unwrap_or_else(PoisonError::into_inner);
        let all = policies.values().map(|ready| ready.policy().failure_at(checkpoint));
        all.max().unwrap_or(OnFailure::Closed)
    }

    /// Keeps an answer for the record.
    pub fn keep_unrecorded(&self, answer: Unrecorded) {
        let mut waiting = self.unrecorded.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push_back(answer);
        if waiting.len() > UNRECORDED_MAX {
            waiting.pop_front();
        }
    }

    /// Takes what waits, oldest first.
    pub fn take_unrecorded(&self, limit: usize) -> Vec<Unrecorded> {
        let mut waiting = self.unrecorded.lock().unwrap_or_else(PoisonError::into_inner);
        let count = limit.min(waiting.len());
        waiting.drain(..count).collect()
    }

    /// Puts back what could not be recorded.
    pub fn put_back(&self, answers: Vec<Unrecorded>) {
        let mut waiting = self.unrecorded.lock().unwrap_or_else(PoisonError::into_inner);
        for answer in answers.into_iter().rev() {
            waiting.push_front(answer);
        }
    }
}
