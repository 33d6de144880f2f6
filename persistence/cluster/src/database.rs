//! Databases of the cluster, made through `psql`: this crate needs no client library.

use std::process::Command;

use crate::{Cluster, ClusterError, ClusterOptions, PORT, SUPERUSER, init, launch};

/// `NAMEDATALEN` of PostgreSQL less the terminator.
const NAME_BYTES_MAX: usize = 63;
const CONNECT_TIMEOUT_SECONDS: &str = "10";
/// The SQLSTATE we give to a failure of the connection itself, for which `psql` prints none.
const CONNECTION_FAILED: &str = "08001";

impl Cluster {
    /// The libpq URL of a database, as the superuser.
    pub fn url(&self, database: &str) -> String {
        self.url_as(SUPERUSER, database)
    }

    /// The libpq URL of a database, as `role`.
    pub fn url_as(&self, role: &str, database: &str) -> String {
        let host = percent(&self.options().socket_dir.display().to_string());
        format!("postgresql://{}@/{}?host={host}&port={PORT}", percent(role), percent(database))
    }

    /// Makes an empty database.
    ///
    /// # Errors
    /// `DatabaseName`, `DatabaseExists`, `DiskFull`.
    pub fn create_database(&self, name: &str) -> Result<(), ClusterError> {
        let name = checked(name)?;
        self.administer(name, &format!("CREATE DATABASE \"{name}\""))
    }

    /// Makes an empty database unless one of that name is there.
    ///
    /// # Errors
    /// `DatabaseName`, `DiskFull`.
    pub fn create_database_if_missing(&self, name: &str) -> Result<(), ClusterError> {
        match self.create_database(name) {
            Err(ClusterError::DatabaseExists { .. }) => Ok(()),
            other => other,
        }
    }

    /// Makes a copy of the database `template`, to which nobody may be connected.
    ///
    /// # Errors
    /// `DatabaseName`, `DatabaseExists`, `NoSuchDatabase` (the template), `DatabaseInUse` (the template), `DiskFull`.
    pub fn create_database_from_template(&self, name: &str, template: &str) -> Result<(), ClusterError> {
        let (name, template) = (checked(name)?, checked(template)?);
        self.administer(name, &format!("CREATE DATABASE \"{name}\" TEMPLATE \"{template}\""))
    }

    /// Drops a database and ends its sessions; one that does not exist is fine.
    pub fn drop_database(&self, name: &str) -> Result<(), ClusterError> {
        let name = checked(name)?;
        self.administer(name, &format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)"))
    }

    /// Runs SQL as the superuser and returns what `psql` prints, unaligned and without headings. Several statements are
    /// one transaction. Never pass text from outside.
    ///
    /// # Errors
    /// [`ClusterError::Sql`] with the SQLSTATE, `08001` if there is no connection; [`ClusterError::DiskFull`].
    pub fn sql(&self, database: &str, sql: &str) -> Result<String, ClusterError> {
        run(self.options(), database, sql)
    }

    /// A client program of PostgreSQL (`pg_dump`, `pg_restore`, `psql`) set to connect to this cluster as superuser.
    pub fn tool(&self, name: &str) -> Command {
        client(self.options(), name)
    }

    fn administer(&self, name: &str, sql: &str) -> Result<(), ClusterError> {
        match run(self.options(), "postgres", sql) {
            Ok(_) => Ok(()),
            Err(ClusterError::Sql { sqlstate, message }) => Err(match sqlstate.as_str() {
                "42P04" | "23505" => ClusterError::DatabaseExists { name: name.to_owned() },
                "3D000" => ClusterError::NoSuchDatabase { name: quoted(&message) },
                "55006" => ClusterError::DatabaseInUse { name: quoted(&message) },
                _ => ClusterError::Sql { sqlstate, message },
            }),
            Err(other) => Err(other),
        }
    }
}

pub(crate) fn run(options: &ClusterOptions, database: &str, sql: &str) -> Result<String, ClusterError> {
    let mut psql = client(options, "psql");
    psql.args(["--no-psqlrc", "--no-password", "--quiet", "--no-align", "--tuples-only"]);
    psql.args(["--set", "ON_ERROR_STOP=1", "--set", "VERBOSITY=verbose"]);
    psql.args(["--dbname", database, "--command", sql]);
    let output = psql.output().map_err(|source| ClusterError::Tool { tool: "psql".to_owned(), source })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let (sqlstate, message) = parse_error(&said);
    Err(launch::disk_full(&options.data_dir, &said).unwrap_or(ClusterError::Sql { sqlstate, message }))
}

fn client(options: &ClusterOptions, tool: &str) -> Command {
    let mut command = init::plain(&options.binaries, tool);
    command.env("PGHOST", &options.socket_dir).env("PGPORT", PORT.to_string()).env("PGUSER", SUPERUSER);
    command.env("PGCONNECT_TIMEOUT", CONNECT_TIMEOUT_SECONDS);
    command
}

/// Reads `ERROR:  42P04: database "x" already exists` out of what `psql` says.
fn parse_error(said: &str) -> (String, String) {
    let reported = said.lines().find_map(|line| {
        let (_, rest) = line.split_once("ERROR:  ").or_else(|| line.split_once("FATAL:  "))?;
        let (sqlstate, message) = rest.split_once(": ")?;
        let coded =
            sqlstate.len() == 5 && sqlstate.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        coded.then(|| (sqlstate.to_owned(), message.to_owned()))
    });
    reported.unwrap_or_else(|| (CONNECTION_FAILED.to_owned(), said.trim().to_owned()))
}

/// The first quoted name of a message of PostgreSQL.
fn quoted(message: &str) -> String {
    message.split('"').nth(1).unwrap_or(message).to_owned()
}

/// Names are restricted rather than escaped: they also stand in URLs, file names and logs.
fn checked(name: &str) -> Result<&str, ClusterError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let starts = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    if starts && name.len() <= NAME_BYTES_MAX && name.chars().all(plain) {
        return Ok(name);
    }
    Err(ClusterError::DatabaseName { name: name.to_owned() })
}

fn percent(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    let encode = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(encode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_reach_sql() {
        for good in ["recobra", "it_0001", "_x"] {
            assert!(checked(good).is_ok(), "{good}");
        }
        let long = "a".repeat(64);
        for bad in ["", "1a", "A", "a-b", "a\"; DROP TABLE x", "ñ", "a b", long.as_str()] {
            assert!(matches!(checked(bad), Err(ClusterError::DatabaseName { .. })), "{bad}");
        }
    }

    #[test]
    fn a_path_is_encoded_for_the_url() {
        assert_eq!(percent("/run/a b&c"), "%2Frun%2Fa%20b%26c");
    }

    #[test]
    fn errors_of_psql_carry_their_sqlstate() {
        let said = "ERROR:  42P04: database \"x\" already exists\nLOCATION:  createdb, dbcommands.c:1\n";
        assert_eq!(parse_error(said), ("42P04".to_owned(), "database \"x\" already exists".to_owned()));
        assert_eq!(quoted("database \"x\" already exists"), "x");
        assert_eq!(parse_error("psql: error: connection failed: gone").0, "08001");
    }
}
