//! Deliveries of a chunk: what is delivered and not invoiced.

use std::collections::BTreeSet;

use kernel::text::{external_id, optional_line};
use kernel::{Currency, Outcome};
use uuid::Uuid;

use super::KeyKind;
use super::chunk::Session;
use super::content::Content;
use super::keys::{Sorting, Wait};
use super::orders::{account, amounts, required};
use super::parties::optional;
use super::rows::DeliveryRow;
use super::store::DeliveryRecord;
use crate::store::WriteTx;

/// Applies the deliveries of a chunk.
pub(super) fn apply<'a>(
    session: &Session<'a>,
    tx: &mut dyn WriteTx,
    rows: &[DeliveryRow],
) -> Outcome<Sorting<'a>> {
    let mut sorting = Sorting::new(session.app, KeyKind::Delivery, rows.len());
    let refused = sorting.refuse_at_once(session, rows.iter().map(|r| r.external_id.as_str()));
    let set = |field: fn(&DeliveryRow) -> &str| rows.iter().map(field).collect::<BTreeSet<_>>();
    let accounts = tx.keys(session.source.no, KeyKind::Account, &set(|r| &r.account_external_id))?;
    let orders = tx.keys(session.source.no, KeyKind::Order, &set(|r| &r.order_external_id))?;
    let known = tx.keys(session.source.no, KeyKind::Delivery, &set(|r| &r.external_id))?;
    let mut records = Vec::new();
    for (row, given) in rows.iter().enumerate().filter(|(row, _)| !refused.contains(row)) {
        let id = given.external_id.as_str();
        let mut record = match check(given) {
            Ok(record) => record,
            Err(error) => {
                sorting.reject(row, id, &error);
                continue;
            }
        };
        let Some(account) = account(&mut sorting, row, (id, &given.account_external_id), &accounts, given)?
        else {
            continue;
        };
        record.account_id = account;
        if let Some(external_id) = optional(&given.order_external_id) {
            let Some(order) = orders.get(external_id).filter(|order| order.account_id == Some(account))
            else {
                let wait = Wait { kind: KeyKind::Order, external_id, field: "order_external_id" };
                sorting.park(row, id, &wait, given)?;
                continue;
            };
            record.order_id = Some(order.object_id);
        }
        let owner = (account, given.account_external_id.as_str());
        if let Some(placed) = sorting.place(row, (id, known.get(id)), owner, fingerprint(&record)) {
            record.id = placed;
            records.push(record);
        }
    }
    tx.upsert_deliveries(&records, session.stamp)?;
    Ok(sorting)
}

fn check(given: &DeliveryRow) -> Outcome<DeliveryRecord> {
    let external = external_id("external_id", &given.external_id)?;
    external_id("account_external_id", &given.account_external_id)?;
    if let Some(order) = optional(&given.order_external_id) {
        external_id("order_external_id", order)?;
    }
    let currency = Currency::parse("currency", &given.currency)?;
    let (original_amount, open_amount) = amounts(currency, &given.amount, &given.open_amount)?;
    Ok(DeliveryRecord {
        account_id: Uuid::nil(),
        id: Uuid::nil(),
        delivery_note_no: optional_line("delivery_note_no", &given.delivery_note_no)?.unwrap_or(external),
        order_id: None,
        currency: currency.as_str().to_owned(),
        original_amount,
        open_amount,
        delivered_on: required("delivered_on", &given.delivered_on)?,
    })
}

fn fingerprint(delivery: &DeliveryRecord) -> Uuid {
    Content::default()
        .id(Some(delivery.account_id))
        .text(&delivery.delivery_note_no)
        .id(delivery.order_id)
        .text(&delivery.currency)
        .decimal(delivery.original_amount)
        .decimal(delivery.open_amount)
        .date(Some(delivery.delivered_on))
        .fingerprint()
}
