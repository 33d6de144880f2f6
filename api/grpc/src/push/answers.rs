//! From results of use cases to messages.

use app::push::finish::Finished;
use app::push::{
    ChunkResult, ControlDifference, PushMode, PushSession, RowCounts, RowIssue, RowOutcome, SessionState,
};
use kernel::Instant;
use kernel::id::PushSessionId;
use proto::v1 as pb;

fn instant(at: Instant) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

pub(super) fn session(session: PushSession) -> pb::Session {
    let mode = match session.mode {
        PushMode::Delta => pb::PushMode::Delta,
        PushMode::Snapshot => pb::PushMode::Snapshot,
    };
    let state = match session.state {
        SessionState::Open => pb::SessionState::Open,
        SessionState::Held => pb::SessionState::Held,
        SessionState::Finished => pb::SessionState::Finished,
        SessionState::Unequal => pb::SessionState::Unequal,
        SessionState::Aborted => pb::SessionState::Aborted,
    };
    pb::Session {
        id: PushSessionId(session.id).to_string(),
        source: session.source.code,
        mode: mode.into(),
        as_of: session.as_of_on.to_string(),
        sequence: session.sequence,
        dry_run: session.dry_run,
        state: state.into(),
        state_reason: session.state_reason.unwrap_or_default(),
        last_chunk: session.last_chunk,
        counts: Some(counts(session.counts)),
        started_at: instant(session.started_at),
        finished_at: session.finished_at.map(instant).unwrap_or_default(),
        snapshot_open_count: session.snapshot_open_count.unwrap_or_default(),
        snapshot_missing_count: session.snapshot_missing_count.unwrap_or_default(),
    }
}

fn counts(counts: RowCounts) -> pb::RowCounts {
    let RowCounts { created, updated, unchanged, parked, rejected } = counts;
    pb::RowCounts { created, updated, unchanged, parked, rejected }
}

fn outcome(outcome: RowOutcome) -> pb::RowOutcome {
    match outcome {
        RowOutcome::Created => pb::RowOutcome::Created,
        RowOutcome::Updated => pb::RowOutcome::Updated,
        RowOutcome::Unchanged => pb::RowOutcome::Unchanged,
        RowOutcome::Parked => pb::RowOutcome::Parked,
        RowOutcome::Rejected => pb::RowOutcome::Rejected,
    }
}

pub(super) fn chunk(result: ChunkResult) -> pb::PushChunksResponse {
    pb::PushChunksResponse {
        chunk_no: result.chunk_no,
        outcomes: result.outcomes.into_iter().map(|o| outcome(o).into()).collect(),
        issues: result.issues.into_iter().map(issue).collect(),
        counts: Some(counts(result.counts)),
        replayed: result.replayed,
        issues_omitted: result.issues_omitted,
    }
}

fn issue(issue: RowIssue) -> pb::RowIssue {
    let RowIssue { row, external_id, outcome: came_to, field, code, message } = issue;
    pb::RowIssue {
        row: i32::try_from(row).unwrap_or(i32::MAX),
        external_id,
        outcome: outcome(came_to).into(),
        issue: Some(pb::FieldIssue { field, code, message }),
    }
}

pub(super) fn finished(finished: Finished) -> pb::FinishSessionResponse {
    pb::FinishSessionResponse {
        session: Some(session(finished.session)),
        differences: finished.differences.into_iter().map(difference).collect(),
        closed: finished.closed,
        unparked: finished.unparked,
        still_parked: finished.still_parked,
    }
}

fn difference(difference: ControlDifference) -> pb::ControlDifference {
    let ControlDifference { stated, found_amount, found_count } = difference;
    pb::ControlDifference {
        currency: stated.currency,
        account_group: stated.account_group,
        stated_amount: stated.open_amount.to_string(),
        found_amount: found_amount.to_string(),
        stated_count: stated.open_count,
        found_count,
    }
}
