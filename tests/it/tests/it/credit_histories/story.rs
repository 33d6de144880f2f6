//! What may happen to a small book, in whatever order: everything that moves exposure.

use chrono::{Days, NaiveDate};
use kernel::Decimal;
use proptest::prelude::*;
use proto::v1::push_chunks_request::Rows;
use proto::v1::{
    DeliveryRows, EntryRow, EntryRows, InstrumentItem, InstrumentRow, InstrumentRows, OrderRow, OrderRows,
    ReceivableRow, ReceivableRows,
};
use testkit::push::{delivery, invoice, order, payment};

/// Two of one tax id, a daughter, a company of our own, a stranger, and one of that tax id in another legal entity.
pub const ACCOUNTS: usize = 6;
/// What is pushed under key `n` belongs to account `n % ACCOUNTS`: few keys, so that rows meet.
const KEYS: usize = 12;
const ENTRIES: usize = 16;
const CURRENCIES: [&str; 3] = ["EUR", "USD", "GBP"];
const PAPERS: [&str; 4] = ["promissory_note", "confirming", "bill", "sepa_debit"];

/// What happens within a day.
#[derive(Debug, Clone)]
pub struct Day {
    pub days_later: u64,
    pub ops: Vec<Op>,
}

#[derive(Debug, Clone)]
pub enum Op {
    /// An invoice or credit note, stated or stated otherwise.
    Document {
        key: usize,
        cents: i64,
        due_in: u64,
        disputed: bool,
        credit: bool,
    },
    Pay {
        id: usize,
        key: usize,
        cents: i64,
    },
    OnAccount {
        id: usize,
        account: usize,
        cents: i64,
    },
    /// What was paid comes back.
    Return {
        id: usize,
        key: usize,
        cents: i64,
    },
    Reverse {
        id: usize,
        of: usize,
        cents: i64,
    },
    /// `held` names what a check holds for it.
    Order {
        key: usize,
        cents: i64,
        open: bool,
        framework: bool,
        held: bool,
    },
    Delivery {
        key: usize,
        cents: i64,
        ordered: bool,
    },
    Paper {
        key: usize,
        cents: i64,
        kind: usize,
        fate: Fate,
    },
    /// A check that holds headroom.
    Reserve {
        key: usize,
        cents: i64,
        hours: u32,
    },
    GiveBack {
        account: usize,
    },
}

/// What became of paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Held,
    Discounted { recourse: bool },
    Returned,
    Settled,
}

fn ops() -> impl Strategy<Value = Op> {
    let cents = || prop_oneof![Just(10_000_i64), 1..30_000_i64];
    let fate = prop_oneof![
        2 => Just(Fate::Held), 2 => any::<bool>().prop_map(|recourse| Fate::Discounted { recourse }),
        1 => Just(Fate::Returned), 1 => Just(Fate::Settled)
    ];
    prop_oneof![
        5 => (0..KEYS, cents(), 0..60_u64, prop::bool::weighted(0.2), prop::bool::weighted(0.15))
            .prop_map(|(key, cents, due_in, disputed, credit)| Op::Document { key, cents, due_in, disputed, credit }),
        3 => (0..ENTRIES, 0..KEYS, cents()).prop_map(|(id, key, cents)| Op::Pay { id, key, cents }),
        1 => (0..ENTRIES, 0..ACCOUNTS, cents()).prop_map(|(id, account, cents)| Op::OnAccount { id, account, cents }),
        2 => (0..ENTRIES, 0..KEYS, cents()).prop_map(|(id, key, cents)| Op::Return { id, key, cents }),
        1 => (0..ENTRIES, 0..ENTRIES, cents()).prop_map(|(id, of, cents)| Op::Reverse { id, of, cents }),
        3 => (0..KEYS, cents(), any::<bool>(), prop::bool::weighted(0.2), any::<bool>())
            .prop_map(|(key, cents, open, framework, held)| Op::Order { key, cents, open, framework, held }),
        2 => (0..KEYS, cents(), any::<bool>()).prop_map(|(key, cents, ordered)| Op::Delivery { key, cents, ordered }),
        3 => (0..KEYS, cents(), 0..PAPERS.len(), fate)
            .prop_map(|(key, cents, kind, fate)| Op::Paper { key, cents, kind, fate }),
        3 => (0..KEYS, cents(), prop_oneof![Just(1_u32), Just(500)])
            .prop_map(|(key, cents, hours)| Op::Reserve { key, cents, hours }),
        1 => (0..ACCOUNTS).prop_map(|account| Op::GiveBack { account }),
    ]
}

/// Two to five days.
pub fn history() -> impl Strategy<Value = Vec<Day>> {
    let day = (0..20_u64, proptest::collection::vec(ops(), 3..14));
    proptest::collection::vec(day.prop_map(|(days_later, ops)| Day { days_later, ops }), 2..6)
}

/// What happens on one day, from two sides at once.
pub fn rush() -> impl Strategy<Value = Vec<Op>> {
    proptest::collection::vec(ops(), 24..40)
}

/// Names and days of one history.
#[derive(Debug, Clone, Copy)]
pub struct Told {
    pub number: usize,
    pub today: NaiveDate,
}

impl Told {
    pub fn account(&self, account: usize) -> String {
        format!("S{}-{account}", self.number)
    }

    /// The last account is kept by the other legal entity.
    pub fn source(&self, account: usize) -> String {
        let entity = if account + 1 == ACCOUNTS { "T" } else { "S" };
        format!("ERP-{entity}{}", self.number)
    }

    fn name(&self, of: &str, key: usize) -> String {
        format!("{of}{}-{key}", self.number)
    }

    fn ago(&self, days: u64) -> String {
        (self.today - Days::new(days)).to_string()
    }

    pub fn reference(&self, key: usize) -> String {
        self.name("PO", key)
    }

    /// Whose account it is about, and the rows that say so; none for what is no push.
    pub fn rows(&self, op: &Op, reservation: Option<&str>) -> Option<(usize, Rows)> {
        let rows = match op {
            Op::Document { key, cents, due_in, disputed, credit } => {
                let due = (self.today + Days::new(*due_in) - Days::new(40)).to_string();
                let row = invoice(
                    &self.name("D", *key),
                    &self.account(key % ACCOUNTS),
                    &amount(*cents),
                    (&self.ago(45), &due),
                );
                let kind = if *credit { "credit_note" } else { "invoice" }.to_owned();
                let currency = currency(*key).to_owned();
                let rows = vec![ReceivableRow { kind, currency, disputed: *disputed, ..row }];
                (key % ACCOUNTS, Rows::Receivables(ReceivableRows { rows }))
            }
            Op::Pay { id, key, cents } => self.entry(*id, (*key, true), *cents, |_| {}),
            Op::OnAccount { id, account, cents } => self.entry(*id, (*account, false), *cents, |_| {}),
            Op::Return { id, key, cents } => {
                self.entry(*id, (*key, true), *cents, |row| row.kind = "return".to_owned())
            }
            Op::Reverse { id, of, cents } => self.entry(*id, (*of, false), *cents, |row| {
                row.kind = "reversal".to_owned();
                row.reverses_external_id = self.name("E", *of);
            }),
            Op::Order { key, cents, open, framework, held } => {
                let whole = amount(*cents);
                let left = if *open { whole.as_str() } else { "0" };
                let row = order(&self.name("O", *key), &self.account(key % ACCOUNTS), (&whole, left));
                let row = OrderRow {
                    order_no: self.reference(*key),
                    currency: currency(*key).to_owned(),
                    kind: if *framework { "framework" } else { "standard" }.to_owned(),
                    reservation_id: reservation.filter(|_| *held).unwrap_or_default().to_owned(),
                    ..row
                };
                (key % ACCOUNTS, Rows::Orders(OrderRows { rows: vec![row] }))
            }
            Op::Delivery { key, cents, ordered } => {
                let mut row = delivery(&self.name("L", *key), &self.account(key % ACCOUNTS), &amount(*cents));
                row.currency = currency(*key).to_owned();
                row.order_external_id = if *ordered { self.name("O", *key) } else { String::new() };
                (key % ACCOUNTS, Rows::Deliveries(DeliveryRows { rows: vec![row] }))
            }
            Op::Paper { key, cents, kind, fate } => {
                let rows = vec![self.paper(*key, *cents, (*kind, *fate))];
                (key % ACCOUNTS, Rows::Instruments(InstrumentRows { rows }))
            }
            Op::Reserve { .. } | Op::GiveBack { .. } => return None,
        };
        Some(rows)
    }

    fn entry(
        &self,
        id: usize,
        (key, named): (usize, bool),
        cents: i64,
        change: impl FnOnce(&mut EntryRow),
    ) -> (usize, Rows) {
        let document = if named { self.name("D", key) } else { String::new() };
        let account = self.account(key % ACCOUNTS);
        let row = payment(&self.name("E", id), &account, &document, (&amount(cents), &self.ago(1)));
        let mut row = EntryRow { currency: currency(key).to_owned(), ..row };
        change(&mut row);
        (key % ACCOUNTS, Rows::Entries(EntryRows { rows: vec![row] }))
    }

    fn paper(&self, key: usize, cents: i64, (kind, fate): (usize, Fate)) -> InstrumentRow {
        let on = |says: bool| if says { self.ago(1) } else { String::new() };
        InstrumentRow {
            external_id: self.name("I", key),
            account_external_id: self.account(key % ACCOUNTS),
            kind: PAPERS[kind].to_owned(),
            amount: amount(cents),
            currency: currency(key).to_owned(),
            received_on: self.ago(10),
            maturity_on: (self.today + Days::new(50)).to_string(),
            discounted_on: on(matches!(fate, Fate::Discounted { .. })),
            without_recourse: fate == Fate::Discounted { recourse: false },
            returned_on: on(fate == Fate::Returned),
            settled_on: on(fate == Fate::Settled),
            items: vec![InstrumentItem {
                receivable_external_id: self.name("D", key),
                amount: amount(cents),
            }],
            ..InstrumentRow::default()
        }
    }
}

pub fn currency(key: usize) -> &'static str {
    CURRENCIES[key % 7 % CURRENCIES.len()]
}

pub fn amount(cents: i64) -> String {
    Decimal::new(cents, 2).to_string()
}
