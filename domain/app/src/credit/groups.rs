//! Who counts as one risk: relations between parties, dated, and the groups that follow from them.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::Permission;
use domain::credit::groups::{Membership, PartyFacts, Relation, RelationKind, closes_circle, resolve};
use kernel::id::{EventId, PartyId, PartyRelationId};
use kernel::time::parse_date;
use kernel::{Date, Error, Instant, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::codes;
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::customers::lists::PARTIES;
use crate::events::NewEvent;
use crate::lists::not_found;
use crate::store::WriteTx;

/// That a party belongs to another one, within its dates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartyRelation {
    pub id: Uuid,
    pub party_id: Uuid,
    pub related_party_id: Uuid,
    pub kind: RelationKind,
    /// `pushed` by an ERP, or `manual`.
    pub origin: String,
    pub from: Option<Date>,
    /// The last day it holds.
    pub until: Option<Date>,
    pub recorded_at: Instant,
}

/// A relation as asked for.
#[derive(Debug, Clone)]
pub struct CreateRelation {
    pub party: PartyId,
    pub related: PartyId,
    pub kind: RelationKind,
    /// From ever when absent.
    pub from: Option<String>,
    /// The last day it holds; until somebody ends it when absent.
    pub until: Option<String>,
}

/// Parties that hang together, with what ties them and their accounts.
#[derive(Debug, Clone, Default)]
pub struct RiskPicture {
    pub parties: Vec<PartyFacts>,
    pub relations: Vec<Relation>,
    /// Account and the party it belongs to.
    pub accounts: Vec<(Uuid, Uuid)>,
}

/// The parent that an ERP states for a party.
#[derive(Debug, Clone, Copy)]
pub struct StatedParent {
    pub party: Uuid,
    pub parent: Option<Uuid>,
    /// For what is written: the new relation, and what is left of the one before.
    pub ids: [Uuid; 2],
}

/// What is read.
pub trait RiskReads {
    /// Everything that hangs together with these parties on a day.
    fn risk_picture(&mut self, parties: &BTreeSet<Uuid>, day: Date) -> Outcome<RiskPicture>;
}

/// What is written.
pub trait RiskStore {
    /// Keeps others from changing who counts as one risk until the end of the transaction: what hangs together is read and
    /// written as a whole.
    fn lock_risk(&mut self) -> Outcome<()>;

    /// Writes where parties and accounts count now; what is so already is not written.
    fn save_memberships(
        &mut self,
        members: &[Membership],
        accounts: &[(Uuid, Uuid)],
        event: EventId,
    ) -> Outcome<()>;

    /// Which party belongs to which from a day on, for these and everybody above them.
    fn parents_above(&mut self, parties: &BTreeSet<Uuid>, day: Date) -> Outcome<BTreeMap<Uuid, Uuid>>;

    /// Dates what ERPs state from a day on; what a hand has set stays. Answers the parents that are none any more.
    fn state_parents(
        &mut self,
        stated: &[StatedParent],
        from: Date,
        by: (EventId, Instant),
    ) -> Outcome<BTreeSet<Uuid>>;

    /// # Errors
    /// `not_found`.
    fn relation_for_update(&mut self, id: Uuid) -> Outcome<PartyRelation>;

    /// # Errors
    /// `party_relation.overlaps`.
    fn insert_relation(&mut self, relation: &PartyRelation, event: EventId) -> Outcome<()>;

    /// Closes the row in recorded time, and writes what is left of it.
    fn end_relation(
        &mut self,
        relation: &PartyRelation,
        left: Option<&PartyRelation>,
        by: (EventId, Instant),
    ) -> Outcome<()>;

    /// Parties whose relations begin or end on one of these days.
    fn parties_turning(&mut self, from: Date, to: Date) -> Outcome<BTreeSet<Uuid>>;
}

/// The day groups are looked at: they are the same for every legal entity, wherever it is.
pub fn today(now: Instant) -> Date {
    now.date_naive()
}

/// Writes anew where these parties, and all that hang together with them, count.
///
/// # Errors
/// `database.unavailable`.
pub fn refresh(
    tx: &mut (impl WriteTx + ?Sized),
    parties: &BTreeSet<Uuid>,
    event: EventId,
    now: Instant,
) -> Outcome<()> {
    if parties.is_empty() {
        return Ok(());
    }
    tx.lock_risk()?;
    let picture = tx.risk_picture(parties, today(now))?;
    tx.save_memberships(&resolve(&picture.parties, &picture.relations), &picture.accounts, event)
}

/// Looks at the groups whose relations begin or end in these days.
///
/// # Errors
/// `database.unavailable`.
pub fn turn_day(app: &App, ctx: &Ctx, from: Date, to: Date) -> Outcome<usize> {
    app.store.transact("credit.turn_day", |tx| {
        let parties = tx.parties_turning(from, to)?;
        if parties.is_empty() {
            return Ok(0);
        }
        let event = tx.record(ctx, NewEvent::about("credit.groups_turned", "installation", Uuid::nil()))?;
        refresh(tx, &parties, event, ctx.now)?;
        Ok(parties.len())
    })
}

/// Says that a party belongs to another one. It decides whose limits bear what is sold, as who records limits does.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `date.invalid`, `party.parent_self`, `party.parent_cycle`, `party_relation.overlaps`,
/// `party_relation.ends_before_start`.
pub fn create_relation(app: &App, ctx: &Ctx, cmd: &CreateRelation) -> Outcome<Answer<PartyRelation>> {
    ctx.require(Permission::LimitImport)?;
    let from = cmd.from.as_deref().map(|t| parse_date("from", t)).transpose()?;
    let until = cmd.until.as_deref().map(|t| parse_date("until", t)).transpose()?;
    if from.zip(until).is_some_and(|(from, until)| until < from) {
        return Err(Error::new(&codes::RELATION_ENDS_BEFORE_START));
    }
    if cmd.party == cmd.related {
        return Err(Error::field("related_party_id", &codes::PARTY_PARENT_SELF, "is the party itself"));
    }
    command::run(app, ctx, "credit.create_relation", |tx| {
        require_in_reach(ctx, tx, [cmd.party, cmd.related])?;
        tx.lock_risk()?;
        let parents = tx.parents_above(&BTreeSet::from([cmd.related.0]), from.unwrap_or(today(ctx.now)))?;
        if closes_circle(&parents, cmd.party.0, cmd.related.0) {
            let message = format!("{} belongs to {}", cmd.related, cmd.party);
            return Err(Error::field("related_party_id", &codes::PARTY_PARENT_CYCLE, message));
        }
        let relation = PartyRelation {
            id: app.ids.next(),
            party_id: cmd.party.0,
            related_party_id: cmd.related.0,
            kind: cmd.kind,
            origin: "manual".to_owned(),
            from,
            until,
            recorded_at: ctx.now,
        };
        let event = tx.record(ctx, event_of("credit.relation_created", &relation))?;
        tx.insert_relation(&relation, event)?;
        refresh(tx, &both(&relation), event, ctx.now)?;
        Ok(relation)
    })
}

/// Ends a relation: the given day is its last. What was true before stays askable.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `date.invalid`, `party_relation.ended`.
pub fn end_relation(
    app: &App,
    ctx: &Ctx,
    id: PartyRelationId,
    until: Option<&str>,
) -> Outcome<Answer<PartyRelation>> {
    ctx.require(Permission::LimitImport)?;
    let until = until.map(|t| parse_date("until", t)).transpose()?;
    command::run(app, ctx, "credit.end_relation", |tx| {
        let relation = tx.relation_for_update(id.0)?;
        require_in_reach(ctx, tx, [relation.party_id.into(), relation.related_party_id.into()])?;
        let until = until.or_else(|| today(ctx.now).pred_opt());
        if relation.until.is_some_and(|end| until.is_none_or(|until| end <= until)) {
            return Err(Error::new(&codes::RELATION_ENDED));
        }
        // One that never held a day leaves nothing.
        let left = until.filter(|until| relation.from.is_none_or(|from| from <= *until)).map(|until| {
            PartyRelation { id: app.ids.next(), until: Some(until), recorded_at: ctx.now, ..relation.clone() }
        });
        let event = tx.record(ctx, event_of("credit.relation_ended", &relation))?;
        tx.end_relation(&relation, left.as_ref(), (event, ctx.now))?;
        refresh(tx, &both(&relation), event, ctx.now)?;
        Ok(left
            .unwrap_or(PartyRelation { until: relation.from.and_then(|from| from.pred_opt()), ..relation }))
    })
}

/// Both sides must be the caller's to see: what counts as one risk shows in both.
fn require_in_reach(ctx: &Ctx, tx: &mut dyn WriteTx, parties: [PartyId; 2]) -> Outcome<()> {
    for party in parties {
        let key = party.to_string();
        tx.find(ctx, &PARTIES, &key)?.ok_or_else(|| not_found(PARTIES.resource, &key))?;
    }
    Ok(())
}

fn both(relation: &PartyRelation) -> BTreeSet<Uuid> {
    BTreeSet::from([relation.party_id, relation.related_party_id])
}

fn event_of(kind: &'static str, relation: &PartyRelation) -> NewEvent {
    let after = json!({ "party_id": PartyId(relation.party_id), "related_party_id": PartyId(relation.related_party_id),
        "kind": relation.kind, "from": relation.from, "until": relation.until });
    NewEvent::about(kind, "party_relation", relation.id).change(Value::Null, after)
}
