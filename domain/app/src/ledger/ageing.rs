//! Ageing of accounts, parties, legal entities and portfolios by bucket set.

use domain::access::Permission;
use domain::receivables::ageing::{AgeBasis, BucketSet, CreditTreatment};
use kernel::rate::Converted;
use kernel::{Date, Error, Instant, Outcome, text_enum};
use uuid::Uuid;

use super::as_of::{AsOfRequest, Horizon, ReadAt, check};
use super::codes;
use super::convert::{ConvertRequest, Rates};
use super::store::{AgeRow, Selection};
use crate::App;
use crate::ctx::Ctx;
use crate::lists::not_found;
use crate::store::ReadTx;

/// Groups of a page when the caller does not say.
pub const GROUPS_DEFAULT: u32 = 500;
/// The most groups one page may hold: a table for BI in one answer, still small in memory.
pub const GROUPS_MAX: u32 = 20_000;

text_enum! {
    /// What an ageing has a row for, in each currency.
    pub enum GroupBy {
        /// Everything selected together.
        Nothing = "none",
        Account = "account",
        /// The party of the account on the business date.
        Party = "party",
        LegalEntity = "legal_entity",
        Portfolio = "portfolio",
    }
}

/// Which buckets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Buckets {
    /// 30, 60 and 90 days past due.
    Standard,
    /// A stored set, by code.
    Named(String),
    Bounds(AgeBasis, Vec<u16>),
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct AgeingRequest {
    pub selection: Selection,
    pub group_by: GroupBy,
    pub buckets: Buckets,
    pub credits: CreditTreatment,
    pub at: AsOfRequest,
    pub convert: ConvertRequest,
    /// Groups after this one.
    pub after: Option<Uuid>,
    /// At most so many groups; 1 to [`GROUPS_MAX`].
    pub limit: u32,
}

/// A checked question to the store.
#[derive(Debug, Clone, Copy)]
pub struct AgeQuery<'q> {
    pub selection: &'q Selection,
    pub group_by: GroupBy,
    pub set: &'q BucketSet,
    pub at: ReadAt,
    /// The business date of the present state, where it is the same for everything selected.
    pub today: Option<Date>,
    pub after: Option<Uuid>,
    pub limit: u32,
}

/// An ageing with what it was made of.
#[derive(Debug, Clone, PartialEq)]
pub struct AgeingReport {
    pub set: BucketSet,
    pub credits: CreditTreatment,
    pub group_by: GroupBy,
    /// The business date; where several zones are involved and none was asked for, the latest of theirs.
    pub on: Date,
    pub known_at: Instant,
    /// With the total in the currency asked for, if one was.
    pub rows: Vec<(AgeRow, Option<Converted>)>,
    pub next_after: Option<Uuid>,
}

/// Ages what is open.
///
/// # Errors
/// `auth.forbidden`, `not_found` for what is selected by id, those of `as_of::check`, `ageing.bounds_invalid`,
/// `page.size`, `fx.rate_missing`, `fx.source_required`.
pub fn ageing(app: &App, ctx: &Ctx, request: &AgeingRequest) -> Outcome<AgeingReport> {
    ctx.require(Permission::ReceivablesRead)?;
    if !(1..=GROUPS_MAX).contains(&request.limit) {
        let message = format!("an ageing has 1 to {GROUPS_MAX} groups on a page, not {}", request.limit);
        return Err(Error::field("limit", &kernel::registry::codes::PAGE_SIZE, message));
    }
    let convert = request.convert.check()?;
    app.store.view("ledger.ageing", |tx| {
        let set = bucket_set(tx, &request.buckets)?;
        let selection = &request.selection;
        let horizon = match tx.horizon(ctx, selection)? {
            Some(horizon) => horizon,
            None => nothing_selected(ctx, selection)?,
        };
        let at = check(&request.at, horizon, ctx.now)?;
        let (group_by, after, limit) = (request.group_by, request.after, request.limit);
        let today = horizon.everywhere.then_some(horizon.today);
        let query = AgeQuery { selection, group_by, set: &set, at, today, after, limit };
        let page = tx.age(&ctx.scope, &query)?;
        let on = at.on().unwrap_or(horizon.today);
        let rates = convert.as_ref().map(|c| Rates::load(tx, c, on, at.known_at())).transpose()?;
        let finish = |mut row: AgeRow| {
            if request.credits == CreditTreatment::NetOldest {
                row.ageing.net_oldest();
            }
            let converted = rates.as_ref().map(|r| r.convert(row.ageing.total, row.currency)).transpose()?;
            Ok((row, converted))
        };
        let rows = page.rows.into_iter().map(finish).collect::<Outcome<Vec<_>>>()?;
        let (credits, known_at) = (request.credits, at.known_at());
        Ok(AgeingReport { set, credits, group_by, on, known_at, rows, next_after: page.next_after })
    })
}

/// The set meant; the standard one is `30, 60, 90` by due date.
pub(super) fn bucket_set(tx: &mut dyn ReadTx, buckets: &Buckets) -> Outcome<BucketSet> {
    match buckets {
        Buckets::Standard => BucketSet::try_new("standard", AgeBasis::Due, vec![30, 60, 90]),
        Buckets::Bounds(basis, bounds) => BucketSet::try_new("bounds", *basis, bounds.clone()),
        Buckets::Named(code) => tx.bucket_set(code)?.ok_or_else(|| not_found("bucket_sets", code)),
    }
}

/// An empty book has an ageing without rows; something named that is not there is an error.
fn nothing_selected(ctx: &Ctx, selection: &Selection) -> Outcome<Horizon> {
    let named = [
        ("accounts", selection.account.map(|id| kernel::id::AccountId(id).to_string())),
        ("parties", selection.party.map(|id| kernel::id::PartyId(id).to_string())),
        ("portfolios", selection.portfolio.map(|id| kernel::id::PortfolioId(id).to_string())),
        ("legal_entities", selection.legal_entity.map(|id| kernel::id::LegalEntityId(id).to_string())),
    ];
    match named.into_iter().find_map(|(what, id)| Some((what, id?))) {
        Some((what, id)) => Err(not_found(&format!("{what} with accounts"), &id)),
        None => Ok(Horizon { today: ctx.now.date_naive(), everywhere: true, known_from: ctx.now }),
    }
}

/// Reads `bucket_set` and `bounds` with `basis` as a caller gives them.
///
/// # Errors
/// `ageing.both_buckets`, `ageing.bounds_invalid`, `value.unknown`.
pub fn buckets(set: Option<&str>, bounds: Option<&str>, basis: Option<&str>) -> Outcome<Buckets> {
    let basis = basis.map(|text| kernel::text_enum::parse::<AgeBasis>("basis", text)).transpose()?;
    match (set, bounds) {
        (Some(_), Some(_)) => {
            Err(Error::field("bounds", &codes::AGEING_BOTH_BUCKETS, "bucket_set and bounds were both given"))
        }
        (Some(code), None) => kernel::text::line("bucket_set", code).map(Buckets::Named),
        (None, None) if basis.is_none() => Ok(Buckets::Standard),
        (None, bounds) => {
            let bounds = bounds.unwrap_or("30,60,90");
            let days = bounds.split(',').map(|day| day.trim().parse::<u16>()).collect::<Result<Vec<_>, _>>();
            let days = days.map_err(|e| {
                let code = &domain::receivables::codes::AGEING_BOUNDS_INVALID;
                Error::field("bounds", code, format!("{bounds:?} is not a list of days")).caused_by(e)
            })?;
            Ok(Buckets::Bounds(basis.unwrap_or(AgeBasis::Due), days))
        }
    }
}
