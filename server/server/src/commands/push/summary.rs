//! What a push came to, in words.

use app::push::codes;
use proto::v1::{FinishSessionResponse, RowCounts, Session, SessionState};

use super::reading::Read;

/// One line per fact about the rows.
pub(super) fn rows(read: &Read, counts: RowCounts, notices: &[String]) -> Vec<String> {
    let skipped = match read.skipped {
        0 => String::new(),
        skipped => format!(", {skipped} more passed over by the profile"),
    };
    let mut lines = vec![
        format!("{} rows read{skipped}", read.rows),
        format!(
            "objects: {} created, {} updated, {} unchanged, {} waiting for rows they name, {} refused",
            counts.created, counts.updated, counts.unchanged, counts.parked, counts.rejected
        ),
    ];
    lines.extend(notices.iter().map(|notice| format!("  note: {notice}")));
    lines
}

/// How the session ended, or would end.
pub(super) fn ending(finished: &FinishSessionResponse) -> Vec<String> {
    let session = finished.session.clone().unwrap_or_default();
    let dry_run = session.dry_run;
    let mut lines = vec![if dry_run { rehearsed(&session) } else { state(&session) }];
    if finished.closed > 0 {
        let were = if dry_run { "would be" } else { "were" };
        lines.push(format!("{} receivables that the snapshot lacked {were} closed", finished.closed));
    }
    if finished.unparked > 0 {
        lines.push(format!("{} waiting rows found what they named", finished.unparked));
    }
    if finished.still_parked > 0 {
        lines.push(format!("{} rows of the source still wait for rows they name", finished.still_parked));
    }
    lines.extend(finished.differences.iter().map(|d| {
        format!(
            "  {}{}: stated {} in {} items, found {} in {}",
            d.currency,
            if d.account_group.is_empty() { String::new() } else { format!(" {}", d.account_group) },
            d.stated_amount,
            d.stated_count,
            d.found_amount,
            d.found_count
        )
    }));
    lines
}

/// Whether a person must look at the session, or would have to.
pub(super) fn waits(session: &Session) -> bool {
    !session.state_reason.is_empty()
}

fn rehearsed(session: &Session) -> String {
    let ending = match session.state_reason.as_str() {
        "" => "it would be finished".to_owned(),
        reason if reason == codes::SNAPSHOT_SHRUNK.text => format!("{reason}: {}", lacks(session)),
        reason => format!("{reason}: the control totals would differ"),
    };
    format!("dry run: nothing was kept; {ending}")
}

fn lacks(session: &Session) -> String {
    format!("{} of {} open items are missing", session.snapshot_missing_count, session.snapshot_open_count)
}

fn state(session: &Session) -> String {
    let id = &session.id;
    match session.state() {
        SessionState::Finished => format!("finished ({id})"),
        SessionState::Unequal => {
            format!("finished, but the control totals differ ({id}); dunning waits until they agree")
        }
        SessionState::Held => {
            let missing = lacks(session);
            format!(
                "held ({id}): {missing}. Nothing was closed; a person must confirm, or give the session up"
            )
        }
        SessionState::Open | SessionState::Aborted | SessionState::Unspecified => {
            format!("the session is {} ({id})", session.state().as_str_name())
        }
    }
}
