//! Push sessions, chunks and natural keys.

mod closings;
mod customers;
mod documents;
mod finish;
mod instruments;
mod ledger;
mod receivables;
mod reversals;
mod revisions;
mod sessions;

use std::collections::{BTreeSet, HashMap};

use app::codes::INTERNAL;
use app::ledger::store::StoredAllocation;
use app::push::rehearsal::Rehearsal;
use app::push::store::{
    AccountRecord, AllocationRecord, ChunkRecord, ContactRecord, CreditLink, DeliveryRecord, EntryRecord,
    InstrumentRecord, KeyRow, NamedReservation, NewKey, OpenChange, OpenTotal, OrderRecord, ParkedRecord,
    PartyRecord, PushStore, ReceivableRecord, ReceivableState, RevisionRecord, SnapshotGap, Stamp,
    StandingClosing,
};
use app::push::{ChunkResult, ControlDifference, ControlTotal, KeyKind, PushSession, SourceRef};
use diesel::prelude::*;
use diesel::sql_types::{Array, Integer, Nullable, Text, Uuid as SqlUuid};
use kernel::id::EventId;
use kernel::text_enum::TextEnum;
use kernel::{Error, Instant, Outcome};
use schema::{natural_key, portfolio};
use uuid::Uuid;

use crate::by_key::by_key;
use crate::credit::exposure::ItemKind;
use crate::error::db;
use crate::tx::PgTx;

pub(crate) use ledger::{CAME_TO_IT_ON, entries_of_allocation};

#[derive(QueryableByName)]
struct KeyFound {
    #[diesel(sql_type = Text)]
    external_id: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    account_id: Option<Uuid>,
    #[diesel(sql_type = SqlUuid)]
    object_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    fingerprint: Uuid,
}

#[derive(Insertable)]
#[diesel(table_name = natural_key)]
#[diesel(treat_none_as_default_value = false)]
struct NewKeyRow<'k> {
    account_id: Option<Uuid>,
    object_id: Uuid,
    fingerprint: Uuid,
    source_no: i32,
    kind: &'static str,
    external_id: &'k str,
}

fn key_row(key: &NewKey, stamp: Stamp) -> NewKeyRow<'_> {
    NewKeyRow {
        account_id: key.account_id,
        object_id: key.object_id,
        fingerprint: key.fingerprint,
        source_no: stamp.source_no,
        kind: key.kind.as_str(),
        external_id: &key.external_id,
    }
}

impl PushStore for PgTx<'_> {
    fn source_by_code(&mut self, code: &str) -> Outcome<Option<SourceRef>> {
        sessions::source(self.conn, code)
    }

    fn current_session(&mut self, source_no: i32) -> Outcome<Option<PushSession>> {
        sessions::current(self.conn, source_no)
    }

    fn current_dry_run(&mut self, source_no: i32) -> Outcome<Option<(PushSession, bool)>> {
        sessions::current_dry_run(self.conn, source_no)
    }

    fn newest_sequence(&mut self, source_no: i32) -> Outcome<Option<i64>> {
        sessions::newest_sequence(self.conn, source_no)
    }

    fn insert_session(&mut self, session: &PushSession, actor: Uuid, event: EventId) -> Outcome<()> {
        sessions::insert(self.conn, session, actor, event)
    }

    fn session(&mut self, id: Uuid) -> Outcome<PushSession> {
        sessions::find(self.conn, id, "")
    }

    fn session_for_update(&mut self, id: Uuid) -> Outcome<PushSession> {
        sessions::find(self.conn, id, "FOR UPDATE OF p")
    }

    fn save_session(&mut self, session: &PushSession, now: Instant) -> Outcome<()> {
        sessions::save(self.conn, session, now)
    }

    fn save_control_totals(
        &mut self,
        session: Uuid,
        stated: &[ControlTotal],
        differences: &[ControlDifference],
    ) -> Outcome<()> {
        sessions::save_totals(self.conn, session, stated, differences)
    }

    fn control_totals(&mut self, session: Uuid) -> Outcome<(Vec<ControlTotal>, Vec<ControlDifference>)> {
        sessions::totals(self.conn, session)
    }

    fn chunk_result(&mut self, session: Uuid, chunk_no: i32) -> Outcome<Option<([u8; 32], ChunkResult)>> {
        sessions::chunk(self.conn, session, chunk_no)
    }

    fn insert_chunk(&mut self, chunk: &ChunkRecord<'_>, stamp: Stamp) -> Outcome<()> {
        sessions::insert_chunk(self.conn, chunk, stamp)
    }

    fn keys(
        &mut self,
        source_no: i32,
        kind: KeyKind,
        ids: &BTreeSet<&str>,
    ) -> Outcome<HashMap<String, KeyRow>> {
        // What no text of the database can hold is no key of it.
        let wanted =
            ids.iter().copied().filter(|id| !id.is_empty() && !id.contains('\0')).collect::<Vec<_>>();
        if wanted.is_empty() {
            return Ok(HashMap::new());
        }
        // Each key is looked up by itself: left to join, the planner believes what it last heard of a table that grows by
        // millions, and reads all of it for every chunk.
        let found = diesel::sql_query(
            "SELECT k.* FROM unnest($3) AS wanted (external_id) CROSS JOIN LATERAL (\
                 SELECT n.external_id, n.account_id, n.object_id, n.fingerprint FROM natural_key n \
                 WHERE n.source_no = $1 AND n.kind = $2 AND n.external_id = wanted.external_id OFFSET 0) k",
        )
        .bind::<Integer, _>(source_no)
        .bind::<Text, _>(kind.as_str())
        .bind::<Array<Text>, _>(wanted)
        .load::<KeyFound>(self.conn)
        .map_err(db)?;
        let row = |k: KeyFound| {
            (
                k.external_id,
                KeyRow { account_id: k.account_id, object_id: k.object_id, fingerprint: k.fingerprint },
            )
        };
        Ok(found.into_iter().map(row).collect())
    }

    fn insert_keys(&mut self, keys: &[NewKey], stamp: Stamp) -> Outcome<()> {
        if keys.is_empty() {
            return Ok(());
        }
        let rows = keys.iter().map(|key| key_row(key, stamp)).collect::<Vec<_>>();
        let copy = diesel::copy_from(natural_key::table).from_insertable(rows);
        copy.execute(self.conn).map(drop).map_err(db)
    }

    fn update_fingerprints(
        &mut self,
        kind: KeyKind,
        changed: &[(String, KeyRow)],
        stamp: Stamp,
    ) -> Outcome<()> {
        if changed.is_empty() {
            return Ok(());
        }
        let (ids, fingerprints): (Vec<_>, Vec<_>) =
            changed.iter().map(|(id, key)| (id.as_str(), key.fingerprint)).unzip();
        let update = diesel::sql_query(
            "UPDATE natural_key k SET fingerprint = c.fingerprint \
             FROM (SELECT $1 AS source_no, $2 AS kind, u.* FROM unnest($3, $4) AS u (external_id, fingerprint) OFFSET 0) c \
             WHERE k.source_no = c.source_no AND k.kind = c.kind AND k.external_id = c.external_id",
        )
        .bind::<Integer, _>(stamp.source_no)
        .bind::<Text, _>(kind.as_str())
        .bind::<Array<Text>, _>(ids)
        .bind::<Array<SqlUuid>, _>(fingerprints);
        by_key(self.conn, |conn| update.execute(conn)).map(drop)
    }

    fn portfolios(&mut self, codes: &BTreeSet<&str>) -> Outcome<HashMap<String, Uuid>> {
        let wanted = codes.iter().copied().filter(|c| !c.is_empty() && !c.contains('\0')).collect::<Vec<_>>();
        let found = portfolio::table
            .filter(portfolio::code.eq_any(wanted))
            .select((portfolio::code, portfolio::id))
            .load::<(String, Uuid)>(self.conn)
            .map_err(db)?;
        Ok(found.into_iter().collect())
    }

    fn upsert_parties(&mut self, parties: &[PartyRecord], stamp: Stamp) -> Outcome<()> {
        customers::upsert_parties(self.conn, parties, stamp)
    }

    fn letters_sent_away(&mut self, accounts: &[Uuid]) -> Outcome<Vec<(Uuid, Uuid)>> {
        customers::letters_sent_away(self.conn, accounts)
    }

    fn upsert_accounts(
        &mut self,
        accounts: &[AccountRecord],
        as_of: kernel::Date,
        stamp: Stamp,
    ) -> Outcome<()> {
        customers::upsert_accounts(self.conn, accounts, as_of, stamp)
    }

    fn upsert_contacts(&mut self, contacts: &[ContactRecord], stamp: Stamp) -> Outcome<()> {
        customers::upsert_contacts(self.conn, contacts, stamp)
    }

    fn upsert_instruments(&mut self, instruments: &[InstrumentRecord], stamp: Stamp) -> Outcome<()> {
        let keys = instruments.iter().map(|i| (i.account_id, i.id)).collect::<Vec<_>>();
        let named =
            instruments.iter().flat_map(|i| i.items.iter().map(|item| (i.account_id, item.receivable_id)));
        let under = instruments::receivables_under(self.conn, &keys)?;
        // Locked before they are looked at: whoever allocates to them meanwhile would be counted by both.
        let items = named.chain(under).collect::<BTreeSet<_>>();
        receivables::for_update(self.conn, &items)?;
        self.exposure.touch(self.conn, ItemKind::Receivable, items)?;
        self.exposure.touch(self.conn, ItemKind::Instrument, keys)?;
        instruments::upsert(self.conn, instruments, stamp)
    }

    fn upsert_orders(&mut self, orders: &[OrderRecord], stamp: Stamp) -> Outcome<()> {
        self.exposure.touch(self.conn, ItemKind::Order, orders.iter().map(|o| (o.account_id, o.id)))?;
        documents::upsert_orders(self.conn, orders, stamp)
    }

    fn upsert_deliveries(&mut self, deliveries: &[DeliveryRecord], stamp: Stamp) -> Outcome<()> {
        self.exposure.touch(
            self.conn,
            ItemKind::Delivery,
            deliveries.iter().map(|d| (d.account_id, d.id)),
        )?;
        documents::upsert_deliveries(self.conn, deliveries, stamp)
    }

    fn consume_reservations(&mut self, named: &[NamedReservation], stamp: Stamp) -> Outcome<BTreeSet<Uuid>> {
        let keys = named.iter().map(|n| (n.account, n.id)).collect::<BTreeSet<_>>();
        documents::lock_reservations(self.conn, &keys)?;
        self.exposure.touch(self.conn, ItemKind::Reservation, keys)?;
        documents::consume_reservations(self.conn, named, stamp)
    }

    fn close_missing_documents(
        &mut self,
        kind: KeyKind,
        session: &PushSession,
        stamp: Stamp,
    ) -> Outcome<i64> {
        let item = if kind == KeyKind::Order { ItemKind::Order } else { ItemKind::Delivery };
        let missing = documents::missing(self.conn, item, session)?;
        self.exposure.touch(self.conn, item, missing.iter().copied())?;
        documents::close(self.conn, item, &missing, stamp)?;
        Ok(i64::try_from(missing.len()).unwrap_or(i64::MAX))
    }

    fn insert_receivables(&mut self, receivables: &[ReceivableRecord], stamp: Stamp) -> Outcome<()> {
        self.exposure.add_new(receivables);
        receivables::insert(self.conn, receivables, stamp)
    }

    fn linked_credits(&mut self, keys: &BTreeSet<(Uuid, Uuid)>) -> Outcome<BTreeSet<(Uuid, Uuid)>> {
        receivables::linked(self.conn, keys)
    }

    fn link_credits(&mut self, links: &[CreditLink], stamp: Stamp) -> Outcome<()> {
        receivables::link(self.conn, links, stamp)
    }

    fn update_receivables(&mut self, receivables: &[ReceivableRecord], stamp: Stamp) -> Outcome<()> {
        let keys = receivables.iter().map(|r| (r.account_id, r.id));
        self.exposure.touch(self.conn, ItemKind::Receivable, keys)?;
        receivables::update(self.conn, receivables, stamp)
    }

    fn insert_revisions(&mut self, revisions: &[RevisionRecord], stamp: Stamp) -> Outcome<()> {
        receivables::insert_revisions(self.conn, revisions, stamp)
    }

    fn open_amounts(
        &mut self,
        keys: &BTreeSet<(Uuid, Uuid)>,
    ) -> Outcome<HashMap<(Uuid, Uuid), kernel::Decimal>> {
        receivables::open_amounts(self.conn, keys)
    }

    fn receivables_for_update(&mut self, keys: &BTreeSet<(Uuid, Uuid)>) -> Outcome<Vec<ReceivableState>> {
        receivables::for_update(self.conn, keys)
    }

    fn open_items_for_update(&mut self, accounts: &BTreeSet<Uuid>) -> Outcome<Vec<ReceivableState>> {
        receivables::open_for_update(self.conn, accounts)
    }

    fn insert_entries(&mut self, entries: &[EntryRecord], stamp: Stamp) -> Outcome<()> {
        let items = entries.iter().map(|e| (e.account_id, e.receivable_id)).collect::<BTreeSet<_>>();
        self.exposure.touch(self.conn, ItemKind::Receivable, items)?;
        ledger::insert_entries(self.conn, entries, stamp)
    }

    fn insert_allocations(&mut self, allocations: &[AllocationRecord], stamp: Stamp) -> Outcome<()> {
        ledger::insert_allocations(self.conn, allocations, stamp)
    }

    fn live_allocations(&mut self, credits: &BTreeSet<(Uuid, Uuid)>) -> Outcome<Vec<StoredAllocation>> {
        reversals::live_allocations(self.conn, credits)
    }

    fn end_allocations(&mut self, ended: &BTreeSet<(Uuid, Uuid)>, stamp: Stamp) -> Outcome<()> {
        ledger::end_allocations(self.conn, ended, stamp)
    }

    fn change_open(&mut self, changes: &[OpenChange], stamp: Stamp) -> Outcome<()> {
        let items = changes.iter().map(|c| (c.account_id, c.receivable_id)).collect::<BTreeSet<_>>();
        self.exposure.touch(self.conn, ItemKind::Receivable, items)?;
        ledger::change_open(self.conn, changes, stamp)
    }

    fn entries(&mut self, keys: &BTreeSet<(Uuid, Uuid)>) -> Outcome<Vec<(EntryRecord, bool)>> {
        reversals::entries(self.conn, keys)
    }

    fn park(&mut self, session: Uuid, rows: &[ParkedRecord], stamp: Stamp) -> Outcome<()> {
        finish::park(self.conn, session, rows, stamp)
    }

    fn take_ready_parked(&mut self, source_no: i32, limit: i64, now: Instant) -> Outcome<Vec<ParkedRecord>> {
        finish::take_ready_parked(self.conn, source_no, limit, now)
    }

    fn put_back_parked(&mut self, rows: &[(Uuid, String)]) -> Outcome<()> {
        finish::put_back_parked(self.conn, rows)
    }

    fn overtake_parked(&mut self, kind: KeyKind, ids: &[&str], stamp: Stamp) -> Outcome<()> {
        finish::overtake_parked(self.conn, kind, ids, stamp)
    }

    fn count_parked(&mut self, source_no: i32) -> Outcome<i64> {
        finish::count_parked(self.conn, source_no)
    }

    fn snapshot_gap(&mut self, session: &PushSession) -> Outcome<SnapshotGap> {
        finish::snapshot_gap(self.conn, session)
    }

    fn snapshot_closings(&mut self, items: &BTreeSet<(Uuid, Uuid)>) -> Outcome<Vec<StandingClosing>> {
        closings::snapshot_closings(self.conn, items)
    }

    fn moved_after(
        &mut self,
        items: &BTreeSet<(Uuid, Uuid)>,
        day: kernel::Date,
    ) -> Outcome<BTreeSet<(Uuid, Uuid)>> {
        closings::moved_after(self.conn, items, day)
    }

    fn newest_snapshot_day(&mut self, source_no: i32) -> Outcome<Option<kernel::Date>> {
        sessions::newest_snapshot_day(self.conn, source_no)
    }

    fn open_totals(&mut self, source_no: i32) -> Outcome<Vec<OpenTotal>> {
        finish::open_totals(self.conn, source_no)
    }

    fn rehearsal(&mut self, session: Uuid) -> Outcome<Option<Rehearsal>> {
        sessions::rehearsal(self.conn, session)
    }

    fn save_rehearsal(&mut self, session: Uuid, rehearsal: &Rehearsal) -> Outcome<()> {
        sessions::save_rehearsal(self.conn, session, rehearsal)
    }
}

/// A text the enum does not know means a row that this binary did not write.
pub(crate) fn stored<E: TextEnum>(text: &str) -> Outcome<E> {
    E::from_text(text).ok_or_else(|| Error::new(&INTERNAL).caused_by(format!("unknown stored value {text}")))
}
