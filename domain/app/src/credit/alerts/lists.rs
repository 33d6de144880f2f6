//! What can be listed of alert runs; alerts themselves are listed in [`crate::messages::lists`].

use domain::access::Permission;

use crate::lists::{FilterKind, FilterSpec, ListSpec};

pub static ALERT_RUNS: ListSpec = ListSpec {
    resource: "alert_runs",
    permission: Permission::MessageRead,
    filters: &[
        FilterSpec {
            name: "state",
            kind: FilterKind::Choice(&["running", "finished", "failed"]),
            doc: "One or several states.",
        },
        FilterSpec { name: "business_on", kind: FilterKind::Date, doc: "For this business date." },
    ],
    sorts: &["-started_at"],
};

/// Every list of this context.
pub static ALL: &[&ListSpec] = &[&ALERT_RUNS];
