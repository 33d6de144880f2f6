//! What whoever asks has a hand in: then people look at it.

use kernel::{Date, Outcome};
use uuid::Uuid;

use super::LimitApplication;
use crate::credit::rule_sets::RuleSetVersion;
use crate::store::WriteTx;

/// Whether who asked set the rating that the holder goes by, by themselves or by a key of theirs.
pub(super) fn rated(tx: &mut dyn WriteTx, application: &LimitApplication, today: Date) -> Outcome<bool> {
    let hands = tx.overrides_set_by(application.holder().id, today)?;
    is_theirs(tx, application, hands)
}

/// Whether who asked put one of these rules into force, or the scorecard by which the holder is scored, by themselves or by a key of theirs.
pub(super) fn ruled(
    tx: &mut dyn WriteTx,
    application: &LimitApplication,
    rules: [Option<&RuleSetVersion>; 2],
) -> Outcome<bool> {
    let mut hands = tx.scorecards_activated_by(application.holder().id)?;
    for version in rules.into_iter().flatten() {
        hands.extend(tx.rule_set_activated_by(version.kind, &version.code, version.version)?);
    }
    is_theirs(tx, application, hands)
}

fn is_theirs(tx: &mut dyn WriteTx, application: &LimitApplication, hands: Vec<Uuid>) -> Outcome<bool> {
    let requesters = application.requesters();
    for hand in hands {
        let maker = tx.key_made_by(hand)?;
        if requesters.contains(&hand) || maker.is_some_and(|maker| requesters.contains(&maker)) {
            return Ok(true);
        }
    }
    Ok(false)
}
