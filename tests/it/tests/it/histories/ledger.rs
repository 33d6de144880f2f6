//! The ledger as it should be: lists of documents and movements, summed when asked.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use kernel::Instant;
use proto::v1::RowOutcome;

use super::story::{Op, Paper, account_of, currency, currency_of, issue_on};

/// Open cents by currency, without those of nothing.
pub type Sum = BTreeMap<String, i64>;
type Now = (NaiveDate, Instant);

/// One statement of a document.
#[derive(Debug)]
struct Version {
    recorded: Instant,
    issue: NaiveDate,
    cents: i64,
    stated: (Op, NaiveDate),
}

/// Money that moved.
#[derive(Debug, Clone)]
struct Movement {
    account: usize,
    currency: &'static str,
    /// The document it names.
    doc: Option<usize>,
    effective: NaiveDate,
    recorded: Instant,
    cents: i64,
    /// The money on account that it returned.
    returns: Option<usize>,
    reversed: bool,
    stated: (Op, NaiveDate),
}

#[derive(Debug, Default)]
pub struct Ledger {
    docs: BTreeMap<usize, Vec<Version>>,
    movements: BTreeMap<usize, Movement>,
    /// In the order in which they first came.
    parked: Vec<(Op, NaiveDate)>,
    /// Credit notes whose invoice has not come, with the invoice each names.
    waiting: BTreeMap<usize, usize>,
    /// Credit notes linked with their invoice.
    linked: BTreeSet<usize>,
}

impl Ledger {
    /// What should become of a row that is sent now.
    pub fn expect(&self, op: &Op, today: NaiveDate) -> RowOutcome {
        match op {
            Op::Issue { key, cents, ago, paper } => {
                let Some(last) = self.docs.get(key).and_then(|versions| versions.last()) else {
                    return RowOutcome::Created;
                };
                let side = |paper: &Paper| matches!(paper, Paper::Invoice);
                let Op::Issue { paper: before, .. } = &last.stated.0 else { unreachable!("a document") };
                if side(before) != side(paper) {
                    return RowOutcome::Rejected;
                }
                let same = before == paper
                    && last.issue == issue_on(today, *ago)
                    && last.cents == signed(*cents, *paper);
                if same { RowOutcome::Unchanged } else { RowOutcome::Updated }
            }
            Op::Pay { id, .. } | Op::OnAccount { id, .. } | Op::Reverse { id, .. } => {
                match self.movements.get(id) {
                    Some(known) if says_the_same(&known.stated, &(op.clone(), today)) => {
                        RowOutcome::Unchanged
                    }
                    Some(_) => RowOutcome::Rejected,
                    None => self
                        .movement(op, (today, Instant::MIN_UTC))
                        .map_or_else(|o| o, |_| RowOutcome::Created),
                }
            }
        }
    }

    /// What a row moves, or why it moves nothing.
    fn movement(&self, op: &Op, (today, recorded): Now) -> Result<Movement, RowOutcome> {
        let stated = (op.clone(), today);
        let plain = |account, currency, effective| Movement {
            account,
            currency,
            doc: None,
            effective,
            recorded,
            cents: 0,
            returns: None,
            reversed: false,
            stated: stated.clone(),
        };
        match op {
            Op::Issue { .. } => unreachable!("no movement"),
            Op::OnAccount { account, cents, ago, dollars, .. } => {
                Ok(Movement { cents: -cents, ..plain(*account, currency(*dollars), issue_on(today, *ago)) })
            }
            Op::Pay { key, cents, ago, wrong, .. } => {
                let Some(last) = self.docs.get(key).and_then(|versions| versions.last()) else {
                    return Err(RowOutcome::Parked);
                };
                if *wrong {
                    return Err(RowOutcome::Rejected);
                }
                // Towards zero: it lowers an invoice and uses up a credit note.
                let cents = if last.cents > 0 { -cents } else { *cents };
                let of = plain(account_of(*key), currency_of(*key), issue_on(today, *ago));
                Ok(Movement { doc: Some(*key), cents, ..of })
            }
            Op::Reverse { of, cents, dollars, .. } => match self.movements.get(of) {
                None => Err(RowOutcome::Parked),
                // Of another account, of another amount or currency, or taken back before.
                Some(m) if m.account != of % super::ACCOUNTS || m.reversed => Err(RowOutcome::Rejected),
                Some(m) if m.cents.abs() != *cents || m.currency != currency(*dollars) => {
                    Err(RowOutcome::Rejected)
                }
                Some(m) => {
                    let returns = matches!(m.stated.0, Op::OnAccount { .. }).then_some(*of);
                    // What came before the entry that it takes back counts from that one's day.
                    let back = plain(m.account, m.currency, today.max(m.effective));
                    Ok(Movement { doc: m.doc, cents: -m.cents, returns, ..back })
                }
            },
        }
    }

    /// Takes in what the server made of a row.
    pub fn take(&mut self, op: &Op, outcome: RowOutcome, now: Now) {
        match (op, outcome) {
            (Op::Issue { key, cents, ago, paper }, RowOutcome::Created | RowOutcome::Updated) => {
                let version = Version {
                    recorded: now.1,
                    issue: issue_on(now.0, *ago),
                    cents: signed(*cents, *paper),
                    stated: (op.clone(), now.0),
                };
                self.docs.entry(*key).or_default().push(version);
                self.name_invoice(*key, *paper);
            }
            (Op::Issue { key, paper, .. }, RowOutcome::Unchanged) => self.name_invoice(*key, *paper),
            (Op::Issue { .. }, _) => {}
            (_, RowOutcome::Parked) => {
                let stated = (op.clone(), now.0);
                match self.parked.iter_mut().find(|(waiting, _)| id_of(waiting) == id_of(op)) {
                    Some(waiting) => *waiting = stated,
                    None => self.parked.push(stated),
                }
            }
            (_, RowOutcome::Created) => {
                self.post(op, now.0, now.1);
            }
            _ => {}
        }
    }

    fn post(&mut self, op: &Op, stated_on: NaiveDate, recorded: Instant) -> bool {
        let Ok(movement) = self.movement(op, (stated_on, recorded)) else { return false };
        if let Op::Reverse { of, .. } = op
            && let Some(taken_back) = self.movements.get_mut(of)
        {
            taken_back.reversed = true;
            // A return that is taken back leaves the money there, and it may be returned again.
            if let Some(money) = taken_back.returns.and_then(|money| self.movements.get_mut(&money)) {
                money.reversed = false;
            }
        }
        self.parked.retain(|(waiting, _)| id_of(waiting) != id_of(op));
        self.movements.insert(id_of(op), movement);
        true
    }

    /// Rows whose wait is over are tried; what is wrong with the others keeps them listed.
    pub fn finish(&mut self, recorded: Instant) {
        for (key, named) in std::mem::take(&mut self.waiting) {
            if self.docs.contains_key(&named) {
                self.link(key, named);
            } else {
                self.waiting.insert(key, named);
            }
        }
        let mut tried = Vec::new();
        // Rows that were freed may free others.
        for _ in 0..=self.parked.len() {
            let waiting = self.parked.clone();
            let ready = waiting.iter().filter(|(op, _)| self.is_known(op) && !tried.contains(&id_of(op)));
            let ready = ready.collect::<Vec<_>>();
            for (op, day) in ready {
                tried.push(id_of(op));
                self.post(op, *day, recorded);
            }
        }
    }

    /// Whether what a row waits for is there.
    fn is_known(&self, op: &Op) -> bool {
        match op {
            Op::Pay { key, .. } => self.docs.contains_key(key),
            Op::Reverse { of, .. } => self.movements.contains_key(of),
            Op::Issue { .. } | Op::OnAccount { .. } => true,
        }
    }

    pub fn parked(&self) -> usize {
        self.parked.len() + self.waiting.len()
    }

    /// A credit note waits for the invoice it names, until it is linked with it.
    fn name_invoice(&mut self, key: usize, paper: Paper) {
        self.waiting.remove(&key);
        if let Paper::Credit(Some(named)) = paper
            && !self.linked.contains(&key)
        {
            if self.docs.contains_key(&named) {
                self.link(key, named);
            } else {
                self.waiting.insert(key, named);
            }
        }
    }

    fn link(&mut self, key: usize, named: usize) {
        if account_of(key) == account_of(named) && currency_of(key) == currency_of(named) {
            self.linked.insert(key);
        }
    }

    /// What is open on a day as known at an instant.
    pub fn balances(&self, account: usize, (on, known): Now) -> Sum {
        let mut sum = Sum::new();
        let version = |key: &usize| {
            let mut versions = self.docs.get(key)?.iter();
            versions.rfind(|v| v.recorded <= known).filter(|v| v.issue <= on)
        };
        for key in self.docs.keys().filter(|key| account_of(**key) == account) {
            if let Some(version) = version(key) {
                *sum.entry(currency_of(*key).to_owned()).or_default() += version.cents;
            }
        }
        // What was moved on a document before its issue is a credit.
        for movement in self.movements.values().filter(|m| m.account == account) {
            if movement.recorded <= known && movement.effective <= on {
                *sum.entry(movement.currency.to_owned()).or_default() += movement.cents;
            }
        }
        sum.retain(|_, cents| *cents != 0);
        sum
    }

    /// What the ERP holds: the last statement of every document, and every movement, each with its day.
    pub fn current(&self) -> Vec<(Op, NaiveDate)> {
        let docs = self.docs.values().filter_map(|versions| versions.last()).map(|v| v.stated.clone());
        docs.chain(self.movements.values().map(|m| m.stated.clone())).collect()
    }
}

/// Equal rows on the wire: a reversal carries its day, the others count theirs back.
fn says_the_same((a, a_on): &(Op, NaiveDate), (b, b_on): &(Op, NaiveDate)) -> bool {
    super::story::rows(0, a, *a_on) == super::story::rows(0, b, *b_on)
}

fn id_of(op: &Op) -> usize {
    match op {
        Op::Issue { .. } => unreachable!("a document"),
        Op::Pay { id, .. } | Op::OnAccount { id, .. } | Op::Reverse { id, .. } => *id,
    }
}

fn signed(cents: i64, paper: Paper) -> i64 {
    match paper {
        Paper::Invoice => cents,
        Paper::Credit(_) => -cents,
    }
}
