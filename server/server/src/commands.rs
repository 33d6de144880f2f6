//! What the binary can do, one file each.

pub mod access;
pub mod database;
pub mod demo;
pub mod migrate;
pub mod push;
pub mod ratings;
pub mod serve;
pub mod telemetry;
pub mod verify;

/// The OpenAPI document as it is checked in.
pub fn openapi() -> String {
    rest::document().to_pretty_json().unwrap_or_default()
}
