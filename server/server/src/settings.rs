//! Configuration: compiled-in defaults, a file, the environment, secrets from files.

mod check;
mod lenient;
mod redact;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use config::{Config, ConfigError, Environment, File, FileFormat};
use serde::{Deserialize, Serialize};

/// Every key with its comment; also the documentation.
pub const DEFAULTS: &str = include_str!("../../../deploy/config.default.toml");

/// The whole configuration.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub server: Server,
    pub tls: Tls,
    pub database: Database,
    pub idempotency: Idempotency,
    pub dunning: Dunning,
    pub learning: Learning,
    pub alerts: Alerts,
    pub mail: Mail,
    pub book: Book,
    pub log: Log,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    pub rest_bind: SocketAddr,
    pub grpc_bind: SocketAddr,
    pub plaintext_beyond_loopback: bool,
    #[serde(deserialize_with = "lenient::list")]
    pub cors_origins: Vec<String>,
    pub queue_ms_max: u64,
    pub stop_seconds_max: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    pub certificate_file: PathBuf,
    pub key_file: PathBuf,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    pub url: String,
    #[serde(default, skip_serializing)]
    pub url_file: Option<PathBuf>,
    pub data_dir: PathBuf,
    pub binaries_dir: PathBuf,
    #[serde(deserialize_with = "lenient::list")]
    pub run_as: Vec<String>,
    pub connections: u32,
    pub bulk_connections: u32,
    pub report_connections: u32,
    pub ready_connections: u32,
    pub statement_seconds_max: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Idempotency {
    pub keep_days: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dunning {
    pub schedule: bool,
    pub send: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Learning {
    pub schedule: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alerts {
    /// 0 = only when somebody asks.
    pub every_hours: u16,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    pub default_relay: String,
    pub relays: BTreeMap<String, Relay>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Relay {
    Folder {
        path: PathBuf,
    },
    Smtp {
        host: String,
        #[serde(deserialize_with = "lenient::number")]
        port: u16,
        #[serde(default = "starttls")]
        tls: String,
        #[serde(default)]
        user: String,
        #[serde(default)]
        password: String,
        #[serde(default)]
        password_file: Option<PathBuf>,
        #[serde(default)]
        ca_file: Option<PathBuf>,
        /// How the relay is greeted: many refuse one that is no full name.
        #[serde(default = "host_name")]
        helo_name: String,
        #[serde(default = "per_minute", deserialize_with = "lenient::number")]
        per_domain_per_minute: u32,
        #[serde(default = "connect_seconds_max", deserialize_with = "lenient::number")]
        connect_seconds_max: u64,
        #[serde(default = "command_seconds_max", deserialize_with = "lenient::number")]
        command_seconds_max: u64,
        #[serde(default = "total_seconds_max", deserialize_with = "lenient::number")]
        total_seconds_max: u64,
    },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Book {
    pub test: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    pub level: String,
    pub format: String,
}

fn starttls() -> String {
    "starttls".to_owned()
}

fn per_minute() -> u32 {
    60
}

fn host_name() -> String {
    let name = nix::unistd::gethostname().ok().and_then(|name| name.into_string().ok());
    // The literal of an address is what RFC 5321 has for hosts without a name.
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| "[127.0.0.1]".to_owned())
}

fn connect_seconds_max() -> u64 {
    outbound::mail::Timeouts::default().connect.as_secs()
}

fn command_seconds_max() -> u64 {
    outbound::mail::Timeouts::default().command.as_secs()
}

fn total_seconds_max() -> u64 {
    outbound::mail::Timeouts::default().total.as_secs()
}

/// What is wrong with the configuration, with the key's path.
#[derive(Debug)]
pub struct SettingsError(pub Vec<String>);

impl std::fmt::Display for SettingsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl Settings {
    /// Reads defaults, then `file`, then the environment, then secrets from files, and checks the whole.
    ///
    /// # Errors
    /// Every problem found, each with the key it is about.
    pub fn load(file: Option<&Path>) -> Result<Self, SettingsError> {
        let settings = Self::read(file)?;
        let problems = settings.problems();
        if problems.is_empty() { Ok(settings) } else { Err(SettingsError(problems)) }
    }

    /// Like [`Settings::load`], and tries what a server would do with the files that the settings name.
    ///
    /// # Errors
    /// Every problem found, each with the key it is about.
    pub fn load_and_try(file: Option<&Path>) -> Result<Self, SettingsError> {
        let settings = Self::read(file)?;
        let mut problems = settings.problems();
        problems.extend(settings.problems_of_files());
        if problems.is_empty() { Ok(settings) } else { Err(SettingsError(problems)) }
    }

    fn read(file: Option<&Path>) -> Result<Self, SettingsError> {
        let mut builder = Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
        if let Some(file) = file {
            builder = builder.add_source(File::from(file).format(FileFormat::Toml));
        }
        let environment = Environment::with_prefix("RECOBRA").prefix_separator("__").separator("__");
        let built =
            builder.add_source(environment).build().map_err(|e| SettingsError(vec![e.to_string()]))?;
        let mut settings =
            built.clone().try_deserialize::<Self>().map_err(|first| type_problems(&built, &first))?;
        settings.read_secret_files()?;
        Ok(settings)
    }

    pub fn tls_on(&self) -> bool {
        !self.tls.certificate_file.as_os_str().is_empty()
    }

    fn read_secret_files(&mut self) -> Result<(), SettingsError> {
        let mut problems = Vec::new();
        let mut read = |key: &str, path: &Path, into: &mut String| match std::fs::read_to_string(path) {
            Ok(text) => text.trim().clone_into(into),
            Err(error) => problems.push(format!("{key}: cannot read {}: {error}", path.display())),
        };
        if let Some(path) = self.database.url_file.take() {
            read("database.url_file", &path, &mut self.database.url);
        }
        for (name, relay) in &mut self.mail.relays {
            if let Relay::Smtp { password, password_file, .. } = relay
                && let Some(path) = password_file.take()
            {
                read(&format!("mail.relays.{name}.password_file"), &path, password);
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(SettingsError(problems)) }
    }
}

/// The first problem of each section, because reading the whole ends with the first of all.
fn type_problems(built: &Config, first: &ConfigError) -> SettingsError {
    const SECTIONS: [&str; 8] =
        ["server", "tls", "database", "idempotency", "dunning", "mail", "book", "log"];
    let alone = |section: &&str| {
        let given = built.get_table(section).ok()?;
        let defaults = File::from_str(DEFAULTS, FileFormat::Toml);
        let rest_by_default = Config::builder().add_source(defaults).set_override(*section, given).ok()?;
        rest_by_default.build().and_then(Config::try_deserialize::<Settings>).err()
    };
    let found = SECTIONS.iter().filter_map(alone).map(|error| error.to_string());
    let mut problems = found.collect::<Vec<_>>();
    if problems.is_empty() {
        // Beside the sections: one that does not exist.
        problems.push(first.to_string());
    }
    SettingsError(problems)
}
