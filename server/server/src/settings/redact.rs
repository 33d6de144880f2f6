//! Settings as they may be shown.

use super::Settings;

impl Settings {
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
}

/// Hides the password of a database address, in either of libpq's two forms.
pub(super) fn redact_url(url: &str) -> String {
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
