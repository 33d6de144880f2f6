//! The running cluster: start, adopt, restart, stop.

use std::{
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::Child,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI32, Ordering},
    },
    time::{Duration, Instant},
};

use nix::sys::signal::Signal;

use crate::{
    ClusterError, ClusterOptions, OsUser, chown_tree, database,
    folder::{self, Contents, Folder},
    init, launch,
    postmaster::{self, PidFile},
    settings,
    watch::Health,
};

/// What a drop, or a restart that found a postmaster it cannot use, allows each mode of stopping.
const FAST_STOP_WAIT: Duration = Duration::from_secs(30);
const IMMEDIATE_STOP_WAIT: Duration = Duration::from_secs(10);

/// How a running postmaster was come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The cluster is new.
    Initialised,
    /// It was shut down properly before.
    Started,
    /// It was not, and PostgreSQL recovered from its write-ahead log.
    Recovered,
    /// It outlived its former server and goes on.
    Adopted,
}

/// How to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopMode {
    /// Open transactions are rolled back, sessions closed, a checkpoint written.
    Fast,
    /// As in a crash: the next start recovers from the write-ahead log.
    Immediate,
}

/// A PostgreSQL cluster that belongs to this process until it is dropped. Dropping it stops PostgreSQL (fast), unless
/// [`ClusterOptions::keep_running`] says otherwise.
#[derive(Debug)]
pub struct Cluster {
    options: ClusterOptions,
    user: OsUser,
    folder: Folder,
    origin: Origin,
    pid: AtomicI32,
    process: Mutex<Process>,
}

#[derive(Debug)]
struct Process {
    /// `None` if the postmaster was adopted: then it is not our child.
    child: Option<Child>,
    stopped: bool,
}

struct Up {
    child: Option<Child>,
    pid: i32,
    origin: Origin,
}

impl Cluster {
    /// Starts the cluster of `options.data_dir`: makes it at first, adopts a postmaster that still runs on it, recovers
    /// it after a crash. Returns when it answers.
    ///
    /// # Errors
    /// Nothing was changed after `SocketPathTooLong`, `Setting`, `RootNeedsUser`, `CannotRunAs`, `UserIsRoot`,
    /// `ForeignFolder`, `InUse`, `WrongMajor`, `DataMissing`, `WrongOwner`, `Unreachable`, `SocketFolder`. `Start` and
    /// `Initdb` carry the output of PostgreSQL; `DiskFull` and `StartTimeout` may be tried again.
    pub fn start(options: ClusterOptions) -> Result<Self, ClusterError> {
        let options = options.checked()?;
        let user = user_of(&options)?;
        let folder = Folder::open(&options, &user)?;
        let contents = folder.contents(options.binaries.major(), &user)?;
        settle_owner(&folder, &user)?;
        folder::prepare_socket_dir(&options.socket_dir, &user)?;
        if contents == Contents::Empty {
            init::initialise(&folder, &options, &user)?;
        }
        let up = bring_up(&folder, &options, &user)?;
        let origin = if contents == Contents::Empty { Origin::Initialised } else { up.origin };
        tracing::info!(pid = up.pid, ?origin, data = %folder.dir().display(), "the PostgreSQL cluster runs");
        let process = Mutex::new(Process { child: up.child, stopped: false });
        Ok(Self { pid: AtomicI32::new(up.pid), options, user, folder, origin, process })
    }

    /// How [`Cluster::start`] came by the postmaster.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    pub fn options(&self) -> &ClusterOptions {
        &self.options
    }

    /// The log of PostgreSQL.
    pub fn log_path(&self) -> PathBuf {
        self.folder.log()
    }

    /// The process id of the postmaster: the last known one if it does not run.
    pub fn postmaster_pid(&self) -> i32 {
        self.pid.load(Ordering::Acquire)
    }

    /// Whether the postmaster lives. Cheap; does not wait for a restart under way.
    pub fn is_running(&self) -> bool {
        postmaster::is_postgres_of(self.postmaster_pid(), &self.folder.pgdata())
    }

    /// Bytes that PostgreSQL may still write to the disk of the data folder.
    pub fn disk_free_bytes(&self) -> Result<u64, ClusterError> {
        launch::free_bytes(self.folder.dir())
    }

    /// Restarts the postmaster if it died or lost its socket; says what was found. For supervisors, see
    /// [`Cluster::watch`]. Does nothing after [`Cluster::stop`].
    ///
    /// # Errors
    /// As [`Cluster::start`] of a cluster that exists; each call tries again.
    pub fn ensure_running(&self) -> Result<Health, ClusterError> {
        let mut process = self.process();
        if process.stopped {
            return Ok(Health::Stopped);
        }
        let Some(cause) = self.fault(&mut process)? else { return Ok(Health::Running) };
        tracing::warn!(pid = self.postmaster_pid(), cause, "the PostgreSQL cluster is restarted");
        folder::prepare_socket_dir(&self.options.socket_dir, &self.user)?;
        let up = bring_up(&self.folder, &self.options, &self.user)?;
        self.pid.store(up.pid, Ordering::Release);
        process.child = up.child;
        Ok(Health::Restarted { pid: up.pid, cause })
    }

    /// Stops the postmaster for good and waits until it is gone. Without effect if it was stopped already.
    ///
    /// # Errors
    /// [`ClusterError::StopTimeout`]: it goes on stopping; call again with another mode, or give it more time.
    pub fn stop(&self, mode: StopMode, timeout: Duration) -> Result<(), ClusterError> {
        let mut process = self.process();
        process.stopped = true;
        let signal = match mode {
            StopMode::Fast => Signal::SIGINT,
            StopMode::Immediate => Signal::SIGQUIT,
        };
        stop_one(self.postmaster_pid(), process.child.as_mut(), &self.folder.pgdata(), (signal, timeout))
    }

    /// What is wrong with the postmaster, if anything.
    fn fault(&self, process: &mut Process) -> Result<Option<String>, ClusterError> {
        if let Some(child) = &mut process.child {
            let ended = child.try_wait().map_err(ClusterError::io("cannot wait for", "postgres"))?;
            if let Some(status) = ended {
                return Ok(Some(format!("the postmaster ended ({status})")));
            }
        }
        if !self.is_running() {
            return Ok(Some("the postmaster is gone".to_owned()));
        }
        // A cleaner of temporary files, or a service manager that removes its runtime folder.
        let open = UnixStream::connect(self.options.socket_path()).is_ok();
        Ok((!open).then(|| "the socket is gone".to_owned()))
    }

    fn process(&self) -> MutexGuard<'_, Process> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.options.keep_running || self.process().stopped {
            return;
        }
        let pid = self.postmaster_pid();
        let pgdata = self.folder.pgdata();
        let mut process = self.process();
        if let Err(error) = stop_at_last(pid, process.child.as_mut(), &pgdata) {
            tracing::error!(%error, "the PostgreSQL cluster was not stopped");
        }
    }
}

/// Who runs the postmaster.
fn user_of(options: &ClusterOptions) -> Result<OsUser, ClusterError> {
    let current = OsUser::current();
    match &options.run_as {
        None if current.is_root() => Err(ClusterError::RootNeedsUser),
        None => Ok(current),
        Some(user) if user.is_root() => Err(ClusterError::UserIsRoot { user: user.name.clone() }),
        Some(user) if current.is_root() || current.uid == user.uid => Ok(user.clone()),
        Some(user) => Err(ClusterError::CannotRunAs { uid: current.uid, user: user.name.clone() }),
    }
}

/// PostgreSQL insists on owning its folder: gives it to the user, after stopping a postmaster of the former one.
fn settle_owner(folder: &Folder, user: &OsUser) -> Result<(), ClusterError> {
    let pgdata = folder.pgdata();
    let Some(owner) = folder.pgdata_owner()?.filter(|owner| *owner != user.uid) else { return Ok(()) };
    if !OsUser::current().is_root() {
        return Err(ClusterError::WrongOwner { path: pgdata, owner, uid: user.uid });
    }
    if let Some(file) = living(&pgdata) {
        stop_at_last(file.pid, None, &pgdata)?;
    }
    chown_tree(&pgdata, user)
}

fn living(pgdata: &Path) -> Option<PidFile> {
    PidFile::read(pgdata).filter(|file| postmaster::is_postgres_of(file.pid, pgdata))
}

/// Adopts the living postmaster or starts one.
fn bring_up(folder: &Folder, options: &ClusterOptions, user: &OsUser) -> Result<Up, ClusterError> {
    let pgdata = folder.pgdata();
    init::write_settings(&pgdata, &settings::render(options), user)?;
    if let Some(file) = living(&pgdata) {
        if let Some(pid) = adopt(file.pid, folder, options)? {
            return Ok(Up { child: None, pid, origin: Origin::Adopted });
        }
        stop_at_last(file.pid, None, &pgdata)?;
    }
    let clean = !PidFile::path(&pgdata).exists();
    postmaster::end_orphans(&pgdata)?;
    postmaster::remove_stale(&PidFile::path(&pgdata), &pgdata)?;
    let socket_lock = options.socket_dir.join(format!(".s.PGSQL.{}.lock", crate::PORT));
    postmaster::remove_stale(&socket_lock, &pgdata)?;
    let child = launch::launch(folder, options, user)?;
    let pid = i32::try_from(child.id()).unwrap_or(0);
    Ok(Up { child: Some(child), pid, origin: if clean { Origin::Started } else { Origin::Recovered } })
}

/// Waits until the living postmaster is ready and proves that it is ours and where we want it. `None`: it is not usable,
/// another must be started in its place.
fn adopt(pid: i32, folder: &Folder, options: &ClusterOptions) -> Result<Option<i32>, ClusterError> {
    let (began, pgdata) = (Instant::now(), folder.pgdata());
    loop {
        let Some(file) = living(&pgdata).filter(|file| file.pid == pid && !file.stopping) else {
            return Ok(None);
        };
        if file.ready {
            let private = Path::new(&file.socket_dir) == options.socket_dir && file.listens_on.is_empty();
            if !private || !answers(options, &pgdata) {
                tracing::warn!(
                    pid,
                    socket = file.socket_dir,
                    "the running postmaster cannot be adopted; it is restarted"
                );
                return Ok(None);
            }
            postmaster::signal(pid, Signal::SIGHUP)?;
            return Ok(Some(pid));
        }
        if began.elapsed() > options.start_timeout {
            let log = launch::log_tail(&folder.log(), 0);
            return Err(ClusterError::StartTimeout { waited: began.elapsed(), log });
        }
        std::thread::sleep(postmaster::POLL);
    }
}

fn answers(options: &ClusterOptions, pgdata: &Path) -> bool {
    let found = database::run(options, "postgres", "SHOW data_directory");
    found.is_ok_and(|dir| Path::new(dir.trim()).canonicalize().is_ok_and(|dir| dir == pgdata))
}

/// Stops fast, then immediately, then by force.
fn stop_at_last(pid: i32, mut child: Option<&mut Child>, pgdata: &Path) -> Result<(), ClusterError> {
    for how in [(Signal::SIGINT, FAST_STOP_WAIT), (Signal::SIGQUIT, IMMEDIATE_STOP_WAIT)] {
        match stop_one(pid, child.as_deref_mut(), pgdata, how) {
            Err(ClusterError::StopTimeout { .. }) => {
                tracing::warn!(pid, signal = %how.0, "PostgreSQL did not stop");
            }
            settled => return settled,
        }
    }
    stop_one(pid, child, pgdata, (Signal::SIGKILL, IMMEDIATE_STOP_WAIT))
}

fn stop_one(
    pid: i32,
    mut child: Option<&mut Child>,
    pgdata: &Path,
    (signal, timeout): (Signal, Duration),
) -> Result<(), ClusterError> {
    let began = Instant::now();
    let mut sent = false;
    loop {
        if let Some(child) = child.as_deref_mut()
            && child.try_wait().map_err(ClusterError::io("cannot wait for", "postgres"))?.is_some()
        {
            return Ok(());
        }
        if !postmaster::is_postgres_of(pid, pgdata) {
            return Ok(());
        }
        if !sent {
            postmaster::signal(pid, signal)?;
            sent = true;
        }
        if began.elapsed() > timeout {
            return Err(ClusterError::StopTimeout { pid, waited: began.elapsed() });
        }
        std::thread::sleep(postmaster::POLL);
    }
}
