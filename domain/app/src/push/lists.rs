//! What can be listed of pushing.

use domain::access::Permission;
use kernel::text_enum::TextEnum as _;

use crate::lists::{FilterKind, FilterSpec, ListSpec};
use crate::push::{KeyKind, SessionState};

pub static PUSH_SESSIONS: ListSpec = ListSpec {
    resource: "push_sessions",
    permission: Permission::PushRead,
    filters: &[
        FilterSpec { name: "source", kind: FilterKind::AnyOf, doc: "Codes of sources." },
        FilterSpec {
            name: "state",
            kind: FilterKind::Choice(SessionState::TEXTS),
            doc: "How far they have come.",
        },
        FilterSpec {
            name: "started_from",
            kind: FilterKind::Date,
            doc: "Started on or after this day (UTC).",
        },
    ],
    sorts: &["-started_at"],
};

pub static PARKED_ROWS: ListSpec = ListSpec {
    resource: "parked_rows",
    permission: Permission::PushRead,
    filters: &[
        FilterSpec { name: "source", kind: FilterKind::AnyOf, doc: "Codes of sources." },
        FilterSpec { name: "kind", kind: FilterKind::Choice(KeyKind::TEXTS), doc: "Kinds of rows." },
    ],
    sorts: &["-parked_at"],
};

/// Every list of this context.
pub static ALL: &[&ListSpec] = &[&PUSH_SESSIONS, &PARKED_ROWS];
