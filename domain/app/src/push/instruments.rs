//! Instruments of a chunk, and the receivables under them.

use std::collections::{BTreeSet, HashMap};

use domain::receivables::codes::RECEIVABLE_ACCOUNT_CHANGED;
use domain::receivables::instrument::{InstrumentFields, check_instrument};
use domain::receivables::kinds::InstrumentKind;
use kernel::money::parse_amount;
use kernel::registry::codes::TEXT_REQUIRED;
use kernel::text::{external_id, optional_line};
use kernel::text_enum::{TextEnum as _, parse};
use kernel::{Currency, Date, Decimal, Error, Outcome};
use uuid::Uuid;

use super::chunk::Session;
use super::content::Content;
use super::keys::{Sorting, Wait};
use super::parties::{date, optional};
use super::rows::InstrumentRow;
use super::store::{InstrumentRecord, ItemRecord, KeyRow};
use super::{KeyKind, codes};
use crate::store::WriteTx;

/// More would be a portfolio, not a paper.
const ITEMS_MAX: usize = 500;

/// Applies the instruments of a chunk.
pub(super) fn apply<'a>(
    session: &Session<'a>,
    tx: &mut dyn WriteTx,
    rows: &[InstrumentRow],
) -> Outcome<Sorting<'a>> {
    let mut sorting = Sorting::new(session.app, KeyKind::Instrument, rows.len());
    let refused = sorting.refuse_at_once(session, rows.iter().map(|r| r.external_id.as_str()));
    let set = |field: fn(&InstrumentRow) -> &str| rows.iter().map(field).collect::<BTreeSet<_>>();
    let accounts = tx.keys(session.source.no, KeyKind::Account, &set(|r| &r.account_external_id))?;
    let known = tx.keys(session.source.no, KeyKind::Instrument, &set(|r| &r.external_id))?;
    let named = rows.iter().flat_map(|r| &r.items).map(|i| i.receivable_external_id.as_str()).collect();
    let receivables = tx.keys(session.source.no, KeyKind::Receivable, &named)?;
    let mut records = Vec::new();
    for (row, given) in rows.iter().enumerate().filter(|(row, _)| !refused.contains(row)) {
        if let Err(error) = check_references(given) {
            sorting.reject(row, &given.external_id, &error);
            continue;
        }
        let arrived = match find_parents(given, &accounts, &receivables) {
            Parents::Known(account, items) => arrive(given, (account, session.as_of_on), &items),
            Parents::Missing(wait) => {
                sorting.park(row, &given.external_id, &wait, given)?;
                continue;
            }
            Parents::Elsewhere(error) => Err(error),
        };
        match arrived {
            Ok(record) => sort(&mut sorting, (row, &known), (given, record), &mut records),
            Err(error) => sorting.reject(row, &given.external_id, &error),
        }
    }
    tx.upsert_instruments(&records, session.stamp)?;
    Ok(sorting)
}

/// Keys that could never come are no reason to wait.
fn check_references(given: &InstrumentRow) -> Outcome<()> {
    external_id("account_external_id", &given.account_external_id)?;
    let item = |(i, item): (usize, &super::rows::AllocationText)| {
        external_id(&format!("items[{i}].receivable_external_id"), &item.receivable_external_id).map(drop)
    };
    given.items.iter().enumerate().try_for_each(item)
}

/// The account of a row and the receivables under it.
enum Parents<'r> {
    Known(Uuid, Vec<Uuid>),
    Missing(Wait<'r>),
    Elsewhere(Error),
}

fn find_parents<'r>(
    given: &'r InstrumentRow,
    accounts: &HashMap<String, KeyRow>,
    receivables: &HashMap<String, KeyRow>,
) -> Parents<'r> {
    let Some(account) = accounts.get(&given.account_external_id) else {
        let external_id = given.account_external_id.as_str();
        return Parents::Missing(Wait { kind: KeyKind::Account, external_id, field: "account_external_id" });
    };
    let mut items = Vec::with_capacity(given.items.len());
    for (i, item) in given.items.iter().enumerate() {
        let external_id = item.receivable_external_id.as_str();
        let Some(found) = receivables.get(external_id) else {
            return Parents::Missing(Wait { kind: KeyKind::Receivable, external_id, field: "items" });
        };
        if found.account_id != Some(account.object_id) {
            let message = "the receivable belongs to another account";
            let field = format!("items[{i}].receivable_external_id");
            return Parents::Elsewhere(Error::field(field, &RECEIVABLE_ACCOUNT_CHANGED, message));
        }
        items.push(found.object_id);
    }
    Parents::Known(account.object_id, items)
}

fn sort(
    sorting: &mut Sorting<'_>,
    (row, known): (usize, &HashMap<String, KeyRow>),
    (given, mut record): (&InstrumentRow, InstrumentRecord),
    records: &mut Vec<InstrumentRecord>,
) {
    let id = given.external_id.as_str();
    let account = (record.account_id, given.account_external_id.as_str());
    if let Some(placed) = sorting.place(row, (id, known.get(id)), account, fingerprint(&record)) {
        record.id = placed;
        records.push(record);
    }
}

fn arrive(
    given: &InstrumentRow,
    (account_id, as_of_on): (Uuid, Date),
    items: &[Uuid],
) -> Outcome<InstrumentRecord> {
    let external = external_id("external_id", &given.external_id)?;
    let kind = optional(&given.kind).map_or(Ok(InstrumentKind::PromissoryNote), |k| parse("kind", k))?;
    let currency = Currency::parse("currency", &given.currency)?;
    if given.items.len() > ITEMS_MAX {
        return Err(Error::field("items", &codes::CHUNK_TOO_LARGE, format!("at most {ITEMS_MAX} items")));
    }
    let item_amount = |(i, item): (usize, &super::rows::AllocationText)| {
        parse_amount(&format!("items[{i}].amount"), &item.amount, currency)
    };
    let item_amounts = given.items.iter().enumerate().map(item_amount).collect::<Outcome<Vec<_>>>()?;
    let costs = optional(&given.costs_amount);
    let fields = InstrumentFields {
        amount: parse_amount("amount", &given.amount, currency)?,
        received_on: required("received_on", &given.received_on)?,
        maturity_on: required("maturity_on", &given.maturity_on)?,
        discounted_on: date("discounted_on", &given.discounted_on)?,
        settled_on: date("settled_on", &given.settled_on)?,
        returned_on: date("returned_on", &given.returned_on)?,
        costs_amount: costs.map_or(Ok(Decimal::ZERO), |c| parse_amount("costs_amount", c, currency))?,
        item_amounts,
    };
    let status = check_instrument(&fields, as_of_on)?;
    let number = optional_line("number", &given.number)?.unwrap_or(external);
    let amounts = fields.item_amounts.iter().zip(items);
    Ok(InstrumentRecord {
        account_id,
        id: Uuid::nil(),
        kind: kind.as_str(),
        number,
        amount: fields.amount,
        currency: currency.as_str().to_owned(),
        received_on: fields.received_on,
        maturity_on: fields.maturity_on,
        bank: optional_line("bank", &given.bank)?,
        discounted_on: fields.discounted_on,
        with_recourse: !given.without_recourse,
        status: status.as_str(),
        settled_on: fields.settled_on,
        returned_on: fields.returned_on,
        return_code: optional_line("return_code", &given.return_code)?,
        costs_amount: fields.costs_amount,
        items: amounts.map(|(amount, id)| ItemRecord { receivable_id: *id, amount: *amount }).collect(),
    })
}

fn required(field: &str, text: &str) -> Outcome<Date> {
    date(field, text)?.ok_or_else(|| Error::field(field, &TEXT_REQUIRED, format!("{field} is required")))
}

fn fingerprint(record: &InstrumentRecord) -> Uuid {
    let start = Content::default()
        .id(Some(record.account_id))
        .text(record.kind)
        .text(&record.number)
        .decimal(record.amount)
        .text(&record.currency)
        .date(Some(record.received_on))
        .date(Some(record.maturity_on))
        .optional(record.bank.as_deref())
        .date(record.discounted_on)
        .flag(record.with_recourse)
        .date(record.settled_on)
        .date(record.returned_on)
        .optional(record.return_code.as_deref())
        .decimal(record.costs_amount);
    let items = record.items.iter();
    items.fold(start, |content, item| content.id(Some(item.receivable_id)).decimal(item.amount)).fingerprint()
}
