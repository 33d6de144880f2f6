//! The whole server in this process, on loopback ports, over a database of its own, with a clock that tests move.

use std::sync::Arc;

use ::app::access::authenticate::system_ctx;
use kernel::Instant;
use kernel::clock::Clock as _;
use serde_json::{Value, json};
use server::ports::BookClock;
use server::running::Running;
use server::settings::{Relay, Settings};
use server::wire::{Wired, wire};
use tokio::runtime::Runtime;

use crate::cluster::TestDatabase;
use crate::http::{Call, Reply};

/// When tests begin unless they say otherwise: a Wednesday morning.
pub const START: &str = "2026-03-04T08:00:00Z";

/// A running server.
pub struct TestApp {
    pub runtime: Runtime,
    pub wired: Wired,
    pub settings: Settings,
    pub database: TestDatabase,
    /// An administrator with everything in reach.
    pub admin: String,
    pub base: String,
    running: Option<Running>,
}

/// Brings a database to the present schema and seed.
pub(crate) fn migrate(url: &str) {
    let runtime = Runtime::new().expect("a runtime");
    wire(&settings(), url, runtime.handle()).expect("migrate the template");
}

/// Settings of tests: ports chosen by the system, nothing scheduled, nothing sent by itself.
pub fn settings() -> Settings {
    let mut settings = Settings::load(None).expect("the default settings");
    settings.server.rest_bind = "127.0.0.1:0".parse().expect("an address");
    settings.server.grpc_bind = "127.0.0.1:0".parse().expect("an address");
    settings.dunning.schedule = false;
    settings.dunning.send = false;
    settings.learning.schedule = false;
    settings.alerts.every_hours = 0;
    settings.database.connections = 8;
    settings.database.ready_connections = 0;
    let mail = crate::cluster::scratch().join("mail");
    settings.mail.relays.insert("folder".to_owned(), Relay::Folder { path: mail });
    settings
}

impl TestApp {
    /// A server over a fresh clone of the template, its clock at [`START`].
    pub fn start() -> Self {
        Self::with(|_| {})
    }

    /// The same with other settings.
    pub fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = settings();
        change(&mut settings);
        let database = TestDatabase::migrated();
        Self::over(database, settings, START.parse().expect("an instant"))
    }

    /// A server over a database, with its clock at an instant.
    pub fn over(database: TestDatabase, settings: Settings, at: Instant) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let wired = wire(&settings, &database.url(), runtime.handle()).expect("wire the server");
        // A clone is quarantined, as it should be; tests of sending start with a confirmed one.
        database.sql("UPDATE installation SET sending_quarantined = false, quarantine_reason = NULL");
        let admin = admin_key(&wired);
        let tls = server::tls::load(&settings).expect("certificate and key");
        let running = runtime.block_on(Running::start(&settings, &wired, tls)).expect("open the doors");
        let base = format!("http://{}", running.rest_address);
        let app = Self { runtime, wired, settings, database, admin, base, running: Some(running) };
        app.set_clock(at);
        app
    }

    /// Moves the clock; partitions for the new time are made as the daily work would.
    pub fn set_clock(&self, at: Instant) {
        self.wired.store.ensure_partitions(at).expect("partitions");
        self.wired.clock.set(at);
    }

    pub fn clock(&self) -> &Arc<BookClock> {
        &self.wired.clock
    }

    pub fn now(&self) -> Instant {
        self.wired.clock.now()
    }

    pub fn grpc_url(&self) -> String {
        let address = self.running.as_ref().expect("the server runs").grpc_address;
        format!("http://{address}")
    }

    /// A request as the administrator.
    pub fn call<'c>(&'c self, method: &'c str, path: &str) -> Call<'c> {
        Call::new(&self.base, method, path).bearer(&self.admin)
    }

    pub fn get(&self, path: &str) -> Reply {
        self.call("GET", path).send()
    }

    pub fn post(&self, path: &str, body: &Value) -> Reply {
        self.call("POST", path).json(body).send()
    }

    pub fn put(&self, path: &str, body: &Value) -> Reply {
        self.call("PUT", path).json(body).send()
    }

    pub fn delete(&self, path: &str) -> Reply {
        self.call("DELETE", path).send()
    }

    /// An API key with these roles, on these rights (`("legal_entity", id)`), or on everything.
    pub fn key(&self, roles: &[&str], rights: Option<&[(&str, &str)]>) -> String {
        let given = rights.unwrap_or_default().iter().map(|(kind, id)| json!({ "kind": kind, "id": id }));
        let body = json!({ "name": "test", "roles": roles, "all_rights": rights.is_none(),
            "rights": given.collect::<Vec<_>>() });
        self.post("/v1/api-keys", &body).expect(201)["secret"].as_str().expect("a secret").to_owned()
    }

    /// A mandant, a Spanish legal entity in Madrid and a source; returns the legal entity's id.
    pub fn entity(&self, code: &str) -> String {
        self.database.sql(
            "INSERT INTO calendar (code, name, country, created_at, event_id) \
             VALUES ('ES', 'España', 'ES', now(), gen_random_uuid()) ON CONFLICT DO NOTHING",
        );
        let mandant =
            self.post("/v1/mandants", &json!({ "code": format!("M-{code}"), "name": "Grupo" })).expect(201);
        let body = json!({ "mandant_id": mandant["id"], "code": code, "name": format!("{code}, S.A."),
            "country": "ES", "time_zone": "Europe/Madrid", "language": "es", "currency": "EUR",
            "calendar_code": "ES", "tax_id": "A58818501", "address": ["Calle Mayor 1", "28013 Madrid"],
            "payee_iban": "ES9121000418450200051332", "payee_name": format!("{code}, S.A."),
            "sender_name": "Administración", "sender_email": "cobros@example.com", "scenario_code": "standard" });
        let entity =
            self.post("/v1/legal-entities", &body).expect(201)["id"].as_str().expect("an id").to_owned();
        let source = json!({ "legal_entity_id": entity, "code": format!("ERP-{code}"), "name": "ERP" });
        self.post("/v1/sources", &source).expect(201);
        entity
    }

    /// Looks at every due message and hands over those that may go, as the worker would.
    pub fn send_due(&self) {
        while self.runtime.block_on(self.wired.sender.send_one()).expect("look at a message").is_some() {}
    }

    /// Numbers every committed event now. The background may be at it: then this waits for that.
    pub fn sequence_events(&self) {
        crate::wait::until("every event is numbered", || {
            ::app::events::EventFeed::sequence(&self.wired.store, 10_000).expect("sequence");
            self.database.sql("SELECT count(*) FROM event_unsequenced") == "0"
        });
    }

    /// Stops the doors as a shutdown would.
    pub fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.stop());
        }
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A new administrator key, made as the installation itself would.
fn admin_key(wired: &Wired) -> String {
    use ::app::access::api_keys::{CreateApiKey, create_api_key};
    let ctx = system_ctx("test", wired.clock.now());
    let cmd = CreateApiKey {
        name: "administrator".to_owned(),
        roles: vec![domain::access::Role::Administrator],
        permissions: None,
        all_rights: true,
        rights: Vec::new(),
        expires_at: None,
    };
    create_api_key(&wired.api.app, wired.api.crypto.as_ref(), &ctx, &cmd)
        .expect("an administrator")
        .value
        .secret
}
