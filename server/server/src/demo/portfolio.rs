//! The book: who there is, and what happens on which day.

use std::collections::BTreeMap;

use chrono::{Datelike as _, Days, Weekday};
use kernel::{Date, Decimal};
use proto::v1::{
    AccountRow, ContactRow, EntryAllocation, EntryRow, InstrumentItem, InstrumentRow, PartyRow, ReceivableRow,
};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::behaviour::{Behaviour, amount, share};
use super::names::{Company, company};

/// How large the book is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub parties: usize,
    pub receivables: usize,
    pub seed: u64,
    /// First and last day of the book.
    pub from: Date,
    pub to: Date,
}

/// What an ERP pushes on one day.
#[derive(Debug, Clone, Default)]
pub struct Day {
    pub receivables: Vec<ReceivableRow>,
    pub instruments: Vec<InstrumentRow>,
    pub entries: Vec<EntryRow>,
}

/// The book.
#[derive(Debug, Clone, Default)]
pub struct Portfolio {
    pub parties: Vec<PartyRow>,
    pub accounts: Vec<AccountRow>,
    pub contacts: Vec<ContactRow>,
    pub days: BTreeMap<Date, Day>,
}

/// A customer while the book is made.
struct Customer {
    id: String,
    company: Company,
    behaviour: Behaviour,
    terms: u64,
    takes_paper: bool,
}

impl Portfolio {
    /// Makes the book of a seed.
    pub fn make(size: Size) -> Self {
        let mut random = StdRng::seed_from_u64(size.seed);
        let mut book = Self::default();
        let customers = (1..=size.parties).map(|n| customer(&mut random, n)).collect::<Vec<_>>();
        for customer in &customers {
            book.enlist(customer);
        }
        let days = u64::try_from((size.to - size.from).num_days()).unwrap_or_default();
        for number in 1..=size.receivables {
            let customer = usually_small(&mut random, customers.len());
            let issued = working(size.from + Days::new(random.random_range(0..=days)));
            if let Some(customer) = customers.get(customer)
                && issued <= size.to
            {
                Sale { number, customer, issued, to: size.to }.happen(&mut random, &mut book.days);
            }
        }
        book
    }

    /// Receivables over all days.
    pub fn receivable_count(&self) -> usize {
        self.days.values().map(|day| day.receivables.len()).sum()
    }

    fn enlist(&mut self, customer: &Customer) {
        let Customer { id, company, terms, .. } = customer;
        let language = if company.english { "en" } else { "es" };
        self.parties.push(PartyRow {
            external_id: format!("P{id}"),
            name: company.name.clone(),
            tax_id: company.tax_id.clone(),
            country: company.country.to_owned(),
            language: language.to_owned(),
            address: company.address.clone(),
            ..PartyRow::default()
        });
        self.accounts.push(AccountRow {
            external_id: id.clone(),
            party_external_id: format!("P{id}"),
            number: format!("4300.{id}"),
            name: company.name.clone(),
            currency: "EUR".to_owned(),
            language: language.to_owned(),
            time_zone: if company.english { "Europe/London" } else { "Europe/Madrid" }.to_owned(),
            segment: if company.english { "export" } else { "nacional" }.to_owned(),
            payment_terms_days: i32::try_from(*terms).unwrap_or(30),
            address: company.address.clone(),
            ..AccountRow::default()
        });
        let name = if company.english { "Accounts Payable" } else { "Administración" };
        self.contacts.push(ContactRow {
            external_id: format!("C{id}"),
            account_external_id: id.clone(),
            name: name.to_owned(),
            role: "accounts_payable".to_owned(),
            email: format!("{}@{}", if company.english { "accounts" } else { "pagos" }, company.domain),
            ..ContactRow::default()
        });
    }
}

fn customer(random: &mut StdRng, number: usize) -> Customer {
    let company = company(random, number);
    let takes_paper = !company.english && random.random_range(0..8) == 0;
    Customer {
        id: format!("{number:06}"),
        behaviour: Behaviour::draw(random),
        terms: if random.random_range(0..3) == 0 { 60 } else { 30 },
        takes_paper,
        company,
    }
}

/// Few customers buy often: the square of an even draw.
fn usually_small(random: &mut StdRng, below: usize) -> usize {
    let drawn = random.random_range(0..below.max(1));
    drawn * random.random_range(0..below.max(1)) / below.max(1)
}

/// The day itself, or the Monday after a weekend.
fn working(day: Date) -> Date {
    match day.weekday() {
        Weekday::Sat => day + Days::new(2),
        Weekday::Sun => day + Days::new(1),
        Weekday::Mon | Weekday::Tue | Weekday::Wed | Weekday::Thu | Weekday::Fri => day,
    }
}

fn later(day: Date, days: i64) -> Date {
    working(day + chrono::TimeDelta::days(days))
}

/// One invoice and what follows from it.
struct Sale<'a> {
    number: usize,
    customer: &'a Customer,
    issued: Date,
    to: Date,
}

impl Sale<'_> {
    fn happen(&self, random: &mut StdRng, days: &mut BTreeMap<Date, Day>) {
        let total = amount(random);
        let invoice = self.document("F", total, self.issued + Days::new(self.customer.terms));
        let (id, due) = (invoice.external_id.clone(), later(self.issued, days_of(self.customer.terms)));
        day(days, self.issued).receivables.push(invoice);
        let mut left = total;
        if random.random_range(0..30) == 0 {
            left -= self.credit(random, days, (&id, total));
        }
        if self.customer.takes_paper {
            self.paper(random, days, (&id, left, due));
            return;
        }
        let parts = self.customer.behaviour.payments(random);
        let last = parts.len();
        for (part, (after, percent)) in parts.into_iter().enumerate() {
            let paid = if part + 1 == last { left } else { share(total, percent).min(left) };
            left -= paid;
            self.pay(days, (&id, part), paid, later(due, after));
        }
    }

    fn document(&self, series: &str, total: Decimal, due: Date) -> ReceivableRow {
        let year = self.issued.year();
        ReceivableRow {
            external_id: format!("{series}{year}-{:06}", self.number),
            account_external_id: self.customer.id.clone(),
            document_no: format!("{series}/{year}/{:06}", self.number),
            currency: "EUR".to_owned(),
            amount: total.to_string(),
            issue_on: self.issued.to_string(),
            due_on: due.to_string(),
            order_no: format!("P-{:05}", self.number % 99_991),
            ..ReceivableRow::default()
        }
    }

    /// A credit note for a part, some days later; it names its invoice.
    fn credit(
        &self,
        random: &mut StdRng,
        days: &mut BTreeMap<Date, Day>,
        (invoice, total): (&str, Decimal),
    ) -> Decimal {
        let credited = share(total, random.random_range(5..30));
        let on = later(self.issued, random.random_range(3..20));
        if on <= self.to && credited > Decimal::ZERO {
            let note = ReceivableRow {
                kind: "credit_note".to_owned(),
                issue_on: on.to_string(),
                due_on: on.to_string(),
                credited_external_id: invoice.to_owned(),
                ..self.document("A", credited, on)
            };
            day(days, on).receivables.push(note);
        }
        credited
    }

    /// A pagaré at the due date; one of eight comes back.
    fn paper(
        &self,
        random: &mut StdRng,
        days: &mut BTreeMap<Date, Day>,
        (invoice, left, due): (&str, Decimal, Date),
    ) {
        let matures = later(due, 60);
        let received = InstrumentRow {
            external_id: format!("E{}", self.number),
            account_external_id: self.customer.id.clone(),
            kind: "promissory_note".to_owned(),
            number: format!("{:07}", self.number),
            amount: left.to_string(),
            currency: "EUR".to_owned(),
            received_on: due.to_string(),
            maturity_on: matures.to_string(),
            bank: "Banco de Muestra".to_owned(),
            items: vec![InstrumentItem {
                receivable_external_id: invoice.to_owned(),
                amount: left.to_string(),
            }],
            ..InstrumentRow::default()
        };
        let ended = later(matures, 2);
        if random.random_range(0..8) == 0 {
            let returned = InstrumentRow {
                returned_on: ended.to_string(),
                return_code: "AM04".to_owned(),
                costs_amount: share(left, 3).to_string(),
                ..received.clone()
            };
            self.instrument(days, due, received);
            self.instrument(days, ended, returned);
            return;
        }
        let settled = InstrumentRow { settled_on: ended.to_string(), ..received.clone() };
        self.instrument(days, due, received);
        self.instrument(days, ended, settled);
        self.pay(days, (invoice, 0), left, ended);
    }

    fn instrument(&self, days: &mut BTreeMap<Date, Day>, on: Date, row: InstrumentRow) {
        if on <= self.to {
            day(days, on).instruments.push(row);
        }
    }

    /// A payment with remittance advice.
    fn pay(&self, days: &mut BTreeMap<Date, Day>, (invoice, part): (&str, usize), paid: Decimal, on: Date) {
        if on > self.to || paid <= Decimal::ZERO {
            return;
        }
        let on = on.max(self.issued);
        let allocations =
            vec![EntryAllocation { receivable_external_id: invoice.to_owned(), amount: paid.to_string() }];
        day(days, on).entries.push(EntryRow {
            external_id: format!("C{}-{part}", self.number),
            account_external_id: self.customer.id.clone(),
            kind: "payment".to_owned(),
            amount: paid.to_string(),
            currency: "EUR".to_owned(),
            effective_on: on.to_string(),
            reference: invoice.to_owned(),
            allocations,
            ..EntryRow::default()
        });
    }
}

fn day(days: &mut BTreeMap<Date, Day>, on: Date) -> &mut Day {
    days.entry(on).or_default()
}

fn days_of(terms: u64) -> i64 {
    i64::try_from(terms).unwrap_or(30)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Size {
        Size {
            parties: 200,
            receivables: 2_000,
            seed: 7,
            from: "2025-01-01".parse().unwrap(),
            to: "2026-06-30".parse().unwrap(),
        }
    }

    #[test]
    fn the_same_seed_makes_the_same_book() {
        let (one, two) = (Portfolio::make(small()), Portfolio::make(small()));
        assert_eq!(one.parties, two.parties);
        assert_eq!(format!("{:?}", one.days), format!("{:?}", two.days));
        let other = Portfolio::make(Size { seed: 8, ..small() });
        assert_ne!(one.parties, other.parties);
    }

    #[test]
    fn the_book_holds_what_a_book_holds_and_ends_on_its_last_day() {
        let book = Portfolio::make(small());
        let count = |of: fn(&Day) -> usize| book.days.values().map(of).sum::<usize>();
        assert!((1_950..=2_150).contains(&book.receivable_count()), "{}", book.receivable_count());
        assert!(count(|day| day.entries.len()) > 1_000);
        assert!(count(|day| day.instruments.len()) > 20);
        let instruments = book.days.values().flat_map(|day| &day.instruments);
        let came_back = |i: &&InstrumentRow| i.kind == "promissory_note" && !i.returned_on.is_empty();
        assert!(instruments.filter(came_back).count() > 0, "returned pagarés");
        assert!(count(|day| day.receivables.iter().filter(|r| r.kind == "credit_note").count()) > 5);
        assert!(book.days.keys().all(|day| *day <= small().to && working(*day) == *day));
        assert!(book.parties.iter().all(|party| !party.tax_id.is_empty()));
        assert!(book.accounts.iter().any(|account| account.language == "en"));
    }

    #[test]
    fn nobody_pays_more_than_they_owe() {
        let book = Portfolio::make(small());
        let mut open = std::collections::HashMap::<String, Decimal>::new();
        let number = |text: &str| text.parse::<Decimal>().unwrap();
        for row in book.days.values().flat_map(|day| &day.receivables) {
            let (id, sign) = match row.credited_external_id.as_str() {
                "" => (row.external_id.clone(), Decimal::ONE),
                credited => (credited.to_owned(), -Decimal::ONE),
            };
            *open.entry(id).or_default() += sign * number(&row.amount);
        }
        for entry in book.days.values().flat_map(|day| &day.entries) {
            *open.get_mut(&entry.reference).unwrap() -= number(&entry.amount);
        }
        assert!(open.values().all(|left| *left >= Decimal::ZERO));
    }
}
