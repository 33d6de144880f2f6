//! Asks a rating provider for its reports, over HTTP with time and size bounded. What the answer means is not read here.

use std::sync::Arc;
use std::time::Duration;

use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// Bytes of one answer.
const ANSWER_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// Reports asked for at once.
const PAGE_REPORTS: &str = "500";

/// One provider.
#[derive(Debug, Clone)]
pub struct Bureau {
    agent: ureq::Agent,
    url: String,
    token: Option<String>,
}

impl Bureau {
    /// A provider at an address, which is given a bearer token where there is one. The whole of a request takes no longer
    /// than `patience`. Certificates are those that the host trusts; redirections are not followed, because the token would
    /// be.
    pub fn new(url: impl Into<String>, token: Option<String>, patience: Duration) -> Self {
        let found = rustls_native_certs::load_native_certs().certs;
        let roots = found.iter().map(|der| Certificate::from_der(der).to_owned()).collect::<Vec<_>>();
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::Specific(Arc::new(roots)))
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(patience))
            .max_redirects(0)
            .tls_config(tls)
            .build()
            .into();
        Self { agent, url: url.into(), token }
    }

    /// The answer to `GET <url>?limit=500&after=<place>`, as text.
    ///
    /// # Errors
    /// What went wrong, in words for the log: no answer in time, another status than success, an answer without end.
    pub fn page(&self, after: Option<&str>) -> Result<String, String> {
        let mut request = self.agent.get(&self.url).query("limit", PAGE_REPORTS);
        if let Some(after) = after {
            request = request.query("after", after);
        }
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        let mut answer = request.call().map_err(|e| e.to_string())?;
        let body = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX);
        body.read_to_string().map_err(|e| e.to_string())
    }
}
