//! Relations between parties, and where parties and accounts count today.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use app::credit::groups::{PartyRelation, RiskPicture, RiskReads, RiskStore, StatedParent};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Date as SqlDate, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use domain::credit::groups::{Membership, PartyFacts, Relation};
use kernel::id::{EventId, PartyRelationId};
use kernel::text_enum::TextEnum as _;
use kernel::{Date, Instant, Outcome};
use uuid::Uuid;

use crate::error::db;
use crate::push::stored;
use crate::tx::PgTx;

#[derive(QueryableByName)]
struct PartyRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    tax_id: Option<String>,
}

#[derive(QueryableByName)]
struct SameRow {
    #[diesel(sql_type = SqlUuid)]
    party_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    risk_party_id: Uuid,
}

#[derive(QueryableByName)]
struct EdgeRow {
    #[diesel(sql_type = SqlUuid)]
    party_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    related_party_id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
}

#[derive(QueryableByName)]
struct Pair {
    #[diesel(sql_type = SqlUuid)]
    one: Uuid,
    #[diesel(sql_type = SqlUuid)]
    other: Uuid,
}

#[derive(QueryableByName)]
struct One {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

#[derive(QueryableByName)]
struct RelationRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    party_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    related_party_id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    origin: String,
    #[diesel(sql_type = Nullable<SqlDate>)]
    from_on: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<SqlDate>)]
    until_on: Option<NaiveDate>,
    #[diesel(sql_type = Timestamptz)]
    recorded_at: DateTime<Utc>,
}

/// Relations in force on day $2.
const LIVE: &str = "r.superseded_at IS NULL AND r.valid @> $2";

/// Parties that stand for risks with all that count as one with them, each with the one that stands for it.
pub(super) fn same_risk(conn: &mut PgConnection, risks: &[Uuid]) -> Outcome<HashMap<Uuid, Uuid>> {
    let found = diesel::sql_query(
        "SELECT r.id AS party_id, r.id AS risk_party_id FROM unnest($1) r (id) \
         UNION SELECT s.party_id, s.risk_party_id FROM risk_party s WHERE s.risk_party_id = ANY($1)",
    )
    .bind::<Array<SqlUuid>, _>(risks)
    .load::<SameRow>(conn)
    .map_err(db)?;
    Ok(found.into_iter().map(|row| (row.party_id, row.risk_party_id)).collect())
}

impl RiskReads for PgTx<'_> {
    /// Those that counted as one until now are looked at as well: a tax id may just have been corrected.
    fn risk_picture(&mut self, parties: &BTreeSet<Uuid>, day: Date) -> Outcome<RiskPicture> {
        let seeds = parties.iter().copied().collect::<Vec<_>>();
        let parties = diesel::sql_query(format!(
            "WITH RECURSIVE c (id) AS (SELECT unnest($1) UNION SELECT n.id FROM c CROSS JOIN LATERAL (\
                 SELECT q.id FROM party p JOIN party q ON q.tax_id = p.tax_id WHERE p.id = c.id \
                 UNION ALL SELECT s.risk_party_id FROM risk_party s WHERE s.party_id = c.id \
                 UNION ALL SELECT s.party_id FROM risk_party s WHERE s.risk_party_id = c.id \
                 UNION ALL SELECT r.related_party_id FROM party_relation r WHERE r.party_id = c.id AND {LIVE} \
                 UNION ALL SELECT r.party_id FROM party_relation r WHERE r.related_party_id = c.id AND {LIVE}) n) \
             SELECT p.id, p.tax_id FROM c JOIN party p ON p.id = c.id ORDER BY p.id"
        ))
        .bind::<Array<SqlUuid>, _>(seeds)
        .bind::<SqlDate, _>(day)
        .load::<PartyRow>(self.conn)
        .map_err(db)?;
        let ids = parties.iter().map(|p| p.id).collect::<Vec<_>>();
        let relations = diesel::sql_query(format!(
            "SELECT r.party_id, r.related_party_id, r.kind FROM party_relation r WHERE r.party_id = ANY($1) AND {LIVE}"
        ))
        .bind::<Array<SqlUuid>, _>(&ids)
        .bind::<SqlDate, _>(day)
        .load::<EdgeRow>(self.conn)
        .map_err(db)?;
        let accounts = diesel::sql_query(
            "SELECT l.account_id AS one, l.party_id AS other FROM account_party l \
             WHERE l.party_id = ANY($1) AND l.superseded_at IS NULL AND l.valid @> $2",
        )
        .bind::<Array<SqlUuid>, _>(&ids)
        .bind::<SqlDate, _>(day)
        .load::<Pair>(self.conn)
        .map_err(db)?;
        let edge = |e: EdgeRow| -> Outcome<Relation> {
            Ok(Relation { party: e.party_id, related: e.related_party_id, kind: stored(&e.kind)? })
        };
        Ok(RiskPicture {
            parties: parties.into_iter().map(|p| PartyFacts { id: p.id, tax_id: p.tax_id }).collect(),
            relations: relations.into_iter().map(edge).collect::<Outcome<_>>()?,
            accounts: accounts.into_iter().map(|p| (p.one, p.other)).collect(),
        })
    }
}

impl RiskStore for PgTx<'_> {
    fn lock_risk(&mut self) -> Outcome<()> {
        diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('recobra.risk'))")
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }

    fn save_memberships(
        &mut self,
        members: &[Membership],
        accounts: &[(Uuid, Uuid)],
        event: EventId,
    ) -> Outcome<()> {
        let of_party = members.iter().map(|m| (m.party, m.risk_party)).collect::<HashMap<_, _>>();
        self.save_risk_parties(members, event)?;
        self.save_risk_groups(members, event)?;
        let counting = accounts.iter().filter_map(|(a, p)| Some((*a, *p, *of_party.get(p)?)));
        let (mut ids, mut own, mut risk) = (Vec::new(), Vec::new(), Vec::new());
        for (account, party, counts_as) in counting {
            ids.push(account);
            own.push(party);
            risk.push(counts_as);
        }
        diesel::sql_query(
            "INSERT INTO risk_member (account_id, legal_entity_id, party_id, risk_party_id, eliminated, event_id) \
             SELECT m.account_id, a.legal_entity_id, m.party_id, m.risk_party_id, p.intercompany, $4 \
             FROM unnest($1, $2, $3) AS m (account_id, party_id, risk_party_id) \
                 JOIN account a ON a.id = m.account_id JOIN party p ON p.id = m.party_id \
             ON CONFLICT (account_id) DO UPDATE SET party_id = excluded.party_id, \
                 risk_party_id = excluded.risk_party_id, eliminated = excluded.eliminated, event_id = excluded.event_id \
             WHERE (risk_member.party_id, risk_member.risk_party_id, risk_member.eliminated) \
                 <> (excluded.party_id, excluded.risk_party_id, excluded.eliminated)",
        )
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Array<SqlUuid>, _>(own)
        .bind::<Array<SqlUuid>, _>(risk)
        .bind::<SqlUuid, _>(event.0)
        .execute(self.conn)
        .map(drop)
        .map_err(db)
    }

    fn parents_above(&mut self, parties: &BTreeSet<Uuid>, day: Date) -> Outcome<BTreeMap<Uuid, Uuid>> {
        // From that day on: a parent that begins later closes a circle as well.
        let found = diesel::sql_query(
            "WITH RECURSIVE up (party_id, related_party_id) AS (\
                 SELECT r.party_id, r.related_party_id FROM party_relation r WHERE r.party_id = ANY($1) \
                     AND r.superseded_at IS NULL AND r.valid && daterange($2, NULL) AND r.kind IN ('parent', 'branch') \
                 UNION SELECT r.party_id, r.related_party_id FROM up JOIN party_relation r \
                     ON r.party_id = up.related_party_id AND r.superseded_at IS NULL \
                     AND r.valid && daterange($2, NULL) AND r.kind IN ('parent', 'branch')) \
             SELECT party_id AS one, related_party_id AS other FROM up",
        )
        .bind::<Array<SqlUuid>, _>(parties.iter().copied().collect::<Vec<_>>())
        .bind::<SqlDate, _>(day)
        .load::<Pair>(self.conn)
        .map_err(db)?;
        Ok(found.into_iter().map(|p| (p.one, p.other)).collect())
    }

    fn state_parents(
        &mut self,
        stated: &[StatedParent],
        from: Date,
        (event, now): (EventId, Instant),
    ) -> Outcome<BTreeSet<Uuid>> {
        let column = |of: fn(&StatedParent) -> Uuid| stated.iter().map(of).collect::<Vec<_>>();
        let former = diesel::sql_query(
            "WITH wanted AS (SELECT * FROM unnest($1, $2, $3, $4) AS w (party_id, parent_id, new_id, left_id)), \
             gone AS (UPDATE party_relation r SET superseded_at = $6 FROM wanted w \
                 WHERE r.party_id = w.party_id AND r.kind = 'parent' AND r.origin = 'pushed' \
                     AND r.superseded_at IS NULL AND r.valid && daterange($5, NULL) \
                     AND r.related_party_id IS DISTINCT FROM w.parent_id \
                 RETURNING r.party_id, r.related_party_id, r.valid, w.left_id), \
             rest AS (INSERT INTO party_relation (id, party_id, related_party_id, kind, origin, valid, recorded_at, event_id) \
                 SELECT left_id, party_id, related_party_id, 'parent', 'pushed', daterange(lower(valid), $5), $6, $7 \
                 FROM gone WHERE lower_inf(valid) OR lower(valid) < $5) \
             SELECT related_party_id AS id FROM gone",
        )
        .bind::<Array<SqlUuid>, _>(column(|s| s.party))
        .bind::<Array<Nullable<SqlUuid>>, _>(stated.iter().map(|s| s.parent).collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(column(|s| s.ids[0]))
        .bind::<Array<SqlUuid>, _>(column(|s| s.ids[1]))
        .bind::<SqlDate, _>(from)
        .bind::<Timestamptz, _>(now)
        .bind::<SqlUuid, _>(event.0)
        .load::<One>(self.conn)
        .map_err(db)?;
        // A party that nothing was ever said about has belonged to its parent from ever; what a hand has set is not overruled.
        diesel::sql_query(
            "INSERT INTO party_relation (id, party_id, related_party_id, kind, origin, valid, recorded_at, event_id) \
             SELECT w.new_id, w.party_id, w.parent_id, 'parent', 'pushed', \
                 daterange(CASE WHEN EXISTS (SELECT 1 FROM party_relation r WHERE r.party_id = w.party_id) THEN $4 END, NULL), \
                 $5, $6 \
             FROM unnest($1, $2, $3) AS w (party_id, parent_id, new_id) \
             WHERE w.parent_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM party_relation r \
                 WHERE r.party_id = w.party_id AND r.kind IN ('parent', 'branch') AND r.superseded_at IS NULL \
                     AND r.valid && daterange($4, NULL))",
        )
        .bind::<Array<SqlUuid>, _>(column(|s| s.party))
        .bind::<Array<Nullable<SqlUuid>>, _>(stated.iter().map(|s| s.parent).collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(column(|s| s.ids[0]))
        .bind::<SqlDate, _>(from)
        .bind::<Timestamptz, _>(now)
        .bind::<SqlUuid, _>(event.0)
        .execute(self.conn)
        .map_err(db)?;
        Ok(former.into_iter().map(|one| one.id).collect())
    }

    fn relation_for_update(&mut self, id: Uuid) -> Outcome<PartyRelation> {
        let found = diesel::sql_query(
            "SELECT id, party_id, related_party_id, kind, origin, lower(valid) AS from_on, upper(valid) - 1 AS until_on, \
                 recorded_at FROM party_relation WHERE id = $1 AND superseded_at IS NULL FOR UPDATE",
        )
        .bind::<SqlUuid, _>(id)
        .load::<RelationRow>(self.conn)
        .map_err(db)?;
        let missing = || app::lists::not_found("party_relations", &PartyRelationId(id).to_string());
        let r = found.into_iter().next().ok_or_else(missing)?;
        Ok(PartyRelation {
            id: r.id,
            party_id: r.party_id,
            related_party_id: r.related_party_id,
            kind: stored(&r.kind)?,
            origin: r.origin,
            from: r.from_on,
            until: r.until_on,
            recorded_at: r.recorded_at,
        })
    }

    fn insert_relation(&mut self, relation: &PartyRelation, event: EventId) -> Outcome<()> {
        diesel::sql_query(
            "INSERT INTO party_relation (id, party_id, related_party_id, kind, origin, valid, recorded_at, event_id) \
             VALUES ($1, $2, $3, $4, $5, daterange($6, $7, '[]'), $8, $9)",
        )
        .bind::<SqlUuid, _>(relation.id)
        .bind::<SqlUuid, _>(relation.party_id)
        .bind::<SqlUuid, _>(relation.related_party_id)
        .bind::<Text, _>(relation.kind.as_str())
        .bind::<Text, _>(&relation.origin)
        .bind::<Nullable<SqlDate>, _>(relation.from)
        .bind::<Nullable<SqlDate>, _>(relation.until)
        .bind::<Timestamptz, _>(relation.recorded_at)
        .bind::<SqlUuid, _>(event.0)
        .execute(self.conn)
        .map(drop)
        .map_err(db)
    }

    fn end_relation(
        &mut self,
        relation: &PartyRelation,
        left: Option<&PartyRelation>,
        (event, now): (EventId, Instant),
    ) -> Outcome<()> {
        diesel::sql_query("UPDATE party_relation SET superseded_at = $2, event_id = $3 WHERE id = $1")
            .bind::<SqlUuid, _>(relation.id)
            .bind::<Timestamptz, _>(now)
            .bind::<SqlUuid, _>(event.0)
            .execute(self.conn)
            .map_err(db)?;
        left.map_or(Ok(()), |left| self.insert_relation(left, event))
    }

    fn parties_turning(&mut self, from: Date, to: Date) -> Outcome<BTreeSet<Uuid>> {
        let found = diesel::sql_query(
            "SELECT DISTINCT p.id FROM party_relation r CROSS JOIN LATERAL (VALUES (r.party_id), (r.related_party_id)) p (id) \
             WHERE r.superseded_at IS NULL AND (lower(r.valid) BETWEEN $1 AND $2 OR upper(r.valid) BETWEEN $1 AND $2) \
             UNION SELECT l.party_id FROM account_party l WHERE l.superseded_at IS NULL \
                 AND (lower(l.valid) BETWEEN $1 AND $2 OR upper(l.valid) BETWEEN $1 AND $2)",
        )
        .bind::<SqlDate, _>(from)
        .bind::<SqlDate, _>(to)
        .load::<One>(self.conn)
        .map_err(db)?;
        Ok(found.into_iter().map(|one| one.id).collect())
    }
}

impl PgTx<'_> {
    fn save_risk_parties(&mut self, members: &[Membership], event: EventId) -> Outcome<()> {
        let (all, risk): (Vec<_>, Vec<_>) = members.iter().map(|m| (m.party, m.risk_party)).unzip();
        diesel::sql_query(
            "WITH wanted AS (SELECT * FROM unnest($1, $2) AS m (party_id, risk_party_id)), \
             alone AS (DELETE FROM risk_party p USING wanted w \
                 WHERE p.party_id = w.party_id AND w.party_id = w.risk_party_id) \
             INSERT INTO risk_party (party_id, risk_party_id, event_id) \
             SELECT party_id, risk_party_id, $3 FROM wanted WHERE party_id <> risk_party_id \
             ON CONFLICT (party_id) DO UPDATE SET risk_party_id = excluded.risk_party_id, event_id = excluded.event_id \
             WHERE risk_party.risk_party_id <> excluded.risk_party_id",
        )
        .bind::<Array<SqlUuid>, _>(all)
        .bind::<Array<SqlUuid>, _>(risk)
        .bind::<SqlUuid, _>(event.0)
        .execute(self.conn)
        .map(drop)
        .map_err(db)
    }

    fn save_risk_groups(&mut self, members: &[Membership], event: EventId) -> Outcome<()> {
        let wanted = members
            .iter()
            .filter(|m| m.party == m.risk_party)
            .flat_map(|m| m.groups.iter().map(|(group, debtor)| (m.risk_party, *group, *debtor)))
            .collect::<Vec<_>>();
        let parties = members.iter().map(|m| m.party).collect::<Vec<_>>();
        diesel::sql_query(
            "WITH wanted AS (SELECT * FROM unnest($2, $3, $4) AS g (risk_party_id, group_id, debtor)), \
             gone AS (DELETE FROM risk_group g WHERE g.risk_party_id = ANY($1) AND NOT EXISTS (SELECT 1 FROM wanted w \
                 WHERE w.risk_party_id = g.risk_party_id AND w.group_id = g.group_id)) \
             INSERT INTO risk_group (risk_party_id, group_id, debtor, event_id) SELECT w.*, $5 FROM wanted w \
             ON CONFLICT (risk_party_id, group_id) DO UPDATE SET debtor = excluded.debtor, event_id = excluded.event_id \
             WHERE risk_group.debtor <> excluded.debtor",
        )
        .bind::<Array<SqlUuid>, _>(parties)
        .bind::<Array<SqlUuid>, _>(wanted.iter().map(|w| w.0).collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(wanted.iter().map(|w| w.1).collect::<Vec<_>>())
        .bind::<Array<Bool>, _>(wanted.iter().map(|w| w.2).collect::<Vec<_>>())
        .bind::<SqlUuid, _>(event.0)
        .execute(self.conn)
        .map(drop)
        .map_err(db)
    }
}
