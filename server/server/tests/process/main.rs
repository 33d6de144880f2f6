//! The real program, killed and stopped, on a private cluster, as IT would see it.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod browsers;
mod cluster_pushes;
mod command_line;
mod configuration;
mod demo;
mod documented;
mod first_key;
mod full_disk;
mod host;
mod lost_connection;
mod own_database;
mod private_cluster;
mod push;
mod push_tls;
mod ratings;
mod stop_sending;
mod stopping;
mod unprivileged;

/// The program under test.
const RECOBRA: &str = env!("CARGO_BIN_EXE_recobra");
