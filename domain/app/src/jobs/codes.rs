//! Error codes of jobs.

use kernel::Code;
use kernel::ErrorKind::Conflict;

pub static NOT_QUEUED: Code = Code::new(
    "job.not_queued",
    Conflict,
    "Only a job that has not begun can be cancelled.",
    "Solo se puede cancelar un trabajo que no ha empezado.",
);

/// Every code of this module, for the catalogue.
pub static ALL: &[&Code] = &[&NOT_QUEUED];
