//! What can be listed of messages.

use domain::access::Permission;
use domain::comms::kinds::{Channel, MessageState};
use domain::credit::alerts::{AlertSeverity, AlertState};
use kernel::text_enum::TextEnum as _;

use crate::lists::{FilterKind, FilterSpec, ListSpec};

const ACCOUNT: FilterSpec =
    FilterSpec { name: "account", kind: FilterKind::Id("acc"), doc: "Of this account." };
const LEGAL_ENTITY: FilterSpec =
    FilterSpec { name: "legal_entity", kind: FilterKind::Id("len"), doc: "Of this legal entity." };
const CODE: FilterSpec = FilterSpec { name: "code", kind: FilterKind::AnyOf, doc: "One or several codes." };

pub static MESSAGES: ListSpec = ListSpec {
    resource: "messages",
    permission: Permission::MessageRead,
    filters: &[
        ACCOUNT,
        LEGAL_ENTITY,
        FilterSpec {
            name: "state",
            kind: FilterKind::Choice(MessageState::TEXTS),
            doc: "How far it has come.",
        },
        FilterSpec { name: "channel", kind: FilterKind::Choice(Channel::TEXTS), doc: "By which way." },
        FilterSpec { name: "template", kind: FilterKind::AnyOf, doc: "Codes of templates." },
        FilterSpec { name: "run", kind: FilterKind::Id("run"), doc: "Planned by this dunning run." },
        FilterSpec { name: "recipient", kind: FilterKind::Text, doc: "Part of the address." },
        FilterSpec {
            name: "planned_from",
            kind: FilterKind::Date,
            doc: "Planned on or after this day (UTC).",
        },
        FilterSpec { name: "planned_to", kind: FilterKind::Date, doc: "Planned before this day (UTC)." },
    ],
    sorts: &["-planned_at"],
};

pub static TEMPLATES: ListSpec = ListSpec {
    resource: "templates",
    permission: Permission::TemplateRead,
    filters: &[
        CODE,
        FilterSpec { name: "language", kind: FilterKind::AnyOf, doc: "Language tags." },
        FilterSpec {
            name: "state",
            kind: FilterKind::Choice(&["active", "retired"]),
            doc: "In use, or not.",
        },
    ],
    sorts: &["code"],
};

pub static CONTACT_POLICIES: ListSpec = ListSpec {
    resource: "contact_policies",
    permission: Permission::TemplateRead,
    filters: &[
        CODE,
        FilterSpec {
            name: "state",
            kind: FilterKind::Choice(&["active", "retired"]),
            doc: "In use, or not.",
        },
    ],
    sorts: &["code"],
};

pub static ALERTS: ListSpec = ListSpec {
    resource: "alerts",
    permission: Permission::MessageRead,
    filters: &[
        ACCOUNT,
        LEGAL_ENTITY,
        FilterSpec { name: "holder", kind: FilterKind::AnyId, doc: "About this account, party or group." },
        FilterSpec { name: "kind", kind: FilterKind::AnyOf, doc: "Kinds of alerts." },
        FilterSpec { name: "state", kind: FilterKind::Choice(AlertState::TEXTS), doc: "Where it stands." },
        FilterSpec {
            name: "severity",
            kind: FilterKind::Choice(AlertSeverity::TEXTS),
            doc: "How bad it is.",
        },
        FilterSpec { name: "escalated_to", kind: FilterKind::AnyOf, doc: "Roles it was handed up to." },
        FilterSpec { name: "due_to", kind: FilterKind::Date, doc: "Tells of a date up to this day." },
        FilterSpec {
            name: "open",
            kind: FilterKind::Flag,
            doc: "Only those that stand, or only resolved ones.",
        },
    ],
    sorts: &["-raised_at"],
};

/// Every list of this context.
pub static ALL: &[&ListSpec] = &[&MESSAGES, &TEMPLATES, &CONTACT_POLICIES, &ALERTS];
