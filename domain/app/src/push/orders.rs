//! Orders of a chunk: what is ordered and not delivered. One that names the reservation of its check takes its place.

use std::collections::{BTreeSet, HashMap};

use domain::receivables::codes::{ORDER_AMOUNT_NEGATIVE, ORDER_OPEN_EXCEEDS};
use kernel::id::ReservationId;
use kernel::money::parse_amount;
use kernel::registry::codes::TEXT_REQUIRED;
use kernel::text::{external_id, optional_line};
use kernel::text_enum::{TextEnum as _, parse};
use kernel::{Currency, Date, Decimal, Error, Outcome, text_enum};
use uuid::Uuid;

use super::chunk::Session;
use super::content::Content;
use super::keys::{Sorting, Wait};
use super::parties::{date, optional};
use super::rows::OrderRow;
use super::store::{KeyRow, NamedReservation, OrderRecord};
use super::{KeyKind, codes, issue};
use crate::store::WriteTx;

text_enum! {
    /// What an order binds the customer to.
    pub enum OrderKind {
        Standard = "standard",
        /// Only what is called off from it is at risk; the call-offs are orders of their own.
        Framework = "framework",
    }
}

/// Applies the orders of a chunk.
pub(super) fn apply<'a>(
    session: &Session<'a>,
    tx: &mut dyn WriteTx,
    rows: &[OrderRow],
) -> Outcome<Sorting<'a>> {
    let mut sorting = Sorting::new(session.app, KeyKind::Order, rows.len());
    let refused = sorting.refuse_at_once(session, rows.iter().map(|r| r.external_id.as_str()));
    let set = |field: fn(&OrderRow) -> &str| rows.iter().map(field).collect::<BTreeSet<_>>();
    let accounts = tx.keys(session.source.no, KeyKind::Account, &set(|r| &r.account_external_id))?;
    let known = tx.keys(session.source.no, KeyKind::Order, &set(|r| &r.external_id))?;
    let (mut records, mut named) = (Vec::new(), Vec::new());
    for (row, given) in rows.iter().enumerate().filter(|(row, _)| !refused.contains(row)) {
        let id = given.external_id.as_str();
        let (mut record, reservation) = match check(given) {
            Ok(checked) => checked,
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
        let owner = (account, given.account_external_id.as_str());
        if let Some(placed) =
            sorting.place(row, (id, known.get(id)), owner, fingerprint(&record, reservation))
        {
            record.id = placed;
            named
                .extend(reservation.map(|r| (row, id, NamedReservation { account, id: r.0, order: placed })));
            records.push(record);
        }
    }
    tx.upsert_orders(&records, session.stamp)?;
    let reservations = named.iter().map(|(.., reservation)| *reservation).collect::<Vec<_>>();
    let without = tx.consume_reservations(&reservations, session.stamp)?;
    for (row, id, reservation) in named.into_iter().filter(|(.., named)| without.contains(&named.order)) {
        let message = format!("{} holds nothing for it", ReservationId(reservation.id));
        sorting.notice(row, id, &issue("reservation_id", &codes::RESERVATION_NOT_ACTIVE, message));
    }
    Ok(sorting)
}

/// The account a row names; the row waits where it is not there yet.
pub(super) fn account(
    sorting: &mut Sorting<'_>,
    row: usize,
    (id, account): (&str, &str),
    accounts: &HashMap<String, KeyRow>,
    given: &impl serde::Serialize,
) -> Outcome<Option<Uuid>> {
    if let Some(found) = accounts.get(account) {
        return Ok(Some(found.object_id));
    }
    let wait = Wait { kind: KeyKind::Account, external_id: account, field: "account_external_id" };
    sorting.park(row, id, &wait, given)?;
    Ok(None)
}

fn check(given: &OrderRow) -> Outcome<(OrderRecord, Option<ReservationId>)> {
    let external = external_id("external_id", &given.external_id)?;
    external_id("account_external_id", &given.account_external_id)?;
    let kind = optional(&given.kind).map_or(Ok(OrderKind::Standard), |k| parse("kind", k))?;
    let currency = Currency::parse("currency", &given.currency)?;
    let (original_amount, open_amount) = amounts(currency, &given.amount, &given.open_amount)?;
    let record = OrderRecord {
        account_id: Uuid::nil(),
        id: Uuid::nil(),
        order_no: optional_line("order_no", &given.order_no)?.unwrap_or(external),
        kind: kind.as_str(),
        currency: currency.as_str().to_owned(),
        original_amount,
        open_amount,
        ordered_on: required("ordered_on", &given.ordered_on)?,
        delivery_on: date("delivery_on", &given.delivery_on)?,
    };
    let reservation = optional(&given.reservation_id).map(ReservationId::parse).transpose()?;
    Ok((record, reservation))
}

/// The whole amount and what of it is still open: all of it when nothing is said.
pub(super) fn amounts(currency: Currency, amount: &str, open: &str) -> Outcome<(Decimal, Decimal)> {
    let amount = parse_amount("amount", amount, currency)?;
    let open = optional(open).map_or(Ok(amount), |o| parse_amount("open_amount", o, currency))?;
    if amount < Decimal::ZERO || open < Decimal::ZERO {
        let field = if amount < Decimal::ZERO { "amount" } else { "open_amount" };
        return Err(Error::field(field, &ORDER_AMOUNT_NEGATIVE, "must not be below zero"));
    }
    if open > amount {
        return Err(Error::field("open_amount", &ORDER_OPEN_EXCEEDS, format!("{open} of {amount}")));
    }
    Ok((amount, open))
}

pub(super) fn required(field: &str, text: &str) -> Outcome<Date> {
    date(field, text)?.ok_or_else(|| Error::field(field, &TEXT_REQUIRED, format!("{field} is required")))
}

fn fingerprint(order: &OrderRecord, reservation: Option<ReservationId>) -> Uuid {
    Content::default()
        .id(Some(order.account_id))
        .text(&order.order_no)
        .text(order.kind)
        .text(&order.currency)
        .decimal(order.original_amount)
        .decimal(order.open_amount)
        .date(Some(order.ordered_on))
        .date(order.delivery_on)
        .id(reservation.map(|r| r.0))
        .fingerprint()
}
