//! Facts of holders of risk, many at once: who they are, their amounts, their limits, and what of these ended.

mod lapsed;

use app::credit::holders::{HolderAmounts, HolderLapsed, HolderLimit, HolderReads, HolderRow};
use diesel::pg::PgConnection;
use domain::credit::check::Holder;
use kernel::text_enum::TextEnum as _;
use kernel::{Date, Instant, Outcome};

use crate::credit::limits::{LIMIT, RENEWAL};
use crate::statement::Statement;
use crate::tx::PgTx;

impl HolderReads for PgTx<'_> {
    fn holder_rows(&mut self, holders: &[Holder], on: Date) -> Outcome<Vec<HolderRow>> {
        holder_rows(self.conn, holders, on)
    }

    fn holder_amounts(&mut self, holders: &[Holder], on: Date, now: Instant) -> Outcome<Vec<HolderAmounts>> {
        amounts(self.conn, holders, (on, now))
    }

    fn holder_limits(&mut self, holders: &[Holder], on: Date) -> Outcome<Vec<HolderLimit>> {
        limits(self.conn, holders, on)
    }

    fn holders_lapsed(&mut self, holders: &[Holder], on: Date) -> Outcome<Vec<HolderLapsed>> {
        lapsed::lapsed(self.conn, holders, on)
    }
}

/// The holders with their accounts. A company of our own counts for itself alone, and in no sum above it.
fn member(statement: &mut Statement, holders: &[Holder]) -> String {
    let join = |texts: Vec<String>| texts.join(",");
    let kinds = statement.bind(join(holders.iter().map(|h| h.kind.as_str().to_owned()).collect()));
    let ids = statement.bind(join(holders.iter().map(|h| h.id.to_string()).collect()));
    format!(
        "WITH holder AS (SELECT h.kind, h.id FROM unnest(string_to_array({kinds}, ','), string_to_array({ids}, ',')::uuid[]) \
             AS h(kind, id)), \
         member AS (SELECT h.kind, h.id, m.account_id, m.party_id, m.risk_party_id, m.legal_entity_id FROM holder h \
                 JOIN risk_member m ON m.account_id = h.id WHERE h.kind = 'account' \
             UNION ALL SELECT h.kind, h.id, m.account_id, m.party_id, m.risk_party_id, m.legal_entity_id FROM holder h \
                 JOIN risk_member m ON m.risk_party_id = h.id WHERE h.kind = 'party' AND NOT m.eliminated \
             UNION ALL SELECT h.kind, h.id, m.account_id, m.party_id, m.risk_party_id, m.legal_entity_id FROM holder h \
                 JOIN risk_group g ON g.group_id = h.id JOIN risk_member m ON m.risk_party_id = g.risk_party_id \
                 WHERE h.kind = 'group' AND NOT m.eliminated)"
    )
}

fn holder_rows(conn: &mut PgConnection, holders: &[Holder], on: Date) -> Outcome<Vec<HolderRow>> {
    let mut statement = Statement::new();
    let (member, on) = (member(&mut statement, holders), Statement::date(on));
    // A group is described by the party at its head; what is known of one of its companies is known of it, whether that has accounts or not.
    statement.sql = format!(
        "{member}, summed AS (SELECT m.kind, m.id, (array_agg(m.account_id ORDER BY m.account_id))[1] AS first_account, \
                 count(*) AS accounts, count(DISTINCT m.legal_entity_id) AS entities, \
                 (array_agg(m.risk_party_id))[1] AS risk_party, (array_agg(m.legal_entity_id))[1] AS entity, bool_or(o.insolvent) AS insolvent, \
                 bool_or(o.doubtful) AS doubtful, bool_or(o.vulnerable) AS vulnerable, \
                 bool_or(p.intercompany) AS intercompany, (array_agg(p.id ORDER BY p.id))[1] AS first_party \
             FROM member m JOIN party p ON p.id = m.party_id \
                 CROSS JOIN LATERAL (SELECT bool_or(q.insolvent_since <= {on}) AS insolvent, bool_or(q.doubtful) AS doubtful, \
                         bool_or(q.vulnerable) AS vulnerable \
                     FROM (SELECT m.risk_party_id AS id UNION ALL SELECT s.party_id FROM risk_party s \
                         WHERE s.risk_party_id = m.risk_party_id) u JOIN party q ON q.id = u.id) o \
             GROUP BY m.kind, m.id) \
         SELECT row_to_json(t)::text AS row FROM (SELECT s.kind, s.id, a.currency, \
             CASE WHEN s.entities = 1 THEN s.entity END AS legal_entity_id, \
             CASE WHEN s.entities = 1 THEN e.code END AS legal_entity_code, \
             CASE WHEN s.accounts = 1 THEN s.first_account END AS account_id, \
             CASE WHEN s.kind = 'account' THEN s.risk_party ELSE s.id END AS scored_party, \
             CASE WHEN s.kind = 'account' THEN a.attributes ELSE '{{}}' END AS account_attributes, \
             p.attributes AS party_attributes, \
             json_build_object('party.kind', p.kind, 'party.country', coalesce(p.country, ''), \
                 'party.segment', coalesce(p.segment, ''), \
                 'party.insolvent', coalesce(s.insolvent, false) OR coalesce(g.insolvent, false), \
                 'party.doubtful', s.doubtful OR coalesce(g.doubtful, false), \
                 'party.vulnerable', s.vulnerable OR coalesce(g.vulnerable, false), 'party.intercompany', s.intercompany, \
                 'account.currency', CASE WHEN s.kind = 'account' THEN a.currency ELSE '' END, \
                 'account.segment', CASE WHEN s.kind = 'account' THEN coalesce(a.segment, '') ELSE '' END, \
                 'account.portfolio', CASE WHEN s.kind = 'account' THEN coalesce(f.code, '') ELSE '' END, \
                 'account.payment_terms_days', CASE WHEN s.kind = 'account' THEN a.payment_terms_days END) AS facts \
         FROM summed s JOIN account a ON a.id = s.first_account JOIN legal_entity e ON e.id = s.entity \
             JOIN party p ON p.id = CASE WHEN s.kind = 'account' THEN s.first_party ELSE s.id END \
             LEFT JOIN portfolio f ON f.id = a.portfolio_id \
             LEFT JOIN LATERAL (SELECT bool_or(q.insolvent_since <= {on}) AS insolvent, bool_or(q.doubtful) AS doubtful, \
                     bool_or(q.vulnerable) AS vulnerable \
                 FROM (SELECT s.id AS risk UNION ALL SELECT j.risk_party_id FROM risk_group j WHERE j.group_id = s.id) c \
                     CROSS JOIN LATERAL (SELECT c.risk AS id UNION ALL SELECT u.party_id FROM risk_party u \
                         WHERE u.risk_party_id = c.risk) u \
                     JOIN party q ON q.id = u.id WHERE s.kind = 'group' AND NOT q.intercompany) g ON true \
             ORDER BY s.kind, s.id) t"
    );
    statement.load(conn)
}

fn amounts(
    conn: &mut PgConnection,
    holders: &[Holder],
    (on, now): (Date, Instant),
) -> Outcome<Vec<HolderAmounts>> {
    let mut statement = Statement::new();
    let (member, on, now) = (member(&mut statement, holders), Statement::date(on), Statement::instant(now));
    // What each account has in one currency, once for whoever it belongs to. Account by account: joined, views and large tables would be
    // worked out for the whole book.
    statement.sql = format!(
        "{member}, known AS (SELECT DISTINCT m.account_id FROM member m), \
         now AS (SELECT k.account_id, n.currency, sum(n.open_amount) AS open, sum(n.disputed_amount) AS disputed, \
                 sum(n.returned_amount) AS returned, sum(n.instruments_amount) AS instruments, \
                 sum(n.orders_amount) AS orders, sum(n.deliveries_amount) AS deliveries, \
                 sum(n.reserved_amount) AS reserved, sum(n.credits_amount) AS credits \
             FROM known k CROSS JOIN LATERAL (SELECT * FROM r.exposure_now x WHERE x.account_id = k.account_id OFFSET 0) n \
             GROUP BY k.account_id, n.currency), \
         overdue AS (SELECT k.account_id, i.currency, coalesce(sum(i.amount) FILTER (WHERE i.component = 'open'), 0) AS amount, \
                 max({on} - i.due_on) AS days \
             FROM known k CROSS JOIN LATERAL (SELECT x.currency, x.component, x.amount, x.due_on FROM r.exposure_item x \
                 WHERE x.account_id = k.account_id AND x.kind = 'receivable' AND x.component IN ('open', 'returned') \
                     AND x.amount > 0 AND x.due_on < {on} OFFSET 0) i GROUP BY k.account_id, i.currency), \
         lapsed AS (SELECT k.account_id, v.currency, sum(v.amount) AS amount FROM known k \
             CROSS JOIN LATERAL (SELECT * FROM credit_reservation c WHERE c.account_id = k.account_id \
                 AND c.state = 'active' AND c.expires_at <= {now} OFFSET 0) v \
             GROUP BY k.account_id, v.currency) \
         SELECT row_to_json(t)::text AS row FROM (SELECT m.kind, m.id, n.currency, r.amount(sum(n.open)) AS open, \
                 r.amount(sum(coalesce(o.amount, 0))) AS overdue, r.amount(sum(n.disputed)) AS disputed, \
                 r.amount(sum(n.returned)) AS returned, r.amount(sum(n.instruments)) AS instruments, \
                 r.amount(sum(n.orders)) AS orders, r.amount(sum(n.deliveries)) AS deliveries, \
                 r.amount(sum(n.reserved - coalesce(l.amount, 0))) AS reserved, r.amount(sum(n.credits)) AS credits, \
                 coalesce(jsonb_agg(jsonb_build_object('credits', n.credits::text, 'open', n.open::text, \
                     'overdue', coalesce(o.amount, 0)::text, 'disputed', n.disputed::text, 'returned', n.returned::text)) \
                     FILTER (WHERE n.credits <> 0), '[]') AS in_credit, \
                 coalesce(max(o.days), 0) AS days_overdue_max \
             FROM member m JOIN now n ON n.account_id = m.account_id \
                 LEFT JOIN overdue o ON o.account_id = n.account_id AND o.currency = n.currency \
                 LEFT JOIN lapsed l ON l.account_id = n.account_id AND l.currency = n.currency \
             GROUP BY m.kind, m.id, n.currency) t"
    );
    statement.load(conn)
}

/// Limits of the holders themselves, and of the segment of an account or party. Those of a segment for one legal entity go before
/// those for all with an account there, and are a sum of their own with a party.
fn limits(conn: &mut PgConnection, holders: &[Holder], on: Date) -> Outcome<Vec<HolderLimit>> {
    let mut statement = Statement::new();
    let (member, on) = (member(&mut statement, holders), Statement::date(on));
    let renewal = format!(
        "(SELECT jsonb_build_object('until', upper(n.valid) - 1) FROM credit_limit n WHERE {RENEWAL} LIMIT 1) AS renewal"
    );
    statement.sql = format!(
        "{member}, own AS MATERIALIZED (SELECT h.kind, h.id AS of_id, l.* FROM holder h \
                 JOIN credit_limit l ON l.holder_id = h.id WHERE l.superseded_at IS NULL), \
             segment AS (SELECT DISTINCT m.kind, m.id, CASE WHEN m.kind = 'account' THEN coalesce(a.segment, p.segment) \
                 ELSE q.segment END AS segment, CASE WHEN m.kind = 'account' THEN m.legal_entity_id END AS entity FROM member m JOIN account a ON a.id = m.account_id \
                 JOIN party p ON p.id = m.party_id LEFT JOIN party q ON q.id = m.id WHERE m.kind <> 'group' \
                 AND NOT EXISTS (SELECT 1 FROM credit_limit o WHERE m.kind = 'account' AND o.holder_kind = 'party' \
                     AND o.holder_id = m.risk_party_id AND o.component IS NULL AND o.superseded_at IS NULL \
                     AND o.valid @> {on} AND (o.legal_entity_id IS NULL OR o.legal_entity_id = m.legal_entity_id))) \
         SELECT row_to_json(t)::text AS row FROM (SELECT l.kind AS of_kind, l.of_id, {renewal}, {LIMIT} FROM own l \
             WHERE l.holder_kind = l.kind AND l.valid @> {on} \
         UNION ALL SELECT s.kind, s.id, {renewal}, {LIMIT} FROM segment s JOIN credit_limit l ON l.segment = s.segment \
             WHERE l.superseded_at IS NULL AND l.valid @> {on} AND (s.kind = 'party' OR l.legal_entity_id = s.entity \
                 OR (l.legal_entity_id IS NULL AND NOT EXISTS (SELECT 1 FROM credit_limit o WHERE o.segment = s.segment \
                     AND o.legal_entity_id = s.entity AND o.component IS NOT DISTINCT FROM l.component \
                     AND o.superseded_at IS NULL AND o.valid @> {on}))) ORDER BY 1, 2, 4) t"
    );
    statement.load(conn)
}
