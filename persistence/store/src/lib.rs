//! The one implementation of the ports: diesel over a pool of PostgreSQL connections.
//!
//! Synchronous on purpose: a blocking transaction cannot be cancelled half-way by a client that disconnects. The
//! doors enter through the bounded executor, which holds as many permits as the pool has connections.

mod access;
mod attributes;
mod book;
mod by_key;
mod calendars;
mod credit;
mod customers;
mod dunning;
mod error;
mod events;
mod feed;
mod functions;
mod gauges;
mod idempotency;
mod installation;
mod jobs;
mod ledger;
mod lists;
pub mod locks;
mod messages;
mod migrate;
mod organisation;
mod pool;
mod push;
mod rates;
mod seed;
mod statement;
mod tx;
mod verify;

pub use error::mapped_constraints;
pub use gauges::Gauge;
pub use installation::{Installation, InstallationState};
pub use lists::all as all_lists;
pub use migrate::{MigrationReport, SCHEMA_NEWER, SCHEMA_VERSION};
pub use pool::PoolOptions;
pub use tx::PgStore;
pub use verify::Verification;

/// Every error code of the store that leaves it, for the catalogue.
pub static CODES: &[&kernel::Code] = &[&SCHEMA_NEWER];
