//! What the limit table reads of a holder: how it stands, what it has, what is asked for.

use domain::attributes::AttributeOwner;
use domain::credit::check::HolderKind;
use domain::credit::facts::{Fact, blank, set_attributes};
use domain::credit::limits::LimitType;
use domain::credit::policy::Part;
use domain::rules::evaluate::{FactValue, FactValues};
use kernel::text_enum::TextEnum as _;
use kernel::{Decimal, Outcome};

use super::LimitApplication;
use crate::credit::limits::EffectiveLimit;
use crate::credit::scoring::facts::facts as party_facts;
use crate::credit::store::{AccountRef, RiskAccount};
use crate::ctx::Ctx;
use crate::store::WriteTx;

/// Accounts of a large group whose oldest open item is looked for.
const ACCOUNTS_MAX: usize = 100;
/// Whose classes the table and the policy speak of.
const SCORECARD: &str = "standard";

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
        let overdue = tx.credit_facts(&account, None, ctx.now)?.overdue;
        oldest = overdue.iter().map(|row| row.days).max().unwrap_or(0).max(oldest);
        first = first.or(Some(account));
    }
    let mut facts = match &first {
        Some(account) => scored(tx, account, application)?,
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
    set_amounts(&mut set, standing);
    Ok(facts)
}

/// What the holder's party is scored on, and its score; of a group that of the party at its head.
fn scored(
    tx: &mut dyn WriteTx,
    account: &RiskAccount,
    application: &LimitApplication,
) -> Outcome<FactValues> {
    let head = (application.holder_kind == HolderKind::Group).then_some(application.holder_id);
    let party = head.unwrap_or(account.risk_party_id);
    let loaded = tx.load_scoring_facts(&[party], account.today, SCORECARD)?;
    let known = party_facts(&loaded, &tx.declared_attributes()?, account.today);
    let mut facts = known.into_iter().next().map_or_else(blank, |(_, facts)| facts);
    let by_hand = tx.overrides_on(party, SCORECARD, account.today)?.into_iter().next().map(|o| o.class);
    let score = loaded.scores.into_iter().next();
    let (class, points) = score.map_or((None, None), |score| (score.class, score.points));
    facts.set(Fact::ScoreClass.as_str(), FactValue::from(by_hand.or(class).unwrap_or_default().as_str()));
    facts.set(Fact::ScorePoints.as_str(), points);
    Ok(facts)
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

fn set_amounts(set: &mut impl FnMut(Fact, FactValue), standing: &EffectiveLimit) {
    let (report, effective, cover) = (&standing.report, &standing.effective, &standing.cover);
    let part = |part: Part| report.total.part(part);
    let now = part(Part::NotDue)
        + part(Part::Overdue)
        + part(Part::Disputed)
        + part(Part::Returned)
        + part(Part::Instruments)
        + part(Part::Deliveries);
    set(Fact::ExposureOpen, (part(Part::NotDue) + part(Part::Overdue)).into());
    set(Fact::ExposureOverdue, part(Part::Overdue).into());
    set(Fact::ExposureDisputed, part(Part::Disputed).into());
    set(Fact::ExposureReturned, part(Part::Returned).into());
    set(Fact::ExposureInstruments, part(Part::Instruments).into());
    set(Fact::ExposureOrders, part(Part::Orders).into());
    set(Fact::ExposureDeliveries, part(Part::Deliveries).into());
    set(Fact::ExposureReserved, part(Part::Reserved).into());
    set(Fact::ExposureNow, now.into());
    set(Fact::ExposureProjected, (now + part(Part::Orders) + part(Part::Reserved)).into());
    set(Fact::ExposureTotal, report.counted.into());
    let utilisation = effective.total.filter(|total| *total > Decimal::ZERO);
    set(Fact::ExposureUtilisation, utilisation.map(|total| (report.counted / total).round_dp(6)).into());
    set(Fact::LimitTotal, effective.total.into());
    set(Fact::LimitHeadroom, effective.total.map(|total| total - report.counted).into());
    set(Fact::LimitDaysToExpiry, effective.days_to_expiry.into());
    set(Fact::LimitOwn, effective.of_type(LimitType::Own).into());
    set(Fact::LimitInsured, effective.of_type(LimitType::Insured).into());
    set(Fact::LimitGuaranteed, effective.of_type(LimitType::Guaranteed).into());
    set(Fact::LimitTemporary, effective.of_type(LimitType::Temporary).into());
    set(Fact::CoverAmount, cover.amount.into());
    set(Fact::CoverRatio, cover.ratio.into());
}
