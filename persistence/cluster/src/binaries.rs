//! Finding the PostgreSQL server binaries of the host.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{ClusterError, folder};

/// The oldest major version of PostgreSQL that is supported.
pub const MAJOR_MIN: u32 = 15;

/// Folders of distributions that hold one sub-folder per version: parent, prefix of the entry, tail below the entry.
const VERSIONED: [(&str, &str, &str); 3] = [
    ("/usr/lib/postgresql", "", "bin"),  // Debian, Ubuntu
    ("/usr", "pgsql-", "bin"),           // packages of the PostgreSQL project for RHEL
    ("/usr/libexec", "postgresql", "."), // Alpine
];
const NEEDED: [&str; 3] = ["postgres", "initdb", "psql"];

/// One installation of PostgreSQL server programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    dir: PathBuf,
    major: u32,
    version: String,
}

impl Binaries {
    /// The folder that holds the programs.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The major version, e.g. 15.
    pub fn major(&self) -> u32 {
        self.major
    }

    /// The version as the server states it, e.g. `15.18`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The path of one program, e.g. `pg_dump`.
    pub fn tool(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }
}

/// Finds the server binaries: only in `explicit` if it is given, else the newest of the distribution's folders,
/// `pg_config --bindir` and `PATH`.
///
/// # Errors
/// [`ClusterError::BadBinaries`] if `explicit` is not usable or too old; [`ClusterError::NoBinaries`] if there are none.
pub fn find_binaries(explicit: Option<&Path>) -> Result<Binaries, ClusterError> {
    if let Some(dir) = explicit {
        return probe(dir);
    }
    installed().into_iter().max_by_key(|found| found.major).ok_or_else(nothing_found)
}

/// Like [`find_binaries`], but prefers the version that wrote the data in `data_dir`, so that an upgrade of the host
/// that leaves both versions installed does not stop the server.
pub fn find_binaries_for(data_dir: &Path, explicit: Option<&Path>) -> Result<Binaries, ClusterError> {
    if explicit.is_some() {
        return find_binaries(explicit);
    }
    let written_by = folder::written_by(data_dir);
    let rank = |found: &Binaries| (Some(found.major.to_string()) == written_by, found.major);
    installed().into_iter().max_by_key(rank).ok_or_else(nothing_found)
}

fn nothing_found() -> ClusterError {
    let looked = candidates().iter().map(|dir| dir.display().to_string()).collect::<Vec<_>>().join(", ");
    ClusterError::NoBinaries {
        looked: format!("/usr/lib/postgresql/*/bin, pg_config --bindir, PATH: {looked}"),
    }
}

fn installed() -> Vec<Binaries> {
    candidates().iter().filter_map(|dir| probe(dir).ok()).collect()
}

fn candidates() -> Vec<PathBuf> {
    let mut dirs = Vec::new();
    for (parent, prefix, tail) in VERSIONED {
        let entries = fs::read_dir(parent).into_iter().flatten().flatten();
        let versions = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix));
        dirs.extend(versions.map(|entry| entry.path().join(tail)));
    }
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        dirs.push(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    }
    dirs.extend(env::var_os("PATH").iter().flat_map(env::split_paths));
    dirs.retain(|dir| dir.is_absolute() && dir.join("postgres").is_file());
    dirs.dedup();
    dirs
}

fn probe(dir: &Path) -> Result<Binaries, ClusterError> {
    let bad = |reason: String| ClusterError::BadBinaries { dir: dir.to_owned(), reason };
    if let Some(missing) = NEEDED.iter().find(|name| !dir.join(name).is_file()) {
        return Err(bad(format!("the program {missing} is missing")));
    }
    let output = Command::new(dir.join("postgres"))
        .arg("--version")
        .output()
        .map_err(|e| bad(format!("postgres cannot be run: {e}")))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let (major, version) =
        parse_version(&text).ok_or_else(|| bad(format!("postgres --version says {text:?}")))?;
    if major < MAJOR_MIN {
        return Err(bad(format!("they are version {version}; {MAJOR_MIN} or newer is needed")));
    }
    Ok(Binaries { dir: dir.to_owned(), major, version })
}

/// Reads `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`, and `18beta1`.
fn parse_version(text: &str) -> Option<(u32, String)> {
    let version = text.split_whitespace().nth(2)?;
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    Some((digits.parse().ok()?, version.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_what_postgres_prints() {
        let debian = parse_version("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n");
        assert_eq!(debian, Some((15, "15.18".to_owned())));
        assert_eq!(parse_version("postgres (PostgreSQL) 18beta1"), Some((18, "18beta1".to_owned())));
        assert_eq!(parse_version("something else"), None);
    }

    #[test]
    fn a_folder_without_the_programs_says_what_is_missing() {
        let error = find_binaries(Some(Path::new("/nonexistent"))).unwrap_err();
        assert!(error.to_string().contains("the program postgres is missing"), "{error}");
    }

    #[test]
    fn the_error_without_binaries_names_the_package() {
        assert!(nothing_found().to_string().contains("Install the package `postgresql`"));
    }
}
