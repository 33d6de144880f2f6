//! What can be listed of the audit trail.

use domain::access::{Permission, PrincipalKind};
use kernel::text_enum::TextEnum as _;

use crate::lists::{FilterKind, FilterSpec, ListSpec};

pub static AUDIT_ENTRIES: ListSpec = ListSpec {
    resource: "audit_entries",
    permission: Permission::AuditRead,
    filters: &[
        FilterSpec { name: "actor", kind: FilterKind::AnyId, doc: "Id of a user or API key." },
        FilterSpec { name: "actor_name", kind: FilterKind::Text, doc: "Part of the name, in any case." },
        FilterSpec { name: "actor_kind", kind: FilterKind::Choice(PrincipalKind::TEXTS), doc: "Who did it." },
        FilterSpec { name: "object", kind: FilterKind::AnyId, doc: "Id of what was changed, of any kind." },
        FilterSpec { name: "account", kind: FilterKind::Id("acc"), doc: "About this account." },
        FilterSpec { name: "legal_entity", kind: FilterKind::Id("len"), doc: "Of this legal entity." },
        FilterSpec { name: "kind", kind: FilterKind::AnyOf, doc: "Event types, see docs/events.md." },
        FilterSpec {
            name: "operation",
            kind: FilterKind::Text,
            doc: "Beginning of an event type, e.g. access.",
        },
        FilterSpec { name: "request_id", kind: FilterKind::Text, doc: "The id of one request." },
        FilterSpec { name: "with_reason", kind: FilterKind::Flag, doc: "With a reason given, or without." },
        FilterSpec { name: "from", kind: FilterKind::Date, doc: "On or after this day (UTC)." },
        FilterSpec { name: "to", kind: FilterKind::Date, doc: "On or before this day (UTC)." },
    ],
    sorts: &["-recorded_at"],
};

/// What rows said before a push replaced them.
pub static REVISIONS: ListSpec = ListSpec {
    resource: "revisions",
    permission: Permission::AuditRead,
    filters: &[
        FilterSpec {
            name: "object",
            kind: FilterKind::AnyId,
            doc: "Id of the object, of any of these kinds.",
        },
        FilterSpec {
            name: "object_kind",
            kind: FilterKind::Choice(&["party", "account", "contact", "receivable", "instrument"]),
            doc: "What was replaced.",
        },
        FilterSpec { name: "account", kind: FilterKind::Id("acc"), doc: "Of this account." },
        FilterSpec { name: "event", kind: FilterKind::Id("evt"), doc: "Replaced by this event." },
        FilterSpec { name: "from", kind: FilterKind::Date, doc: "Replaced on or after this day (UTC)." },
        FilterSpec { name: "to", kind: FilterKind::Date, doc: "Replaced on or before this day (UTC)." },
    ],
    sorts: &["-replaced_at"],
};

/// Every list of this context.
pub static ALL: &[&ListSpec] = &[&AUDIT_ENTRIES, &REVISIONS];
