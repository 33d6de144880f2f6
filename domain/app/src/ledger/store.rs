//! The ports of reading the ledger and of allocating by hand.

use std::collections::BTreeSet;

use domain::access::Scope;
use domain::receivables::ageing::{Ageing, BucketSet};
use domain::receivables::kinds::{AllocationRule, EntryKind};
use domain::receivables::statement::StatementItem;
use kernel::id::{AccountId, AllocationId, EventId, ReceivableId};
use kernel::{Currency, Date, Decimal, Instant, Outcome};
use serde_json::Value;
use uuid::Uuid;

use super::ageing::AgeQuery;
use super::as_of::{Horizon, ReadAt};
use super::search::{Hit, SearchQuery};
use crate::ctx::Ctx;

/// Whose items are meant: those of every account that fits all that is named.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Selection {
    pub account: Option<Uuid>,
    /// The party the account belonged to on the business date, as known at the instant asked for.
    pub party: Option<Uuid>,
    pub legal_entity: Option<Uuid>,
    pub portfolio: Option<Uuid>,
    pub currency: Option<Currency>,
}

/// What most reads of one account need of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountFacts {
    pub id: Uuid,
    pub number: String,
    pub name: String,
    pub legal_entity_id: Uuid,
    pub currency: String,
    pub horizon: Horizon,
}

/// What is open in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceRow {
    pub currency: Currency,
    /// Debits and credits together.
    pub open: Decimal,
    pub debits: Decimal,
    /// Zero or negative.
    pub credits: Decimal,
    /// Debits past their due date; the due date itself is not overdue.
    pub overdue: Decimal,
    pub items: i64,
    pub oldest_due_on: Option<Date>,
    pub days_overdue_max: i64,
}

/// One group of an ageing in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgeRow {
    /// The account, party, legal entity or portfolio; `None` for those without one, or when nothing groups.
    pub key: Option<Uuid>,
    /// Number, tax id or code.
    pub code: Option<String>,
    pub name: Option<String>,
    pub currency: Currency,
    /// Credits in their own column.
    pub ageing: Ageing,
}

/// A page of groups.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AgePage {
    pub rows: Vec<AgeRow>,
    /// The last group of the page, when more follow.
    pub next_after: Option<Uuid>,
}

/// Receivable, business date and amount of an entry.
pub type ItemMove = (Uuid, Date, Decimal);

/// The port of reading.
pub trait LedgerReads {
    /// `None` when absent or out of scope.
    fn ledger_account(&mut self, ctx: &Ctx, id: AccountId) -> Outcome<Option<AccountFacts>>;

    /// `None` when the selection holds no account in scope.
    fn horizon(&mut self, ctx: &Ctx, selection: &Selection) -> Outcome<Option<Horizon>>;

    /// Every receivable of an account with all its versions and entries.
    fn item_histories(&mut self, account: Uuid) -> Outcome<Vec<StatementItem>>;

    /// By currency, in alphabetical order.
    fn balances(&mut self, scope: &Scope, selection: &Selection, at: ReadAt) -> Outcome<Vec<BalanceRow>>;

    /// Ages in one statement, ordered by group and currency.
    fn age(&mut self, scope: &Scope, query: &AgeQuery<'_>) -> Outcome<AgePage>;

    /// A stored bucket set.
    fn bucket_set(&mut self, code: &str) -> Outcome<Option<BucketSet>>;

    /// Blocks in force on a day, dunning standing, last actions and messages of an account.
    fn activity(&mut self, account: Uuid, on: Date) -> Outcome<Value>;

    /// Best first.
    fn search(&mut self, ctx: &Ctx, query: &SearchQuery) -> Outcome<Vec<Hit>>;
}

/// An allocation made here, with its two entries.
#[derive(Debug, Clone, PartialEq)]
pub struct ManualAllocation {
    pub account: Uuid,
    pub id: Uuid,
    pub credit: Uuid,
    pub debit: Uuid,
    pub amount: Decimal,
    pub rule: AllocationRule,
    /// `payment` when cash is allocated, `credit` when a credit note is.
    pub kind: EntryKind,
    pub effective_on: Date,
    /// Ids of the entries on the credit and on the debit item.
    pub entries: (Uuid, Uuid),
}

/// An allocation as stored, locked.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredAllocation {
    pub account: Uuid,
    pub id: Uuid,
    pub credit: Uuid,
    pub debit: Uuid,
    pub amount: Decimal,
    pub effective_on: Date,
    pub reversed_at: Option<Instant>,
    /// Its entries: id, receivable, amount.
    pub entries: Vec<(Uuid, Uuid, Decimal)>,
}

/// An entry that takes back another one.
#[derive(Debug, Clone, PartialEq)]
pub struct ReversalEntry {
    pub id: Uuid,
    pub reverses: Uuid,
    pub receivable: Uuid,
    pub amount: Decimal,
}

/// The port of writing.
pub trait LedgerStore {
    /// The account of a receivable; `None` when absent or out of scope. Nothing is locked.
    fn receivable_account(&mut self, ctx: &Ctx, id: ReceivableId) -> Outcome<Option<AccountId>>;

    /// The version of a receivable that the caller has locked.
    fn receivable_version(&mut self, account: Uuid, id: Uuid) -> Outcome<i64>;

    /// The invoice a credit note corrects.
    fn credited_receivable(&mut self, account: Uuid, id: Uuid) -> Outcome<Option<Uuid>>;

    /// The entries of items.
    fn item_moves(&mut self, account: Uuid, items: &BTreeSet<Uuid>) -> Outcome<Vec<ItemMove>>;

    /// Writes an allocation and its entries and moves both open amounts.
    fn insert_manual_allocation(
        &mut self,
        new: &ManualAllocation,
        event: EventId,
        now: Instant,
    ) -> Outcome<()>;

    /// Locks the two receivables of an allocation and then it, in the order of pushes; `None` when absent or out of scope.
    fn allocation_for_update(&mut self, ctx: &Ctx, id: AllocationId) -> Outcome<Option<StoredAllocation>>;

    /// Marks an allocation as reversed, writes the opposite entries and moves both open amounts back; `when` is the
    /// business date, the event and the instant of recording.
    fn reverse_allocation(
        &mut self,
        allocation: &StoredAllocation,
        entries: &[ReversalEntry],
        when: (Date, EventId, Instant),
    ) -> Outcome<()>;
}
