//! Who counts as one risk, resolved anew and compared with what is kept.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use domain::credit::groups::{PartyFacts, Relation, RelationKind, resolve};
use kernel::Outcome;
use serde::Deserialize;
use uuid::Uuid;

use crate::statement::Statement;

pub(super) const RULE: &str = "groups as they are kept = groups as tax ids and relations make them";

#[derive(Deserialize)]
struct PartyRow {
    id: Uuid,
    tax_id: Option<String>,
    kept: Option<Uuid>,
}

#[derive(Deserialize)]
struct RelationRow {
    party_id: Uuid,
    related_party_id: Uuid,
    kind: RelationKind,
}

#[derive(Deserialize)]
struct GroupRow {
    risk_party_id: Uuid,
    group_id: Uuid,
    debtor: bool,
}

/// Parties that are not alone, or are kept as if they were not.
const PARTIES: &str = "SELECT json_build_object('id', p.id, 'tax_id', p.tax_id, 'kept', s.risk_party_id)::text AS row \
    FROM party p LEFT JOIN risk_party s ON s.party_id = p.id WHERE s.party_id IS NOT NULL \
        OR EXISTS (SELECT 1 FROM party q WHERE q.tax_id = p.tax_id AND q.id <> p.id) \
        OR EXISTS (SELECT 1 FROM party_relation r WHERE p.id IN (r.party_id, r.related_party_id)) \
        OR EXISTS (SELECT 1 FROM risk_group g WHERE g.risk_party_id = p.id)";

const RELATIONS: &str = "SELECT json_build_object('party_id', r.party_id, 'related_party_id', r.related_party_id, \
        'kind', r.kind)::text AS row FROM party_relation r WHERE r.superseded_at IS NULL AND r.valid @> \
        ((SELECT coalesce(test_now, now()) FROM installation) AT TIME ZONE 'UTC')::date";

const GROUPS: &str = "SELECT json_build_object('risk_party_id', g.risk_party_id, 'group_id', g.group_id, \
        'debtor', g.debtor)::text AS row FROM risk_group g";

/// How many parties are kept otherwise than they are, and one of them.
pub(super) fn differing(conn: &mut PgConnection) -> Outcome<Option<(i64, String)>> {
    let rows = |sql: &str| {
        let mut statement = Statement::new();
        sql.clone_into(&mut statement.sql);
        statement
    };
    let parties = rows(PARTIES).load::<PartyRow>(conn)?;
    let relations = rows(RELATIONS).load::<RelationRow>(conn)?;
    let groups = rows(GROUPS).load::<GroupRow>(conn)?;
    let relation = |r: RelationRow| Relation { party: r.party_id, related: r.related_party_id, kind: r.kind };
    let relations = relations.into_iter().map(relation).collect::<Vec<_>>();
    let facts = parties.iter().map(|p| PartyFacts { id: p.id, tax_id: p.tax_id.clone() }).collect::<Vec<_>>();
    let mut kept_groups = BTreeMap::<Uuid, BTreeMap<Uuid, bool>>::new();
    for row in groups {
        kept_groups.entry(row.risk_party_id).or_default().insert(row.group_id, row.debtor);
    }
    let kept = parties.iter().map(|p| (p.id, p.kept.unwrap_or(p.id))).collect::<BTreeMap<_, _>>();
    let mut wrong = BTreeSet::new();
    for member in resolve(&facts, &relations) {
        let same_risk = kept.get(&member.party) == Some(&member.risk_party);
        let kept = kept_groups.remove(&member.party).unwrap_or_default();
        let wanted = if member.party == member.risk_party { member.groups } else { BTreeMap::new() };
        if !same_risk || kept != wanted {
            wrong.insert(member.party);
        }
    }
    wrong.extend(kept_groups.into_keys());
    let count = i64::try_from(wrong.len()).unwrap_or(i64::MAX);
    Ok(wrong.first().map(|party| (count, party.to_string())))
}
