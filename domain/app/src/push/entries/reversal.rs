//! Entries that take others back.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::receivables::kinds::EntryKind;
use kernel::{Currency, Decimal, Error, Outcome};
use uuid::Uuid;

use super::super::codes;
use super::super::ledger::{ItemKey, Posting};
use super::super::store::EntryRecord;
use super::{Checked, Work};
use crate::ledger::store::StoredAllocation;
use crate::store::WriteTx;

/// What the rows of a chunk take back, with what depends on it.
#[derive(Default)]
pub(super) struct TakenBack {
    /// By account and id, with whether it was taken back before.
    entries: HashMap<(Uuid, Uuid), (EntryRecord, bool)>,
    /// In force, in the order they were made, by the credit they are of: cash that bounces, or an item that was overpaid.
    allocations: HashMap<ItemKey, Vec<StoredAllocation>>,
}

impl TakenBack {
    /// Reads and locks, by account and id of what the rows name. What is no entry is money on the account.
    pub(super) fn load(
        tx: &mut dyn WriteTx,
        posting: &mut Posting<'_>,
        named: BTreeSet<(Uuid, Uuid)>,
    ) -> Outcome<Self> {
        let entries = tx.entries(&named)?.into_iter();
        let entries = entries.map(|(entry, reversed)| ((entry.account_id, entry.id), (entry, reversed)));
        let entries = entries.collect::<HashMap<_, _>>();
        let cash = named.into_iter().filter(|key| !entries.contains_key(key));
        let items = entries.values().map(|(entry, _)| (entry.account_id, entry.receivable_id));
        let credits = cash.chain(items).collect::<BTreeSet<_>>();
        let (mut allocations, mut moved) = (HashMap::<ItemKey, Vec<_>>::new(), credits.clone());
        for allocation in tx.live_allocations(&credits)? {
            moved.insert((allocation.account, allocation.debit));
            allocations.entry((allocation.account, allocation.credit)).or_default().push(allocation);
        }
        posting.load(tx, &moved)?;
        Ok(Self { entries, allocations })
    }

    /// Allocations of a credit that no row of the chunk has taken back yet.
    fn standing(&self, posting: &Posting<'_>, credit: ItemKey) -> Vec<&StoredAllocation> {
        let all = self.allocations.get(&credit).into_iter().flatten();
        all.filter(|allocation| !posting.is_undone(allocation)).collect()
    }
}

impl<'w> Work<'w, '_> {
    /// Takes back an entry on a receivable by its opposite. What the item was overpaid by, and was moved from it to others, is free
    /// no longer: the newest of that is taken back with it, as far as nothing is left of it.
    pub(super) fn reverse(&mut self, reversed: (Uuid, Uuid), given: &Checked) -> Outcome<Uuid> {
        let known = self.known;
        let Some((entry, before)) = known.taken_back.entries.get(&reversed) else {
            return self.return_cash(reversed, given);
        };
        // A mark as doubtful: the ledger keeps it, and has nothing that an opposite could move.
        if entry.amount.is_zero() {
            return Err(not_reversible("it moved no amount"));
        }
        if entry.kind == EntryKind::Reversal {
            return Err(not_reversible("it takes back another itself: push that one anew"));
        }
        if *before || self.posting.reverses(entry.id) {
            return Err(not_reversible("it was reversed before"));
        }
        let item = (entry.account_id, entry.receivable_id);
        self.same_amount(item, entry.amount, given)?;
        let spent = self.spent(item, -entry.amount);
        let moved = spent.iter().map(|allocation| allocation.amount).sum::<Decimal>();
        self.posting.check_moved(item, -entry.amount - moved)?;
        self.check_undone(&spent)?;
        for allocation in spent {
            self.posting.undo(allocation, given.effective_on);
        }
        let id = self.session.app.ids.next();
        self.posting.post(EntryRecord {
            id,
            amount: -entry.amount,
            kind: EntryKind::Reversal,
            reversed_entry_id: Some(entry.id),
            // Before that there was nothing to take back: more than was ever owed would be open.
            effective_on: given.effective_on.max(entry.effective_on),
            reference: given.reference.clone(),
            ..entry.clone()
        });
        Ok(id)
    }

    /// What was moved from an item to others and is not there any more once the item moves by `amount`; the newest first.
    fn spent(&self, item: ItemKey, amount: Decimal) -> Vec<&'w StoredAllocation> {
        let known = self.known;
        let standing = known.taken_back.standing(self.posting, item);
        let mut moved = standing.iter().map(|allocation| allocation.amount).sum::<Decimal>();
        let after = self.posting.item(item).map_or(Decimal::ZERO, |item| item.open_amount) + amount;
        let free = (moved - after).max(Decimal::ZERO);
        let newest = standing.into_iter().rev();
        newest
            .take_while(|allocation| {
                let too_much = moved > free;
                moved -= allocation.amount;
                too_much
            })
            .collect()
    }

    /// Whether the items on the other side can take it that these allocations are taken back.
    fn check_undone(&self, allocations: &[&StoredAllocation]) -> Outcome<()> {
        let mut again = BTreeMap::<ItemKey, Decimal>::new();
        for allocation in allocations {
            *again.entry((allocation.account, allocation.debit)).or_default() += allocation.amount;
        }
        again.into_iter().try_for_each(|(debit, amount)| self.posting.check_moved(debit, amount))
    }

    /// A reversal states what it takes back, in whatever sign: another amount is another entry.
    fn same_amount(&self, item: (Uuid, Uuid), amount: Decimal, given: &Checked) -> Outcome<()> {
        let currency = self.posting.item(item).map(|item| item.currency);
        if currency == Some(given.currency) && given.amount.abs() == amount.abs() {
            return Ok(());
        }
        let currency = currency.as_ref().map_or("", Currency::as_str);
        let message = format!(
            "it was over {} {currency}, {} {} is taken back",
            amount.abs(),
            given.amount,
            given.currency
        );
        Err(Error::field("amount", &codes::REVERSAL_DIFFERS, message))
    }

    /// Money on the account bounced: what it was set against is open again with its age, and the money is gone.
    fn return_cash(&mut self, cash: (Uuid, Uuid), given: &Checked) -> Outcome<Uuid> {
        let known = self.known;
        let standing = known.taken_back.standing(self.posting, cash);
        let missing = || Error::new(&crate::codes::INTERNAL).caused_by("an entry key leads nowhere");
        let (original, came_on, left) = self
            .posting
            .item(cash)
            .map(|item| (item.original_amount, item.issue_on, item.open_amount))
            .ok_or_else(missing)?;
        self.same_amount(cash, original, given)?;
        // A refused row moves nothing: what is left of the money is known before anything is taken back.
        if left - standing.iter().map(|allocation| allocation.amount).sum::<Decimal>() != original {
            return Err(not_reversible("it was returned before, or a part of it was moved by other entries"));
        }
        self.check_undone(&standing)?;
        for allocation in standing {
            self.posting.undo(allocation, given.effective_on);
        }
        let id = self.session.app.ids.next();
        self.posting.post(EntryRecord {
            account_id: cash.0,
            id,
            receivable_id: cash.1,
            allocation_id: None,
            reversed_entry_id: None,
            effective_on: given.effective_on.max(came_on),
            amount: -original,
            kind: EntryKind::Return,
            reference: given.reference.clone(),
        });
        Ok(id)
    }
}

pub(super) fn not_reversible(message: &str) -> Error {
    Error::field("reverses_external_id", &codes::ENTRY_NOT_REVERSIBLE, message)
}
