//! What can be listed of terms of payment.

use domain::access::Permission;
use kernel::text_enum::TextEnum as _;

use crate::credit::terms::DeviationState;
use crate::lists::{FilterKind, ListSpec, filter};

pub static PAYMENT_TERMS: ListSpec = ListSpec {
    resource: "payment_terms",
    permission: Permission::CreditRead,
    filters: &[filter("code", FilterKind::AnyOf, "One or several codes.")],
    sorts: &["code"],
};

pub static TERM_DEVIATIONS: ListSpec = ListSpec {
    resource: "term_deviations",
    permission: Permission::CreditRead,
    filters: &[
        filter("account", FilterKind::Id("acc"), "Of this account."),
        filter("legal_entity", FilterKind::Id("len"), "Of this legal entity."),
        filter("payment_term", FilterKind::AnyOf, "Codes of the terms asked for."),
        filter("state", FilterKind::Choice(DeviationState::TEXTS), "How far they have come."),
        filter("on", FilterKind::Date, "Valid on this day."),
    ],
    sorts: &["-requested_at"],
};

pub static ALL: &[&ListSpec] = &[&PAYMENT_TERMS, &TERM_DEVIATIONS];
