//! From rows to the facts of each party, and facts kept so that a score can be repeated.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use domain::attributes::{Attributes, Declared};
use domain::credit::facts::{Fact, blank, set_attributes};
use domain::credit::scoring::behaviour::{Behaviour, Item, Settlement, behaviour, closed};
use domain::credit::scoring::ratios::ratios;
use domain::credit::scoring::statements::{Figure, Statement};
use domain::receivables::kinds::EntryKind;
use domain::rules::evaluate::{FactValue, FactValues};
use kernel::text_enum::TextEnum as _;
use kernel::{Date, Decimal, Error, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::OWNER;
use super::store::{ActivityRow, ClosedRow, CurrentScore, ExternalRow, LoadedFacts, PartyRow};
use crate::codes::INTERNAL;
use crate::credit::learning::store::ModelFacts;

/// The facts of each party, in the order of the rows.
pub fn facts(loaded: &LoadedFacts, declared: &Declared, on: Date) -> Vec<(Uuid, FactValues)> {
    let closed = by_party(&loaded.closed, |r| r.party_id);
    let activity = loaded.activity.iter().map(|a| (a.party_id, a)).collect::<HashMap<_, _>>();
    let external = loaded.external.iter().map(|e| (e.party_id, e)).collect::<HashMap<_, _>>();
    let statements = loaded.statements.iter().map(|(party, s)| (*party, s)).collect::<HashMap<_, _>>();
    let scores = loaded.scores.iter().map(|s| (s.party_id, s)).collect::<HashMap<_, _>>();
    let by_hand =
        loaded.by_hand.iter().map(|(party, class)| (*party, class.as_str())).collect::<HashMap<_, _>>();
    let models = loaded.models.iter().map(|m| (m.party_id, m)).collect::<HashMap<_, _>>();
    let names = declared.iter().filter(|a| a.owner == OWNER).map(|a| Arc::from(a.name.as_str()));
    let names = names.collect::<Vec<Arc<str>>>();
    let of = |party: &PartyRow| {
        let id = party.party_id;
        let mut facts = blank();
        set(&mut facts, Fact::HolderKind, "party");
        of_party(&mut facts, party);
        let attributes: Attributes = declared.values(OWNER, &names, &party.attributes);
        set_attributes(&mut facts, OWNER, &attributes, on);
        let items = closed.get(&id).map_or(&[][..], Vec::as_slice);
        of_behaviour(&mut facts, &behaviour(&in_one_currency(items), on));
        if let Some(activity) = activity.get(&id) {
            of_activity(&mut facts, activity, on);
        }
        if let Some(rating) = external.get(&id) {
            of_external(&mut facts, rating, on);
        }
        if let Some(statement) = statements.get(&id) {
            of_statement(&mut facts, statement, on);
        }
        if let Some(model) = models.get(&id) {
            of_model(&mut facts, model);
        }
        of_rating(&mut facts, scores.get(&id).copied(), by_hand.get(&id).copied());
        (id, facts)
    };
    loaded.parties.iter().map(of).collect()
}

fn by_party<T>(rows: &[T], party: fn(&T) -> Uuid) -> HashMap<Uuid, Vec<&T>> {
    let mut grouped: HashMap<Uuid, Vec<&T>> = HashMap::new();
    for row in rows {
        grouped.entry(party(row)).or_default().push(row);
    }
    grouped
}

fn set(facts: &mut FactValues, fact: Fact, value: impl Into<FactValue>) {
    facts.set(fact.as_str(), value);
}

fn of_model(facts: &mut FactValues, model: &ModelFacts) {
    set(facts, Fact::ModelProbabilityLate, model.probability_late);
    set(facts, Fact::ModelProbabilityLate30, model.probability_late_30);
    set(facts, Fact::ModelExpectedDaysLate, model.expected_days_late);
}

/// The class a person said goes before that of the score; the points stay those of the score.
fn of_rating(facts: &mut FactValues, score: Option<&CurrentScore>, by_hand: Option<&str>) {
    let class = by_hand.or_else(|| score.and_then(|score| score.class.as_deref()));
    set(facts, Fact::ScoreClass, class.unwrap_or_default());
    set(facts, Fact::ScorePoints, score.and_then(|score| score.points));
    set(facts, Fact::ScoreChange, score.and_then(|score| score.change));
}

fn of_party(facts: &mut FactValues, party: &PartyRow) {
    set(facts, Fact::PartyKind, party.kind.as_str());
    set(facts, Fact::PartyCountry, party.country.as_deref().unwrap_or_default());
    set(facts, Fact::PartySegment, party.segment.as_deref().unwrap_or_default());
    set(facts, Fact::PartyInsolvent, party.insolvent);
    set(facts, Fact::PartyDoubtful, party.doubtful);
    set(facts, Fact::PartyVulnerable, party.vulnerable);
    set(facts, Fact::PartyIntercompany, party.intercompany);
}

/// Amounts are weights, and weights of different currencies do not add up: the currency in which most items are counts,
/// items in others are left out as those without a known date are.
fn in_one_currency(rows: &[&ClosedRow]) -> Vec<Item> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for row in rows {
        *counts.entry(&row.currency).or_default() += 1;
    }
    let main = counts.into_iter().rev().max_by_key(|(_, count)| *count).map(|(currency, _)| currency);
    let item = |row: &&ClosedRow| {
        let by = row.closed_by.as_deref().and_then(EntryKind::from_text);
        Item {
            paid: row.paid,
            issue_on: row.issue_on,
            due_on: row.due_on,
            expected_pay_on: row.expected_pay_on,
            settlement: if Some(row.currency.as_str()) == main {
                closed(by, row.closed_on)
            } else {
                Settlement::Unknown(row.closed_on)
            },
        }
    };
    rows.iter().map(item).collect()
}

fn of_behaviour(facts: &mut FactValues, known: &Behaviour) {
    let late = |days| known.window(days).and_then(|w| w.days_late);
    set(facts, Fact::BehaviourDaysLate90, late(90));
    set(facts, Fact::BehaviourDaysLate180, late(180));
    set(facts, Fact::BehaviourDaysLate365, late(365));
    set(facts, Fact::BehaviourDaysLateTrend, known.trend);
    set(facts, Fact::BehaviourDaysLateMax, known.days_late_max);
    if let Some(year) = known.window(365) {
        set(facts, Fact::BehaviourDaysBeyondExpected, year.days_late_expected);
        set(facts, Fact::BehaviourPayDays365, year.days_to_pay);
        set(facts, Fact::BehaviourOnTimeRatio, year.on_time_ratio);
        set(facts, Fact::BehaviourPaidCount, i64::from(year.paid_count));
    }
}

fn of_activity(facts: &mut FactValues, row: &ActivityRow, on: Date) {
    let age = row.first_issue_on.map(|first| on.signed_duration_since(first).num_days());
    set(facts, Fact::PartyAgeDays, age);
    set(facts, Fact::ExposureDaysOverdueMax, row.days_overdue_max);
    set(facts, Fact::PartyDaysOverdueMax, row.days_overdue_max);
    set(facts, Fact::BehaviourDisputes, row.disputes);
    set(facts, Fact::BehaviourNewDisputes, row.new_disputes);
    set(facts, Fact::BehaviourReturns, row.returns);
    set(facts, Fact::BehaviourBouncedMessages, row.bounced_messages);
    set(facts, Fact::BehaviourBrokenPromises, row.broken_promises);
}

fn of_external(facts: &mut FactValues, row: &ExternalRow, on: Date) {
    set(facts, Fact::ExternalRating, row.grade.as_deref().unwrap_or_default());
    set(facts, Fact::ExternalPosition, row.position);
    set(facts, Fact::ExternalProbability, row.probability);
    set(facts, Fact::ExternalDowngraded, row.downgrade);
    set(facts, Fact::ExternalRatingAgeDays, on.signed_duration_since(row.rated_on).num_days());
}

fn of_statement(facts: &mut FactValues, statement: &Statement, on: Date) {
    for (ratio, value) in ratios(statement) {
        facts.set(format!("ratios.{ratio}"), value);
    }
    set(facts, Fact::RatiosNetWorth, statement.get(Figure::Equity));
    set(facts, Fact::RatiosTurnover, statement.get(Figure::Revenue));
    let age = on.signed_duration_since(statement.closes_on).num_days();
    set(facts, Fact::RatiosStatementAgeDays, age);
}

/// Facts as they are kept: by type, so that they read back as they were.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct KeptFacts {
    pub numbers: BTreeMap<String, Decimal>,
    pub texts: BTreeMap<String, String>,
    pub truths: BTreeMap<String, bool>,
    /// Not known.
    pub unknown: Vec<String>,
}

impl KeptFacts {
    /// Those of the facts that a scorecard reads.
    pub fn of<'p>(facts: &FactValues, reads: impl Iterator<Item = &'p Arc<str>>) -> Self {
        let mut kept = Self::default();
        for path in reads {
            let name = path.to_string();
            match facts.get(path) {
                FactValue::Number(value) => drop(kept.numbers.insert(name, value.normalize())),
                FactValue::Text(value) => drop(kept.texts.insert(name, value.to_string())),
                FactValue::Bool(value) => drop(kept.truths.insert(name, *value)),
                FactValue::Null => kept.unknown.push(name),
            }
        }
        kept
    }

    /// # Errors
    /// `internal` when stored facts do not have this shape.
    pub fn read(stored: &Value) -> Outcome<Self> {
        Self::deserialize(stored).map_err(|e| {
            Error::new(&INTERNAL).caused_by(format!("kept facts do not read: {:?}", e.classify()))
        })
    }

    pub fn values(&self) -> FactValues {
        let mut facts = FactValues::default();
        for (path, value) in &self.numbers {
            facts.set(path.clone(), *value);
        }
        for (path, value) in &self.texts {
            facts.set(path.clone(), value.as_str());
        }
        for (path, value) in &self.truths {
            facts.set(path.clone(), *value);
        }
        facts
    }
}
