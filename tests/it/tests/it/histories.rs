//! Random histories of pushes on PostgreSQL: whatever an ERP sends, in whatever order, money is neither made nor lost,
//! the past stays askable, and sending it all again changes nothing.

mod ledger;
mod story;

use std::cell::Cell;

use chrono::{Days, NaiveDate};
use kernel::Decimal;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseResult, TestRunner};
use proto::v1::RowOutcome;
use serde_json::Value;
use testkit::app::TestApp;
use testkit::push::{Push, account, party};

use crate::reads::{account_id, text};
use ledger::{Ledger, Sum};
use story::{ACCOUNTS, Day, Op, source};

/// What of the ledger must not change when everything is sent again.
const CONTENT: &str = "SELECT md5(string_agg(t, '' ORDER BY t)) FROM ( \
    SELECT r::text FROM receivable r UNION ALL SELECT e::text FROM ledger_entry e \
    UNION ALL SELECT a::text FROM allocation a UNION ALL SELECT v::text FROM receivable_revision v \
    UNION ALL SELECT k::text FROM natural_key k) AS all_rows (t)";

/// One server for all histories; each gets a legal entity of its own and goes on where the clock stands.
struct World {
    app: TestApp,
    next: Cell<usize>,
    today: Cell<NaiveDate>,
}

/// One history under way.
struct Run<'w> {
    world: &'w World,
    number: usize,
    accounts: Vec<String>,
    ledger: Ledger,
    second: u64,
    /// When each session was finished, and its day.
    finished: Vec<(String, NaiveDate)>,
}

impl World {
    fn new() -> Self {
        let app = TestApp::start();
        let today = app.now().date_naive();
        Self { app, next: Cell::new(1), today: Cell::new(today) }
    }

    fn run(&self) -> Run<'_> {
        let number = self.next.replace(self.next.get() + 1);
        self.app.entity(&format!("H{number}"));
        let names = (0..ACCOUNTS).map(|n| format!("H{number}-{n}")).collect::<Vec<_>>();
        let accounts = names.iter().map(|name| account(name, "P1")).collect();
        let mut run = Run {
            world: self,
            number,
            accounts: Vec::new(),
            ledger: Ledger::default(),
            second: 0,
            finished: Vec::new(),
        };
        run.tick();
        self.app.push(&source(number)).parties(vec![party("P1", "Uno")]).accounts(accounts).finish();
        run.accounts = names.iter().map(|name| account_id(&self.app, name)).collect();
        run
    }
}

impl Run<'_> {
    /// No two chunks are of one instant.
    fn tick(&mut self) -> kernel::Instant {
        self.second += 1;
        let midnight = self.world.today.get().and_hms_opt(8, 0, 0).expect("a time").and_utc();
        let now = midnight + chrono::Duration::seconds(i64::try_from(self.second).expect("few"));
        self.world.app.set_clock(now);
        now
    }

    fn play(&mut self, day: &Day) -> TestCaseResult {
        let today = self.world.today.get() + Days::new(day.days_later);
        self.world.today.set(today);
        self.second = 0;
        self.tick();
        let mut push = self.world.app.push(&source(self.number));
        for op in &day.ops {
            self.send(&mut push, op, today)?;
        }
        let now = self.tick();
        let parked = push.finish().still_parked;
        self.ledger.finish(now);
        prop_assert_eq!(parked, i64::try_from(self.ledger.parked()).expect("few"), "parked after {:?}", day);
        self.finished.push((now.to_rfc3339(), today));
        for number in 0..ACCOUNTS {
            let found = self.balances(number, "")?;
            prop_assert_eq!(found, self.ledger.balances(number, (today, now)), "now, after {:?}", day);
        }
        Ok(())
    }

    fn send(&mut self, push: &mut Push, op: &Op, today: NaiveDate) -> TestCaseResult {
        let now = self.tick();
        let rows = story::rows(self.number, op, today);
        let answer = push.try_rows(rows).map_err(|e| TestCaseError::fail(e.to_string()))?;
        let outcome = answer.outcomes.first().and_then(|o| RowOutcome::try_from(*o).ok());
        let outcome = outcome.unwrap_or(RowOutcome::Unspecified);
        let expected = self.ledger.expect(op, today);
        let issue = answer.issues.first().and_then(|i| i.issue.clone()).unwrap_or_default();
        prop_assert_eq!(outcome, expected, "{:?} on {}: {} {}", op, today, issue.code, issue.message);
        self.ledger.take(op, outcome, (today, now));
        Ok(())
    }

    fn balances(&self, number: usize, at: &str) -> Result<Sum, TestCaseError> {
        let account = &self.accounts[number];
        let found = self.world.app.get(&format!("/v1/accounts/{account}/balances{at}")).expect(200);
        let rows = found["balances"].as_array().cloned().unwrap_or_default();
        let row = |row: &Value| {
            let cents = text(&row["open_amount"]).parse::<Decimal>().expect("an amount") * Decimal::from(100);
            (text(&row["currency"]), i64::try_from(cents).expect("cents"))
        };
        Ok(rows.iter().map(row).filter(|(_, cents)| *cents != 0).collect())
    }

    /// Every day as it was known at every later one.
    fn look_back(&self) -> TestCaseResult {
        for (at, (known_at, latest)) in self.finished.iter().enumerate() {
            let days = self.finished[..=at].iter().map(|(_, day)| *day);
            let before = days.clone().map(|day| day - Days::new(7));
            let known = known_at.parse::<kernel::Instant>().expect("an instant");
            for on in days.chain(before).filter(|on| on <= latest) {
                for number in 0..ACCOUNTS {
                    let query = format!("?as_of={on}&known_at={}", known_at.replace('+', "%2B"));
                    let found = self.balances(number, &query)?;
                    prop_assert_eq!(found, self.ledger.balances(number, (on, known)), "{}", query);
                }
            }
        }
        Ok(())
    }

    /// What the ERP holds now, all of it once more.
    fn send_again(&mut self) -> TestCaseResult {
        self.tick();
        let before = self.world.app.database.sql(CONTENT);
        let mut push = self.world.app.push(&source(self.number));
        for (op, day) in self.ledger.current() {
            let answer = push.try_rows(story::rows(self.number, &op, day));
            let outcomes = answer.map_err(|e| TestCaseError::fail(e.to_string()))?.outcomes;
            prop_assert_eq!(outcomes, vec![i32::from(RowOutcome::Unchanged)], "{:?} once more", op);
        }
        push.finish();
        prop_assert_eq!(self.world.app.database.sql(CONTENT), before, "sent again");
        Ok(())
    }
}

fn holds(world: &World, history: &[Day]) -> TestCaseResult {
    let mut run = world.run();
    history.iter().try_for_each(|day| run.play(day))?;
    run.look_back()?;
    run.send_again()?;
    world.app.sequence_events();
    let verified = world.app.wired.store.verify().expect("verify");
    prop_assert!(verified.holds(), "{:?}", verified);
    Ok(())
}

#[test]
fn money_is_neither_made_nor_lost_whatever_is_pushed() {
    let world = World::new();
    let mut runner = TestRunner::new(Config { cases: 24, max_shrink_iters: 60, ..Config::default() });
    if let Err(failed) = runner.run(&story::history(), |history| holds(&world, &history)) {
        panic!("{failed}");
    }
}

/// A history that chance finds seldom.
#[test]
fn what_takes_back_an_entry_that_comes_later_counts_from_that_ones_day() {
    let reversal = Op::Reverse { id: 0, of: 10, cents: 10_000, dollars: false };
    let money = Op::OnAccount { id: 10, account: 0, cents: 10_000, ago: 0, dollars: false };
    let days = [Day { days_later: 1, ops: vec![reversal] }, Day { days_later: 13, ops: vec![money] }];
    holds(&World::new(), &days).unwrap_or_else(|failed| panic!("{failed}"));
}
