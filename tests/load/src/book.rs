//! A server with a large book, and psql beside it.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use chrono::{Days, NaiveDate};
use proto::v1::push_chunks_request::Rows;
use proto::v1::{
    AccountRow, AccountRows, ContactRow, ContactRows, EntryRow, EntryRows, OpenSessionRequest, PartyRow,
    PartyRows, PushChunksRequest, PushMode, ReceivableRow, ReceivableRows, RowCounts,
};
use serde_json::{Value, json};
use server::push_client::PushClient;
use testkit::process::{DataDir, Process};
use tokio::runtime::Runtime;
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::ReceiverStream;

/// The business date of the book.
pub(crate) const TODAY: &str = "2026-06-30";

/// A running server and its data.
pub(crate) struct Book {
    pub(crate) accounts: usize,
    pub(crate) receivables: usize,
    pub(crate) server: Process,
    pub(crate) data: DataDir,
    pub(crate) entity: String,
    runtime: Runtime,
    sequence: i64,
}

impl Book {
    /// Starts the server on an embedded database of its own; its clock stands on [`TODAY`].
    pub(crate) fn start(recobra: &Path, accounts: usize, receivables: usize) -> Self {
        let data = DataDir::new("load");
        let mail = data.path().join("mail");
        let settings = [
            ("RECOBRA__BOOK__TEST", "true"),
            ("RECOBRA__DUNNING__SEND", "false"),
            ("RECOBRA__MAIL__RELAYS__FOLDER__KIND", "folder"),
            ("RECOBRA__MAIL__RELAYS__FOLDER__PATH", mail.to_str().expect("a path")),
            ("RECOBRA__LOG__LEVEL", "warn"),
        ];
        let mut server = Process::start(recobra.to_str().expect("a path"), &data, &settings);
        server.sign_up();
        server.post("/v1/book/clock", &json!({ "now": format!("{TODAY}T08:00:00Z") })).expect(200);
        let mandant = server.post("/v1/mandants", &json!({ "code": "M", "name": "Grupo" })).expect(201);
        let entity = json!({ "mandant_id": mandant["id"], "code": "E", "name": "Muestra, S.A.", "country": "ES",
            "time_zone": "Europe/Madrid", "language": "es", "currency": "EUR", "calendar_code": "ES",
            "address": ["Calle Mayor 1"], "payee_iban": "ES9121000418450200051332",
            "sender_email": "cobros@muestra.example", "scenario_code": "standard", "stale_after_hours": 240 });
        let entity =
            server.post("/v1/legal-entities", &entity).expect(201)["id"].as_str().expect("an id").to_owned();
        server
            .post("/v1/sources", &json!({ "legal_entity_id": entity, "code": "ERP", "name": "ERP" }))
            .expect(201);
        let runtime = Runtime::new().expect("a runtime");
        Self { accounts, receivables, server, data, entity, runtime, sequence: 0 }
    }

    pub(crate) fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// Ends the server and its database.
    pub(crate) fn stop(self) {
        drop(self.server.stop());
    }

    /// Pushes what is new or changed.
    pub(crate) fn push(&mut self, chunks: impl Iterator<Item = Rows> + Send + 'static) -> RowCounts {
        self.push_as(PushMode::Delta, chunks)
    }

    /// Pushes chunks in one session and adds up what came of them. The next chunk is made while one is on its way.
    pub(crate) fn push_as(
        &mut self,
        mode: PushMode,
        chunks: impl Iterator<Item = Rows> + Send + 'static,
    ) -> RowCounts {
        self.sequence += 1;
        let asked = OpenSessionRequest {
            source: "ERP".to_owned(),
            mode: mode.into(),
            as_of: TODAY.to_owned(),
            sequence: self.sequence,
            ..OpenSessionRequest::default()
        };
        let mut sum = RowCounts::default();
        self.runtime.block_on(async {
            let mut client =
                PushClient::connect(&self.server.grpc_url, &self.server.admin, None).await.expect("a door");
            let session_id = client.open(asked).await.expect("a session").id;
            let (made, making) = tokio::sync::mpsc::channel(2);
            let id = session_id.clone();
            let maker = std::thread::spawn(move || {
                for (chunk_no, rows) in (1..).zip(chunks) {
                    let chunk = PushChunksRequest { session_id: id.clone(), chunk_no, rows: Some(rows) };
                    made.blocking_send(chunk).expect("the server takes them all");
                }
            });
            let mut answers = client.stream(ReceiverStream::new(making)).await.expect("a stream");
            while let Some(answer) = answers.next().await {
                let counts = answer.expect("acknowledged").counts.unwrap_or_default();
                sum.created += counts.created;
                sum.unchanged += counts.unchanged;
                sum.rejected += counts.rejected + counts.parked;
            }
            maker.join().expect("every chunk was made");
            let finished = client.finish(&session_id, Vec::new()).await;
            finished.unwrap_or_else(|status| panic!("{status}\n{}", self.server.said()));
        });
        assert_eq!(sum.rejected, 0, "every row of the book is good");
        sum
    }

    /// Runs psql on the server's own database.
    pub(crate) fn psql(&self, sql: &str) -> String {
        self.psql_each(&[sql])
    }

    fn psql_each(&self, commands: &[&str]) -> String {
        let output = Command::new("psql")
            .args([
                "-h",
                self.data.path().join("socket").to_str().expect("a path"),
                "-U",
                "recobra",
                "-d",
                "recobra",
            ])
            .args(["-v", "ON_ERROR_STOP=1", "-qAtX"])
            .args(commands.iter().flat_map(|command| ["-c", command]))
            .output()
            .expect("run psql");
        assert!(output.status.success(), "{commands:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// How long psql waits for a statement under a setting, its own start left out.
    pub(crate) fn psql_timed(&self, setting: &str, sql: &str) -> Duration {
        let said = self.psql_each(&[setting, "\\timing on", sql]);
        let time = said.lines().find_map(|line| line.strip_prefix("Time: ")).expect("psql tells the time");
        let milliseconds = time.split_whitespace().next().and_then(|ms| ms.parse::<f64>().ok());
        Duration::from_secs_f64(milliseconds.expect("milliseconds") / 1000.0)
    }

    /// The most memory the server ever had, in MiB.
    pub(crate) fn peak_mib(&self) -> u64 {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.server.pid())).expect("its status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its peak");
        line.split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok()).expect("a number") / 1024
    }

    /// Waits until the server does nothing by itself: what it begins once a day it has done.
    pub(crate) fn quiet(&self) {
        let waits = format!(
            "SELECT (SELECT count(*) FROM event_unsequenced) + (SELECT count(*) FROM exposure_movement) \
                 + (SELECT count(*) FROM alert_run WHERE state = 'running') > 0 \
                 OR NOT EXISTS (SELECT 1 FROM alert_run WHERE business_on = '{TODAY}')"
        );
        while self.psql(&waits) == "t" {
            std::thread::sleep(Duration::from_millis(500));
        }
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        self.server.get(path).expect(200)
    }

    /// Parties, accounts and contacts.
    pub(crate) fn customers(&self) -> impl Iterator<Item = Rows> + Send + use<> {
        let accounts = self.accounts;
        let chunk = 5_000;
        let each = move |make: fn(usize, usize) -> Rows| {
            (0..accounts).step_by(chunk).map(move |from| make(from, (from + chunk).min(accounts)))
        };
        each(parties).chain(each(accounts_of)).chain(each(contacts))
    }

    /// So many part payments of each invoice.
    pub(crate) fn payments(&self, each: usize) -> impl Iterator<Item = Rows> + Send + use<> {
        let (all, accounts) = (self.receivables * each, self.accounts);
        let chunk = 10_000;
        (0..all).step_by(chunk).map(move |from| {
            let rows = (from..(from + chunk).min(all)).map(|n| payment(n / each, n % each, accounts));
            Rows::Entries(EntryRows { rows: rows.collect() })
        })
    }

    /// What is left of one invoice in so many, after so many part payments.
    pub(crate) fn settlements(
        &self,
        every: usize,
        parts: usize,
    ) -> impl Iterator<Item = Rows> + Send + use<> {
        let (all, accounts) = (self.receivables, self.accounts);
        let chunk = 10_000 * every;
        (0..all).step_by(chunk).map(move |from| {
            let rows = (from..(from + chunk).min(all)).step_by(every).map(|n| settlement(n, parts, accounts));
            Rows::Entries(EntryRows { rows: rows.collect() })
        })
    }

    /// What a run did, once it is finished.
    pub(crate) fn finished(&self, path: &str) -> Value {
        loop {
            let run = self.get(path);
            match run["state"].as_str() {
                Some("running") => std::thread::sleep(Duration::from_millis(50)),
                Some("finished") => return run["counts"].clone(),
                _ => panic!("{run}"),
            }
        }
    }

    /// So many invoices that are not there yet.
    pub(crate) fn more_invoices(&self, count: usize) -> impl Iterator<Item = Rows> + Send + use<> {
        let (from, accounts) = (self.receivables, self.accounts);
        let chunk = 10_000;
        (from..from + count).step_by(chunk).map(move |start| {
            let rows = (start..(start + chunk).min(from + count)).map(|n| invoice(n, accounts)).collect();
            Rows::Receivables(ReceivableRows { rows })
        })
    }

    /// The invoices, spread evenly over the accounts and over due dates from half a year ago to two months ahead.
    pub(crate) fn invoices(&self) -> impl Iterator<Item = Rows> + Send + use<> {
        let (all, accounts) = (self.receivables, self.accounts);
        let chunk = 10_000;
        (0..all).step_by(chunk).map(move |from| {
            let rows = (from..(from + chunk).min(all)).map(|n| invoice(n, accounts)).collect();
            Rows::Receivables(ReceivableRows { rows })
        })
    }
}

fn payment(n: usize, part: usize, accounts: usize) -> EntryRow {
    let invoice = invoice(n, accounts);
    let (due, today): (NaiveDate, NaiveDate) =
        (invoice.due_on.parse().expect("a day"), TODAY.parse().expect("a day"));
    EntryRow {
        external_id: format!("Z{n:08}-{part}"),
        account_external_id: invoice.account_external_id,
        kind: "payment".to_owned(),
        amount: "10.00".to_owned(),
        currency: "EUR".to_owned(),
        effective_on: (due - Days::new(20) + Days::new(9 * part as u64)).min(today).to_string(),
        receivable_external_id: invoice.external_id,
        ..EntryRow::default()
    }
}

/// Paid in full within a month of its due date, before or after.
fn settlement(n: usize, parts: usize, accounts: usize) -> EntryRow {
    let invoice = invoice(n, accounts);
    let (due, today): (NaiveDate, NaiveDate) =
        (invoice.due_on.parse().expect("a day"), TODAY.parse().expect("a day"));
    let (whole, cents) = invoice.amount.split_once('.').expect("two decimals");
    let whole = whole.parse::<usize>().expect("a number") - 10 * parts;
    EntryRow {
        external_id: format!("S{n:08}"),
        account_external_id: invoice.account_external_id,
        kind: "payment".to_owned(),
        amount: format!("{whole}.{cents}"),
        currency: "EUR".to_owned(),
        effective_on: (due - Days::new(10) + Days::new((n / accounts % 40) as u64)).min(today).to_string(),
        receivable_external_id: invoice.external_id,
        ..EntryRow::default()
    }
}

fn parties(from: usize, to: usize) -> Rows {
    let row = |n: usize| PartyRow {
        external_id: format!("P{n}"),
        name: format!("Cliente número {n}, S.L."),
        country: "ES".to_owned(),
        ..PartyRow::default()
    };
    Rows::Parties(PartyRows { rows: (from..to).map(row).collect() })
}

fn accounts_of(from: usize, to: usize) -> Rows {
    let row = |n: usize| AccountRow {
        external_id: format!("A{n}"),
        party_external_id: format!("P{n}"),
        name: format!("Cliente número {n}, S.L."),
        currency: "EUR".to_owned(),
        ..AccountRow::default()
    };
    Rows::Accounts(AccountRows { rows: (from..to).map(row).collect() })
}

fn contacts(from: usize, to: usize) -> Rows {
    let row = |n: usize| ContactRow {
        external_id: format!("C{n}"),
        account_external_id: format!("A{n}"),
        name: "Administración".to_owned(),
        email: format!("pagos@cliente{n}.example"),
        ..ContactRow::default()
    };
    Rows::Contacts(ContactRows { rows: (from..to).map(row).collect() })
}

fn invoice(n: usize, accounts: usize) -> ReceivableRow {
    let today: NaiveDate = TODAY.parse().expect("a day");
    let due = today - Days::new(180) + Days::new((n % 240) as u64);
    ReceivableRow {
        external_id: format!("F{n:08}"),
        account_external_id: format!("A{}", n % accounts),
        document_no: format!("F/2026/{n:08}"),
        currency: "EUR".to_owned(),
        amount: format!("{}.{:02}", 50 + n % 5_000, n % 100),
        issue_on: (due - Days::new(30)).to_string(),
        due_on: due.to_string(),
        order_no: format!("P-{n}"),
        ..ReceivableRow::default()
    }
}
