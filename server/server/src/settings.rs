//! Configuration: compiled-in defaults, a file, the environment, secrets from files.

mod lenient;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use config::{Config, Environment, File, FileFormat};
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
    pub statement_seconds_max: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Idempotency {
    pub keep_days: u32,
}

/// A caller that was away for a holiday week must find its keys again.
const KEEP_DAYS_MIN: u32 = 7;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dunning {
    pub schedule: bool,
    pub send: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    pub default_relay: String,
    pub relays: BTreeMap<String, Relay>,
}

/// Well below the half hour after which a reservation counts as lost with its process.
const TOTAL_SECONDS_MAX: u64 = 25 * 60;

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
        let mut builder = Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
        if let Some(file) = file {
            builder = builder.add_source(File::from(file).format(FileFormat::Toml));
        }
        let environment = Environment::with_prefix("RECOBRA").prefix_separator("__").separator("__");
        let read = builder.add_source(environment).build().and_then(Config::try_deserialize::<Self>);
        let mut settings = read.map_err(|e| SettingsError(vec![e.to_string()]))?;
        settings.read_secret_files()?;
        let problems = settings.problems();
        if problems.is_empty() { Ok(settings) } else { Err(SettingsError(problems)) }
    }

    pub fn tls_on(&self) -> bool {
        !self.tls.certificate_file.as_os_str().is_empty()
    }

    /// The effective configuration as TOML-like JSON without secrets.
    pub fn redacted(&self) -> serde_json::Value {
        let mut shown = serde_json::to_value(self).unwrap_or_default();
        if let Some(url) = shown.pointer_mut("/database/url") {
            *url = redact_url(&self.database.url).into();
        }
        for name in self.mail.relays.keys() {
            if let Some(password) = shown.pointer_mut(&format!("/mail/relays/{name}/password"))
                && password.as_str().is_some_and(|p| !p.is_empty())
            {
                *password = "[secret]".into();
            }
        }
        shown
    }

    fn read_secret_files(&mut self) -> Result<(), SettingsError> {
        let read = |key: &str, path: &Path| {
            std::fs::read_to_string(path)
                .map(|text| text.trim().to_owned())
                .map_err(|e| SettingsError(vec![format!("{key}: cannot read {}: {e}", path.display())]))
        };
        if let Some(path) = self.database.url_file.take() {
            self.database.url = read("database.url_file", &path)?;
        }
        for (name, relay) in &mut self.mail.relays {
            if let Relay::Smtp { password, password_file, .. } = relay
                && let Some(path) = password_file.take()
            {
                *password = read(&format!("mail.relays.{name}.password_file"), &path)?;
            }
        }
        Ok(())
    }

    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut check = |holds: bool, problem: &str| {
            if !holds {
                problems.push(problem.to_owned());
            }
        };
        let loopback = self.server.rest_bind.ip().is_loopback() && self.server.grpc_bind.ip().is_loopback();
        check(
            loopback || self.tls_on() || self.server.plaintext_beyond_loopback,
            "server.rest_bind, server.grpc_bind: without TLS only loopback addresses are served; set tls.* or say \
             server.plaintext_beyond_loopback = true",
        );
        let halves =
            self.tls.key_file.as_os_str().is_empty() == self.tls.certificate_file.as_os_str().is_empty();
        check(halves, "tls: certificate_file and key_file go together");
        check(self.database.connections >= 2, "database.connections: at least 2");
        check(self.database.bulk_connections >= 1, "database.bulk_connections: at least 1");
        check(self.database.report_connections >= 1, "database.report_connections: at least 1");
        check(
            self.mail.relays.contains_key(&self.mail.default_relay),
            "mail.default_relay: names no table of mail.relays",
        );
        check(
            self.idempotency.keep_days >= KEEP_DAYS_MIN,
            &format!("idempotency.keep_days: at least {KEEP_DAYS_MIN}"),
        );
        check(matches!(self.log.format.as_str(), "text" | "json"), "log.format: text or json");
        for origin in &self.server.cors_origins {
            check(is_origin(origin), &format!("server.cors_origins: {origin:?} is not scheme://host[:port]"));
        }
        for (name, relay) in &self.mail.relays {
            if let Relay::Smtp { tls, total_seconds_max, .. } = relay {
                let known = matches!(tls.as_str(), "starttls" | "implicit" | "none");
                check(known, &format!("mail.relays.{name}.tls: starttls, implicit or none"));
                check(
                    *total_seconds_max <= TOTAL_SECONDS_MAX,
                    &format!("mail.relays.{name}.total_seconds_max: at most {TOTAL_SECONDS_MAX}"),
                );
            }
        }
        problems
    }
}

/// What a browser sends as `Origin`; no wildcard, because every caller brings a key.
fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '*', ' ', '?', '#']))
}

/// Hides the password of a database address, in either of libpq's two forms.
fn redact_url(url: &str) -> String {
    const SECRET: &str = "[secret]";
    let Some((scheme, rest)) = url.split_once("://") else {
        let hide = |word: &str| match word.split_once('=') {
            Some(("password", _)) => format!("password={SECRET}"),
            _ => word.to_owned(),
        };
        return url.split(' ').map(hide).collect::<Vec<_>>().join(" ");
    };
    // A password may hold an `@`, a host may not.
    let Some((user, host)) = rest.rsplit_once('@') else { return url.to_owned() };
    match user.split_once(':') {
        Some((name, _)) => format!("{scheme}://{name}:{SECRET}@{host}"),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<Settings, SettingsError> {
        let path =
            std::env::temp_dir().join(format!("recobra-settings-{}-{}", std::process::id(), text.len()));
        std::fs::write(&path, text).unwrap();
        let loaded = Settings::load(Some(&path));
        std::fs::remove_file(path).unwrap();
        loaded
    }

    #[test]
    fn the_defaults_hold() {
        Settings::load(None).unwrap();
    }

    #[test]
    fn every_default_has_a_comment() {
        let mut commented = false;
        for line in DEFAULTS.lines() {
            let key = !line.starts_with('#') && line.contains(" = ");
            assert!(!key || commented, "no comment above: {line}");
            commented = line.starts_with('#');
        }
    }

    #[test]
    fn an_unknown_key_is_named() {
        let error = load("[server]\nrest_bnd = \"x\"").unwrap_err().to_string();
        assert!(error.contains("rest_bnd"), "{error}");
    }

    #[test]
    fn plain_text_stays_on_loopback_unless_told_otherwise() {
        let error = load("[server]\nrest_bind = \"0.0.0.0:8480\"").unwrap_err().to_string();
        assert!(error.contains("plaintext_beyond_loopback"), "{error}");
        load("[server]\nrest_bind = \"0.0.0.0:8480\"\nplaintext_beyond_loopback = true").unwrap();
    }

    #[test]
    fn the_password_of_a_database_is_hidden_in_every_form() {
        assert_eq!(redact_url("postgresql://u:p@ss@h/d"), "postgresql://u:[secret]@h/d");
        assert_eq!(redact_url("postgresql://u@h/d?x=a:b"), "postgresql://u@h/d?x=a:b");
        assert_eq!(redact_url("host=h password=geheim dbname=d"), "host=h password=[secret] dbname=d");
    }

    #[test]
    fn idempotency_keys_are_kept_for_a_week_at_least() {
        let error = load("[idempotency]\nkeep_days = 6").unwrap_err().to_string();
        assert!(error.contains("idempotency.keep_days"), "{error}");
        load("[idempotency]\nkeep_days = 7").unwrap();
    }

    #[test]
    fn secrets_are_not_shown() {
        let text = "[database]\nurl = \"postgresql://u:geheim@h/d\"\n[mail.relays.out]\nkind = \"smtp\"\nhost = \"h\"\nport = 25\npassword = \"geheim\"";
        let shown = load(text).unwrap().redacted().to_string();
        assert!(!shown.contains("geheim"), "{shown}");
        assert!(shown.contains("postgresql://u:[secret]@h/d"), "{shown}");
    }
}
