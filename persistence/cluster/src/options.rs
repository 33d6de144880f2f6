//! What a cluster is started with.

use std::{
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{Binaries, ClusterError, OsUser};

/// The port number in the name of the socket. No TCP port is opened.
pub const PORT: u16 = 5432;
/// The superuser of the cluster; it has no password, the mode of the socket folder is the fence.
pub const SUPERUSER: &str = "recobra";

/// `sun_path` of Linux holds 108 bytes, the last of which is the terminator.
const SOCKET_PATH_BYTES_MAX: usize = 107;
const START_TIMEOUT_DEFAULT: Duration = Duration::from_mins(5);
const MAX_CONNECTIONS_DEFAULT: u16 = 100;
/// Settings that make the cluster private, or that this crate relies on.
const RESERVED: [&str; 9] = [
    "config_file",
    "data_directory",
    "external_pid_file",
    "hba_file",
    "ident_file",
    "listen_addresses",
    "port",
    "unix_socket_directories",
    "unix_socket_permissions",
];

/// What happens to acknowledged transactions when the machine (not only PostgreSQL) dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// They survive.
    Durable,
    /// They may be lost and the cluster with them: `fsync`, `synchronous_commit` and `full_page_writes` off. For tests.
    Fast,
}

/// What a cluster is started with; see [`ClusterOptions::new`] for the defaults.
#[derive(Debug, Clone)]
pub struct ClusterOptions {
    /// The data folder; made if it does not exist.
    pub data_dir: PathBuf,
    /// The folder of the unix socket, used for nothing else, mode 0700. Keep it short: see
    /// [`ClusterError::SocketPathTooLong`].
    pub socket_dir: PathBuf,
    pub binaries: Binaries,
    pub durability: Durability,
    /// Further settings of PostgreSQL, by name and plain value; they win over our defaults.
    pub settings: Vec<(String, String)>,
    /// The user the postmaster runs as; needed when this process is root, and then the data folder is given to it.
    pub run_as: Option<OsUser>,
    /// How long to wait for readiness, recovery from WAL included.
    pub start_timeout: Duration,
    /// `None`: a quarter of the memory of the machine or container, at least 128 MiB and at most 8 GiB;
    /// 128 MiB if [`Durability::Fast`].
    pub shared_buffers_mib: Option<u32>,
    pub max_connections: u16,
    /// Whether the postmaster goes on when the [`Cluster`](crate::Cluster) is dropped without `stop`.
    pub keep_running: bool,
}

impl ClusterOptions {
    /// A durable cluster in `data_dir` with its socket in `socket_dir`: 100 connections, 5 minutes to start, run by the
    /// current user, stopped when dropped.
    pub fn new(data_dir: impl Into<PathBuf>, socket_dir: impl Into<PathBuf>, binaries: Binaries) -> Self {
        Self {
            data_dir: data_dir.into(),
            socket_dir: socket_dir.into(),
            binaries,
            durability: Durability::Durable,
            settings: Vec::new(),
            run_as: None,
            start_timeout: START_TIMEOUT_DEFAULT,
            shared_buffers_mib: None,
            max_connections: MAX_CONNECTIONS_DEFAULT,
            keep_running: false,
        }
    }

    /// Adds a setting of PostgreSQL.
    #[must_use]
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.push((name.into(), value.into()));
        self
    }

    /// The socket file that clients connect to.
    pub fn socket_path(&self) -> PathBuf {
        self.socket_dir.join(format!(".s.PGSQL.{PORT}"))
    }

    /// Makes the paths absolute and checks what can be checked without touching anything.
    pub(crate) fn checked(mut self) -> Result<Self, ClusterError> {
        self.data_dir = absolute(&self.data_dir)?;
        self.socket_dir = absolute(&self.socket_dir)?;
        self.check_socket()?;
        for (name, value) in &self.settings {
            check_setting(name, value)?;
        }
        Ok(self)
    }

    fn check_socket(&self) -> Result<(), ClusterError> {
        let path = self.socket_path();
        let length = path.as_os_str().as_bytes().len();
        if length > SOCKET_PATH_BYTES_MAX {
            return Err(ClusterError::SocketPathTooLong { path, length, max: SOCKET_PATH_BYTES_MAX });
        }
        // The setting is a comma-separated list of quoted names; a plain path needs no quoting rules.
        let plain = |text: &str| !text.contains([',', '"', '\'', '\\', '\n', '\r']);
        if !self.socket_dir.to_str().is_some_and(plain) {
            let reason = "its path must be UTF-8 without comma, quote, backslash or line break".to_owned();
            return Err(ClusterError::SocketFolder { dir: self.socket_dir.clone(), reason });
        }
        Ok(())
    }
}

fn absolute(path: &Path) -> Result<PathBuf, ClusterError> {
    std::path::absolute(path).map_err(ClusterError::io("cannot resolve", path))
}

fn check_setting(name: &str, value: &str) -> Result<(), ClusterError> {
    let refuse =
        |reason: &str| Err(ClusterError::Setting { name: name.to_owned(), reason: reason.to_owned() });
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '.');
    if name.is_empty() || !name.chars().all(plain) {
        return refuse("a name has only a-z, 0-9, _ and .");
    }
    if RESERVED.contains(&name) {
        return refuse("it is fixed, because the cluster is private to Recobra");
    }
    if value.contains(['\n', '\r', '\0']) {
        return refuse("a value has no line break");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_would_open_the_cluster_are_refused() {
        assert!(check_setting("listen_addresses", "*").is_err());
        assert!(check_setting("work_mem", "8MB\nport = 1").is_err());
        assert!(check_setting("work mem", "8MB").is_err());
        assert!(check_setting("pg_stat_statements.track", "all").is_ok());
    }
}
