//! What can be listed of credit.

use domain::access::Permission;
use domain::credit::exposure::Component;
use domain::credit::groups::RelationKind;
use domain::credit::policy::{CheckOutcome, Checkpoint};
use kernel::text_enum::TextEnum as _;

use crate::credit::store::ReservationState;
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
        filter("outcome", FilterKind::Choice(CheckOutcome::TEXTS), "What was answered."),
        filter("checkpoint", FilterKind::Choice(Checkpoint::TEXTS), "At which step of the sale."),
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
        filter("state", FilterKind::Choice(ReservationState::TEXTS), "Held, or how it ended."),
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
        filter("component", FilterKind::Choice(Component::TEXTS), "Parts of exposure."),
        filter(
            "kind",
            FilterKind::Choice(&["receivable", "instrument", "order", "delivery", "reservation"]),
            "Kinds of documents.",
        ),
        filter("currency", FilterKind::AnyOf, "ISO 4217, one or several."),
    ],
    sorts: &["id"],
};

pub static PARTY_RELATIONS: ListSpec = ListSpec {
    resource: "party_relations",
    permission: Permission::CustomersRead,
    filters: &[
        filter("party", FilterKind::Id("pty"), "In which this party stands, on either side."),
        filter("kind", FilterKind::Choice(RelationKind::TEXTS), "How they belong together."),
        filter("origin", FilterKind::Choice(&["pushed", "manual"]), "Who made it."),
        filter("on", FilterKind::Date, "In force on this day."),
    ],
    sorts: &["-recorded_at"],
};

/// Every list of this context.
pub static ALL: &[&ListSpec] = &[&CREDIT_CHECKS, &CREDIT_RESERVATIONS, &EXPOSURE_ITEMS, &PARTY_RELATIONS];
