//! What settings must hold beyond their types.

use super::{Relay, Settings};

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
