//! Scores one party, when asked.

use std::collections::HashMap;

use domain::access::Permission;
use domain::attributes::Declared;
use domain::credit::facts::Fact;
use domain::credit::scoring::evaluate::{CompiledScorecard, Score, ScoreOutcome, ScoreReason};
use domain::credit::scoring::nearest::nearest;
use domain::rules::evaluate::{FactValue, FactValues, Machine};
use kernel::id::{PartyId, ScoreId};
use kernel::text_enum::TextEnum as _;
use kernel::{Date, Decimal, Error, Instant, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::facts::{KeptFacts, facts};
use super::store::{LoadedFacts, NewScore};
use super::{active, compiled, risk_of};
use crate::App;
use crate::codes::INTERNAL;
use crate::command::{self, Answer};
use crate::credit::groups::today;
use crate::credit::holders::of_amounts;
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::lists::not_found;
use crate::store::{ReadTx, WriteTx};

/// A score as stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoreRecord {
    pub id: Uuid,
    /// The party that stands for the risk.
    pub party_id: Uuid,
    pub scorecard_code: String,
    pub scorecard_version: i32,
    pub scored_on: Date,
    pub outcome: ScoreOutcome,
    pub points: Option<Decimal>,
    pub class: Option<String>,
    pub former_class: Option<String>,
    pub former_points: Option<Decimal>,
    pub reason: ScoreReason,
    pub reason_of: Option<String>,
    /// Every variable with value, points and contribution, and the nearest changes.
    pub explanation: Value,
    pub facts: Value,
    pub run_id: Option<Uuid>,
    pub recorded_at: Instant,
    pub superseded_at: Option<Instant>,
}

/// Whom to score.
#[derive(Debug, Clone)]
pub struct ScoreParty {
    pub party: PartyId,
    /// Code of a scorecard.
    pub scorecard: String,
}

/// A score, and whether it says something new.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scored {
    pub score: ScoreRecord,
    pub is_new: bool,
}

/// Scores a party by the scorecard in force. A score that says the same as the one in force is not written again.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `scorecard.active_missing`.
pub fn score_party(app: &App, ctx: &Ctx, cmd: &ScoreParty) -> Outcome<Answer<Scored>> {
    ctx.require(Permission::ScoreRun)?;
    command::run(app, ctx, "scoring.score_party", |tx| {
        let party = risk_of(ctx, tx, cmd.party)?;
        let version = active(tx, &cmd.scorecard)?;
        let card = compiled(tx, &version)?;
        let on = today(ctx.now);
        let loaded = tx.load_scoring_facts(&[party], on, &cmd.scorecard)?;
        let declared = tx.declared_attributes()?;
        let amounts = amounts_read(tx, &card, &[party], (on, ctx.now))?;
        let mut scorer = Scorer { app, card: &card, on, now: ctx.now, run: None };
        let mut changed = scorer.changed((&loaded, &amounts), &declared)?;
        let Some(new) = changed.pop() else {
            let kept = loaded.scores.first().map(|s| s.id);
            let score = kept.map(|id| tx.score(id)).transpose()?.flatten();
            let score = score.ok_or_else(|| not_found("parties", &cmd.party.to_string()))?;
            return Ok(Scored { score, is_new: false });
        };
        write_one(ctx, tx, &new)?;
        Ok(Scored { score: new.record, is_new: true })
    })
}

fn write_one(ctx: &Ctx, tx: &mut dyn WriteTx, new: &NewScore) -> Outcome<()> {
    let score = &new.record;
    let before = json!({ "class": score.former_class, "points": score.former_points });
    let after = json!({ "score_id": ScoreId(score.id), "scorecard": score.scorecard_code,
        "version": score.scorecard_version, "class": score.class, "points": score.points, "reason": score.reason });
    let event = NewEvent::about("credit.party_scored", "party", score.party_id).change(before, after);
    let event = tx.record(ctx, event)?;
    tx.write_scores(std::slice::from_ref(new), event)
}

/// What a scorecard reads that is made of amounts and of limits.
fn amounts_of(card: &CompiledScorecard) -> impl Iterator<Item = Fact> {
    let of = |fact: &Fact| *fact == Fact::HolderCurrency || fact.is_of_amounts();
    card.reads().filter_map(|path| Fact::from_text(path)).filter(of)
}

/// Amounts and limits of parties, where a scorecard reads any.
pub(super) fn amounts_read<T: ReadTx + ?Sized>(
    tx: &mut T,
    card: &CompiledScorecard,
    parties: &[Uuid],
    at: (Date, Instant),
) -> Outcome<HashMap<Uuid, FactValues>> {
    if amounts_of(card).next().is_none() { Ok(HashMap::new()) } else { of_amounts(tx, parties, at) }
}

/// Scores parties by one scorecard on one day.
pub(super) struct Scorer<'s> {
    pub(super) app: &'s App,
    pub(super) card: &'s CompiledScorecard,
    pub(super) on: Date,
    pub(super) now: Instant,
    pub(super) run: Option<Uuid>,
}

impl Scorer<'_> {
    /// The scores that say something else than those in force.
    pub(super) fn changed(
        &mut self,
        (loaded, amounts): (&LoadedFacts, &HashMap<Uuid, FactValues>),
        declared: &Declared,
    ) -> Outcome<Vec<NewScore>> {
        let current = loaded.scores.iter().map(|s| (s.party_id, s)).collect::<HashMap<_, _>>();
        let mut machine = Machine::default();
        let mut changed = Vec::new();
        let code = self.card.card().code.as_str();
        for (party, mut facts) in facts(loaded, declared, self.on) {
            for fact in amounts_of(self.card) {
                let known = amounts.get(&party).map(|known| known.get(fact.as_str()).clone());
                facts.set(fact.as_str(), known.unwrap_or(FactValue::Null));
            }
            let before = current.get(&party).copied();
            let former = before.and_then(|s| s.class.as_deref());
            let score = self.card.evaluate(&mut machine, &facts, former);
            let digest = score.digest(code, self.card.version());
            if before.is_some_and(|s| s.digest == digest) {
                continue;
            }
            let near = nearest(self.card, &mut machine, &facts, (&score, former));
            let explanation = explanation(&score, &near)?;
            let kept = KeptFacts::of(&facts, self.card.reads());
            let record = ScoreRecord {
                id: self.app.ids.next(),
                party_id: party,
                scorecard_code: code.to_owned(),
                scorecard_version: self.card.version(),
                scored_on: self.on,
                outcome: score.outcome,
                points: score.points,
                class: score.class.as_deref().map(str::to_owned),
                former_class: former.map(str::to_owned),
                former_points: before.and_then(|s| s.points),
                reason: score.reason,
                reason_of: score.reason_of.as_deref().map(str::to_owned),
                explanation,
                facts: to_json(&kept)?,
                run_id: self.run,
                recorded_at: self.now,
                superseded_at: None,
            };
            changed.push(NewScore { record, digest });
        }
        Ok(changed)
    }
}

/// What is kept beside points and class.
fn explanation(score: &Score, near: &[domain::credit::scoring::nearest::Nearest]) -> Outcome<Value> {
    let near = near.iter().map(|n| {
        Ok(json!({ "direction": n.direction, "class": n.class, "change": to_json(&n.change)?,
            "none_single": n.change.is_none() }))
    });
    Ok(json!({
        "class_by_points": score.class_by_points,
        "offset": score.offset,
        "cut": score.cut,
        "lines": to_json(&score.lines)?,
        "nearest": near.collect::<Outcome<Vec<_>>>()?,
    }))
}

pub(super) fn to_json(value: &impl Serialize) -> Outcome<Value> {
    serde_json::to_value(value).map_err(|e| Error::new(&INTERNAL).caused_by(e))
}
