//! Editing customers by hand, field by field, in the columns' own names.

use app::ctx::Ctx;
use app::customers::{CustomerKind, CustomerRow, CustomerStore, NewContact, Portfolio};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Jsonb, Timestamptz, Uuid as SqlUuid};
use kernel::id::{EventId, PortfolioId};
use kernel::{Instant, Outcome};
use schema::portfolio;
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::error::db;
use crate::organisation::{json, saved_one};
use crate::statement::Statement;
use crate::tx::PgTx;

/// Columns that a hand may set: the only names that ever become part of an UPDATE here.
fn columns(kind: CustomerKind) -> impl Iterator<Item = &'static str> {
    let portfolio = (kind == CustomerKind::Account).then_some("portfolio_id");
    app::customers::fields::of(kind).iter().map(|field| field.column).chain(portfolio)
}

fn table(kind: CustomerKind) -> &'static str {
    kernel::text_enum::TextEnum::as_str(kind)
}

/// Where the account of the row is found and who sees it.
fn reach(kind: CustomerKind) -> (&'static str, &'static str) {
    match kind {
        CustomerKind::Party => (
            "",
            "EXISTS (SELECT 1 FROM account_party l JOIN account a ON a.id = l.account_id WHERE l.party_id = x.id \
                 AND l.superseded_at IS NULL \
                 AND (a.legal_entity_id = ANY({entities}) OR a.portfolio_id = ANY({portfolios})))",
        ),
        CustomerKind::Account => (
            "JOIN account a ON a.id = x.id",
            "a.legal_entity_id = ANY({entities}) OR a.portfolio_id = ANY({portfolios})",
        ),
        CustomerKind::Contact => (
            "JOIN account a ON a.id = x.account_id",
            "a.legal_entity_id = ANY({entities}) OR a.portfolio_id = ANY({portfolios})",
        ),
    }
}

#[derive(Deserialize)]
struct Found {
    row: Map<String, Value>,
    account_id: Option<Uuid>,
    legal_entity_id: Option<Uuid>,
}

impl CustomerStore for PgTx<'_> {
    fn customer_for_update(
        &mut self,
        ctx: &Ctx,
        kind: CustomerKind,
        id: Uuid,
    ) -> Outcome<Option<CustomerRow>> {
        let mut statement = Statement::new();
        let id = statement.bind(id.to_string());
        let (join, scope) = reach(kind);
        let scope = statement.scope(scope, &ctx.scope).unwrap_or_else(|| "true".to_owned());
        let (account, entity) =
            if join.is_empty() { ("NULL", "NULL") } else { ("a.id", "a.legal_entity_id") };
        statement.sql = format!(
            "SELECT json_build_object('row', to_jsonb(x), 'account_id', {account}::uuid, \
                 'legal_entity_id', {entity}::uuid)::text AS row \
             FROM {} x {join} WHERE x.id = {id}::uuid AND {scope} FOR UPDATE OF x",
            table(kind)
        );
        let found = statement.load::<Found>(self.conn)?.into_iter().next();
        Ok(found.map(|Found { mut row, account_id, legal_entity_id }| CustomerRow {
            version: row.get("version").and_then(Value::as_i64).unwrap_or_default(),
            overrides: match row.remove("overrides") {
                Some(Value::Object(overrides)) => overrides,
                Some(_) | None => Map::new(),
            },
            manual: row.get("origin").and_then(Value::as_str) == Some("manual"),
            columns: row,
            account_id,
            legal_entity_id,
        }))
    }

    fn save_customer(
        &mut self,
        (kind, id): (CustomerKind, Uuid),
        changed: &Map<String, Value>,
        overrides: &Map<String, Value>,
        event: EventId,
    ) -> Outcome<()> {
        let table = table(kind);
        let set = columns(kind).filter(|column| changed.contains_key(*column));
        let set = set.map(|column| format!("{column} = n.{column}")).collect::<Vec<_>>();
        let set = set.iter().map(String::as_str).chain(["overrides = $2"]).collect::<Vec<_>>().join(", ");
        diesel::sql_query(format!(
            "UPDATE {table} x SET {set}, version = x.version + 1, event_id = $3 \
             FROM jsonb_populate_record(NULL::{table}, $1) n WHERE x.id = $4"
        ))
        .bind::<Jsonb, _>(Value::Object(changed.clone()))
        .bind::<Jsonb, _>(json(overrides)?)
        .bind::<SqlUuid, _>(event.0)
        .bind::<SqlUuid, _>(id)
        .execute(self.conn)
        .map(drop)
        .map_err(db)
    }

    fn insert_contact(&mut self, new: &NewContact, event: EventId, now: Instant) -> Outcome<()> {
        diesel::sql_query(
            "INSERT INTO contact (id, account_id, name, role, purposes, email, phone, language, position, \
                 opted_out_channels, retired_at, origin, created_at, event_id) \
             SELECT $2, $3, n.name, n.role, n.purposes, n.email, n.phone, n.language, n.position, \
                 n.opted_out_channels, n.retired_at, 'manual', $4, $5 FROM jsonb_populate_record(NULL::contact, $1) n",
        )
        .bind::<Jsonb, _>(Value::Object(new.columns.clone()))
        .bind::<SqlUuid, _>(new.id)
        .bind::<SqlUuid, _>(new.account_id)
        .bind::<Timestamptz, _>(now)
        .bind::<SqlUuid, _>(event.0)
        .execute(self.conn)
        .map(drop)
        .map_err(db)
    }

    fn insert_portfolio(&mut self, new: &Portfolio, event: EventId) -> Outcome<()> {
        diesel::insert_into(portfolio::table)
            .values((
                portfolio::id.eq(new.id),
                portfolio::code.eq(&new.code),
                portfolio::name.eq(&new.name),
                portfolio::version.eq(new.version),
                portfolio::created_at.eq(new.created_at),
                portfolio::event_id.eq(event.0),
            ))
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }

    fn portfolio_for_update(&mut self, id: PortfolioId) -> Outcome<Portfolio> {
        let columns =
            (portfolio::id, portfolio::code, portfolio::name, portfolio::version, portfolio::created_at);
        let found = portfolio::table
            .find(id.0)
            .select(columns)
            .for_update()
            .first::<(Uuid, String, String, i64, DateTime<Utc>)>(self.conn)
            .optional()
            .map_err(db)?;
        let (id, code, name, version, created_at) =
            found.ok_or_else(|| app::lists::not_found("portfolios", &id.to_string()))?;
        Ok(Portfolio { id, code, name, version, created_at })
    }

    fn save_portfolio(&mut self, new: &Portfolio, event: EventId) -> Outcome<()> {
        let before =
            portfolio::table.filter(portfolio::id.eq(new.id)).filter(portfolio::version.eq(new.version - 1));
        let saved = diesel::update(before)
            .set((
                portfolio::name.eq(&new.name),
                portfolio::version.eq(new.version),
                portfolio::event_id.eq(event.0),
            ))
            .execute(self.conn)
            .map_err(db)?;
        saved_one(saved)
    }
}
