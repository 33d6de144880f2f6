//! Shapes of customers on the wire.

use app::customers::{CustomerKind, Edited, Portfolio};
use kernel::id::{AccountId, ContactId, PartyId, PortfolioId};
use serde::{Deserialize, Deserializer, Serialize};
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

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreatePortfolio)]
pub(crate) struct CreatePortfolioBody {
    /// 1 to 40 letters, digits, points, hyphens, underscores; cannot be changed.
    pub(super) code: String,
    pub(super) name: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AssignPortfolio)]
pub(crate) struct AssignPortfolioBody {
    /// `null` takes the account out of its portfolio.
    pub(super) portfolio_id: Option<String>,
}

/// A field that was sent, `null` included; one that was not sent stays as it is.
type Sent = Option<Value>;

/// Tells `null` from absence.
fn sent<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Sent, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// Declares the body of an edit: every field may be absent.
macro_rules! edit_body {
    ($(#[$meta:meta])* $name:ident as $schema:ident { $($(#[$doc:meta])* $field:ident: $kind:ty),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields, default)]
        #[schema(as = $schema)]
        pub(crate) struct $name {
            $($(#[$doc])*
            #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "sent")]
            #[schema(value_type = $kind)]
            $field: Sent,)*
            /// Fields to give back to the ERP: they take the value last pushed.
            #[serde(skip_serializing_if = "Vec::is_empty")]
            release: Vec<String>,
        }
    };
}

edit_body! {
    /// Fields of a party to set by hand.
    EditPartyBody as EditParty {
        kind: Option<String>,
        name: Option<String>,
        /// Checked by the rules of the party's country.
        tax_id: Option<String>,
        lei: Option<String>,
        national_id: Option<String>,
        country: Option<String>,
        language: Option<String>,
        segment: Option<String>,
        address: Option<Vec<String>>,
        insolvent_since: Option<String>,
        vulnerable: Option<bool>,
        intercompany: Option<bool>,
        doubtful: Option<bool>,
    }
}

edit_body! {
    /// Fields of an account to set by hand.
    EditAccountBody as EditAccount {
        name: Option<String>,
        language: Option<String>,
        time_zone: Option<String>,
        segment: Option<String>,
        scenario_code: Option<String>,
        payment_terms_days: Option<i16>,
        address: Option<Vec<String>>,
        /// Working days and closures of the customer.
        calendar_code: Option<String>,
    }
}

edit_body! {
    /// Fields of a contact to set by hand.
    EditContactBody as EditContact {
        name: Option<String>,
        role: Option<String>,
        purposes: Option<Vec<String>>,
        email: Option<String>,
        phone: Option<String>,
        language: Option<String>,
        position: Option<i16>,
        opted_out_channels: Option<Vec<String>>,
        /// `true` takes it out of use, `false` back into it.
        retired: Option<bool>,
    }
}

/// A new contact: used for every purpose unless it says.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = NewContact)]
pub(crate) struct NewContactBody {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purposes: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<i16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opted_out_channels: Option<Vec<String>>,
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
