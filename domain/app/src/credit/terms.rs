//! Terms of payment as use cases: the catalogue, deviations that somebody else approves, and invoices outside what was agreed.

mod catalogue;
pub mod codes;
mod deviations;
pub mod lists;
mod off_terms;
pub mod store;

pub use self::catalogue::{StoredTerm, plant_standard, save_term};
pub use self::deviations::{
    ApproveDeviation, ApprovedDeviation, DeviationState, RequestDeviation, Settle, TermDeviation,
    approve_deviation, end_deviation, request_deviation, settle_deviation,
};
pub use self::off_terms::{BothSides, OffTerms, OffTermsPage, OffTermsRequest, TermsItem, off_terms};
