//! What a holder may owe on a day, and how it stands to it.

use domain::access::Permission;
use domain::credit::check::{Holder, HolderKind};
use domain::credit::limits::{Cover, Effective, effective};
use kernel::id::LegalEntityId;
use kernel::money::Money;
use kernel::rate::{Converted, FxPath, FxRoute};
use kernel::time::parse_date;
use kernel::{Date, Instant, Outcome};
use uuid::Uuid;

use crate::App;
use crate::credit::report::{self, ExposureReport, ExposureRequest};
use crate::ctx::Ctx;
use crate::ledger::as_of::{self, AsOfRequest};
use crate::ledger::convert::{Convert, Rates};
use crate::store::ReadTx;

/// What is asked, as texts.
#[derive(Debug, Clone, Default)]
pub struct EffectiveRequest {
    pub holder: ExposureRequest,
    /// Limits and exposure of this legal entity; of all when absent.
    pub legal_entity: Option<String>,
    /// Today when absent.
    pub on: Option<String>,
    /// Now when absent.
    pub known_at: Option<String>,
}

/// What a holder may owe, with what is at risk now.
#[derive(Debug, Clone, PartialEq)]
pub struct EffectiveLimit {
    pub holder: Holder,
    pub effective: Effective,
    /// Of the exposure that counts by the policy now.
    pub cover: Cover,
    pub report: ExposureReport,
}

/// # Errors
/// `auth.forbidden`, `not_found`, `exposure.holder_not_named`, `currency.unknown`, `date.invalid`, `known_at.invalid`, `known_at.in_future`,
/// `fx.rate_missing`.
pub fn effective_limit(app: &App, ctx: &Ctx, request: &EffectiveRequest) -> Outcome<EffectiveLimit> {
    ctx.require(Permission::CreditRead)?;
    let (asked, wanted) = request.holder.read()?;
    let entity = request.legal_entity.as_deref().map(LegalEntityId::parse).transpose()?;
    let on = request.on.as_deref().map(|t| parse_date("on", t)).transpose()?;
    let known_at = request.known_at.as_deref().map(|t| as_of::instant("known_at", t, ctx.now)).transpose()?;
    app.store.view("credit.effective_limit", |tx| {
        let entity = entity.map(|e| e.0);
        let report = report::report_of(tx, ctx, (asked, wanted), (&AsOfRequest::default(), entity))?;
        let at = (on.unwrap_or(report.on), known_at.unwrap_or(ctx.now));
        limits_now(tx, report, entity, at)
    })
}

/// The limits of the holder of a report, in its currency: of one legal entity if it is named, else of all. An account is of one
/// legal entity, and all its limits are about the same.
pub(in crate::credit) fn limits_now(
    tx: &mut dyn ReadTx,
    report: ExposureReport,
    entity: Option<Uuid>,
    (on, known_at): (Date, Instant),
) -> Outcome<EffectiveLimit> {
    let stored = tx.limits_on(report.holder, on, known_at)?;
    let account = report.holder.kind == HolderKind::Account;
    let here = stored.iter().filter(|limit| account || limit.legal_entity_id == entity);
    let standing = here.map(|limit| Ok((limit.id, limit.terms()?))).collect::<Outcome<Vec<_>>>()?;
    let currency = report.currency;
    let foreign = standing.iter().any(|(_, terms)| terms.currency != currency);
    let rates = foreign.then(|| {
        let convert = Convert { to: currency, source: report.policy.rate_source.clone() };
        // Of a day to come the rates of today: its own are not known.
        Rates::load(tx, &convert, on.min(report.on), known_at)
    });
    let rates = rates.transpose()?;
    let effective = effective(&standing, (currency, on), &|money| converted(rates.as_ref(), money))?;
    let cover = effective.cover(report.counted);
    Ok(EffectiveLimit { holder: report.holder, effective, cover, report })
}

/// An amount in the currency of the rates, and those that it took; without rates it stands in that currency already.
///
/// # Errors
/// `fx.rate_missing`, `money.overflow`.
pub(in crate::credit) fn converted(rates: Option<&Rates>, money: Money) -> Outcome<Converted> {
    let same = |of| FxRoute { from: of, to: of, path: FxPath::Same, rates: Vec::new() };
    rates.map_or_else(
        || same(money.currency).convert(money),
        |rates| rates.convert(money.amount, money.currency),
    )
}
