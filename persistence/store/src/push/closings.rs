//! What snapshots closed, and what has moved since a day.

use std::collections::BTreeSet;

use app::push::store::{EntryRecord, StandingClosing};
use chrono::NaiveDate;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, Date, Numeric, Uuid as SqlUuid};
use domain::receivables::kinds::EntryKind;
use kernel::{Decimal, Outcome};
use uuid::Uuid;

use crate::error::db;

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
    #[diesel(sql_type = Numeric)]
    adjusted: Decimal,
}

/// Each item is looked up by itself, in an index that holds closings alone.
pub(super) fn snapshot_closings(
    conn: &mut PgConnection,
    items: &BTreeSet<(Uuid, Uuid)>,
) -> Outcome<Vec<StandingClosing>> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let (accounts, ids): (Vec<_>, Vec<_>) = items.iter().copied().unzip();
    let found = diesel::sql_query(
        "SELECT e.account_id, e.id, e.receivable_id, e.effective_on, e.amount, (SELECT coalesce(sum(a.amount), 0) \
             FROM ledger_entry a WHERE a.account_id = e.account_id AND a.receivable_id = e.receivable_id \
             AND a.kind IN ('adjustment', 'transfer')) AS adjusted \
         FROM unnest($1, $2) AS k (account_id, id) CROSS JOIN LATERAL (SELECT e.* FROM ledger_entry e \
             WHERE e.account_id = k.account_id AND e.receivable_id = k.id AND e.kind = 'snapshot_close' OFFSET 0) e \
         WHERE NOT EXISTS (SELECT 1 FROM ledger_entry b WHERE b.account_id = e.account_id \
             AND b.reversed_entry_id = e.id) ORDER BY e.account_id, e.id",
    )
    .bind::<Array<SqlUuid>, _>(accounts)
    .bind::<Array<SqlUuid>, _>(ids)
    .load::<Closing>(conn)
    .map_err(db)?;
    let closing = |c: Closing| StandingClosing { adjusted: c.adjusted, entry: closing_entry(&c) };
    Ok(found.into_iter().map(closing).collect())
}

fn closing_entry(c: &Closing) -> EntryRecord {
    EntryRecord {
        account_id: c.account_id,
        id: c.id,
        receivable_id: c.receivable_id,
        allocation_id: None,
        reversed_entry_id: None,
        effective_on: c.effective_on,
        amount: c.amount,
        kind: EntryKind::SnapshotClose,
        reference: None,
    }
}

#[derive(QueryableByName)]
struct Item {
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Each item is looked up by itself, as in [`snapshot_closings`].
pub(super) fn moved_after(
    conn: &mut PgConnection,
    items: &BTreeSet<(Uuid, Uuid)>,
    day: NaiveDate,
) -> Outcome<BTreeSet<(Uuid, Uuid)>> {
    if items.is_empty() {
        return Ok(BTreeSet::new());
    }
    let (accounts, ids): (Vec<_>, Vec<_>) = items.iter().copied().unzip();
    let moved = diesel::sql_query(
        "SELECT k.account_id, k.id FROM unnest($1, $2) AS k (account_id, id) WHERE EXISTS (SELECT 1 FROM ledger_entry e \
             WHERE e.account_id = k.account_id AND e.receivable_id = k.id AND e.effective_on > $3 OFFSET 0)",
    )
    .bind::<Array<SqlUuid>, _>(accounts)
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Date, _>(day)
    .load::<Item>(conn)
    .map_err(db)?;
    Ok(moved.into_iter().map(|item| (item.account_id, item.id)).collect())
}
