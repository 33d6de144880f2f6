//! Shapes of pushing on the wire.

use app::push::finish::Confirmed;
use kernel::text_enum::TextEnum as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::answer::Versioned;

/// A push session.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PushSession)]
pub(crate) struct PushSessionDto {
    #[schema(example = "psh_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    /// Code of the source.
    source: String,
    /// `delta` or `snapshot`.
    mode: String,
    /// The business date the data speaks of.
    as_of_on: String,
    sequence: i64,
    dry_run: bool,
    /// `open`, `held`, `finished`, `unequal` or `aborted`.
    state: String,
    /// `push.snapshot_shrunk` where it is held, `push.control_unequal` where it is unequal; of a dry run, what it would be.
    state_reason: Option<String>,
    last_chunk: i32,
    /// Rows created, updated, unchanged, parked and rejected.
    #[schema(value_type = Object)]
    counts: Value,
    /// What the ERP said is open.
    #[schema(value_type = Option<Vec<Object>>)]
    control_totals: Option<Value>,
    #[schema(value_type = Option<Vec<Object>>)]
    control_differences: Option<Value>,
    /// Receivables that the snapshot lacked and that were closed; of a dry run, that would be.
    closed_by_snapshot: Option<i32>,
    /// Open items of the source when the snapshot came to its end.
    snapshot_open_count: Option<i64>,
    /// Those of them that it lacks.
    snapshot_missing_count: Option<i64>,
    started_at: String,
    touched_at: String,
    finished_at: Option<String>,
    /// What you may do with it now; told when it is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    allowed_actions: Option<Vec<String>>,
}

/// A row that waits for another.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ParkedRow)]
pub(crate) struct ParkedRowDto {
    id: String,
    source: String,
    session_id: String,
    kind: String,
    external_id: String,
    waits_for_kind: String,
    waits_for_external_id: String,
    /// The row as it came.
    #[schema(value_type = Object)]
    payload: Value,
    reason_code: String,
    parked_at: String,
}

/// What confirming a held snapshot came to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConfirmedSnapshot)]
pub(crate) struct ConfirmedDto {
    /// `finished`, or `unequal` where the control totals stated at its finish differ from what is open now.
    state: String,
    /// Receivables that the snapshot lacked and that were closed by an entry.
    closed: i64,
    unparked: i64,
    still_parked: i64,
}

impl From<Confirmed> for ConfirmedDto {
    fn from(confirmed: Confirmed) -> Self {
        let Confirmed { state, closed, unparked, still_parked } = confirmed;
        Self { state: state.as_str().to_owned(), closed, unparked, still_parked }
    }
}

impl Versioned for PushSessionDto {
    fn version(&self) -> Option<i64> {
        None
    }
}

impl Versioned for ParkedRowDto {
    fn version(&self) -> Option<i64> {
        None
    }
}

impl Versioned for ConfirmedDto {
    fn version(&self) -> Option<i64> {
        None
    }
}
