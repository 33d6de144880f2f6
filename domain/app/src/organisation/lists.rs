//! What can be listed of the organisation.

use domain::access::Permission;

use crate::lists::{FilterKind, FilterSpec, ListSpec};

const CODE: FilterSpec = FilterSpec { name: "code", kind: FilterKind::AnyOf, doc: "One or several codes." };
const NAME: FilterSpec =
    FilterSpec { name: "name", kind: FilterKind::Text, doc: "Part of the name, in any case." };

pub static MANDANTS: ListSpec = ListSpec {
    resource: "mandants",
    permission: Permission::OrganisationRead,
    filters: &[CODE, NAME],
    sorts: &["code"],
};

pub static LEGAL_ENTITIES: ListSpec = ListSpec {
    resource: "legal_entities",
    permission: Permission::OrganisationRead,
    filters: &[
        CODE,
        NAME,
        FilterSpec { name: "mandant", kind: FilterKind::Id("man"), doc: "Of this mandant." },
        FilterSpec { name: "country", kind: FilterKind::AnyOf, doc: "ISO 3166-1 alpha-2." },
    ],
    sorts: &["code"],
};

pub static SOURCES: ListSpec = ListSpec {
    resource: "sources",
    permission: Permission::OrganisationRead,
    filters: &[
        CODE,
        FilterSpec { name: "legal_entity", kind: FilterKind::Id("len"), doc: "Of this legal entity." },
    ],
    sorts: &["code"],
};

/// Every list of this context.
pub static ALL: &[&ListSpec] = &[&MANDANTS, &LEGAL_ENTITIES, &SOURCES];
