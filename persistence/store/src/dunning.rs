//! Dunning: facts in as sets, decisions out by COPY.

mod actions;
mod attributes;
mod decisions;
pub(crate) mod facts;
mod instruments;
pub(crate) mod jobs;
mod reads;
mod rows;
mod runs;
mod scenarios;

use app::dunning::actions::Action;
use app::dunning::blocks::Block;
use app::dunning::chunk::ChunkRows;
use app::dunning::replay::StoredDecision;
use app::dunning::run::Run;
use app::dunning::scenarios::ScenarioVersion;
use app::dunning::store::{
    AccountRef, ClaimedJob, DecidedContact, DunningReads, DunningStore, FactsAsked, JobEnd, LoadedFacts,
    RunEntity, SourceFreshness,
};
use kernel::id::EventId;
use kernel::{Date, Instant, Outcome};
use uuid::Uuid;

use crate::tx::PgTx;

impl DunningReads for PgTx<'_> {
    fn active_scenarios(&mut self) -> Outcome<Vec<ScenarioVersion>> {
        scenarios::active(self.conn)
    }

    fn scenario_version(&mut self, code: &str, version: i32) -> Outcome<Option<ScenarioVersion>> {
        scenarios::version(self.conn, code, version)
    }

    fn template_codes(&mut self) -> Outcome<Vec<String>> {
        scenarios::template_codes(self.conn)
    }

    fn run_entity(&mut self, id: Uuid) -> Outcome<Option<RunEntity>> {
        reads::entity(self.conn, id)
    }

    fn scheduled_entities(&mut self) -> Outcome<Vec<RunEntity>> {
        reads::scheduled(self.conn)
    }

    fn source_freshness(&mut self, legal_entity: Uuid) -> Outcome<Vec<SourceFreshness>> {
        reads::freshness(self.conn, legal_entity)
    }

    fn group_page(&mut self, legal_entity: Uuid, after: Option<Uuid>, limit: i64) -> Outcome<Vec<Uuid>> {
        reads::group_page(self.conn, legal_entity, after, limit)
    }

    fn count_groups(&mut self, legal_entity: Uuid) -> Outcome<i64> {
        reads::count_groups(self.conn, legal_entity)
    }

    fn enforced_scenarios(&mut self) -> Outcome<Vec<ScenarioVersion>> {
        scenarios::enforced(self.conn)
    }

    fn load_facts(
        &mut self,
        legal_entity: Uuid,
        groups: &[Uuid],
        asked: FactsAsked<'_>,
    ) -> Outcome<LoadedFacts> {
        facts::load(self.conn, (legal_entity, groups), asked)
    }

    fn account_ref(&mut self, id: Uuid) -> Outcome<Option<AccountRef>> {
        reads::account(self.conn, id)
    }

    fn document_numbers(&mut self, group: Uuid, items: &[Uuid]) -> Outcome<Vec<(Uuid, String)>> {
        reads::document_numbers(self.conn, group, items)
    }

    fn run(&mut self, id: Uuid) -> Outcome<Option<Run>> {
        runs::find(self.conn, id)
    }

    fn stored_decisions(
        &mut self,
        run: Uuid,
        after: Option<Uuid>,
        limit: i64,
    ) -> Outcome<Vec<StoredDecision>> {
        decisions::stored(self.conn, run, after, limit)
    }

    fn decision_of_message(&mut self, account: Uuid, message: Uuid) -> Outcome<Option<(Uuid, Date)>> {
        decisions::of_message(self.conn, account, message)
    }

    fn decided_contacts(&mut self, decisions: &[(Uuid, Date)]) -> Outcome<Vec<DecidedContact>> {
        decisions::contacts(self.conn, decisions)
    }

    fn run_of(&mut self, legal_entity: Uuid, business_on: Date) -> Outcome<Option<Run>> {
        runs::of(self.conn, legal_entity, business_on)
    }
}

impl DunningStore for PgTx<'_> {
    fn next_scenario_version(&mut self, code: &str) -> Outcome<i32> {
        scenarios::next_version(self.conn, code)
    }

    fn insert_scenario(&mut self, scenario: &ScenarioVersion, event: EventId) -> Outcome<()> {
        scenarios::insert(self.conn, scenario, event)
    }

    fn activate_scenario(&mut self, code: &str, version: i32, at: Instant, event: EventId) -> Outcome<()> {
        scenarios::activate(self.conn, (code, version), at, event)
    }

    fn insert_block(&mut self, block: &Block, event: EventId) -> Outcome<()> {
        scenarios::insert_block(self.conn, block, event)
    }

    fn block_for_update(&mut self, id: Uuid) -> Outcome<Block> {
        scenarios::block_for_update(self.conn, id)
    }

    fn end_block(&mut self, id: Uuid, at: Instant, event: EventId) -> Outcome<()> {
        scenarios::end_block(self.conn, id, at, event)
    }

    fn receivable_exists(&mut self, account: Uuid, receivable: Uuid) -> Outcome<bool> {
        reads::receivable_exists(self.conn, account, receivable)
    }

    fn lock_entity(&mut self, id: Uuid) -> Outcome<()> {
        runs::lock_entity(self.conn, id)
    }

    fn insert_run(&mut self, run: &Run, event: EventId) -> Outcome<()> {
        runs::insert(self.conn, run, event)
    }

    fn run_for_update(&mut self, id: Uuid) -> Outcome<Run> {
        runs::for_update(self.conn, id)
    }

    fn save_run(&mut self, run: &Run) -> Outcome<()> {
        runs::save(self.conn, run)
    }

    fn write_chunk(&mut self, run: &Run, rows: &ChunkRows, event: EventId) -> Outcome<()> {
        rows::write_chunk(self.conn, run, rows, event)
    }

    fn chunk_hashes(&mut self, run: Uuid) -> Outcome<Vec<Vec<u8>>> {
        runs::chunk_hashes(self.conn, run)
    }

    fn drop_chunk_hashes(&mut self, run: Uuid) -> Outcome<()> {
        runs::drop_chunk_hashes(self.conn, run)
    }

    fn withdraw_actions(&mut self, withdrawn: &[(Uuid, Uuid, String)], event: EventId) -> Outcome<()> {
        actions::withdraw(self.conn, withdrawn, event)
    }

    fn action_for_update(&mut self, id: Uuid) -> Outcome<Action> {
        actions::for_update(self.conn, id)
    }

    fn save_action(&mut self, action: &Action, event: EventId) -> Outcome<()> {
        actions::save(self.conn, action, event)
    }

    fn plan_message(&mut self, rows: &ChunkRows, event: EventId) -> Outcome<()> {
        rows::write_messages(self.conn, rows, event)
    }

    fn mature_instruments(
        &mut self,
        legal_entity: Uuid,
        on: Date,
        now: Instant,
        event: EventId,
    ) -> Outcome<()> {
        instruments::mature(self.conn, (legal_entity, on), (now, event))
    }

    fn insert_run_job(&mut self, run: &Run, event: EventId) -> Outcome<()> {
        jobs::insert(self.conn, run, event)
    }

    fn claim_run_job(&mut self, lease_seconds: i32) -> Outcome<Option<ClaimedJob>> {
        jobs::claim(self.conn, lease_seconds)
    }

    fn touch_run_job(&mut self, job: Uuid, done: i64, lease_seconds: i32) -> Outcome<()> {
        jobs::touch(self.conn, job, (done, true), lease_seconds)
    }

    fn keep_run_job(&mut self, job: Uuid, done: i64, lease_seconds: i32) -> Outcome<()> {
        jobs::touch(self.conn, job, (done, false), lease_seconds)
    }

    fn end_run_job(&mut self, job: Uuid, end: &JobEnd<'_>, now: Instant) -> Outcome<()> {
        jobs::end(self.conn, job, end, now)
    }

    fn take_lease(&mut self, name: &str, holder: Uuid, seconds: i32) -> Outcome<bool> {
        jobs::take_lease(self.conn, name, holder, seconds)
    }
}
