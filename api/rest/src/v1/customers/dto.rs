//! Shapes of customers on the wire.

use app::customers::{CustomerKind, Edited, Portfolio};
use kernel::id::{AccountId, ContactId, PartyId, PortfolioId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::answer::Versioned;

/// A legal person.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Party)]
pub(crate) struct PartyDto {
    #[schema(example = "pty_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    /// company, person, public_body.
    kind: String,
    name: String,
    tax_id: Option<String>,
    lei: Option<String>,
    national_id: Option<String>,
    country: Option<String>,
    language: Option<String>,
    /// The group it belongs to.
    parent_id: Option<String>,
    parent_name: Option<String>,
    segment: Option<String>,
    address: Vec<String>,
    #[schema(format = Date)]
    insolvent_since: Option<String>,
    vulnerable: bool,
    intercompany: bool,
    doubtful: bool,
    #[schema(value_type = Object)]
    attributes: Value,
    /// How many accounts it has today.
    accounts: i64,
    /// Fields set by hand, each with the value last pushed. All others hold what was pushed.
    #[schema(value_type = Object)]
    overrides: Value,
    version: i64,
    #[schema(format = DateTime)]
    created_at: String,
}

/// A customer number in one company code of an ERP. Amounts are today's, in the account's currency.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Account)]
pub(crate) struct AccountDto {
    #[schema(example = "acc_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    number: String,
    name: String,
    legal_entity_id: String,
    /// Code of the legal entity.
    legal_entity: String,
    /// Code of the source that pushes it.
    source: Option<String>,
    /// Whose account it is today.
    party_id: Option<String>,
    party_name: Option<String>,
    tax_id: Option<String>,
    currency: String,
    language: Option<String>,
    time_zone: Option<String>,
    calendar_code: Option<String>,
    /// The account that receives its letters; itself by default.
    dunning_account_id: String,
    portfolio_id: Option<String>,
    /// Code of the portfolio.
    portfolio: Option<String>,
    segment: Option<String>,
    scenario_code: Option<String>,
    payment_terms_days: Option<i16>,
    roles: Vec<String>,
    address: Vec<String>,
    #[schema(value_type = Object)]
    attributes: Value,
    /// Debits and credits together.
    #[schema(example = "1250.5")]
    open_amount: String,
    /// Debits past their due date.
    overdue_amount: String,
    /// Credit notes and unallocated cash: zero or negative.
    credits_amount: String,
    open_items: i64,
    overdue_items: i64,
    days_overdue_max: i64,
    /// Other currencies in which something is open; see its balances.
    other_currencies: Vec<String>,
    /// Fields set by hand, each with the value last pushed.
    #[schema(value_type = Object)]
    overrides: Value,
    version: i64,
    #[schema(format = DateTime)]
    created_at: String,
}

/// A person or mailbox of an account.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Contact)]
pub(crate) struct ContactDto {
    #[schema(example = "con_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    account_id: String,
    account_number: String,
    name: String,
    role: String,
    purposes: Vec<String>,
    email: Option<String>,
    phone: Option<String>,
    language: Option<String>,
    /// Among contacts that fit equally the lowest comes first.
    position: i16,
    opted_out_channels: Vec<String>,
    #[schema(format = DateTime)]
    retired_at: Option<String>,
    /// `pushed` by an ERP, or made here (`manual`).
    origin: String,
    /// Fields set by hand, each with the value last pushed.
    #[schema(value_type = Object)]
    overrides: Value,
    version: i64,
    #[schema(format = DateTime)]
    created_at: String,
}

/// A set of accounts given to somebody.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Portfolio)]
pub(crate) struct PortfolioDto {
    #[schema(example = "prt_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    code: String,
    name: String,
    /// How many accounts are in it.
    accounts: i64,
    version: i64,
    #[schema(format = DateTime)]
    created_at: String,
}

/// What an edit left behind; read the object for the rest.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Edited)]
pub(crate) struct EditedDto {
    id: String,
    version: i64,
    /// Fields that are set by hand now.
    manual_fields: Vec<String>,
}

impl EditedDto {
    pub(super) fn new(kind: CustomerKind, edited: Edited) -> Self {
        let id = match kind {
            CustomerKind::Party => PartyId(edited.id).to_string(),
            CustomerKind::Account => AccountId(edited.id).to_string(),
            CustomerKind::Contact => ContactId(edited.id).to_string(),
        };
        Self { id, version: edited.version, manual_fields: edited.manual_fields }
    }
}

impl From<Portfolio> for PortfolioDto {
    fn from(Portfolio { id, code, name, version, created_at }: Portfolio) -> Self {
        let (id, created_at) = (PortfolioId(id).to_string(), created_at.to_rfc3339());
        Self { id, code, name, accounts: 0, version, created_at }
    }
}

impl Versioned for PartyDto {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }

    fn is_settled_by_version(&self) -> bool {
        false
    }
}

impl Versioned for AccountDto {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }

    fn is_settled_by_version(&self) -> bool {
        false
    }
}

impl Versioned for ContactDto {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}

impl Versioned for PortfolioDto {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }

    fn is_settled_by_version(&self) -> bool {
        false
    }
}

impl Versioned for EditedDto {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}
