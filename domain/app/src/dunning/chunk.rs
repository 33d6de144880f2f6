//! Deciding about a chunk of groups: from facts to the rows that are written.

use std::collections::HashMap;

use domain::dunning::counterfactual::Counterfactual;
use domain::dunning::decide::Decider;
use domain::dunning::decision::{Act, Decision, OutcomeKind};
use domain::dunning::digest::decision_hash;
use domain::dunning::group::{GroupFacts, OpenContact};
use domain::dunning::one_contact::keep_one_contact;
use domain::dunning::reason::ReasonCode;
use domain::dunning::revalidate::Revalidated;
use domain::dunning::scenario::Mode;
use kernel::clock::Ids;
use kernel::text_enum::TextEnum as _;
use kernel::{Currency, Date, Decimal, Error, Instant, Outcome};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::assemble::{Group, Rules};
use super::stored;
use crate::codes::INTERNAL;
use crate::messages::codes::DECISION_CHANGED;

/// A decision as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionRow {
    pub account_id: Uuid,
    pub id: Uuid,
    pub decided_on: Date,
    pub currency: Currency,
    pub outcome: OutcomeKind,
    pub reason_code: &'static str,
    pub step_code: Option<String>,
    pub step_no: Option<i16>,
    pub total_amount: Decimal,
    pub credits_amount: Decimal,
    pub item_count: i32,
    pub days_overdue_max: i32,
    pub scenario_code: String,
    pub scenario_version: i32,
    /// The contact, for those that act; else `null`. A JSON text, as are the next three: they go to the database as they
    /// are.
    pub items: String,
    pub reasons: String,
    pub counterfactual: String,
    pub facts: String,
    pub hash: [u8; 32],
}

/// A contact to be made: the action, and for those that go out by themselves the message.
#[derive(Debug, Clone, PartialEq)]
pub struct ContactRow {
    pub account_id: Uuid,
    pub action_id: Uuid,
    pub decision_id: Uuid,
    pub decided_on: Date,
    pub legal_entity_id: Uuid,
    pub channel: &'static str,
    pub mode: Mode,
    pub scenario_code: String,
    pub step_code: String,
    pub step_no: i16,
    pub template_code: String,
    pub purpose: String,
    pub language: Option<String>,
    /// What a person adds for the reader.
    pub note: Option<String>,
    pub currency: Currency,
    pub total_amount: Decimal,
    pub item_count: i32,
    /// Set when the contact needs no person.
    pub message_id: Option<Uuid>,
    pub items: Vec<ContactItem>,
}

/// A line of a contact.
#[derive(Debug, Clone, PartialEq)]
pub struct ContactItem {
    pub account_id: Uuid,
    pub receivable_id: Uuid,
    pub step_code: Option<String>,
    pub step_no: Option<i16>,
    pub amount: Decimal,
    pub credit: bool,
}

/// Where a group and currency stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingChange {
    pub account_id: Uuid,
    pub currency: Currency,
    pub outcome: OutcomeKind,
    pub reason_code: &'static str,
    pub step_code: Option<String>,
    pub decision_id: Uuid,
    pub decided_on: Date,
}

/// How many of what a run decided.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunCounts {
    /// Dunning groups looked at.
    pub groups: i64,
    pub act: i64,
    pub hold: i64,
    pub nothing: i64,
    /// Decisions stored: those that act, change, or refuse for a new reason.
    pub stored: i64,
    /// Proposals made, and contacts planned without a person.
    pub proposed: i64,
    pub planned: i64,
    /// Earlier proposals that the facts have overtaken.
    pub withdrawn: i64,
}

impl RunCounts {
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            groups: self.groups + other.groups,
            act: self.act + other.act,
            hold: self.hold + other.hold,
            nothing: self.nothing + other.nothing,
            stored: self.stored + other.stored,
            proposed: self.proposed + other.proposed,
            planned: self.planned + other.planned,
            withdrawn: self.withdrawn + other.withdrawn,
        }
    }
}

/// Everything a chunk writes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ChunkRows {
    pub chunk_no: i32,
    pub last_account_id: Uuid,
    /// The `now` of the chunk.
    pub now: Instant,
    /// A dry run keeps its decisions and touches nothing else.
    pub dry_run: bool,
    pub decisions: Vec<DecisionRow>,
    pub contacts: Vec<ContactRow>,
    pub standings: Vec<StandingChange>,
    /// Group, action, reason code.
    pub withdrawn: Vec<(Uuid, Uuid, String)>,
    /// Account, currency and hash of each decision: 16 + 3 + 32 bytes.
    pub hashes: Vec<u8>,
    pub counts: RunCounts,
}

/// What became of the proposals of one group.
pub struct Decided {
    /// One per currency; at most one acts.
    pub decisions: Vec<Decision>,
    /// Action and reason code.
    pub withdrawn: Vec<(Uuid, String)>,
}

/// Decides about groups; one per thread.
pub struct ChunkDecider<'r> {
    rules: &'r Rules,
    on: Date,
    deciders: HashMap<&'r str, Decider<'r>>,
}

impl<'r> ChunkDecider<'r> {
    pub fn new(rules: &'r Rules, on: Date) -> Self {
        Self { rules, on, deciders: HashMap::new() }
    }

    /// The decider of a group's scenario.
    pub fn decider(&mut self, group: &Group<'r>) -> &mut Decider<'r> {
        let (rules, on) = (self.rules, self.on);
        self.deciders
            .entry(group.scenario.code())
            .or_insert_with(|| Decider::new(group.scenario, &rules.calendar, on))
    }

    /// Decides about one group. A proposal that would be made again just so stays and holds another contact back; one
    /// that the facts have overtaken is withdrawn, so that nobody approves yesterday's claim.
    ///
    /// # Errors
    /// `internal` when a stored proposal cannot be read.
    pub fn decide(&mut self, group: &mut Group<'r>) -> Outcome<Decided> {
        let withdrawn = self.overtaken(group)?;
        let resolved = !withdrawn.is_empty() && withdrawn.len() == group.proposals.len();
        if resolved {
            for facts in group.facts.values_mut().filter(|f| f.open_contact == Some(OpenContact::Proposed)) {
                facts.open_contact = None;
            }
        }
        let decider = self.decider(group);
        let mut decisions = group.facts.values().map(|facts| decider.decide(facts)).collect::<Vec<_>>();
        keep_one_contact(&mut decisions);
        Ok(Decided { decisions, withdrawn })
    }

    fn overtaken(&mut self, group: &Group<'r>) -> Outcome<Vec<(Uuid, String)>> {
        let mut withdrawn = Vec::new();
        for proposal in &group.proposals {
            let planned = stored::act_of(&proposal.act)?;
            let reason = match group.facts.get(&proposal.currency) {
                None => Some(ReasonCode::NothingOpen.to_string()),
                Some(facts) => match self.decider(group).revalidate(facts, &planned) {
                    Revalidated::Unchanged => None,
                    // A run can make it anew at once, with all there is to claim.
                    Revalidated::Grown(_) | Revalidated::Changed(_) => Some(DECISION_CHANGED.text.to_owned()),
                    Revalidated::Void(decision) => Some(decision.reason_code().to_string()),
                },
            };
            withdrawn.extend(reason.map(|reason| (proposal.action_id, reason)));
        }
        Ok(withdrawn)
    }

    /// Decides about a whole chunk and makes its rows.
    ///
    /// # Errors
    /// `internal`.
    pub fn rows(&mut self, groups: Vec<Group<'r>>, ids: &dyn Ids, now: Instant) -> Outcome<ChunkRows> {
        let mut rows = ChunkRows { now, ..ChunkRows::default() };
        for mut group in groups {
            rows.counts.groups += 1;
            let decided = self.decide(&mut group)?;
            let id = group.row.group_id;
            rows.counts.withdrawn += i64::try_from(decided.withdrawn.len()).unwrap_or_default();
            rows.withdrawn.extend(decided.withdrawn.into_iter().map(|(action, why)| (id, action, why)));
            for decision in &decided.decisions {
                self.add(&mut rows, &group, decision, ids)?;
            }
        }
        Ok(rows)
    }

    fn add(
        &mut self,
        rows: &mut ChunkRows,
        group: &Group<'r>,
        decision: &Decision,
        ids: &dyn Ids,
    ) -> Outcome<()> {
        let hash = decision_hash(decision);
        rows.hashes.extend_from_slice(decision.account_id.0.as_bytes());
        rows.hashes.extend_from_slice(decision.currency.as_str().as_bytes());
        rows.hashes.extend_from_slice(&hash);
        let kind = decision.effect().outcome;
        *match kind {
            OutcomeKind::Act => &mut rows.counts.act,
            OutcomeKind::Hold => &mut rows.counts.hold,
            OutcomeKind::Nothing => &mut rows.counts.nothing,
        } += 1;
        if !is_worth_storing(group, decision) {
            return Ok(());
        }
        let Some(facts) = group.facts.get(&decision.currency) else { return Ok(()) };
        let counterfactual = self.decider(group).counterfactual(facts, decision);
        let row = decision_row(group, decision, (facts, &counterfactual), (ids.next(), hash))?;
        rows.counts.stored += 1;
        rows.standings.push(standing(&row));
        if let Some(act) = decision.act() {
            let contact = contact(group, &row, act, (self.rules, ids));
            rows.counts.planned += i64::from(contact.message_id.is_some());
            rows.counts.proposed += i64::from(contact.message_id.is_none());
            rows.contacts.push(contact);
        }
        rows.decisions.push(row);
        Ok(())
    }
}

/// Those that act, change, or refuse for a new reason; unchanged ones follow from the run.
fn is_worth_storing(group: &Group<'_>, decision: &Decision) -> bool {
    let kind = decision.effect().outcome;
    let standing = group.standings.iter().find(|s| s.currency == decision.currency);
    match standing {
        _ if kind == OutcomeKind::Act => true,
        None => kind == OutcomeKind::Hold,
        Some(s) => s.outcome != kind.as_str() || s.reason_code != decision.reason_code().as_str(),
    }
}

fn json(value: &impl Serialize) -> Outcome<String> {
    serde_json::to_string(value).map_err(|e| Error::new(&INTERNAL).caused_by(e))
}

fn decision_row(
    group: &Group<'_>,
    decision: &Decision,
    (facts, counterfactual): (&GroupFacts, &Counterfactual),
    (id, hash): (Uuid, [u8; 32]),
) -> Outcome<DecisionRow> {
    let act = decision.act();
    let step = act.map(|a| a.step);
    let count = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
    let items = act.map_or(0, |a| a.items.len());
    Ok(DecisionRow {
        account_id: decision.account_id.0,
        id,
        decided_on: decision.decided_on,
        currency: decision.currency,
        outcome: decision.effect().outcome,
        reason_code: decision.reason_code().as_str(),
        step_code: step.and_then(|s| group.scenario.step(s)).map(|s| s.code.to_string()),
        step_no: step.and_then(|s| i16::try_from(s.get()).ok()),
        total_amount: act.map_or_else(|| decision.claim.net(), |a| a.total),
        credits_amount: decision.claim.credits,
        item_count: i32::try_from(items).unwrap_or(i32::MAX).max(count(decision.claim.item_count)),
        days_overdue_max: count(decision.claim.days_overdue_max),
        scenario_code: group.scenario.code().to_owned(),
        scenario_version: group.scenario.version(),
        items: json(&act)?,
        reasons: json(&decision.reasons)?,
        counterfactual: json(counterfactual)?,
        facts: stored::facts_json(facts)?,
        hash,
    })
}

fn standing(row: &DecisionRow) -> StandingChange {
    StandingChange {
        account_id: row.account_id,
        currency: row.currency,
        outcome: row.outcome,
        reason_code: row.reason_code,
        step_code: row.step_code.clone(),
        decision_id: row.id,
        decided_on: row.decided_on,
    }
}

fn contact(group: &Group<'_>, row: &DecisionRow, act: &Act, (rules, ids): (&Rules, &dyn Ids)) -> ContactRow {
    let step = group.scenario.step(act.step);
    let mode = step.map_or(Mode::Propose, |s| s.mode);
    let items = contact_items(group, act);
    ContactRow {
        account_id: row.account_id,
        action_id: ids.next(),
        decision_id: row.id,
        decided_on: row.decided_on,
        legal_entity_id: rules.entity.id,
        channel: step.map_or("email", |s| s.channel.as_str()),
        mode,
        scenario_code: row.scenario_code.clone(),
        step_code: row.step_code.clone().unwrap_or_default(),
        step_no: row.step_no.unwrap_or_default(),
        template_code: step.map(|s| s.template.to_string()).unwrap_or_default(),
        purpose: step.map_or("dunning", |s| s.contact_purpose.as_str()).to_owned(),
        // The reader's own, which is known when it is written.
        language: None,
        note: None,
        currency: row.currency,
        total_amount: act.total,
        item_count: i32::try_from(act.items.len()).unwrap_or(i32::MAX),
        message_id: (mode == Mode::Automatic).then(|| ids.next()),
        items,
    }
}

/// The lines of a contact: what is claimed, then every credit.
pub fn contact_items(group: &Group<'_>, act: &Act) -> Vec<ContactItem> {
    let claimed = act.items.iter().map(|i| ContactItem {
        account_id: i.account.0,
        receivable_id: i.item.0,
        step_code: i.step.and_then(|s| group.scenario.step(s)).map(|s| s.code.to_string()),
        step_no: i.step.and_then(|s| i16::try_from(s.get()).ok()),
        amount: i.open,
        credit: false,
    });
    let credits = act.credits.iter().map(|c| ContactItem {
        account_id: c.account.0,
        receivable_id: c.item.0,
        step_code: None,
        step_no: None,
        amount: c.amount,
        credit: true,
    });
    claimed.chain(credits).collect()
}
