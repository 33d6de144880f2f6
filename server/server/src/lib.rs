//! The composition root: configuration, wiring, the commands of the binary.

pub mod cli;
pub mod commands;
pub mod http;
pub mod ports;
pub mod running;
pub mod settings;
pub mod tls;
pub mod wire;
