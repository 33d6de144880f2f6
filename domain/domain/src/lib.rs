//! The pure functional core: one module per bounded context, rules without clock, random source or IO.

pub mod access;
pub mod attributes;
pub mod comms;
pub mod credit;
pub mod dunning;
pub mod imports;
pub mod receivables;
pub mod reference;
pub mod rules;
