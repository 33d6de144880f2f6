//! The port of back-tests.

use domain::credit::backtest::judge::Conditions;
use domain::credit::backtest::limit_table::LimitTableRule;
use domain::credit::backtest::scorecard::ScorecardRule;
use domain::receivables::kinds::EntryKind;
use kernel::id::EventId;
use kernel::{Date, Decimal, Instant, Outcome, text_enum};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::decided::DecidedRow;
use crate::credit::learning::store::WorkState;

text_enum! {
    /// By what was known.
    pub enum Knowledge {
        /// Only what was in the books at each decision.
        Recorded = "recorded",
        /// By business dates, also what was entered later: for a book whose past was loaded in one go.
        Effective = "effective",
    }
}

/// What is tried: conditions, or a version of a scorecard or of a limit table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum TriedRule {
    Scorecard { scorecard: ScorecardRule },
    LimitTable { limit_table: LimitTableRule },
    Conditions(Conditions),
}

/// A back-test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BacktestRecord {
    pub id: Uuid,
    pub legal_entity_id: Uuid,
    pub state: WorkState,
    pub state_reason: Option<String>,
    pub knowledge: Knowledge,
    /// First of the first month, and of the month after the last.
    pub from_on: Date,
    pub until_on: Date,
    pub rule: TriedRule,
    /// What was really done when absent.
    pub against: Option<TriedRule>,
    /// A list of [`domain::credit::backtest::report::CurrencyReport`]; there once finished.
    pub report: Option<Value>,
    pub started_at: Instant,
    pub finished_at: Option<Instant>,
    pub job_id: Uuid,
}

/// An invoice of an account, for the past.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PastItemRow {
    pub account_id: Uuid,
    pub id: Uuid,
    /// ISO 4217.
    pub currency: String,
    pub issue_on: Date,
    pub due_on: Date,
    pub agreed_due_on: Option<Date>,
    pub amount: Decimal,
    /// When this version was recorded.
    pub recorded_at: Instant,
    /// The versions before it, the oldest first.
    pub earlier: Vec<PastVersionRow>,
    pub entries: Vec<PastEntryRow>,
}

/// What it said before it was changed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PastVersionRow {
    pub recorded_from: Instant,
    pub recorded_to: Instant,
    pub issue_on: Date,
    pub due_on: Date,
    pub agreed_due_on: Option<Date>,
    pub amount: Decimal,
    /// The day on which a later due date was agreed, if that is what ended this version.
    pub extended_on: Option<Date>,
}

/// An entry of it, in the order of their days.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PastEntryRow {
    /// Of a reversal the kind of what it undoes.
    pub kind: EntryKind,
    pub amount: Decimal,
    pub effective_on: Date,
    pub recorded_at: Instant,
}

/// An external rating of the party of an account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PastRatingRow {
    pub account_id: Uuid,
    pub provider_code: String,
    pub grade: Option<String>,
    pub position: Option<Decimal>,
    pub probability: Option<Decimal>,
    pub rated_on: Date,
    pub valid_until: Date,
    pub downgrade: bool,
    pub recorded_at: Instant,
}

/// What is read.
pub trait BacktestReads {
    fn backtest(&mut self, id: Uuid) -> Outcome<Option<BacktestRecord>>;

    /// Accounts of a legal entity about which checks at the checkpoints of a sale decided between two days, both included; at most so many.
    /// Quotes are no sale, and what was answered unseen nobody decided.
    fn decided_accounts(&mut self, legal_entity: Uuid, days: (Date, Date), max: usize) -> Outcome<Vec<Uuid>>;

    /// What was decided about these accounts of it, by account.
    fn decided(
        &mut self,
        legal_entity: Uuid,
        accounts: &[Uuid],
        days: (Date, Date),
    ) -> Outcome<Vec<DecidedRow>>;

    /// What external raters said of the parties of these accounts.
    fn past_ratings(&mut self, accounts: &[Uuid]) -> Outcome<Vec<PastRatingRow>>;

    /// Every invoice of these accounts with its entries, by account.
    fn past_items(&mut self, accounts: &[Uuid]) -> Outcome<Vec<PastItemRow>>;
}

/// What is written.
pub trait BacktestStore {
    fn insert_backtest(&mut self, backtest: &BacktestRecord, event: EventId) -> Outcome<()>;

    /// # Errors
    /// `not_found`.
    fn backtest_for_update(&mut self, id: Uuid) -> Outcome<BacktestRecord>;

    fn save_backtest(&mut self, backtest: &BacktestRecord, event: EventId) -> Outcome<()>;
}
