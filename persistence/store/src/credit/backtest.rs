//! Back-tests, and the past they look at.

use app::credit::backtest::decided::DecidedRow;
use app::credit::backtest::store::{
    BacktestReads, BacktestRecord, BacktestStore, PastItemRow, PastRatingRow,
};
use app::lists::not_found;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use kernel::id::{BacktestId, EventId};
use kernel::text_enum::TextEnum as _;
use kernel::{Date, Outcome};
use schema::backtest;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::error::db;
use crate::organisation::{from_json, json};
use crate::push::stored;
use crate::statement::Statement;
use crate::tx::PgTx;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = backtest, check_for_backend(diesel::pg::Pg))]
struct BacktestRow {
    id: Uuid,
    legal_entity_id: Uuid,
    state: String,
    state_reason: Option<String>,
    knowledge: String,
    from_on: NaiveDate,
    until_on: NaiveDate,
    rule: Value,
    against: Option<Value>,
    report: Option<Value>,
    started_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
    job_id: Uuid,
}

impl BacktestRow {
    fn into_record(self) -> Outcome<BacktestRecord> {
        Ok(BacktestRecord {
            id: self.id,
            legal_entity_id: self.legal_entity_id,
            state: stored(&self.state)?,
            state_reason: self.state_reason,
            knowledge: stored(&self.knowledge)?,
            from_on: self.from_on,
            until_on: self.until_on,
            rule: from_json(self.rule)?,
            against: self.against.map(from_json).transpose()?,
            report: self.report,
            started_at: self.started_at,
            finished_at: self.finished_at,
            job_id: self.job_id,
        })
    }
}

impl BacktestReads for PgTx<'_> {
    fn backtest(&mut self, id: Uuid) -> Outcome<Option<BacktestRecord>> {
        let found = backtest::table.find(id).select(BacktestRow::as_select()).first(self.conn);
        found.optional().map_err(db)?.map(BacktestRow::into_record).transpose()
    }

    fn decided_accounts(&mut self, legal_entity: Uuid, days: (Date, Date), max: usize) -> Outcome<Vec<Uuid>> {
        #[derive(Deserialize)]
        struct Account {
            account_id: Uuid,
        }
        let mut statement = Statement::new();
        let checks = checks_of_sales(&mut statement, legal_entity, days);
        statement.sql = format!(
            "SELECT row_to_json(t)::text AS row FROM (SELECT DISTINCT account_id {checks} LIMIT {max}) t"
        );
        Ok(statement.load::<Account>(self.conn)?.into_iter().map(|account| account.account_id).collect())
    }

    fn decided(
        &mut self,
        legal_entity: Uuid,
        accounts: &[Uuid],
        days: (Date, Date),
    ) -> Outcome<Vec<DecidedRow>> {
        let mut statement = Statement::new();
        let checks = checks_of_sales(&mut statement, legal_entity, days);
        let accounts = statement.bind(accounts.iter().map(ToString::to_string).collect::<Vec<_>>().join(","));
        statement.sql = format!(
            "SELECT row_to_json(t)::text AS row FROM (SELECT c.account_id, d.day AS on, max(c.checked_at) AS at, \
                 c.policy_code, c.policy_version, c.currency, (ARRAY['allow', 'hold', 'refuse'])[max(CASE \
                     WHEN c.outcome = 'refuse' THEN 3 WHEN c.outcome = 'hold' OR c.reason_code = 'release' THEN 2 ELSE 1 END)] \
                     AS outcome \
             {checks} AND c.account_id = ANY(string_to_array({accounts}, ',')::uuid[]) \
             GROUP BY c.account_id, d.day, c.policy_code, c.policy_version, c.currency) t"
        );
        statement.load(self.conn)
    }

    fn past_ratings(&mut self, accounts: &[Uuid]) -> Outcome<Vec<PastRatingRow>> {
        let mut statement = Statement::new();
        let accounts = statement.bind(accounts.iter().map(ToString::to_string).collect::<Vec<_>>().join(","));
        statement.sql = format!(
            "SELECT row_to_json(t)::text AS row FROM (SELECT m.account_id, x.provider_code, x.grade, x.position::text AS position, \
                 x.probability::text AS probability, x.rated_on, x.valid_until, x.downgrade, x.recorded_at \
             FROM risk_member m \
                 CROSS JOIN LATERAL (SELECT m.risk_party_id AS party_id UNION ALL SELECT s.party_id FROM risk_party s \
                     WHERE s.risk_party_id = m.risk_party_id AND s.party_id <> m.risk_party_id) u \
                 JOIN external_rating x ON x.party_id = u.party_id \
             WHERE m.account_id = ANY(string_to_array({accounts}, ',')::uuid[]) ORDER BY m.account_id, x.id DESC) t"
        );
        statement.load(self.conn)
    }

    fn past_items(&mut self, accounts: &[Uuid]) -> Outcome<Vec<PastItemRow>> {
        let mut statement = Statement::new();
        let accounts = statement.bind(accounts.iter().map(ToString::to_string).collect::<Vec<_>>().join(","));
        let of_accounts = format!("x.account_id = ANY(string_to_array({accounts}, ',')::uuid[])");
        statement.sql = format!(
            "SELECT row_to_json(t)::text AS row FROM (SELECT c.account_id, c.id, c.currency, c.issue_on, c.due_on, \
                 c.agreed_due_on, r.amount(c.original_amount) AS amount, c.recorded_at, \
                 coalesce(v.earlier, '[]') AS earlier, coalesce(e.entries, '[]') AS entries \
             FROM (SELECT * FROM receivable x WHERE {of_accounts} \
                 AND x.kind IN ('invoice', 'debit_note', 'instalment') AND x.original_amount > 0) c \
             LEFT JOIN (SELECT x.account_id, x.receivable_id, json_agg(json_build_object('kind', coalesce(u.kind, x.kind), \
                     'amount', x.amount::text, 'effective_on', x.effective_on, 'recorded_at', x.recorded_at) \
                     ORDER BY x.effective_on, x.recorded_at, x.id) AS entries \
                 FROM ledger_entry x LEFT JOIN ledger_entry u ON u.account_id = x.account_id AND u.id = x.reversed_entry_id \
                 WHERE {of_accounts} GROUP BY x.account_id, x.receivable_id) e \
                 ON e.account_id = c.account_id AND e.receivable_id = c.id \
             LEFT JOIN (SELECT x.account_id, x.receivable_id, json_agg(json_build_object('recorded_from', x.recorded_from, \
                     'recorded_to', x.recorded_to, 'issue_on', x.issue_on, 'due_on', x.due_on, \
                     'agreed_due_on', x.agreed_due_on, 'amount', x.original_amount::text, \
                     'extended_on', CASE WHEN x.reason = 'extension' THEN x.changed_on END) \
                     ORDER BY x.recorded_to, x.recorded_from) AS earlier \
                 FROM receivable_revision x WHERE {of_accounts} GROUP BY x.account_id, x.receivable_id) v \
                 ON v.account_id = c.account_id AND v.receivable_id = c.id \
             ORDER BY c.account_id, c.issue_on, c.id) t"
        );
        statement.load(self.conn)
    }
}

impl BacktestStore for PgTx<'_> {
    fn insert_backtest(&mut self, record: &BacktestRecord, event: EventId) -> Outcome<()> {
        let row = BacktestRow {
            id: record.id,
            legal_entity_id: record.legal_entity_id,
            state: record.state.as_str().to_owned(),
            state_reason: record.state_reason.clone(),
            knowledge: record.knowledge.as_str().to_owned(),
            from_on: record.from_on,
            until_on: record.until_on,
            rule: json(&record.rule)?,
            against: record.against.as_ref().map(json).transpose()?,
            report: record.report.clone(),
            started_at: record.started_at,
            finished_at: record.finished_at,
            job_id: record.job_id,
        };
        diesel::insert_into(backtest::table)
            .values((row, backtest::event_id.eq(event.0)))
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }

    fn backtest_for_update(&mut self, id: Uuid) -> Outcome<BacktestRecord> {
        let found = backtest::table.find(id).select(BacktestRow::as_select()).for_update().first(self.conn);
        let missing = || not_found("backtests", &BacktestId(id).to_string());
        found.optional().map_err(db)?.ok_or_else(missing)?.into_record()
    }

    fn save_backtest(&mut self, record: &BacktestRecord, event: EventId) -> Outcome<()> {
        diesel::update(backtest::table.find(record.id))
            .set((
                backtest::state.eq(record.state.as_str()),
                backtest::state_reason.eq(record.state_reason.as_deref()),
                backtest::report.eq(record.report.as_ref()),
                backtest::finished_at.eq(record.finished_at),
                backtest::event_id.eq(event.0),
            ))
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }
}

/// Checks `c` at the checkpoints of a sale, each with its business day `d`, from which a list of columns is selected.
fn checks_of_sales(statement: &mut Statement, legal_entity: Uuid, (from, to): (Date, Date)) -> String {
    let entity = statement.bind(legal_entity.to_string());
    let (from, to) = (Statement::date(from), Statement::date(to));
    // The days of every zone lie within a day of ours: that much the partitions are chosen by.
    format!(
        "FROM credit_check c JOIN legal_entity e ON e.id = c.legal_entity_id \
             CROSS JOIN LATERAL (SELECT (c.checked_at AT TIME ZONE e.time_zone)::date AS day) d \
         WHERE c.legal_entity_id = {entity}::uuid AND c.account_id IS NOT NULL AND NOT c.degraded AND c.checkpoint <> 'quote' \
             AND c.checked_at >= {from} - 1 AND c.checked_at < {to} + 2 AND d.day BETWEEN {from} AND {to}"
    )
}
