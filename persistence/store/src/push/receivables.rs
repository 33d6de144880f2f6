//! Receivables as sets: COPY for new ones, one UPDATE for changed ones, locks in one order.

use std::collections::{BTreeSet, HashMap};

use app::push::store::{
    CreditLink, ReceivableRecord, ReceivableState, RevisionReason, RevisionRecord, Stamp,
};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, Date, Jsonb, Nullable, Numeric, Text, Timestamptz, Uuid as SqlUuid};
use kernel::text_enum::TextEnum as _;
use kernel::{Currency, Decimal, Outcome};
use schema::{receivable, receivable_revision};
use serde_json::{Value, json};
use uuid::Uuid;

use super::revisions::{Replaced, keep};
use super::stored;
use crate::by_key::by_key;
use crate::error::db;

/// Every column, because COPY fills no defaults in.
#[derive(Insertable)]
#[diesel(table_name = receivable)]
#[diesel(treat_none_as_default_value = false)]
struct NewRow<'r> {
    account_id: Uuid,
    id: Uuid,
    event_id: Uuid,
    credited_receivable_id: Option<Uuid>,
    source_no: Option<i32>,
    issue_on: NaiveDate,
    due_on: NaiveDate,
    agreed_due_on: Option<NaiveDate>,
    tax_point_on: Option<NaiveDate>,
    shipped_on: Option<NaiveDate>,
    goods_received_on: Option<NaiveDate>,
    expected_pay_on: Option<NaiveDate>,
    closed_on: Option<NaiveDate>,
    recorded_at: DateTime<Utc>,
    original_amount: Decimal,
    open_amount: Decimal,
    currency: &'r str,
    kind: &'static str,
    document_no: &'r str,
    order_no: Option<&'r str>,
    delivery_note_no: Option<&'r str>,
    payment_reference: Option<&'r str>,
    disputed: bool,
    version: i32,
    vat: Option<&'r Value>,
    dimensions: Option<&'r Value>,
    attributes: Option<&'r Value>,
}

impl<'r> NewRow<'r> {
    fn new(r: &'r ReceivableRecord, stamp: Stamp) -> Self {
        Self {
            account_id: r.account_id,
            id: r.id,
            event_id: stamp.event.0,
            credited_receivable_id: r.credited_receivable_id,
            source_no: Some(stamp.source_no),
            issue_on: r.issue_on,
            due_on: r.due_on,
            agreed_due_on: r.agreed_due_on,
            tax_point_on: r.tax_point_on,
            shipped_on: r.shipped_on,
            goods_received_on: r.goods_received_on,
            expected_pay_on: r.expected_pay_on,
            closed_on: r.closed_on,
            recorded_at: stamp.now,
            original_amount: r.original_amount,
            open_amount: r.open_amount,
            currency: r.currency.as_str(),
            kind: r.kind.as_str(),
            document_no: &r.document_no,
            order_no: r.order_no.as_deref(),
            delivery_note_no: r.delivery_note_no.as_deref(),
            payment_reference: r.payment_reference.as_deref(),
            disputed: r.disputed,
            version: 1,
            vat: r.vat.as_ref(),
            dimensions: r.dimensions.as_ref(),
            attributes: r.attributes.as_ref(),
        }
    }
}

pub(super) fn insert(conn: &mut PgConnection, receivables: &[ReceivableRecord], stamp: Stamp) -> Outcome<()> {
    if receivables.is_empty() {
        return Ok(());
    }
    let rows = receivables.iter().map(|r| NewRow::new(r, stamp)).collect::<Vec<_>>();
    diesel::copy_from(receivable::table).from_insertable(rows).execute(conn).map(drop).map_err(db)
}

/// `recorded_at` moves only with what a revision keeps: between the last revision and it there must be no gap, or the
/// receivable would be unknown to questions as of that time.
pub(super) fn update(conn: &mut PgConnection, receivables: &[ReceivableRecord], stamp: Stamp) -> Outcome<()> {
    if receivables.is_empty() {
        return Ok(());
    }
    let rows = receivables.iter().map(changed_json).collect::<Value>();
    keep(conn, Replaced::Receivable, &rows, stamp)?;
    let update = diesel::sql_query(
        "UPDATE receivable r SET issue_on = c.issue_on, due_on = c.due_on, agreed_due_on = c.agreed_due_on, \
             tax_point_on = c.tax_point_on, shipped_on = c.shipped_on, goods_received_on = c.goods_received_on, \
             expected_pay_on = c.expected_pay_on, original_amount = c.original_amount, document_no = c.document_no, \
             kind = c.kind, order_no = c.order_no, delivery_note_no = c.delivery_note_no, \
             payment_reference = c.payment_reference, disputed = c.disputed, vat = c.vat, \
             dimensions = c.dimensions, attributes = c.attributes, version = r.version + 1, event_id = $2, \
             recorded_at = CASE WHEN (r.original_amount, r.issue_on, r.due_on, r.agreed_due_on, r.document_no) \
                 IS DISTINCT FROM (c.original_amount, c.issue_on, c.due_on, c.agreed_due_on, c.document_no) \
                 THEN $3 ELSE r.recorded_at END \
         FROM jsonb_to_recordset($1) AS c (account_id uuid, id uuid, issue_on date, due_on date, agreed_due_on date, \
             tax_point_on date, shipped_on date, goods_received_on date, expected_pay_on date, \
             original_amount numeric, document_no text, kind text, order_no text, delivery_note_no text, \
             payment_reference text, disputed boolean, vat jsonb, dimensions jsonb, attributes jsonb) \
         WHERE r.account_id = c.account_id AND r.id = c.id",
    )
    .bind::<Jsonb, _>(rows)
    .bind::<SqlUuid, _>(stamp.event.0)
    .bind::<Timestamptz, _>(stamp.now);
    by_key(conn, |conn| update.execute(conn)).map(drop)
}

fn changed_json(r: &ReceivableRecord) -> Value {
    json!({
        "account_id": r.account_id, "id": r.id, "issue_on": r.issue_on, "due_on": r.due_on,
        "agreed_due_on": r.agreed_due_on, "tax_point_on": r.tax_point_on, "shipped_on": r.shipped_on,
        "goods_received_on": r.goods_received_on, "expected_pay_on": r.expected_pay_on,
        "original_amount": r.original_amount.to_string(), "document_no": r.document_no, "kind": r.kind.as_str(),
        "order_no": r.order_no, "delivery_note_no": r.delivery_note_no,
        "payment_reference": r.payment_reference, "disputed": r.disputed, "vat": r.vat,
        "dimensions": r.dimensions, "attributes": r.attributes,
    })
}

pub(super) fn insert_revisions(
    conn: &mut PgConnection,
    revisions: &[RevisionRecord],
    stamp: Stamp,
) -> Outcome<()> {
    let rows = revisions
        .iter()
        .map(|RevisionRecord { before, reason, changed_on }| {
            (
                receivable_revision::account_id.eq(before.account_id),
                receivable_revision::receivable_id.eq(before.id),
                receivable_revision::recorded_from.eq(before.recorded_from),
                receivable_revision::recorded_to.eq(stamp.now),
                receivable_revision::changed_on.eq(*changed_on),
                receivable_revision::reason.eq(match reason {
                    RevisionReason::Correction => "correction",
                    RevisionReason::Extension => "extension",
                }),
                receivable_revision::original_amount.eq(before.original_amount),
                receivable_revision::issue_on.eq(before.issue_on),
                receivable_revision::due_on.eq(before.due_on),
                receivable_revision::agreed_due_on.eq(before.agreed_due_on),
                receivable_revision::document_no.eq(before.document_no.as_str()),
                receivable_revision::event_id.eq(before.event_id),
            )
        })
        .collect::<Vec<_>>();
    // PostgreSQL takes at most 65,535 parameters in one statement.
    for some in rows.chunks(2_000) {
        // Of several changes at one instant the ones between were never the truth at any moment.
        let insert = diesel::insert_into(receivable_revision::table).values(some).on_conflict_do_nothing();
        insert.execute(conn).map_err(db)?;
    }
    Ok(())
}

#[derive(QueryableByName)]
struct KeyOnly {
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

pub(super) fn linked(
    conn: &mut PgConnection,
    keys: &BTreeSet<(Uuid, Uuid)>,
) -> Outcome<BTreeSet<(Uuid, Uuid)>> {
    if keys.is_empty() {
        return Ok(BTreeSet::new());
    }
    let (accounts, ids): (Vec<_>, Vec<_>) = keys.iter().copied().unzip();
    let select = diesel::sql_query(
        "SELECT r.account_id, r.id FROM unnest($1, $2) AS k (account_id, id) \
         JOIN receivable r ON r.account_id = k.account_id AND r.id = k.id WHERE r.credited_receivable_id IS NOT NULL",
    )
    .bind::<Array<SqlUuid>, _>(accounts)
    .bind::<Array<SqlUuid>, _>(ids);
    let rows = by_key(conn, |conn| select.load::<KeyOnly>(conn))?;
    Ok(rows.into_iter().map(|row| (row.account_id, row.id)).collect())
}

pub(super) fn link(conn: &mut PgConnection, links: &[CreditLink], stamp: Stamp) -> Outcome<()> {
    if links.is_empty() {
        return Ok(());
    }
    let column = |of: fn(&CreditLink) -> Uuid| links.iter().map(of).collect::<Vec<_>>();
    let update = diesel::sql_query(
        "UPDATE receivable r SET credited_receivable_id = k.invoice, version = r.version + 1, event_id = $4 \
         FROM unnest($1, $2, $3) AS k (account_id, credit, invoice) WHERE r.account_id = k.account_id AND r.id = k.credit",
    )
    .bind::<Array<SqlUuid>, _>(column(|l| l.account_id))
    .bind::<Array<SqlUuid>, _>(column(|l| l.credit))
    .bind::<Array<SqlUuid>, _>(column(|l| l.invoice))
    .bind::<SqlUuid, _>(stamp.event.0);
    by_key(conn, |conn| update.execute(conn)).map(drop)
}

#[derive(QueryableByName)]
struct StateRow {
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = Text)]
    document_no: String,
    #[diesel(sql_type = Nullable<Text>)]
    payment_reference: Option<String>,
    #[diesel(sql_type = Date)]
    issue_on: NaiveDate,
    #[diesel(sql_type = Date)]
    due_on: NaiveDate,
    #[diesel(sql_type = Nullable<Date>)]
    agreed_due_on: Option<NaiveDate>,
    #[diesel(sql_type = Numeric)]
    original_amount: Decimal,
    #[diesel(sql_type = Numeric)]
    open_amount: Decimal,
    #[diesel(sql_type = Timestamptz)]
    recorded_at: DateTime<Utc>,
    #[diesel(sql_type = SqlUuid)]
    event_id: Uuid,
}

const STATE_COLUMNS: &str = "r.account_id, r.id, r.kind, r.currency, r.document_no, r.payment_reference, r.issue_on, \
    r.due_on, r.agreed_due_on, r.original_amount, r.open_amount, r.recorded_at, r.event_id";

#[derive(QueryableByName)]
struct OpenRow {
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Numeric)]
    open_amount: Decimal,
}

pub(super) fn open_amounts(
    conn: &mut PgConnection,
    keys: &BTreeSet<(Uuid, Uuid)>,
) -> Outcome<HashMap<(Uuid, Uuid), Decimal>> {
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let (accounts, ids): (Vec<_>, Vec<_>) = keys.iter().copied().unzip();
    let rows = diesel::sql_query(
        "SELECT r.* FROM unnest($1, $2) AS k (account_id, id) CROSS JOIN LATERAL (\
             SELECT r.account_id, r.id, r.open_amount FROM receivable r \
             WHERE r.account_id = k.account_id AND r.id = k.id OFFSET 0) r",
    )
    .bind::<Array<SqlUuid>, _>(accounts)
    .bind::<Array<SqlUuid>, _>(ids)
    .load::<OpenRow>(conn)
    .map_err(db)?;
    Ok(rows.into_iter().map(|r| ((r.account_id, r.id), r.open_amount)).collect())
}

pub(super) fn for_update(
    conn: &mut PgConnection,
    keys: &BTreeSet<(Uuid, Uuid)>,
) -> Outcome<Vec<ReceivableState>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let (accounts, ids): (Vec<_>, Vec<_>) = keys.iter().copied().unzip();
    // Each by itself, as natural keys are, and locked in the order of the keys.
    let rows = diesel::sql_query(format!(
        "SELECT r.* FROM unnest($1, $2) AS k (account_id, id) CROSS JOIN LATERAL (\
             SELECT {STATE_COLUMNS} FROM receivable r WHERE r.account_id = k.account_id AND r.id = k.id FOR UPDATE) r"
    ))
    .bind::<Array<SqlUuid>, _>(accounts)
    .bind::<Array<SqlUuid>, _>(ids)
    .load::<StateRow>(conn)
    .map_err(db)?;
    rows.into_iter().map(state).collect()
}

pub(super) fn open_for_update(
    conn: &mut PgConnection,
    accounts: &BTreeSet<Uuid>,
) -> Outcome<Vec<ReceivableState>> {
    let rows = diesel::sql_query(format!(
        "SELECT {STATE_COLUMNS} FROM receivable r WHERE r.account_id = ANY($1) AND r.closed_on IS NULL \
         ORDER BY r.account_id, r.id FOR UPDATE OF r"
    ))
    .bind::<Array<SqlUuid>, _>(accounts.iter().copied().collect::<Vec<_>>())
    .load::<StateRow>(conn)
    .map_err(db)?;
    rows.into_iter().map(state).collect()
}

fn state(row: StateRow) -> Outcome<ReceivableState> {
    Ok(ReceivableState {
        account_id: row.account_id,
        id: row.id,
        kind: stored(&row.kind)?,
        currency: Currency::parse("currency", &row.currency)?,
        document_no: row.document_no,
        payment_reference: row.payment_reference,
        issue_on: row.issue_on,
        due_on: row.due_on,
        agreed_due_on: row.agreed_due_on,
        original_amount: row.original_amount,
        open_amount: row.open_amount,
        recorded_from: row.recorded_at,
        event_id: row.event_id,
    })
}
