//! From rows to the facts the rules decide on: one set of facts per dunning group and currency.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use domain::attributes::{AttributeOwner, Attributes, Declared};
use domain::dunning::compiled::CompiledScenario;
use domain::dunning::facts::FactSchema;
use domain::dunning::group::{
    Block, Flags, GroupFacts, ItemFacts, LastStep, OpenContact, Profile, Stale, StepNo,
};
use domain::dunning::scenario::Scenario;
use kernel::calendar::BusinessCalendar;
use kernel::id::{AccountId, ReceivableId};
use kernel::text_enum::TextEnum as _;
use kernel::{Currency, Date, Error, Outcome};
use serde_json::Value;
use uuid::Uuid;

use super::gate::Gate;
use super::scenarios::ScenarioVersion;
use super::store::{BlockRow, GroupRow, ItemRow, LoadedFacts, ProposalRow, RunEntity, SentRow, StandingRow};
use super::{STANDARD, codes};
use crate::calendars;
use crate::store::ReadTx;

/// By what a legal entity is dunned: pinned when a run starts, so that a resumed run goes on by the same.
pub struct Rules {
    pub entity: RunEntity,
    pub calendar: BusinessCalendar,
    pub gate: Gate,
    declared: Declared,
    scenarios: HashMap<String, CompiledScenario>,
}

impl Rules {
    /// Compiles the scenarios in force.
    ///
    /// # Errors
    /// `scenario.active_missing` when the legal entity's own scenario has no active version; `scenario.invalid`.
    pub fn load(tx: &mut (impl ReadTx + ?Sized), entity: RunEntity, now: kernel::Instant) -> Outcome<Self> {
        let active = tx.active_scenarios()?;
        Self::of(tx, entity, &active, now)
    }

    /// The same with stated versions.
    ///
    /// # Errors
    /// As [`Rules::load`].
    pub fn of(
        tx: &mut (impl ReadTx + ?Sized),
        entity: RunEntity,
        versions: &[ScenarioVersion],
        now: kernel::Instant,
    ) -> Outcome<Self> {
        let declared = tx.declared_attributes()?;
        let schema = FactSchema::new(declared.clone());
        let mut scenarios = HashMap::with_capacity(versions.len());
        for version in versions {
            scenarios.insert(version.code.clone(), compile(version, &schema)?);
        }
        let calendar = calendars::of_entity(tx, &entity.calendar_code)?;
        let gate = Gate::of(&tx.source_freshness(entity.id)?, entity.stale_after_hours, now);
        let rules = Self { entity, calendar, gate, declared, scenarios };
        if rules.scenarios.contains_key(rules.default_code()) {
            return Ok(rules);
        }
        let message = format!("the scenario {:?} has no active version", rules.default_code());
        Err(Error::with(&codes::SCENARIO_ACTIVE_MISSING, message))
    }

    fn default_code(&self) -> &str {
        self.entity.scenario_code.as_deref().unwrap_or(STANDARD)
    }

    /// The scenario of a group; one that is not in force gives way to the legal entity's.
    pub fn scenario_of(&self, group: &GroupRow) -> Option<&CompiledScenario> {
        let named = group.scenario_code.as_deref().and_then(|code| self.scenarios.get(code));
        named.or_else(|| self.scenarios.get(self.default_code()))
    }

    /// Whose attributes the conditions of any scenario read.
    pub fn attribute_owners(&self) -> Vec<AttributeOwner> {
        let reads =
            |owner: &AttributeOwner| self.scenarios.values().any(|s| !s.attributes_read(*owner).is_empty());
        AttributeOwner::ALL.iter().copied().filter(reads).collect()
    }

    /// The attributes of one object that a scenario reads.
    fn attributes(
        &self,
        scenario: &CompiledScenario,
        of: (AttributeOwner, Uuid),
        indexed: &Indexed,
    ) -> Attributes {
        let found = indexed.attributes.get(&of);
        found.map_or_else(Vec::new, |v| self.declared.values(of.0, scenario.attributes_read(of.0), v))
    }

    /// Code and version of each scenario, in order.
    pub fn versions(&self) -> Vec<(String, i32)> {
        let mut versions =
            self.scenarios.values().map(|s| (s.code().to_owned(), s.version())).collect::<Vec<_>>();
        versions.sort_unstable();
        versions
    }
}

/// Makes a stored version ready.
///
/// # Errors
/// `scenario.invalid`, `scenario.document_invalid`.
pub fn compile(version: &ScenarioVersion, schema: &FactSchema) -> Outcome<CompiledScenario> {
    let scenario = Scenario::parse(&version.document)?;
    CompiledScenario::compile(&scenario, version.version, schema)
}

/// One dunning group, ready to be decided about.
pub struct Group<'r> {
    pub row: GroupRow,
    pub scenario: &'r CompiledScenario,
    /// One per currency, in its order.
    pub facts: BTreeMap<Currency, GroupFacts>,
    pub proposals: Vec<ProposalRow>,
    pub standings: Vec<StandingRow>,
}

/// Rows by what they hang on.
struct Indexed {
    items: HashMap<Uuid, Vec<ItemRow>>,
    sent: HashMap<Uuid, Vec<SentRow>>,
    last_contacts: HashMap<Uuid, Date>,
    contacts: HashMap<Uuid, OpenContact>,
    proposals: HashMap<Uuid, Vec<ProposalRow>>,
    blocks: HashMap<Uuid, Vec<BlockRow>>,
    standings: HashMap<Uuid, Vec<StandingRow>>,
    attributes: HashMap<(AttributeOwner, Uuid), Value>,
}

fn by<T>(rows: Vec<T>, key: impl Fn(&T) -> Uuid) -> HashMap<Uuid, Vec<T>> {
    let mut map = HashMap::<Uuid, Vec<T>>::new();
    for row in rows {
        map.entry(key(&row)).or_default().push(row);
    }
    map
}

/// Builds the groups of a chunk, in the order of their ids.
pub fn groups(loaded: LoadedFacts, rules: &Rules) -> Vec<Group<'_>> {
    let LoadedFacts {
        groups,
        items,
        sent,
        last_contacts,
        contacts,
        proposals,
        blocks,
        standings,
        attributes,
    } = loaded;
    let mut indexed = Indexed {
        items: by(items, |i| i.group_id),
        sent: by(sent, |s| s.group_id),
        last_contacts: last_contacts.into_iter().collect(),
        contacts: contacts.into_iter().collect(),
        proposals: by(proposals, |p| p.group_id),
        blocks: by(blocks, |b| b.account_id),
        standings: by(standings, |s| s.group_id),
        attributes: attributes.into_iter().map(|a| ((a.owner, a.id), a.attributes)).collect(),
    };
    groups.into_iter().filter_map(|row| group(row, rules, &mut indexed)).collect()
}

fn group<'r>(row: GroupRow, rules: &'r Rules, indexed: &mut Indexed) -> Option<Group<'r>> {
    let scenario = rules.scenario_of(&row)?;
    let id = row.group_id;
    let proposals = indexed.proposals.remove(&id).unwrap_or_default();
    let standings = indexed.standings.remove(&id).unwrap_or_default();
    let steps = last_steps(scenario, indexed.sent.remove(&id).unwrap_or_default());
    let open_contact = indexed.contacts.get(&id).copied();
    let empty = GroupFacts {
        account_id: AccountId(id),
        currency: Currency::EUR,
        items: Vec::new(),
        last_contact_on: indexed.last_contacts.get(&id).copied(),
        open_contact: open_contact.or_else(|| (!proposals.is_empty()).then_some(OpenContact::Proposed)),
        block: block_of_account(indexed.blocks.get(&id)),
        flags: flags_of(&row),
        stale: stale_of(rules, &row),
        profile: Profile {
            attributes: rules.attributes(scenario, (AttributeOwner::Account, id), indexed),
            party_attributes: rules.attributes(scenario, (AttributeOwner::Party, id), indexed),
            ..profile(&row)
        },
        item_attributes: HashMap::new(),
    };
    let mut facts = BTreeMap::<Currency, GroupFacts>::new();
    for item in indexed.items.remove(&id).unwrap_or_default() {
        let currency = item.currency;
        let of = facts.entry(currency).or_insert_with(|| GroupFacts { currency, ..empty.clone() });
        let block = block_of_item(indexed, id, &item);
        of.items.push(item_facts(&item, steps.get(&item.id).copied(), block));
        let own = rules.attributes(scenario, (AttributeOwner::Receivable, item.id), indexed);
        if !own.is_empty() {
            of.item_attributes.insert(ReceivableId(item.id), own);
        }
    }
    // What was held or dunned and is paid by now is taken back by a decision that says so.
    for standing in standings.iter().filter(|s| s.outcome != "nothing") {
        let currency = standing.currency;
        facts.entry(currency).or_insert_with(|| GroupFacts { currency, ..empty.clone() });
    }
    Some(Group { row, scenario, facts, proposals, standings })
}

/// What forbids dunning of a group.
pub(super) fn flags_of(row: &GroupRow) -> Flags {
    Flags { insolvent: row.insolvent, vulnerable: row.vulnerable, intercompany: row.intercompany }
}

fn stale_of(rules: &Rules, row: &GroupRow) -> Option<Stale> {
    rules.gate.stale_of(&row.source_nos)
}

/// The highest step sent for each item, as today's version of the scenario counts.
fn last_steps(scenario: &CompiledScenario, sent: Vec<SentRow>) -> HashMap<Uuid, LastStep> {
    let mut steps = HashMap::<Uuid, LastStep>::new();
    for row in sent {
        let number = u16::try_from(row.step_no).ok().and_then(StepNo::new);
        let Some(step) = number.and_then(|no| scenario.standing_of(&row.step_code, no)) else { continue };
        let found = LastStep { step, sent_on: row.sent_on };
        let kept = steps.entry(row.receivable_id).or_insert(found);
        if (found.step, found.sent_on) > (kept.step, kept.sent_on) {
            *kept = found;
        }
    }
    steps
}

fn item_facts(item: &ItemRow, last_step: Option<LastStep>, block: Option<Block>) -> ItemFacts {
    ItemFacts {
        account_id: AccountId(item.account_id),
        receivable_id: ReceivableId(item.id),
        kind: item.kind,
        open: item.open,
        original: item.original,
        issue_on: item.issue_on,
        due_on: item.due_on,
        expected_pay_on: item.expected_pay_on,
        last_step,
        covered: item.covered,
        disputed: item.disputed,
        block,
    }
}

fn block_of_account(blocks: Option<&Vec<BlockRow>>) -> Option<Block> {
    let whole = blocks.into_iter().flatten().filter(|b| b.receivable_id.is_none());
    longest(whole)
}

/// A block of the item, or of its account where that is not the one that receives the letters.
fn block_of_item(indexed: &Indexed, group: Uuid, item: &ItemRow) -> Option<Block> {
    let blocks = indexed.blocks.get(&item.account_id).into_iter().flatten();
    longest(blocks.filter(|b| match b.receivable_id {
        Some(receivable) => receivable == item.id,
        None => item.account_id != group,
    }))
}

/// Of several blocks the one that holds longest.
fn longest<'b>(blocks: impl Iterator<Item = &'b BlockRow>) -> Option<Block> {
    let row = blocks.max_by_key(|b| (b.until.is_none(), b.until))?;
    Some(Block { reason: row.reason, until: row.until })
}

fn profile(row: &GroupRow) -> Profile {
    let text = |t: &Option<String>| t.as_deref().map(Arc::from);
    Profile {
        segment: text(&row.segment),
        country: text(&row.country),
        language: text(&row.language),
        portfolio: text(&row.portfolio),
        ..Profile::default()
    }
}
