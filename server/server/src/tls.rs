//! TLS for both doors from one certificate.

use std::fs;
use std::io;
use std::path::Path;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tonic::transport::{Identity, ServerTlsConfig};

use crate::settings::Settings;

/// The configuration of each door; `None` in plain text.
pub struct DoorTls {
    pub rest: Option<rustls::ServerConfig>,
    pub grpc: Option<ServerTlsConfig>,
}

/// Reads the certificate and key that the settings name.
///
/// # Errors
/// When a file cannot be read, is no PEM, or key and certificate do not belong together.
pub fn load(settings: &Settings) -> io::Result<DoorTls> {
    if !settings.tls_on() {
        return Ok(DoorTls { rest: None, grpc: None });
    }
    let (certificate, key) = (&settings.tls.certificate_file, &settings.tls.key_file);
    let (chain_pem, key_pem) = (read(certificate)?, read(key)?);
    let wrong = |path: &Path, what: &dyn std::fmt::Display| {
        io::Error::new(io::ErrorKind::InvalidData, format!("{}: {what}", path.display()))
    };
    let chain = CertificateDer::pem_slice_iter(&chain_pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| wrong(certificate, &e))?;
    let private = PrivateKeyDer::from_pem_slice(&key_pem).map_err(|e| wrong(key, &e))?;
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let mut rest = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, private))
        .map_err(|e| wrong(certificate, &e))?;
    rest.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let grpc = ServerTlsConfig::new().identity(Identity::from_pem(&chain_pem, &key_pem));
    Ok(DoorTls { rest: Some(rest), grpc: Some(grpc) })
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    fs::read(path).map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", path.display())))
}
