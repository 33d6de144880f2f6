//! What happens next to an account, and why: the present decision, and the next day on which a contact would be due.

use std::collections::HashMap;

use chrono::Days;
use domain::access::Permission;
use domain::dunning::compiled::CompiledScenario;
use domain::dunning::counterfactual::Counterfactual;
use domain::dunning::decide::Decider;
use domain::dunning::decision::{Claim, Decision};
use domain::dunning::group::{GroupFacts, OpenContact};
use domain::dunning::one_contact::keep_one_contact;
use domain::dunning::reason::Reason;
use kernel::id::{AccountId, ReceivableId};
use kernel::text_enum::TextEnum as _;
use kernel::{Currency, Date, Decimal, Outcome};
use serde::Serialize;
use uuid::Uuid;

use super::assemble::{Group, Rules, groups};
use super::blocks::account_in_scope;
use super::chunk::ChunkDecider;
use super::run::today;
use super::store::FactsAsked;
use super::words;
use crate::App;
use crate::codes::INTERNAL;
use crate::ctx::{Ctx, Locale};
use crate::lists::not_found;
use crate::store::ReadTx;

/// How far ahead the next contact is looked for.
const HORIZON_DAYS: u64 = 400;

/// The outlook of an account's dunning group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outlook {
    /// The account that receives the letters.
    pub group_id: AccountId,
    /// The business date it is about: today where the legal entity is.
    pub on: Date,
    pub last_contact_on: Option<Date>,
    /// One per currency in which something is owed.
    pub currencies: Vec<CurrencyOutlook>,
}

/// The outlook in one currency.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CurrencyOutlook {
    pub currency: String,
    pub scenario_code: String,
    pub scenario_version: i32,
    /// What a run would decide now: `act`, `hold` or `nothing`.
    pub outcome: &'static str,
    pub step_code: Option<String>,
    pub reasons: Vec<Reason>,
    pub claim: Claim,
    pub counterfactual: Counterfactual,
    pub explanation: Explanations,
    /// How far a contact is that was decided earlier; it comes before any other.
    pub open_contact: Option<OpenContact>,
    /// The next contact if nothing changes; absent when none comes, or while another one is open.
    pub next: Option<NextContact>,
    pub items: Vec<ItemOutlook>,
}

/// The decision in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanations {
    pub en: Explanation,
    pub es: Explanation,
}

/// What, why, and what would alter it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    pub outcome: String,
    pub reasons: Vec<String>,
    pub counterfactual: String,
}

/// The next contact.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NextContact {
    /// The business date of the run that would make it.
    pub on: Date,
    pub step_code: String,
    pub step_no: u16,
    /// `propose`, `approve` or `automatic`.
    pub mode: &'static str,
    pub total: Decimal,
}

/// One open item of the group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ItemOutlook {
    pub account_id: AccountId,
    pub receivable_id: ReceivableId,
    pub document_no: Option<String>,
    pub open_amount: Decimal,
    pub due_on: Date,
    pub last_step: Option<u16>,
    pub last_step_on: Option<Date>,
    /// Whether instruments stand for all of it.
    pub under_instrument: bool,
    /// What instruments stand for of it.
    pub covered_amount: Decimal,
    pub disputed: bool,
    pub blocked: bool,
}

/// What happens next to an account and why. Nothing is kept.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `scenario.active_missing`.
pub fn outlook(app: &App, ctx: &Ctx, id: AccountId) -> Outcome<Outlook> {
    ctx.require(Permission::DunningRead)?;
    app.store.view("dunning.outlook", |tx| {
        let account = account_in_scope(ctx, tx, id)?;
        let entity = tx.run_entity(account.legal_entity_id)?;
        let entity = entity.ok_or_else(|| not_found("accounts", &id.to_string()))?;
        let on = today(&entity, ctx.now)?;
        let rules = Rules::load(tx, entity, ctx.now)?;
        let asked = FactsAsked { on, attributes: &rules.attribute_owners(), without: &[] };
        let facts = tx.load_facts(account.legal_entity_id, &[account.group_id], asked)?;
        let mut outlook = Outlook {
            group_id: AccountId(account.group_id),
            on,
            last_contact_on: facts.last_contacts.first().map(|(_, on)| *on),
            currencies: Vec::new(),
        };
        for group in groups(facts, &rules) {
            outlook.currencies = currencies(tx, group, &rules, on)?;
        }
        Ok(outlook)
    })
}

fn currencies<'r>(
    tx: &mut (impl ReadTx + ?Sized),
    mut group: Group<'r>,
    rules: &'r Rules,
    on: Date,
) -> Outcome<Vec<CurrencyOutlook>> {
    let ids =
        group.facts.values().flat_map(|f| f.items.iter().map(|i| i.receivable_id.0)).collect::<Vec<_>>();
    let names = tx.document_numbers(group.row.group_id, &ids)?.into_iter().collect::<HashMap<_, _>>();
    let mut chunk = ChunkDecider::new(rules, on);
    let decided = chunk.decide(&mut group)?;
    let mut next = next_contacts(chunk.decider(&group), &group, on);
    let mut outlooks = Vec::with_capacity(decided.decisions.len());
    for decision in &decided.decisions {
        let Some(facts) = group.facts.get(&decision.currency) else { continue };
        let counterfactual = chunk.decider(&group).counterfactual(facts, decision);
        let next = next.remove(&decision.currency);
        outlooks.push(currency(&group, decision, (counterfactual, next), &names)?);
    }
    Ok(outlooks)
}

/// The first day on which each currency's contact is due, one contact per day and group, facts unchanged.
fn next_contacts(decider: &mut Decider<'_>, group: &Group<'_>, on: Date) -> HashMap<Currency, NextContact> {
    let mut found = HashMap::new();
    // What is on its way comes first, and nobody knows yet when it will have gone.
    let facts = group.facts.values().filter(|f| f.open_contact.is_none()).collect::<Vec<_>>();
    for ahead in 0..HORIZON_DAYS {
        let Some(day) = on.checked_add_days(Days::new(ahead)) else { break };
        let mut decisions = facts.iter().map(|f| decider.decide_on(f, day)).collect::<Vec<_>>();
        keep_one_contact(&mut decisions);
        for decision in &decisions {
            if let Some(contact) = contact(group.scenario, decision) {
                found.entry(decision.currency).or_insert(contact);
            }
        }
        if found.len() == facts.len() {
            break;
        }
    }
    found
}

fn contact(scenario: &CompiledScenario, decision: &Decision) -> Option<NextContact> {
    let act = decision.act()?;
    let step = scenario.step(act.step)?;
    Some(NextContact {
        on: decision.decided_on,
        step_code: step.code.to_string(),
        step_no: act.step.get(),
        mode: step.mode.as_str(),
        total: act.total.normalize(),
    })
}

fn currency(
    group: &Group<'_>,
    decision: &Decision,
    (counterfactual, next): (Counterfactual, Option<NextContact>),
    names: &HashMap<Uuid, String>,
) -> Outcome<CurrencyOutlook> {
    let step = decision.act().and_then(|a| group.scenario.step(a.step)).map(|s| s.code.to_string());
    let outcome = decision.effect().outcome.as_str();
    let stored =
        serde_json::to_value(&counterfactual).map_err(|e| kernel::Error::new(&INTERNAL).caused_by(e))?;
    let name = |item: &str| {
        let id = ReceivableId::parse(item).ok().and_then(|id| names.get(&id.0));
        id.cloned().unwrap_or_else(|| item.to_owned())
    };
    let explain = |locale: Locale| -> Outcome<Explanation> {
        Ok(Explanation {
            outcome: words::outcome(outcome, step.as_deref(), locale),
            reasons: words::reasons(&decision.reasons, locale, &name),
            counterfactual: words::counterfactual(&stored, locale, &name)?,
        })
    };
    let explanation = Explanations { en: explain(Locale::English)?, es: explain(Locale::Spanish)? };
    let items = group.facts.get(&decision.currency).map(|f| items(f, names)).unwrap_or_default();
    Ok(CurrencyOutlook {
        currency: decision.currency.to_string(),
        scenario_code: group.scenario.code().to_owned(),
        scenario_version: group.scenario.version(),
        outcome,
        step_code: step.clone(),
        reasons: decision.reasons.clone(),
        claim: decision.claim.normalized(),
        counterfactual,
        explanation,
        open_contact: group.facts.get(&decision.currency).and_then(|f| f.open_contact),
        next,
        items,
    })
}

fn items(facts: &GroupFacts, names: &HashMap<Uuid, String>) -> Vec<ItemOutlook> {
    let mut items = facts
        .items
        .iter()
        .map(|i| ItemOutlook {
            account_id: i.account_id,
            receivable_id: i.receivable_id,
            document_no: names.get(&i.receivable_id.0).cloned(),
            open_amount: i.open.normalize(),
            due_on: i.due_on,
            last_step: i.last_step.map(|s| s.step.get()),
            last_step_on: i.last_step.map(|s| s.sent_on),
            under_instrument: i.is_covered(),
            covered_amount: i.covered.normalize(),
            disputed: i.disputed,
            blocked: i.block.is_some(),
        })
        .collect::<Vec<_>>();
    items.sort_by_key(|i| (i.due_on, i.receivable_id));
    items
}
