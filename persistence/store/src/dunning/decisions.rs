//! Stored decisions, for replays and for the last look before sending.

use app::dunning::replay::StoredDecision;
use app::dunning::store::DecidedContact;
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Date, Integer, Jsonb, Text, Uuid as SqlUuid};
use kernel::{Currency, Outcome};
use schema::message;
use serde_json::Value;
use uuid::Uuid;

use crate::error::db;

#[derive(QueryableByName)]
struct StoredRow {
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = Text)]
    scenario_code: String,
    #[diesel(sql_type = Jsonb)]
    facts: Value,
    #[diesel(sql_type = Binary)]
    hash: Vec<u8>,
}

/// Whole groups: a page ends with the last decision of an account.
pub(super) fn stored(
    conn: &mut PgConnection,
    run: Uuid,
    after: Option<Uuid>,
    limit: i64,
) -> Outcome<Vec<StoredDecision>> {
    let rows = diesel::sql_query(
        "SELECT d.account_id, d.id, d.currency, d.scenario_code, d.facts, d.hash FROM decision d \
         WHERE d.run_id = $1 AND d.account_id IN (SELECT DISTINCT account_id FROM decision \
             WHERE run_id = $1 AND account_id > $2 ORDER BY account_id LIMIT $3) \
         ORDER BY d.account_id, d.currency",
    )
    .bind::<SqlUuid, _>(run)
    .bind::<SqlUuid, _>(after.unwrap_or(Uuid::nil()))
    .bind::<BigInt, _>(limit)
    .load::<StoredRow>(conn)
    .map_err(db)?;
    let row = |r: StoredRow| {
        Ok(StoredDecision {
            account_id: r.account_id,
            id: r.id,
            currency: Currency::parse("currency", &r.currency)?,
            scenario_code: r.scenario_code,
            facts: r.facts,
            hash: r.hash,
        })
    };
    rows.into_iter().map(row).collect()
}

pub(super) fn of_message(
    conn: &mut PgConnection,
    account: Uuid,
    id: Uuid,
) -> Outcome<Option<(Uuid, NaiveDate)>> {
    let found = message::table
        .find((account, id))
        .select((message::decision_id, message::decided_on))
        .first::<(Option<Uuid>, NaiveDate)>(conn)
        .optional()
        .map_err(db)?;
    Ok(found.and_then(|(decision, on)| Some((decision?, on))))
}

#[derive(QueryableByName)]
struct ContactRow {
    #[diesel(sql_type = SqlUuid)]
    decision_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    legal_entity_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    group_id: Uuid,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = Text)]
    scenario_code: String,
    #[diesel(sql_type = Integer)]
    scenario_version: i32,
    #[diesel(sql_type = Jsonb)]
    act: Value,
}

pub(super) fn contacts(
    conn: &mut PgConnection,
    decisions: &[(Uuid, NaiveDate)],
) -> Outcome<Vec<DecidedContact>> {
    let (ids, dates): (Vec<_>, Vec<_>) = decisions.iter().copied().unzip();
    let rows = diesel::sql_query(
        "SELECT d.id AS decision_id, r.legal_entity_id, d.account_id AS group_id, d.currency, d.scenario_code, \
             d.scenario_version, d.items AS act \
         FROM unnest($1, $2) AS k (id, decided_on) \
         JOIN decision d ON d.id = k.id AND d.decided_on = k.decided_on AND d.outcome = 'act' \
         JOIN dunning_run r ON r.id = d.run_id",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<Date>, _>(dates)
    .load::<ContactRow>(conn)
    .map_err(db)?;
    let row = |r: ContactRow| {
        Ok(DecidedContact {
            decision_id: r.decision_id,
            legal_entity_id: r.legal_entity_id,
            group_id: r.group_id,
            currency: Currency::parse("currency", &r.currency)?,
            scenario: (r.scenario_code, r.scenario_version),
            act: r.act,
        })
    };
    rows.into_iter().map(row).collect()
}
