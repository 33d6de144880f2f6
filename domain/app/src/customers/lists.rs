//! What can be listed of customers.

use domain::access::Permission;
use domain::attributes::AttributeOwner;
use domain::comms::kinds::{ContactPurpose, ContactRole};
use kernel::text_enum::TextEnum as _;

use crate::lists::{FilterKind, FilterSpec, ListSpec, attribute, filter};
use crate::push::parties::PartyKind;

const NAME: FilterSpec =
    filter("name", FilterKind::Text, "Part of the name; accents and case make no difference.");
const COUNTRY: FilterSpec = filter("country", FilterKind::AnyOf, "ISO 3166-1 alpha-2.");
const SEGMENT: FilterSpec = filter("segment", FilterKind::AnyOf, "Segments as the ERP names them.");
const TAX_ID: FilterSpec = filter("tax_id", FilterKind::AnyOf, "Tax ids without spaces, points and hyphens.");
const EXTERNAL_ID: FilterSpec = filter("external_id", FilterKind::AnyOf, "Keys by which an ERP pushed them.");
const OVERRIDDEN: FilterSpec =
    filter("overridden", FilterKind::Flag, "Whether a field was set by hand and is kept against the ERP.");

pub static PARTIES: ListSpec = ListSpec {
    resource: "parties",
    permission: Permission::CustomersRead,
    filters: &[
        NAME,
        TAX_ID,
        filter("kind", FilterKind::Choice(PartyKind::TEXTS), "Kind of person."),
        COUNTRY,
        SEGMENT,
        filter("parent", FilterKind::Id("pty"), "Direct members of this group."),
        filter("legal_entity", FilterKind::Id("len"), "With an account in this legal entity."),
        filter("insolvent", FilterKind::Flag, "Whether an insolvency date is known."),
        EXTERNAL_ID,
        OVERRIDDEN,
        attribute(AttributeOwner::Party),
    ],
    sorts: &["name", "created_at"],
};

pub static ACCOUNTS: ListSpec = ListSpec {
    resource: "accounts",
    permission: Permission::CustomersRead,
    filters: &[
        NAME,
        filter("number", FilterKind::AnyOf, "Customer numbers."),
        filter("party", FilterKind::Id("pty"), "Of this party today."),
        filter("legal_entity", FilterKind::Id("len"), "Of this legal entity."),
        filter("mandant", FilterKind::Id("man"), "Of the legal entities of this mandant."),
        filter("portfolio", FilterKind::Id("prt"), "In this portfolio."),
        filter("source", FilterKind::AnyOf, "Codes of sources."),
        filter("currency", FilterKind::AnyOf, "Account currencies, ISO 4217."),
        TAX_ID,
        SEGMENT,
        filter(
            "dunning_account",
            FilterKind::Id("acc"),
            "Whose letters go to this account: one dunning group.",
        ),
        filter("has_open", FilterKind::Flag, "Whether anything is open."),
        filter("has_overdue", FilterKind::Flag, "Whether a debit item is overdue today."),
        EXTERNAL_ID,
        OVERRIDDEN,
        attribute(AttributeOwner::Account),
    ],
    sorts: &["number", "name", "created_at"],
};

pub static CONTACTS: ListSpec = ListSpec {
    resource: "contacts",
    permission: Permission::CustomersRead,
    filters: &[
        NAME,
        filter("account", FilterKind::Id("acc"), "Of this account."),
        filter("email", FilterKind::AnyOf, "Addresses, in any case."),
        filter("role", FilterKind::Choice(ContactRole::TEXTS), "What the contact does at the customer."),
        filter("purpose", FilterKind::Choice(ContactPurpose::TEXTS), "Used for one of these."),
        filter("origin", FilterKind::Choice(&["pushed", "manual"]), "Who made it."),
        filter("retired", FilterKind::Flag, "Whether it is no longer used."),
        OVERRIDDEN,
    ],
    sorts: &["account", "name"],
};

pub static PORTFOLIOS: ListSpec = ListSpec {
    resource: "portfolios",
    permission: Permission::OrganisationRead,
    filters: &[filter("code", FilterKind::AnyOf, "One or several codes."), NAME],
    sorts: &["code"],
};

/// Every list of this context.
pub static ALL: &[&ListSpec] = &[&PARTIES, &ACCOUNTS, &CONTACTS, &PORTFOLIOS];
