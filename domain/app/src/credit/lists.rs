//! What can be listed of credit.

use domain::access::Permission;

use crate::lists::{FilterKind, FilterSpec, ListSpec, filter};

const ACCOUNT: FilterSpec = filter("account", FilterKind::Id("acc"), "Of this account.");
const LEGAL_ENTITY: FilterSpec = filter("legal_entity", FilterKind::Id("len"), "Of this legal entity.");
const REFERENCE: FilterSpec = filter("reference", FilterKind::AnyOf, "Numbers of orders or quotations.");

pub static CREDIT_CHECKS: ListSpec = ListSpec {
    resource: "credit_checks",
    permission: Permission::CreditRead,
    filters: &[
        ACCOUNT,
        LEGAL_ENTITY,
        REFERENCE,
        filter("outcome", FilterKind::AnyOf, "allow, hold, refuse."),
        filter("checkpoint", FilterKind::AnyOf, "quote, order, pick, ship, invoice."),
        filter("reason", FilterKind::AnyOf, "One or several main reasons."),
        filter("released", FilterKind::Flag, "Released by a person, or not."),
        filter("degraded", FilterKind::Flag, "Answered while nothing could be looked at, or not."),
        filter("checked_from", FilterKind::Date, "Checked on or after this day (UTC)."),
        filter("checked_to", FilterKind::Date, "Checked on or before this day (UTC)."),
    ],
    sorts: &["-checked_at"],
};

pub static CREDIT_RESERVATIONS: ListSpec = ListSpec {
    resource: "credit_reservations",
    permission: Permission::CreditRead,
    filters: &[
        ACCOUNT,
        LEGAL_ENTITY,
        REFERENCE,
        filter("state", FilterKind::AnyOf, "active, consumed, released, expired."),
    ],
    sorts: &["-recorded_at"],
};

pub static EXPOSURE_ITEMS: ListSpec = ListSpec {
    resource: "exposure_items",
    permission: Permission::CreditRead,
    filters: &[
        ACCOUNT,
        filter("party", FilterKind::Id("pty"), "Of all parties that count as one with this one."),
        filter("group", FilterKind::Id("pty"), "Of the group under this party."),
        LEGAL_ENTITY,
        filter(
            "component",
            FilterKind::AnyOf,
            "open, disputed, returned, instruments, orders, deliveries, reserved, credits.",
        ),
        filter("kind", FilterKind::AnyOf, "receivable, instrument, order, delivery, reservation."),
        filter("currency", FilterKind::AnyOf, "ISO 4217, one or several."),
    ],
    sorts: &["id"],
};

pub static PARTY_RELATIONS: ListSpec = ListSpec {
    resource: "party_relations",
    permission: Permission::CustomersRead,
    filters: &[
        filter("party", FilterKind::Id("pty"), "In which this party stands, on either side."),
        filter("kind", FilterKind::AnyOf, "parent, branch, joint_control, merged."),
        filter("origin", FilterKind::AnyOf, "pushed, manual."),
        filter("on", FilterKind::Date, "In force on this day."),
    ],
    sorts: &["-recorded_at"],
};

/// Every list of this context.
pub static ALL: &[&ListSpec] = &[&CREDIT_CHECKS, &CREDIT_RESERVATIONS, &EXPOSURE_ITEMS, &PARTY_RELATIONS];
