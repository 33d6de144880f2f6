//! Versions of rule sets.

use app::credit::rule_sets::RuleSetVersion;
use app::credit::rule_sets::store::{RuleSetReads, RuleSetStore};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Integer, Nullable, Text, Uuid as SqlUuid};
use domain::credit::rule_sets::RuleKind;
use kernel::id::EventId;
use kernel::text_enum::TextEnum as _;
use kernel::{Instant, Outcome};
use schema::rule_set;
use serde_json::Value;
use uuid::Uuid;

use crate::error::db;
use crate::push::stored;
use crate::tx::PgTx;

#[derive(QueryableByName)]
struct Actor {
    #[diesel(sql_type = Nullable<SqlUuid>)]
    actor_id: Option<Uuid>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = rule_set, check_for_backend(diesel::pg::Pg))]
struct RuleSetRow {
    kind: String,
    code: String,
    version: i32,
    state: String,
    document: Value,
    created_at: DateTime<Utc>,
    activated_at: Option<DateTime<Utc>>,
    retired_at: Option<DateTime<Utc>>,
}

impl RuleSetRow {
    fn into_version(self) -> Outcome<RuleSetVersion> {
        Ok(RuleSetVersion {
            kind: stored(&self.kind)?,
            code: self.code,
            version: self.version,
            state: self.state,
            document: self.document,
            created_at: self.created_at,
            activated_at: self.activated_at,
            retired_at: self.retired_at,
        })
    }
}

fn versions(rows: Vec<RuleSetRow>) -> Outcome<Vec<RuleSetVersion>> {
    rows.into_iter().map(RuleSetRow::into_version).collect()
}

impl RuleSetReads for PgTx<'_> {
    fn active_rule_set(&mut self, kind: RuleKind, code: &str) -> Outcome<Option<RuleSetVersion>> {
        let found = rule_set::table
            .filter(rule_set::kind.eq(kind.as_str()))
            .filter(rule_set::code.eq(code))
            .filter(rule_set::state.eq("active"))
            .select(RuleSetRow::as_select())
            .first(self.conn);
        found.optional().map_err(db)?.map(RuleSetRow::into_version).transpose()
    }

    fn active_versions(&mut self, kind: RuleKind, codes: &[&str]) -> Outcome<Vec<(String, i32)>> {
        rule_set::table
            .filter(rule_set::kind.eq(kind.as_str()))
            .filter(rule_set::code.eq_any(codes))
            .filter(rule_set::state.eq("active"))
            .select((rule_set::code, rule_set::version))
            .load(self.conn)
            .map_err(db)
    }

    fn rule_set_activated_by(&mut self, kind: RuleKind, code: &str, version: i32) -> Outcome<Option<Uuid>> {
        let by = diesel::sql_query(
            "SELECT e.actor_id FROM rule_set s JOIN event e ON e.id = s.event_id AND e.recorded_at = s.activated_at \
             WHERE s.kind = $1 AND s.code = $2 AND s.version = $3",
        )
        .bind::<Text, _>(kind.as_str())
        .bind::<Text, _>(code)
        .bind::<Integer, _>(version)
        .get_result::<Actor>(self.conn);
        Ok(by.optional().map_err(db)?.and_then(|by| by.actor_id))
    }

    fn active_rule_sets(&mut self, kind: RuleKind) -> Outcome<Vec<RuleSetVersion>> {
        let rows = rule_set::table
            .filter(rule_set::kind.eq(kind.as_str()))
            .filter(rule_set::state.eq("active"))
            .order(rule_set::code)
            .select(RuleSetRow::as_select())
            .load(self.conn);
        versions(rows.map_err(db)?)
    }

    fn rule_set_version(
        &mut self,
        kind: RuleKind,
        code: &str,
        version: i32,
    ) -> Outcome<Option<RuleSetVersion>> {
        let key = (kind.as_str(), code, version);
        let found = rule_set::table.find(key).select(RuleSetRow::as_select()).first(self.conn);
        found.optional().map_err(db)?.map(RuleSetRow::into_version).transpose()
    }

    fn enforced_rule_sets(&mut self) -> Outcome<Vec<RuleSetVersion>> {
        let rows = rule_set::table
            .filter(rule_set::state.eq_any(["active", "retired"]))
            .order((rule_set::kind, rule_set::code, rule_set::version))
            .select(RuleSetRow::as_select())
            .load(self.conn);
        versions(rows.map_err(db)?)
    }
}

impl RuleSetStore for PgTx<'_> {
    fn lock_rule_set(&mut self, kind: RuleKind, code: &str) -> Outcome<()> {
        diesel::sql_query(
            "SELECT pg_advisory_xact_lock(hashtext('recobra.rule_set'), hashtext($1 || '/' || $2))",
        )
        .bind::<Text, _>(kind.as_str())
        .bind::<Text, _>(code)
        .execute(self.conn)
        .map(drop)
        .map_err(db)
    }

    fn next_rule_set_version(&mut self, kind: RuleKind, code: &str) -> Outcome<i32> {
        self.lock_rule_set(kind, code)?;
        let newest = rule_set::table
            .filter(rule_set::kind.eq(kind.as_str()))
            .filter(rule_set::code.eq(code))
            .select(diesel::dsl::max(rule_set::version))
            .first::<Option<i32>>(self.conn)
            .map_err(db)?;
        Ok(newest.unwrap_or(0) + 1)
    }

    fn insert_rule_set(&mut self, version: &RuleSetVersion, event: EventId) -> Outcome<()> {
        let row = RuleSetRow {
            kind: version.kind.as_str().to_owned(),
            code: version.code.clone(),
            version: version.version,
            state: version.state.clone(),
            document: version.document.clone(),
            created_at: version.created_at,
            activated_at: version.activated_at,
            retired_at: version.retired_at,
        };
        diesel::insert_into(rule_set::table)
            .values((row, rule_set::event_id.eq(event.0)))
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }

    fn activate_rule_set(
        &mut self,
        (kind, code, version): (RuleKind, &str, i32),
        at: Instant,
        event: EventId,
    ) -> Outcome<()> {
        let before = rule_set::table
            .filter(rule_set::kind.eq(kind.as_str()))
            .filter(rule_set::code.eq(code))
            .filter(rule_set::state.eq("active"));
        // Who put it into force stays known: it is the event of the next one that retired it.
        diesel::update(before)
            .set((rule_set::state.eq("retired"), rule_set::retired_at.eq(at)))
            .execute(self.conn)
            .map_err(db)?;
        diesel::update(rule_set::table.find((kind.as_str(), code, version)))
            .set((
                rule_set::state.eq("active"),
                rule_set::activated_at.eq(at),
                rule_set::event_id.eq(event.0),
            ))
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }
}
