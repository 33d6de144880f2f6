//! What the rules of a check read: facts by their paths, from what is stored and from the situation at hand.

use domain::attributes::AttributeOwner;
use domain::credit::check::{HolderKind, Situation, Standing};
use domain::credit::facts::{Fact, blank, set_attributes};
use domain::credit::ready::ReadyPolicy;
use domain::rules::evaluate::{FactValue, FactValues};
use kernel::text_enum::TextEnum as _;
use kernel::{Decimal, Outcome};

use super::store::RiskAccount;
use crate::store::WriteTx;

/// The facts of an account that are the same whatever its situation: who it is, with the attributes that the policy's rules read.
pub(super) fn of_account(
    tx: &mut dyn WriteTx,
    account: &RiskAccount,
    ready: &ReadyPolicy,
) -> Outcome<FactValues> {
    let mut facts = blank();
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
pub(super) fn in_situation(mut facts: FactValues, situation: &Situation) -> FactValues {
    let mut set = |fact: Fact, value: FactValue| facts.set(fact.as_str(), value);
    set(Fact::HolderCurrency, situation.currency.as_str().into());
    set(Fact::RequestAmount, situation.amount.into());
    set(Fact::RequestCurrency, situation.currency.as_str().into());
    set(Fact::RequestCheckpoint, situation.checkpoint.as_str().into());
    set(Fact::ExposureOverdue, situation.overdue.into());
    set(Fact::ExposureDaysOverdueMax, situation.days_overdue_max.into());
    let own = situation.standings.iter().find(|s| s.holder.kind == HolderKind::Account);
    if let Some(own) = own {
        set_standing(&mut set, own);
    }
    facts
}

fn set_standing(set: &mut impl FnMut(Fact, FactValue), own: &Standing) {
    let of = |limit_type: &str| -> Decimal {
        own.layers.iter().filter(|l| l.limit_type == limit_type).map(|l| l.amount).sum()
    };
    set(Fact::ExposureTotal, own.exposure.into());
    set(Fact::LimitTotal, own.limit().into());
    set(Fact::LimitHeadroom, own.limit().map(|limit| limit - own.exposure).into());
    set(Fact::LimitOwn, of("own").into());
    set(Fact::LimitInsured, of("insured").into());
    set(Fact::LimitGuaranteed, of("guaranteed").into());
    set(Fact::LimitTemporary, of("temporary").into());
    set(Fact::CoverAmount, own.covered().min(own.exposure.max(Decimal::ZERO)).into());
}
