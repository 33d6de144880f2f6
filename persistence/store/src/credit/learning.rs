//! Models, histories and estimates.

mod histories;
mod models;
mod predictions;
mod work;

use app::credit::learning::store::{
    AccountSize, ClaimedWork, DuePredictions, HistoryRow, LearningReads, LearningStore, ModelRecord, NewWork,
    PredictionRow, PredictionRun,
};
use kernel::id::EventId;
use kernel::{Instant, Outcome};
use learning::drift::Drift;
use uuid::Uuid;

pub(super) use self::predictions::facts;
use crate::tx::PgTx;

impl LearningReads for PgTx<'_> {
    fn model(&mut self, id: Uuid) -> Outcome<Option<ModelRecord>> {
        models::find(self.conn, id)
    }

    fn active_model(&mut self, legal_entity: Uuid) -> Outcome<Option<ModelRecord>> {
        models::active(self.conn, legal_entity)
    }

    fn account_sizes(&mut self, legal_entity: Uuid, after: Option<Uuid>) -> Outcome<Vec<AccountSize>> {
        histories::account_sizes(self.conn, legal_entity, after)
    }

    fn count_accounts(&mut self, legal_entity: Uuid) -> Outcome<i64> {
        histories::count_accounts(self.conn, legal_entity)
    }

    fn histories(&mut self, accounts: &[Uuid]) -> Outcome<Vec<HistoryRow>> {
        histories::load(self.conn, accounts)
    }

    fn prediction_run(&mut self, id: Uuid) -> Outcome<Option<PredictionRun>> {
        predictions::find(self.conn, id)
    }

    fn due_predictions(&mut self, now: Instant) -> Outcome<Vec<DuePredictions>> {
        predictions::due(self.conn, now)
    }
}

impl LearningStore for PgTx<'_> {
    fn next_model_version(&mut self, legal_entity: Uuid) -> Outcome<i32> {
        models::next_version(self.conn, legal_entity)
    }

    fn insert_model(&mut self, model: &ModelRecord, event: EventId) -> Outcome<()> {
        models::insert(self.conn, model, event)
    }

    fn model_for_update(&mut self, id: Uuid) -> Outcome<ModelRecord> {
        models::for_update(self.conn, id)
    }

    fn save_model(&mut self, model: &ModelRecord, event: EventId) -> Outcome<()> {
        models::save(self.conn, model, event)
    }

    fn insert_prediction_run(&mut self, run: &PredictionRun, event: EventId) -> Outcome<()> {
        predictions::insert(self.conn, run, event)
    }

    fn prediction_run_for_update(&mut self, id: Uuid) -> Outcome<PredictionRun> {
        predictions::for_update(self.conn, id)
    }

    fn running_predictions_for_update(&mut self, legal_entity: Uuid) -> Outcome<Option<PredictionRun>> {
        predictions::running_for_update(self.conn, legal_entity)
    }

    fn save_prediction_run(&mut self, run: &PredictionRun) -> Outcome<()> {
        predictions::save(self.conn, run)
    }

    fn replace_predictions(
        &mut self,
        run: &PredictionRun,
        accounts: &[Uuid],
        rows: &[PredictionRow],
        event: EventId,
    ) -> Outcome<()> {
        predictions::replace(self.conn, run, (accounts, rows), event)
    }

    fn drop_predictions(&mut self, legal_entity: Uuid) -> Outcome<()> {
        predictions::drop_all(self.conn, legal_entity)
    }

    fn insert_drift(&mut self, run: &PredictionRun, drift: &[Drift], event: EventId) -> Outcome<()> {
        predictions::insert_drift(self.conn, run, drift, event)
    }

    fn insert_work(&mut self, work: NewWork, event: EventId) -> Outcome<()> {
        work::insert(self.conn, work, event)
    }

    fn claim_work(&mut self, lease_seconds: i32) -> Outcome<Option<ClaimedWork>> {
        work::claim(self.conn, lease_seconds)
    }
}
