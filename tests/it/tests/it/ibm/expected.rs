//! The independent computation: plain loops over the invoices, in cents, without anything of the product.

use std::collections::BTreeMap;

use chrono::{Datelike as _, Days, NaiveDate, Weekday};

/// One row of the file, and the last reminder that named it for a step of its own.
#[derive(Debug, Clone)]
pub struct Invoice {
    pub number: String,
    pub customer: String,
    pub cents: i64,
    pub issued: NaiveDate,
    pub due: NaiveDate,
    pub settled: NaiveDate,
    /// Steps taken, and the day of the last one.
    pub reminded: Option<(usize, NaiveDate)>,
}

impl Invoice {
    fn is_open(&self, on: NaiveDate) -> bool {
        self.issued <= on && on < self.settled
    }
}

/// A step of the ladder in [`super::scenario`]: days after due, days after the step before, smallest claim.
pub struct Step {
    pub code: &'static str,
    pub days: u64,
    pub gap: u64,
    pub worth: i64,
}

/// The ladder that the test puts into force.
pub const LADDER: [Step; 3] = [
    Step { code: "first_reminder", days: 5, gap: 0, worth: 0 },
    Step { code: "second_reminder", days: 15, gap: 8, worth: 0 },
    Step { code: "formal_notice", days: 30, gap: 10, worth: 90_00 },
];
pub const GRACE: u64 = 2;
pub const SPACING: u64 = 7;
/// Cents below which nobody is reminded.
pub const MINIMUM: i64 = 25_00;

/// Step and claimed cents of a reminder.
pub type Reminder = (&'static str, i64);

/// All invoices, and who was reminded when.
pub struct Expected {
    pub invoices: Vec<Invoice>,
    last_contact: BTreeMap<String, NaiveDate>,
}

impl Expected {
    pub fn new(invoices: Vec<Invoice>) -> Self {
        Self { invoices, last_contact: BTreeMap::new() }
    }

    /// First issue and last settlement.
    pub fn span(&self) -> (NaiveDate, NaiveDate) {
        let first = self.invoices.iter().map(|i| i.issued).min().expect("an invoice");
        (first, self.invoices.iter().map(|i| i.settled).max().expect("an invoice"))
    }

    /// Open cents by invoice.
    pub fn open(&self, on: NaiveDate) -> BTreeMap<String, i64> {
        self.invoices.iter().filter(|i| i.is_open(on)).map(|i| (i.number.clone(), i.cents)).collect()
    }

    /// By customer: not due, 1-30, 31-60, 61-90 and more than 90 days overdue, in cents.
    pub fn ageing(&self, on: NaiveDate) -> BTreeMap<String, [i64; 5]> {
        let mut ageing = BTreeMap::<String, [i64; 5]>::new();
        for invoice in self.invoices.iter().filter(|i| i.is_open(on)) {
            let bucket = match (on - invoice.due).num_days() {
                ..=0 => 0,
                1..=30 => 1,
                31..=60 => 2,
                61..=90 => 3,
                _ => 4,
            };
            ageing.entry(invoice.customer.clone()).or_default()[bucket] += invoice.cents;
        }
        ageing
    }

    /// Who is reminded on a day, and remembers it.
    pub fn remind(&mut self, on: NaiveDate) -> BTreeMap<String, Reminder> {
        let mut customers = self.invoices.iter().map(|i| i.customer.clone()).collect::<Vec<_>>();
        customers.sort_unstable();
        customers.dedup();
        let reminded = customers.into_iter().filter_map(|customer| {
            let reminder = self.remind_one(&customer, on)?;
            Some((customer, reminder))
        });
        reminded.collect()
    }

    fn remind_one(&mut self, customer: &str, on: NaiveDate) -> Option<Reminder> {
        if self.last_contact.get(customer).is_some_and(|last| on < *last + Days::new(SPACING)) {
            return None;
        }
        let late = |i: &&mut Invoice| {
            i.customer == customer && i.is_open(on) && on > workday(i.due) + Days::new(GRACE)
        };
        let mut overdue = self.invoices.iter_mut().filter(late).collect::<Vec<_>>();
        let claim = overdue.iter().map(|i| i.cents).sum::<i64>();
        // The highest step some invoice is ready for and the claim is worth.
        let ready = overdue.iter().filter_map(|i| turn(i, on)).collect::<Vec<_>>();
        let step = ready.into_iter().filter(|step| claim >= LADDER[*step].worth).max()?;
        if claim < MINIMUM {
            return None;
        }
        for invoice in &mut overdue {
            if let Some(own) = turn(invoice, on).filter(|own| *own <= step) {
                invoice.reminded = Some((own + 1, on));
            }
        }
        self.last_contact.insert(customer.to_owned(), on);
        Some((LADDER[step].code, claim))
    }
}

/// The step an invoice is ready for: always the one after its last.
fn turn(invoice: &Invoice, on: NaiveDate) -> Option<usize> {
    let taken = invoice.reminded.map_or(0, |(taken, _)| taken);
    let step = LADDER.get(taken)?;
    let rested = invoice.reminded.is_none_or(|(_, last)| on >= last + Days::new(step.gap));
    (rested && on >= workday(invoice.due + Days::new(step.days))).then_some(taken)
}

/// The day itself, or the Monday after a weekend.
fn workday(day: NaiveDate) -> NaiveDate {
    match day.weekday() {
        Weekday::Sat => day + Days::new(2),
        Weekday::Sun => day + Days::new(1),
        _ => day,
    }
}
