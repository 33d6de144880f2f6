//! Bodies of the commands on customers.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreatePortfolio)]
pub(crate) struct CreatePortfolioBody {
    /// 1 to 40 letters, digits, points, hyphens, underscores; cannot be changed.
    pub(super) code: String,
    pub(super) name: String,
}

/// The name of a portfolio; its code stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UpdatePortfolio)]
pub(crate) struct UpdatePortfolioBody {
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
