//! Entries and allocations as sets, and the open amounts they move.

use std::collections::BTreeSet;

use app::ledger::store::StoredAllocation;
use app::push::store::{AllocationRecord, EntryRecord, OpenChange, Stamp};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, Date, Numeric, Uuid as SqlUuid};
use domain::receivables::kinds::EntryKind;
use kernel::text_enum::TextEnum as _;
use kernel::{Decimal, Error, Outcome};
use schema::{allocation, ledger_entry};
use uuid::Uuid;

use super::stored;
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

pub(super) fn change_open(conn: &mut PgConnection, changes: &[OpenChange], stamp: Stamp) -> Outcome<()> {
    if changes.is_empty() {
        return Ok(());
    }
    // Closed by the latest of what was entered, in this push or before: entries may be dated back behind others.
    let update = diesel::sql_query(
        "UPDATE receivable r SET open_amount = r.open_amount + c.amount, event_id = $5, \
             version = r.version + 1, \
             closed_on = CASE WHEN r.open_amount + c.amount = 0 THEN (SELECT greatest(c.effective_on, \
                 max(t.effective_on)) FROM ledger_entry t \
                 WHERE t.account_id = r.account_id AND t.receivable_id = r.id) END \
         FROM unnest($1, $2, $3, $4) AS c (account_id, id, amount, effective_on) \
         WHERE r.account_id = c.account_id AND r.id = c.id",
    )
    .bind::<Array<SqlUuid>, _>(changes.iter().map(|c| c.account_id).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(changes.iter().map(|c| c.receivable_id).collect::<Vec<_>>())
    .bind::<Array<Numeric>, _>(changes.iter().map(|c| c.amount).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(changes.iter().map(|c| c.effective_on).collect::<Vec<_>>())
    .bind::<SqlUuid, _>(stamp.event.0);
    let moved = by_key(conn, |conn| update.execute(conn))?;
    if moved == changes.len() {
        return Ok(());
    }
    let cause = format!("{} receivables were to move, {moved} did", changes.len());
    Err(Error::new(&app::codes::INTERNAL).caused_by(cause))
}

pub(super) fn live_allocations(
    conn: &mut PgConnection,
    account: Uuid,
    credit: Uuid,
) -> Outcome<Vec<StoredAllocation>> {
    type Row = (Uuid, Uuid, Decimal, NaiveDate);
    let live = || {
        allocation::table
            .filter(allocation::account_id.eq(account).and(allocation::credit_receivable_id.eq(credit)))
            .filter(allocation::reversed_at.is_null())
    };
    // First the receivables, then the allocations: a person who takes one back locks them in this order as well.
    let debits = live().select(allocation::debit_receivable_id).load::<Uuid>(conn).map_err(db)?;
    let items = debits.into_iter().chain([credit]).map(|id| (account, id)).collect();
    super::receivables::for_update(conn, &items)?;
    let rows = live()
        .order(allocation::id)
        .select((
            allocation::id,
            allocation::debit_receivable_id,
            allocation::amount,
            allocation::effective_on,
        ))
        .for_update()
        .load::<Row>(conn)
        .map_err(db)?;
    let with_entries = rows.into_iter().map(|(id, debit, amount, effective_on)| {
        let entries = entries_of_allocation(conn, (account, id), [credit, debit])?;
        let reversed_at = None;
        Ok(StoredAllocation { account, id, credit, debit, amount, effective_on, reversed_at, entries })
    });
    with_entries.collect()
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

pub(super) fn is_reversed(conn: &mut PgConnection, account: Uuid, id: Uuid) -> Outcome<bool> {
    let reversals = ledger_entry::table
        .filter(ledger_entry::account_id.eq(account).and(ledger_entry::reversed_entry_id.eq(id)));
    diesel::select(diesel::dsl::exists(reversals)).get_result(conn).map_err(db)
}

#[derive(QueryableByName)]
struct Closing {
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    receivable_id: Uuid,
    #[diesel(sql_type = Date)]
    effective_on: NaiveDate,
    #[diesel(sql_type = Numeric)]
    amount: Decimal,
}

/// Each item is looked up by itself, in an index that holds closings alone.
pub(super) fn snapshot_closings(
    conn: &mut PgConnection,
    items: &BTreeSet<(Uuid, Uuid)>,
) -> Outcome<Vec<EntryRecord>> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let (accounts, ids): (Vec<_>, Vec<_>) = items.iter().copied().unzip();
    let found = diesel::sql_query(
        "SELECT e.account_id, e.id, e.receivable_id, e.effective_on, e.amount \
         FROM unnest($1, $2) AS k (account_id, id) CROSS JOIN LATERAL (SELECT e.* FROM ledger_entry e \
             WHERE e.account_id = k.account_id AND e.receivable_id = k.id AND e.kind = 'snapshot_close' OFFSET 0) e \
         WHERE NOT EXISTS (SELECT 1 FROM ledger_entry b WHERE b.account_id = e.account_id \
             AND b.reversed_entry_id = e.id) ORDER BY e.account_id, e.id",
    )
    .bind::<Array<SqlUuid>, _>(accounts)
    .bind::<Array<SqlUuid>, _>(ids)
    .load::<Closing>(conn)
    .map_err(db)?;
    let entry = |c: Closing| EntryRecord {
        account_id: c.account_id,
        id: c.id,
        receivable_id: c.receivable_id,
        allocation_id: None,
        reversed_entry_id: None,
        effective_on: c.effective_on,
        amount: c.amount,
        kind: EntryKind::SnapshotClose,
        reference: None,
    };
    Ok(found.into_iter().map(entry).collect())
}

pub(super) fn entry(conn: &mut PgConnection, account: Uuid, id: Uuid) -> Outcome<Option<EntryRecord>> {
    type Row = (Uuid, NaiveDate, Decimal, String, Option<String>);
    let found = ledger_entry::table
        .find((account, id))
        .select((
            ledger_entry::receivable_id,
            ledger_entry::effective_on,
            ledger_entry::amount,
            ledger_entry::kind,
            ledger_entry::reference,
        ))
        .first::<Row>(conn)
        .optional()
        .map_err(db)?;
    found
        .map(|(receivable_id, effective_on, amount, kind, reference)| {
            let kind = stored(&kind)?;
            Ok(EntryRecord {
                account_id: account,
                id,
                receivable_id,
                allocation_id: None,
                reversed_entry_id: None,
                effective_on,
                amount,
                kind,
                reference,
            })
        })
        .transpose()
}
