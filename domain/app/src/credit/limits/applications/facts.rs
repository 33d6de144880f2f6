//! What the limit table reads of a holder: how it stands, what it has, what is asked for.

use domain::attributes::AttributeOwner;
use domain::credit::check::{Holder, HolderKind};
use domain::credit::facts::{Fact, blank, set_attributes, set_exposure, set_limits};
use domain::rules::evaluate::{FactValue, FactValues};
use kernel::Outcome;
use kernel::text_enum::TextEnum as _;

use super::LimitApplication;
use crate::credit::facts::scored;
use crate::credit::limits::EffectiveLimit;
use crate::credit::store::{AccountRef, RiskAccount};
use crate::ctx::Ctx;
use crate::store::WriteTx;

/// Accounts of a large group whose oldest open item is looked for.
const ACCOUNTS_MAX: usize = 100;

/// The facts of an application, amounts in its currency.
pub(super) fn gather(
    tx: &mut dyn WriteTx,
    ctx: &Ctx,
    application: &LimitApplication,
    standing: &EffectiveLimit,
) -> Outcome<FactValues> {
    let mut accounts = standing.report.leaves.iter().map(|leaf| leaf.row.account_id).collect::<Vec<_>>();
    accounts.dedup();
    let (mut first, mut oldest) = (None, 0);
    for id in accounts.into_iter().take(ACCOUNTS_MAX) {
        let Some(account) = tx.risk_account(&AccountRef::Id(id), ctx.now)? else { continue };
        let own = Holder { kind: HolderKind::Account, id };
        oldest = tx.credit_facts(&account, None, false, ctx.now)?.days_overdue_max(own).max(oldest);
        first = first.or(Some(account));
    }
    let mut facts = match &first {
        Some(account) => of_party(tx, account, application)?,
        None => blank(),
    };
    if let Some(account) = &first {
        set_who(tx, &mut facts, account, application.holder_kind)?;
    }
    let mut set = |fact: Fact, value: FactValue| facts.set(fact.as_str(), value);
    set(Fact::HolderKind, application.holder_kind.as_str().into());
    set(Fact::HolderCurrency, application.currency.as_str().into());
    set(Fact::RequestAmount, application.amount.into());
    set(Fact::RequestCurrency, application.currency.as_str().into());
    set(Fact::RequestTermsDays, application.terms_days.into());
    set(Fact::ExposureDaysOverdueMax, oldest.into());
    let report = &standing.report;
    set_exposure(&mut facts, &report.total, &report.policy);
    set_limits(&mut facts, &standing.effective.plain(), (report.counted, standing.effective.on));
    Ok(facts)
}

/// What is known of the holder's party; of a group that of the party at its head.
fn of_party(
    tx: &mut dyn WriteTx,
    account: &RiskAccount,
    application: &LimitApplication,
) -> Outcome<FactValues> {
    let head = (application.holder_kind == HolderKind::Group).then_some(application.holder_id);
    let known = scored(tx, &[head.unwrap_or(account.risk_party_id)], account.today)?;
    Ok(known.into_values().next().unwrap_or_else(blank))
}

fn set_who(
    tx: &mut dyn WriteTx,
    facts: &mut FactValues,
    account: &RiskAccount,
    kind: HolderKind,
) -> Outcome<()> {
    let declared = tx.declared_attributes()?;
    let names = |owner: AttributeOwner| {
        declared.iter().filter(|a| a.owner == owner).map(|a| a.name.as_str().into()).collect::<Vec<_>>()
    };
    let party =
        declared.values(AttributeOwner::Party, &names(AttributeOwner::Party), &account.party_attributes);
    set_attributes(facts, AttributeOwner::Party, &party, account.today);
    if kind == HolderKind::Account {
        let own =
            declared.values(AttributeOwner::Account, &names(AttributeOwner::Account), &account.attributes);
        set_attributes(facts, AttributeOwner::Account, &own, account.today);
    }
    let mut set = |fact: Fact, value: FactValue| facts.set(fact.as_str(), value);
    let text = |text: Option<&str>| FactValue::from(text.unwrap_or_default());
    set(Fact::PartyKind, account.party_kind.as_str().into());
    set(Fact::PartyCountry, text(account.party_country.as_deref()));
    set(Fact::PartySegment, text(account.party_segment.as_deref()));
    set(Fact::PartyInsolvent, account.is_insolvent().into());
    set(Fact::PartyDoubtful, account.doubtful.into());
    set(Fact::PartyVulnerable, account.vulnerable.into());
    set(Fact::PartyIntercompany, account.intercompany.into());
    if kind == HolderKind::Account {
        set(Fact::AccountCurrency, account.currency.as_str().into());
        set(Fact::AccountPaymentTermsDays, account.payment_terms_days.into());
        set(Fact::AccountPortfolio, text(account.portfolio_code.as_deref()));
        set(Fact::AccountSegment, text(account.segment.as_deref()));
    }
    Ok(())
}
