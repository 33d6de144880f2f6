//! The rows a model is trained and tested on: decisions as they could have been taken, with what became of them.

use chrono::Duration;
use kernel::{Currency, Date};
use uuid::Uuid;

use crate::features::{DAYS, Features, features};
use crate::history::{History, Item};
use crate::number;

/// An item looked at on one day.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// Whose item it is.
    pub customer: Uuid,
    pub at: Date,
    /// Looked at on its day of issue, and not while it waited.
    pub at_issue: bool,
    pub item: Item,
    pub features: Features,
}

impl Row {
    pub(crate) fn currency(&self) -> Currency {
        self.item.currency
    }

    /// Days late; of what was not paid before a day, as many as had gone by, and then `true` beside it.
    pub(crate) fn days_late(&self, known: Date) -> (f64, bool) {
        let due = self.item.due_before(known);
        let closed = self.item.closed_before(known);
        let days = number::days(due, closed.unwrap_or(known));
        (days.clamp(DAYS.0, DAYS.1), closed.is_none())
    }
}

/// Collects rows from customers, one after the other, and never more than it may hold.
#[derive(Debug, Clone)]
pub struct Collector {
    seed: u64,
    /// The part of the customers that is looked at.
    part: f64,
    rows: Vec<Row>,
}

/// Rows held at once: some 40 MiB, and about as much again while a model is fitted.
pub const ROWS_MAX: usize = 120_000;

impl Collector {
    /// `items` is how many there are in all; with more than can be held, whole customers are left out, by their ids.
    pub fn new(seed: u64, items: usize) -> Self {
        let part = number::count(ROWS_MAX) / (2.0 * number::count(items.max(1)));
        Self { seed, part: part.min(1.0), rows: Vec::new() }
    }

    /// The part of the customers that is looked at, in per cent.
    pub fn part_percent(&self) -> u8 {
        let percent = self.part * 100.0;
        (0..=100_u8).rev().find(|p| f64::from(*p) <= percent).unwrap_or_default()
    }

    /// Whether this customer is among those looked at.
    pub fn wants(&self, customer: Uuid) -> bool {
        number::spread(self.seed, customer) < self.part && self.rows.len() < ROWS_MAX
    }

    /// Adds the decisions on each of a customer's items: on the day of issue, and on one day while it was open.
    pub fn add(&mut self, customer: Uuid, history: &History) {
        for item in history.items() {
            self.push((customer, history), item, item.issue_on);
            if let Some(day) = waiting_day(item, self.seed) {
                self.push((customer, history), item, day);
            }
        }
    }

    fn push(&mut self, (customer, history): (Uuid, &History), item: &Item, at: Date) {
        if self.rows.len() < ROWS_MAX {
            let features = features(history, item, at);
            self.rows.push(Row { customer, at, at_issue: at == item.issue_on, item: *item, features });
        }
    }

    pub fn rows(self) -> Vec<Row> {
        self.rows
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// A day after the issue and at most 30 days after the due date, if the item was still open on it. Which day hangs on its id alone:
/// were it chosen by the day of payment, how long an item had waited would tell when it is going to be paid.
fn waiting_day(item: &Item, seed: u64) -> Option<Date> {
    let span = (item.due_on + Duration::days(30) - item.issue_on).num_days();
    let wanted = number::spread(seed.rotate_left(17), item.id) * number::days_of(span);
    let day = (1..=span).find(|n| number::days_of(*n) > wanted)?;
    Some(item.issue_on + Duration::days(day)).filter(|day| item.is_open_before(*day))
}
