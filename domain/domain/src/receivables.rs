//! What is owed: allocation, ageing, balances, interest, statements.
//!
//! Sign convention: what the customer owes is positive, what we owe the customer (credit notes, unallocated cash)
//! is negative, and an entry is the change of the open amount: `open = original + Σ entries`.
//!
//! Overflow: every amount is checked against [`kernel::money::AMOUNT_MAX`] (15 digits before the point, 4 after)
//! when it enters, so a sum of fewer than 10⁹ of them fits the 96 bits of a `Decimal`; sums here rely on it.

pub mod ageing;
pub mod allocation;
pub mod balance;
pub mod codes;
pub mod entry;
pub mod findings;
pub mod instrument;
pub mod interest;
pub mod kinds;
pub mod new_receivable;
pub mod statement;
pub mod vat;
