//! The port of models: histories out as sets, estimates in as sets.

use domain::receivables::kinds::EntryKind;
use kernel::id::EventId;
use kernel::{Date, Decimal, Instant, Outcome, text_enum};
use learning::drift::Drift;
use learning::model::Prediction;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

text_enum! {
    /// Life of a model.
    pub enum ModelState {
        Training = "training",
        /// Better than the baselines, and not in force.
        Trained = "trained",
        /// Too little history, or no better than what needs no model.
        Refused = "refused",
        Failed = "failed",
        Active = "active",
        Retired = "retired",
    }
}

/// A model with its card.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelRecord {
    pub id: Uuid,
    pub legal_entity_id: Uuid,
    /// From 1, by legal entity.
    pub version: i32,
    pub state: ModelState,
    pub state_reason: Option<String>,
    pub seed: i64,
    /// It knows what was known before this day.
    pub known_on: Date,
    /// A [`learning::model::Model`]; there once trained.
    pub document: Option<Value>,
    pub card: Option<Value>,
    pub created_at: Instant,
    pub trained_at: Option<Instant>,
    pub activated_at: Option<Instant>,
    pub retired_at: Option<Instant>,
    pub job_id: Uuid,
}

text_enum! {
    /// Life of long work.
    pub enum WorkState {
        Running = "running",
        Finished = "finished",
        Failed = "failed",
    }
}

/// Estimates of all open receivables of a legal entity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PredictionRun {
    pub id: Uuid,
    pub legal_entity_id: Uuid,
    pub model_id: Uuid,
    pub predicted_on: Date,
    pub state: WorkState,
    pub state_reason: Option<String>,
    pub last_account_id: Option<Uuid>,
    pub predicted_count: i64,
    pub abstained_count: i64,
    /// Accounts.
    pub progress_done: i64,
    pub progress_total: Option<i64>,
    pub started_at: Instant,
    pub finished_at: Option<Instant>,
    pub job_id: Uuid,
}

text_enum! {
    /// What a job of this context does.
    pub enum WorkKind {
        Training = "model_training",
        Predictions = "prediction_run",
        Backtest = "backtest",
    }
}

/// A job that this worker now holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimedWork {
    pub job: Uuid,
    pub kind: WorkKind,
    /// The model, prediction run or back-test.
    pub subject: Uuid,
    /// From 1.
    pub attempt: i32,
    pub attempts_max: i32,
}

/// A job to be carried out.
#[derive(Debug, Clone, Copy)]
pub struct NewWork {
    pub job: Uuid,
    pub kind: WorkKind,
    pub subject: Uuid,
    pub at: Instant,
}

/// An account and its invoices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct AccountSize {
    pub id: Uuid,
    pub items: i64,
}

/// An invoice with what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct HistoryRow {
    pub account_id: Uuid,
    pub id: Uuid,
    pub issue_on: Date,
    pub due_on: Date,
    pub agreed_due_on: Option<Date>,
    /// When the agreed date was agreed.
    pub agreed_on: Option<Date>,
    pub amount: Decimal,
    /// ISO 4217.
    pub currency: String,
    pub closed_on: Option<Date>,
    /// Kind of the last entry; of a reversal the kind of what it undid.
    pub closed_by: Option<EntryKind>,
    pub disputed: bool,
    /// The first day of a block for a dispute.
    pub disputed_on: Option<Date>,
    /// Open today.
    pub open: bool,
}

/// One estimate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PredictionRow {
    pub account_id: Uuid,
    pub receivable_id: Uuid,
    pub prediction: Prediction,
}

/// A legal entity whose estimates are out of date.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DuePredictions {
    pub legal_entity_id: Uuid,
    pub code: String,
}

/// What rules may read of a risk party: the means of the estimates of its open receivables, weighted by what is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct ModelFacts {
    pub party_id: Uuid,
    pub probability_late: Option<Decimal>,
    pub probability_late_30: Option<Decimal>,
    pub expected_days_late: Option<Decimal>,
}

/// What is read.
pub trait LearningReads {
    fn model(&mut self, id: Uuid) -> Outcome<Option<ModelRecord>>;

    fn active_model(&mut self, legal_entity: Uuid) -> Outcome<Option<ModelRecord>>;

    /// Accounts of a legal entity in the order of their ids, from one on, with how much they bought.
    fn account_sizes(&mut self, legal_entity: Uuid, after: Option<Uuid>) -> Outcome<Vec<AccountSize>>;

    /// Accounts of a legal entity.
    fn count_accounts(&mut self, legal_entity: Uuid) -> Outcome<i64>;

    /// Every invoice of these accounts, by account.
    fn histories(&mut self, accounts: &[Uuid]) -> Outcome<Vec<HistoryRow>>;

    fn prediction_run(&mut self, id: Uuid) -> Outcome<Option<PredictionRun>>;

    /// Legal entities with a model in force, without estimates of today, of the model in force, or since the last push.
    fn due_predictions(&mut self, now: Instant) -> Outcome<Vec<DuePredictions>>;
}

/// What is written.
pub trait LearningStore {
    fn next_model_version(&mut self, legal_entity: Uuid) -> Outcome<i32>;

    fn insert_model(&mut self, model: &ModelRecord, event: EventId) -> Outcome<()>;

    /// # Errors
    /// `not_found`.
    fn model_for_update(&mut self, id: Uuid) -> Outcome<ModelRecord>;

    fn save_model(&mut self, model: &ModelRecord, event: EventId) -> Outcome<()>;

    fn insert_prediction_run(&mut self, run: &PredictionRun, event: EventId) -> Outcome<()>;

    /// # Errors
    /// `not_found`.
    fn prediction_run_for_update(&mut self, id: Uuid) -> Outcome<PredictionRun>;

    /// The run of a legal entity that has not ended.
    fn running_predictions_for_update(&mut self, legal_entity: Uuid) -> Outcome<Option<PredictionRun>>;

    fn save_prediction_run(&mut self, run: &PredictionRun) -> Outcome<()>;

    /// Takes away the estimates of these accounts and writes new ones by COPY.
    fn replace_predictions(
        &mut self,
        run: &PredictionRun,
        accounts: &[Uuid],
        rows: &[PredictionRow],
        event: EventId,
    ) -> Outcome<()>;

    /// Takes away every estimate of a legal entity.
    fn drop_predictions(&mut self, legal_entity: Uuid) -> Outcome<()>;

    fn insert_drift(&mut self, run: &PredictionRun, drift: &[Drift], event: EventId) -> Outcome<()>;

    fn insert_work(&mut self, work: NewWork, event: EventId) -> Outcome<()>;

    /// Takes the next job that waits, or whose worker died, by machine time.
    fn claim_work(&mut self, lease_seconds: i32) -> Outcome<Option<ClaimedWork>>;
}
