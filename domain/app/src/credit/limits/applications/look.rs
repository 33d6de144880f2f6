//! What is known when an application is judged: how its holder stands, by which rules, and what has to be approved.

use std::collections::BTreeMap;

use domain::credit::approval::{ApprovalPolicy, Asked};
use domain::credit::facts::Fact;
use domain::credit::limits::{Period, peak};
use domain::credit::rule_sets::RuleKind;
use domain::rules::evaluate::FactValues;
use domain::rules::finding::parse_document;
use kernel::text_enum::TextEnum as _;
use kernel::{Currency, Date, Decimal, Error, Outcome};

use super::LimitApplication;
use super::facts::gather;
use super::grant::last_day;
use super::hands::rated;
use crate::credit::limits::{codes, converted, holder, limits_now};
use crate::credit::report::{ReportedLeaf, report_of};
use crate::credit::rule_sets::{RuleSetVersion, in_force};
use crate::ctx::Ctx;
use crate::ledger::as_of::AsOfRequest;
use crate::ledger::convert::{Convert, Rates};
use crate::store::WriteTx;

/// What is known of an application.
pub(super) struct Look {
    /// The business date of the holder.
    pub(super) today: Date,
    pub(super) currency: Currency,
    /// Whose rules go before the standard ones; none where the holder has accounts in several legal entities.
    pub(super) entity: Option<String>,
    pub(super) facts: FactValues,
    pub(super) stored: RuleSetVersion,
    pub(super) policy: ApprovalPolicy,
    /// With this amount.
    pub(super) asked: Asked,
    /// Who asked set the rating: it counts for nothing in who has to approve.
    pub(super) rated_by_requester: bool,
}

/// Looks at the holder of an application, for an amount. Nobody grants it other limits until the end of the transaction, so that
/// what is approved here is what it may owe in the end.
///
/// # Errors
/// `approval.policy_missing`, `fx.rate_missing`, `money.overflow`.
pub(super) fn look(
    tx: &mut dyn WriteTx,
    ctx: &Ctx,
    application: &LimitApplication,
    amount: Decimal,
) -> Outcome<Look> {
    tx.lock_limits_of(application.holder())?;
    let currency = Currency::parse("currency", &application.currency)?;
    let of = (application.holder(), Some(currency));
    let report = report_of(tx, ctx, of, (&AsOfRequest::default(), application.legal_entity_id))?;
    let (today, entity) = (report.on, entity_of(&report.leaves));
    let convert = Convert { to: currency, source: report.policy.rate_source.clone() };
    let at = (today.max(application.valid_from), ctx.now);
    let standing = limits_now(tx, report, application.legal_entity_id, at)?;
    let facts = gather(tx, ctx, application, &standing)?;
    let stored = in_force(tx, RuleKind::ApprovalPolicy, entity.as_deref())?
        .ok_or_else(|| Error::new(&codes::APPROVAL_POLICY_MISSING))?;
    let policy = parse_document::<ApprovalPolicy>(&stored.document)?;
    let (amount, uncovered) = most(tx, ctx, (application, amount), (&convert, today))?;
    let rated_by_requester = rated(tx, application, today)?;
    let class = facts.get(Fact::ScoreClass.as_str()).as_text().filter(|_| !rated_by_requester);
    let class = class.unwrap_or_default().to_owned();
    let insolvent = facts.get(Fact::PartyInsolvent.as_str()).as_bool() == Some(true);
    let asked = Asked { currency, amount, uncovered, class, insolvent };
    Ok(Look { today, currency, entity, facts, stored, policy, asked, rated_by_requester })
}

fn entity_of(leaves: &[ReportedLeaf]) -> Option<String> {
    let first = leaves.first().map(|leaf| leaf.row.legal_entity_code.as_str())?;
    leaves.iter().all(|leaf| leaf.row.legal_entity_code == first).then(|| first.to_owned())
}

/// The most that the holder might owe with it on any of its days, and what of that nobody covers: with everything granted beside it,
/// also what begins later. A limit for one legal entity is judged with those for the others, so that several small ones take no fewer
/// people than a large one. What bounds a part is looked at by itself.
fn most(
    tx: &mut dyn WriteTx,
    ctx: &Ctx,
    (application, amount): (&LimitApplication, Decimal),
    (convert, today): (&Convert, Date),
) -> Outcome<(Decimal, Decimal)> {
    if application.component.is_some() {
        return Ok((amount, amount));
    }
    let from = application.valid_from.max(today);
    let valid = Period { from, until: last_day(application, from).map(|day| day.max(from)) };
    let own = application.legal_entity_id;
    let mut sums = BTreeMap::from([(own, Vec::new())]);
    for row in tx.limits_within(&holder::of_limit(application.holder()), valid)? {
        let replaced = row.legal_entity_id == own && row.limit_type == application.limit_type;
        // A limit for one legal entity and one for all are about different sums: each must hold.
        let apart = row.legal_entity_id != own && (own.is_none() || row.legal_entity_id.is_none());
        if row.component.is_none() && !replaced && !apart {
            sums.entry(row.legal_entity_id).or_default().push((row.id, row.terms()?));
        }
    }
    let foreign = sums.values().flatten().any(|(_, terms)| terms.currency != convert.to);
    let rates = foreign.then(|| Rates::load(tx, convert, today, ctx.now)).transpose()?;
    let (mut most, mut uncovered) = (Decimal::ZERO, Decimal::ZERO);
    for (entity, beside) in &sums {
        let asked = if *entity == own { amount } else { Decimal::ZERO };
        let with = peak(beside, (asked, valid), convert.to, &|money| converted(rates.as_ref(), money))?;
        most += with.amount;
        uncovered += with.uncovered;
    }
    Ok((most, uncovered))
}
