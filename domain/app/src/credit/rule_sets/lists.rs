//! What can be listed of rule sets.

use domain::access::Permission;

use crate::lists::{FilterKind, FilterSpec, ListSpec};

pub static RULE_SETS: ListSpec = ListSpec {
    resource: "rule_sets",
    permission: Permission::RulesRead,
    filters: &[
        FilterSpec { name: "kind", kind: FilterKind::AnyOf, doc: "One or several kinds." },
        FilterSpec { name: "code", kind: FilterKind::AnyOf, doc: "One or several codes." },
        FilterSpec {
            name: "state",
            kind: FilterKind::Choice(&["draft", "active", "retired"]),
            doc: "One or several states.",
        },
    ],
    sorts: &["code"],
};

/// Every list of this context.
pub static ALL: &[&ListSpec] = &[&RULE_SETS];
