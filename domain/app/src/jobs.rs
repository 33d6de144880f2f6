//! Background work, as people see it: what waits, runs, ended and why; and taking back what has not begun.

pub mod cancel_job;
pub mod codes;
pub mod lists;

use kernel::id::JobId;
use kernel::{Instant, Outcome};

kernel::text_enum! {
    /// Where a job stands.
    pub enum JobState {
        Queued = "queued",
        Running = "running",
        Finished = "finished",
        Failed = "failed",
        Cancelled = "cancelled",
    }
}

/// What is needed to take a job back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobStanding {
    pub kind: String,
    pub state: JobState,
}

/// The port of this context.
pub trait JobStore {
    /// # Errors
    /// `not_found`.
    fn job_for_update(&mut self, id: JobId) -> Outcome<JobStanding>;

    /// Ends a job that has not begun, together with the dunning run, model, prediction run or back-test
    /// that waits for it, if one does.
    fn cancel_job(&mut self, id: JobId, now: Instant) -> Outcome<()>;
}
