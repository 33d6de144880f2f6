//! Processes of PostgreSQL, seen from outside: the pid file, `/proc`, signals.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use nix::{
    errno::Errno,
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::ClusterError;

pub(crate) const POLL: Duration = Duration::from_millis(10);
/// After this, orphaned backends that ignore SIGQUIT are killed; nothing coordinates them any more.
const ORPHANS_QUIT_WAIT: Duration = Duration::from_secs(5);

/// `postmaster.pid` as PostgreSQL writes it, line by line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PidFile {
    pub(crate) pid: i32,
    pub(crate) socket_dir: String,
    pub(crate) listens_on: String,
    pub(crate) ready: bool,
    pub(crate) stopping: bool,
}

impl PidFile {
    pub(crate) fn path(pgdata: &Path) -> PathBuf {
        pgdata.join("postmaster.pid")
    }

    /// `None` if there is no such file or it is not complete enough to name a pid.
    pub(crate) fn read(pgdata: &Path) -> Option<Self> {
        Self::parse(&fs::read_to_string(Self::path(pgdata)).ok()?)
    }

    /// Lines: pid, data folder, start time, port, socket folder, listen address, shared memory key, status.
    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines().map(str::trim);
        let pid: i32 = lines.next()?.parse().ok().filter(|pid| *pid > 1)?;
        let mut rest = lines.skip(3);
        let (socket_dir, listens_on) = (rest.next().unwrap_or(""), rest.next().unwrap_or(""));
        let status = rest.nth(1).unwrap_or("");
        Some(Self {
            pid,
            socket_dir: socket_dir.to_owned(),
            listens_on: listens_on.to_owned(),
            ready: status == "ready",
            stopping: status == "stopping",
        })
    }
}

/// Whether `pid` is a living PostgreSQL process that works in `pgdata` (which must be canonical). A zombie is not
/// living: the parent that would collect it may be a container's first process that never does.
pub(crate) fn is_postgres_of(pid: i32, pgdata: &Path) -> bool {
    let process = PathBuf::from(format!("/proc/{pid}"));
    let named = fs::read_to_string(process.join("comm")).is_ok_and(|name| name.trim() == "postgres");
    named && living(&process) && fs::read_link(process.join("cwd")).is_ok_and(|cwd| cwd == pgdata)
}

fn living(process: &Path) -> bool {
    let Ok(stat) = fs::read_to_string(process.join("stat")) else { return false };
    // The name stands in parentheses and may hold anything; the state follows the last one.
    let state = stat.rsplit_once(')').and_then(|(_, rest)| rest.trim_start().chars().next());
    !matches!(state, None | Some('Z' | 'X'))
}

/// Sends a signal; a process that is gone already is fine.
pub(crate) fn signal(pid: i32, signal: Signal) -> Result<(), ClusterError> {
    match kill(Pid::from_raw(pid), signal) {
        Ok(()) | Err(Errno::ESRCH) => Ok(()),
        Err(e) => Err(ClusterError::Tool { tool: format!("kill {pid}"), source: e.into() }),
    }
}

/// Ends backends that outlived their postmaster: they would keep the shared memory, and a new one could not start.
/// Call it only when no postmaster lives.
pub(crate) fn end_orphans(pgdata: &Path) -> Result<(), ClusterError> {
    let began = Instant::now();
    let mut harsher = Signal::SIGQUIT;
    loop {
        let left = orphans(pgdata);
        if left.is_empty() {
            return Ok(());
        }
        if began.elapsed() > 2 * ORPHANS_QUIT_WAIT {
            return Err(ClusterError::StopTimeout {
                pid: left.first().copied().unwrap_or(0),
                waited: began.elapsed(),
            });
        }
        if began.elapsed() > ORPHANS_QUIT_WAIT {
            harsher = Signal::SIGKILL;
        }
        for pid in left {
            signal(pid, harsher)?;
        }
        std::thread::sleep(POLL);
    }
}

fn orphans(pgdata: &Path) -> Vec<i32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    pids.filter(|pid| is_postgres_of(*pid, pgdata)).collect()
}

/// Removes a lock file whose pid is in use again, but not by a postmaster of ours: PostgreSQL only sees that the pid is
/// taken (always so in containers, where pids are few) and would refuse to start.
pub(crate) fn remove_stale(lock_file: &Path, pgdata: &Path) -> Result<(), ClusterError> {
    let Ok(text) = fs::read_to_string(lock_file) else { return Ok(()) };
    let pid: Option<i32> = text.lines().next().and_then(|line| line.trim().parse().ok());
    let taken =
        pid.is_some_and(|pid| Path::new(&format!("/proc/{pid}")).exists() && !is_postgres_of(pid, pgdata));
    // An empty file is what a full disk leaves; PostgreSQL refuses it for ever.
    if taken || text.trim().is_empty() {
        tracing::warn!(path = %lock_file.display(), pid, "a stale lock file of PostgreSQL is removed");
        fs::remove_file(lock_file).map_err(ClusterError::io("cannot remove", lock_file))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pid_file_is_read_by_its_lines() {
        let text = "2531\n/data/pgdata\n1755000000\n5432\n/run/recobra\n\n  5432001  98304\nready   \n";
        let file = PidFile::parse(text).unwrap();
        assert_eq!(
            (file.pid, file.socket_dir.as_str(), file.listens_on.as_str()),
            (2531, "/run/recobra", "")
        );
        assert!(file.ready && !file.stopping);
        let young = PidFile::parse("2531\n/data/pgdata\n").unwrap();
        assert!(!young.ready);
        assert_eq!(PidFile::parse(""), None);
        assert_eq!(PidFile::parse("-1\n"), None, "kill(-1) would reach everybody");
    }

    #[test]
    fn a_process_that_is_not_postgres_is_not_taken_for_it() {
        let me = i32::try_from(std::process::id()).unwrap();
        assert!(!is_postgres_of(me, &std::env::current_dir().unwrap()));
    }
}
