//! The ports of scoring.

use domain::credit::scoring::statements::Statement;
use kernel::id::EventId;
use kernel::{Date, Decimal, Instant, Outcome};
use serde_json::Value;
use uuid::Uuid;

use super::overrides::RatingOverride;
use super::run::ScoreRun;
use super::score::ScoreRecord;
use super::statements::StoredStatement;
use crate::credit::learning::store::ModelFacts;
use crate::dunning::store::ClaimedJob;

/// A party that stands for a risk, with the flags of all that count as one with it.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, as the party has it")]
pub struct PartyRow {
    pub party_id: Uuid,
    pub kind: String,
    pub country: Option<String>,
    pub segment: Option<String>,
    pub insolvent: bool,
    pub doubtful: bool,
    pub vulnerable: bool,
    pub intercompany: bool,
    pub attributes: Value,
}

/// An item that was closed in the last year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedRow {
    pub party_id: Uuid,
    pub currency: String,
    /// What came in of it.
    pub paid: Decimal,
    pub issue_on: Date,
    pub due_on: Date,
    pub expected_pay_on: Option<Date>,
    pub closed_on: Date,
    /// Kind of the entry that closed it.
    pub closed_by: Option<String>,
}

/// What happened around the items of a party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivityRow {
    pub party_id: Uuid,
    pub first_issue_on: Option<Date>,
    pub days_overdue_max: i64,
    pub disputes: i64,
    /// Of them those of the last 30 days.
    pub new_disputes: i64,
    pub returns: i64,
    pub bounced_messages: i64,
    pub broken_promises: i64,
}

/// The external rating that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalRow {
    pub party_id: Uuid,
    pub grade: Option<String>,
    pub position: Option<Decimal>,
    pub probability: Option<Decimal>,
    pub rated_on: Date,
    pub downgrade: bool,
}

/// The score in force of a party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrentScore {
    pub party_id: Uuid,
    pub id: Uuid,
    pub class: Option<String>,
    pub points: Option<Decimal>,
    /// Points gained or lost since the score before.
    pub change: Option<Decimal>,
    pub digest: Vec<u8>,
}

/// What a chunk of parties is scored on.
#[derive(Debug, Clone, Default)]
pub struct LoadedFacts {
    pub parties: Vec<PartyRow>,
    pub closed: Vec<ClosedRow>,
    pub activity: Vec<ActivityRow>,
    pub external: Vec<ExternalRow>,
    pub statements: Vec<(Uuid, Statement)>,
    pub models: Vec<ModelFacts>,
    pub scores: Vec<CurrentScore>,
    /// Classes that people set, in force on the day.
    pub by_hand: Vec<(Uuid, String)>,
}

/// A score about to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct NewScore {
    pub record: ScoreRecord,
    pub digest: [u8; 32],
}

/// What is read.
pub trait ScoringReads {
    /// The party that stands for all that count as one risk with this one.
    fn risk_party_of(&mut self, party: Uuid) -> Outcome<Uuid>;

    /// Parties that stand for a risk with accounts, in the order of their ids.
    fn risk_party_page(&mut self, after: Option<Uuid>, limit: i64) -> Outcome<Vec<Uuid>>;

    fn count_risk_parties(&mut self) -> Outcome<i64>;

    /// What these parties are scored on, on a day, in a fixed number of statements; with their scores by a scorecard.
    fn load_scoring_facts(&mut self, parties: &[Uuid], on: Date, scorecard: &str) -> Outcome<LoadedFacts>;

    fn score(&mut self, id: Uuid) -> Outcome<Option<ScoreRecord>>;

    /// The score that was in force at an instant.
    fn score_at(&mut self, party: Uuid, scorecard: &str, at: Instant) -> Outcome<Option<ScoreRecord>>;

    /// Overrides that hold on a day, as known at an instant: set by then, and not ended by a person. Of all parties that count as one.
    fn overrides_on(
        &mut self,
        party: Uuid,
        scorecard: &str,
        at: (Date, Instant),
    ) -> Outcome<Vec<RatingOverride>>;

    fn score_run(&mut self, id: Uuid) -> Outcome<Option<ScoreRun>>;

    /// The run that is under way by a scorecard.
    fn running_score_run(&mut self, scorecard: &str) -> Outcome<Option<ScoreRun>>;

    /// Statements that count, the newest closing date first.
    fn statements_of(&mut self, party: Uuid, limit: i64) -> Outcome<Vec<StoredStatement>>;
}

/// What is written.
pub trait ScoringStore {
    /// Who set the overrides that hold on a day for the party of a holder, or for any that counts as one with it.
    fn overrides_set_by(&mut self, holder: Uuid, day: Date) -> Outcome<Vec<Uuid>>;

    /// Who put the scorecards into force by which the party of a holder is scored.
    fn scorecards_activated_by(&mut self, holder: Uuid) -> Outcome<Vec<Uuid>>;

    /// Writes scores and supersedes those before them. Writers of scores come one after the other.
    fn write_scores(&mut self, scores: &[NewScore], event: EventId) -> Outcome<()>;

    fn insert_score_run(&mut self, run: &ScoreRun, event: EventId) -> Outcome<()>;

    /// # Errors
    /// `not_found`.
    fn score_run_for_update(&mut self, id: Uuid) -> Outcome<ScoreRun>;

    /// Saves state, counts, progress and end.
    fn save_score_run(&mut self, run: &ScoreRun) -> Outcome<()>;

    /// The job that shows a run's progress and that a worker takes.
    fn insert_score_job(&mut self, run: &ScoreRun, event: EventId) -> Outcome<()>;

    fn claim_score_job(&mut self, lease_seconds: i32) -> Outcome<Option<ClaimedJob>>;

    fn insert_override(&mut self, word: &RatingOverride, event: EventId) -> Outcome<()>;

    /// # Errors
    /// `not_found`.
    fn override_for_update(&mut self, id: Uuid) -> Outcome<RatingOverride>;

    fn end_override(&mut self, id: Uuid, at: Instant, event: EventId) -> Outcome<()>;

    /// Overrides that ended before a day and of which nobody was told, locked.
    fn overrides_past(&mut self, day: Date, limit: i64) -> Outcome<Vec<RatingOverride>>;

    fn expire_override(&mut self, id: Uuid, at: Instant, event: EventId) -> Outcome<()>;

    /// The statement that counts of a party and closing date, locked.
    fn statement_for_update(&mut self, party: Uuid, closes_on: Date) -> Outcome<Option<StoredStatement>>;

    /// # Errors
    /// `not_found`.
    fn statement_by_id_for_update(&mut self, id: Uuid) -> Outcome<StoredStatement>;

    fn insert_statement(&mut self, statement: &StoredStatement, event: EventId) -> Outcome<()>;

    fn supersede_statement(&mut self, id: Uuid, at: Instant, event: EventId) -> Outcome<()>;
}
