//! What ended of holders' limits, and nothing stands in its place.

use app::credit::holders::HolderLapsed;
use diesel::pg::PgConnection;
use domain::credit::check::Holder;
use kernel::{Date, Outcome};

use super::member;
use crate::statement::Statement;

/// Limits of the whole alone, of the holder itself or of its segment. Most holders whose limit was renewed are left out before anybody
/// looks at their accounts: what stands at the holder itself, for as many legal entities, stands in the place of what ended.
pub(super) fn lapsed(conn: &mut PgConnection, holders: &[Holder], on: Date) -> Outcome<Vec<HolderLapsed>> {
    let mut statement = Statement::new();
    let (member, on) = (member(&mut statement, holders), Statement::date(on));
    statement.sql = format!(
        "{member}, own AS MATERIALIZED (SELECT h.kind, h.id, l.holder_kind, l.legal_entity_id, l.limit_type, l.valid FROM holder h \
                 JOIN credit_limit l ON l.holder_id = h.id WHERE l.superseded_at IS NULL AND l.component IS NULL), \
             of_segment AS MATERIALIZED (SELECT l.segment, l.legal_entity_id, l.valid FROM credit_limit l \
                 WHERE l.segment IS NOT NULL AND l.superseded_at IS NULL AND l.component IS NULL), \
             known AS (SELECT w.kind, w.id, w.legal_entity_id, w.valid, false AS covers FROM own w WHERE w.holder_kind = w.kind \
                 UNION ALL SELECT w.kind, w.id, w.legal_entity_id, w.valid, true FROM own w \
                     WHERE w.holder_kind = w.kind AND w.limit_type IN ('insured', 'guaranteed') \
                 UNION ALL SELECT m.kind, m.id, s.legal_entity_id, s.valid, false FROM of_segment s \
                     JOIN (member m JOIN account a ON a.id = m.account_id JOIN party p ON p.id = m.party_id \
                         LEFT JOIN party q ON q.id = m.id) ON m.kind <> 'group' \
                     AND s.segment = CASE WHEN m.kind = 'account' THEN coalesce(a.segment, p.segment) ELSE q.segment END), \
             ended AS (SELECT k.kind, k.id, k.legal_entity_id, k.covers, \
                     max(upper(k.valid) - 1) FILTER (WHERE upper(k.valid) <= {on}) AS last_on \
                 FROM known k GROUP BY k.kind, k.id, k.legal_entity_id, k.covers HAVING NOT bool_or(k.valid @> {on})) \
         SELECT row_to_json(t)::text AS row FROM (SELECT e.kind, e.id, max(e.last_on) FILTER (WHERE NOT e.covers) AS limit_on, \
                 max(e.last_on) FILTER (WHERE e.covers) AS cover_on \
             FROM ended e WHERE e.last_on IS NOT NULL AND EXISTS (SELECT 1 FROM member m JOIN account a ON a.id = m.account_id \
                 JOIN party p ON p.id = m.party_id JOIN party q ON q.id = m.risk_party_id \
                 WHERE m.kind = e.kind AND m.id = e.id AND (e.legal_entity_id IS NULL OR e.legal_entity_id = m.legal_entity_id) \
                     AND NOT EXISTS (SELECT 1 FROM (SELECT * FROM credit_limit x WHERE x.superseded_at IS NULL \
                         AND x.holder_id = ANY(ARRAY[m.account_id, m.risk_party_id] \
                             || ARRAY(SELECT g.group_id FROM risk_group g WHERE g.risk_party_id = m.risk_party_id)) OFFSET 0) l \
                         WHERE l.component IS NULL AND l.valid @> {on} \
                             AND (l.legal_entity_id IS NULL OR l.legal_entity_id = m.legal_entity_id) \
                             AND (NOT e.covers OR l.limit_type IN ('insured', 'guaranteed')) \
                             AND CASE l.holder_kind WHEN 'account' THEN l.holder_id = m.account_id \
                                 WHEN 'party' THEN l.holder_id = m.risk_party_id ELSE EXISTS (SELECT 1 FROM risk_group g \
                                     WHERE g.risk_party_id = m.risk_party_id AND g.group_id = l.holder_id) END) \
                     AND (e.covers OR NOT EXISTS (SELECT 1 FROM of_segment s \
                         WHERE s.segment IN (coalesce(a.segment, p.segment), q.segment) AND s.valid @> {on} \
                             AND (s.legal_entity_id IS NULL OR s.legal_entity_id = m.legal_entity_id)))) \
             GROUP BY e.kind, e.id) t"
    );
    statement.load(conn)
}
