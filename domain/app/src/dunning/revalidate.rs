//! The last look before a contact leaves: does the run's decision still hold?

use std::collections::HashMap;

use domain::dunning::reason::{Reason, ReasonCode};
use domain::dunning::revalidate::Revalidated;
use kernel::{Date, Instant, Outcome};
use uuid::Uuid;

use super::assemble::{Rules, flags_of, groups};
use super::chunk::ChunkDecider;
use super::gate::Gate;
use super::run::today;
use super::store::{DecidedContact, FactsAsked};
use super::stored;
use crate::messages::codes;
use crate::store::ReadTx;

/// What may be done with a contact that was decided earlier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing of it has changed: it may go.
    Send,
    /// The data is stale just now (a push is under way, say): look again later. Why, as the gate says it.
    Wait(String),
    /// It must not go. Reason code first, then every reason of the new decision.
    Withdraw(String, Vec<Reason>),
}

/// Looks again at the contact that a planned message carries out. A message that no run decided may go.
///
/// # Errors
/// As [`look_again`].
pub fn last_look(
    tx: &mut (impl ReadTx + ?Sized),
    (account, message): (Uuid, Uuid),
    now: Instant,
) -> Outcome<Verdict> {
    let Some(decision) = tx.decision_of_message(account, message)? else { return Ok(Verdict::Send) };
    let mut verdicts = look_again(tx, &[decision], now)?;
    Ok(verdicts.remove(&decision.0).unwrap_or(Verdict::Send))
}

/// Looks at a claim that a person asked for: no scenario says anything of it, but nobody claims by stale data, of debtors who are
/// not dunned, or where another account receives the letters by now.
///
/// # Errors
/// `time_zone.unknown` of a stored legal entity.
pub fn look_at_claim(
    tx: &mut (impl ReadTx + ?Sized),
    (entity, account): (Uuid, Uuid),
    now: Instant,
) -> Outcome<Verdict> {
    let Some(entity) = tx.run_entity(entity)? else { return Ok(Verdict::Send) };
    let asked = FactsAsked { on: today(&entity, now)?, attributes: &[], without: &[] };
    let facts = tx.load_facts(entity.id, &[account], asked)?;
    let Some(group) = facts.groups.first() else {
        return Ok(Verdict::Withdraw(codes::RECIPIENT_MOVED.text.to_owned(), Vec::new()));
    };
    if let Some(code) = flags_of(group).forbids_claim_by_hand() {
        return Ok(Verdict::Withdraw(code.to_string(), Vec::new()));
    }
    let gate = Gate::of(&tx.source_freshness(entity.id)?, entity.stale_after_hours, now);
    Ok(gate.stale_of(&group.source_nos).map_or(Verdict::Send, |_| Verdict::Wait(gate.reason())))
}

/// Looks again at decided contacts, set by set, with the facts of this moment. They do not count against themselves; another
/// message of their group that is planned or of unknown outcome does. A decision that is not found is withdrawn.
///
/// # Errors
/// `scenario.active_missing`, `scenario.invalid`, `internal`.
pub fn look_again(
    tx: &mut (impl ReadTx + ?Sized),
    decisions: &[(Uuid, Date)],
    now: Instant,
) -> Outcome<HashMap<Uuid, Verdict>> {
    let mut verdicts = HashMap::new();
    let mut by_entity = HashMap::<Uuid, Vec<DecidedContact>>::new();
    for contact in tx.decided_contacts(decisions)? {
        by_entity.entry(contact.legal_entity_id).or_default().push(contact);
    }
    for (entity, contacts) in by_entity {
        look_at_entity(tx, (entity, &contacts), now, &mut verdicts)?;
    }
    for (decision, _) in decisions {
        verdicts
            .entry(*decision)
            .or_insert_with(|| Verdict::Withdraw(codes::DECISION_CHANGED.text.to_owned(), Vec::new()));
    }
    Ok(verdicts)
}

fn look_at_entity(
    tx: &mut (impl ReadTx + ?Sized),
    (entity, contacts): (Uuid, &[DecidedContact]),
    now: Instant,
    verdicts: &mut HashMap<Uuid, Verdict>,
) -> Outcome<()> {
    let Some(entity) = tx.run_entity(entity)? else { return Ok(()) };
    let on = today(&entity, now)?;
    let rules = Rules::load(tx, entity, now)?;
    let mut ids = contacts.iter().map(|c| c.group_id).collect::<Vec<_>>();
    ids.sort_unstable();
    ids.dedup();
    let own = contacts.iter().map(|c| c.decision_id).collect::<Vec<_>>();
    let asked = FactsAsked { on, attributes: &rules.attribute_owners(), without: &own };
    let facts = tx.load_facts(rules.entity.id, &ids, asked)?;
    let mut decider = ChunkDecider::new(&rules, on);
    // Who receives no letters any more, not even its own, is no group.
    let moved = || Verdict::Withdraw(codes::RECIPIENT_MOVED.text.to_owned(), Vec::new());
    verdicts.extend(contacts.iter().map(|contact| (contact.decision_id, moved())));
    for group in groups(facts, &rules) {
        for contact in contacts.iter().filter(|c| c.group_id == group.row.group_id) {
            let Some(facts) = group.facts.get(&contact.currency) else {
                let nothing = Verdict::Withdraw(ReasonCode::NothingOpen.to_string(), Vec::new());
                verdicts.insert(contact.decision_id, nothing);
                continue;
            };
            if facts.stale.is_some() {
                verdicts.insert(contact.decision_id, Verdict::Wait(rules.gate.reason()));
                continue;
            }
            let planned = stored::act_of(&contact.act)?;
            let verdict = match decider.decider(&group).revalidate(facts, &planned) {
                Revalidated::Unchanged | Revalidated::Grown(_) => Verdict::Send,
                Revalidated::Changed(decision) => {
                    Verdict::Withdraw(codes::DECISION_CHANGED.text.to_owned(), decision.reasons)
                }
                Revalidated::Void(decision) => {
                    Verdict::Withdraw(decision.reason_code().to_string(), decision.reasons)
                }
            };
            verdicts.insert(contact.decision_id, verdict);
        }
    }
    Ok(())
}
