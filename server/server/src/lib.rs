//! The composition root: configuration, wiring, the commands of the binary.

mod alerts;
pub mod bureau;
pub mod catalogue;
pub mod cli;
pub mod commands;
pub mod courier;
mod credit;
pub mod demo;
pub mod dunning;
pub mod explorer;
pub mod http;
pub mod learning;
pub mod metrics;
pub mod ports;
pub mod press;
pub mod push_client;
pub mod running;
mod scoring;
pub mod sender;
pub mod settings;
pub mod tls;
pub mod wire;

/// Of everything that links this crate, tests and benchmarks too. Setting a letter is a sixth faster than with the system's (ADR
/// 13).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
