//! What can be listed of alert runs; alerts themselves are listed in [`crate::messages::lists`].

use domain::access::Permission;
use kernel::text_enum::TextEnum as _;

use crate::credit::alerts::AlertRunState;
use crate::lists::{FilterKind, FilterSpec, ListSpec};

pub static ALERT_RUNS: ListSpec = ListSpec {
    resource: "alert_runs",
    permission: Permission::MessageRead,
    filters: &[
        FilterSpec {
            name: "state",
            kind: FilterKind::Choice(AlertRunState::TEXTS),
            doc: "Where they stand.",
        },
        FilterSpec { name: "business_on", kind: FilterKind::Date, doc: "For this business date." },
    ],
    sorts: &["-started_at"],
};

/// Every list of this context.
pub static ALL: &[&ListSpec] = &[&ALERT_RUNS];
