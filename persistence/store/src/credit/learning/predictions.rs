//! Prediction runs, their estimates, and drift.

use app::credit::learning::store::{DuePredictions, ModelFacts, PredictionRow, PredictionRun};
use app::lists::not_found;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Uuid as SqlUuid};
use kernel::id::{EventId, PredictionRunId};
use kernel::text_enum::TextEnum;
use kernel::{Decimal, Instant, Outcome};
use learning::drift::Drift;
use schema::{model_drift, prediction, prediction_run};
use serde_json::Value;
use uuid::Uuid;

use super::histories::array;
use crate::error::db;
use crate::organisation::json;
use crate::push::stored;
use crate::statement::Statement;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = prediction_run, check_for_backend(diesel::pg::Pg))]
struct RunRow {
    id: Uuid,
    legal_entity_id: Uuid,
    model_id: Uuid,
    predicted_on: NaiveDate,
    state: String,
    state_reason: Option<String>,
    last_account_id: Option<Uuid>,
    predicted_count: i64,
    abstained_count: i64,
    progress_done: i64,
    progress_total: Option<i64>,
    started_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
    job_id: Uuid,
}

impl RunRow {
    fn into_run(self) -> Outcome<PredictionRun> {
        Ok(PredictionRun {
            id: self.id,
            legal_entity_id: self.legal_entity_id,
            model_id: self.model_id,
            predicted_on: self.predicted_on,
            state: stored(&self.state)?,
            state_reason: self.state_reason,
            last_account_id: self.last_account_id,
            predicted_count: self.predicted_count,
            abstained_count: self.abstained_count,
            progress_done: self.progress_done,
            progress_total: self.progress_total,
            started_at: self.started_at,
            finished_at: self.finished_at,
            job_id: self.job_id,
        })
    }
}

pub(super) fn find(conn: &mut PgConnection, id: Uuid) -> Outcome<Option<PredictionRun>> {
    let found = prediction_run::table.find(id).select(RunRow::as_select()).first(conn);
    found.optional().map_err(db)?.map(RunRow::into_run).transpose()
}

pub(super) fn for_update(conn: &mut PgConnection, id: Uuid) -> Outcome<PredictionRun> {
    let found = prediction_run::table.find(id).select(RunRow::as_select()).for_update().first(conn);
    let missing = || not_found("prediction_runs", &PredictionRunId(id).to_string());
    found.optional().map_err(db)?.ok_or_else(missing)?.into_run()
}

pub(super) fn running_for_update(
    conn: &mut PgConnection,
    legal_entity: Uuid,
) -> Outcome<Option<PredictionRun>> {
    let found = prediction_run::table
        .filter(prediction_run::legal_entity_id.eq(legal_entity))
        .filter(prediction_run::state.eq("running"))
        .select(RunRow::as_select())
        .for_update()
        .first(conn);
    found.optional().map_err(db)?.map(RunRow::into_run).transpose()
}

pub(super) fn insert(conn: &mut PgConnection, run: &PredictionRun, event: EventId) -> Outcome<()> {
    let row = RunRow {
        id: run.id,
        legal_entity_id: run.legal_entity_id,
        model_id: run.model_id,
        predicted_on: run.predicted_on,
        state: run.state.as_str().to_owned(),
        state_reason: run.state_reason.clone(),
        last_account_id: run.last_account_id,
        predicted_count: run.predicted_count,
        abstained_count: run.abstained_count,
        progress_done: run.progress_done,
        progress_total: run.progress_total,
        started_at: run.started_at,
        finished_at: run.finished_at,
        job_id: run.job_id,
    };
    diesel::insert_into(prediction_run::table)
        .values((row, prediction_run::event_id.eq(event.0)))
        .execute(conn)
        .map(drop)
        .map_err(db)
}

pub(super) fn save(conn: &mut PgConnection, run: &PredictionRun) -> Outcome<()> {
    diesel::update(prediction_run::table.find(run.id))
        .set((
            prediction_run::state.eq(run.state.as_str()),
            prediction_run::state_reason.eq(run.state_reason.as_deref()),
            prediction_run::last_account_id.eq(run.last_account_id),
            prediction_run::predicted_count.eq(run.predicted_count),
            prediction_run::abstained_count.eq(run.abstained_count),
            prediction_run::progress_done.eq(run.progress_done),
            prediction_run::finished_at.eq(run.finished_at),
        ))
        .execute(conn)
        .map(drop)
        .map_err(db)
}

/// Every column, because COPY fills no defaults in.
#[derive(Insertable)]
#[diesel(table_name = prediction)]
#[diesel(treat_none_as_default_value = false)]
struct PredictionCopy {
    account_id: Uuid,
    receivable_id: Uuid,
    model_id: Uuid,
    run_id: Uuid,
    predicted_on: NaiveDate,
    probability_late: Option<Decimal>,
    probability_late_30: Option<Decimal>,
    expected_days_late: Option<Decimal>,
    days_late_low: Option<Decimal>,
    days_late_high: Option<Decimal>,
    abstained: Option<&'static str>,
    effects: Value,
    recorded_at: DateTime<Utc>,
    event_id: Uuid,
}

pub(super) fn replace(
    conn: &mut PgConnection,
    run: &PredictionRun,
    (accounts, rows): (&[Uuid], &[PredictionRow]),
    event: EventId,
) -> Outcome<()> {
    diesel::sql_query("DELETE FROM prediction WHERE account_id = ANY($1)")
        .bind::<Array<SqlUuid>, _>(accounts)
        .execute(conn)
        .map_err(db)?;
    let copies = rows.iter().map(|row| {
        let p = &row.prediction;
        Ok(PredictionCopy {
            account_id: row.account_id,
            receivable_id: row.receivable_id,
            model_id: run.model_id,
            run_id: run.id,
            predicted_on: run.predicted_on,
            probability_late: p.probability_late,
            probability_late_30: p.probability_late_30,
            expected_days_late: p.expected_days_late,
            days_late_low: p.days_late_low,
            days_late_high: p.days_late_high,
            abstained: p.abstained.map(TextEnum::as_str),
            effects: json(&p.effects)?,
            recorded_at: run.started_at,
            event_id: event.0,
        })
    });
    let copies = copies.collect::<Outcome<Vec<_>>>()?;
    if copies.is_empty() {
        return Ok(());
    }
    diesel::copy_from(prediction::table).from_insertable(&copies).execute(conn).map(drop).map_err(db)
}

pub(super) fn drop_all(conn: &mut PgConnection, legal_entity: Uuid) -> Outcome<()> {
    diesel::sql_query(
        "DELETE FROM prediction p USING account a WHERE a.id = p.account_id AND a.legal_entity_id = $1",
    )
    .bind::<SqlUuid, _>(legal_entity)
    .execute(conn)
    .map(drop)
    .map_err(db)
}

#[derive(Insertable)]
#[diesel(table_name = model_drift)]
struct DriftRow<'d> {
    run_id: Uuid,
    name: &'d str,
    model_id: Uuid,
    measured_on: NaiveDate,
    stability_index: Decimal,
    level: &'static str,
    event_id: Uuid,
}

pub(super) fn insert_drift(
    conn: &mut PgConnection,
    run: &PredictionRun,
    drift: &[Drift],
    event: EventId,
) -> Outcome<()> {
    let rows = drift.iter().map(|d| DriftRow {
        run_id: run.id,
        name: &d.name,
        model_id: run.model_id,
        measured_on: run.predicted_on,
        stability_index: d.index,
        level: d.level.as_str(),
        event_id: event.0,
    });
    let rows = rows.collect::<Vec<_>>();
    diesel::insert_into(model_drift::table).values(&rows).execute(conn).map(drop).map_err(db)
}

pub(super) fn due(conn: &mut PgConnection, now: Instant) -> Outcome<Vec<DuePredictions>> {
    let now = Statement::instant(now);
    let mut statement = Statement::new();
    statement.sql = format!(
        "SELECT row_to_json(t)::text AS row FROM (SELECT m.legal_entity_id, e.code FROM model m \
             JOIN legal_entity e ON e.id = m.legal_entity_id \
             LEFT JOIN LATERAL (SELECT p.state, p.model_id, p.predicted_on, p.started_at FROM prediction_run p \
                 WHERE p.legal_entity_id = m.legal_entity_id ORDER BY p.started_at DESC, p.id DESC LIMIT 1) p ON true \
         WHERE m.state = 'active' AND p.state IS DISTINCT FROM 'running' AND (p.started_at IS NULL \
             OR p.model_id <> m.id OR p.predicted_on < ({now} AT TIME ZONE e.time_zone)::date \
             OR EXISTS (SELECT 1 FROM push_session s JOIN source o ON o.no = s.source_no \
                 WHERE o.legal_entity_id = m.legal_entity_id AND NOT s.dry_run AND s.finished_at > p.started_at)) \
         ORDER BY e.code) t"
    );
    statement.load(conn)
}

/// Of each risk party, over the receivables of all its accounts in the currency in which most of them are.
pub(in crate::credit) fn facts(conn: &mut PgConnection, parties: &[Uuid]) -> Outcome<Vec<ModelFacts>> {
    let mut statement = Statement::new();
    let parties = statement.bind(array(parties));
    statement.sql = format!(
        "SELECT row_to_json(t)::text AS row FROM (SELECT DISTINCT ON (m.risk_party_id) m.risk_party_id AS party_id, \
             r.amount(round(sum(f.late_weighted) / nullif(sum(f.late_weight), 0), 4)) AS probability_late, \
             r.amount(round(sum(f.late_30_weighted) / nullif(sum(f.late_30_weight), 0), 4)) AS probability_late_30, \
             r.amount(round(sum(f.days_weighted) / nullif(sum(f.days_weight), 0), 1)) AS expected_days_late \
         FROM risk_member m JOIN r.currency_prediction f ON f.account_id = m.account_id \
         WHERE m.risk_party_id = ANY(string_to_array({parties}, ',')::uuid[]) AND NOT m.eliminated \
         GROUP BY m.risk_party_id, f.currency \
         ORDER BY m.risk_party_id, sum(f.receivables) DESC, f.currency) t"
    );
    statement.load(conn)
}
