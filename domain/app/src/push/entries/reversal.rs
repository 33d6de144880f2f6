//! Entries that take others back.

use std::collections::{BTreeMap, BTreeSet};

use domain::receivables::kinds::EntryKind;
use kernel::{Currency, Decimal, Error, Outcome};
use uuid::Uuid;

use super::super::codes;
use super::super::store::EntryRecord;
use super::{Checked, Work};
use crate::store::WriteTx;

impl Work<'_, '_> {
    /// Takes back an entry on a receivable by its opposite.
    pub(super) fn reverse(
        &mut self,
        tx: &mut dyn WriteTx,
        (account, reversed): (Uuid, Uuid),
        given: &Checked,
    ) -> Outcome<Uuid> {
        let Some(entry) = tx.entry(account, reversed)? else {
            return self.return_cash(tx, (account, reversed), given);
        };
        // A mark as doubtful: the ledger keeps it, and has nothing that an opposite could move.
        if entry.amount.is_zero() {
            return Err(not_reversible("it moved no amount"));
        }
        if self.posting.reverses(entry.id) || tx.is_reversed(account, entry.id)? {
            return Err(not_reversible("it was reversed before"));
        }
        let item = (account, entry.receivable_id);
        self.posting.load(tx, &BTreeSet::from([item]))?;
        self.same_amount(item, entry.amount, given)?;
        self.posting.check_moved(item, -entry.amount)?;
        let id = self.session.app.ids.next();
        self.posting.post(EntryRecord {
            id,
            amount: -entry.amount,
            kind: EntryKind::Reversal,
            reversed_entry_id: Some(entry.id),
            // Before that there was nothing to take back: more than was ever owed would be open.
            effective_on: given.effective_on.max(entry.effective_on),
            reference: given.reference.clone(),
            ..entry
        });
        Ok(id)
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
    fn return_cash(&mut self, tx: &mut dyn WriteTx, cash: (Uuid, Uuid), given: &Checked) -> Outcome<Uuid> {
        let allocations = tx.live_allocations(cash.0, cash.1)?;
        let items = allocations.iter().map(|a| (a.account, a.debit)).chain([cash]).collect();
        self.posting.load(tx, &items)?;
        let missing = || Error::new(&crate::codes::INTERNAL).caused_by("an entry key leads nowhere");
        let (original, came_on) =
            self.posting.item(cash).map(|item| (item.original_amount, item.issue_on)).ok_or_else(missing)?;
        self.same_amount(cash, original, given)?;
        // A refused row moves nothing: what is left of the money is known before anything is taken back.
        let set_against = allocations.iter().filter(|a| !self.posting.is_undone(a)).map(|a| a.amount);
        let left = self.posting.item(cash).ok_or_else(missing)?.open_amount;
        if left - set_against.sum::<Decimal>() != original {
            return Err(not_reversible("it was returned before, or a part of it was moved by other entries"));
        }
        let mut again = BTreeMap::<Uuid, Decimal>::new();
        for allocation in allocations.iter().filter(|a| !self.posting.is_undone(a)) {
            *again.entry(allocation.debit).or_default() += allocation.amount;
        }
        again.iter().try_for_each(|(debit, amount)| self.posting.check_moved((cash.0, *debit), *amount))?;
        for allocation in &allocations {
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
