//! Doubles of the outside parties, for tests.
//!
//! They are real servers on loopback ports and speak the published protocol, strictly: what a strict peer would refuse, they refuse.
//! They are told how to misbehave ([`smtp::Act`]) and keep what they received byte for byte, so that a test can compare both sides.
//! They share no code with the senders they stand against.
//!
//! [`paper`] is the reader of a letter rather than a server; it shares no code with the writer either.

pub mod bureau;
pub mod paper;
pub mod smtp;
