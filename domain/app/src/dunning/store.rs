//! The ports of dunning: facts in as sets, decisions out as sets.

use domain::attributes::AttributeOwner;
use domain::dunning::group::{BlockReason, OpenContact, Stale};
use domain::receivables::kinds::ReceivableKind;
use kernel::id::EventId;
use kernel::{Currency, Date, Decimal, Instant, Outcome};
use serde_json::Value;
use uuid::Uuid;

use super::actions::Action;
use super::blocks::Block;
use super::chunk::ChunkRows;
use super::replay::StoredDecision;
use super::run::Run;
use super::scenarios::ScenarioVersion;

/// What a run must know of its legal entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunEntity {
    pub id: Uuid,
    pub code: String,
    /// IANA name.
    pub time_zone: String,
    pub language: String,
    pub calendar_code: String,
    pub scenario_code: Option<String>,
    /// Local time of the daily run, `HH:MM`.
    pub run_at: Option<String>,
    pub stale_after_hours: i32,
}

/// How fresh the data of a source is that dunning waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFreshness {
    pub no: i32,
    pub code: String,
    /// The last real session that was finished.
    pub finished: Option<FinishedPush>,
    /// A session is open or held: what it brings is incomplete.
    pub pushing: bool,
}

/// A finished push, as far as the gate looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FinishedPush {
    pub at: Instant,
    /// Whether its control totals were equal.
    pub equal: bool,
    /// The end of the latest business day that any finished push of the source speaks of. None speaks of a day that had not
    /// come when it was finished.
    pub known_until: Instant,
}

/// A dunning group: the account that receives the letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRow {
    pub group_id: Uuid,
    pub scenario_code: Option<String>,
    pub segment: Option<String>,
    pub country: Option<String>,
    pub language: Option<String>,
    pub portfolio: Option<String>,
    /// Proceedings against any party of the group are open on the date asked for.
    pub insolvent: bool,
    pub vulnerable: bool,
    pub intercompany: bool,
    pub source_nos: Vec<i32>,
}

/// An open item of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemRow {
    pub group_id: Uuid,
    pub account_id: Uuid,
    pub id: Uuid,
    pub kind: ReceivableKind,
    pub currency: Currency,
    pub open: Decimal,
    pub original: Decimal,
    pub issue_on: Date,
    /// The agreed due date where there is one.
    pub due_on: Date,
    pub expected_pay_on: Option<Date>,
    pub disputed: bool,
    /// What live instruments stand for of it.
    pub covered: Decimal,
}

/// A step that was proven sent for an item; the latest send of each step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentRow {
    pub group_id: Uuid,
    pub receivable_id: Uuid,
    pub step_code: String,
    pub step_no: i16,
    pub sent_on: Date,
}

/// A proposal nobody has answered yet, with the contact it proposes.
#[derive(Debug, Clone, PartialEq)]
pub struct ProposalRow {
    pub group_id: Uuid,
    pub action_id: Uuid,
    pub currency: Currency,
    pub act: Value,
}

/// A block in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockRow {
    pub account_id: Uuid,
    pub receivable_id: Option<Uuid>,
    pub reason: BlockReason,
    pub until: Option<Date>,
}

/// The last stored decision of a group and currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingRow {
    pub group_id: Uuid,
    pub currency: Currency,
    pub outcome: String,
    pub reason_code: String,
    pub decision_id: Uuid,
    pub decided_on: Date,
}

/// The attributes of a group's account or party, under the group's id, or of an open item, under its own.
#[derive(Debug, Clone, PartialEq)]
pub struct AttributeRow {
    pub owner: AttributeOwner,
    pub id: Uuid,
    pub attributes: Value,
}

/// Which facts of a group are wanted.
#[derive(Debug, Clone, Copy)]
pub struct FactsAsked<'a> {
    /// The business date.
    pub on: Date,
    /// Whose attributes.
    pub attributes: &'a [AttributeOwner],
    /// Decisions whose own proposals and messages are no open contacts: they are what is looked at.
    pub without: &'a [Uuid],
}

/// The facts of a chunk of groups.
#[derive(Debug, Clone, Default)]
pub struct LoadedFacts {
    pub groups: Vec<GroupRow>,
    pub items: Vec<ItemRow>,
    pub sent: Vec<SentRow>,
    /// Business date of the last message with a step really sent to the group.
    pub last_contacts: Vec<(Uuid, Date)>,
    /// Contacts on their way or of unknown outcome.
    pub contacts: Vec<(Uuid, OpenContact)>,
    pub proposals: Vec<ProposalRow>,
    pub blocks: Vec<BlockRow>,
    pub standings: Vec<StandingRow>,
    pub attributes: Vec<AttributeRow>,
}

/// An account on the way to its dunning group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRef {
    pub id: Uuid,
    pub legal_entity_id: Uuid,
    pub portfolio_id: Option<Uuid>,
    pub group_id: Uuid,
}

/// A decision that became a contact, for the last look before it leaves.
#[derive(Debug, Clone, PartialEq)]
pub struct DecidedContact {
    pub decision_id: Uuid,
    pub legal_entity_id: Uuid,
    pub group_id: Uuid,
    pub currency: Currency,
    /// Code and version of the scenario it was decided by.
    pub scenario: (String, i32),
    pub act: Value,
}

/// What is read of dunning.
pub trait DunningReads {
    /// Versions in force, by code.
    fn active_scenarios(&mut self) -> Outcome<Vec<ScenarioVersion>>;

    fn scenario_version(&mut self, code: &str, version: i32) -> Outcome<Option<ScenarioVersion>>;

    /// Codes of the message templates in force.
    fn template_codes(&mut self) -> Outcome<Vec<String>>;

    fn run_entity(&mut self, id: Uuid) -> Outcome<Option<RunEntity>>;

    /// Every legal entity with a time for its daily run.
    fn scheduled_entities(&mut self) -> Outcome<Vec<RunEntity>>;

    /// The sources of a legal entity that dunning waits for.
    fn source_freshness(&mut self, legal_entity: Uuid) -> Outcome<Vec<SourceFreshness>>;

    /// Groups with something open, or with a standing to be taken back, in the order of their ids.
    fn group_page(&mut self, legal_entity: Uuid, after: Option<Uuid>, limit: i64) -> Outcome<Vec<Uuid>>;

    fn count_groups(&mut self, legal_entity: Uuid) -> Outcome<i64>;

    /// Versions that are or were in force.
    fn enforced_scenarios(&mut self) -> Outcome<Vec<ScenarioVersion>>;

    /// The facts of these groups, in a fixed number of statements.
    fn load_facts(
        &mut self,
        legal_entity: Uuid,
        groups: &[Uuid],
        asked: FactsAsked<'_>,
    ) -> Outcome<LoadedFacts>;

    fn account_ref(&mut self, id: Uuid) -> Outcome<Option<AccountRef>>;

    /// Document numbers of receivables, for people.
    fn document_numbers(&mut self, group: Uuid, items: &[Uuid]) -> Outcome<Vec<(Uuid, String)>>;

    fn run(&mut self, id: Uuid) -> Outcome<Option<Run>>;

    /// Stored decisions of a run after an account, in the order of account and currency.
    fn stored_decisions(
        &mut self,
        run: Uuid,
        after: Option<Uuid>,
        limit: i64,
    ) -> Outcome<Vec<StoredDecision>>;

    /// The decision that a message carries out, and its date.
    fn decision_of_message(&mut self, account: Uuid, message: Uuid) -> Outcome<Option<(Uuid, Date)>>;

    fn decided_contacts(&mut self, decisions: &[(Uuid, Date)]) -> Outcome<Vec<DecidedContact>>;

    /// The real run of that date: the one that stands before one that was cancelled or failed, a held one last.
    fn run_of(&mut self, legal_entity: Uuid, business_on: Date) -> Outcome<Option<Run>>;
}

/// What is written.
pub trait DunningStore {
    fn next_scenario_version(&mut self, code: &str) -> Outcome<i32>;

    fn insert_scenario(&mut self, scenario: &ScenarioVersion, event: EventId) -> Outcome<()>;

    /// Retires the version in force, if any, and puts this one in force.
    fn activate_scenario(&mut self, code: &str, version: i32, at: Instant, event: EventId) -> Outcome<()>;

    fn insert_block(&mut self, block: &Block, event: EventId) -> Outcome<()>;

    /// # Errors
    /// `not_found`.
    fn block_for_update(&mut self, id: Uuid) -> Outcome<Block>;

    fn end_block(&mut self, id: Uuid, at: Instant, event: EventId) -> Outcome<()>;

    fn receivable_exists(&mut self, account: Uuid, receivable: Uuid) -> Outcome<bool>;

    /// Locks the legal entity, so that two starts come one after the other.
    fn lock_entity(&mut self, id: Uuid) -> Outcome<()>;

    fn insert_run(&mut self, run: &Run, event: EventId) -> Outcome<()>;

    /// # Errors
    /// `not_found`.
    fn run_for_update(&mut self, id: Uuid) -> Outcome<Run>;

    /// Saves state, reason, counts, progress, digest and end.
    fn save_run(&mut self, run: &Run) -> Outcome<()>;

    /// Writes everything a chunk decided: COPY for what is new, one statement for the standings.
    fn write_chunk(&mut self, run: &Run, rows: &ChunkRows, event: EventId) -> Outcome<()>;

    /// Hashes of all chunks in order; they are let go by [`DunningStore::drop_chunk_hashes`].
    fn chunk_hashes(&mut self, run: Uuid) -> Outcome<Vec<Vec<u8>>>;

    fn drop_chunk_hashes(&mut self, run: Uuid) -> Outcome<()>;

    /// Withdraws proposals that the facts have overtaken; `reason` is a reason code of the new decision.
    fn withdraw_actions(&mut self, actions: &[(Uuid, Uuid, String)], event: EventId) -> Outcome<()>;

    /// # Errors
    /// `not_found`.
    fn action_for_update(&mut self, id: Uuid) -> Outcome<Action>;

    /// Saves state, edit and who, and the next version.
    fn save_action(&mut self, action: &Action, event: EventId) -> Outcome<()>;

    /// Plans the message of an approved action.
    fn plan_message(&mut self, rows: &ChunkRows, event: EventId) -> Outcome<()>;

    /// Marks the instruments of a legal entity whose maturity has come by a day, and raises an alert, once for each, of those
    /// whose result is overdue.
    fn mature_instruments(
        &mut self,
        legal_entity: Uuid,
        on: Date,
        now: Instant,
        event: EventId,
    ) -> Outcome<()>;

    /// The job that shows a run's progress and that a worker takes.
    fn insert_run_job(&mut self, run: &Run, event: EventId) -> Outcome<()>;

    /// Takes the next run that waits, or whose worker died; machine time, since a test book's clock may stand still.
    fn claim_run_job(&mut self, lease_seconds: i32) -> Outcome<Option<ClaimedJob>>;

    /// Shows progress, keeps the lease and counts attempts anew: a run that moves on is not failing.
    fn touch_run_job(&mut self, job: Uuid, done: i64, lease_seconds: i32) -> Outcome<()>;

    /// Shows progress and keeps the lease of work that leaves nothing behind before its end: the attempt goes on.
    fn keep_run_job(&mut self, job: Uuid, done: i64, lease_seconds: i32) -> Outcome<()>;

    fn end_run_job(&mut self, job: Uuid, end: &JobEnd<'_>, now: Instant) -> Outcome<()>;

    /// Takes or keeps a lease by machine time; `false` while another instance holds it.
    fn take_lease(&mut self, name: &str, holder: Uuid, seconds: i32) -> Outcome<bool>;
}

/// A job that this worker now holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimedJob {
    pub id: Uuid,
    pub run_id: Uuid,
    /// From 1.
    pub attempt: i32,
    pub attempts_max: i32,
}

/// How a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobEnd<'e> {
    Finished,
    Cancelled,
    Failed {
        code: &'e str,
        message: &'e str,
    },
    /// To be tried again later.
    Released {
        seconds: i32,
    },
    /// Somebody else may take it at once; this was no failed attempt.
    HandedOver,
}

/// Why a source's data is not fit to dun by, as a run shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaleSource {
    pub no: i32,
    pub code: String,
    pub stale: Stale,
}
