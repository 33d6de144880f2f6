//! Alerts of credit: runs, what stands, and what is written.

use app::credit::alerts::store::{AlertReads, AlertStore, CalendarRow};
use app::credit::alerts::{Alert, AlertRun};
use app::ctx::Ctx;
use app::dunning::store::ClaimedJob;
use app::lists::not_found;
use diesel::prelude::*;
use diesel::sql_types::{Jsonb, Nullable, Uuid as SqlUuid};
use domain::credit::check::{Holder, HolderKind};
use kernel::id::{EventId, RunId};
use kernel::text_enum::TextEnum as _;
use kernel::{Date, Error, Instant, Outcome};
use schema::{alert_run, job};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::dunning::jobs;
use crate::error::db;
use crate::statement::Statement;
use crate::tx::PgTx;

/// What the jobs of these runs are called.
const JOB: &str = "alert_run";

const ALERT: &str = "l.id, l.kind, l.episode_key, l.state, l.severity, l.legal_entity_id, l.account_id, l.holder_kind, \
    l.holder_id, l.rule_set_code, l.rule_set_version, l.message, l.params, l.due_on, l.since_on, l.acknowledged_at, \
    l.acknowledged_by, l.snoozed_until, l.escalated_at, l.escalated_to, l.raised_at, l.resolved_at";

const RUN: &str = "u.id, u.business_on, u.state, u.state_reason, u.rule_sets, u.counts, \
    CASE WHEN u.last_id IS NOT NULL THEN json_build_object('kind', u.last_kind, 'id', u.last_id) END AS last, u.job_id, \
    u.started_at, u.finished_at";

#[derive(Deserialize)]
struct Count {
    count: i64,
}

#[derive(Deserialize)]
struct Began {
    started_at: Instant,
}

impl PgTx<'_> {
    fn alerts(&mut self, mut statement: Statement, condition: &str) -> Outcome<Vec<Alert>> {
        statement.sql = format!(
            "SELECT row_to_json(t)::text AS row FROM (SELECT {ALERT} FROM alert l WHERE {condition} ORDER BY l.id \
             FOR UPDATE) t"
        );
        statement.load(self.conn)
    }

    fn alert_runs(&mut self, mut statement: Statement, rest: &str) -> Outcome<Option<AlertRun>> {
        statement.sql =
            format!("SELECT row_to_json(t)::text AS row FROM (SELECT {RUN} FROM alert_run u WHERE {rest}) t");
        Ok(statement.load(self.conn)?.into_iter().next())
    }
}

impl AlertStore for PgTx<'_> {
    fn lock_alert_runs(&mut self) -> Outcome<()> {
        diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('recobra.alert_run'))")
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }

    fn running_alert_run(&mut self) -> Outcome<Option<AlertRun>> {
        self.alert_runs(Statement::new(), "u.state = 'running'")
    }

    fn last_alert_run_at(&mut self) -> Outcome<Option<Instant>> {
        let mut statement = Statement::new();
        statement.sql.push_str(
            "SELECT json_build_object('started_at', u.started_at)::text AS row FROM alert_run u \
            ORDER BY u.id DESC LIMIT 1",
        );
        Ok(statement.load::<Began>(self.conn)?.into_iter().next().map(|began| began.started_at))
    }

    fn insert_alert_run(&mut self, run: &AlertRun, event: EventId) -> Outcome<()> {
        diesel::insert_into(alert_run::table)
            .values((
                alert_run::id.eq(run.id),
                alert_run::business_on.eq(run.business_on),
                alert_run::state.eq(run.state.as_str()),
                alert_run::rule_sets.eq(json!(run.rule_sets)),
                alert_run::counts.eq(json!(run.counts)),
                alert_run::job_id.eq(run.job_id),
                alert_run::started_at.eq(run.started_at),
                alert_run::event_id.eq(event.0),
            ))
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }

    fn alert_run_for_update(&mut self, id: Uuid) -> Outcome<AlertRun> {
        let mut statement = Statement::new();
        let bound = statement.bind(id.to_string());
        let found = self.alert_runs(statement, &format!("u.id = {bound}::uuid FOR UPDATE"))?;
        found.ok_or_else(|| not_found("alert_runs", &RunId(id).to_string()))
    }

    fn save_alert_run(&mut self, run: &AlertRun) -> Outcome<()> {
        diesel::update(alert_run::table.find(run.id))
            .set((
                alert_run::state.eq(run.state.as_str()),
                alert_run::state_reason.eq(run.state_reason.as_deref()),
                alert_run::counts.eq(json!(run.counts)),
                alert_run::last_kind.eq(run.last.map(|h| h.kind.as_str())),
                alert_run::last_id.eq(run.last.map(|h| h.id)),
                alert_run::finished_at.eq(run.finished_at),
            ))
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }

    fn insert_alert_run_job(&mut self, run: &AlertRun, total: i64, event: EventId) -> Outcome<()> {
        let public = RunId(run.id).to_string();
        diesel::insert_into(job::table)
            .values((
                job::id.eq(run.job_id.unwrap_or(run.id)),
                job::kind.eq(JOB),
                job::payload.eq(json!({ "run_id": run.id, "run": public })),
                job::dedupe_key.eq(public),
                job::run_at.eq(run.started_at),
                job::progress_total.eq(total),
                job::created_at.eq(run.started_at),
                job::event_id.eq(event.0),
            ))
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }

    fn claim_alert_run_job(&mut self, lease_seconds: i32) -> Outcome<Option<ClaimedJob>> {
        jobs::claim_kind(self.conn, JOB, lease_seconds)
    }

    fn count_holders(&mut self) -> Outcome<i64> {
        let mut statement = Statement::new();
        statement.sql =
            format!("SELECT json_build_object('count', count(*))::text AS row FROM ({HOLDERS}) h");
        Ok(statement.load::<Count>(self.conn)?.into_iter().next().map_or(0, |c| c.count))
    }

    fn holders_after(&mut self, after: Option<Holder>, limit: i64) -> Outcome<Vec<Holder>> {
        let mut holders = Vec::new();
        let kinds = [HolderKind::Account, HolderKind::Party, HolderKind::Group];
        for kind in kinds.into_iter().filter(|kind| after.is_none_or(|last| *kind >= last.kind)) {
            let from = after.filter(|last| last.kind == kind).map(|last| last.id);
            let room = limit - i64::try_from(holders.len()).unwrap_or(limit);
            if room <= 0 {
                break;
            }
            holders.extend(self.holders_of(kind, from, room)?);
        }
        Ok(holders)
    }

    fn standing_alerts(&mut self, holders: &[Holder]) -> Outcome<Vec<Alert>> {
        let mut statement = Statement::new();
        let ids = holders.iter().map(|h| h.id.to_string()).collect::<Vec<_>>().join(",");
        let ids = statement.bind(ids);
        let condition = format!(
            "l.resolved_at IS NULL AND l.rule_set_code IS NOT NULL AND l.holder_id = ANY(string_to_array({ids}, ',')::uuid[])"
        );
        let mut found = self.alerts(statement, &condition)?;
        // A party and the group under it have one id.
        found.retain(|alert| alert.holder().is_some_and(|holder| holders.contains(&holder)));
        Ok(found)
    }

    fn orphaned_alerts(&mut self) -> Outcome<Vec<Alert>> {
        self.alerts(
            Statement::new(),
            "l.resolved_at IS NULL AND l.rule_set_code IS NOT NULL AND (\
                 (l.holder_kind = 'party' AND NOT EXISTS (SELECT 1 FROM risk_member m WHERE m.risk_party_id = l.holder_id \
                     AND NOT m.eliminated)) \
                 OR (l.holder_kind = 'group' AND NOT EXISTS (SELECT 1 FROM risk_group g \
                     JOIN risk_member m ON m.risk_party_id = g.risk_party_id AND NOT m.eliminated \
                     WHERE g.group_id = l.holder_id)))",
        )
    }

    fn rested_alerts(&mut self, on: Date) -> Outcome<Vec<Alert>> {
        let condition = format!(
            "l.state = 'snoozed' AND l.rule_set_code IS NULL AND l.snoozed_until <= {}",
            Statement::date(on)
        );
        self.alerts(Statement::new(), &condition)
    }

    fn save_alerts(&mut self, alerts: &[(Alert, EventId)]) -> Outcome<()> {
        let row = |(alert, event): &(Alert, EventId)| {
            let mut row = serde_json::to_value(alert).map_err(unwritten)?;
            if let Value::Object(fields) = &mut row {
                fields.insert("event_id".to_owned(), json!(event.0));
            }
            Ok(row)
        };
        let rows = alerts.iter().map(row).collect::<Outcome<Vec<_>>>()?;
        diesel::sql_query(SAVE).bind::<Jsonb, _>(Value::Array(rows)).execute(self.conn).map(drop).map_err(db)
    }

    fn alert_for_update(&mut self, id: Uuid) -> Outcome<Alert> {
        let mut statement = Statement::new();
        let bound = statement.bind(id.to_string());
        let found = self.alerts(statement, &format!("l.id = {bound}::uuid"))?;
        found.into_iter().next().ok_or_else(|| not_found("alerts", &id.to_string()))
    }
}

fn unwritten(error: serde_json::Error) -> Error {
    Error::new(&app::codes::INTERNAL).caused_by(error)
}

/// Everybody whose risk is looked at.
const HOLDERS: &str = "SELECT m.account_id AS id FROM risk_member m \
    UNION ALL SELECT DISTINCT m.risk_party_id FROM risk_member m UNION ALL SELECT DISTINCT g.group_id FROM risk_group g";

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

impl PgTx<'_> {
    fn holders_of(&mut self, kind: HolderKind, after: Option<Uuid>, limit: i64) -> Outcome<Vec<Holder>> {
        let (column, table) = match kind {
            HolderKind::Account => ("account_id", "risk_member"),
            HolderKind::Party => ("risk_party_id", "risk_member"),
            HolderKind::Group => ("group_id", "risk_group"),
        };
        let found = diesel::sql_query(format!(
            "SELECT DISTINCT h.{column} AS id FROM {table} h WHERE $1 IS NULL OR h.{column} > $1 \
             ORDER BY h.{column} LIMIT {limit}"
        ))
        .bind::<Nullable<SqlUuid>, _>(after)
        .load::<IdRow>(self.conn)
        .map_err(db)?;
        Ok(found.into_iter().map(|row| Holder { kind, id: row.id }).collect())
    }
}

const SAVE: &str = "INSERT INTO alert (id, kind, episode_key, state, severity, legal_entity_id, account_id, holder_kind, \
        holder_id, rule_set_code, rule_set_version, message, params, due_on, since_on, acknowledged_at, acknowledged_by, \
        snoozed_until, escalated_at, escalated_to, raised_at, resolved_at, event_id) \
    SELECT x.id, x.kind, x.episode_key, x.state, x.severity, x.legal_entity_id, x.account_id, x.holder_kind, \
        x.holder_id, x.rule_set_code, x.rule_set_version, x.message, x.params, x.due_on, x.since_on, x.acknowledged_at, \
        x.acknowledged_by, x.snoozed_until, x.escalated_at, x.escalated_to, x.raised_at, x.resolved_at, x.event_id \
    FROM jsonb_to_recordset($1) AS x(id uuid, kind text, episode_key text, state text, severity text, \
        legal_entity_id uuid, account_id uuid, holder_kind text, holder_id uuid, rule_set_code text, \
        rule_set_version integer, message text, params jsonb, due_on date, since_on date, acknowledged_at timestamptz, \
        acknowledged_by text, snoozed_until date, escalated_at timestamptz, escalated_to text, raised_at timestamptz, \
        resolved_at timestamptz, event_id uuid) \
    ON CONFLICT (id) DO UPDATE SET state = excluded.state, since_on = excluded.since_on, \
        acknowledged_at = excluded.acknowledged_at, acknowledged_by = excluded.acknowledged_by, \
        snoozed_until = excluded.snoozed_until, escalated_at = excluded.escalated_at, \
        escalated_to = excluded.escalated_to, resolved_at = excluded.resolved_at, event_id = excluded.event_id";

/// Dates of limits `l`: what ends, and what is to be looked at again.
const LIMIT_DATES: &str = "SELECT l.id::text || d.tag AS uid, d.kind, d.on_day AS \"on\", \
        coalesce(a.number || ' ' || a.name, p.name, l.segment, '') AS holder_name, d.name_en, d.name_es, \
        l.recorded_at AS changed_at \
    FROM credit_limit l LEFT JOIN account a ON l.holder_kind = 'account' AND a.id = l.holder_id \
        LEFT JOIN party p ON l.holder_kind IN ('party', 'group') AND p.id = l.holder_id \
        CROSS JOIN LATERAL (SELECT '-end' AS tag, \
                CASE WHEN l.limit_type = 'guaranteed' THEN 'guarantee_expires' ELSE 'limit_expires' END AS kind, \
                upper(l.valid) - 1 AS on_day, \
                CASE WHEN l.limit_type = 'guaranteed' THEN 'Guarantee expires' ELSE 'Limit expires' END AS name_en, \
                CASE WHEN l.limit_type = 'guaranteed' THEN 'Vence la garantía' ELSE 'Vence el límite' END AS name_es \
            WHERE NOT upper_inf(l.valid) \
            UNION ALL SELECT '-review', 'limit_review', l.review_on, 'Limit to be reviewed', 'Revisar el límite' \
            WHERE l.review_on IS NOT NULL) d \
    WHERE l.superseded_at IS NULL AND d.on_day >= {today} AND ({scope})";

/// Dates that standing alerts `l` tell of and that are none of a limit.
const ALERT_DATES: &str = "SELECT l.id::text AS uid, l.kind, l.due_on AS \"on\", \
        coalesce(h.number || ' ' || h.name, p.name, '') AS holder_name, l.params #>> '{name,en}' AS name_en, \
        l.params #>> '{name,es}' AS name_es, greatest(l.raised_at, l.acknowledged_at, l.escalated_at) AS changed_at \
    FROM alert l LEFT JOIN account a ON a.id = l.account_id \
        LEFT JOIN account h ON l.holder_kind = 'account' AND h.id = l.holder_id \
        LEFT JOIN party p ON l.holder_kind <> 'account' AND p.id = l.holder_id \
    WHERE l.resolved_at IS NULL AND l.rule_set_code IS NOT NULL AND l.due_on >= {today} AND ({scope}) \
        AND NOT EXISTS (SELECT 1 FROM jsonb_object_keys(l.params -> 'facts') k WHERE k LIKE 'limit.days_to_%')";

/// Who sees a limit: of an account whoever sees the account, of others whoever sees the legal entity it is for.
const LIMIT_SCOPE: &str = "coalesce(a.legal_entity_id, l.legal_entity_id) = ANY({entities}) \
    OR a.portfolio_id = ANY({portfolios})";
const ALERT_SCOPE: &str = "l.legal_entity_id = ANY({entities}) OR a.portfolio_id = ANY({portfolios})";

impl AlertReads for PgTx<'_> {
    fn credit_dates(&mut self, ctx: &Ctx) -> Outcome<Vec<CalendarRow>> {
        let mut statement = Statement::new();
        let today = Statement::date(ctx.now.date_naive());
        let mut part = |sql: &str, scope: &str| {
            let scope = statement.scope(scope, &ctx.scope).unwrap_or_else(|| "true".to_owned());
            sql.replace("{today}", &today).replace("{scope}", &scope)
        };
        let (limits, alerts) = (part(LIMIT_DATES, LIMIT_SCOPE), part(ALERT_DATES, ALERT_SCOPE));
        statement.sql = format!(
            "SELECT row_to_json(t)::text AS row FROM ({limits} UNION ALL {alerts} ORDER BY \"on\", uid) t"
        );
        statement.load(self.conn)
    }
}
