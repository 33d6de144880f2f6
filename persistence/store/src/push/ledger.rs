//! Entries and allocations as sets, and the open amounts they move.

use std::collections::BTreeSet;

use app::push::store::{AllocationRecord, EntryRecord, OpenChange, Stamp};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, Date, Nullable, Numeric, Uuid as SqlUuid};
use kernel::text_enum::TextEnum as _;
use kernel::{Decimal, Error, Outcome};
use schema::{allocation, ledger_entry};
use uuid::Uuid;

use crate::by_key::by_key;
use crate::error::db;

#[derive(Insertable)]
#[diesel(table_name = ledger_entry)]
#[diesel(treat_none_as_default_value = false)]
struct EntryRow<'e> {
    account_id: Uuid,
    id: Uuid,
    receivable_id: Uuid,
    event_id: Uuid,
    allocation_id: Option<Uuid>,
    reversed_entry_id: Option<Uuid>,
    source_no: Option<i32>,
    effective_on: NaiveDate,
    recorded_at: DateTime<Utc>,
    amount: Decimal,
    kind: &'static str,
    reference: Option<&'e str>,
}

pub(super) fn insert_entries(conn: &mut PgConnection, entries: &[EntryRecord], stamp: Stamp) -> Outcome<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let rows = entries.iter().map(|e| entry_row(e, stamp)).collect::<Vec<_>>();
    diesel::copy_from(ledger_entry::table).from_insertable(rows).execute(conn).map(drop).map_err(db)
}

fn entry_row(entry: &EntryRecord, stamp: Stamp) -> EntryRow<'_> {
    EntryRow {
        account_id: entry.account_id,
        id: entry.id,
        receivable_id: entry.receivable_id,
        event_id: stamp.event.0,
        allocation_id: entry.allocation_id,
        reversed_entry_id: entry.reversed_entry_id,
        source_no: Some(stamp.source_no),
        effective_on: entry.effective_on,
        recorded_at: stamp.now,
        amount: entry.amount,
        kind: entry.kind.as_str(),
        reference: entry.reference.as_deref(),
    }
}

#[derive(Insertable)]
#[diesel(table_name = allocation)]
#[diesel(treat_none_as_default_value = false)]
struct AllocationRow {
    account_id: Uuid,
    id: Uuid,
    credit_receivable_id: Uuid,
    debit_receivable_id: Uuid,
    amount: Decimal,
    rule: &'static str,
    effective_on: NaiveDate,
    recorded_at: DateTime<Utc>,
    reversed_at: Option<DateTime<Utc>>,
    event_id: Uuid,
}

pub(super) fn insert_allocations(
    conn: &mut PgConnection,
    allocations: &[AllocationRecord],
    stamp: Stamp,
) -> Outcome<()> {
    if allocations.is_empty() {
        return Ok(());
    }
    let row = |a: &AllocationRecord| AllocationRow {
        account_id: a.account_id,
        id: a.id,
        credit_receivable_id: a.credit_receivable_id,
        debit_receivable_id: a.debit_receivable_id,
        amount: a.amount,
        rule: a.rule.as_str(),
        effective_on: a.effective_on,
        recorded_at: stamp.now,
        reversed_at: None,
        event_id: stamp.event.0,
    };
    let rows = allocations.iter().map(row).collect::<Vec<_>>();
    diesel::copy_from(allocation::table).from_insertable(rows).execute(conn).map(drop).map_err(db)
}

/// The day on which an item `r` came to what it is: the last on which what was entered moves it. Entries may be dated back behind
/// others, and some cancel out.
pub(crate) const CAME_TO_IT_ON: &str = "(SELECT max(d.effective_on) FROM (SELECT t.effective_on FROM ledger_entry t \
    WHERE t.account_id = r.account_id AND t.receivable_id = r.id GROUP BY t.effective_on HAVING sum(t.amount) <> 0) d)";

pub(super) fn change_open(conn: &mut PgConnection, changes: &[OpenChange], stamp: Stamp) -> Outcome<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let update = diesel::sql_query(format!(
        "UPDATE receivable r SET open_amount = r.open_amount + c.amount, event_id = $5, \
             version = r.version + 1, \
             closed_on = CASE WHEN r.open_amount + c.amount = 0 THEN greatest(c.corrected_on, {CAME_TO_IT_ON}) END \
         FROM unnest($1, $2, $3, $4) AS c (account_id, id, amount, corrected_on) \
         WHERE r.account_id = c.account_id AND r.id = c.id",
    ))
    .bind::<Array<SqlUuid>, _>(changes.iter().map(|c| c.account_id).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(changes.iter().map(|c| c.receivable_id).collect::<Vec<_>>())
    .bind::<Array<Numeric>, _>(changes.iter().map(|c| c.amount).collect::<Vec<_>>())
    .bind::<Array<Nullable<Date>>, _>(changes.iter().map(|c| c.corrected_on).collect::<Vec<_>>())
    .bind::<SqlUuid, _>(stamp.event.0);
    let moved = by_key(conn, |conn| update.execute(conn))?;
    if moved == changes.len() {
        return Ok(());
    }
    let cause = format!("{} receivables were to move, {moved} did", changes.len());
    Err(Error::new(&app::codes::INTERNAL).caused_by(cause))
}

/// Id, receivable and amount of each entry.
pub(crate) fn entries_of_allocation(
    conn: &mut PgConnection,
    (account, id): (Uuid, Uuid),
    receivables: [Uuid; 2],
) -> Outcome<Vec<(Uuid, Uuid, Decimal)>> {
    ledger_entry::table
        .filter(ledger_entry::account_id.eq(account))
        .filter(ledger_entry::receivable_id.eq_any(receivables))
        .filter(ledger_entry::allocation_id.eq(id))
        .order(ledger_entry::id)
        .select((ledger_entry::id, ledger_entry::receivable_id, ledger_entry::amount))
        .load(conn)
        .map_err(db)
}

pub(super) fn end_allocations(
    conn: &mut PgConnection,
    ended: &BTreeSet<(Uuid, Uuid)>,
    stamp: Stamp,
) -> Outcome<()> {
    for (account, id) in ended {
        diesel::update(allocation::table.find((*account, *id)))
            .set((allocation::reversed_at.eq(stamp.now), allocation::event_id.eq(stamp.event.0)))
            .execute(conn)
            .map_err(db)?;
    }
    Ok(())
}
