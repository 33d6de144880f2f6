//! Random stories on PostgreSQL: looking every day and looking late come to the same, and running twice is running once.
//!
//! Two legal entities get the same data. One is run every day; what it decides on the days that the other misses is
//! withdrawn before it leaves, because a contact that was made rightly changes what comes next. On every day that both are
//! run, both must stand the same: outcome, reason, step and lines of each contact, and the state of every item.

use std::cell::Cell;

use chrono::{Days, NaiveDate};
use kernel::Decimal;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseResult, TestRunner};
use serde_json::{Value, json};
use testkit::push::{account, invoice, party, payment};

use super::{Book, text};

const ACCOUNTS: usize = 2;
const ITEMS: usize = 6;

#[derive(Debug, Clone)]
struct Day {
    days_later: u64,
    ops: Vec<Op>,
    /// Only one of the two legal entities is run.
    missed: bool,
}

#[derive(Debug, Clone)]
enum Op {
    /// Item `key` of account `key % ACCOUNTS`; its due date moves when it is stated again.
    Invoice {
        key: usize,
        cents: i64,
        due_in: i64,
    },
    Pay {
        key: usize,
        cents: i64,
    },
    /// Names no item.
    OnAccount {
        account: usize,
        cents: i64,
    },
    Block {
        account: usize,
        days: u64,
    },
}

fn story() -> impl Strategy<Value = Vec<Day>> {
    let cents = || prop_oneof![Just(20_000_i64), 500..200_000_i64];
    let op = prop_oneof![
        4 => (0..ITEMS, cents(), -50..8_i64).prop_map(|(key, cents, due_in)| Op::Invoice { key, cents, due_in }),
        2 => (0..ITEMS, cents()).prop_map(|(key, cents)| Op::Pay { key, cents }),
        1 => (0..ACCOUNTS, cents()).prop_map(|(account, cents)| Op::OnAccount { account, cents }),
        1 => (0..ACCOUNTS, 0..9_u64).prop_map(|(account, days)| Op::Block { account, days }),
    ];
    let ops = proptest::collection::vec(op, 0..3);
    let day = (prop_oneof![1..4_u64, 8..18_u64], ops, prop::bool::weighted(0.5));
    proptest::collection::vec(day.prop_map(|(days_later, ops, missed)| Day { days_later, ops, missed }), 4..8)
}

/// One server for all stories; each gets legal entities of its own and goes on where the clock stands.
struct World {
    book: Book,
    next: Cell<usize>,
    today: Cell<NaiveDate>,
    /// Contacts compared, and contacts withdrawn before: without either a story proves nothing.
    compared: Cell<usize>,
    withdrawn: Cell<usize>,
}

/// A legal entity of a story; all of its keys begin with its code.
struct Side {
    code: String,
    entity: String,
}

struct Story<'w> {
    world: &'w World,
    daily: Side,
    late: Side,
    payments: usize,
}

impl World {
    fn story(&self) -> Story<'_> {
        let number = self.next.replace(self.next.get() + 1);
        let side = |kind: &str| {
            let code = format!("{kind}{number}X");
            let entity = self.book.app.entity(&code);
            let names = (0..ACCOUNTS).map(|n| account(&format!("{code}A{n}"), &format!("{code}P")));
            let names = names.collect();
            let owner = party(&format!("{code}P"), "Talleres Ibarra, S.L.");
            self.book.app.push(&format!("ERP-{code}")).parties(vec![owner]).accounts(names).finish();
            Side { code, entity }
        };
        Story { world: self, daily: side("D"), late: side("L"), payments: 0 }
    }
}

impl Story<'_> {
    fn play(&mut self, day: &Day) -> TestCaseResult {
        let book = &self.world.book;
        let today = self.world.today.get() + Days::new(day.days_later);
        self.world.today.set(today);
        book.app.set_clock(format!("{today}T08:00:00Z").parse().expect("an instant"));
        for side in [&self.daily, &self.late] {
            self.push(side, &day.ops, today);
        }
        self.payments += day.ops.len();
        self.run(&self.daily)?;
        if day.missed {
            self.withdraw();
            return Ok(());
        }
        self.run(&self.late)?;
        let daily = self.standing(&self.daily, today);
        prop_assert_eq!(&daily, &self.standing(&self.late, today), "on {}", today);
        let acts = daily.lines().filter(|line| line.starts_with("act ")).count();
        self.world.compared.set(self.world.compared.get() + acts);
        let proposed = book.items("/v1/actions?state=proposed&limit=200");
        let ids = proposed.iter().map(|action| &action["id"]).collect::<Vec<_>>();
        if !ids.is_empty() {
            book.app.post("/v1/actions/approve", &json!({ "ids": ids })).expect(200);
        }
        book.send_planned(&today.to_string());
        prop_assert_eq!(
            self.standing(&self.daily, today),
            self.standing(&self.late, today),
            "sent on {}",
            today
        );
        Ok(())
    }

    /// What the ERP states on a day, and what people do.
    fn push(&self, side: &Side, ops: &[Op], today: NaiveDate) {
        let app = &self.world.book.app;
        let name = |kind: &str, n: usize| format!("{}{kind}{n}", side.code);
        let amount = |cents: i64| Decimal::new(cents, 2).to_string();
        let mut push = app.push(&format!("ERP-{}", side.code));
        for (op, number) in ops.iter().zip(self.payments..) {
            let (entry, on) = (name("E", number), today.to_string());
            push = match op {
                Op::Invoice { key, cents, due_in } => {
                    let due = today + chrono::Duration::days(*due_in);
                    let dates = ((due - Days::new(30)).to_string(), due.to_string());
                    let account = name("A", key % ACCOUNTS);
                    let row = invoice(&name("I", *key), &account, &amount(*cents), (&dates.0, &dates.1));
                    push.receivables(vec![row])
                }
                Op::Pay { key, cents } => {
                    let (account, item) = (name("A", key % ACCOUNTS), name("I", *key));
                    push.entries(vec![payment(&entry, &account, &item, (&amount(*cents), &on))])
                }
                Op::OnAccount { account, cents } => {
                    push.entries(vec![payment(&entry, &name("A", *account), "", (&amount(*cents), &on))])
                }
                Op::Block { account, days } => {
                    let account = self.world.book.id("acc", &name("A", *account));
                    let until = (today + Days::new(*days)).to_string();
                    let body = json!({ "account_id": account, "reason": "promise", "until": until });
                    app.post("/v1/blocks", &body).expect(201);
                    push
                }
            };
        }
        push.finish();
    }

    /// A run of today, and the same once more, which changes nothing.
    fn run(&self, side: &Side) -> TestCaseResult {
        let book = &self.world.book;
        let body = json!({ "legal_entity_id": side.entity });
        let first = self.carry_out(&book.start(&body).expect(201));
        prop_assert_eq!(text(&first["state"]), "finished", "{}", first);
        let before = book.app.database.sql(ALL);
        let again = self.carry_out(&book.start(&body).expect(200));
        prop_assert_eq!(again, first);
        prop_assert_eq!(book.app.database.sql(ALL), before, "the second run did something");
        Ok(())
    }

    /// What the server's own worker does when it next looks; whoever is first carries the run out.
    fn carry_out(&self, run: &Value) -> Value {
        app::dunning::work::work_once(&self.world.book.app.wired.api.app, 10_000, &|| false).expect("work");
        self.world.book.ended(run)
    }

    /// Nothing that was decided today leaves.
    fn withdraw(&self) {
        let book = &self.world.book;
        for action in book.items("/v1/actions?state=proposed&limit=200") {
            let path = format!("/v1/actions/{}/reject", text(&action["id"]));
            book.app.post(&path, &json!({ "reason": "missed" })).expect(200);
            self.world.withdrawn.set(self.world.withdrawn.get() + 1);
        }
        for message in book.items("/v1/messages?state=planned&limit=200") {
            let path = format!("/v1/messages/{}/cancel", text(&message["id"]));
            assert_eq!(book.app.post(&path, &json!({ "reason": "missed" })).status, 204);
            self.world.withdrawn.set(self.world.withdrawn.get() + 1);
        }
    }

    /// How a legal entity stands after its run of a day, without ids.
    fn standing(&self, side: &Side, today: NaiveDate) -> String {
        let found = self
            .world
            .book
            .app
            .database
            .sql(&STANDING.replace("$code", &side.code).replace("$today", &today.to_string()));
        found.replace(&side.code, "")
    }
}

/// All that runs write.
const ALL: &str = "SELECT count(*), md5(string_agg(t, '' ORDER BY t)) FROM ( \
    SELECT d::text FROM decision d UNION ALL SELECT a::text FROM action a UNION ALL SELECT m::text FROM message m \
    UNION ALL SELECT i::text FROM message_item i UNION ALL SELECT s::text FROM dunning_standing s \
    UNION ALL SELECT u::text FROM dunning_run u) AS all_rows (t)";

/// Where nothing is due, whether that was stored depends on what was due before: it is left out.
const STANDING: &str = "WITH mine AS (SELECT id, number FROM account WHERE number LIKE '$codeA%'), \
    lines AS (SELECT m.account_id, m.message_id, string_agg(concat_ws('/', rc.document_no, m.step_no, m.amount, m.credit), ' ' \
        ORDER BY rc.document_no) AS text FROM message_item m JOIN receivable rc ON rc.id = m.receivable_id GROUP BY 1, 2) \
    SELECT string_agg(line, E'\\n' ORDER BY line) FROM ( \
    SELECT concat_ws(' ', 'stands', number, currency, outcome, reason_code, step_code) FROM dunning_standing s \
        JOIN mine ON mine.id = s.account_id WHERE outcome <> 'nothing' \
    UNION ALL SELECT concat_ws(' ', 'act', number, currency, reason_code, step_code, step_no, total_amount, credits_amount, \
        item_count, days_overdue_max, scenario_version) FROM decision d JOIN mine ON mine.id = d.account_id \
        WHERE decided_on = '$today' AND outcome = 'act' \
    UNION ALL SELECT concat_ws(' ', 'action', number, decided_on, state, mode, step_code, currency, total_amount) FROM action a \
        JOIN mine ON mine.id = a.account_id WHERE state NOT IN ('cancelled', 'rejected') \
    UNION ALL SELECT concat_ws(' ', 'message', number, m.state, m.step_code, lines.text) FROM message m \
        JOIN mine ON mine.id = m.account_id JOIN lines ON lines.account_id = m.account_id AND lines.message_id = m.id \
        WHERE m.state <> 'cancelled' \
    UNION ALL SELECT concat_ws(' ', 'item', document_no, open_amount, due_on, closed_on, \
        (SELECT concat_ws(' ', max(step_no), max(sent_on)) FROM message_item i WHERE i.receivable_id = rc.id AND sent_on IS NOT NULL)) \
        FROM receivable rc JOIN mine ON mine.id = rc.account_id) AS found (line)";

#[test]
fn looking_every_day_and_looking_late_come_to_the_same() {
    let book = Book::new();
    let today = book.app.now().date_naive();
    let world = World {
        book,
        next: Cell::new(1),
        today: Cell::new(today),
        compared: Cell::new(0),
        withdrawn: Cell::new(0),
    };
    let mut runner = TestRunner::new(Config { cases: 10, max_shrink_iters: 20, ..Config::default() });
    let outcome = runner.run(&story(), |days| {
        let mut story = world.story();
        days.iter().try_for_each(|day| story.play(day))?;
        story.play(&Day { days_later: 6, ops: Vec::new(), missed: false })
    });
    if let Err(failed) = outcome {
        panic!("{failed}");
    }
    let (compared, withdrawn) = (world.compared.get(), world.withdrawn.get());
    assert!(compared > 0 && withdrawn > 0, "{compared} contacts compared, {withdrawn} withdrawn");
}
