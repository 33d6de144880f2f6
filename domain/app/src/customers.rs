//! Customers as people see and correct them: parties, accounts, contacts, portfolios.
//!
//! The ERP pushes them. A field set by hand stays as the hand left it: later pushes only remember their value beside
//! it (`overrides`), until the field is released.

pub mod assign_portfolio;
pub mod codes;
pub mod create_contact;
pub mod create_portfolio;
pub mod edit;
pub mod fields;
pub mod lists;
pub mod update_portfolio;

use kernel::id::{EventId, PortfolioId};
use kernel::{Instant, Outcome, text_enum};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::ctx::Ctx;

text_enum! {
    /// What is edited.
    pub enum CustomerKind {
        Party = "party",
        Account = "account",
        Contact = "contact",
    }
}

/// A party, account or contact, locked for a change.
#[derive(Debug, Clone, PartialEq)]
pub struct CustomerRow {
    pub version: i64,
    /// Columns by name.
    pub columns: Map<String, Value>,
    /// Fields set by hand, with the value last pushed.
    pub overrides: Map<String, Value>,
    /// Made by a person here: nothing is pushed over it.
    pub manual: bool,
    pub account_id: Option<Uuid>,
    pub legal_entity_id: Option<Uuid>,
}

/// A contact made here.
#[derive(Debug, Clone, PartialEq)]
pub struct NewContact {
    pub id: Uuid,
    pub account_id: Uuid,
    /// Columns by name, checked.
    pub columns: Map<String, Value>,
}

/// A set of accounts given to somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Portfolio {
    pub id: Uuid,
    pub code: String,
    pub name: String,
    pub version: i64,
    pub created_at: Instant,
}

/// What an edit left behind: which object has which version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edited {
    pub id: Uuid,
    pub version: i64,
    /// Fields that are set by hand now.
    pub manual_fields: Vec<String>,
}

/// The port of this context.
pub trait CustomerStore {
    /// Locks it; `None` when absent or out of scope.
    fn customer_for_update(
        &mut self,
        ctx: &Ctx,
        kind: CustomerKind,
        id: Uuid,
    ) -> Outcome<Option<CustomerRow>>;

    /// Writes these columns and all overrides, and the next version.
    ///
    /// # Errors
    /// `customers.calendar_unknown`.
    fn save_customer(
        &mut self,
        customer: (CustomerKind, Uuid),
        columns: &Map<String, Value>,
        overrides: &Map<String, Value>,
        event: EventId,
    ) -> Outcome<()>;

    fn insert_contact(&mut self, contact: &NewContact, event: EventId, now: Instant) -> Outcome<()>;

    /// # Errors
    /// `organisation.code_taken`.
    fn insert_portfolio(&mut self, portfolio: &Portfolio, event: EventId) -> Outcome<()>;

    /// # Errors
    /// `not_found`.
    fn portfolio_for_update(&mut self, id: PortfolioId) -> Outcome<Portfolio>;

    /// Saves name and version.
    fn save_portfolio(&mut self, portfolio: &Portfolio, event: EventId) -> Outcome<()>;
}
