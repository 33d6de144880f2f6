//! What can go wrong with a cluster, said so that an administrator knows what to do next.

use std::{io, path::PathBuf, time::Duration};

/// An error of the cluster. `Display` is meant for the administrator: it names the path, the value and the way out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClusterError {
    #[error(
        "no PostgreSQL server binaries of version 15 or newer were found (looked in: {looked}). Install the package \
         `postgresql` (Debian, Ubuntu) or `postgresql-server` (RHEL, SUSE), or name the folder that holds `postgres` and \
         `initdb`, or give the URL of a PostgreSQL of your own"
    )]
    NoBinaries { looked: String },

    #[error("{dir} does not hold usable PostgreSQL server binaries: {reason}")]
    BadBinaries { dir: PathBuf, reason: String },

    #[error(
        "the socket path {path} is {length} bytes long, but the operating system allows {max}; choose a shorter socket \
         folder, such as /run/recobra"
    )]
    SocketPathTooLong { path: PathBuf, length: usize, max: usize },

    #[error("{dir} cannot be the socket folder: {reason}")]
    SocketFolder { dir: PathBuf, reason: String },

    #[error("setting {name} of the cluster is not accepted: {reason}")]
    Setting { name: String, reason: String },

    #[error(
        "PostgreSQL refuses to run as root: name an unprivileged user for it, such as `recobra` or `postgres`, or start \
         as that user"
    )]
    RootNeedsUser,

    #[error(
        "none of these users exists on this machine: {candidates}; create one with `useradd --system recobra`"
    )]
    NoSuchUser { candidates: String },

    #[error("the user {user} is root; an unprivileged one is needed")]
    UserIsRoot { user: String },

    #[error(
        "this process runs as uid {uid} and cannot start the cluster as {user}; start it as root or as {user}"
    )]
    CannotRunAs { uid: u32, user: String },

    #[error("privileges of root could not be given up: {reason}")]
    StillPrivileged { reason: String },

    #[error(
        "{path} cannot be reached by the user {user}: {blocked} does not let others pass (chmod o+x, or move the data)"
    )]
    Unreachable { path: PathBuf, user: String, blocked: PathBuf },

    #[error("{path} belongs to uid {owner}, but the cluster runs as uid {uid}; correct it with `chown -R`")]
    WrongOwner { path: PathBuf, owner: u32, uid: u32 },

    #[error(
        "{dir} is not empty and is not a data folder of Recobra (found: {found}); name an empty folder or one that \
         Recobra made"
    )]
    ForeignFolder { dir: PathBuf, found: String },

    #[error(
        "{pgdata} is missing or incomplete, although this folder held a cluster before; is a disk not mounted? Bring the \
         data back or restore a backup into an empty folder. Nothing was changed"
    )]
    DataMissing { pgdata: PathBuf },

    #[error(
        "the data in {pgdata} were written by PostgreSQL {found}, but the server binaries are PostgreSQL {installed}. A \
         change of the major version goes through a backup made with version {found} and a restore into an empty folder \
         with version {installed}; to go on as before install PostgreSQL {found} again"
    )]
    WrongMajor { pgdata: PathBuf, found: String, installed: u32 },

    #[error("another Recobra server uses {dir}{owner}; one data folder belongs to one server")]
    InUse { dir: PathBuf, owner: String },

    #[error("initdb failed ({status}): {output}")]
    Initdb { status: String, output: String },

    #[error("PostgreSQL did not start ({status}); its log says: {log}")]
    Start { status: String, log: String },

    #[error("PostgreSQL was not ready after {waited:?} and is left running to finish; its log says: {log}")]
    StartTimeout { waited: Duration, log: String },

    #[error("PostgreSQL (pid {pid}) did not stop within {waited:?}")]
    StopTimeout { pid: i32, waited: Duration },

    #[error(
        "the disk that holds {dir} is full ({free_bytes} bytes free): free space outside of pgdata or grow the volume; \
         acknowledged data are safe and come back then. The log says: {log}"
    )]
    DiskFull { dir: PathBuf, free_bytes: u64, log: String },

    #[error("`{name}` is not a database name: 1 to 63 characters of a-z, 0-9 and _, a letter or _ first")]
    DatabaseName { name: String },

    #[error("the database {name} exists already")]
    DatabaseExists { name: String },

    #[error("the database {name} does not exist")]
    NoSuchDatabase { name: String },

    #[error("the database {name} is in use by other sessions")]
    DatabaseInUse { name: String },

    #[error("PostgreSQL answered {sqlstate}: {message}")]
    Sql { sqlstate: String, message: String },

    #[error("{tool} could not be run: {source}")]
    Tool { tool: String, source: io::Error },

    #[error("{action} {path}: {source}")]
    Io { action: &'static str, path: PathBuf, source: io::Error },
}

impl ClusterError {
    /// For `map_err`: wraps an IO error with what was tried on which path.
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}
