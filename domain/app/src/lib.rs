//! Use cases and the ports they need. Synchronous, without transport and without SQL.
//!
//! An adapter calls exactly one use case; a use case opens exactly one transaction through [`store::Store`].

pub mod access;
pub mod attributes;
pub mod audit;
pub mod book;
pub mod calendars;
pub mod codes;
pub mod command;
pub mod credit;
pub mod ctx;
pub mod customers;
pub mod dunning;
pub mod events;
pub mod jobs;
pub mod labels;
pub mod ledger;
pub mod lists;
pub mod messages;
mod offers;
pub mod organisation;
pub mod push;
pub mod rates;
pub mod rules;
pub mod seed;
pub mod store;

use std::sync::Arc;

use kernel::clock::{Clock, Ids};

/// Everything a use case may reach.
#[derive(Clone)]
pub struct App {
    pub store: Arc<dyn store::Store>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    /// What this instance remembers of credit.
    pub credit: Arc<credit::memory::CreditMemory>,
}
