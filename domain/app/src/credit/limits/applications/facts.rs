//! What the limit table reads of a holder: how it stands, what it has, what is asked for.

use domain::credit::facts::{Fact, set_exposure, set_limits};
use domain::rules::evaluate::{FactValue, FactValues};
use kernel::registry::codes::FX_RATE_MISSING;
use kernel::text_enum::TextEnum as _;
use kernel::{Error, Outcome};

use super::LimitApplication;
use crate::credit::holders::Loader;
use crate::credit::limits::EffectiveLimit;
use crate::ctx::Ctx;
use crate::lists::not_found;
use crate::store::WriteTx;

/// The facts of an application: those of its holder, with amounts in its currency and in its legal entity.
pub(super) fn gather(
    tx: &mut dyn WriteTx,
    ctx: &Ctx,
    application: &LimitApplication,
    standing: &EffectiveLimit,
) -> Outcome<FactValues> {
    let declared = tx.declared_attributes()?;
    let report = &standing.report;
    let currency = Some(report.currency);
    let loader = Loader { on: report.on, now: ctx.now, declared: &declared, currency, wanted: &|_| true };
    let holder = application.holder();
    let loaded = loader.load(tx, &[holder])?.pop();
    let loaded = loaded.ok_or_else(|| not_found("holders of risk", &holder.public_id()))?;
    // What its other customer numbers owe is no part of the report: a table that refuses whoever is late must not read nothing there.
    if let Some(why) = loaded.no_party_amounts {
        return Err(Error::with(&FX_RATE_MISSING, why));
    }
    let mut facts = loaded.facts;
    let mut set = |fact: Fact, value: FactValue| facts.set(fact.as_str(), value);
    set(Fact::RequestAmount, application.amount.into());
    set(Fact::RequestCurrency, application.currency.as_str().into());
    set(Fact::RequestTermsDays, application.terms_days.into());
    set_exposure(&mut facts, &report.total, &report.policy);
    set_limits(&mut facts, &standing.effective.plain(), (report.counted, standing.effective.on));
    Ok(facts)
}
