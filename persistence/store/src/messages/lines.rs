//! What a message speaks of, line by line.

use app::messages::store::NewItem;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Jsonb, Uuid as SqlUuid};
use kernel::{Decimal, Outcome};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::error::db;

pub(super) fn insert(
    conn: &mut PgConnection,
    (account, message): (Uuid, Uuid),
    lines: &[NewItem],
) -> Outcome<()> {
    let lines = lines.iter().map(|line| {
        json!({ "item_account_id": line.account_id, "receivable_id": line.receivable_id,
            "amount": line.amount.to_string(), "credit": line.credit })
    });
    diesel::sql_query(
        "INSERT INTO message_item (account_id, message_id, item_account_id, receivable_id, amount, credit) \
         SELECT $1, $2, i.item_account_id, i.receivable_id, i.amount, i.credit \
         FROM jsonb_to_recordset($3) AS i (item_account_id uuid, receivable_id uuid, amount numeric, credit boolean)",
    )
    .bind::<SqlUuid, _>(account)
    .bind::<SqlUuid, _>(message)
    .bind::<Jsonb, _>(lines.collect::<Value>())
    .execute(conn)
    .map(drop)
    .map_err(db)
}

/// Puts the lines that are really said in place of those that were planned, and their sum with them.
pub(super) fn restate(
    conn: &mut PgConnection,
    (account, message): (Uuid, Uuid),
    lines: &[NewItem],
) -> Outcome<()> {
    use schema::message::dsl as m;
    use schema::message_item::dsl as i;
    diesel::delete(i::message_item.filter(i::account_id.eq(account).and(i::message_id.eq(message))))
        .execute(conn)
        .map_err(db)?;
    insert(conn, (account, message), lines)?;
    let total = lines.iter().map(|line| line.amount).sum::<Decimal>();
    diesel::update(m::message.filter(m::account_id.eq(account).and(m::id.eq(message))))
        .set(m::total_amount.eq(total))
        .execute(conn)
        .map(drop)
        .map_err(db)
}
