//! Parties, accounts and contacts as sets: one statement per kind, new and changed rows alike. A field that was set by
//! hand keeps the hand's value; what was pushed for it is remembered in `overrides`.

use app::push::store::{AccountRecord, ContactRecord, PartyRecord, Stamp};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Date, Jsonb, Timestamptz, Uuid as SqlUuid};
use kernel::Outcome;
use schema::account;
use uuid::Uuid;

use super::revisions::{Replaced, keep};
use crate::error::db;
use crate::organisation::json;

/// Assignments of an upsert: the pushed value, unless a hand set the field.
fn pushed_or_kept(table: &str, fields: &[&str]) -> String {
    let kept = |f: &&str| {
        format!("{f} = CASE WHEN {table}.overrides ? '{f}' THEN {table}.{f} ELSE excluded.{f} END, ")
    };
    let remembered = format!("overrides = r.repushed({table}.overrides, to_jsonb(excluded)), ");
    fields.iter().map(kept).collect::<String>() + &remembered
}

const PARTY_FIELDS: &[&str] = &[
    "kind",
    "name",
    "tax_id",
    "lei",
    "national_id",
    "country",
    "language",
    "parent_id",
    "segment",
    "address",
    "insolvent_since",
    "vulnerable",
    "intercompany",
    "attributes",
];

const ACCOUNT_FIELDS: &[&str] = &[
    "number",
    "name",
    "currency",
    "language",
    "time_zone",
    "dunning_account_id",
    "portfolio_id",
    "segment",
    "scenario_code",
    "payment_terms_days",
    "address",
    "attributes",
];

const CONTACT_FIELDS: &[&str] =
    &["name", "role", "purposes", "email", "phone", "language", "position", "opted_out_channels"];

pub(super) fn upsert_parties(conn: &mut PgConnection, parties: &[PartyRecord], stamp: Stamp) -> Outcome<()> {
    if parties.is_empty() {
        return Ok(());
    }
    let rows = json(&parties)?;
    keep(conn, Replaced::Party, &rows, stamp)?;
    diesel::sql_query(format!(
        "INSERT INTO party (id, kind, name, tax_id, lei, national_id, country, language, parent_id, segment, address, \
             insolvent_since, vulnerable, intercompany, attributes, created_at, event_id) \
         SELECT id, kind, name, tax_id, lei, national_id, country, language, parent_id, segment, address, \
             insolvent_since, vulnerable, intercompany, attributes, $2, $3 \
         FROM jsonb_to_recordset($1) AS p (id uuid, kind text, name text, tax_id text, lei text, national_id text, \
             country text, language text, parent_id uuid, segment text, address jsonb, insolvent_since date, \
             vulnerable boolean, intercompany boolean, attributes jsonb) \
         ON CONFLICT (id) DO UPDATE SET {} \
             version = party.version + 1, event_id = excluded.event_id",
        pushed_or_kept("party", PARTY_FIELDS)
    ))
    .bind::<Jsonb, _>(rows)
    .bind::<Timestamptz, _>(stamp.now)
    .bind::<SqlUuid, _>(stamp.event.0)
    .execute(conn)
    .map(drop)
    .map_err(db)
}

pub(super) fn letters_sent_away(conn: &mut PgConnection, accounts: &[Uuid]) -> Outcome<Vec<(Uuid, Uuid)>> {
    let named = account::id.eq_any(accounts).or(account::dunning_account_id.eq_any(accounts));
    account::table
        .filter(named.and(account::id.ne(account::dunning_account_id)))
        .select((account::id, account::dunning_account_id))
        .load(conn)
        .map_err(db)
}

pub(super) fn upsert_accounts(
    conn: &mut PgConnection,
    accounts: &[AccountRecord],
    as_of: kernel::Date,
    stamp: Stamp,
) -> Outcome<()> {
    if accounts.is_empty() {
        return Ok(());
    }
    let rows = json(&accounts)?;
    keep(conn, Replaced::Account, &rows, stamp)?;
    diesel::sql_query(format!(
        "INSERT INTO account (id, legal_entity_id, source_no, number, name, currency, language, time_zone, \
             dunning_account_id, portfolio_id, segment, scenario_code, payment_terms_days, address, attributes, \
             created_at, event_id) \
         SELECT id, legal_entity_id, source_no, number, name, currency, language, time_zone, dunning_account_id, \
             portfolio_id, segment, scenario_code, payment_terms_days, address, attributes, $2, $3 \
         FROM jsonb_to_recordset($1) AS a (id uuid, legal_entity_id uuid, source_no integer, number text, name text, \
             currency text, language text, time_zone text, dunning_account_id uuid, portfolio_id uuid, segment text, \
             scenario_code text, payment_terms_days smallint, address jsonb, attributes jsonb) \
         ON CONFLICT (id) DO UPDATE SET {} \
             version = account.version + 1, event_id = excluded.event_id",
        pushed_or_kept("account", ACCOUNT_FIELDS)
    ))
    .bind::<Jsonb, _>(&rows)
    .bind::<Timestamptz, _>(stamp.now)
    .bind::<SqlUuid, _>(stamp.event.0)
    .execute(conn)
    .map_err(db)?;
    link_parties(conn, &rows, as_of, stamp)
}

/// Dates the link to the party: a new account from ever, another from the as-of date on, whatever was said before of those
/// days: who speaks last is right. Superseded rows are closed in recorded time, and what they say of the days before is
/// written anew. Of several links recorded at one instant the ones between were never the truth at any moment, so they go.
fn link_parties(
    conn: &mut PgConnection,
    rows: &serde_json::Value,
    as_of: kernel::Date,
    stamp: Stamp,
) -> Outcome<()> {
    diesel::sql_query(
        "WITH wanted AS (SELECT id AS account_id, party_id FROM jsonb_to_recordset($1) AS a (id uuid, party_id uuid)), \
         fresh AS (SELECT w.* FROM wanted w WHERE NOT EXISTS (SELECT 1 FROM account_party l \
             WHERE l.account_id = w.account_id AND l.superseded_at IS NULL)), \
         moved AS (SELECT w.* FROM wanted w WHERE EXISTS (SELECT 1 FROM account_party l \
             WHERE l.account_id = w.account_id AND l.superseded_at IS NULL AND l.valid && daterange($2, NULL) \
                 AND l.party_id <> w.party_id)), \
         superseded AS (UPDATE account_party l SET superseded_at = $3 FROM moved w \
             WHERE l.account_id = w.account_id AND l.superseded_at IS NULL AND l.valid && daterange($2, NULL) \
                 AND l.recorded_at <> $3 RETURNING l.account_id, l.party_id, l.valid), \
         withdrawn AS (DELETE FROM account_party l USING moved w \
             WHERE l.account_id = w.account_id AND l.superseded_at IS NULL AND l.valid && daterange($2, NULL) \
                 AND l.recorded_at = $3 RETURNING l.account_id, l.party_id, l.valid), \
         replaced AS (SELECT * FROM superseded UNION ALL SELECT * FROM withdrawn) \
         INSERT INTO account_party (account_id, party_id, valid, recorded_at, event_id) \
         SELECT account_id, party_id, daterange(lower(valid), $2), $3, $4 FROM replaced \
             WHERE lower_inf(valid) OR lower(valid) < $2 \
         UNION ALL SELECT account_id, party_id, daterange($2, NULL), $3, $4 FROM moved \
         UNION ALL SELECT account_id, party_id, daterange(NULL, NULL), $3, $4 FROM fresh",
    )
    .bind::<Jsonb, _>(rows)
    .bind::<Date, _>(as_of)
    .bind::<Timestamptz, _>(stamp.now)
    .bind::<SqlUuid, _>(stamp.event.0)
    .execute(conn)
    .map(drop)
    .map_err(db)
}

pub(super) fn upsert_contacts(
    conn: &mut PgConnection,
    contacts: &[ContactRecord],
    stamp: Stamp,
) -> Outcome<()> {
    if contacts.is_empty() {
        return Ok(());
    }
    let rows = json(&contacts)?;
    keep(conn, Replaced::Contact, &rows, stamp)?;
    diesel::sql_query(format!(
        "INSERT INTO contact (id, account_id, name, role, purposes, email, phone, language, position, \
             opted_out_channels, retired_at, created_at, event_id) \
         SELECT id, account_id, name, role, purposes, email, phone, language, position, opted_out_channels, \
             CASE WHEN retired THEN $2 END, $2, $3 \
         FROM jsonb_to_recordset($1) AS c (id uuid, account_id uuid, name text, role text, purposes text[], \
             email text, phone text, language text, position smallint, opted_out_channels text[], retired boolean) \
         ON CONFLICT (id) DO UPDATE SET {} account_id = excluded.account_id, \
             retired_at = CASE WHEN contact.overrides ? 'retired_at' THEN contact.retired_at \
                 WHEN excluded.retired_at IS NOT NULL THEN coalesce(contact.retired_at, excluded.retired_at) END, \
             version = contact.version + 1, event_id = excluded.event_id",
        pushed_or_kept("contact", CONTACT_FIELDS)
    ))
    .bind::<Jsonb, _>(rows)
    .bind::<Timestamptz, _>(stamp.now)
    .bind::<SqlUuid, _>(stamp.event.0)
    .execute(conn)
    .map(drop)
    .map_err(db)
}
