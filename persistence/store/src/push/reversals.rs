//! Entries and allocations that a chunk takes back, read as sets.

use std::collections::{BTreeSet, HashMap};

use app::ledger::store::StoredAllocation;
use app::push::store::EntryRecord;
use chrono::NaiveDate;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Date, Nullable, Numeric, Text, Uuid as SqlUuid};
use kernel::{Decimal, Outcome};
use uuid::Uuid;

use super::stored;
use crate::by_key::by_key;
use crate::error::db;

#[derive(QueryableByName)]
struct EntryFound {
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
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Nullable<Text>)]
    reference: Option<String>,
    #[diesel(sql_type = Bool)]
    reversed: bool,
}

pub(super) fn entries(
    conn: &mut PgConnection,
    keys: &BTreeSet<(Uuid, Uuid)>,
) -> Outcome<Vec<(EntryRecord, bool)>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let (accounts, ids): (Vec<_>, Vec<_>) = keys.iter().copied().unzip();
    let found = diesel::sql_query(
        "SELECT e.account_id, e.id, e.receivable_id, e.effective_on, e.amount, e.kind, e.reference, \
             EXISTS (SELECT 1 FROM ledger_entry b WHERE b.account_id = e.account_id \
                 AND b.reversed_entry_id = e.id OFFSET 0) AS reversed \
         FROM unnest($1, $2) AS k (account_id, id) CROSS JOIN LATERAL (SELECT * FROM ledger_entry e \
             WHERE e.account_id = k.account_id AND e.id = k.id OFFSET 0) e",
    )
    .bind::<Array<SqlUuid>, _>(accounts)
    .bind::<Array<SqlUuid>, _>(ids)
    .load::<EntryFound>(conn)
    .map_err(db)?;
    let entry = |found: EntryFound| {
        let record = EntryRecord {
            account_id: found.account_id,
            id: found.id,
            receivable_id: found.receivable_id,
            allocation_id: None,
            reversed_entry_id: None,
            effective_on: found.effective_on,
            amount: found.amount,
            kind: stored(&found.kind)?,
            reference: found.reference,
        };
        Ok((record, found.reversed))
    };
    found.into_iter().map(entry).collect()
}

#[derive(QueryableByName)]
struct Debit {
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    debit_receivable_id: Uuid,
}

#[derive(QueryableByName)]
struct Live {
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    credit_receivable_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    debit_receivable_id: Uuid,
    #[diesel(sql_type = Numeric)]
    amount: Decimal,
    #[diesel(sql_type = Date)]
    effective_on: NaiveDate,
}

#[derive(QueryableByName)]
struct EntryOf {
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    allocation_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    receivable_id: Uuid,
    #[diesel(sql_type = Numeric)]
    amount: Decimal,
}

pub(super) fn live_allocations(
    conn: &mut PgConnection,
    credits: &BTreeSet<(Uuid, Uuid)>,
) -> Outcome<Vec<StoredAllocation>> {
    if credits.is_empty() {
        return Ok(Vec::new());
    }
    let (accounts, ids): (Vec<_>, Vec<_>) = credits.iter().copied().unzip();
    // First the receivables, then the allocations: a person who takes one back locks them in this order as well. The credits also
    // where nothing seems allocated: somebody may be about to.
    let debits = diesel::sql_query(
        "SELECT a.account_id, a.debit_receivable_id FROM unnest($1, $2) AS k (account_id, id) \
         CROSS JOIN LATERAL (SELECT * FROM allocation a WHERE a.account_id = k.account_id \
             AND a.credit_receivable_id = k.id AND a.reversed_at IS NULL OFFSET 0) a",
    )
    .bind::<Array<SqlUuid>, _>(&accounts)
    .bind::<Array<SqlUuid>, _>(&ids)
    .load::<Debit>(conn)
    .map_err(db)?;
    let debits = debits.into_iter().map(|debit| (debit.account_id, debit.debit_receivable_id));
    super::receivables::for_update(conn, &debits.chain(credits.iter().copied()).collect())?;
    let live = diesel::sql_query(
        "SELECT a.account_id, a.id, a.credit_receivable_id, a.debit_receivable_id, a.amount, a.effective_on \
         FROM unnest($1, $2) AS k (account_id, id) JOIN allocation a ON a.account_id = k.account_id \
             AND a.credit_receivable_id = k.id AND a.reversed_at IS NULL \
         ORDER BY a.account_id, a.id FOR UPDATE OF a",
    )
    .bind::<Array<SqlUuid>, _>(accounts)
    .bind::<Array<SqlUuid>, _>(ids);
    let live = by_key(conn, |conn| live.load::<Live>(conn))?;
    let mut entries = entries_of(conn, &live)?;
    let whole = live.into_iter().map(|a| StoredAllocation {
        account: a.account_id,
        id: a.id,
        credit: a.credit_receivable_id,
        debit: a.debit_receivable_id,
        amount: a.amount,
        effective_on: a.effective_on,
        reversed_at: None,
        entries: entries.remove(&(a.account_id, a.id)).unwrap_or_default(),
    });
    Ok(whole.collect())
}

/// Entries by account and allocation: id, receivable and amount of each.
type EntriesOf = HashMap<(Uuid, Uuid), Vec<(Uuid, Uuid, Decimal)>>;

fn entries_of(conn: &mut PgConnection, live: &[Live]) -> Outcome<EntriesOf> {
    let column = |pick: fn(&Live) -> Uuid| live.iter().map(pick).collect::<Vec<_>>();
    let found = diesel::sql_query(
        "SELECT e.account_id, e.allocation_id, e.id, e.receivable_id, e.amount \
         FROM unnest($1, $2, $3, $4) AS k (account_id, id, credit, debit) \
         CROSS JOIN LATERAL (SELECT * FROM ledger_entry e WHERE e.account_id = k.account_id \
             AND e.receivable_id IN (k.credit, k.debit) AND e.allocation_id = k.id OFFSET 0) e \
         ORDER BY e.account_id, e.id",
    )
    .bind::<Array<SqlUuid>, _>(column(|a| a.account_id))
    .bind::<Array<SqlUuid>, _>(column(|a| a.id))
    .bind::<Array<SqlUuid>, _>(column(|a| a.credit_receivable_id))
    .bind::<Array<SqlUuid>, _>(column(|a| a.debit_receivable_id))
    .load::<EntryOf>(conn)
    .map_err(db)?;
    let mut entries = EntriesOf::new();
    for entry in found {
        let of = entries.entry((entry.account_id, entry.allocation_id)).or_default();
        of.push((entry.id, entry.receivable_id, entry.amount));
    }
    Ok(entries)
}
