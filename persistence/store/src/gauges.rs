//! Figures about the work, for the metrics.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use kernel::Outcome;

use crate::error::db;
use crate::tx::PgStore;

/// One figure. Durations are in microseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gauge {
    pub name: String,
    /// Name and value of its label.
    pub label: Option<(String, String)>,
    pub value: i64,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Nullable<Text>)]
    label_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    label: Option<String>,
    #[diesel(sql_type = BigInt)]
    value: i64,
}

/// In alphabetical order of the names, which belong together in the text format.
const SQL: &str = "\
    SELECT 'alerts_open' AS name, NULL AS label_name, NULL AS label, count(*) AS value FROM alert \
        WHERE resolved_at IS NULL \
    UNION ALL SELECT 'events_unsequenced', NULL, NULL, count(*) FROM event_unsequenced \
    UNION ALL SELECT 'jobs', 'state', state, count(*) FROM job GROUP BY state \
    UNION ALL SELECT 'last_run_duration_seconds', 'legal_entity', e.code, \
        (extract(epoch FROM d.finished_at - d.started_at) * 1000000)::bigint FROM legal_entity e \
        CROSS JOIN LATERAL (SELECT started_at, finished_at FROM dunning_run x WHERE x.legal_entity_id = e.id \
            AND NOT x.dry_run AND x.state = 'finished' ORDER BY x.started_at DESC LIMIT 1) d \
    UNION ALL SELECT 'messages', 'state', state, count(*) FROM message GROUP BY state \
    UNION ALL SELECT 'push_rows_total', 'outcome', c.key, sum(c.value::bigint)::bigint \
        FROM push_session p, jsonb_each_text(p.counts) c WHERE NOT p.dry_run GROUP BY c.key \
    UNION ALL SELECT 'sending_quarantined', NULL, NULL, sending_quarantined::integer FROM installation \
    ORDER BY name, label";

impl PgStore {
    /// Reads every figure in one statement.
    ///
    /// # Errors
    /// `database.unavailable`.
    pub fn gauges(&self) -> Outcome<Vec<Gauge>> {
        let rows = diesel::sql_query(SQL).load::<Row>(&mut *self.connections.get()?).map_err(db)?;
        let gauge =
            |row: Row| Gauge { name: row.name, label: row.label_name.zip(row.label), value: row.value };
        Ok(rows.into_iter().map(gauge).collect())
    }
}
