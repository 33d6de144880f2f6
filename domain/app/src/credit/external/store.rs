//! The ports of external ratings.

use std::collections::BTreeSet;

use domain::credit::scoring::external::Subject;
use kernel::id::EventId;
use kernel::{Date, Instant, Outcome};
use uuid::Uuid;

use super::ExternalRating;
use super::inbox::InboxReport;
use super::providers::Provider;

/// What is read.
pub trait ExternalReads {
    fn provider(&mut self, code: &str) -> Outcome<Option<Provider>>;

    /// Of each provider the latest rating of a party that is to be relied on, on a day, as known at an instant.
    fn ratings_on(&mut self, party: Uuid, at: (Date, Instant)) -> Outcome<Vec<ExternalRating>>;
}

/// What is written.
pub trait ExternalStore {
    /// Locks a provider, so that two intakes of it come one after the other.
    fn provider_for_update(&mut self, code: &str) -> Outcome<Option<Provider>>;

    /// Inserts it or replaces what it said.
    fn save_provider(&mut self, provider: &Provider, event: EventId) -> Outcome<()>;

    /// Remembers up to where the reports of a provider were fetched.
    fn save_cursor(&mut self, code: &str, cursor: Option<&str>) -> Outcome<()>;

    /// Those of these fingerprints that came before, as ratings or into the inbox.
    fn known_reports(&mut self, provider: &str, fingerprints: &[Vec<u8>]) -> Outcome<BTreeSet<Vec<u8>>>;

    /// The parties that each subject may be, as those that stand for their risks; in the order of the subjects.
    fn match_subjects(&mut self, subjects: &[Subject]) -> Outcome<Vec<Vec<Uuid>>>;

    /// The latest rating by a provider of each of these parties.
    fn latest_ratings(&mut self, provider: &str, parties: &[Uuid]) -> Outcome<Vec<ExternalRating>>;

    fn insert_ratings(&mut self, ratings: &[(ExternalRating, Vec<u8>)], event: EventId) -> Outcome<()>;

    fn insert_inbox(&mut self, reports: &[(InboxReport, Vec<u8>)], event: EventId) -> Outcome<()>;

    /// # Errors
    /// `not_found`.
    fn inbox_for_update(&mut self, id: Uuid) -> Outcome<(InboxReport, Vec<u8>)>;

    fn settle_inbox(&mut self, report: &InboxReport, at: Instant, event: EventId) -> Outcome<()>;
}
