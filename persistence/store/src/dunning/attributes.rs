//! The custom attributes that conditions read: one statement per owner, none where none is read.

use app::dunning::store::AttributeRow;
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, Date, Jsonb, Uuid as SqlUuid};
use domain::attributes::AttributeOwner;
use kernel::Outcome;
use serde_json::Value;
use uuid::Uuid;

use crate::error::db;

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Jsonb)]
    attributes: Value,
}

pub(super) fn load(
    conn: &mut PgConnection,
    (legal_entity, groups): (Uuid, &[Uuid]),
    on: NaiveDate,
    owners: &[AttributeOwner],
) -> Outcome<Vec<AttributeRow>> {
    let mut rows = Vec::new();
    for owner in owners {
        let found = diesel::sql_query(statement(*owner))
            .bind::<SqlUuid, _>(legal_entity)
            .bind::<Array<SqlUuid>, _>(groups)
            .bind::<Date, _>(on)
            .load::<Found>(conn)
            .map_err(db)?;
        rows.extend(found.into_iter().map(|f| AttributeRow {
            owner: *owner,
            id: f.id,
            attributes: f.attributes,
        }));
    }
    Ok(rows)
}

/// As the facts beside them: those of the account that receives the letters, of its party on the day, of open items by the
/// accounts' index.
fn statement(owner: AttributeOwner) -> &'static str {
    match owner {
        AttributeOwner::Account => {
            "SELECT a.id, a.attributes FROM account a \
             WHERE a.legal_entity_id = $1 AND a.id = ANY($2) AND a.dunning_account_id = a.id \
                 AND a.attributes <> '{}' AND $3 IS NOT NULL"
        }
        AttributeOwner::Party => {
            "SELECT a.id, p.attributes FROM account a \
             JOIN account_party ap ON ap.account_id = a.id AND ap.superseded_at IS NULL \
                 AND coalesce(lower(ap.valid) <= $3, true) AND coalesce(upper(ap.valid) > $3, true) \
             JOIN party p ON p.id = ap.party_id \
             WHERE a.legal_entity_id = $1 AND a.id = ANY($2) AND a.dunning_account_id = a.id AND p.attributes <> '{}'"
        }
        AttributeOwner::Receivable => {
            "SELECT r.id, r.attributes FROM account a \
             CROSS JOIN LATERAL (SELECT o.id, o.attributes FROM receivable o \
                 WHERE o.account_id = a.id AND o.closed_on IS NULL AND o.attributes IS NOT NULL OFFSET 0) r \
             WHERE a.legal_entity_id = $1 AND a.dunning_account_id = ANY($2) AND $3 IS NOT NULL"
        }
    }
}
