//! Random histories of everything that moves exposure: whatever happens in whatever order, what is kept is what recomputing gives, and a
//! check answers with the same exposure as the report.

mod agreement;
mod story;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseResult, TestRunner};
use proto::v1::PartyRow;
use serde_json::{Value, json};
use testkit::app::TestApp;
use testkit::push::{account, party};

use crate::credit_checks::policy;
use crate::credit_exposure::{account_id, party_id};
use story::{ACCOUNTS, Day, Op, Told, amount, currency};

/// The party of each account.
const PARTIES: [&str; ACCOUNTS] = ["HEAD", "SAME", "DAUGHTER", "OURS", "STRANGER", "SAME"];

/// One server for all histories; each has two legal entities of its own and goes on where the clock stands.
struct World {
    app: TestApp,
    next: Cell<usize>,
    today: Cell<NaiveDate>,
    /// Parts of exposure that were seen to be something.
    seen: RefCell<BTreeSet<String>>,
}

/// One history under way.
struct Run<'w> {
    world: &'w World,
    told: Told,
    /// By account, the id of what a check holds there.
    held: Vec<Option<String>>,
    /// Ids of the accounts.
    accounts: Vec<String>,
}

impl World {
    fn new() -> Self {
        let app = TestApp::start();
        let today = app.now().date_naive();
        Self { app, next: Cell::new(1), today: Cell::new(today), seen: RefCell::default() }
    }

    /// A group of companies over two legal entities, where everybody has limits that are never reached.
    fn run(&self) -> Run<'_> {
        let number = self.next.replace(self.next.get() + 1);
        let told = Told { number, today: self.today.get() };
        let entities = ["S", "T"].map(|code| self.app.entity(&format!("{code}{number}")));
        let name = |of: &str| format!("{of}{number}");
        let row = |of: &str, parent: &str| PartyRow {
            parent_external_id: if parent.is_empty() { String::new() } else { name(parent) },
            tax_id: if matches!(of, "HEAD" | "SAME") { format!("A{number:08}") } else { String::new() },
            intercompany: of == "OURS",
            ..party(&name(of), &name(of))
        };
        let first = vec![
            row("HEAD", ""),
            row("SAME", ""),
            row("DAUGHTER", "HEAD"),
            row("OURS", "HEAD"),
            row("STRANGER", ""),
        ];
        let of = |n: usize| account(&told.account(n), &name(PARTIES[n]));
        self.app.push(&told.source(0)).parties(first).accounts((0..ACCOUNTS - 1).map(of).collect()).finish();
        let last = ACCOUNTS - 1;
        self.app.push(&told.source(last)).parties(vec![row("SAME", "")]).accounts(vec![of(last)]).finish();
        let accounts = (0..ACCOUNTS).map(|n| account_id(&self.app, &told.account(n))).collect::<Vec<_>>();
        let head = party_id(&self.app, &name("HEAD"));
        let limit = |kind: &str, id: &str, more: Value| {
            let mut body = json!({ "holder_kind": kind, "holder_id": id, "limit_type": "insured", "currency": "EUR",
                "amount": "9000000.00", "reference": "POL", "from": "2026-01-01" });
            for (field, value) in more.as_object().into_iter().flatten() {
                body[field] = value.clone();
            }
            self.app.post("/v1/credit/limits", &body).expect(201);
        };
        for id in &accounts {
            limit("account", id, Value::Null);
        }
        for (kind, id) in
            [("party", head.clone()), ("group", head), ("party", party_id(&self.app, &name("OURS")))]
        {
            limit(kind, &id, Value::Null);
            limit(kind, &id, json!({ "component": "overdue" }));
            limit(kind, &id, json!({ "component": "orders" }));
            if kind == "party" {
                limit(kind, &id, json!({ "legal_entity_id": entities[0] }));
            }
        }
        Run { world: self, told, held: vec![None; ACCOUNTS], accounts }
    }
}

impl Run<'_> {
    fn app(&self) -> &TestApp {
        &self.world.app
    }

    fn begin(&mut self, days_later: u64) {
        let today = self.world.today.get() + Days::new(days_later);
        self.world.today.set(today);
        self.told.today = today;
        let midnight = today.and_hms_opt(8, 0, 0).expect("a time").and_utc();
        self.app().set_clock(midnight.max(self.app().now() + chrono::TimeDelta::seconds(1)));
        self.quote();
    }

    fn quote(&self) {
        let rate = |quote: &str, rate: &str| json!({ "base": "EUR", "quote": quote, "quoted_on": self.told.today.to_string(), "rate": rate });
        let rates = json!({ "source": "ECB", "rates": [rate("USD", "1.0837"), rate("GBP", "0.8513")] });
        self.app().post("/v1/fx-rates", &rates);
    }

    /// Carries one out; what is refused or has to wait moves nothing.
    fn does(&mut self, op: &Op) {
        match op {
            Op::Reserve { key, cents, hours } => {
                let of = key % ACCOUNTS;
                let body = json!({ "source": self.told.source(of), "account_external_id": self.told.account(of),
                    "amount": amount(*cents), "currency": currency(*key), "checkpoint": "order", "reserve": true,
                    "reference": self.told.reference(*key), "reservation_hours": hours });
                let answer = self.app().post("/v1/credit/checks", &body).expect(201);
                if let Some(id) = answer["reservation"]["id"].as_str() {
                    self.held[of] = Some(id.to_owned());
                }
            }
            Op::GiveBack { account } => {
                if let Some(id) = self.held[*account].take() {
                    self.app().post(&format!("/v1/credit/reservations/{id}/release"), &json!({}));
                }
            }
            push => {
                let key = match push {
                    Op::Order { key, .. } => key % ACCOUNTS,
                    _ => 0,
                };
                let held = self.held[key].clone();
                let (of, rows) = self.told.rows(push, held.as_deref()).expect("rows");
                let mut session = self.app().push(&self.told.source(of));
                session.try_rows(rows).unwrap_or_else(|e| panic!("{push:?}: {e}"));
                session.finish();
            }
        }
    }

    fn play(&mut self, day: &Day) -> TestCaseResult {
        self.begin(day.days_later);
        day.ops.iter().for_each(|op| self.does(op));
        self.proven()?;
        self.agrees()
    }

    /// The rules of `verify`, before and after everything is added up.
    fn proven(&self) -> TestCaseResult {
        for added_up in [false, true] {
            while added_up && app::credit::exposure::fold(&self.app().wired.api.app).expect("added up") {}
            self.app().sequence_events();
            let verified = self.app().wired.store.verify().expect("verify");
            prop_assert!(verified.holds(), "added up: {}: {:?}", added_up, verified);
        }
        Ok(())
    }
}

/// One of the ways in which a policy may count.
fn counting() -> impl Strategy<Value = Value> {
    let parts =
        ["not_due", "overdue", "disputed", "returned", "instruments", "orders", "deliveries", "reserved"];
    let credits = prop_oneof![Just("ignore"), Just("own_account"), Just("all")];
    (credits, proptest::sample::subsequence(parts.to_vec(), 0..3)).prop_map(move |(credits, left_out)| {
        let high = parts.map(|part| (part.to_owned(), json!({ "EUR": "9000000.00" })));
        json!({ "credits": credits, "left_out": left_out, "rules": [],
            "sub_limits": high.into_iter().collect::<serde_json::Map<_, _>>() })
    })
}

#[test]
fn what_is_kept_is_what_recomputing_gives_and_checks_answer_with_what_is_reported() {
    let world = World::new();
    let mut runner = TestRunner::new(Config { cases: 10, max_shrink_iters: 20, ..Config::default() });
    let all = [
        "credits",
        "deliveries",
        "disputed",
        "instruments",
        "not_due",
        "orders",
        "overdue",
        "reserved",
        "returned",
    ];
    let seen = || world.seen.borrow().iter().cloned().collect::<Vec<_>>();
    // Ten histories mostly have something of everything, and not always.
    for _ in 0..4 {
        let played = runner.run(&(counting(), story::history()), |(counting, history)| {
            policy(&world.app, &counting);
            let mut run = world.run();
            history.iter().try_for_each(|day| run.play(day))
        });
        if let Err(failed) = played {
            panic!("{failed}");
        }
        if seen() == all {
            break;
        }
    }
    assert_eq!(seen(), all, "everything that exposure is made of was there");
}

/// A thread that pushes, one that asks and holds, and one that adds up, at once and of the same accounts.
#[test]
fn what_happens_at_once_moves_exposure_once() {
    let world = World::new();
    policy(&world.app, &json!({ "rules": [] }));
    let mut runner = TestRunner::new(Config { cases: 4, max_shrink_iters: 0, ..Config::default() });
    let played = runner.run(&(story::rush(), story::rush()), |(pushed, asked)| {
        let mut run = world.run();
        run.begin(1);
        let is_push = |op: &&Op| !matches!(op, Op::Reserve { .. } | Op::GiveBack { .. });
        let (told, app, accounts) = (run.told, &world.app, &run.accounts);
        std::thread::scope(|scope| {
            let pushing = scope.spawn(move || {
                for op in pushed.iter().filter(is_push) {
                    let (of, rows) = told.rows(op, None).expect("rows");
                    let mut session = app.push(&told.source(of));
                    session.try_rows(rows).unwrap_or_else(|e| panic!("{op:?}: {e}"));
                    session.finish();
                }
            });
            let asking = scope.spawn(move || {
                for (n, id) in accounts.iter().cycle().take(asked.len()).enumerate() {
                    let body = json!({ "account_id": id, "amount": "7.00", "currency": currency(n), "checkpoint": "order",
                        "reserve": true, "reference": told.reference(n / 3) });
                    let answer = app.post("/v1/credit/checks", &body).expect(201);
                    if let Some(held) = answer["reservation"]["id"].as_str().filter(|_| n.is_multiple_of(4)) {
                        app.post(&format!("/v1/credit/reservations/{held}/release"), &json!({}));
                    }
                }
            });
            while !(pushing.is_finished() && asking.is_finished()) {
                app::credit::exposure::fold(&app.wired.api.app).expect("added up");
            }
        });
        run.proven()?;
        run.agrees()
    });
    if let Err(failed) = played {
        panic!("{failed}");
    }
}
