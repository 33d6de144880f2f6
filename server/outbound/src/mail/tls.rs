//! Whom we trust to be the relay.

use std::sync::Arc;

use kernel::{Error, Outcome};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

use super::codes;
use super::relay::{SmtpRelay, Tls};

/// What is needed for a handshake with one relay.
#[derive(Clone)]
pub(super) struct Trust {
    pub(super) connector: TlsConnector,
    pub(super) host: ServerName<'static>,
}

impl Trust {
    /// Reads the trusted authorities; `None` for a relay without TLS.
    ///
    /// # Errors
    /// `mail.relay_invalid` when the PEM holds no certificate, the host name cannot be in one, or the host trusts nobody.
    pub(super) fn for_relay(relay: &SmtpRelay) -> Outcome<Option<Self>> {
        if relay.tls == Tls::None {
            return Ok(None);
        }
        let wrong = |field: &str, message: String| Error::field(field, &codes::RELAY_INVALID, message);
        let host = ServerName::try_from(relay.host.clone())
            .map_err(|e| wrong("host", format!("{:?} is not a host name", relay.host)).caused_by(e))?;
        let roots = match &relay.ca_pem {
            Some(pem) => given_roots(pem)?,
            None => host_roots()?,
        };
        let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|e| wrong("tls", "TLS is not available".to_owned()).caused_by(e))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Some(Self { connector: TlsConnector::from(Arc::new(config)), host }))
    }
}

fn given_roots(pem: &str) -> Outcome<RootCertStore> {
    let wrong = |message: &str| Error::field("ca_pem", &codes::RELAY_INVALID, message);
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|e| wrong("the PEM cannot be read").caused_by(e))?;
        roots.add(certificate).map_err(|e| wrong("a certificate cannot be read").caused_by(e))?;
    }
    if roots.is_empty() {
        return Err(wrong("the PEM holds no certificate"));
    }
    Ok(roots)
}

fn host_roots() -> Outcome<RootCertStore> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(found.certs);
    if added == 0 {
        let causes: Vec<String> = found.errors.iter().map(ToString::to_string).collect();
        let message = "this host trusts no authority: install its certificates, or give those of the relay";
        return Err(Error::field("ca_pem", &codes::RELAY_INVALID, message).caused_by(causes.join("; ")));
    }
    Ok(roots)
}
