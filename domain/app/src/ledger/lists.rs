//! What can be listed of the ledger.

use domain::access::Permission;
use domain::attributes::AttributeOwner;
use domain::receivables::kinds::{
    AllocationRule, EntryKind, InstrumentKind, InstrumentStatus, ReceivableKind,
};
use kernel::text_enum::TextEnum as _;

use crate::lists::{FilterKind, FilterSpec, ListSpec, attribute, filter};

const ACCOUNT: FilterSpec = filter("account", FilterKind::Id("acc"), "Of this account.");
const PARTY: FilterSpec = filter("party", FilterKind::Id("pty"), "Of the accounts this party has today.");
const LEGAL_ENTITY: FilterSpec = filter("legal_entity", FilterKind::Id("len"), "Of this legal entity.");
const PORTFOLIO: FilterSpec = filter("portfolio", FilterKind::Id("prt"), "Of accounts in this portfolio.");
const CURRENCY: FilterSpec = filter("currency", FilterKind::AnyOf, "ISO 4217.");
const EFFECTIVE_FROM: FilterSpec =
    filter("effective_from", FilterKind::Date, "Effective on or after this business date.");
const EFFECTIVE_TO: FilterSpec =
    filter("effective_to", FilterKind::Date, "Effective on or before this business date.");

pub static RECEIVABLES: ListSpec = ListSpec {
    resource: "receivables",
    permission: Permission::ReceivablesRead,
    filters: &[
        ACCOUNT,
        PARTY,
        LEGAL_ENTITY,
        PORTFOLIO,
        CURRENCY,
        filter("kind", FilterKind::Choice(ReceivableKind::TEXTS), "Kind of receivable."),
        filter("status", FilterKind::Choice(&["open", "partly_settled", "settled"]), "Where it stands."),
        filter("open", FilterKind::Flag, "Whether anything is open."),
        filter("overdue", FilterKind::Flag, "Whether it is an open debit item past its due date in force."),
        filter("disputed", FilterKind::Flag, "Whether the customer contests it."),
        filter("document_no", FilterKind::AnyOf, "Printed numbers, exactly."),
        filter("order_no", FilterKind::AnyOf, "Order numbers, exactly."),
        filter("payment_reference", FilterKind::AnyOf, "Payment references, exactly."),
        filter("external_id", FilterKind::AnyOf, "Keys by which an ERP pushed them."),
        filter("due_from", FilterKind::Date, "Due date in force on or after."),
        filter("due_to", FilterKind::Date, "Due date in force on or before."),
        filter("issued_from", FilterKind::Date, "Issued on or after."),
        filter("issued_to", FilterKind::Date, "Issued on or before."),
        filter("open_min", FilterKind::Amount, "Open amount at least."),
        filter("open_max", FilterKind::Amount, "Open amount at most."),
        filter("days_overdue_min", FilterKind::Integer, "Open and overdue by at least so many days."),
        filter("dimension", FilterKind::Text, "With this value of a free dimension: NAME:VALUE."),
        attribute(AttributeOwner::Receivable),
    ],
    sorts: &["id", "due_on", "issue_on", "open_amount", "document_no"],
};

pub static ENTRIES: ListSpec = ListSpec {
    resource: "entries",
    permission: Permission::ReceivablesRead,
    filters: &[
        ACCOUNT,
        PARTY,
        LEGAL_ENTITY,
        PORTFOLIO,
        CURRENCY,
        filter("receivable", FilterKind::Id("rcv"), "On this receivable."),
        filter("allocation", FilterKind::Id("alo"), "Made by this allocation."),
        filter("kind", FilterKind::Choice(EntryKind::TEXTS), "Kind of entry."),
        EFFECTIVE_FROM,
        EFFECTIVE_TO,
        filter("recorded_from", FilterKind::Date, "Recorded on or after this day (UTC)."),
        filter("reference", FilterKind::AnyOf, "References, exactly."),
    ],
    sorts: &["id", "effective_on"],
};

pub static ALLOCATIONS: ListSpec = ListSpec {
    resource: "allocations",
    permission: Permission::ReceivablesRead,
    filters: &[
        ACCOUNT,
        PARTY,
        LEGAL_ENTITY,
        PORTFOLIO,
        CURRENCY,
        filter("receivable", FilterKind::Id("rcv"), "With this receivable on either side."),
        filter("rule", FilterKind::Choice(AllocationRule::TEXTS), "How it was found."),
        filter("reversed", FilterKind::Flag, "Whether it was taken back."),
        EFFECTIVE_FROM,
        EFFECTIVE_TO,
    ],
    sorts: &["id", "effective_on"],
};

pub static INSTRUMENTS: ListSpec = ListSpec {
    resource: "instruments",
    permission: Permission::InstrumentsRead,
    filters: &[
        ACCOUNT,
        PARTY,
        LEGAL_ENTITY,
        PORTFOLIO,
        CURRENCY,
        filter("kind", FilterKind::Choice(InstrumentKind::TEXTS), "Kind of instrument."),
        filter("status", FilterKind::Choice(InstrumentStatus::TEXTS), "Where it stands."),
        filter("number", FilterKind::AnyOf, "Numbers, exactly."),
        filter("receivable", FilterKind::Id("rcv"), "That promises to pay this receivable."),
        filter("maturity_from", FilterKind::Date, "Maturing on or after."),
        filter("maturity_to", FilterKind::Date, "Maturing on or before."),
    ],
    sorts: &["id", "maturity_on"],
};

/// Every list of this context.
pub static ALL: &[&ListSpec] = &[&RECEIVABLES, &ENTRIES, &ALLOCATIONS, &INSTRUMENTS];
