//! Dunning through REST, over data pushed through gRPC.

mod attributes;
mod blocks;
mod by_hand;
mod catch_up;
mod contents;
mod documented;
mod gate;
mod history;
mod outlook;
mod own_companies;
mod proposals;
mod repeats;
mod rules;
mod scenarios;
mod schedule;
mod sending;
mod timing;

use serde_json::{Value, json};
use testkit::app::TestApp;
use testkit::push::{account, invoice, party};
use testkit::wait;

/// A book with one legal entity `E1`, its account `A1` and whatever a test adds.
struct Book {
    app: TestApp,
    entity: String,
}

impl Book {
    /// Data is fresh, nothing is owed.
    fn new() -> Self {
        let app = TestApp::start();
        let entity = app.entity("E1");
        app.push("ERP-E1")
            .parties(vec![party("P1", "Talleres Ibarra, S.L.")])
            .accounts(vec![account("A1", "P1")])
            .finish();
        Self { app, entity }
    }

    /// The same with an invoice `I1` of 100 due on a day.
    fn owing(due_on: &str) -> Self {
        let book = Self::new();
        book.invoice("I1", "100.00", due_on);
        book
    }

    fn invoice(&self, id: &str, amount: &str, due_on: &str) {
        self.app.push("ERP-E1").receivables(vec![invoice(id, "A1", amount, ("2025-11-02", due_on))]).finish();
    }

    /// Goes to the morning of a day and pushes what keeps the data fresh.
    fn on(&self, day: &str) -> &Self {
        self.app.set_clock(format!("{day}T08:00:00Z").parse().expect("an instant"));
        self.app.push("ERP-E1").finish();
        self
    }

    /// A real run of today, carried out.
    fn run(&self) -> Value {
        let started = self.start(&json!({ "legal_entity_id": self.entity })).expect(201);
        self.ended(&started)
    }

    fn start(&self, body: &Value) -> testkit::Reply {
        self.app.post("/v1/dunning/runs", body)
    }

    /// The run once it is no longer running.
    fn ended(&self, run: &Value) -> Value {
        let path = format!("/v1/dunning/runs/{}", text(&run["id"]));
        wait::until_some("the end of the run", || {
            let found = self.app.get(&path).expect(200);
            (found["state"] != "running").then_some(found)
        })
    }

    /// Goes to a day and runs; the decisions this run stored.
    fn decided(&self, day: &str) -> Vec<Value> {
        let run = self.on(day).run();
        assert_eq!(run["state"], "finished", "{run}");
        self.items(&format!("/v1/decisions?run={}", text(&run["id"])))
    }

    /// Goes to a day and runs; the one decision this run stored.
    fn decision(&self, day: &str) -> Value {
        let [decision] = <[Value; 1]>::try_from(self.decided(day)).expect("one decision");
        decision
    }

    fn items(&self, path: &str) -> Vec<Value> {
        self.app.get(path).expect(200)["items"].as_array().expect("items").clone()
    }

    /// The id of what was pushed under a key, with its prefix.
    fn id(&self, prefix: &str, key: &str) -> String {
        self.app
            .database
            .sql(&format!("SELECT r.pid('{prefix}', object_id) FROM natural_key WHERE external_id = '{key}'"))
    }

    /// Puts the standard scenario into force with another mode of a step.
    fn in_mode(&self, step: usize, mode: &str) {
        let mut document = self.app.get("/v1/scenarios/standard").expect(200)["document"].clone();
        document["steps"][step]["mode"] = json!(mode);
        self.app.post("/v1/scenarios", &json!({ "document": document })).expect(201);
        self.app.post("/v1/scenarios/standard/versions/2/activate", &json!({})).expect(200);
    }

    /// What the relay would prove: every planned message went out on a day.
    fn send_planned(&self, day: &str) {
        self.app.database.sql(&format!(
            "WITH sent AS (UPDATE message SET state = 'sent', sent_at = '{day}T09:00:00Z' WHERE state = 'planned' \
                 RETURNING account_id, id, action_id), \
             done AS (UPDATE action a SET state = 'executed' FROM sent s WHERE a.id = s.action_id) \
             UPDATE message_item i SET sent_on = '{day}' FROM sent s \
             WHERE i.account_id = s.account_id AND i.message_id = s.id"
        ));
    }

    fn count(&self, sql: &str) -> i64 {
        self.app.database.sql(&format!("SELECT count(*) FROM {sql}")).parse().expect("a number")
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

/// Outcome and main reason.
fn outcome(decision: &Value) -> (&str, &str) {
    (text(&decision["outcome"]), text(&decision["reason_code"]))
}
