//! Small reads: legal entities, calendars, sources, groups, accounts.

use app::dunning::store::{AccountRef, FinishedPush, RunEntity, SourceFreshness};
use chrono::{DateTime, NaiveTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use kernel::Outcome;
use schema::{legal_entity, receivable};
use uuid::Uuid;

use crate::error::db;

#[derive(Queryable, Selectable)]
#[diesel(table_name = legal_entity, check_for_backend(diesel::pg::Pg))]
struct EntityRow {
    id: Uuid,
    code: String,
    time_zone: String,
    language: String,
    calendar_code: String,
    scenario_code: Option<String>,
    run_at: Option<NaiveTime>,
    stale_after_hours: i32,
}

impl EntityRow {
    fn into_entity(self) -> RunEntity {
        RunEntity {
            id: self.id,
            code: self.code,
            time_zone: self.time_zone,
            language: self.language,
            calendar_code: self.calendar_code,
            scenario_code: self.scenario_code,
            run_at: self.run_at.map(|t| t.format("%H:%M").to_string()),
            stale_after_hours: self.stale_after_hours,
        }
    }
}

pub(super) fn entity(conn: &mut PgConnection, id: Uuid) -> Outcome<Option<RunEntity>> {
    let found = legal_entity::table.find(id).select(EntityRow::as_select()).first(conn);
    Ok(found.optional().map_err(db)?.map(EntityRow::into_entity))
}

pub(super) fn scheduled(conn: &mut PgConnection) -> Outcome<Vec<RunEntity>> {
    let rows = legal_entity::table
        .filter(legal_entity::run_at.is_not_null())
        .order(legal_entity::code)
        .select(EntityRow::as_select())
        .load(conn)
        .map_err(db)?;
    Ok(rows.into_iter().map(EntityRow::into_entity).collect())
}

#[derive(QueryableByName)]
struct FreshnessRow {
    #[diesel(sql_type = Integer)]
    no: i32,
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    finished_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    state: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    known_until: Option<DateTime<Utc>>,
    #[diesel(sql_type = Bool)]
    pushing: bool,
}

pub(super) fn freshness(conn: &mut PgConnection, legal_entity: Uuid) -> Outcome<Vec<SourceFreshness>> {
    let rows = diesel::sql_query(
        // One given up after its first chunk left half of what it had to bring, until another one is finished.
        // The newest day counts, not that of the last push: a correction of an old day makes what came before no older.
        "SELECT s.no, s.code, l.finished_at, l.state, \
             (k.known_on + 1)::timestamp AT TIME ZONE e.time_zone AS known_until, EXISTS (SELECT 1 FROM push_session p WHERE p.source_no = s.no \
             AND NOT p.dry_run AND (p.state IN ('open', 'held') OR (p.state = 'aborted' AND p.last_chunk > 0 \
                 AND (l.finished_at IS NULL OR p.finished_at > l.finished_at)))) AS pushing \
         FROM source s JOIN legal_entity e ON e.id = s.legal_entity_id LEFT JOIN LATERAL (SELECT p.finished_at, p.state FROM push_session p \
             WHERE p.source_no = s.no AND p.state IN ('finished', 'unequal') AND NOT p.dry_run \
             ORDER BY p.finished_at DESC, p.sequence DESC LIMIT 1) l ON true \
         CROSS JOIN LATERAL (SELECT max(least(p.as_of_on, (p.finished_at AT TIME ZONE e.time_zone)::date)) AS known_on \
             FROM push_session p WHERE p.source_no = s.no AND p.state IN ('finished', 'unequal') AND NOT p.dry_run) k \
         WHERE s.legal_entity_id = $1 AND s.gates_dunning ORDER BY s.no",
    )
    .bind::<SqlUuid, _>(legal_entity)
    .load::<FreshnessRow>(conn)
    .map_err(db)?;
    let row = |r: FreshnessRow| SourceFreshness {
        no: r.no,
        code: r.code,
        finished: r.finished_at.zip(r.known_until).map(|(at, known_until)| FinishedPush {
            at,
            equal: r.state.as_deref() == Some("finished"),
            known_until,
        }),
        pushing: r.pushing,
    };
    Ok(rows.into_iter().map(row).collect())
}

#[derive(QueryableByName)]
struct GroupId {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Groups that owe something, and groups whose standing must be taken back.
const GROUPS: &str = "FROM account a WHERE a.legal_entity_id = $1 AND (EXISTS (SELECT 1 FROM receivable r \
    WHERE r.account_id = a.id AND r.closed_on IS NULL) OR EXISTS (SELECT 1 FROM dunning_standing s \
    WHERE s.account_id = a.dunning_account_id AND s.outcome <> 'nothing'))";

/// The same for one page: each account is looked at by itself, in the order of the index, until the page is full. As
/// `EXISTS` the planner would hash every open item of the book for each page.
const GROUP_PAGE: &str = "SELECT DISTINCT a.dunning_account_id AS id FROM account a CROSS JOIN LATERAL (\
        SELECT 1 FROM (SELECT 1 FROM receivable r WHERE r.account_id = a.id AND r.closed_on IS NULL \
            UNION ALL SELECT 1 FROM dunning_standing s \
            WHERE s.account_id = a.dunning_account_id AND s.outcome <> 'nothing') any_reason LIMIT 1) reason \
    WHERE a.legal_entity_id = $1 AND a.dunning_account_id > $2 ORDER BY a.dunning_account_id LIMIT $3";

pub(super) fn group_page(
    conn: &mut PgConnection,
    legal_entity: Uuid,
    after: Option<Uuid>,
    limit: i64,
) -> Outcome<Vec<Uuid>> {
    let rows = diesel::sql_query(GROUP_PAGE)
        .bind::<SqlUuid, _>(legal_entity)
        .bind::<SqlUuid, _>(after.unwrap_or(Uuid::nil()))
        .bind::<BigInt, _>(limit)
        .load::<GroupId>(conn)
        .map_err(db)?;
    Ok(rows.into_iter().map(|r| r.id).collect())
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

pub(super) fn count_groups(conn: &mut PgConnection, legal_entity: Uuid) -> Outcome<i64> {
    let sql = format!("SELECT count(DISTINCT a.dunning_account_id) AS count {GROUPS}");
    let found = diesel::sql_query(sql).bind::<SqlUuid, _>(legal_entity).get_result::<Count>(conn);
    found.map(|c| c.count).map_err(db)
}

pub(super) fn account(conn: &mut PgConnection, id: Uuid) -> Outcome<Option<AccountRef>> {
    use schema::account;
    let found = account::table
        .find(id)
        .select((account::legal_entity_id, account::portfolio_id, account::dunning_account_id))
        .first::<(Uuid, Option<Uuid>, Uuid)>(conn)
        .optional()
        .map_err(db)?;
    Ok(found.map(|(legal_entity_id, portfolio_id, group_id)| AccountRef {
        id,
        legal_entity_id,
        portfolio_id,
        group_id,
    }))
}

pub(super) fn receivable_exists(conn: &mut PgConnection, account: Uuid, id: Uuid) -> Outcome<bool> {
    let found = receivable::table.find((account, id)).select(receivable::id).first::<Uuid>(conn);
    found.optional().map(|f| f.is_some()).map_err(db)
}

#[derive(QueryableByName)]
struct DocumentNo {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    document_no: String,
}

pub(super) fn document_numbers(
    conn: &mut PgConnection,
    group: Uuid,
    items: &[Uuid],
) -> Outcome<Vec<(Uuid, String)>> {
    let rows = diesel::sql_query(
        "SELECT r.id, r.document_no FROM account a JOIN receivable r ON r.account_id = a.id \
         WHERE a.dunning_account_id = $1 AND r.id = ANY($2)",
    )
    .bind::<SqlUuid, _>(group)
    .bind::<Array<SqlUuid>, _>(items)
    .load::<DocumentNo>(conn)
    .map_err(db)?;
    Ok(rows.into_iter().map(|r| (r.id, r.document_no)).collect())
}
