//! What the end of a snapshot closes.

use std::collections::BTreeMap;

use domain::attributes::Declared;
use domain::receivables::kinds::EntryKind;
use kernel::Outcome;

use super::PushSession;
use super::chunk::Session;
use super::ledger::Posting;
use super::store::{SnapshotGap, Stamp};
use crate::App;
use crate::store::WriteTx;

/// Exactly the threshold is still within it.
pub(super) fn exceeds(gap: &SnapshotGap, percent_max: i16) -> bool {
    let missing = i64::try_from(gap.missing.len()).unwrap_or(i64::MAX);
    missing.saturating_mul(100) > gap.open_count.saturating_mul(percent_max.into())
}

/// Nothing new comes in at the end, whose attributes would be held to their types.
fn posting_context<'s>(app: &'s App, session: &PushSession, stamp: Stamp) -> Session<'s> {
    static NO_NUL: BTreeMap<usize, String> = BTreeMap::new();
    let (source, as_of_on, declared) = (session.source.clone(), session.as_of_on, Declared::default());
    Session {
        app,
        source,
        mode: session.mode,
        retry: false,
        as_of_on,
        declared,
        stamp,
        with_nul: &NO_NUL,
        ahead: None,
    }
}

pub(super) fn close_missing(
    app: &App,
    tx: &mut dyn WriteTx,
    session: &PushSession,
    stamp: Stamp,
    gap: &SnapshotGap,
) -> Outcome<i64> {
    let context = posting_context(app, session, stamp);
    let mut closed = 0;
    for some in gap.missing.chunks(super::CHUNK_ROWS_MAX) {
        let mut posting = Posting::new(&context);
        posting.load(tx, &some.iter().copied().collect())?;
        for key in some {
            let open = posting.item(*key).map(|item| item.open_amount).filter(|open| !open.is_zero());
            if let Some(open) = open {
                posting.post_on(*key, EntryKind::SnapshotClose, -open, session.as_of_on);
                closed += 1;
            }
        }
        posting.write(tx)?;
    }
    Ok(closed)
}
