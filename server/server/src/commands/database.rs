//! The database a command works on: the company's own by URL, or the private cluster.

use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use cluster::{
    Cluster, ClusterOptions, OsUser, StopMode, Watch, WatchEvent, drop_privileges, find_binaries_for,
};

use sha2::{Digest as _, Sha256};

use crate::cli::{Failure, say};
use crate::settings::Settings;

/// The database of the private cluster.
const NAME: &str = "recobra";
/// How long PostgreSQL may take to write its last checkpoint.
const STOP_MAX: Duration = Duration::from_mins(1);
/// How often the private postmaster is looked after.
const WATCH_EVERY: Duration = Duration::from_secs(1);

/// An open database.
pub struct Database {
    url: String,
    private: Option<Private>,
}

struct Private {
    cluster: Arc<Cluster>,
    watch: Watch,
}

impl Database {
    /// Opens what the settings name, for a process that opens doors: started as root, it becomes an unprivileged user for
    /// good before, whose database it is.
    ///
    /// # Errors
    /// Those of [`Database::open`]; when there is no user to become.
    pub fn open_to_serve(settings: &Settings) -> Result<Self, Failure> {
        give_up_root(settings)?;
        Self::open(settings)
    }

    /// Opens what the settings name. Started as root, the process becomes an unprivileged user for good before the
    /// private cluster starts.
    ///
    /// # Errors
    /// When PostgreSQL is missing, the folder cannot be used, or it does not start.
    pub fn open(settings: &Settings) -> Result<Self, Failure> {
        let database = &settings.database;
        if !database.url.is_empty() {
            return Ok(Self { url: database.url.clone(), private: None });
        }
        give_up_root(settings)?;
        let failed = |e: cluster::ClusterError| Failure::Work(format!("the private database: {e}"));
        prepare(&database.data_dir)?;
        let folder = database.data_dir.join("postgres");
        let explicit = Some(database.binaries_dir.as_path()).filter(|p| !p.as_os_str().is_empty());
        let binaries = find_binaries_for(&folder, explicit).map_err(failed)?;
        let options = ClusterOptions::new(folder, socket_dir(&database.data_dir)?, binaries);
        let cluster = Arc::new(Cluster::start(options).map_err(failed)?);
        cluster.create_database_if_missing(NAME).map_err(failed)?;
        let watch = cluster.watch(WATCH_EVERY, report).map_err(failed)?;
        Ok(Self { url: cluster.url(NAME), private: Some(Private { cluster, watch }) })
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stops the private cluster; a database by URL is left alone.
    pub fn close(self) {
        let Some(Private { cluster, watch }) = self.private else { return };
        drop(watch);
        if let Err(error) = cluster.stop(StopMode::Fast, STOP_MAX) {
            tracing::warn!(cause = %error, "the private database did not stop in time");
        }
    }
}

fn report(event: WatchEvent) {
    match event {
        WatchEvent::Restarted { pid, cause } => {
            tracing::warn!(pid, cause, "the private database had died and was started again");
        }
        WatchEvent::Failed { error, failures } => {
            tracing::error!(cause = %error, failures, "the private database is down and does not start");
        }
    }
}

/// Becomes the first user of `database.run_as` that exists, and gives that user the data folder.
fn give_up_root(settings: &Settings) -> Result<(), Failure> {
    if !OsUser::current().is_root() {
        return Ok(());
    }
    let database = &settings.database;
    let failed = |e: cluster::ClusterError| Failure::Work(format!("giving up root: {e}"));
    let candidates = database.run_as.iter().map(String::as_str).collect::<Vec<_>>();
    let user = cluster::resolve_user(&candidates).map_err(failed)?;
    let made = prepare(&database.data_dir);
    if database.url.is_empty() {
        made?;
    }
    // With a database by URL the folder holds at most mail, and may be where nothing can be made.
    if database.data_dir.exists() {
        cluster::chown_tree(&database.data_dir, &user).map_err(failed)?;
    }
    drop_privileges(&candidates).map_err(failed)?;
    say(&format!("started as root: going on as the user {}", user.name));
    Ok(())
}

fn prepare(data_dir: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(data_dir)
        .map_err(|e| Failure::Work(format!("cannot make database.data_dir {}: {e}", data_dir.display())))
}

/// Beside the data where the whole path is short enough for a socket, which Linux limits to 107 bytes; otherwise in the
/// temporary folder, under a name that follows from the path.
fn socket_dir(data_dir: &Path) -> Result<PathBuf, Failure> {
    const BYTES_MAX: usize = 80;
    let data_dir = std::path::absolute(data_dir)
        .map_err(|e| Failure::Work(format!("cannot find database.data_dir {}: {e}", data_dir.display())))?;
    let beside = data_dir.join("socket");
    if beside.as_os_str().len() <= BYTES_MAX {
        return Ok(beside);
    }
    let hash = Sha256::digest(data_dir.as_os_str().as_bytes());
    let name = kernel::text::hex(&hash).chars().take(16).collect::<String>();
    Ok(std::env::temp_dir().join(format!("recobra-{name}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_path_has_its_socket_elsewhere_and_always_in_the_same_place() {
        let of = |path: &Path| socket_dir(path).unwrap();
        assert_eq!(of(Path::new("/var/lib/recobra")), Path::new("/var/lib/recobra/socket"));
        let long = PathBuf::from(format!("/{}", "x".repeat(200)));
        assert!(of(&long).as_os_str().len() <= 80);
        assert_eq!(of(&long), of(&long));
        assert_ne!(of(&long), of(&long.join("y")));
    }

    #[test]
    fn a_path_is_judged_with_the_folder_it_begins_in() {
        // Short enough by itself, and too long with whatever stands before it.
        let found = socket_dir(Path::new(&"x".repeat(73))).unwrap();
        assert!(found.is_absolute() && found.as_os_str().len() <= 80, "{}", found.display());
    }
}
