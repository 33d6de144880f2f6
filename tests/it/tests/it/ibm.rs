//! Real invoices and settlements, replayed day by day with the test clock as an ERP would push them. On every day the
//! ledger, the ageing and the set of reminded accounts equal an independent computation.

mod expected;
mod file;
mod learned;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kernel::Decimal;
use proto::v1::RowOutcome;
use serde_json::{Value, json};
use testkit::app::{TestApp, settings};
use testkit::cluster::TestDatabase;
use testkit::wait;

use expected::{Expected, GRACE, LADDER, MINIMUM, Reminder, SPACING};
use file::Extract;

/// A day of the file, kept to be asked for again when it is long past.
struct Kept {
    day: NaiveDate,
    ageing: BTreeMap<String, [i64; 5]>,
}

/// The server, with the customers of the file in it.
struct Replay {
    app: TestApp,
    entity: String,
    extract: Extract,
    expected: Expected,
}

impl Replay {
    fn of(csv: &[u8]) -> Self {
        let (extract, expected) = (file::extract(csv), Expected::new(file::invoices(csv)));
        let (first, _) = expected.span();
        let app = TestApp::over(TestDatabase::migrated(), settings(), morning(first));
        let entity = app.entity("US");
        put_into_force(&app);
        app.push("ERP-US")
            .parties(extract.parties.clone())
            .accounts(extract.accounts.clone())
            .contacts(extract.contacts.clone())
            .finish();
        Self { app, entity, extract, expected }
    }

    /// Lives through one day and compares everything.
    fn live(&mut self, day: NaiveDate) {
        self.app.set_clock(morning(day));
        self.push(day);
        assert_eq!(self.open(), self.expected.open(day), "open invoices on {day}");
        assert_eq!(self.ageing(""), self.expected.ageing(day), "ageing on {day}");
        assert_eq!(self.remind(day), self.expected.remind(day), "reminders on {day}");
    }

    fn push(&mut self, day: NaiveDate) {
        let mut push = self.app.push("ERP-US");
        if let Some(rows) = self.extract.issued.remove(&day) {
            push = push.receivables(rows);
            assert!(push.outcomes().iter().all(|o| *o == RowOutcome::Created), "{day}: {:?}", push.issues());
        }
        if let Some(rows) = self.extract.settled.remove(&day) {
            push = push.entries(rows);
            assert!(push.outcomes().iter().all(|o| *o == RowOutcome::Created), "{day}: {:?}", push.issues());
        }
        push.finish();
    }

    /// Open cents by invoice, as the ledger stores them.
    fn open(&self) -> BTreeMap<String, i64> {
        let rows = self.app.database.sql(
            "SELECT k.external_id, i.open_amount FROM receivable i \
             JOIN natural_key k ON k.kind = 'receivable' AND k.object_id = i.id WHERE i.open_amount <> 0",
        );
        let row = |line: &str| {
            let (number, open) = line.split_once('|').expect("two columns");
            (number.to_owned(), cents(open))
        };
        rows.lines().filter(|line| !line.is_empty()).map(row).collect()
    }

    /// Cents by account number and bucket, over REST.
    fn ageing(&self, at: &str) -> BTreeMap<String, [i64; 5]> {
        let found = self.app.get(&format!("/v1/ageing?group_by=account{at}")).expect(200);
        assert_eq!(found["labels"], json!(["not_due", "1-30", "31-60", "61-90", ">90"]));
        assert!(found["next_after"].is_null(), "one page holds them all");
        let row = |row: &Value| {
            assert_eq!(text(&row["currency"]), "USD");
            let buckets = row["buckets"].as_array().expect("buckets").iter();
            let buckets = buckets.map(|b| cents(text(&b["amount"]))).collect::<Vec<_>>();
            assert_eq!(buckets.iter().sum::<i64>(), cents(text(&row["total_amount"])));
            (text(&row["code"]).to_owned(), buckets.try_into().expect("five buckets"))
        };
        found["rows"].as_array().expect("rows").iter().map(row).collect()
    }

    /// Runs the dunning; step and claim by account number. What it plans goes out the same day.
    fn remind(&self, day: NaiveDate) -> BTreeMap<String, Reminder> {
        let started =
            self.app.post("/v1/dunning/runs", &json!({ "legal_entity_id": self.entity })).expect(201);
        // What the server's own worker does when it next looks; whoever is first carries the run out.
        app::dunning::work::work_once(&self.app.wired.api.app, 10_000, &|| false).expect("work");
        let path = format!("/v1/dunning/runs/{}", text(&started["id"]));
        let run = wait::until_some("the end of the run", || {
            let found = self.app.get(&path).expect(200);
            (found["state"] != "running").then_some(found)
        });
        assert_eq!(
            (text(&run["state"]), text(&run["business_on"])),
            ("finished", &*day.to_string()),
            "{run}"
        );
        let path = format!("/v1/decisions?run={}&outcome=act&limit=200", text(&run["id"]));
        let acts = self.app.get(&path).expect(200)["items"].as_array().expect("items").clone();
        self.send_planned(day);
        acts.iter().map(|d| (text(&d["account_number"]).to_owned(), reminder(d))).collect()
    }

    /// What a relay would prove: every planned message went out on this day.
    fn send_planned(&self, day: NaiveDate) {
        self.app.database.sql(&format!(
            "WITH sent AS (UPDATE message SET state = 'sent', sent_at = '{day}T09:00:00Z' WHERE state = 'planned' \
                 RETURNING account_id, id, action_id), \
             done AS (UPDATE action a SET state = 'executed' FROM sent s WHERE a.id = s.action_id) \
             UPDATE message_item i SET sent_on = '{day}' FROM sent s \
             WHERE i.account_id = s.account_id AND i.message_id = s.id"
        ));
    }

    /// Every day from the first invoice to the last settlement.
    fn play(mut self, keep_every: usize) {
        let (first, last) = self.expected.span();
        let days = first.iter_days().take_while(|day| *day <= last).collect::<Vec<_>>();
        let mut kept = Vec::new();
        for (n, day) in days.iter().enumerate() {
            self.live(*day);
            if n % keep_every == keep_every - 1 {
                kept.push(Kept { day: *day, ageing: self.expected.ageing(*day) });
            }
        }
        assert!(self.open().is_empty() && self.extract.issued.is_empty() && self.extract.settled.is_empty());
        assert!(kept.iter().any(|k| !k.ageing.is_empty()));
        for Kept { day, ageing } in kept {
            assert_eq!(self.ageing(&format!("&as_of={day}")), ageing, "as of {day}");
            let then = evening(day);
            assert_eq!(self.ageing(&format!("&as_of={day}&known_at={then}")), ageing, "as known on {day}");
        }
        self.app.sequence_events();
        let found = self.app.wired.store.verify().expect("verify");
        assert!(found.holds(), "{found:?}");
    }
}

/// The ladder of [`LADDER`], all of it automatic, as the legal entity's scenario.
fn put_into_force(app: &TestApp) {
    let step = |step: &expected::Step| {
        json!({ "code": step.code, "name": { "en": step.code, "es": step.code },
            "when": { "days": step.days, "relation": "after_due" }, "gap_days": step.gap,
            "min_total": { "USD": Decimal::new(step.worth, 2).to_string() }, "channel": "email",
            "template": step.code, "mode": "automatic", "contact_purpose": "dunning" })
    };
    let document = json!({ "schema": 1, "code": "standard", "name": { "en": "Three steps", "es": "Tres pasos" },
        "minimum_amounts": { "USD": Decimal::new(MINIMUM, 2).to_string() }, "min_spacing_days": SPACING,
        "grace_days": GRACE, "shift": "next", "steps": LADDER.iter().map(step).collect::<Vec<_>>() });
    let made = app.post("/v1/scenarios", &json!({ "document": document })).expect(201);
    let path = format!("/v1/scenarios/standard/versions/{}/activate", made["version"]);
    app.post(&path, &json!({})).expect(200);
}

fn reminder(decision: &Value) -> Reminder {
    let code = text(&decision["step_code"]);
    let step = LADDER.iter().find(|step| step.code == code).unwrap_or_else(|| panic!("{code} is a step"));
    (step.code, cents(text(&decision["total_amount"])))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

fn cents(amount: &str) -> i64 {
    let cents = amount.parse::<Decimal>().expect("an amount") * Decimal::from(100);
    i64::try_from(cents).unwrap_or_else(|_| panic!("{amount} has no more than cents"))
}

fn morning(day: NaiveDate) -> kernel::Instant {
    format!("{day}T08:00:00Z").parse().expect("an instant")
}

fn evening(day: NaiveDate) -> String {
    format!("{day}T20:00:00Z")
}

/// The profile and a reading by hand agree on every row.
#[test]
fn the_profile_reads_dates_month_first_and_amounts_to_the_cent() {
    for csv in [Some(file::own()), file::published()].into_iter().flatten() {
        let (extract, invoices) = (file::extract(&csv), file::invoices(&csv));
        let mut read =
            extract.issued.values().flatten().map(|r| (&r.external_id, r)).collect::<BTreeMap<_, _>>();
        let settled = extract.settled.values().flatten();
        let settled = settled.map(|e| (&e.receivable_external_id, e)).collect::<BTreeMap<_, _>>();
        for invoice in &invoices {
            let row = read.remove(&invoice.number).expect("each invoice once");
            let entry = settled[&invoice.number];
            assert_eq!(
                (row.issue_on.as_str(), row.due_on.as_str()),
                (&*invoice.issued.to_string(), &*invoice.due.to_string())
            );
            assert_eq!((cents(&row.amount), cents(&entry.amount)), (invoice.cents, invoice.cents));
            assert_eq!((&entry.effective_on, row.currency.as_str()), (&invoice.settled.to_string(), "USD"));
            assert_eq!(row.account_external_id, invoice.customer);
        }
        assert!(read.is_empty());
        assert_eq!(settled.len(), invoices.len());
    }
}

#[test]
fn our_own_file_replayed_day_by_day_equals_an_independent_computation() {
    Replay::of(&file::own()).play(10);
}

#[test]
fn the_published_file_replayed_day_by_day_equals_an_independent_computation() {
    let Some(csv) = file::published() else {
        eprintln!("the published sample is not beside the repository: our own file covers the same path");
        return;
    };
    Replay::of(&csv).play(60);
}
