//! Figures about the work, for the metrics.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Double, Nullable, Text, Timestamptz};
use kernel::Outcome;

use crate::error::db;
use crate::tx::PgStore;

/// One figure. Durations are in seconds.
#[derive(Debug, Clone, PartialEq, QueryableByName)]
pub struct Gauge {
    #[diesel(sql_type = Text)]
    pub name: String,
    /// The value of its label, where it has one.
    #[diesel(sql_type = Nullable<Text>)]
    pub label: Option<String>,
    #[diesel(sql_type = Double)]
    pub value: f64,
}

/// Asked every few seconds: of tables that grow only what stands in a partial index is counted, which is what waits for
/// something. What has come to its end is counted where it happens.
const SQL: &str = "\
    SELECT 'alerts_open' AS name, NULL AS label, count(*)::float8 AS value FROM alert WHERE resolved_at IS NULL \
    UNION ALL SELECT 'events_unsequenced', NULL, count(*) FROM event_unsequenced \
    UNION ALL SELECT 'events_unsequenced_age_seconds', NULL, \
        coalesce(extract(epoch FROM greatest($1 - min(recorded_at), interval '0')), 0) FROM event_unsequenced \
    UNION ALL SELECT 'jobs', state, count(*) FROM job WHERE state IN ('queued', 'running') GROUP BY state \
    UNION ALL SELECT 'jobs', 'failed', count(*) FROM job WHERE state = 'failed' \
    UNION ALL SELECT 'last_run_duration_seconds', e.code, extract(epoch FROM d.finished_at - d.started_at) \
        FROM legal_entity e CROSS JOIN LATERAL (SELECT started_at, finished_at FROM dunning_run x \
            WHERE x.legal_entity_id = e.id AND NOT x.dry_run AND x.state = 'finished' \
            ORDER BY x.started_at DESC LIMIT 1) d \
    UNION ALL SELECT 'messages', state, count(*) FROM message \
        WHERE state IN ('planned', 'reserved', 'unknown') GROUP BY state \
    UNION ALL SELECT 'sending_quarantined', NULL, sending_quarantined::integer FROM installation";

impl PgStore {
    /// Reads every figure in one statement.
    ///
    /// # Errors
    /// `database.unavailable`.
    pub fn gauges(&self, now: DateTime<Utc>) -> Outcome<Vec<Gauge>> {
        let query = diesel::sql_query(SQL).bind::<Timestamptz, _>(now);
        query.load(self.connections.get()?.pg()).map_err(db)
    }
}
