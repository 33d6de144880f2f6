//! Instruments and the items under them, as sets.

use app::push::store::{InstrumentRecord, Stamp};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, Integer, Jsonb, Timestamptz, Uuid as SqlUuid};
use kernel::Outcome;
use uuid::Uuid;

use super::revisions::{Replaced, keep};
use crate::error::db;
use crate::organisation::json;

pub(super) fn upsert(conn: &mut PgConnection, instruments: &[InstrumentRecord], stamp: Stamp) -> Outcome<()> {
    if instruments.is_empty() {
        return Ok(());
    }
    let rows = json(&instruments)?;
    keep(conn, Replaced::Instrument, &rows, stamp)?;
    diesel::sql_query(
        "INSERT INTO instrument (account_id, id, kind, number, amount, currency, received_on, maturity_on, bank, \
             discounted_on, with_recourse, status, settled_on, returned_on, return_code, costs_amount, source_no, \
             recorded_at, event_id) \
         SELECT account_id, id, kind, number, amount, currency, received_on, maturity_on, bank, discounted_on, \
             with_recourse, status, settled_on, returned_on, return_code, costs_amount, $2, $3, $4 \
         FROM jsonb_to_recordset($1) AS i (account_id uuid, id uuid, kind text, number text, amount numeric, \
             currency text, received_on date, maturity_on date, bank text, discounted_on date, \
             with_recourse boolean, status text, settled_on date, returned_on date, return_code text, \
             costs_amount numeric) \
         ON CONFLICT (account_id, id) DO UPDATE SET kind = excluded.kind, number = excluded.number, \
             amount = excluded.amount, currency = excluded.currency, received_on = excluded.received_on, \
             maturity_on = excluded.maturity_on, bank = excluded.bank, discounted_on = excluded.discounted_on, \
             with_recourse = excluded.with_recourse, status = excluded.status, settled_on = excluded.settled_on, \
             returned_on = excluded.returned_on, return_code = excluded.return_code, \
             costs_amount = excluded.costs_amount, version = instrument.version + 1, event_id = excluded.event_id",
    )
    .bind::<Jsonb, _>(&rows)
    .bind::<Integer, _>(stamp.source_no)
    .bind::<Timestamptz, _>(stamp.now)
    .bind::<SqlUuid, _>(stamp.event.0)
    .execute(conn)
    .map_err(db)?;
    replace_items(conn, &rows, stamp)
}

fn replace_items(conn: &mut PgConnection, rows: &serde_json::Value, stamp: Stamp) -> Outcome<()> {
    diesel::sql_query(
        "DELETE FROM instrument_item t USING jsonb_to_recordset($1) AS i (account_id uuid, id uuid) \
         WHERE t.account_id = i.account_id AND t.instrument_id = i.id",
    )
    .bind::<Jsonb, _>(rows)
    .execute(conn)
    .map_err(db)?;
    diesel::sql_query(
        "INSERT INTO instrument_item (account_id, instrument_id, receivable_id, amount, event_id) \
         SELECT i.account_id, i.id, t.receivable_id, sum(t.amount), $2 \
         FROM jsonb_to_recordset($1) AS i (account_id uuid, id uuid, items jsonb), \
             jsonb_to_recordset(i.items) AS t (receivable_id uuid, amount numeric) \
         GROUP BY i.account_id, i.id, t.receivable_id",
    )
    .bind::<Jsonb, _>(rows)
    .bind::<SqlUuid, _>(stamp.event.0)
    .execute(conn)
    .map(drop)
    .map_err(db)
}

#[derive(QueryableByName)]
struct Under {
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    receivable_id: Uuid,
}

/// The receivables under instruments, by account and id of each.
pub(super) fn receivables_under(
    conn: &mut PgConnection,
    instruments: &[(Uuid, Uuid)],
) -> Outcome<Vec<(Uuid, Uuid)>> {
    let (accounts, ids): (Vec<_>, Vec<_>) = instruments.iter().copied().unzip();
    let found = diesel::sql_query(
        "SELECT t.* FROM unnest($1, $2) AS k (account_id, id) CROSS JOIN LATERAL (\
             SELECT t.account_id, t.receivable_id FROM instrument_item t \
             WHERE t.account_id = k.account_id AND t.instrument_id = k.id OFFSET 0) t",
    )
    .bind::<Array<SqlUuid>, _>(accounts)
    .bind::<Array<SqlUuid>, _>(ids)
    .load::<Under>(conn)
    .map_err(db)?;
    Ok(found.into_iter().map(|u| (u.account_id, u.receivable_id)).collect())
}
