//! Exposure of accounts, parties and groups.

use actix_web::get;
use app::credit::lists;
use app::credit::report::{
    ExposureReport, ExposureRequest, PastItem, PastPage, ReportedLeaf, exposure, parts, past_items,
};
use app::ledger::AsOfRequest;
use domain::credit::exposure::Component;
use kernel::id::{
    AccountId, DeliveryId, InstrumentId, LegalEntityId, OrderId, PartyId, ReceivableId, ReservationId,
    parse_prefixed,
};
use kernel::page::PageSize;
use kernel::rate::RateUsed;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::checks::amount;
use crate::answer::{self, Versioned};
use crate::call::Call;
use crate::listing;
use crate::openapi::PageOf;
use crate::params::Params;
use crate::problem::RestResult;

/// One part of exposure.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ExposurePart)]
pub(crate) struct PartDto {
    /// `not_due`, `overdue`, `disputed`, `returned`, `instruments`, `orders`, `deliveries` or `reserved`.
    part: String,
    amount: String,
    /// Whether it counts against limits by the policy.
    counts: bool,
}

/// A rate that took part.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExposureRate)]
pub(crate) struct RateDto {
    base: String,
    quote: String,
    #[schema(format = Date)]
    on: String,
    rate: String,
    /// Whether it was divided by.
    inverted: bool,
}

/// One account in one currency.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ExposureAccount)]
pub(crate) struct LeafDto {
    account_id: String,
    account_number: String,
    account_name: String,
    party_id: String,
    party_name: String,
    legal_entity_id: String,
    /// A company of our own: left out of every sum above it.
    eliminated: bool,
    /// Absent where the account has no exposure.
    currency: Option<String>,
    /// In the account's own currency, credits not deducted.
    gross_amount: String,
    credits_amount: String,
    /// In the currency of the report, credits not deducted.
    converted_amount: String,
}

/// Exposure by component, in one currency.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Exposure)]
pub(crate) struct ExposureDto {
    /// `account`, `party` or `group`.
    holder_kind: String,
    /// Of a party: the one that stands for all of its tax id.
    holder_id: String,
    holder_name: String,
    /// The business date that splits what is due from what is not.
    #[schema(format = Date)]
    on: String,
    currency: String,
    parts: Vec<PartDto>,
    /// The sum of all parts.
    gross_amount: String,
    /// Open credit notes and unallocated cash.
    credits_amount: String,
    /// What of them is set off by the policy.
    set_off_amount: String,
    /// What counts against limits by the policy.
    counted_amount: String,
    /// What is left out of every figure above: companies of our own.
    eliminated_amount: String,
    policy_code: String,
    policy_version: i32,
    rate_source: String,
    rates: Vec<RateDto>,
    accounts: Vec<LeafDto>,
    /// There are accounts outside your rights: the figures are not all there is.
    partial: bool,
}

/// One thing that exposure is made of.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExposureItem)]
pub(crate) struct ExposureItemDto {
    /// `receivable`, `instrument`, `order`, `delivery` or `reservation`.
    kind: String,
    id: String,
    account_id: String,
    account_number: String,
    account_name: String,
    legal_entity_id: String,
    /// `open`, `disputed`, `returned`, `instruments`, `orders`, `deliveries`, `reserved` or `credits`.
    component: String,
    currency: String,
    /// Credits are positive: a deduction.
    amount: String,
    document_no: String,
    #[schema(format = Date)]
    due_on: Option<String>,
    overdue: Option<bool>,
    /// A company of our own: left out of every sum above it.
    eliminated: bool,
}

impl From<PastItem> for ExposureItemDto {
    fn from(item: PastItem) -> Self {
        let id = match item.kind.as_str() {
            "receivable" => ReceivableId(item.id).to_string(),
            "instrument" => InstrumentId(item.id).to_string(),
            "order" => OrderId(item.id).to_string(),
            "delivery" => DeliveryId(item.id).to_string(),
            _ => ReservationId(item.id).to_string(),
        };
        Self {
            kind: item.kind,
            id,
            account_id: AccountId(item.account_id).to_string(),
            account_number: item.account_number,
            account_name: item.account_name,
            legal_entity_id: LegalEntityId(item.legal_entity_id).to_string(),
            component: item.component.to_string(),
            currency: item.currency,
            amount: amount(item.amount),
            document_no: item.document_no,
            due_on: item.due_on.map(|due| due.to_string()),
            overdue: Some(item.overdue),
            eliminated: item.eliminated,
        }
    }
}

impl Versioned for ExposureDto {
    fn version(&self) -> Option<i64> {
        None
    }
}

impl From<RateUsed> for RateDto {
    fn from(used: RateUsed) -> Self {
        Self {
            base: used.rate.base().to_string(),
            quote: used.rate.quote().to_string(),
            on: used.rate.on().to_string(),
            rate: amount(used.rate.rate()),
            inverted: used.inverted,
        }
    }
}

impl From<ReportedLeaf> for LeafDto {
    fn from(leaf: ReportedLeaf) -> Self {
        let ReportedLeaf { row, amounts } = leaf;
        Self {
            account_id: AccountId(row.account_id).to_string(),
            account_number: row.account_number,
            account_name: row.account_name,
            party_id: PartyId(row.party_id).to_string(),
            party_name: row.party_name,
            legal_entity_id: LegalEntityId(row.legal_entity_id).to_string(),
            eliminated: row.eliminated,
            currency: row.currency,
            gross_amount: amount(row.sums.gross()),
            credits_amount: amount(row.sums.credits),
            converted_amount: amount(amounts.components.gross()),
        }
    }
}

impl From<ExposureReport> for ExposureDto {
    fn from(report: ExposureReport) -> Self {
        let part = |(part, of): (domain::credit::policy::Part, kernel::Decimal)| PartDto {
            part: part.to_string(),
            amount: amount(of),
            counts: report.policy.counts(part),
        };
        Self {
            holder_kind: report.holder.kind.to_string(),
            holder_id: report.holder.public_id(),
            holder_name: report.name.clone(),
            on: report.on.to_string(),
            currency: report.currency.to_string(),
            parts: parts(&report.total).map(part).collect(),
            gross_amount: amount(report.total.components.gross()),
            credits_amount: amount(report.total.components.get(Component::Credits)),
            set_off_amount: amount(report.set_off),
            counted_amount: amount(report.counted),
            eliminated_amount: amount(report.eliminated.components.gross()),
            policy_code: report.policy.code.clone(),
            policy_version: report.policy_version,
            rate_source: report.policy.rate_source.clone(),
            rates: report.rates.into_iter().map(RateDto::from).collect(),
            accounts: report.leaves.into_iter().map(LeafDto::from).collect(),
            partial: report.partial,
        }
    }
}

/// What could be lost with an account, a party or a group: by component, in one currency, down to its accounts.
#[utoipa::path(tag = "credit", responses((status = 200, body = ExposureDto)), params(
    ("account" = Option<String>, Query, description = "Of this account."),
    ("party" = Option<String>, Query, description = "Of all parties that count as one with this one."),
    ("group" = Option<String>, Query, description = "Of the group under this party."),
    ("currency" = Option<String>, Query, description = "Of every figure; the first account's when absent. Rates are the policy's."),
    ("as_of" = Option<String>, Query, description = "At the end of this business day; without it the present state."),
    ("known_at" = Option<String>, Query, description = "Instant (RFC 3339) whose knowledge is shown."),
))]
#[get("/v1/credit/exposure")]
pub(super) async fn get_exposure(call: Call) -> RestResult {
    let params =
        Params::read(&call, &["account", "party", "group", "currency", "as_of", "known_at", "fields"])?;
    let request = ExposureRequest {
        account: params.text("account"),
        party: params.text("party"),
        group: params.text("group"),
        currency: params.text("currency"),
        at: AsOfRequest { as_of: params.text("as_of"), known_at: params.text("known_at") },
    };
    let found = call.run_report(move |app, ctx| exposure(app, ctx, &request)).await?;
    answer::object(&call, &ExposureDto::from(found))
}

/// What the exposure of a holder was made of on a past day, item by item; lists of today are at `/v1/credit/exposure/items`.
#[utoipa::path(tag = "credit", responses((status = 200, body = PageOf<ExposureItemDto>)), params(
    ("account" = Option<String>, Query, description = "Of this account."),
    ("party" = Option<String>, Query, description = "Of all parties that count as one with this one."),
    ("group" = Option<String>, Query, description = "Of the group under this party."),
    ("as_of" = Option<String>, Query, description = "At the end of this business day; without it the present state."),
    ("known_at" = Option<String>, Query, description = "Instant (RFC 3339) whose knowledge is shown."),
    ("limit" = Option<u32>, Query, description = "Rows of a page, 1 to 500. Default: 50."),
    ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before."),
))]
#[get("/v1/credit/exposure/past-items")]
pub(super) async fn list_past_exposure_items(call: Call) -> RestResult {
    let known = ["account", "party", "group", "as_of", "known_at", "limit", "cursor"];
    let params = Params::read(&call, &known)?;
    let request = ExposureRequest {
        account: params.text("account"),
        party: params.text("party"),
        group: params.text("group"),
        currency: None,
        at: AsOfRequest { as_of: params.text("as_of"), known_at: params.text("known_at") },
    };
    let read = || -> kernel::Outcome<PastPage> {
        let size = params.number("limit")?.map_or(Ok(PageSize::default()), PageSize::try_new)?;
        let after = params.text("cursor").map(|text| parse_prefixed(&text)).transpose()?;
        Ok(PastPage { after, size: i64::from(size.get()) })
    };
    let page = read().map_err(|error| call.problem(error))?;
    let mut items = call.run_report(move |app, ctx| past_items(app, ctx, &request, page)).await?;
    let size = usize::try_from(page.size).unwrap_or_default();
    let more = items.len() > size;
    items.truncate(size);
    let items = items.into_iter().map(ExposureItemDto::from).collect::<Vec<_>>();
    let next = items.last().filter(|_| more).map(|item| item.id.clone());
    answer::page(&call, &items, next.as_deref())
}

/// Lists what exposure is made of, item by item.
#[utoipa::path(tag = "credit", responses((status = 200, body = PageOf<ExposureItemDto>)))]
#[get("/v1/credit/exposure/items")]
pub(super) async fn list_exposure_items(call: Call) -> RestResult {
    listing::list::<ExposureItemDto>(call, &lists::EXPOSURE_ITEMS).await
}
