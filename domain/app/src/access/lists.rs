//! What can be listed of access.

use domain::access::Permission;

use crate::lists::{FilterKind, FilterSpec, ListSpec};

pub static USERS: ListSpec = ListSpec {
    resource: "users",
    permission: Permission::UserRead,
    filters: &[
        FilterSpec { name: "login", kind: FilterKind::AnyOf, doc: "One or several logins." },
        FilterSpec { name: "name", kind: FilterKind::Text, doc: "Part of the name, in any case." },
        FilterSpec { name: "role", kind: FilterKind::AnyOf, doc: "Has one of these roles." },
        FilterSpec { name: "disabled", kind: FilterKind::Flag, doc: "Disabled or not." },
    ],
    sorts: &["login"],
};

pub static API_KEYS: ListSpec = ListSpec {
    resource: "api_keys",
    permission: Permission::KeyManage,
    filters: &[
        FilterSpec { name: "name", kind: FilterKind::Text, doc: "Part of the name, in any case." },
        FilterSpec { name: "revoked", kind: FilterKind::Flag, doc: "Revoked or not." },
    ],
    sorts: &["-created_at"],
};

/// Every list of this context.
pub static ALL: &[&ListSpec] = &[&USERS, &API_KEYS];
