//! Replaying a run: every stored decision is taken again on the facts it was taken on, and must come out the same.

use std::collections::HashMap;

use domain::access::Permission;
use domain::dunning::compiled::CompiledScenario;
use domain::dunning::decide::Decider;
use domain::dunning::digest::{RunDigest, decision_hash};
use domain::dunning::facts::FactSchema;
use domain::dunning::one_contact::keep_one_contact;
use kernel::calendar::BusinessCalendar;
use kernel::id::{AccountId, RunId};
use kernel::{Currency, Error, Outcome, text};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::assemble::compile;
use super::run::{Run, RunState};
use super::work::{key_of, versions};
use super::{codes, stored};
use crate::App;
use crate::calendars;
use crate::codes::INTERNAL;
use crate::ctx::Ctx;
use crate::lists::not_found;
use crate::store::ReadTx;

/// A decision as stored, with what it was decided on.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredDecision {
    pub account_id: Uuid,
    pub id: Uuid,
    pub currency: Currency,
    pub scenario_code: String,
    pub facts: Value,
    pub hash: Vec<u8>,
}

/// What a replay found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Replayed {
    /// Stored decisions taken again.
    pub decisions: i64,
    pub equal: i64,
    /// Decisions that came out differently; at most a hundred are named.
    pub different: Vec<Uuid>,
    /// Whether every one came out the same.
    pub holds: bool,
    /// SHA-256 over the stored decisions as they came out now, in hexadecimal.
    pub digest: String,
    /// The same over the hashes that were stored.
    pub stored_digest: String,
}

/// How many differing decisions are named.
const NAMED_MAX: usize = 100;
/// Accounts looked at in one go.
const PAGE: i64 = 2_000;

/// Replays a finished run.
///
/// # Errors
/// `auth.forbidden`, `auth.out_of_scope`, `not_found`, `run.not_finished`.
pub fn replay(app: &App, ctx: &Ctx, id: RunId) -> Outcome<Replayed> {
    ctx.require(Permission::DunningRead)?;
    app.store.view("dunning.replay", |tx| {
        let run = tx.run(id.0)?.ok_or_else(|| not_found("dunning_runs", &id.to_string()))?;
        ctx.scope.require_legal_entity(run.legal_entity_id)?;
        if run.state != RunState::Finished {
            return Err(Error::with(&codes::RUN_NOT_FINISHED, format!("the run is {}", run.state)));
        }
        replayed(tx, &run)
    })
}

fn replayed(tx: &mut (impl ReadTx + ?Sized), run: &Run) -> Outcome<Replayed> {
    let entity = tx.run_entity(run.legal_entity_id)?;
    let entity = entity.ok_or_else(|| Error::new(&INTERNAL).caused_by("the run's legal entity is gone"))?;
    let calendar = calendars::of_entity(tx, &entity.calendar_code)?;
    let schema = FactSchema::new(tx.declared_attributes()?);
    let compiled = versions(tx, run)?.iter().map(|v| compile(v, &schema)).collect::<Outcome<Vec<_>>>()?;
    let mut replay = Replay::new(&compiled, &calendar, run);
    let mut after = None;
    loop {
        let page = tx.stored_decisions(run.id, after, PAGE)?;
        let Some(last) = page.last() else { break };
        after = Some(last.account_id);
        for group in page.chunk_by(|a, b| a.account_id == b.account_id) {
            replay.group(group)?;
        }
    }
    Ok(replay.found(run))
}

struct Replay<'r> {
    deciders: HashMap<&'r str, Decider<'r>>,
    decisions: i64,
    equal: i64,
    different: Vec<Uuid>,
    now: RunDigest,
    then: RunDigest,
}

impl<'r> Replay<'r> {
    fn new(compiled: &'r [CompiledScenario], calendar: &'r BusinessCalendar, run: &Run) -> Self {
        let decider = |s: &'r CompiledScenario| (s.code(), Decider::new(s, calendar, run.business_on));
        Self {
            deciders: compiled.iter().map(decider).collect(),
            decisions: 0,
            equal: 0,
            different: Vec::new(),
            now: RunDigest::default(),
            then: RunDigest::default(),
        }
    }

    /// All stored decisions of one group, since one currency's contact holds the others back.
    fn group(&mut self, group: &[StoredDecision]) -> Outcome<()> {
        let mut decisions = Vec::with_capacity(group.len());
        for found in group {
            let facts = stored::facts_of(&found.facts)?;
            let decider = self.deciders.get_mut(found.scenario_code.as_str());
            let decider =
                decider.ok_or_else(|| Error::new(&INTERNAL).caused_by("a scenario of the run is gone"))?;
            decisions.push(decider.decide(&facts));
        }
        keep_one_contact(&mut decisions);
        for (found, decision) in group.iter().zip(&decisions) {
            let hash = decision_hash(decision);
            self.decisions += 1;
            if hash.as_slice() == found.hash.as_slice() {
                self.equal += 1;
            } else if self.different.len() < NAMED_MAX {
                self.different.push(found.id);
            }
            self.now.add(decision);
            if let Ok(hash) = <[u8; 32]>::try_from(found.hash.as_slice()) {
                self.then.add_hash(AccountId(found.account_id), found.currency, hash);
            }
        }
        Ok(())
    }

    fn found(self, run: &Run) -> Replayed {
        let key = key_of(run);
        Replayed {
            decisions: self.decisions,
            equal: self.equal,
            holds: self.equal == self.decisions,
            different: self.different,
            digest: text::hex(&self.now.finish(&key)),
            stored_digest: text::hex(&self.then.finish(&key)),
        }
    }
}
