//! What was said before about the items of a chunk's accounts. It hangs on the items and their accounts, not on who received
//! the letter: an ERP that names another recipient starts no ladder anew and forgets no contact.

use std::sync::LazyLock;

use app::dunning::store::SentRow;
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, Date, SmallInt, Text, Uuid as SqlUuid};
use domain::comms::template::TemplatePurpose;
use domain::dunning::group::OpenContact;
use kernel::Outcome;
use kernel::text_enum::TextEnum as _;
use uuid::Uuid;

use crate::error::db;
use crate::push::stored;

/// The accounts of the groups. Each one's history is looked up by an index: left to join, the planner would read the messages
/// of the whole book for each chunk.
const ACCOUNTS: &str = "WITH acc AS MATERIALIZED (SELECT a.id, a.dunning_account_id AS group_id FROM account a \
    WHERE a.legal_entity_id = $1 AND a.dunning_account_id = ANY($2))";

/// Lines `i` about an account's items in letters that went to an account that does not receive them now.
const ELSEWHERE: &str = "i.item_account_id = acc.id AND i.item_account_id <> i.account_id \
    AND i.account_id <> acc.group_id";

/// Messages `m` that claim: those of a scenario's step whatever they are for, and those by hand of a claiming purpose.
pub(crate) static CLAIMS: LazyLock<String> = LazyLock::new(|| {
    let claiming = TemplatePurpose::ALL.iter().filter(|purpose| purpose.claims());
    let quoted = claiming.map(|purpose| format!("'{purpose}'")).collect::<Vec<_>>();
    format!("(m.step_no IS NOT NULL OR m.purpose IN ({}))", quoted.join(", "))
});

#[derive(QueryableByName)]
struct SentFound {
    #[diesel(sql_type = SqlUuid)]
    group_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    receivable_id: Uuid,
    #[diesel(sql_type = Text)]
    step_code: String,
    #[diesel(sql_type = SmallInt)]
    step_no: i16,
    #[diesel(sql_type = Date)]
    sent_on: NaiveDate,
}

/// The steps sent for each open item, to whomever.
pub(super) fn sent(conn: &mut PgConnection, legal_entity: Uuid, groups: &[Uuid]) -> Outcome<Vec<SentRow>> {
    let step = "SELECT i.receivable_id, i.step_code, i.step_no, i.sent_on FROM message_item i \
        WHERE i.sent_on IS NOT NULL AND i.step_no IS NOT NULL AND i.step_code IS NOT NULL";
    let rows = diesel::sql_query(format!(
        "{ACCOUNTS} SELECT acc.group_id, s.receivable_id, s.step_code, s.step_no, max(s.sent_on) AS sent_on \
         FROM acc CROSS JOIN LATERAL (SELECT * FROM (\
             {step} AND i.account_id = acc.id AND i.item_account_id = acc.id UNION ALL \
             {step} AND i.item_account_id = acc.id AND i.item_account_id <> i.account_id) said OFFSET 0) s \
         JOIN receivable r ON r.account_id = acc.id AND r.id = s.receivable_id AND r.closed_on IS NULL \
         GROUP BY 1, 2, 3, 4"
    ))
    .bind::<SqlUuid, _>(legal_entity)
    .bind::<Array<SqlUuid>, _>(groups)
    .load::<SentFound>(conn)
    .map_err(db)?;
    let row = |r: SentFound| SentRow {
        group_id: r.group_id,
        receivable_id: r.receivable_id,
        step_code: r.step_code,
        step_no: r.step_no,
        sent_on: r.sent_on,
    };
    Ok(rows.into_iter().map(row).collect())
}

#[derive(QueryableByName)]
struct LastContact {
    #[diesel(sql_type = SqlUuid)]
    group_id: Uuid,
    #[diesel(sql_type = Date)]
    sent_on: NaiveDate,
}

/// The last claim really sent to an account of the group, or about one of its items.
pub(super) fn last_contacts(
    conn: &mut PgConnection,
    legal_entity: Uuid,
    groups: &[Uuid],
) -> Outcome<Vec<(Uuid, NaiveDate)>> {
    let claims = CLAIMS.as_str();
    let rows = diesel::sql_query(format!(
        "{ACCOUNTS} SELECT acc.group_id, max(c.sent_on) AS sent_on FROM acc CROSS JOIN LATERAL (SELECT * FROM (\
             SELECT i.sent_on FROM message m CROSS JOIN LATERAL (SELECT t.sent_on FROM message_item t \
                     WHERE t.account_id = m.account_id AND t.message_id = m.id AND t.sent_on IS NOT NULL LIMIT 1) i \
                 WHERE m.account_id = acc.id AND {claims} \
             UNION ALL \
             SELECT i.sent_on FROM message_item i JOIN message m ON m.account_id = i.account_id AND m.id = i.message_id \
                 WHERE {ELSEWHERE} AND i.sent_on IS NOT NULL AND {claims}) said OFFSET 0) c \
         GROUP BY 1"
    ))
    .bind::<SqlUuid, _>(legal_entity)
    .bind::<Array<SqlUuid>, _>(groups)
    .load::<LastContact>(conn)
    .map_err(db)?;
    Ok(rows.into_iter().map(|r| (r.group_id, r.sent_on)).collect())
}

#[derive(QueryableByName)]
struct OpenFound {
    #[diesel(sql_type = SqlUuid)]
    group_id: Uuid,
    #[diesel(sql_type = Text)]
    state: String,
}

/// One state per group, the one that weighs most; what these decisions asked for does not count.
pub(super) fn open_contacts(
    conn: &mut PgConnection,
    legal_entity: Uuid,
    groups: &[Uuid],
    without: &[Uuid],
) -> Outcome<Vec<(Uuid, OpenContact)>> {
    let open = "m.state IN ('planned', 'reserved', 'unknown') AND (m.decision_id IS NULL OR m.decision_id <> ALL($3))";
    let claims = CLAIMS.as_str();
    let rows = diesel::sql_query(format!(
        "{ACCOUNTS} SELECT DISTINCT ON (acc.group_id) acc.group_id, c.state FROM acc CROSS JOIN LATERAL (SELECT * FROM (\
             SELECT m.state FROM message m WHERE m.account_id = acc.id AND {open} AND {claims} \
             UNION ALL \
             SELECT m.state FROM message_item i JOIN message m ON m.account_id = i.account_id AND m.id = i.message_id \
                 WHERE {ELSEWHERE} AND {open} AND {claims}) said OFFSET 0) c \
         ORDER BY acc.group_id, array_position(ARRAY['unknown', 'reserved', 'planned'], c.state)"
    ))
    .bind::<SqlUuid, _>(legal_entity)
    .bind::<Array<SqlUuid>, _>(groups)
    .bind::<Array<SqlUuid>, _>(without)
    .load::<OpenFound>(conn)
    .map_err(db)?;
    rows.into_iter().map(|r| Ok((r.group_id, stored(&r.state)?))).collect()
}
