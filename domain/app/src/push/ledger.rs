//! Postings of one chunk: entries, allocations and the moves of open amounts, gathered in memory and written as sets.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::receivables::entry::check_open;
use domain::receivables::kinds::{AllocationRule, EntryKind, Side};
use kernel::{Date, Decimal, Outcome};
use uuid::Uuid;

use super::chunk::Session;
use super::store::{AllocationRecord, EntryRecord, OpenChange, ReceivableState};
use crate::ledger::store::StoredAllocation;
use crate::store::WriteTx;

/// Account and receivable.
pub type ItemKey = (Uuid, Uuid);

/// How a chunk moves an item.
#[derive(Default)]
struct Moved {
    amount: Decimal,
    corrected_on: Option<Date>,
}

/// What a chunk posts.
pub struct Posting<'a> {
    session: &'a Session<'a>,
    items: HashMap<ItemKey, ReceivableState>,
    /// The items by account, in order: a chunk may pay ten thousand accounts, or one that has as many items.
    of_account: HashMap<Uuid, BTreeSet<Uuid>>,
    entries: Vec<EntryRecord>,
    allocations: Vec<AllocationRecord>,
    changes: BTreeMap<ItemKey, Moved>,
    /// Entries taken back.
    reversed: BTreeSet<Uuid>,
    /// Allocations taken back: account and id.
    undone: BTreeSet<(Uuid, Uuid)>,
}

impl<'a> Posting<'a> {
    pub fn new(session: &'a Session<'a>) -> Self {
        Self {
            session,
            items: HashMap::new(),
            of_account: HashMap::new(),
            entries: Vec::new(),
            allocations: Vec::new(),
            changes: BTreeMap::new(),
            reversed: BTreeSet::new(),
            undone: BTreeSet::new(),
        }
    }

    /// Locks and loads items, so that several postings on one item see each other.
    pub fn load(&mut self, tx: &mut dyn WriteTx, keys: &BTreeSet<ItemKey>) -> Outcome<()> {
        let missing =
            keys.iter().filter(|key| !self.items.contains_key(*key)).copied().collect::<BTreeSet<_>>();
        self.keep(if missing.is_empty() { Vec::new() } else { tx.receivables_for_update(&missing)? });
        Ok(())
    }

    /// Locks and loads everything open of these accounts.
    pub fn load_open(&mut self, tx: &mut dyn WriteTx, accounts: &BTreeSet<Uuid>) -> Outcome<()> {
        self.keep(if accounts.is_empty() { Vec::new() } else { tx.open_items_for_update(accounts)? });
        Ok(())
    }

    /// Takes in items read, with what this chunk has already moved on them.
    pub fn keep(&mut self, states: Vec<ReceivableState>) {
        for mut state in states {
            let key = (state.account_id, state.id);
            if self.items.contains_key(&key) {
                continue;
            }
            if let Some(moved) = self.changes.get(&key) {
                state.open_amount += moved.amount;
            }
            self.of_account.entry(key.0).or_default().insert(key.1);
            self.items.insert(key, state);
        }
    }

    pub fn item(&self, key: ItemKey) -> Option<&ReceivableState> {
        self.items.get(&key)
    }

    /// Whether an item can take such a change.
    ///
    /// # Errors
    /// `amount.too_large`.
    pub fn check_moved(&self, key: ItemKey, amount: Decimal) -> Outcome<()> {
        self.item(key).map_or(Ok(()), |item| check_open("amount", item.open_amount + amount, item.currency))
    }

    /// Open debit items of an account and currency.
    pub fn open_debits(&self, account: Uuid, currency: kernel::Currency) -> Vec<&ReceivableState> {
        let fits = |item: &&ReceivableState| {
            item.currency == currency && item.kind.side() == Side::Debit && item.open_amount > Decimal::ZERO
        };
        let of_account = self.of_account.get(&account).into_iter().flatten();
        of_account.filter_map(|id| self.items.get(&(account, *id))).filter(fits).collect()
    }

    /// Posts an entry of the session itself.
    pub fn post_on(&mut self, key: ItemKey, kind: EntryKind, amount: Decimal, on: Date) -> Uuid {
        let id = self.session.app.ids.next();
        self.post(EntryRecord {
            account_id: key.0,
            id,
            receivable_id: key.1,
            allocation_id: None,
            reversed_entry_id: None,
            effective_on: on,
            amount,
            kind,
            reference: None,
        });
        id
    }

    pub fn post(&mut self, entry: EntryRecord) {
        self.shift((entry.account_id, entry.receivable_id), entry.amount);
        self.reversed.extend(entry.reversed_entry_id);
        self.entries.push(entry);
    }

    /// Whether this chunk takes an entry back.
    pub fn reverses(&self, entry: Uuid) -> bool {
        self.reversed.contains(&entry)
    }

    /// Moves an open amount because the original amount was corrected: no entry, a revision tells.
    pub fn shift_original(&mut self, key: ItemKey, amount: Decimal, on: Date) {
        if let Some(moved) = self.shift(key, amount) {
            moved.corrected_on = Some(on);
        }
    }

    /// Moves an open amount; `None` if it stays.
    fn shift(&mut self, key: ItemKey, amount: Decimal) -> Option<&mut Moved> {
        if amount.is_zero() {
            return None;
        }
        if let Some(item) = self.items.get_mut(&key) {
            item.open_amount += amount;
        }
        let moved = self.changes.entry(key).or_default();
        moved.amount += amount;
        Some(moved)
    }

    /// Sets a credit against a debit of its currency, as far as both are open. Returns the amount.
    pub fn settle(&mut self, credit: ItemKey, debit: Uuid, on: Date) -> Decimal {
        let open = |key: ItemKey| self.items.get(&key).map_or(Decimal::ZERO, |item| item.open_amount);
        let amount = (-open(credit)).min(open((credit.0, debit)));
        if amount > Decimal::ZERO {
            self.allocate(credit, debit, amount, (AllocationRule::ByReference, EntryKind::Credit, on));
        }
        amount.max(Decimal::ZERO)
    }

    /// Records an allocation and its two entries, which sum to nothing. It takes effect once both documents are issued:
    /// before that, money received ahead of its invoice would have vanished from the past.
    pub fn allocate(
        &mut self,
        credit: ItemKey,
        debit: Uuid,
        amount: Decimal,
        (rule, kind, on): (AllocationRule, EntryKind, Date),
    ) {
        let (account_id, allocation) = (credit.0, self.session.app.ids.next());
        let issued = |key: ItemKey| self.items.get(&key).map_or(on, |item| item.issue_on);
        let on = on.max(issued(credit)).max(issued((account_id, debit)));
        self.allocations.push(AllocationRecord {
            account_id,
            id: allocation,
            credit_receivable_id: credit.1,
            debit_receivable_id: debit,
            amount,
            rule,
            effective_on: on,
        });
        for (receivable_id, amount) in [(credit.1, amount), (debit, -amount)] {
            self.post(EntryRecord {
                account_id,
                id: self.session.app.ids.next(),
                receivable_id,
                allocation_id: Some(allocation),
                reversed_entry_id: None,
                effective_on: on,
                amount,
                kind,
                reference: None,
            });
        }
    }

    /// Whether this chunk takes an allocation back.
    pub fn is_undone(&self, allocation: &StoredAllocation) -> bool {
        self.undone.contains(&(allocation.account, allocation.id))
    }

    /// Takes an allocation back by entries opposite to its own; once, however often it is asked.
    pub fn undo(&mut self, allocation: &StoredAllocation, on: Date) {
        if !self.undone.insert((allocation.account, allocation.id)) {
            return;
        }
        for (entry, receivable_id, amount) in &allocation.entries {
            self.post(EntryRecord {
                account_id: allocation.account,
                id: self.session.app.ids.next(),
                receivable_id: *receivable_id,
                allocation_id: Some(allocation.id),
                reversed_entry_id: Some(*entry),
                effective_on: on.max(allocation.effective_on),
                amount: -*amount,
                kind: EntryKind::Reversal,
                reference: None,
            });
        }
    }

    /// Writes everything.
    pub fn write(self, tx: &mut dyn WriteTx) -> Outcome<()> {
        let stamp = self.session.stamp;
        tx.insert_allocations(&self.allocations, stamp)?;
        tx.end_allocations(&self.undone, stamp)?;
        tx.insert_entries(&self.entries, stamp)?;
        // Those that cancel out as well: the day on which the item was closed may be another.
        let changes = self.changes.into_iter().map(|((account_id, receivable_id), moved)| OpenChange {
            account_id,
            receivable_id,
            amount: moved.amount,
            corrected_on: moved.corrected_on,
        });
        tx.change_open(&changes.collect::<Vec<_>>(), stamp)
    }
}
