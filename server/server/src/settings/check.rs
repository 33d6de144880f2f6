//! What settings must hold beyond their types.

use std::net::IpAddr;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use super::{Relay, Settings};
use crate::{courier, tls};

/// A caller that was away for a holiday week must find its keys again.
const KEEP_DAYS_MIN: u32 = 7;

/// Well below the half hour after which a reservation counts as lost with its process.
const TOTAL_SECONDS_MAX: u64 = 25 * 60;

impl Settings {
    /// What is wrong, each with the key it is about.
    pub(super) fn problems(&self) -> Vec<String> {
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
        check(self.database.statement_seconds_max >= 1, "database.statement_seconds_max: at least 1");
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
        problems.extend(level_problem(&self.log.level));
        for (name, relay) in &self.mail.relays {
            problems.extend(relay_problems(name, relay));
        }
        problems
    }

    /// What a server would stumble over when it opens the files that are named.
    pub(super) fn problems_of_files(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if !self.tls.key_file.as_os_str().is_empty() {
            problems.extend(tls::load(self).err().map(|error| format!("tls: {error}")));
        }
        for (name, relay) in &self.mail.relays {
            // What is wrong with its keys was said already.
            if relay_problems(name, relay).is_empty()
                && let Err(error) = courier::try_relay(name, relay)
            {
                let (text, place) = (error.to_string(), format!("mail.relays.{name}"));
                problems.push(if text.starts_with(&place) { text } else { format!("{place}: {text}") });
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

/// What no mail could be handed over with, and what would let others read a password.
fn relay_problems(name: &str, relay: &Relay) -> Vec<String> {
    let Relay::Smtp {
        host,
        tls,
        user,
        per_domain_per_minute,
        connect_seconds_max,
        command_seconds_max,
        total_seconds_max,
        ..
    } = relay
    else {
        return Vec::new();
    };
    let mut problems = Vec::new();
    let mut check = |holds: bool, key: &str, problem: &str| {
        if !holds {
            problems.push(format!("mail.relays.{name}.{key}: {problem}"));
        }
    };
    check(matches!(tls.as_str(), "starttls" | "implicit" | "none"), "tls", "starttls, implicit or none");
    check(
        tls != "none" || user.is_empty() || is_this_host(host),
        "tls",
        "with none the password would travel in clear text, which only a relay on this host (localhost, 127.0.0.1) may get; \
         say starttls or implicit, or leave out user",
    );
    check(!host.is_empty(), "host", "names no host");
    check(*per_domain_per_minute >= 1, "per_domain_per_minute", "at least 1");
    check(*connect_seconds_max >= 1, "connect_seconds_max", "at least 1");
    check(*command_seconds_max >= 1, "command_seconds_max", "at least 1");
    check(*total_seconds_max >= 1, "total_seconds_max", "at least 1");
    check(
        *total_seconds_max <= TOTAL_SECONDS_MAX,
        "total_seconds_max",
        &format!("at most {TOTAL_SECONDS_MAX}"),
    );
    problems
}

/// Whether what is sent there stays on this machine. Another name may resolve to it today and elsewhere tomorrow.
fn is_this_host(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// A word that is no level would be taken for the name of a module and silence all others.
fn level_problem(level: &str) -> Option<String> {
    let unknown = |part: &&str| !part.contains(['=', '[']) && part.parse::<LevelFilter>().is_err();
    let word = level.split(',').map(str::trim).find(unknown);
    let wrong = match word {
        Some(word) => format!("{word:?} is no level"),
        None => EnvFilter::try_new(level).err()?.to_string(),
    };
    Some(format!(
        "log.level: {wrong}; error, warn, info, debug, trace or off, or such as \"info,store=debug\""
    ))
}
