//! Health, reflection and TLS of both doors.

use std::io::Read as _;
use std::sync::Arc;

use testkit::app::TestApp;
use tonic::transport::{Certificate, ClientTlsConfig, Endpoint};

#[test]
fn the_grpc_door_says_that_it_is_well_and_what_it_offers() {
    let app = TestApp::start();
    let url = app.grpc_url();
    app.runtime.block_on(async {
        let channel = Endpoint::from_shared(url).expect("an address").connect().await.expect("a connection");
        let mut health = tonic_health::pb::health_client::HealthClient::new(channel.clone());
        for service in ["", "recobra.v1.PushService", "recobra.v1.EventService"] {
            let asked = tonic_health::pb::HealthCheckRequest { service: service.to_owned() };
            let answer = health.check(asked).await.expect("an answer").into_inner();
            assert_eq!(answer.status(), tonic_health::pb::health_check_response::ServingStatus::Serving);
        }
        use tonic_reflection::pb::v1 as reflection;
        let mut client = reflection::server_reflection_client::ServerReflectionClient::new(channel);
        let asked = reflection::ServerReflectionRequest {
            host: String::new(),
            message_request: Some(reflection::server_reflection_request::MessageRequest::ListServices(
                String::new(),
            )),
        };
        let answers = client.server_reflection_info(tokio_stream::once(asked)).await.expect("an answer");
        let first = answers.into_inner().message().await.expect("a message").expect("one");
        let text = format!("{first:?}");
        assert!(text.contains("recobra.v1.PushService"), "{text}");
    });
}

#[test]
fn with_a_certificate_both_doors_speak_tls_and_nothing_else() {
    let folder = testkit::process::DataDir::new("tls");
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]);
    let made = made.expect("a certificate");
    let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&certificate, made.cert.pem()).expect("write");
    std::fs::write(&key, made.signing_key.serialize_pem()).expect("write");
    let app = TestApp::with(|settings| {
        settings.tls.certificate_file = certificate;
        settings.tls.key_file = key;
    });
    let rest = app.base.trim_start_matches("http://").to_owned();
    assert!(https(&rest, made.cert.der().clone()).starts_with("HTTP/1.1 200"));
    assert!(plain(&rest).is_err(), "plain text is not answered");
    let grpc = app.grpc_url().replace("http://127.0.0.1", "https://localhost");
    let tls = ClientTlsConfig::new()
        .ca_certificate(Certificate::from_pem(made.cert.pem()))
        .domain_name("localhost");
    app.runtime.block_on(async {
        let endpoint = Endpoint::from_shared(grpc).expect("an address").tls_config(tls).expect("TLS");
        let channel = endpoint.connect().await.expect("a TLS connection");
        let mut health = tonic_health::pb::health_client::HealthClient::new(channel);
        health.check(tonic_health::pb::HealthCheckRequest::default()).await.expect("an answer");
    });
}

const REQUEST: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

fn https(address: &str, trusted: rustls::pki_types::CertificateDer<'static>) -> String {
    use std::io::Write as _;
    let mut roots = rustls::RootCertStore::empty();
    roots.add(trusted).expect("a root");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = "localhost".try_into().expect("a name");
    let session = rustls::ClientConnection::new(Arc::new(config), name).expect("a session");
    let socket = std::net::TcpStream::connect(address).expect("a connection");
    let mut stream = rustls::StreamOwned::new(session, socket);
    stream.write_all(REQUEST).expect("sent");
    let mut answer = Vec::new();
    // The server may close without close_notify: what came counts.
    drop(stream.read_to_end(&mut answer));
    String::from_utf8_lossy(&answer).into_owned()
}

fn plain(address: &str) -> std::io::Result<String> {
    use std::io::Write as _;
    let mut socket = std::net::TcpStream::connect(address)?;
    socket.set_read_timeout(Some(std::time::Duration::from_secs(10)))?;
    socket.write_all(REQUEST)?;
    let mut answer = String::new();
    socket.read_to_string(&mut answer)?;
    if answer.starts_with("HTTP/1.1 200") { Ok(answer) } else { Err(std::io::ErrorKind::InvalidData.into()) }
}
