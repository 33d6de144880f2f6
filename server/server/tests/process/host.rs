//! A server that can be killed or stopped and comes back at the same address, over a database that stays.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::json;
use testkit::cluster::TestDatabase;
use testkit::process::{DataDir, Process};

use crate::RECOBRA;

pub(crate) struct Host {
    database: TestDatabase,
    folder: DataDir,
    settings: Vec<(&'static str, String)>,
    server: Option<Process>,
    grpc: String,
}

impl Host {
    /// With the source `ERP-E1` and an administrator's key in the file `key`.
    pub(crate) fn new(name: &str, settings: Vec<(&'static str, String)>) -> Self {
        let (database, folder) = (TestDatabase::empty(), DataDir::new(name));
        let mut host = Self { database, folder, settings, server: None, grpc: "127.0.0.1:0".to_owned() };
        host.start(String::new());
        let server = host.server.as_mut().expect("a server");
        server.sign_up();
        let mandant = server.post("/v1/mandants", &json!({ "code": "M", "name": "Grupo" })).expect(201);
        let entity = json!({ "mandant_id": mandant["id"], "code": "E1", "name": "E1, S.A.", "country": "ES",
            "time_zone": "Europe/Madrid", "language": "es", "currency": "EUR", "calendar_code": "ES",
            "address": ["Calle Mayor 1", "28013 Madrid"], "sender_name": "Cobros",
            "sender_email": "cobros@example.com" });
        let entity = server.post("/v1/legal-entities", &entity).expect(201);
        let source = json!({ "legal_entity_id": entity["id"], "code": "ERP-E1", "name": "ERP" });
        server.post("/v1/sources", &source).expect(201);
        fs::write(host.folder.path().join("key"), &server.admin).expect("the key");
        host
    }

    pub(crate) fn start(&mut self, admin: String) {
        let url = self.database.url();
        let mut settings =
            vec![("RECOBRA__DATABASE__URL", url.as_str()), ("RECOBRA__SERVER__GRPC_BIND", &self.grpc)];
        settings.extend(self.settings.iter().map(|(key, value)| (*key, value.as_str())));
        let mut server = Process::start(RECOBRA, &self.folder, &settings);
        server.admin = admin;
        server.grpc_url.trim_start_matches("http://").clone_into(&mut self.grpc);
        self.server = Some(server);
    }

    pub(crate) fn server(&self) -> &Process {
        self.server.as_ref().expect("a server")
    }

    /// The server, to be ended.
    pub(crate) fn take(&mut self) -> Process {
        self.server.take().expect("a server")
    }

    pub(crate) fn url(&self) -> String {
        self.database.url()
    }

    pub(crate) fn sql(&self, query: &str) -> String {
        self.database.sql(query)
    }

    /// `recobra push` of a file with this content, ready to run.
    pub(crate) fn push(&self, file: &str, content: &str) -> Command {
        let path = self.file(file);
        fs::write(&path, content).expect("a file");
        let mut command = Command::new(RECOBRA);
        command
            .arg("push")
            .arg(path)
            .args(["--source", "ERP-E1", "--profile", "recobra", "--as-of", "2026-03-04", "--url"])
            .arg(format!("http://{}", self.grpc))
            .arg("--key-file")
            .arg(self.file("key"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}
