//! What can be listed of declared attributes.

use domain::access::Permission;
use domain::attributes::{AttributeOwner, AttributeType};
use kernel::text_enum::TextEnum as _;

use crate::lists::{FilterKind, FilterSpec, ListSpec};

pub static ATTRIBUTES: ListSpec = ListSpec {
    resource: "attributes",
    permission: Permission::AttributeRead,
    filters: &[
        FilterSpec {
            name: "owner",
            kind: FilterKind::Choice(AttributeOwner::TEXTS),
            doc: "What the attribute belongs to.",
        },
        FilterSpec { name: "name", kind: FilterKind::AnyOf, doc: "One or several names." },
        FilterSpec {
            name: "type",
            kind: FilterKind::Choice(AttributeType::TEXTS),
            doc: "Type of the value.",
        },
    ],
    sorts: &["name"],
};

/// Every list of this context.
pub static ALL: &[&ListSpec] = &[&ATTRIBUTES];
