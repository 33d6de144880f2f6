//! Mandants, legal entities, sources and portfolios: who sells, who is owed, and where the data comes from.

pub mod codes;
pub mod create_legal_entity;
pub mod create_mandant;
pub mod create_source;
pub mod lists;
pub mod update_legal_entity;
pub mod update_mandant;
pub mod update_source;

use kernel::id::{EventId, LegalEntityId, MandantId, SourceId};
use kernel::{Instant, Outcome};
use serde::{Deserialize, Serialize};

/// The owner of a book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mandant {
    pub id: uuid::Uuid,
    pub code: String,
    pub name: String,
    pub version: i64,
    pub created_at: Instant,
}

/// What may be set on a legal entity, at creation or later. Checked when it is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegalEntitySettings {
    pub name: String,
    pub tax_id: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// IANA name.
    pub time_zone: String,
    pub language: String,
    pub currency: String,
    pub calendar_code: String,
    pub address: Vec<String>,
    pub payee_name: Option<String>,
    pub payee_iban: Option<String>,
    pub payee_bic: Option<String>,
    pub letterhead: Letterhead,
    pub signatory: Signatory,
    pub sender_name: Option<String>,
    pub sender_email: Option<String>,
    pub reply_to: Option<String>,
    /// Name of a relay of the configuration; its first one when absent.
    pub mail_relay: Option<String>,
    /// Scenario of accounts that name none.
    pub scenario_code: Option<String>,
    /// Local time of the daily dunning run, `HH:MM`; absent = on demand only.
    pub run_at: Option<String>,
    /// Hours after which missing pushes hold the dunning.
    pub stale_after_hours: i32,
    /// Segments whose letters claim statutory interest; empty = none.
    pub interest_segments: Vec<String>,
}

/// What stands on top of a letter beside name and address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letterhead {
    #[serde(default)]
    pub lines: Vec<String>,
    /// Register entry and the like, for the foot of the page.
    #[serde(default)]
    pub footer: Vec<String>,
}

/// Who signs letters.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signatory {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub role: String,
}

/// A selling company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegalEntity {
    pub id: uuid::Uuid,
    pub mandant_id: uuid::Uuid,
    pub code: String,
    pub settings: LegalEntitySettings,
    pub version: i64,
    pub created_at: Instant,
}

/// An ERP company code that pushes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub id: uuid::Uuid,
    pub legal_entity_id: uuid::Uuid,
    pub code: String,
    pub name: String,
    /// Whether dunning waits for this source's data.
    pub gates_dunning: bool,
    /// How much of the open items a snapshot may close without a person's confirmation.
    pub snapshot_close_max_percent: i16,
    pub version: i64,
    pub created_at: Instant,
}

/// The port of this context.
pub trait OrganisationStore {
    /// # Errors
    /// `organisation.code_taken`.
    fn insert_mandant(&mut self, mandant: &Mandant, event: EventId) -> Outcome<()>;

    /// # Errors
    /// `not_found`.
    fn mandant_for_update(&mut self, id: MandantId) -> Outcome<Mandant>;

    /// Saves name and version.
    fn save_mandant(&mut self, mandant: &Mandant, event: EventId) -> Outcome<()>;

    /// # Errors
    /// `organisation.code_taken`, `organisation.calendar_unknown`.
    fn insert_legal_entity(&mut self, entity: &LegalEntity, event: EventId) -> Outcome<()>;

    /// # Errors
    /// `not_found`.
    fn legal_entity_for_update(&mut self, id: LegalEntityId) -> Outcome<LegalEntity>;

    /// Saves settings and the next version.
    ///
    /// # Errors
    /// `version.mismatch`, `organisation.calendar_unknown`.
    fn save_legal_entity(&mut self, entity: &LegalEntity, event: EventId) -> Outcome<()>;

    /// # Errors
    /// `organisation.code_taken`.
    fn insert_source(&mut self, source: &Source, event: EventId) -> Outcome<()>;

    /// # Errors
    /// `not_found`.
    fn source_for_update(&mut self, id: SourceId) -> Outcome<Source>;

    /// Saves name, gate, threshold and version.
    fn save_source(&mut self, source: &Source, event: EventId) -> Outcome<()>;
}
