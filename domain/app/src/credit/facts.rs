//! What the rules of a check read: facts by their paths, from what is stored and from the situation at hand.

use std::collections::HashMap;

use domain::attributes::AttributeOwner;
use domain::credit::check::{HolderKind, Situation};
use domain::credit::facts::{Fact, blank, set_attributes, set_exposure, set_limits};
use domain::credit::policy::CreditPolicy;
use domain::credit::ready::ReadyPolicy;
use domain::rules::evaluate::{FactValue, FactValues};
use kernel::text_enum::TextEnum as _;
use kernel::{Date, Outcome};
use uuid::Uuid;

use super::scoring;
use super::store::RiskAccount;
use crate::store::{ReadTx, WriteTx};

/// What is known of the party behind a holder rather than of the holder: loaded only where a rule reads one of these.
pub(super) const SCORED: &[&str] =
    &["behaviour.", "external.", "model.", "party.age_days", "ratios.", "score."];

/// Facts of parties that stand for risks: how they pay, what others say of them, their accounts, their estimates, and their rating.
pub(super) fn scored<T: ReadTx + ?Sized>(
    tx: &mut T,
    parties: &[Uuid],
    on: Date,
) -> Outcome<HashMap<Uuid, FactValues>> {
    let loaded = tx.load_scoring_facts(parties, on, scoring::STANDARD)?;
    let declared = tx.declared_attributes()?;
    Ok(scoring::facts::facts(&loaded, &declared, on).into_iter().collect())
}

/// Amounts that could not be told in the currency of the check are not known, which is not the same as zero.
fn set_no_amounts(facts: &mut FactValues) {
    for fact in Fact::ALL.iter().filter(|fact| fact.is_of_amounts()) {
        facts.set(fact.as_str(), FactValue::Null);
    }
}

/// The facts of an account that are the same whatever its situation: who it is, with the attributes that the policy's rules read.
pub(super) fn of_account(
    tx: &mut dyn WriteTx,
    account: &RiskAccount,
    ready: &ReadyPolicy,
) -> Outcome<FactValues> {
    let wanted = SCORED.iter().any(|object| ready.reads(object));
    let known = if wanted { scored(tx, &[account.risk_party_id], account.today)? } else { HashMap::new() };
    let mut facts = known.into_values().next().unwrap_or_else(blank);
    let owned = [
        (AttributeOwner::Party, "party", &account.party_attributes),
        (AttributeOwner::Account, "account", &account.attributes),
    ];
    for (owner, name, values) in owned {
        let read = ready.attributes_read(name);
        if !read.is_empty() {
            let declared = tx.declared_attributes()?;
            set_attributes(&mut facts, owner, &declared.values(owner, &read, values), account.today);
        }
    }
    let mut set = |fact: Fact, value: FactValue| facts.set(fact.as_str(), value);
    let text = |text: Option<&str>| FactValue::from(text.unwrap_or_default());
    set(Fact::HolderKind, HolderKind::Account.as_str().into());
    set(Fact::AccountCurrency, account.currency.as_str().into());
    set(Fact::AccountPaymentTermsDays, account.payment_terms_days.into());
    set(Fact::AccountPortfolio, text(account.portfolio_code.as_deref()));
    set(Fact::AccountSegment, text(account.segment.as_deref()));
    set(Fact::PartyKind, account.party_kind.as_str().into());
    set(Fact::PartyCountry, text(account.party_country.as_deref()));
    set(Fact::PartySegment, text(account.party_segment.as_deref()));
    set(Fact::PartyInsolvent, account.is_insolvent().into());
    set(Fact::PartyDoubtful, account.doubtful.into());
    set(Fact::PartyVulnerable, account.vulnerable.into());
    set(Fact::PartyIntercompany, account.intercompany.into());
    Ok(facts)
}

/// The same with what is asked, and how the account stands. Amounts are in the currency of the check.
pub(super) fn in_situation(
    mut facts: FactValues,
    situation: &Situation,
    (policy, today): (&CreditPolicy, Date),
) -> FactValues {
    let mut set = |fact: Fact, value: FactValue| facts.set(fact.as_str(), value);
    set(Fact::HolderCurrency, situation.currency.as_str().into());
    set(Fact::RequestAmount, situation.amount.into());
    set(Fact::RequestCurrency, situation.currency.as_str().into());
    set(Fact::RequestCheckpoint, situation.checkpoint.as_str().into());
    let (own, party) = (situation.late.account, situation.late.party());
    set(Fact::ExposureDaysOverdueMax, own.days_max.into());
    set(Fact::PartyDaysOverdueMax, party.days_max.into());
    set(Fact::PartyOverdue, party.open.into());
    if !situation.converted {
        set_no_amounts(&mut facts);
    }
    if let Some(own) = situation.standings.iter().find(|s| s.holder.kind == HolderKind::Account) {
        set_exposure(&mut facts, &own.amounts, policy);
        set_limits(&mut facts, &own.layers, (own.exposure, today));
    }
    facts
}
