//! The file: once through its profile, as a push takes it, and once by hand.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use domain::imports::inspect::inspect;
use domain::imports::repeats::Repeats;
use domain::imports::rows::AttributeValue;
use domain::imports::{Profile, RawRow, Reader, rows};
use proto::v1::attribute_value::Value;
use proto::v1::{AccountRow, ContactRow, EntryRow, PartyRow, ReceivableRow};

use super::expected::Invoice;

/// What an ERP that has this file pushes, and when.
#[derive(Default)]
pub struct Extract {
    pub parties: Vec<PartyRow>,
    pub accounts: Vec<AccountRow>,
    pub contacts: Vec<ContactRow>,
    pub issued: BTreeMap<NaiveDate, Vec<ReceivableRow>>,
    pub settled: BTreeMap<NaiveDate, Vec<EntryRow>>,
}

/// The project's own file of this form.
pub fn own() -> Vec<u8> {
    read(&fixture("settled_invoices_us.csv"))
}

/// The published sample beside the repository, where there is one.
pub fn published() -> Option<Vec<u8>> {
    let mut above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let found = above.find_map(|folder| {
        let path = folder.join("shared/data/ar/ibm_accounts_receivable.csv");
        path.is_file().then_some(path)
    })?;
    Some(read(&found))
}

pub fn profile() -> Profile {
    let text = String::from_utf8(read(&fixture("settled_invoices_us.toml"))).expect("UTF-8");
    Profile::parse(&text).expect("a valid profile")
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures").join(name)
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Reads the file through the profile; every row must be good.
pub fn extract(csv: &[u8]) -> Extract {
    let profile = profile();
    let dialect = inspect(&profile, &mut Cursor::new(csv)).expect("the profile decides every format");
    let reader = Reader::open(&profile, &dialect, csv).expect("the columns are there");
    let (mut extract, mut repeats) = (Extract::default(), Repeats::new());
    for objects in reader {
        for row in objects.unwrap_or_else(|e| panic!("line {}: {e:?}", e.line)) {
            if !repeats.is_repeat(&row) {
                extract.take(row);
            }
        }
    }
    extract
}

impl Extract {
    fn take(&mut self, row: RawRow) {
        match row {
            RawRow::Party(row) => self.parties.push(PartyRow {
                external_id: row.external_id,
                name: row.name,
                language: row.language.unwrap_or_default(),
                ..PartyRow::default()
            }),
            RawRow::Account(row) => self.accounts.push(AccountRow {
                external_id: row.external_id,
                party_external_id: row.party_external_id.unwrap_or_default(),
                number: row.number.unwrap_or_default(),
                name: row.name,
                currency: row.currency.to_string(),
                language: row.language.unwrap_or_default(),
                ..AccountRow::default()
            }),
            RawRow::Contact(row) => self.contacts.push(ContactRow {
                external_id: row.external_id,
                account_external_id: row.account_external_id,
                name: row.name.unwrap_or_default(),
                email: row.email.unwrap_or_default(),
                ..ContactRow::default()
            }),
            RawRow::Receivable(row) => {
                self.issued.entry(row.issue_on).or_default().push(receivable(*row));
            }
            RawRow::Entry(row) => self.settled.entry(row.effective_on).or_default().push(entry(row)),
            RawRow::Instrument(row) => panic!("the profile yields no instruments: {row:?}"),
        }
    }
}

fn receivable(row: rows::ReceivableRow) -> ReceivableRow {
    let attribute = |(name, value): (String, AttributeValue)| {
        let AttributeValue::Text(text) = value else { panic!("{name} is a text") };
        (name, proto::v1::AttributeValue { value: Some(Value::Text(text)) })
    };
    ReceivableRow {
        external_id: row.external_id,
        account_external_id: row.account_external_id,
        document_no: row.document_no.unwrap_or_default(),
        currency: row.currency.to_string(),
        amount: row.amount.to_string(),
        issue_on: row.issue_on.to_string(),
        due_on: row.due_on.to_string(),
        attributes: row.attributes.into_iter().map(attribute).collect(),
        ..ReceivableRow::default()
    }
}

fn entry(row: rows::EntryRow) -> EntryRow {
    EntryRow {
        external_id: row.external_id,
        account_external_id: row.account_external_id,
        receivable_external_id: row.receivable_external_id.unwrap_or_default(),
        kind: row.kind.expect("the profile says so").to_string(),
        amount: row.amount.to_string(),
        currency: row.currency.to_string(),
        effective_on: row.effective_on.to_string(),
        ..EntryRow::default()
    }
}

/// Reads the file by hand, without anything of the product.
pub fn invoices(csv: &[u8]) -> Vec<Invoice> {
    let text = std::str::from_utf8(csv).expect("UTF-8");
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().expect("a header");
    let at = |name: &str| header.iter().position(|column| *column == name).expect("the column");
    let (customer, number, amount) = (at("customerID"), at("invoiceNumber"), at("InvoiceAmount"));
    let (issued, due, settled) = (at("InvoiceDate"), at("DueDate"), at("SettledDate"));
    let invoice = |cells: Vec<&str>| Invoice {
        number: cells[number].to_owned(),
        customer: cells[customer].to_owned(),
        cents: cents(cells[amount]),
        issued: date(cells[issued]),
        due: date(cells[due]),
        settled: date(cells[settled]),
        reminded: None,
    };
    lines.map(invoice).collect()
}

/// `1/30/2013` is 30 January.
fn date(text: &str) -> NaiveDate {
    let parts = text.split('/').map(|part| part.parse().expect("a number")).collect::<Vec<u32>>();
    let [month, day, year] = parts[..] else { panic!("{text} has three parts") };
    NaiveDate::from_ymd_opt(i32::try_from(year).expect("a year"), month, day).expect("a date")
}

/// `93.4` is 9340 cents.
fn cents(text: &str) -> i64 {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{part:0<2}").parse().expect("an amount")
}
