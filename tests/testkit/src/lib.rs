//! What the integration tests stand on: a private PostgreSQL cluster per test process, a database per test cloned from
//! a migrated template, the whole server on loopback ports with a clock that tests move, and a small HTTP client.
//!
//! It may panic: a test that cannot be set up has failed.

pub mod app;
pub mod cluster;
pub mod http;
pub mod process;
pub mod push;
pub mod wait;

pub use app::TestApp;
pub use http::Reply;
