//! What an earlier snapshot closed because it lacked it.

use std::collections::{BTreeMap, BTreeSet};

use domain::receivables::entry::reopens;
use domain::receivables::kinds::EntryKind;
use kernel::{Decimal, Outcome};

use crate::push::chunk::Session;
use crate::push::ledger::{ItemKey, Posting};
use crate::push::store::{EntryRecord, ReceivableState, StandingClosing};
use crate::store::WriteTx;

/// Closings that stand of items that a snapshot names, or whose rows say what is open of them: they were open all the time. Each
/// is taken back before whatever else its row says, so that corrections and payments move what it really owes.
pub(super) struct Closings(BTreeMap<ItemKey, Vec<StandingClosing>>);

impl Closings {
    /// Those of these items, which are locked.
    pub(super) fn load(
        tx: &mut dyn WriteTx,
        posting: &mut Posting<'_>,
        items: &BTreeSet<ItemKey>,
    ) -> Outcome<Self> {
        let mut found = BTreeMap::<ItemKey, Vec<StandingClosing>>::new();
        for closing in tx.snapshot_closings(items)? {
            let key = (closing.entry.account_id, closing.entry.receivable_id);
            found.entry(key).or_default().push(closing);
        }
        posting.load(tx, &found.keys().copied().collect())?;
        Ok(Self(found))
    }

    /// What is open again once they are taken back; nothing where the ERP has opened the item by other entries meanwhile.
    pub(super) fn amount(&self, state: &ReceivableState) -> Decimal {
        let Some(closings) = self.0.get(&(state.account_id, state.id)) else { return Decimal::ZERO };
        let amount = -closings.iter().map(|closing| closing.entry.amount).sum::<Decimal>();
        let adjusted = closings.first().map_or(Decimal::ZERO, |closing| closing.adjusted);
        if reopens(state.open_amount, amount, state.original_amount + adjusted) {
            amount
        } else {
            Decimal::ZERO
        }
    }

    /// Takes back those of an item.
    pub(super) fn take_back(&self, session: &Session<'_>, posting: &mut Posting<'_>, item: ItemKey) {
        for StandingClosing { entry, .. } in self.0.get(&item).into_iter().flatten() {
            posting.post(EntryRecord {
                id: session.app.ids.next(),
                amount: -entry.amount,
                kind: EntryKind::Reversal,
                reversed_entry_id: Some(entry.id),
                effective_on: session.as_of_on.max(entry.effective_on),
                ..entry.clone()
            });
        }
    }

    /// Takes back those of items that are named and say nothing else.
    pub(super) fn take_back_all(
        &self,
        session: &Session<'_>,
        posting: &mut Posting<'_>,
        named: &BTreeSet<ItemKey>,
    ) {
        for item in named {
            let state = posting.item(*item);
            if state.is_some_and(|state| !self.amount(state).is_zero()) {
                self.take_back(session, posting, *item);
            }
        }
    }
}
