//! What can be listed of rates.

use domain::access::Permission;

use crate::lists::{FilterKind, FilterSpec, ListSpec};

const ON: FilterSpec = FilterSpec { name: "on", kind: FilterKind::Date, doc: "In force on this day." };
const JURISDICTION: FilterSpec =
    FilterSpec { name: "jurisdiction", kind: FilterKind::AnyOf, doc: "ISO 3166 codes, e.g. ES." };
const SUPERSEDED: FilterSpec = FilterSpec {
    name: "superseded",
    kind: FilterKind::Flag,
    doc: "Replaced by a later record, or still in force.",
};

pub static LEGAL_RATES: ListSpec = ListSpec {
    resource: "legal_rates",
    permission: Permission::RateRead,
    filters: &[JURISDICTION, ON, SUPERSEDED],
    sorts: &["-valid_from"],
};

pub static FIXED_COMPENSATIONS: ListSpec = ListSpec {
    resource: "fixed_compensations",
    permission: Permission::RateRead,
    filters: &[JURISDICTION, ON, SUPERSEDED],
    sorts: &["-valid_from"],
};

pub static FX_RATES: ListSpec = ListSpec {
    resource: "fx_rates",
    permission: Permission::RateRead,
    filters: &[
        FilterSpec { name: "source", kind: FilterKind::AnyOf, doc: "Who quotes, e.g. ECB." },
        FilterSpec { name: "base", kind: FilterKind::AnyOf, doc: "ISO 4217." },
        FilterSpec { name: "quote", kind: FilterKind::AnyOf, doc: "ISO 4217." },
        FilterSpec { name: "from", kind: FilterKind::Date, doc: "Quoted on or after this day." },
        FilterSpec { name: "to", kind: FilterKind::Date, doc: "Quoted on or before this day." },
        FilterSpec {
            name: "in_force",
            kind: FilterKind::Flag,
            doc: "Recorded last for its pair and day, or corrected since.",
        },
    ],
    sorts: &["-quoted_on"],
};

pub static BUCKET_SETS: ListSpec = ListSpec {
    resource: "bucket_sets",
    permission: Permission::RateRead,
    filters: &[FilterSpec { name: "code", kind: FilterKind::AnyOf, doc: "One or several codes." }],
    sorts: &["code"],
};

/// Every list of this context.
pub static ALL: &[&ListSpec] = &[&LEGAL_RATES, &FIXED_COMPENSATIONS, &FX_RATES, &BUCKET_SETS];
