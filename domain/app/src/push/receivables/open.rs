//! What rows say is open of receivables that are known.

use std::collections::BTreeSet;

use domain::receivables::entry::{check_open, entry_for_reported_open};
use domain::receivables::kinds::EntryKind;
use kernel::money::check_amount;
use kernel::{Decimal, Outcome};

use super::reopen::Closings;
use super::{Arrived, CheckedReceivable, names};
use crate::push::chunk::Session;
use crate::push::ledger::{ItemKey, Posting};
use crate::push::store::{KeyRow, ReceivableRecord, ReceivableState};
use crate::store::WriteTx;

/// What the rows of a chunk say is open, and what the ledger has to say against it.
pub(super) struct Stated {
    /// Closings of snapshots that these rows contradict.
    pub(super) closings: Closings,
    /// Items that have moved after the day of the session: what was open on that day says nothing of today.
    moved: BTreeSet<ItemKey>,
    /// A row that waited said it when it was booked.
    retry: bool,
}

impl Stated {
    pub(super) fn load(
        session: &Session<'_>,
        tx: &mut dyn WriteTx,
        posting: &mut Posting<'_>,
        changed: &[(KeyRow, Arrived<'_>)],
    ) -> Outcome<Self> {
        let keys = |stated: bool| {
            let keys = changed.iter().filter(move |(_, a)| a.checked.reported_open.is_some() == stated);
            keys.map(|(key, a)| (a.record.account_id, key.object_id)).collect::<BTreeSet<_>>()
        };
        let retry = session.retry;
        let stating = if retry { BTreeSet::new() } else { keys(true) };
        let moved = tx.moved_after(&stating, session.as_of_on)?;
        let mut contradicting = &stating - &moved;
        if names(session) {
            contradicting.extend(keys(false));
        }
        let closings = Closings::load(tx, posting, &contradicting)?;
        Ok(Self { closings, moved, retry })
    }

    /// What the row says is open, where that is to be taken.
    pub(super) fn open(&self, checked: &CheckedReceivable, item: ItemKey) -> Option<Decimal> {
        checked.reported_open.filter(|_| !self.retry && !self.moved.contains(&item))
    }

    /// What the row says of an item that has come to something else after its day.
    pub(super) fn untaken(&self, checked: &CheckedReceivable, state: &ReceivableState) -> Option<Decimal> {
        let moved = self.moved.contains(&(state.account_id, state.id));
        checked.reported_open.filter(|open| moved && *open != state.open_amount)
    }
}

/// The entry that a stated open amount takes beside the correction of the original amount.
///
/// # Errors
/// `amount.too_large` for what would be open then, and for the entry itself.
pub(super) fn entry_of_change(
    before: &ReceivableState,
    after: &ReceivableRecord,
    reported_open: Option<Decimal>,
) -> Outcome<Option<(EntryKind, Decimal)>> {
    let stored = before.open_amount + after.original_amount - before.original_amount;
    check_open("amount", reported_open.unwrap_or(stored), after.currency)?;
    let entry = reported_open.and_then(|open| entry_for_reported_open(after.original_amount, stored, open));
    if let Some((_, amount)) = entry {
        check_amount("open_amount", amount, after.currency)?;
    }
    Ok(entry)
}
