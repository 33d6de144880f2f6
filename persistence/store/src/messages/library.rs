//! Templates, policies, alerts, and the quarantine.

use app::messages::store::{Library, NewAlert, TemplateRecord};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use kernel::id::EventId;
use kernel::{Instant, Outcome};
use serde_json::Value;
use uuid::Uuid;

use crate::error::db;

#[derive(QueryableByName)]
struct VersionRow {
    #[diesel(sql_type = Integer)]
    version: i32,
}

#[derive(QueryableByName)]
struct Known {
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = Text)]
    language: String,
}

#[derive(QueryableByName)]
struct Reason {
    #[diesel(sql_type = Text)]
    reason: String,
}

pub(super) fn save_template(
    conn: &mut PgConnection,
    template: &TemplateRecord<'_>,
    now: Instant,
    event: EventId,
) -> Outcome<i32> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended('template ' || $1, 0))")
        .bind::<Text, _>(template.code)
        .execute(conn)
        .map_err(db)?;
    diesel::sql_query(
        "UPDATE template SET state = 'retired' WHERE code = $1 AND language = $2 AND state = 'active'",
    )
    .bind::<Text, _>(template.code)
    .bind::<Text, _>(template.language)
    .execute(conn)
    .map_err(db)?;
    diesel::sql_query(
        "INSERT INTO template (code, language, version, state, purpose, document, created_at, event_id) \
         SELECT $1, $2, coalesce(max(version), 0) + 1, 'active', $3, $4, $5, $6 \
         FROM template WHERE code = $1 AND language = $2 RETURNING version",
    )
    .bind::<Text, _>(template.code)
    .bind::<Text, _>(template.language)
    .bind::<Text, _>(template.purpose)
    .bind::<Jsonb, _>(template.document)
    .bind::<Timestamptz, _>(now)
    .bind::<SqlUuid, _>(event.0)
    .get_result::<VersionRow>(conn)
    .map(|row| row.version)
    .map_err(db)
}

pub(super) fn save_policy(
    conn: &mut PgConnection,
    (code, document): (&str, &Value),
    now: Instant,
    event: EventId,
) -> Outcome<i32> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended('contact policy ' || $1, 0))")
        .bind::<Text, _>(code)
        .execute(conn)
        .map_err(db)?;
    diesel::sql_query("UPDATE contact_policy SET state = 'retired' WHERE code = $1 AND state = 'active'")
        .bind::<Text, _>(code)
        .execute(conn)
        .map_err(db)?;
    diesel::sql_query(
        "INSERT INTO contact_policy (code, version, state, document, created_at, event_id) \
         SELECT $1, coalesce(max(version), 0) + 1, 'active', $2, $3, $4 FROM contact_policy WHERE code = $1 \
         RETURNING version",
    )
    .bind::<Text, _>(code)
    .bind::<Jsonb, _>(document)
    .bind::<Timestamptz, _>(now)
    .bind::<SqlUuid, _>(event.0)
    .get_result::<VersionRow>(conn)
    .map(|row| row.version)
    .map_err(db)
}

pub(super) fn known(conn: &mut PgConnection) -> Outcome<Library> {
    let templates = diesel::sql_query("SELECT code, language FROM template WHERE state = 'active'")
        .load::<Known>(conn)
        .map_err(db)?;
    let policies =
        diesel::sql_query("SELECT code, '' AS language FROM contact_policy WHERE state = 'active'")
            .load::<Known>(conn)
            .map_err(db)?;
    let templates = templates.into_iter().map(|known| (known.code, known.language)).collect();
    Ok(Library { templates, policies: policies.into_iter().map(|known| known.code).collect() })
}

pub(super) fn raise_alert(
    conn: &mut PgConnection,
    (id, alert): (Uuid, &NewAlert<'_>),
    now: Instant,
    event: EventId,
) -> Outcome<bool> {
    let made = diesel::sql_query(
        "INSERT INTO alert (id, kind, episode_key, legal_entity_id, account_id, message, params, raised_at, \
             event_id) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (kind, episode_key) WHERE resolved_at IS NULL DO NOTHING",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Text, _>(alert.kind)
    .bind::<Text, _>(&alert.episode)
    .bind::<Nullable<SqlUuid>, _>(alert.legal_entity_id)
    .bind::<Nullable<SqlUuid>, _>(alert.account_id)
    .bind::<Text, _>(alert.message)
    .bind::<Jsonb, _>(&alert.params)
    .bind::<Timestamptz, _>(now)
    .bind::<SqlUuid, _>(event.0)
    .execute(conn)
    .map_err(db)?;
    Ok(made == 1)
}

pub(super) fn standing_alert(conn: &mut PgConnection, kind: &str, episode: &str) -> Outcome<Option<Uuid>> {
    use schema::alert::dsl;
    dsl::alert
        .filter(dsl::kind.eq(kind).and(dsl::episode_key.eq(episode)).and(dsl::resolved_at.is_null()))
        .select(dsl::id)
        .first(conn)
        .optional()
        .map_err(db)
}

pub(super) fn resolve_alert(conn: &mut PgConnection, id: Uuid, now: Instant, event: EventId) -> Outcome<()> {
    diesel::sql_query("UPDATE alert SET state = 'resolved', resolved_at = $2, event_id = $3 WHERE id = $1")
        .bind::<SqlUuid, _>(id)
        .bind::<Timestamptz, _>(now)
        .bind::<SqlUuid, _>(event.0)
        .execute(conn)
        .map(drop)
        .map_err(db)
}

pub(super) fn quarantine(conn: &mut PgConnection) -> Outcome<Option<String>> {
    let found = diesel::sql_query(
        "SELECT coalesce(quarantine_reason, '') AS reason FROM installation WHERE sending_quarantined",
    )
    .get_result::<Reason>(conn)
    .optional()
    .map_err(db)?;
    Ok(found.map(|row| row.reason))
}

pub(super) fn release_quarantine(conn: &mut PgConnection, _: EventId) -> Outcome<()> {
    diesel::sql_query("UPDATE installation SET sending_quarantined = false, quarantine_reason = NULL")
        .execute(conn)
        .map(drop)
        .map_err(db)
}
