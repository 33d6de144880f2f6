//! What can be listed of limits.

use domain::access::Permission;
use domain::credit::approval::{ApplicationState, StandInKind};
use domain::credit::holder::HolderKind;
use domain::credit::limits::{LimitHolderKind, LimitOrigin, LimitType};
use domain::credit::policy::Part;
use kernel::text_enum::TextEnum as _;

use crate::credit::limits::reviews::ReviewCause;
use crate::lists::{FilterKind, FilterSpec, ListSpec, filter};

const HOLDER_KIND: FilterSpec =
    filter("holder_kind", FilterKind::Choice(LimitHolderKind::TEXTS), "Kinds of holder.");
const ACCOUNT: FilterSpec = filter("account", FilterKind::Id("acc"), "Of this account itself.");
const PARTY: FilterSpec =
    filter("party", FilterKind::Id("pty"), "Of this party, as a party or as the head of its group.");
const LEGAL_ENTITY: FilterSpec =
    filter("legal_entity", FilterKind::Id("len"), "Of this legal entity, or of all.");
const LIMIT_TYPE: FilterSpec = filter("limit_type", FilterKind::Choice(LimitType::TEXTS), "Types of limits.");

pub static CREDIT_LIMITS: ListSpec = ListSpec {
    resource: "credit_limits",
    permission: Permission::CreditRead,
    filters: &[
        HOLDER_KIND,
        ACCOUNT,
        PARTY,
        filter("segment", FilterKind::AnyOf, "Of these segments."),
        LEGAL_ENTITY,
        LIMIT_TYPE,
        filter("component", FilterKind::Choice(Part::TEXTS), "Limits of these parts of exposure."),
        filter("currency", FilterKind::AnyOf, "ISO 4217, one or several."),
        filter("reference", FilterKind::AnyOf, "Numbers of policies and guarantees."),
        filter("origin", FilterKind::Choice(LimitOrigin::TEXTS), "How they came about."),
        filter("on", FilterKind::Date, "Valid on this day."),
        filter(
            "known_on",
            FilterKind::Date,
            "As it was known at the end of this day (UTC); superseded ones included.",
        ),
        filter("expiring_before", FilterKind::Date, "That end before this day."),
        filter("superseded", FilterKind::Flag, "Superseded, or not."),
    ],
    sorts: &["-recorded_at", "until"],
};

pub static LIMIT_APPLICATIONS: ListSpec = ListSpec {
    resource: "limit_applications",
    permission: Permission::CreditRead,
    filters: &[
        filter("holder_kind", FilterKind::Choice(HolderKind::TEXTS), "Kinds of holder."),
        ACCOUNT,
        PARTY,
        LEGAL_ENTITY,
        LIMIT_TYPE,
        filter("state", FilterKind::Choice(ApplicationState::TEXTS), "How far they have come."),
        filter("requested_by", FilterKind::Id("usr"), "That this person asked for."),
    ],
    sorts: &["-created_at"],
};

pub static LIMIT_REVIEWS: ListSpec = ListSpec {
    resource: "limit_reviews",
    permission: Permission::CreditRead,
    filters: &[
        ACCOUNT,
        PARTY,
        LEGAL_ENTITY,
        LIMIT_TYPE,
        filter("cause", FilterKind::Choice(ReviewCause::TEXTS), "Why it is on the agenda."),
        filter("done", FilterKind::Flag, "Finished, or not."),
        filter("due_before", FilterKind::Date, "Due before this day."),
    ],
    sorts: &["due_on"],
};

pub static STAND_INS: ListSpec = ListSpec {
    resource: "stand_ins",
    permission: Permission::LimitApprove,
    filters: &[
        filter("person", FilterKind::Id("usr"), "For this person."),
        filter("stand_in", FilterKind::Id("usr"), "By this person."),
        filter("kind", FilterKind::Choice(StandInKind::TEXTS), "Why."),
        filter("on", FilterKind::Date, "In force on this day."),
        filter("ended", FilterKind::Flag, "Ended before its time, or not."),
    ],
    sorts: &["-recorded_at"],
};

pub static ALL: &[&ListSpec] = &[&CREDIT_LIMITS, &LIMIT_APPLICATIONS, &LIMIT_REVIEWS, &STAND_INS];
