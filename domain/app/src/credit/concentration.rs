//! How much of the book hangs on few debtors, by groups and not by accounts.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use domain::access::Permission;
use domain::credit::check::{Holder, HolderKind};
use domain::credit::concentration::{Concentration, ConcentrationMeasure, concentration, share};
use domain::credit::policy::CreditPolicy;
use kernel::id::{LegalEntityId, PortfolioId};
use kernel::rate::RateUsed;
use kernel::{Currency, Date, Decimal, Error, Outcome};
use serde::Deserialize;
use uuid::Uuid;

use super::check::policy_in_force;
use super::codes;
use super::report::rates_of;
use super::standing::InCurrency;
use crate::App;
use crate::ctx::Ctx;
use crate::ledger::Selection;
use crate::lists::not_found;

/// Debtors named when the caller does not say how many.
pub const TOP_DEFAULT: u32 = 10;
/// The most debtors one answer names.
pub const TOP_MAX: u32 = 500;

/// What is asked.
#[derive(Debug, Clone)]
pub struct ConcentrationRequest {
    pub legal_entity: Option<Uuid>,
    pub portfolio: Option<Uuid>,
    /// The currency of every figure; that of the first legal entity, by code, when absent.
    pub currency: Option<Currency>,
    pub measure: ConcentrationMeasure,
    /// How many of the largest are named and added up; 1 to [`TOP_MAX`].
    pub top: u32,
}

/// Where a selection of accounts is at home.
#[derive(Debug, Clone, Deserialize)]
pub struct BookRow {
    /// Where it is only one.
    pub legal_entity_code: Option<String>,
    /// Of the first legal entity by code.
    pub currency: String,
    pub today: Date,
    /// There are accounts outside the caller's rights.
    pub partial: bool,
}

/// What one debtor owes in one currency.
#[derive(Debug, Clone, Deserialize)]
pub struct DebtorRow {
    pub kind: HolderKind,
    pub id: Uuid,
    pub name: String,
    /// A company of our own.
    pub eliminated: bool,
    pub currency: String,
    pub amount: Decimal,
}

/// One of the largest.
#[derive(Debug, Clone, PartialEq)]
pub struct Debtor {
    pub holder: Holder,
    pub name: String,
    pub amount: Decimal,
    /// Between 0 and 1.
    pub share: Decimal,
    /// With those before it.
    pub cumulative_share: Decimal,
}

/// The answer.
#[derive(Debug, Clone, PartialEq)]
pub struct ConcentrationReport {
    pub on: Date,
    pub currency: Currency,
    pub measure: ConcentrationMeasure,
    pub concentration: Concentration,
    /// The largest first.
    pub largest: Vec<Debtor>,
    /// Left out of every other figure: companies of our own.
    pub eliminated: Decimal,
    pub rate_source: String,
    /// Every rate that took part.
    pub rates: Vec<RateUsed>,
    pub partial: bool,
}

/// The port.
pub trait ConcentrationReads {
    /// `None` when the selection holds no account in the caller's reach.
    fn book(&mut self, ctx: &Ctx, selection: &Selection) -> Outcome<Option<BookRow>>;

    /// What every debtor owes: each risk once, with the highest group above it without joint control, by itself where there is none.
    fn debtors(
        &mut self,
        ctx: &Ctx,
        selection: &Selection,
        measure: ConcentrationMeasure,
    ) -> Outcome<Vec<DebtorRow>>;
}

/// # Errors
/// `auth.forbidden`, `credit.top_invalid`, `not_found`, `credit.policy_missing`, `fx.rate_missing`, `money.overflow`.
pub fn concentration_of(
    app: &App,
    ctx: &Ctx,
    request: &ConcentrationRequest,
) -> Outcome<ConcentrationReport> {
    ctx.require(Permission::CreditRead)?;
    if !(1..=TOP_MAX).contains(&request.top) {
        let message = format!("1 to {TOP_MAX} of the largest can be named, not {}", request.top);
        return Err(Error::field("top", &codes::TOP_INVALID, message));
    }
    let (legal_entity, portfolio) = (request.legal_entity, request.portfolio);
    let selection = Selection { legal_entity, portfolio, ..Selection::default() };
    app.store.view("credit.concentration", |tx| {
        let book = tx.book(ctx, &selection)?.ok_or_else(|| nothing_selected(request))?;
        let currency = request.currency.map_or_else(|| Currency::parse("currency", &book.currency), Ok)?;
        let rows = tx.debtors(ctx, &selection, request.measure)?;
        let policy = policy_in_force(tx, book.legal_entity_code.as_deref())?;
        let policy = CreditPolicy::parse(&policy.document)?;
        let currencies = rows.iter().map(|row| row.currency.as_str()).collect::<BTreeSet<_>>();
        let (rates, used) = rates_of(tx, currencies, (currency, book.today, ctx.now), &policy)?;
        let money = InCurrency::new(currency, rates.as_ref());
        let (debtors, eliminated) = added_up(rows, &money)?;
        let amounts = debtors.iter().map(|owes| owes.amount).collect::<Vec<_>>();
        let found = concentration(&amounts)?;
        let largest = largest(debtors, found.total, request.top);
        Ok(ConcentrationReport {
            on: book.today,
            currency,
            measure: request.measure,
            concentration: found,
            largest,
            eliminated,
            rate_source: policy.rate_source,
            rates: used,
            partial: book.partial,
        })
    })
}

/// What one debtor owes in the currency of the report.
struct Owes {
    holder: Holder,
    name: String,
    amount: Decimal,
}

/// What every debtor owes, and what companies of our own owe.
fn added_up(rows: Vec<DebtorRow>, money: &InCurrency<'_>) -> Outcome<(Vec<Owes>, Decimal)> {
    let mut eliminated = Decimal::ZERO;
    let mut debtors = BTreeMap::<Uuid, Owes>::new();
    for row in rows {
        let amount = money.amount(row.amount, &row.currency)?;
        if row.eliminated {
            eliminated += amount;
            continue;
        }
        let holder = Holder { kind: row.kind, id: row.id };
        let nothing = Owes { holder, name: row.name, amount: Decimal::ZERO };
        debtors.entry(row.id).or_insert(nothing).amount += amount;
    }
    Ok((debtors.into_values().collect(), eliminated))
}

fn largest(mut debtors: Vec<Owes>, total: Decimal, top: u32) -> Vec<Debtor> {
    debtors.retain(|owes| owes.amount > Decimal::ZERO);
    debtors.sort_by_key(|owes| (Reverse(owes.amount), owes.holder.id));
    debtors.truncate(usize::try_from(top).unwrap_or(usize::MAX));
    let mut so_far = Decimal::ZERO;
    let debtor = |Owes { holder, name, amount }| {
        so_far += amount;
        let (share, cumulative_share) = (share(amount, total), share(so_far, total));
        Debtor { holder, name, amount, share, cumulative_share }
    };
    debtors.into_iter().map(debtor).collect()
}

fn nothing_selected(request: &ConcentrationRequest) -> Error {
    let named = request.portfolio.map(|id| ("portfolios", PortfolioId(id).to_string()));
    let named =
        named.or_else(|| request.legal_entity.map(|id| ("legal entities", LegalEntityId(id).to_string())));
    let (what, id) = named.unwrap_or_else(|| ("books", "all".to_owned()));
    not_found(&format!("{what} with accounts"), &id)
}
