//! Exposure of an account, a party or a group: by component, in one currency, down to its accounts.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::Permission;
use domain::credit::check::{Holder, HolderKind};
use domain::credit::counting::{Amounts, Leaf, roll_up};
use domain::credit::exposure::Component;
use domain::credit::groups::{Membership, resolve};
use domain::credit::policy::{CreditPolicy, Part};
use kernel::id::{AccountId, PartyId};
use kernel::rate::{FxPath, RateUsed};
use kernel::text_enum::TextEnum as _;
use kernel::{Currency, Date, Decimal, Error, Instant, Outcome};
use serde::Deserialize;
use uuid::Uuid;

use super::check::policy_in_force;
use super::codes;
use super::standing::InCurrency;
use super::sums::{Bare, Sums};
use crate::App;
use crate::ctx::Ctx;
use crate::ledger::as_of::check;
use crate::ledger::convert::{Convert, Rates};
use crate::ledger::{AsOfRequest, ReadAt, Selection};
use crate::lists::not_found;
use crate::store::ReadTx;

/// Whose exposure is asked for, as texts: exactly one of the three.
#[derive(Debug, Clone, Default)]
pub struct ExposureRequest {
    pub account: Option<String>,
    pub party: Option<String>,
    pub group: Option<String>,
    /// The currency of every figure; that of the first account when absent.
    pub currency: Option<String>,
    /// At the end of an earlier business day, and as known at an instant.
    pub at: AsOfRequest,
}

/// One account in one currency.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct LeafRow {
    pub account_id: Uuid,
    pub account_number: String,
    pub account_name: String,
    pub account_currency: String,
    pub party_id: Uuid,
    pub party_name: String,
    pub legal_entity_id: Uuid,
    pub legal_entity_code: String,
    pub today: Date,
    pub eliminated: bool,
    /// Absent where the account has no exposure.
    pub currency: Option<String>,
    #[serde(flatten)]
    pub sums: Sums,
    pub overdue: Decimal,
}

/// One account in one currency, and what it comes to in the currency of the report.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportedLeaf {
    pub row: LeafRow,
    pub amounts: Amounts,
}

/// Exposure as it is reported.
#[derive(Debug, Clone, PartialEq)]
pub struct ExposureReport {
    pub holder: Holder,
    pub name: String,
    pub on: Date,
    pub currency: Currency,
    pub total: Amounts,
    /// What was left out of the total because it is declared to be.
    pub eliminated: Amounts,
    /// What counts against limits by the policy.
    pub counted: Decimal,
    pub set_off: Decimal,
    pub policy: CreditPolicy,
    pub policy_version: i32,
    /// Every rate that took part.
    pub rates: Vec<RateUsed>,
    pub leaves: Vec<ReportedLeaf>,
    /// There are accounts of this holder outside the caller's rights: the figures are not all there is.
    pub partial: bool,
}

/// The port.
pub trait ExposureReads {
    /// Name of a holder, and it under the party that stands for it; none where it does not exist.
    fn risk_holder(&mut self, holder: Holder) -> Outcome<Option<(Holder, String)>>;

    /// Name of a party, whoever stands for it.
    fn party_name(&mut self, id: Uuid) -> Outcome<Option<String>>;

    /// The accounts of a holder in the caller's reach with their exposure, and whether there are others.
    fn exposure_leaves(&mut self, ctx: &Ctx, holder: Holder) -> Outcome<(Vec<LeafRow>, bool)>;

    /// The same of accounts, at the end of a business day as known at an instant.
    fn exposure_leaves_as_of(
        &mut self,
        ctx: &Ctx,
        accounts: &[Uuid],
        at: (Date, Instant),
    ) -> Outcome<(Vec<LeafRow>, bool)>;

    /// What it was made of, of the accounts in the caller's reach.
    fn exposure_items_as_of(
        &mut self,
        ctx: &Ctx,
        accounts: &[Uuid],
        at: (Date, Instant),
        page: PastPage,
    ) -> Outcome<Vec<PastItem>>;
}

/// One thing that exposure was made of.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct PastItem {
    pub kind: String,
    pub id: Uuid,
    pub account_id: Uuid,
    pub account_number: String,
    pub account_name: String,
    pub legal_entity_id: Uuid,
    pub component: Component,
    pub currency: String,
    pub amount: Decimal,
    pub document_no: String,
    pub due_on: Option<Date>,
    pub overdue: bool,
    pub eliminated: bool,
}

/// A page of it is asked for: after an item, and how many at most.
#[derive(Debug, Clone, Copy)]
pub struct PastPage {
    pub after: Option<Uuid>,
    pub size: i64,
}

/// What the exposure of a holder was made of at the end of a business day, as known at an instant; the present state where neither is
/// said. In the order of ids; one more than asked for where there are more.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `exposure.holder_not_named`, `as_of.*`, `known_at.*`.
pub fn past_items(app: &App, ctx: &Ctx, request: &ExposureRequest, page: PastPage) -> Outcome<Vec<PastItem>> {
    ctx.require(Permission::CreditRead)?;
    let (asked, _) = request.read()?;
    app.store.view("credit.past_items", |tx| {
        let missing = || not_found("holders of risk", &asked.public_id());
        tx.risk_holder(asked)?.ok_or_else(missing)?;
        let at = as_of(tx, ctx, &request.at)?.unwrap_or((ctx.now.date_naive(), ctx.now));
        let (_, accounts) = holder_on(tx, asked, at.0)?;
        tx.exposure_items_as_of(ctx, &accounts, at, page)
    })
}

/// # Errors
/// `auth.forbidden`, `not_found`, `exposure.holder_not_named`, `currency.unknown`, `fx.rate_missing`.
pub fn exposure(app: &App, ctx: &Ctx, request: &ExposureRequest) -> Outcome<ExposureReport> {
    ctx.require(Permission::CreditRead)?;
    let (asked, wanted) = request.read()?;
    app.store.view("credit.exposure", |tx| report_of(tx, ctx, (asked, wanted), (&request.at, None)))
}

/// The same within a transaction, in one legal entity if it is named.
///
/// # Errors
/// `not_found`, `currency.unknown`, `fx.rate_missing`.
pub(super) fn report_of(
    tx: &mut dyn ReadTx,
    ctx: &Ctx,
    (asked, wanted): (Holder, Option<Currency>),
    (at, entity): (&AsOfRequest, Option<Uuid>),
) -> Outcome<ExposureReport> {
    let missing = || not_found("holders of risk", &asked.public_id());
    let (mut holder, mut name) = tx.risk_holder(asked)?.ok_or_else(missing)?;
    let past = as_of(tx, ctx, at)?;
    let (mut rows, partial) = match past {
        None => tx.exposure_leaves(ctx, holder)?,
        Some(at) => {
            let (then, accounts) = holder_on(tx, asked, at.0)?;
            if then.id != holder.id {
                name = tx.party_name(then.id)?.ok_or_else(missing)?;
            }
            holder = then;
            tx.exposure_leaves_as_of(ctx, &accounts, at)?
        }
    };
    rows.retain(|row| entity.is_none_or(|entity| entity == row.legal_entity_id));
    let first = rows.first().ok_or_else(missing)?;
    let code = first.legal_entity_code.as_str();
    let stored = policy_in_force(tx, Some(code))?;
    let policy = CreditPolicy::parse(&stored.document)?;
    let currency = wanted.map_or_else(|| Currency::parse("currency", &first.account_currency), Ok)?;
    let on = first.today;
    let known_at = past.map_or(ctx.now, |(_, known_at)| known_at);
    let with_amounts = rows.iter().filter(|row| !row.sums.is_nothing());
    let currencies = with_amounts.filter_map(|row| row.currency.as_deref()).collect();
    let (rates, used) = rates_of(tx, currencies, (currency, on, known_at), &policy)?;
    let money = InCurrency::new(currency, rates.as_ref());
    // An account alone is itself, whoever it belongs to.
    let above = holder.kind != HolderKind::Account;
    let (total, eliminated) = roll_up(&summed(&rows, above, (&money, &policy))?);
    let leaves = rows.into_iter().map(|row| reported(row, (&money, &policy))).collect::<Outcome<_>>()?;
    Ok(ExposureReport {
        holder,
        name,
        on,
        currency,
        total,
        eliminated,
        counted: total.counted(&policy),
        set_off: total.set_off(&policy),
        policy,
        policy_version: stored.version,
        rates: used,
        leaves,
        partial,
    })
}

impl ExposureRequest {
    /// Whom, and in which currency.
    pub(super) fn read(&self) -> Outcome<(Holder, Option<Currency>)> {
        let wanted = self.currency.as_deref().map(|c| Currency::parse("currency", c)).transpose()?;
        Ok((holder(self)?, wanted))
    }
}

/// The day and the instant asked for, if the past is. The day is that of all legal entities together.
fn as_of(tx: &mut dyn ReadTx, ctx: &Ctx, request: &AsOfRequest) -> Outcome<Option<(Date, Instant)>> {
    let Some(horizon) = tx.horizon(ctx, &Selection::default())? else { return Ok(None) };
    let at = check(request, horizon, ctx.now)?;
    Ok(match at {
        ReadAt::Now(_) => None,
        ReadAt::Past { on, known_at } => Some((on.unwrap_or_else(|| known_at.date_naive()), known_at)),
    })
}

/// A holder under the party that stood for it on a day, and the accounts that counted for it.
fn holder_on(tx: &mut dyn ReadTx, asked: Holder, day: Date) -> Outcome<(Holder, Vec<Uuid>)> {
    if asked.kind == HolderKind::Account {
        return Ok((asked, vec![asked.id]));
    }
    let picture = tx.risk_picture(&BTreeSet::from([asked.id]), day)?;
    let members = resolve(&picture.parties, &picture.relations);
    let then = members.iter().find(|m| m.party == asked.id).map_or(asked.id, |m| m.risk_party);
    let counts = |m: &&Membership| match asked.kind {
        HolderKind::Group => m.groups.contains_key(&then),
        HolderKind::Account | HolderKind::Party => m.risk_party == then,
    };
    let parties = members.iter().filter(counts).map(|m| m.party).collect::<BTreeSet<_>>();
    let accounts = picture
        .accounts
        .into_iter()
        .filter(|(_, party)| parties.contains(party))
        .map(|(account, _)| account)
        .collect();
    Ok((Holder { id: then, ..asked }, accounts))
}

fn holder(request: &ExposureRequest) -> Outcome<Holder> {
    let named = [
        (HolderKind::Account, request.account.as_deref()),
        (HolderKind::Party, request.party.as_deref()),
        (HolderKind::Group, request.group.as_deref()),
    ];
    let mut named = named.into_iter().filter_map(|(kind, id)| Some((kind, id?)));
    let (Some((kind, id)), None) = (named.next(), named.next()) else {
        let message = "name one of account, party and group";
        return Err(Error::field("account", &codes::HOLDER_NOT_NAMED, message));
    };
    let id = match kind {
        HolderKind::Account => AccountId::parse(id)?.0,
        HolderKind::Party | HolderKind::Group => PartyId::parse(id)?.0,
    };
    Ok(Holder { kind, id })
}

/// Rates into the currency of a report, as they were known, and those of them that take part; none where there is nothing to convert.
pub(super) fn rates_of(
    tx: &mut dyn ReadTx,
    mut currencies: BTreeSet<&str>,
    (currency, on, known_at): (Currency, Date, Instant),
    policy: &CreditPolicy,
) -> Outcome<(Option<Rates>, Vec<RateUsed>)> {
    currencies.remove(currency.as_str());
    if currencies.is_empty() {
        return Ok((None, Vec::new()));
    }
    let convert = Convert { to: currency, source: policy.rate_source.clone() };
    let rates = Rates::load(tx, &convert, on, known_at)?;
    let mut used = Vec::new();
    for code in currencies {
        let one = rates.convert(Decimal::ONE, Currency::parse("currency", code)?)?;
        if one.path != FxPath::Same {
            used.extend(one.rates);
        }
    }
    used.sort_by_key(|u| (u.rate.base(), u.rate.quote(), u.rate.on()));
    used.dedup();
    Ok((Some(rates), used))
}

/// Added up in each legal entity and currency before it is converted, as a check does: both round the same sums.
fn summed(
    rows: &[LeafRow],
    above: bool,
    (money, policy): (&InCurrency<'_>, &CreditPolicy),
) -> Outcome<Vec<Leaf>> {
    let mut sums = BTreeMap::<_, Bare>::new();
    for row in rows {
        let key = (above && row.eliminated, row.legal_entity_id, row.currency.as_deref());
        *sums.entry(key).or_default() += &Bare::of(&row.sums, row.overdue, policy);
    }
    let leaf = |((eliminated, _, code), bare): ((bool, Uuid, Option<&str>), Bare)| {
        Ok(Leaf { amounts: in_report(&bare, code, money)?, eliminated })
    };
    sums.into_iter().map(leaf).collect()
}

fn reported(row: LeafRow, (money, policy): (&InCurrency<'_>, &CreditPolicy)) -> Outcome<ReportedLeaf> {
    let bare = Bare::of(&row.sums, row.overdue, policy);
    Ok(ReportedLeaf { amounts: in_report(&bare, row.currency.as_deref(), money)?, row })
}

/// What has no currency is nothing.
fn in_report(bare: &Bare, code: Option<&str>, money: &InCurrency<'_>) -> Outcome<Amounts> {
    bare.amounts(|amount| money.amount(amount, code.unwrap_or(money.to.as_str())))
}

/// Every part with its amount.
pub fn parts(amounts: &Amounts) -> impl Iterator<Item = (Part, Decimal)> + '_ {
    Part::ALL.iter().map(|part| (*part, amounts.part(*part)))
}
