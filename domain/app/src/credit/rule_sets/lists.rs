//! What can be listed of rule sets.

use domain::access::Permission;
use domain::credit::rule_sets::RuleKind;
use kernel::text_enum::TextEnum as _;

use crate::lists::{FilterKind, FilterSpec, ListSpec};

pub static RULE_SETS: ListSpec = ListSpec {
    resource: "rule_sets",
    permission: Permission::RulesRead,
    filters: &[
        FilterSpec { name: "kind", kind: FilterKind::Choice(RuleKind::TEXTS), doc: "Kinds of rules." },
        FilterSpec { name: "code", kind: FilterKind::AnyOf, doc: "One or several codes." },
        FilterSpec {
            name: "state",
            kind: FilterKind::Choice(&["draft", "active", "retired"]),
            doc: "Where they stand.",
        },
    ],
    sorts: &["code"],
};

/// Every list of this context.
pub static ALL: &[&ListSpec] = &[&RULE_SETS];
