//! What can be listed of external ratings.

use domain::access::Permission;
use kernel::text_enum::TextEnum as _;

use crate::credit::external::ReportOrigin;
use crate::credit::external::inbox::{InboxReason, InboxState};
use crate::credit::scoring::lists::PARTY;
use crate::lists::{FilterKind, FilterSpec, ListSpec};

const PROVIDER: FilterSpec =
    FilterSpec { name: "provider", kind: FilterKind::AnyOf, doc: "One or several codes of providers." };

pub static RATING_PROVIDERS: ListSpec = ListSpec {
    resource: "rating_providers",
    permission: Permission::CreditRead,
    filters: &[],
    sorts: &["code"],
};

pub static EXTERNAL_RATINGS: ListSpec = ListSpec {
    resource: "external_ratings",
    permission: Permission::CreditRead,
    filters: &[
        PARTY,
        PROVIDER,
        FilterSpec { name: "on", kind: FilterKind::Date, doc: "To be relied on, on this day." },
        FilterSpec { name: "downgrade", kind: FilterKind::Flag, doc: "Worse than the one before, or not." },
        FilterSpec {
            name: "origin",
            kind: FilterKind::Choice(ReportOrigin::TEXTS),
            doc: "By interface, file or hand.",
        },
    ],
    sorts: &["-recorded_at", "-rated_on"],
};

pub static EXTERNAL_INBOX: ListSpec = ListSpec {
    resource: "external_inbox",
    permission: Permission::CreditRead,
    filters: &[
        PROVIDER,
        FilterSpec { name: "state", kind: FilterKind::Choice(InboxState::TEXTS), doc: "Where they stand." },
        FilterSpec { name: "reason", kind: FilterKind::Choice(InboxReason::TEXTS), doc: "Why they wait." },
    ],
    sorts: &["-received_at"],
};

/// Every list of this context.
pub static ALL: &[&ListSpec] = &[&RATING_PROVIDERS, &EXTERNAL_RATINGS, &EXTERNAL_INBOX];
