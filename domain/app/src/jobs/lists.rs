//! What can be listed of jobs.

use domain::access::Permission;
use kernel::text_enum::TextEnum as _;

use crate::jobs::JobState;
use crate::lists::{FilterKind, FilterSpec, ListSpec};

pub static JOBS: ListSpec = ListSpec {
    resource: "jobs",
    permission: Permission::JobRead,
    filters: &[
        FilterSpec { name: "kind", kind: FilterKind::AnyOf, doc: "One or several kinds of work." },
        FilterSpec { name: "state", kind: FilterKind::Choice(JobState::TEXTS), doc: "How far it has come." },
        FilterSpec { name: "from", kind: FilterKind::Date, doc: "Made on or after this day (UTC)." },
    ],
    sorts: &["-created_at"],
};

/// Every list of this context.
pub static ALL: &[&ListSpec] = &[&JOBS];
