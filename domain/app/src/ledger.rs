//! Reading the ledger, and allocating by hand: balances and ageing as of a day and as known at an instant, statements,
//! the overview of an account, search.

pub mod ageing;
pub mod allocate;
pub mod as_of;
pub mod balances;
pub mod codes;
pub mod convert;
pub mod lists;
pub mod overview;
pub mod search;
pub mod statement;
pub mod store;
pub mod unallocate;

pub use as_of::{AsOfRequest, Horizon, ReadAt};
pub use store::{AccountFacts, LedgerReads, LedgerStore, Selection};
