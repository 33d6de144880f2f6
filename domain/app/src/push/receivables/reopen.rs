//! What an earlier snapshot closed because it lacked it.

use std::collections::BTreeSet;

use domain::receivables::kinds::EntryKind;
use kernel::Outcome;

use crate::push::chunk::Session;
use crate::push::ledger::{ItemKey, Posting};
use crate::push::store::EntryRecord;
use crate::store::WriteTx;

/// An item that a snapshot names, or whose row says what is open of it, was open all the time: its closing is taken back, before
/// whatever else the row says of it, so that corrections and payments move what it really owes.
pub(super) fn reopen_named(
    session: &Session<'_>,
    tx: &mut dyn WriteTx,
    posting: &mut Posting<'_>,
    named: &BTreeSet<ItemKey>,
) -> Outcome<()> {
    let closings = tx.snapshot_closings(named)?;
    posting.load(tx, &closings.iter().map(|e| (e.account_id, e.receivable_id)).collect())?;
    for entry in closings {
        posting.post(EntryRecord {
            id: session.app.ids.next(),
            amount: -entry.amount,
            kind: EntryKind::Reversal,
            reversed_entry_id: Some(entry.id),
            effective_on: session.as_of_on.max(entry.effective_on),
            ..entry
        });
    }
    Ok(())
}
