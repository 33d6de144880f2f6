//! What a chunk of parties is scored on: a fixed number of statements, whatever the number of accounts.

use app::credit::scoring::store::{ActivityRow, ClosedRow, CurrentScore, ExternalRow, LoadedFacts, PartyRow};
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Bytea, Date, Jsonb, Nullable, Numeric, Text, Uuid as SqlUuid};
use domain::credit::scoring::behaviour::is_money;
use domain::credit::scoring::statements::Statement as Accounts;
use domain::receivables::kinds::EntryKind;
use kernel::text_enum::TextEnum as _;
use kernel::{Decimal, Outcome};
use serde_json::Value;
use uuid::Uuid;

use crate::error::db;
use crate::organisation::from_json;

#[derive(QueryableByName)]
struct One {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

pub(super) fn risk_party_of(conn: &mut PgConnection, party: Uuid) -> Outcome<Uuid> {
    diesel::sql_query("SELECT coalesce((SELECT risk_party_id FROM risk_party WHERE party_id = $1), $1) AS id")
        .bind::<SqlUuid, _>(party)
        .get_result::<One>(conn)
        .map(|one| one.id)
        .map_err(db)
}

pub(super) fn page(conn: &mut PgConnection, after: Option<Uuid>, limit: i64) -> Outcome<Vec<Uuid>> {
    let found = diesel::sql_query(
        "SELECT DISTINCT risk_party_id AS id FROM risk_member WHERE risk_party_id > $1 ORDER BY 1 LIMIT $2",
    )
    .bind::<SqlUuid, _>(after.unwrap_or(Uuid::nil()))
    .bind::<BigInt, _>(limit)
    .load::<One>(conn)
    .map_err(db)?;
    Ok(found.into_iter().map(|one| one.id).collect())
}

pub(super) fn count(conn: &mut PgConnection) -> Outcome<i64> {
    diesel::sql_query("SELECT count(DISTINCT risk_party_id) AS count FROM risk_member")
        .get_result::<Count>(conn)
        .map(|found| found.count)
        .map_err(db)
}

pub(super) fn load(
    conn: &mut PgConnection,
    parties: &[Uuid],
    (on, scorecard): (NaiveDate, &str),
) -> Outcome<LoadedFacts> {
    Ok(LoadedFacts {
        parties: party_rows(conn, parties, on)?,
        closed: closed(conn, parties, on)?,
        activity: activity(conn, parties, on)?,
        external: external(conn, parties, on)?,
        statements: statements(conn, parties, on)?,
        models: crate::credit::learning::facts(conn, parties)?,
        scores: scores(conn, parties, scorecard)?,
        by_hand: super::overrides::classes(conn, parties, (scorecard, on))?,
    })
}

#[derive(QueryableByName)]
#[expect(clippy::struct_excessive_bools, reason = "four flags of one row")]
struct PartyFound {
    #[diesel(sql_type = SqlUuid)]
    party_id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Nullable<Text>)]
    country: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    segment: Option<String>,
    #[diesel(sql_type = Bool)]
    insolvent: bool,
    #[diesel(sql_type = Bool)]
    doubtful: bool,
    #[diesel(sql_type = Bool)]
    vulnerable: bool,
    #[diesel(sql_type = Bool)]
    intercompany: bool,
    #[diesel(sql_type = Jsonb)]
    attributes: Value,
}

/// Flags hold if they hold for any party that counts as one with this.
fn party_rows(conn: &mut PgConnection, parties: &[Uuid], on: NaiveDate) -> Outcome<Vec<PartyRow>> {
    let found = diesel::sql_query(
        "SELECT p.id AS party_id, p.kind, p.country, p.segment, p.attributes, \
             coalesce(p.insolvent_since <= $2, false) OR coalesce(o.insolvent, false) AS insolvent, \
             p.doubtful OR coalesce(o.doubtful, false) AS doubtful, \
             p.vulnerable OR coalesce(o.vulnerable, false) AS vulnerable, \
             p.intercompany OR coalesce(o.intercompany, false) AS intercompany \
         FROM party p LEFT JOIN (SELECT s.risk_party_id, bool_or(coalesce(q.insolvent_since <= $2, false)) AS insolvent, \
             bool_or(q.doubtful) AS doubtful, bool_or(q.vulnerable) AS vulnerable, bool_or(q.intercompany) AS intercompany \
             FROM risk_party s JOIN party q ON q.id = s.party_id WHERE s.risk_party_id = ANY($1) GROUP BY 1) o \
             ON o.risk_party_id = p.id \
         WHERE p.id = ANY($1) ORDER BY p.id",
    )
    .bind::<Array<SqlUuid>, _>(parties)
    .bind::<Date, _>(on)
    .load::<PartyFound>(conn)
    .map_err(db)?;
    let row = |r: PartyFound| PartyRow {
        party_id: r.party_id,
        kind: r.kind,
        country: r.country,
        segment: r.segment,
        insolvent: r.insolvent,
        doubtful: r.doubtful,
        vulnerable: r.vulnerable,
        intercompany: r.intercompany,
        attributes: r.attributes,
    };
    Ok(found.into_iter().map(row).collect())
}

#[derive(QueryableByName)]
struct ClosedFound {
    #[diesel(sql_type = SqlUuid)]
    party_id: Uuid,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = Numeric)]
    paid: Decimal,
    #[diesel(sql_type = Date)]
    issue_on: NaiveDate,
    #[diesel(sql_type = Date)]
    due_on: NaiveDate,
    #[diesel(sql_type = Nullable<Date>)]
    expected_pay_on: Option<NaiveDate>,
    #[diesel(sql_type = Date)]
    closed_on: NaiveDate,
    #[diesel(sql_type = Nullable<Text>)]
    closed_by: Option<String>,
}

/// What sales brought in within a year, and by which entry each was closed.
fn closed(conn: &mut PgConnection, parties: &[Uuid], on: NaiveDate) -> Outcome<Vec<ClosedRow>> {
    let money = EntryKind::ALL.iter().filter(|kind| is_money(**kind)).map(|kind| kind.as_str());
    let money = money.collect::<Vec<_>>();
    let found = diesel::sql_query(
        "SELECT m.risk_party_id AS party_id, r.currency, coalesce(e.paid, 0) AS paid, r.issue_on, \
             coalesce(r.agreed_due_on, r.due_on) AS due_on, r.expected_pay_on, r.closed_on, e.closed_by \
         FROM risk_member m \
         CROSS JOIN LATERAL (SELECT * FROM receivable i WHERE i.account_id = m.account_id \
             AND i.kind IN ('invoice', 'debit_note', 'instalment', 'retention') \
             AND i.closed_on > $2 - 365 AND i.closed_on <= $2 OFFSET 0) r \
         LEFT JOIN LATERAL (SELECT -sum(l.amount) FILTER (WHERE coalesce(u.kind, l.kind) = ANY($3)) AS paid, \
                 (array_agg(coalesce(u.kind, l.kind) ORDER BY l.effective_on DESC, l.recorded_at DESC, l.id DESC))[1] \
                 AS closed_by \
             FROM ledger_entry l LEFT JOIN ledger_entry u ON u.account_id = l.account_id AND u.id = l.reversed_entry_id \
             WHERE l.account_id = r.account_id AND l.receivable_id = r.id AND l.amount <> 0 \
             OFFSET 0) e ON true \
         WHERE m.risk_party_id = ANY($1)",
    )
    .bind::<Array<SqlUuid>, _>(parties)
    .bind::<Date, _>(on)
    .bind::<Array<Text>, _>(money)
    .load::<ClosedFound>(conn)
    .map_err(db)?;
    let row = |r: ClosedFound| ClosedRow {
        party_id: r.party_id,
        currency: r.currency,
        paid: r.paid,
        issue_on: r.issue_on,
        due_on: r.due_on,
        expected_pay_on: r.expected_pay_on,
        closed_on: r.closed_on,
        closed_by: r.closed_by,
    };
    Ok(found.into_iter().map(row).collect())
}

#[derive(QueryableByName)]
struct ActivityFound {
    #[diesel(sql_type = SqlUuid)]
    party_id: Uuid,
    #[diesel(sql_type = Nullable<Date>)]
    first_issue_on: Option<NaiveDate>,
    #[diesel(sql_type = BigInt)]
    days_overdue_max: i64,
    #[diesel(sql_type = BigInt)]
    disputes: i64,
    #[diesel(sql_type = BigInt)]
    new_disputes: i64,
    #[diesel(sql_type = BigInt)]
    returns: i64,
    #[diesel(sql_type = BigInt)]
    bounced_messages: i64,
    #[diesel(sql_type = BigInt)]
    broken_promises: i64,
}

/// An instrument that came back and the entry that says so are one return: the larger of both numbers counts. A promise is
/// broken when the block that it gave ran out and the item was still open on its last day.
const ACTIVITY: &str = "SELECT m.risk_party_id AS party_id, min(i.first_issue_on) AS first_issue_on, \
        coalesce(max(o.days), 0)::bigint AS days_overdue_max, coalesce(sum(i.disputes), 0)::bigint AS disputes, \
        coalesce(sum(i.new_disputes), 0)::bigint AS new_disputes, \
        coalesce(greatest(sum(n.returns), sum(t.returns)), 0)::bigint AS returns, \
        coalesce(sum(g.bounced), 0)::bigint AS bounced_messages, coalesce(sum(b.broken), 0)::bigint AS broken_promises \
    FROM risk_member m \
    LEFT JOIN LATERAL (SELECT min(r.issue_on) AS first_issue_on, \
            count(*) FILTER (WHERE r.disputed AND r.closed_on IS NULL) AS disputes, \
            count(*) FILTER (WHERE r.disputed AND r.closed_on IS NULL AND ((r.recorded_at >= $2 - 30 AND NOT EXISTS (SELECT 1 \
                FROM receivable_revision v WHERE v.account_id = r.account_id AND v.receivable_id = r.id AND v.recorded_from < $2 - 30)) \
                OR EXISTS (SELECT 1 \
                FROM document_revision d WHERE d.account_id = r.account_id AND d.object_id = r.id \
                AND d.replaced_at >= $2 - 30 AND d.before ->> 'disputed' = 'false'))) AS new_disputes \
        FROM receivable r WHERE r.account_id = m.account_id AND r.original_amount > 0 AND r.issue_on <= $2 OFFSET 0) i ON true \
    LEFT JOIN LATERAL (SELECT max($2 - x.due_on) AS days FROM r.exposure_item x WHERE x.account_id = m.account_id \
        AND x.kind = 'receivable' AND x.component IN ('open', 'returned') AND x.amount > 0 AND x.due_on < $2 \
        OFFSET 0) o ON true \
    LEFT JOIN LATERAL (SELECT count(*) AS returns FROM instrument x WHERE x.account_id = m.account_id \
        AND x.status = 'returned' AND x.returned_on > $2 - 365 AND x.returned_on <= $2 OFFSET 0) n ON true \
    LEFT JOIN LATERAL (SELECT count(*) AS returns FROM ledger_entry l WHERE l.account_id = m.account_id \
        AND l.kind = 'return' AND l.effective_on > $2 - 365 AND l.effective_on <= $2 OFFSET 0) t ON true \
    LEFT JOIN LATERAL (SELECT count(*) AS bounced FROM message s WHERE s.account_id = m.account_id \
        AND s.state = 'failed' AND s.state_reason = 'message.address_refused' AND s.decided_on > $2 - 90 AND s.decided_on <= $2 OFFSET 0) g ON true \
    LEFT JOIN LATERAL (SELECT count(*) AS broken FROM block k WHERE k.account_id = m.account_id \
        AND k.reason = 'promise' AND k.superseded_at IS NULL AND upper(k.valid) > $2 - 180 AND upper(k.valid) <= $2 \
        AND EXISTS (SELECT 1 FROM receivable r WHERE r.account_id = k.account_id \
            AND (r.id = k.receivable_id OR k.receivable_id IS NULL) AND r.original_amount > 0 \
            AND coalesce(r.agreed_due_on, r.due_on) < upper(k.valid) \
            AND (r.closed_on IS NULL OR r.closed_on >= upper(k.valid))) OFFSET 0) b ON true \
    WHERE m.risk_party_id = ANY($1) GROUP BY 1";

fn activity(conn: &mut PgConnection, parties: &[Uuid], on: NaiveDate) -> Outcome<Vec<ActivityRow>> {
    let found = diesel::sql_query(ACTIVITY)
        .bind::<Array<SqlUuid>, _>(parties)
        .bind::<Date, _>(on)
        .load::<ActivityFound>(conn)
        .map_err(db)?;
    let row = |r: ActivityFound| ActivityRow {
        party_id: r.party_id,
        first_issue_on: r.first_issue_on,
        days_overdue_max: r.days_overdue_max,
        disputes: r.disputes,
        new_disputes: r.new_disputes,
        returns: r.returns,
        bounced_messages: r.bounced_messages,
        broken_promises: r.broken_promises,
    };
    Ok(found.into_iter().map(row).collect())
}

#[derive(QueryableByName)]
struct ExternalFound {
    #[diesel(sql_type = SqlUuid)]
    party_id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    grade: Option<String>,
    #[diesel(sql_type = Nullable<Numeric>)]
    position: Option<Decimal>,
    #[diesel(sql_type = Nullable<Numeric>)]
    probability: Option<Decimal>,
    #[diesel(sql_type = Date)]
    rated_on: NaiveDate,
    #[diesel(sql_type = Bool)]
    downgrade: bool,
}

/// Parties that stand for risks (`$1`) with all that count as one with them: what was said of one before they became one is kept with it.
pub(super) const SAME_RISK: &str = "(SELECT p.id AS risk, p.id AS party_id FROM unnest($1) p (id) \
    UNION ALL SELECT s.risk_party_id, s.party_id FROM risk_party s WHERE s.risk_party_id = ANY($1) \
        AND s.party_id <> s.risk_party_id) u";

/// The latest of all providers; of several on one day the worst. Whether one lowered its grade holds as long as that report does and until
/// the same provider raises it, whatever others say and however often it repeats itself.
fn external(conn: &mut PgConnection, parties: &[Uuid], on: NaiveDate) -> Outcome<Vec<ExternalRow>> {
    let found = diesel::sql_query(
        format!("WITH said AS (SELECT u.risk, x.* FROM {SAME_RISK} JOIN external_rating x ON x.party_id = u.party_id \
             WHERE x.rated_on <= $2), \
         lowered AS (SELECT DISTINCT d.risk FROM said d WHERE d.downgrade AND d.valid_until >= $2 AND NOT EXISTS (SELECT 1 \
             FROM said e WHERE e.risk = d.risk AND e.provider_code = d.provider_code \
                 AND (e.rated_on, e.recorded_at) > (d.rated_on, d.recorded_at) \
                 AND coalesce(e.position < d.position, e.probability < d.probability, false))) \
         SELECT DISTINCT ON (x.risk) x.risk AS party_id, x.grade, x.position, x.probability, x.rated_on, \
             EXISTS (SELECT 1 FROM lowered l WHERE l.risk = x.risk) AS downgrade \
         FROM said x WHERE x.valid_until >= $2 \
         ORDER BY x.risk, x.rated_on DESC, x.position DESC NULLS LAST, x.recorded_at DESC, x.id"),
    )
    .bind::<Array<SqlUuid>, _>(parties)
    .bind::<Date, _>(on)
    .load::<ExternalFound>(conn)
    .map_err(db)?;
    let row = |r: ExternalFound| ExternalRow {
        party_id: r.party_id,
        grade: r.grade,
        position: r.position.map(|p| p.normalize()),
        probability: r.probability.map(|p| p.normalize()),
        rated_on: r.rated_on,
        downgrade: r.downgrade,
    };
    Ok(found.into_iter().map(row).collect())
}

#[derive(QueryableByName)]
struct StatementFound {
    #[diesel(sql_type = SqlUuid)]
    party_id: Uuid,
    #[diesel(sql_type = Jsonb)]
    statement: Value,
}

/// The newest accounts of each, closed by the day.
fn statements(conn: &mut PgConnection, parties: &[Uuid], on: NaiveDate) -> Outcome<Vec<(Uuid, Accounts)>> {
    let found = diesel::sql_query(
        format!("SELECT DISTINCT ON (u.risk) u.risk AS party_id, jsonb_build_object('closes_on', x.closes_on, 'months', x.months, \
             'currency', x.currency, 'figures', x.figures) AS statement \
         FROM {SAME_RISK} JOIN financial_statement x ON x.party_id = u.party_id \
         WHERE x.superseded_at IS NULL AND x.closes_on <= $2 ORDER BY u.risk, x.closes_on DESC, x.party_id"),
    )
    .bind::<Array<SqlUuid>, _>(parties)
    .bind::<Date, _>(on)
    .load::<StatementFound>(conn)
    .map_err(db)?;
    found.into_iter().map(|r| Ok((r.party_id, from_json(r.statement)?))).collect()
}

#[derive(QueryableByName)]
struct ScoreFound {
    #[diesel(sql_type = SqlUuid)]
    party_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    class: Option<String>,
    #[diesel(sql_type = Nullable<Numeric>)]
    points: Option<Decimal>,
    #[diesel(sql_type = Nullable<Numeric>)]
    change: Option<Decimal>,
    #[diesel(sql_type = Bytea)]
    digest: Vec<u8>,
}

fn scores(conn: &mut PgConnection, parties: &[Uuid], scorecard: &str) -> Outcome<Vec<CurrentScore>> {
    let found = diesel::sql_query(
        "SELECT party_id, id, class, points, points - former_points AS change, digest FROM score \
         WHERE party_id = ANY($1) AND scorecard_code = $2 AND superseded_at IS NULL",
    )
    .bind::<Array<SqlUuid>, _>(parties)
    .bind::<Text, _>(scorecard)
    .load::<ScoreFound>(conn)
    .map_err(db)?;
    let row = |r: ScoreFound| CurrentScore {
        party_id: r.party_id,
        id: r.id,
        class: r.class,
        points: r.points.map(|p| p.normalize()),
        change: r.change.map(|p| p.normalize()),
        digest: r.digest,
    };
    Ok(found.into_iter().map(row).collect())
}
