//! Starting a postmaster and waiting until it answers.

use std::{
    fs::{self, File},
    io::{Read, Seek, SeekFrom},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, ExitStatus, Stdio},
    time::Instant,
};

use nix::sys::statvfs::statvfs;

use crate::{
    ClusterError, ClusterOptions, OsUser, PORT,
    folder::{self, Folder},
    init,
    postmaster::{self, PidFile},
};

/// Above this size the log is put aside at the next start; one old log is kept.
const LOG_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// How much of the log an error repeats.
const LOG_TAIL_BYTES: u64 = 4096;
const LOG_TAIL_LINES: usize = 15;
/// With less space even the complaint about the full disk may be missing from the log.
const LOG_BYTES_NEEDED: u64 = 1024 * 1024;
/// PostgreSQL states this while a backend of the former postmaster still holds the shared memory.
const MEMORY_IN_USE: &str = "pre-existing shared memory block";

/// Starts a postmaster and waits until it is ready. It is a process group of its own, so that neither the death of this
/// process nor Ctrl-C in its terminal reaches it.
pub(crate) fn launch(
    folder: &Folder,
    options: &ClusterOptions,
    user: &OsUser,
) -> Result<Child, ClusterError> {
    let began = Instant::now();
    loop {
        match attempt(folder, options, user, began) {
            Err(ClusterError::Start { log, .. })
                if log.contains(MEMORY_IN_USE) && began.elapsed() < options.start_timeout =>
            {
                postmaster::end_orphans(&folder.pgdata())?;
                std::thread::sleep(postmaster::POLL);
            }
            settled => return settled,
        }
    }
}

fn attempt(
    folder: &Folder,
    options: &ClusterOptions,
    user: &OsUser,
    began: Instant,
) -> Result<Child, ClusterError> {
    let (log, log_start) = open_log(&folder.log(), user)?;
    let errors = log.try_clone().map_err(ClusterError::io("cannot open", folder.log()))?;
    let mut command = init::as_user(&options.binaries, "postgres", user);
    command.arg("-D").arg(folder.pgdata());
    // On the command line these win over any file, also one restored from elsewhere.
    for (name, value) in private_settings(options) {
        command.arg("-c").arg(format!("{name}={value}"));
    }
    command.process_group(0).stdout(Stdio::from(log)).stderr(Stdio::from(errors));
    let mut child =
        command.spawn().map_err(|source| ClusterError::Tool { tool: "postgres".to_owned(), source })?;
    let tail = || log_tail(&folder.log(), log_start);
    loop {
        if let Some(status) = child.try_wait().map_err(ClusterError::io("cannot wait for", "postgres"))? {
            return Err(start_failed(folder, status, tail()));
        }
        let pid = i64::from(child.id());
        if PidFile::read(&folder.pgdata()).is_some_and(|file| i64::from(file.pid) == pid && file.ready) {
            return Ok(child);
        }
        if began.elapsed() > options.start_timeout {
            return Err(ClusterError::StartTimeout { waited: began.elapsed(), log: tail() });
        }
        std::thread::sleep(postmaster::POLL);
    }
}

fn private_settings(options: &ClusterOptions) -> [(&'static str, String); 5] {
    [
        ("listen_addresses", String::new()),
        ("port", PORT.to_string()),
        ("unix_socket_directories", options.socket_dir.display().to_string()),
        ("unix_socket_permissions", "0700".to_owned()),
        ("logging_collector", "off".to_owned()),
    ]
}

fn start_failed(folder: &Folder, status: ExitStatus, log: String) -> ClusterError {
    let free = free_bytes(folder.dir()).unwrap_or(u64::MAX);
    if free < LOG_BYTES_NEEDED {
        return ClusterError::DiskFull { dir: folder.dir().to_owned(), free_bytes: free, log };
    }
    disk_full(folder.dir(), &log).unwrap_or(ClusterError::Start { status: status.to_string(), log })
}

/// The error of a full disk if that is what PostgreSQL complains about.
pub(crate) fn disk_full(dir: &Path, said: &str) -> Option<ClusterError> {
    let full = said.contains("No space left on device") || said.contains("Disk quota exceeded");
    full.then(|| ClusterError::DiskFull {
        dir: dir.to_owned(),
        free_bytes: free_bytes(dir).unwrap_or(0),
        log: said.to_owned(),
    })
}

/// Bytes an unprivileged user may still write to the file system of `dir`.
pub(crate) fn free_bytes(dir: &Path) -> Result<u64, ClusterError> {
    let found =
        statvfs(dir).map_err(|e| ClusterError::io("cannot read the file system of", dir)(e.into()))?;
    Ok(found.blocks_available().saturating_mul(found.fragment_size()))
}

fn open_log(path: &Path, user: &OsUser) -> Result<(File, u64), ClusterError> {
    if fs::symlink_metadata(path).is_ok_and(|found| found.len() > LOG_BYTES_MAX) {
        fs::rename(path, path.with_extension("log.1")).map_err(ClusterError::io("cannot rename", path))?;
    }
    let fail = |e| ClusterError::io("cannot open", path)(e);
    let log = folder::writable(path).append(true).open(path).map_err(fail)?;
    folder::give(path, user)?;
    let length = log.metadata().map_err(fail)?.len();
    Ok((log, length))
}

/// The last lines of the log, none from before `start`.
pub(crate) fn log_tail(path: &Path, start: u64) -> String {
    let read = || -> std::io::Result<String> {
        let mut file = File::open(path)?;
        let end = file.metadata()?.len();
        file.seek(SeekFrom::Start(start.max(end.saturating_sub(LOG_TAIL_BYTES))))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    let text = read().unwrap_or_else(|e| format!("(the log cannot be read: {e})"));
    let lines: Vec<&str> = text.lines().collect();
    let skipped = lines.len().saturating_sub(LOG_TAIL_LINES);
    lines.into_iter().skip(skipped).collect::<Vec<_>>().join("\n")
}
