//! Making a new cluster.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Output},
};

use crate::{
    Binaries, ClusterError, ClusterOptions, Durability, OsUser, SUPERUSER,
    folder::{self, Folder},
    launch,
};

/// The file with our settings, in `pgdata`, included by `postgresql.conf`.
const SETTINGS: &str = "recobra.conf";
/// Only the unix socket is open, and only to who may enter its folder.
const HBA: &str = "# Written by Recobra: the mode of the socket folder is the fence, there is no TCP port.\n\
                   local all all trust\n";

/// Makes the cluster in `pgdata.new` and renames it: whatever interrupts this, `pgdata` is complete or absent.
pub(crate) fn initialise(
    folder: &Folder,
    options: &ClusterOptions,
    user: &OsUser,
) -> Result<(), ClusterError> {
    let (new, pgdata) = (folder.pgdata_new(), folder.pgdata());
    if new.exists() {
        tracing::warn!(path = %new.display(), "initdb was interrupted before; it begins again");
        fs::remove_dir_all(&new).map_err(ClusterError::io("cannot remove", &new))?;
    }
    run_initdb(folder, options, user, &new)?;
    folder::replace_file(&new.join("pg_hba.conf"), HBA, user)?;
    include_settings(&new)?;
    folder::sync_dir(&new)?;
    fs::rename(&new, &pgdata).map_err(ClusterError::io("cannot rename", &new))?;
    folder::sync_dir(folder.dir())?;
    folder.mark_ready(user)
}

/// Writes our settings; PostgreSQL reads them at its next start or reload.
pub(crate) fn write_settings(pgdata: &Path, text: &str, user: &OsUser) -> Result<(), ClusterError> {
    include_settings(pgdata)?;
    folder::replace_file(&pgdata.join(SETTINGS), text, user)
}

fn include_settings(pgdata: &Path) -> Result<(), ClusterError> {
    let path = pgdata.join("postgresql.conf");
    let line = format!("include_if_exists '{SETTINGS}'");
    let text = fs::read_to_string(&path).map_err(ClusterError::io("cannot read", &path))?;
    if text.lines().any(|present| present == line) {
        return Ok(());
    }
    let mut file =
        folder::writable(&path).append(true).open(&path).map_err(ClusterError::io("cannot open", &path))?;
    let write = writeln!(file, "\n{line}").and_then(|()| file.sync_all());
    write.map_err(ClusterError::io("cannot write", &path))
}

fn run_initdb(
    folder: &Folder,
    options: &ClusterOptions,
    user: &OsUser,
    new: &Path,
) -> Result<(), ClusterError> {
    let output = initdb(options, user, new, "C.UTF-8")?;
    if output.status.success() {
        return Ok(());
    }
    // Hosts without the locale C.UTF-8 get the plain one: only the classes of letters beyond ASCII differ.
    let first = said(&output);
    if first.contains("invalid locale") {
        let plain = initdb(options, user, new, "C")?;
        return if plain.status.success() { Ok(()) } else { Err(failed(folder, &plain)) };
    }
    Err(failed(folder, &output))
}

fn failed(folder: &Folder, output: &Output) -> ClusterError {
    let text = said(output);
    launch::disk_full(folder.dir(), &text)
        .unwrap_or(ClusterError::Initdb { status: output.status.to_string(), output: text })
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).trim().to_owned()
}

fn initdb(options: &ClusterOptions, user: &OsUser, new: &Path, ctype: &str) -> Result<Output, ClusterError> {
    let mut command = as_user(&options.binaries, "initdb", user);
    command.arg("--pgdata").arg(new).args(["--username", SUPERUSER, "--encoding", "UTF8"]);
    // Text is compared by bytes: fast, and no upgrade of the host's C library can corrupt an index.
    command.args(["--locale", "C", "--lc-ctype", ctype]);
    command.args(["--data-checksums", "--auth-local", "trust", "--auth-host", "reject", "--no-instructions"]);
    if options.durability == Durability::Fast {
        command.arg("--no-sync");
    }
    command.output().map_err(|source| ClusterError::Tool { tool: "initdb".to_owned(), source })
}

/// A server program that runs as `user`, whatever the environment of this process says about PostgreSQL.
pub(crate) fn as_user(binaries: &Binaries, tool: &str, user: &OsUser) -> Command {
    use std::os::unix::process::CommandExt;
    let mut command = plain(binaries, tool);
    if OsUser::current().is_root() && !user.is_root() {
        // Without explicit groups the standard library also drops those of root.
        command.uid(user.uid).gid(user.gid);
    }
    command
}

/// A program of PostgreSQL in a clean environment.
pub(crate) fn plain(binaries: &Binaries, tool: &str) -> Command {
    let mut command = Command::new(binaries.tool(tool));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PG") {
            command.env_remove(name);
        }
    }
    // The current folder may be one that the other user cannot enter.
    command.current_dir("/").env("LC_ALL", "C").stdin(std::process::Stdio::null());
    command
}
