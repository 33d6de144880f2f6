//! The port of pushing: sets in, sets out, no row by row.

use std::collections::{BTreeSet, HashMap};

use domain::receivables::kinds::{AllocationRule, EntryKind, ReceivableKind};
use kernel::id::EventId;
use kernel::{Currency, Date, Decimal, Instant, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::rehearsal::Rehearsal;
use super::{ChunkResult, ControlTotal, KeyKind, PushSession, SourceRef};
use crate::ledger::store::StoredAllocation;

/// What a natural key leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyRow {
    pub account_id: Option<Uuid>,
    pub object_id: Uuid,
    pub fingerprint: Uuid,
}

/// A natural key to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKey {
    pub kind: KeyKind,
    pub external_id: String,
    pub account_id: Option<Uuid>,
    pub object_id: Uuid,
    pub fingerprint: Uuid,
}

/// A party as stored; field names are the columns.
#[derive(Debug, Clone, Serialize)]
pub struct PartyRecord {
    pub id: Uuid,
    pub kind: &'static str,
    pub name: String,
    pub tax_id: Option<String>,
    pub lei: Option<String>,
    pub national_id: Option<String>,
    pub country: Option<String>,
    pub language: Option<String>,
    pub parent_id: Option<Uuid>,
    pub segment: Option<String>,
    pub address: Vec<String>,
    pub insolvent_since: Option<Date>,
    pub vulnerable: bool,
    pub intercompany: bool,
    pub attributes: Value,
}

/// An account as stored.
#[derive(Debug, Clone, Serialize)]
pub struct AccountRecord {
    pub id: Uuid,
    pub legal_entity_id: Uuid,
    pub source_no: i32,
    pub number: String,
    pub name: String,
    pub currency: String,
    pub language: Option<String>,
    pub time_zone: Option<String>,
    pub dunning_account_id: Uuid,
    pub portfolio_id: Option<Uuid>,
    pub segment: Option<String>,
    pub scenario_code: Option<String>,
    pub payment_terms_days: Option<i16>,
    pub address: Vec<String>,
    pub attributes: Value,
    /// The party it belongs to from the session's as-of date on.
    pub party_id: Uuid,
}

/// A contact as stored.
#[derive(Debug, Clone, Serialize)]
pub struct ContactRecord {
    pub id: Uuid,
    pub account_id: Uuid,
    pub name: String,
    pub role: &'static str,
    pub purposes: Vec<&'static str>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub language: Option<String>,
    pub position: i16,
    pub opted_out_channels: Vec<&'static str>,
    pub retired: bool,
}

/// A receivable as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct ReceivableRecord {
    pub account_id: Uuid,
    pub id: Uuid,
    pub credited_receivable_id: Option<Uuid>,
    pub issue_on: Date,
    pub due_on: Date,
    pub agreed_due_on: Option<Date>,
    pub tax_point_on: Option<Date>,
    pub shipped_on: Option<Date>,
    pub goods_received_on: Option<Date>,
    pub expected_pay_on: Option<Date>,
    pub closed_on: Option<Date>,
    pub original_amount: Decimal,
    pub open_amount: Decimal,
    pub currency: Currency,
    pub kind: ReceivableKind,
    pub document_no: String,
    pub order_no: Option<String>,
    pub delivery_note_no: Option<String>,
    pub payment_reference: Option<String>,
    pub disputed: bool,
    pub vat: Option<Value>,
    pub dimensions: Option<Value>,
    pub attributes: Option<Value>,
}

/// An instrument as stored.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InstrumentRecord {
    pub account_id: Uuid,
    pub id: Uuid,
    pub kind: &'static str,
    pub number: String,
    pub amount: Decimal,
    pub currency: String,
    pub received_on: Date,
    pub maturity_on: Date,
    pub bank: Option<String>,
    pub discounted_on: Option<Date>,
    pub with_recourse: bool,
    pub status: &'static str,
    pub settled_on: Option<Date>,
    pub returned_on: Option<Date>,
    pub return_code: Option<String>,
    pub costs_amount: Decimal,
    pub items: Vec<ItemRecord>,
}

/// What of an instrument is for one receivable.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ItemRecord {
    pub receivable_id: Uuid,
    pub amount: Decimal,
}

/// An order as stored.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OrderRecord {
    pub account_id: Uuid,
    pub id: Uuid,
    pub order_no: String,
    pub kind: &'static str,
    pub currency: String,
    pub original_amount: Decimal,
    pub open_amount: Decimal,
    pub ordered_on: Date,
    pub delivery_on: Option<Date>,
}

/// The reservation that an order names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NamedReservation {
    pub account: Uuid,
    pub id: Uuid,
    pub order: Uuid,
}

/// A delivery as stored.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DeliveryRecord {
    pub account_id: Uuid,
    pub id: Uuid,
    pub delivery_note_no: String,
    pub order_id: Option<Uuid>,
    pub currency: String,
    pub original_amount: Decimal,
    pub open_amount: Decimal,
    pub delivered_on: Date,
}

/// What a receivable says now, locked for a change.
#[derive(Debug, Clone, PartialEq)]
pub struct ReceivableState {
    pub account_id: Uuid,
    pub id: Uuid,
    pub kind: ReceivableKind,
    pub currency: Currency,
    pub document_no: String,
    pub payment_reference: Option<String>,
    pub issue_on: Date,
    pub due_on: Date,
    pub agreed_due_on: Option<Date>,
    pub original_amount: Decimal,
    pub open_amount: Decimal,
    /// When the present version was recorded.
    pub recorded_from: Instant,
    pub event_id: Uuid,
}

/// Why a version of a receivable ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevisionReason {
    Correction,
    Extension,
}

/// A version that is being replaced.
#[derive(Debug, Clone)]
pub struct RevisionRecord {
    pub before: ReceivableState,
    pub reason: RevisionReason,
    pub changed_on: Date,
}

/// A ledger entry to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryRecord {
    pub account_id: Uuid,
    pub id: Uuid,
    pub receivable_id: Uuid,
    pub allocation_id: Option<Uuid>,
    pub reversed_entry_id: Option<Uuid>,
    pub effective_on: Date,
    pub amount: Decimal,
    pub kind: EntryKind,
    pub reference: Option<String>,
}

/// A closing of a snapshot that was not taken back.
#[derive(Debug, Clone, PartialEq)]
pub struct StandingClosing {
    pub entry: EntryRecord,
    /// What the adjustments of the item add to its original amount.
    pub adjusted: Decimal,
}

/// An allocation to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct AllocationRecord {
    pub account_id: Uuid,
    pub id: Uuid,
    pub credit_receivable_id: Uuid,
    pub debit_receivable_id: Uuid,
    pub amount: Decimal,
    pub rule: AllocationRule,
    pub effective_on: Date,
}

/// How an open amount moves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OpenChange {
    pub account_id: Uuid,
    pub receivable_id: Uuid,
    pub amount: Decimal,
    /// Business date of a correction of the original amount, which is no entry.
    pub corrected_on: Option<Date>,
}

/// A credit note and the invoice it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreditLink {
    pub account_id: Uuid,
    pub credit: Uuid,
    pub invoice: Uuid,
}

/// Who writes, in what: carried by every row.
#[derive(Debug, Clone, Copy)]
pub struct Stamp {
    pub source_no: i32,
    pub event: EventId,
    pub now: Instant,
}

/// A chunk to be acknowledged.
#[derive(Debug, Clone)]
pub struct ChunkRecord<'c> {
    pub session_id: Uuid,
    pub kind: KeyKind,
    pub digest: [u8; 32],
    pub row_count: i32,
    pub result: &'c ChunkResult,
    /// Receivables a snapshot's chunk named.
    pub seen: Option<&'c [Uuid]>,
}

/// A row that waits.
#[derive(Debug, Clone)]
pub struct ParkedRecord {
    pub id: Uuid,
    pub kind: KeyKind,
    pub external_id: String,
    pub waits_for_kind: KeyKind,
    pub waits_for_external_id: String,
    pub payload: Value,
    pub reason_code: &'static str,
}

/// What a snapshot would close.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SnapshotGap {
    /// Open items of the source now.
    pub open_count: i64,
    /// Of them, not named by the snapshot.
    pub missing: Vec<(Uuid, Uuid)>,
}

/// Open items of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenTotal {
    pub currency: String,
    /// Segment of the accounts; empty where they have none.
    pub account_group: String,
    pub amount: Decimal,
    pub count: i64,
}

/// The port.
pub trait PushStore {
    /// A source, locked until the end of the transaction.
    fn source_by_code(&mut self, code: &str) -> Outcome<Option<SourceRef>>;

    /// The open or held session of a source, dry runs apart, locked. Two openings meet at the source, which
    /// [`Self::source_by_code`] locks.
    fn current_session(&mut self, source_no: i32) -> Outcome<Option<PushSession>>;

    /// The open dry run of a source, and whether a stream holds it now. Where none does it is locked.
    fn current_dry_run(&mut self, source_no: i32) -> Outcome<Option<(PushSession, bool)>>;

    /// The highest sequence of a finished session.
    fn newest_sequence(&mut self, source_no: i32) -> Outcome<Option<i64>>;

    fn insert_session(&mut self, session: &PushSession, actor: Uuid, event: EventId) -> Outcome<()>;

    /// # Errors
    /// `not_found`.
    fn session(&mut self, id: Uuid) -> Outcome<PushSession>;

    /// # Errors
    /// `not_found`.
    fn session_for_update(&mut self, id: Uuid) -> Outcome<PushSession>;

    fn save_session(&mut self, session: &PushSession, now: Instant) -> Outcome<()>;

    fn save_control_totals(
        &mut self,
        session: Uuid,
        stated: &[ControlTotal],
        differences: &[super::ControlDifference],
    ) -> Outcome<()>;

    /// What was stated of a session when it was to be finished, and what of that differs.
    fn control_totals(
        &mut self,
        session: Uuid,
    ) -> Outcome<(Vec<ControlTotal>, Vec<super::ControlDifference>)>;

    /// The digest of an acknowledged chunk and what was answered.
    fn chunk_result(&mut self, session: Uuid, chunk_no: i32) -> Outcome<Option<([u8; 32], ChunkResult)>>;

    fn insert_chunk(&mut self, chunk: &ChunkRecord<'_>, stamp: Stamp) -> Outcome<()>;

    fn keys(
        &mut self,
        source_no: i32,
        kind: KeyKind,
        ids: &BTreeSet<&str>,
    ) -> Outcome<HashMap<String, KeyRow>>;

    fn insert_keys(&mut self, keys: &[NewKey], stamp: Stamp) -> Outcome<()>;

    fn update_fingerprints(
        &mut self,
        kind: KeyKind,
        changed: &[(String, KeyRow)],
        stamp: Stamp,
    ) -> Outcome<()>;

    /// Ids of portfolios by code.
    fn portfolios(&mut self, codes: &BTreeSet<&str>) -> Outcome<HashMap<String, Uuid>>;

    fn upsert_parties(&mut self, parties: &[PartyRecord], stamp: Stamp) -> Outcome<()>;

    /// Account and recipient of those among these accounts, and of those whose letters go to one of them, that do not receive
    /// their own letters.
    fn letters_sent_away(&mut self, accounts: &[Uuid]) -> Outcome<Vec<(Uuid, Uuid)>>;

    /// Also dates the link to the party from `as_of` on, where it changed.
    fn upsert_accounts(&mut self, accounts: &[AccountRecord], as_of: Date, stamp: Stamp) -> Outcome<()>;

    fn upsert_contacts(&mut self, contacts: &[ContactRecord], stamp: Stamp) -> Outcome<()>;

    /// Replaces the items under each.
    fn upsert_instruments(&mut self, instruments: &[InstrumentRecord], stamp: Stamp) -> Outcome<()>;

    fn upsert_orders(&mut self, orders: &[OrderRecord], stamp: Stamp) -> Outcome<()>;

    fn upsert_deliveries(&mut self, deliveries: &[DeliveryRecord], stamp: Stamp) -> Outcome<()>;

    /// Orders take the place of the reservations they name; of several that name one the first does. Answers the orders whose
    /// reservation holds nothing for them: it is not there, was given back, is past its time, or another order took its place.
    fn consume_reservations(&mut self, named: &[NamedReservation], stamp: Stamp) -> Outcome<BTreeSet<Uuid>>;

    /// Orders or deliveries of the source that a snapshot lacks have nothing open any more; only where it brought any.
    /// A row that was refused or waited names its document all the same.
    fn close_missing_documents(&mut self, kind: KeyKind, session: &PushSession, stamp: Stamp)
    -> Outcome<i64>;

    /// Rows known to be new.
    fn insert_receivables(&mut self, receivables: &[ReceivableRecord], stamp: Stamp) -> Outcome<()>;

    /// Which of these credit notes, by account and id, are linked with their invoice.
    fn linked_credits(&mut self, keys: &BTreeSet<(Uuid, Uuid)>) -> Outcome<BTreeSet<(Uuid, Uuid)>>;

    /// Links credit notes with their invoices.
    fn link_credits(&mut self, links: &[CreditLink], stamp: Stamp) -> Outcome<()>;

    /// Replaces everything but key, currency, open amount and the invoice credited.
    fn update_receivables(&mut self, receivables: &[ReceivableRecord], stamp: Stamp) -> Outcome<()>;

    fn insert_revisions(&mut self, revisions: &[RevisionRecord], stamp: Stamp) -> Outcome<()>;

    /// What is open of receivables, by account and id, without a lock.
    fn open_amounts(&mut self, keys: &BTreeSet<(Uuid, Uuid)>) -> Outcome<HashMap<(Uuid, Uuid), Decimal>>;

    /// Locked in ascending order of account and id, so that two pushes never wait for each other in a circle.
    fn receivables_for_update(&mut self, keys: &BTreeSet<(Uuid, Uuid)>) -> Outcome<Vec<ReceivableState>>;

    /// Everything open of these accounts, locked in the same order.
    fn open_items_for_update(&mut self, accounts: &BTreeSet<Uuid>) -> Outcome<Vec<ReceivableState>>;

    fn insert_entries(&mut self, entries: &[EntryRecord], stamp: Stamp) -> Outcome<()>;

    fn insert_allocations(&mut self, allocations: &[AllocationRecord], stamp: Stamp) -> Outcome<()>;

    /// Allocations in force of credits, by account and id, with their entries; locked after the items on both sides.
    fn live_allocations(&mut self, credits: &BTreeSet<(Uuid, Uuid)>) -> Outcome<Vec<StoredAllocation>>;

    /// Marks allocations, by account and id, as taken back.
    fn end_allocations(&mut self, allocations: &BTreeSet<(Uuid, Uuid)>, stamp: Stamp) -> Outcome<()>;

    /// Moves open amounts by a sum per receivable and sets or clears the closing date.
    fn change_open(&mut self, changes: &[OpenChange], stamp: Stamp) -> Outcome<()>;

    /// Entries by account and id, each with whether it was taken back before.
    fn entries(&mut self, keys: &BTreeSet<(Uuid, Uuid)>) -> Outcome<Vec<(EntryRecord, bool)>>;

    /// Parks rows; one that waits already under the same key is replaced.
    fn park(&mut self, session: Uuid, rows: &[ParkedRecord], stamp: Stamp) -> Outcome<()>;

    /// Takes out parked rows of a source whose wait has ended, at most `limit`.
    fn take_ready_parked(&mut self, source_no: i32, limit: i64, now: Instant) -> Outcome<Vec<ParkedRecord>>;

    /// Puts rows taken out back, each with the code of what is wrong with it.
    fn put_back_parked(&mut self, rows: &[(Uuid, String)]) -> Outcome<()>;

    /// Parked rows of these keys are done with: the same rows were accepted since.
    fn overtake_parked(&mut self, kind: KeyKind, ids: &[&str], stamp: Stamp) -> Outcome<()>;

    fn count_parked(&mut self, source_no: i32) -> Outcome<i64>;

    /// What the snapshot of this session lacks: only items pushed by its source. A row that was refused or waited names its item
    /// all the same.
    fn snapshot_gap(&mut self, session: &PushSession) -> Outcome<SnapshotGap>;

    /// Entries that stand by which earlier snapshots closed these items.
    fn snapshot_closings(&mut self, items: &BTreeSet<(Uuid, Uuid)>) -> Outcome<Vec<StandingClosing>>;

    /// Which of these items have entries that take effect after a day.
    fn moved_after(&mut self, items: &BTreeSet<(Uuid, Uuid)>, day: Date) -> Outcome<BTreeSet<(Uuid, Uuid)>>;

    /// The latest day of a finished snapshot.
    fn newest_snapshot_day(&mut self, source_no: i32) -> Outcome<Option<Date>>;

    /// What is open of the source, by currency and account group.
    fn open_totals(&mut self, source_no: i32) -> Outcome<Vec<OpenTotal>>;

    /// How far the rehearsal of a dry run has come; none where no chunk came.
    fn rehearsal(&mut self, session: Uuid) -> Outcome<Option<Rehearsal>>;

    fn save_rehearsal(&mut self, session: Uuid, rehearsal: &Rehearsal) -> Outcome<()>;
}
