//! What can be listed of calendars.

use domain::access::Permission;

use crate::lists::{FilterKind, FilterSpec, ListSpec};

pub static CALENDARS: ListSpec = ListSpec {
    resource: "calendars",
    permission: Permission::CalendarRead,
    filters: &[
        FilterSpec { name: "code", kind: FilterKind::AnyOf, doc: "One or several codes." },
        FilterSpec { name: "name", kind: FilterKind::Text, doc: "Part of the name, in any case." },
        FilterSpec { name: "country", kind: FilterKind::AnyOf, doc: "ISO 3166-1 alpha-2." },
    ],
    sorts: &["code"],
};

pub static HOLIDAYS: ListSpec = ListSpec {
    resource: "holidays",
    permission: Permission::CalendarRead,
    filters: &[
        FilterSpec { name: "calendar", kind: FilterKind::AnyOf, doc: "One or several codes of calendars." },
        FilterSpec { name: "from", kind: FilterKind::Date, doc: "On or after this day." },
        FilterSpec { name: "to", kind: FilterKind::Date, doc: "On or before this day." },
    ],
    sorts: &["day"],
};

/// Every list of this context.
pub static ALL: &[&ListSpec] = &[&CALENDARS, &HOLIDAYS];
