//! Financial statements.

use app::credit::scoring::statements::StoredStatement;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use domain::credit::scoring::statements::Statement;
use kernel::id::{EventId, FinancialStatementId};
use kernel::text_enum::TextEnum as _;
use kernel::{Instant, Outcome};
use schema::financial_statement;
use serde_json::Value;
use uuid::Uuid;

use crate::credit::groups::same_risk;
use crate::error::db;
use crate::organisation::{from_json, json};
use crate::push::stored;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = financial_statement, check_for_backend(diesel::pg::Pg))]
struct Row {
    id: Uuid,
    party_id: Uuid,
    closes_on: NaiveDate,
    months: i16,
    currency: String,
    assurance: String,
    figures: Value,
    note: Option<String>,
    version: i32,
    recorded_by: String,
    recorded_at: DateTime<Utc>,
    superseded_at: Option<DateTime<Utc>>,
}

impl Row {
    fn into_statement(self) -> Outcome<StoredStatement> {
        Ok(StoredStatement {
            id: self.id,
            party_id: self.party_id,
            statement: Statement {
                closes_on: self.closes_on,
                // Held within 1 to 24 by the table.
                months: u8::try_from(self.months).unwrap_or_default(),
                currency: self.currency,
                figures: from_json(self.figures)?,
            },
            assurance: stored(&self.assurance)?,
            note: self.note,
            version: self.version,
            recorded_by: self.recorded_by,
            recorded_at: self.recorded_at,
            superseded_at: self.superseded_at,
        })
    }
}

pub(super) fn of(conn: &mut PgConnection, party: Uuid, limit: i64) -> Outcome<Vec<StoredStatement>> {
    let found = financial_statement::table
        .filter(financial_statement::party_id.eq_any(same_risk(conn, &[party])?.into_keys()))
        .filter(financial_statement::superseded_at.is_null())
        .distinct_on(financial_statement::closes_on)
        .order((financial_statement::closes_on.desc(), financial_statement::party_id))
        .limit(limit)
        .select(Row::as_select())
        .load(conn)
        .map_err(db)?;
    found.into_iter().map(Row::into_statement).collect()
}

pub(super) fn for_update(
    conn: &mut PgConnection,
    party: Uuid,
    closes_on: NaiveDate,
) -> Outcome<Option<StoredStatement>> {
    let found = financial_statement::table
        .filter(financial_statement::party_id.eq(party))
        .filter(financial_statement::closes_on.eq(closes_on))
        .filter(financial_statement::superseded_at.is_null())
        .select(Row::as_select())
        .for_update()
        .first(conn);
    found.optional().map_err(db)?.map(Row::into_statement).transpose()
}

pub(super) fn by_id_for_update(conn: &mut PgConnection, id: Uuid) -> Outcome<StoredStatement> {
    let found = financial_statement::table.find(id).select(Row::as_select()).for_update().first(conn);
    let missing = || app::lists::not_found("financial_statements", &FinancialStatementId(id).to_string());
    found.optional().map_err(db)?.ok_or_else(missing)?.into_statement()
}

pub(super) fn insert(conn: &mut PgConnection, new: &StoredStatement, event: EventId) -> Outcome<()> {
    let row = Row {
        id: new.id,
        party_id: new.party_id,
        closes_on: new.statement.closes_on,
        months: new.statement.months.into(),
        currency: new.statement.currency.clone(),
        assurance: new.assurance.as_str().to_owned(),
        figures: json(&new.statement.figures)?,
        note: new.note.clone(),
        version: new.version,
        recorded_by: new.recorded_by.clone(),
        recorded_at: new.recorded_at,
        superseded_at: new.superseded_at,
    };
    diesel::insert_into(financial_statement::table)
        .values((row, financial_statement::event_id.eq(event.0)))
        .execute(conn)
        .map(drop)
        .map_err(db)
}

pub(super) fn supersede(conn: &mut PgConnection, id: Uuid, (at, event): (Instant, EventId)) -> Outcome<()> {
    diesel::update(financial_statement::table.find(id))
        .set((financial_statement::superseded_at.eq(at), financial_statement::event_id.eq(event.0)))
        .execute(conn)
        .map(drop)
        .map_err(db)
}
