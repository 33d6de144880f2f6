//! A private PostgreSQL cluster, run from the server binaries of the host.
//!
//! Without a database URL Recobra keeps its data in a cluster of its own: one folder, one unix socket, no TCP port, no
//! password, an unprivileged user. The same code serves the tests. Linux only: processes are identified through `/proc`.
//!
//! # The data folder
//!
//! | Name | What it is |
//! |---|---|
//! | `recobra-cluster` | marks the folder as ours; says whether `pgdata` was completed once |
//! | `cluster.lock` | locked (`flock`) for the life of a [`Cluster`]; holds the pid of the owner, for people |
//! | `pgdata` | the PostgreSQL data directory |
//! | `pgdata.new` | an `initdb` under way, or one that was interrupted; thrown away at the next start |
//! | `postgres.log`, `postgres.log.1` | output of the postmaster; rotated at start when larger than 16 MiB |
//!
//! # What survives what
//!
//! | Event | What happens |
//! |---|---|
//! | the server is killed | the postmaster goes on; the next [`Cluster::start`] adopts it, with its pid |
//! | the postmaster is killed | [`Cluster::ensure_running`] or the next start ends its orphans and starts anew; PostgreSQL recovers from WAL |
//! | both are killed, power fails | the same; a pid file whose pid now belongs to another program is recognised and removed |
//! | `initdb` is interrupted | it worked in `pgdata.new`; the next start begins again |
//! | `pgdata` vanishes (disk not mounted) | start refuses: an empty database must never take the place of a full one |
//! | the disk is full | see below |
//!
//! # A full disk
//!
//! PostgreSQL refuses the statement that needs a new data page (SQLSTATE `53100`) and goes on; readers are not touched.
//! When the write-ahead log itself cannot grow it panics, tries to recover, needs WAL for that too, and exits.
//! [`Cluster::ensure_running`] then answers [`ClusterError::DiskFull`] until there is space, and afterwards recovers
//! everything that was acknowledged. Free space by deleting what is *not* in `pgdata` (never `pg_wal`), or by growing the
//! volume. [`Cluster::disk_free_bytes`] lets the server warn early.

mod binaries;
mod cluster;
mod database;
mod error;
mod folder;
mod init;
mod launch;
mod options;
mod postmaster;
mod settings;
mod user;
mod watch;

pub use binaries::{Binaries, MAJOR_MIN, find_binaries, find_binaries_for};
pub use cluster::{Cluster, Origin, StopMode};
pub use error::ClusterError;
pub use options::{ClusterOptions, Durability, PORT, SUPERUSER};
pub use user::{Identity, OsUser, chown_tree, drop_privileges, resolve_user};
pub use watch::{Health, Watch, WatchEvent};
