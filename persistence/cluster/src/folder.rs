//! The data folder: who owns it, whose it is, and what is in it.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use nix::fcntl::OFlag;

use crate::{ClusterError, ClusterOptions, OsUser};

const MARKER: &str = "recobra-cluster";
const LOCK: &str = "cluster.lock";
const PGDATA: &str = "pgdata";
/// Names that do not make a folder foreign: our lock, which is taken before the mark, and what a new ext4 volume holds.
const NEUTRAL: [&str; 2] = [LOCK, "lost+found"];
const READY: &str = "ready";
const INITIALISING: &str = "initialising";

/// The data folder, locked for this process as long as the value lives.
#[derive(Debug)]
pub(crate) struct Folder {
    dir: PathBuf,
    /// Closing it gives up the lock.
    _lock: File,
}

/// What `pgdata` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Contents {
    /// Nothing yet, or an interrupted `initdb`.
    Empty,
    /// A complete data directory of our major version.
    Complete,
}

impl Folder {
    /// Makes the folder if needed, refuses a foreign one, locks it and marks it as ours.
    pub(crate) fn open(options: &ClusterOptions, user: &OsUser) -> Result<Self, ClusterError> {
        let dir = &options.data_dir;
        if !dir.exists() {
            fs::create_dir_all(dir).map_err(ClusterError::io("cannot make", dir))?;
            set_mode(dir, 0o700)?;
        }
        // Links are resolved once: processes are later recognised by the path of their folder.
        let dir = dir.canonicalize().map_err(ClusterError::io("cannot resolve", dir))?;
        refuse_foreign(&dir)?;
        give(&dir, user)?;
        if let Some(blocked) = user.blocked_at(&dir) {
            return Err(ClusterError::Unreachable { path: dir, user: user.name.clone(), blocked });
        }
        let folder = Self { _lock: lock(&dir)?, dir };
        give(&folder.dir.join(LOCK), user)?;
        if !folder.marker().exists() {
            folder.mark(INITIALISING, user)?;
        }
        Ok(folder)
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// PostgreSQL's own folder, which may be a link to another volume. The link is resolved for the same reason; before there is
    /// anything, it is where it will be.
    pub(crate) fn pgdata(&self) -> PathBuf {
        let here = self.dir.join(PGDATA);
        here.canonicalize().unwrap_or(here)
    }

    pub(crate) fn pgdata_new(&self) -> PathBuf {
        self.dir.join("pgdata.new")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.dir.join("postgres.log")
    }

    fn marker(&self) -> PathBuf {
        self.dir.join(MARKER)
    }

    /// Judges `pgdata`.
    pub(crate) fn contents(&self, major: u32, user: &OsUser) -> Result<Contents, ClusterError> {
        let pgdata = self.pgdata();
        let completed = read(&self.marker())?.contains(READY);
        let Some(found) = written_by(&self.dir) else {
            let lost = completed || pgdata.exists();
            return if lost { Err(ClusterError::DataMissing { pgdata }) } else { Ok(Contents::Empty) };
        };
        if found != major.to_string() {
            return Err(ClusterError::WrongMajor { pgdata, found, installed: major });
        }
        if !completed {
            self.mark(READY, user)?;
        }
        Ok(Contents::Complete)
    }

    /// The uid that owns `pgdata`, `None` if there is none yet.
    pub(crate) fn pgdata_owner(&self) -> Result<Option<u32>, ClusterError> {
        let pgdata = self.pgdata();
        match fs::metadata(&pgdata) {
            Ok(found) => Ok(Some(found.uid())),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(ClusterError::io("cannot read", pgdata)(e)),
        }
    }

    /// Notes that `pgdata` is complete: from now on its absence is an error, not a first start.
    pub(crate) fn mark_ready(&self, user: &OsUser) -> Result<(), ClusterError> {
        self.mark(READY, user)
    }

    fn mark(&self, state: &str, user: &OsUser) -> Result<(), ClusterError> {
        let text = format!("A data folder of Recobra. Do not edit.\nstate = {state}\n");
        replace_file(&self.marker(), &text, user)
    }
}

/// The major version that wrote the cluster in `data_dir`, as `PG_VERSION` states it.
pub(crate) fn written_by(data_dir: &Path) -> Option<String> {
    let text = fs::read_to_string(data_dir.join(PGDATA).join("PG_VERSION")).ok()?;
    Some(text.trim().to_owned())
}

/// Checks or makes the socket folder: mode 0700 is what keeps other users out, since there is no password.
pub(crate) fn prepare_socket_dir(dir: &Path, user: &OsUser) -> Result<(), ClusterError> {
    let refuse = |reason: String| ClusterError::SocketFolder { dir: dir.to_owned(), reason };
    if !dir.exists() {
        fs::create_dir_all(dir).map_err(ClusterError::io("cannot make", dir))?;
        set_mode(dir, 0o700)?;
    }
    let found = fs::symlink_metadata(dir).map_err(ClusterError::io("cannot read", dir))?;
    if !found.is_dir() {
        return Err(refuse("it is not a folder".to_owned()));
    }
    if found.mode() & 0o1002 != 0 {
        return Err(refuse("other users may write into it; name a folder used for nothing else".to_owned()));
    }
    let owned_by_root = found.uid() == 0 && OsUser::current().is_root();
    let empty = fs::read_dir(dir).map_err(ClusterError::io("cannot list", dir))?.next().is_none();
    if found.uid() != user.uid && !(owned_by_root && empty) {
        return Err(refuse(format!("it belongs to uid {}, not to {}", found.uid(), user.name)));
    }
    give(dir, user)?;
    set_mode(dir, 0o700)?;
    user.blocked_at(dir).map_or(Ok(()), |blocked| {
        Err(ClusterError::Unreachable { path: dir.to_owned(), user: user.name.clone(), blocked })
    })
}

/// Writes a small file so that a crash leaves the old or the new text, never a part.
pub(crate) fn replace_file(path: &Path, text: &str, user: &OsUser) -> Result<(), ClusterError> {
    let fail = |e| ClusterError::io("cannot write", path)(e);
    let new = path.with_extension("tmp");
    let mut file = writable(&new).truncate(true).open(&new).map_err(fail)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(fail)?;
    give(&new, user)?;
    fs::rename(&new, path).map_err(fail)?;
    path.parent().map_or(Ok(()), sync_dir)
}

/// Options to write a private file; a symbolic link planted in its place is not followed.
pub(crate) fn writable(path: &Path) -> OpenOptions {
    debug_assert!(path.is_absolute());
    let mut options = OpenOptions::new();
    options.write(true).create(true).mode(0o600).custom_flags(OFlag::O_NOFOLLOW.bits());
    options
}

/// Makes a rename in `dir` survive a power failure.
pub(crate) fn sync_dir(dir: &Path) -> Result<(), ClusterError> {
    File::open(dir).and_then(|handle| handle.sync_all()).map_err(ClusterError::io("cannot sync", dir))
}

/// Gives one file to `user` if this process may.
pub(crate) fn give(path: &Path, user: &OsUser) -> Result<(), ClusterError> {
    if !OsUser::current().is_root() {
        return Ok(());
    }
    std::os::unix::fs::lchown(path, Some(user.uid), Some(user.gid))
        .map_err(ClusterError::io("cannot change the owner of", path))
}

fn refuse_foreign(dir: &Path) -> Result<(), ClusterError> {
    if dir.join(MARKER).exists() {
        return Ok(());
    }
    let entries = fs::read_dir(dir).map_err(ClusterError::io("cannot list", dir))?.flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut found: Vec<String> = names.filter(|name| !NEUTRAL.contains(&name.as_str())).collect();
    if found.is_empty() {
        return Ok(());
    }
    found.sort();
    found.truncate(5);
    Err(ClusterError::ForeignFolder { dir: dir.to_owned(), found: found.join(", ") })
}

fn lock(dir: &Path) -> Result<File, ClusterError> {
    let path = dir.join(LOCK);
    // Rust opens files close-on-exec, so the postmaster never inherits the lock and an orphan cannot hold it.
    let mut file = writable(&path)
        .read(true)
        .truncate(false)
        .open(&path)
        .map_err(ClusterError::io("cannot open", &path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut pid = String::new();
            // The pid only makes the message better.
            drop(file.read_to_string(&mut pid));
            let owner = if pid.trim().is_empty() { String::new() } else { format!(" (pid {})", pid.trim()) };
            return Err(ClusterError::InUse { dir: dir.to_owned(), owner });
        }
        Err(TryLockError::Error(source)) => {
            return Err(ClusterError::Io { action: "cannot lock", path, source });
        }
    }
    let write = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
    write.map_err(ClusterError::io("cannot write", path))?;
    Ok(file)
}

fn set_mode(path: &Path, mode: u32) -> Result<(), ClusterError> {
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
        .map_err(ClusterError::io("cannot set the mode of", path))
}

fn read(path: &Path) -> Result<String, ClusterError> {
    fs::read_to_string(path).map_err(ClusterError::io("cannot read", path))
}
