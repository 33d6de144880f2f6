//! Keeps what rows say before a push replaces it. Only changed rows come here: what is sent again unchanged writes nothing.

use app::push::store::Stamp;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Jsonb, Timestamptz, Uuid as SqlUuid};
use kernel::Outcome;
use serde_json::Value;

use crate::by_key::by_key;
use crate::error::db;

/// A kind of row and the account it belongs to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Replaced {
    Party,
    Account,
    Contact,
    Receivable,
    Instrument,
    Order,
    Delivery,
}

impl Replaced {
    fn statement(self) -> String {
        let (table, account) = match self {
            Self::Party => ("party", "NULL"),
            Self::Account => ("account", "x.id"),
            Self::Contact => ("contact", "x.account_id"),
            Self::Receivable => ("receivable", "x.account_id"),
            Self::Instrument => ("instrument", "x.account_id"),
            Self::Order => ("sales_order", "x.account_id"),
            Self::Delivery => ("delivery", "x.account_id"),
        };
        let (revisions, of, same) = match self {
            Self::Party | Self::Account | Self::Contact => ("customer_revision", "id uuid", "x.id = n.id"),
            Self::Receivable | Self::Instrument | Self::Order | Self::Delivery => (
                "document_revision",
                "account_id uuid, id uuid",
                "x.account_id = n.account_id AND x.id = n.id",
            ),
        };
        let kind = if let Self::Order = self { "order" } else { table };
        // Of several changes at one instant each has its version.
        format!(
            "INSERT INTO {revisions} (account_id, object_id, version, object_kind, replaced_at, before, event_id) \
             SELECT {account}, x.id, x.version, '{kind}', $2, \
                 jsonb_strip_nulls(to_jsonb(x) - '{{id,version,search_text,event_id}}'::text[]), $3 \
             FROM jsonb_to_recordset($1) AS n ({of}) JOIN {table} x ON {same}"
        )
    }
}

/// Keeps the present state of the rows that are about to be replaced.
pub(super) fn keep(conn: &mut PgConnection, what: Replaced, rows: &Value, stamp: Stamp) -> Outcome<()> {
    let insert = diesel::sql_query(what.statement())
        .bind::<Jsonb, _>(rows)
        .bind::<Timestamptz, _>(stamp.now)
        .bind::<SqlUuid, _>(stamp.event.0);
    match what {
        // A table that grows by millions is not to be read as a whole, whatever the planner last heard of it.
        Replaced::Receivable | Replaced::Instrument | Replaced::Order | Replaced::Delivery => {
            by_key(conn, |conn| insert.execute(conn)).map(drop)
        }
        Replaced::Party | Replaced::Account | Replaced::Contact => insert.execute(conn).map(drop).map_err(db),
    }
}
