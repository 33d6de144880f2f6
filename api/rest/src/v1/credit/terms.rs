//! Terms of payment: the catalogue, deviations, and invoices outside what was agreed.

mod deviations;

use actix_web::web::Path;
use actix_web::{get, put};
use app::credit::terms::lists::PAYMENT_TERMS;
use app::credit::terms::{OffTerms, OffTermsRequest, StoredTerm, off_terms, save_term};
use kernel::id::{AccountId, LegalEntityId, ReceivableId, TermDeviationId};
use kernel::page::PageSize;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::checks::amount;
use crate::answer::{self, Versioned};
use crate::call::{Call, Cmd};
use crate::listing;
use crate::openapi::PageOf;
use crate::params::Params;
use crate::problem::RestResult;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_payment_terms)
        .service(get_payment_term)
        .service(save_payment_term)
        .configure(deviations::configure)
        .service(list_off_terms);
}

/// A term of payment.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PaymentTerm)]
struct PaymentTermDto {
    #[schema(example = "net_30")]
    code: String,
    /// What the days count from, days, end of month, payment days, acceptance, instalments.
    #[schema(value_type = Object)]
    document: Value,
    version: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    recorded_at: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SavePaymentTerm)]
struct SavePaymentTermBody {
    #[schema(value_type = Object)]
    document: Value,
}

/// An open invoice outside its terms.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OffTermsInvoice)]
struct OffTermsDto {
    receivable_id: String,
    document_no: String,
    account_id: String,
    account_number: String,
    account_name: String,
    legal_entity_id: String,
    currency: String,
    open_amount: String,
    #[schema(format = Date)]
    issue_on: String,
    /// The date of issue counts where it is not known.
    #[schema(format = Date)]
    goods_received_on: Option<String>,
    #[schema(format = Date)]
    due_on: String,
    /// `deviates` from what is agreed, or `above_cap` of the law.
    verdict: String,
    /// Calendar days from receipt to the due date.
    days: i64,
    /// Code of the terms agreed.
    agreed: Option<String>,
    /// By what is agreed it should be due then; of instalments the nearest.
    #[schema(format = Date)]
    agreed_on: Option<String>,
    /// Days later than agreed; negative when earlier.
    deviation_days: Option<i64>,
    deviation_id: Option<String>,
    /// The last day the law allows.
    #[schema(format = Date)]
    cap_on: Option<String>,
    cap_days: Option<u16>,
    /// `es_ley_3_2004_art_4_3` or `es_ley_9_2017_art_198_4`.
    law: Option<String>,
    above_cap_days: i64,
}

impl Versioned for PaymentTermDto {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}

impl From<StoredTerm> for PaymentTermDto {
    fn from(term: StoredTerm) -> Self {
        Self { code: term.code, document: term.document, version: term.version, recorded_at: None }
    }
}

impl From<OffTerms> for OffTermsDto {
    fn from(found: OffTerms) -> Self {
        let OffTerms { item, agreed, verdict } = found;
        Self {
            receivable_id: ReceivableId(item.id).to_string(),
            document_no: item.document_no,
            account_id: AccountId(item.account_id).to_string(),
            account_number: item.account_number,
            account_name: item.account_name,
            legal_entity_id: LegalEntityId(item.legal_entity_id).to_string(),
            currency: item.currency,
            open_amount: amount(item.open_amount),
            issue_on: item.issue_on.to_string(),
            goods_received_on: item.goods_received_on.map(|day| day.to_string()),
            due_on: item.due_on.to_string(),
            verdict: verdict.verdict.to_string(),
            days: verdict.days,
            agreed,
            agreed_on: verdict.agreed_on.map(|day| day.to_string()),
            deviation_days: verdict.deviation_days,
            deviation_id: item.deviation_id.map(|id| TermDeviationId(id).to_string()),
            cap_on: verdict.cap_on.map(|day| day.to_string()),
            cap_days: verdict.cap.map(|cap| cap.days),
            law: verdict.cap.map(|cap| cap.law.to_string()),
            above_cap_days: verdict.above_cap_days,
        }
    }
}

/// Lists the catalogue of payment terms.
#[utoipa::path(tag = "credit", responses((status = 200, body = PageOf<PaymentTermDto>)))]
#[get("/v1/payment-terms")]
async fn list_payment_terms(call: Call) -> RestResult {
    listing::list::<PaymentTermDto>(call, &PAYMENT_TERMS).await
}

/// One term of payment.
#[utoipa::path(tag = "credit", responses((status = 200, body = PaymentTermDto)))]
#[get("/v1/payment-terms/{code}")]
async fn get_payment_term(call: Call, code: Path<String>) -> RestResult {
    listing::get::<PaymentTermDto>(call, &PAYMENT_TERMS, code.into_inner()).await
}

/// Saves a term of payment.
#[utoipa::path(tag = "credit", request_body = SavePaymentTermBody, responses((status = 200, body = PaymentTermDto)))]
#[put("/v1/payment-terms/{code}")]
async fn save_payment_term(cmd: Cmd<SavePaymentTermBody>, code: Path<String>) -> RestResult {
    let Cmd { call, body } = cmd;
    let answer = call.run(move |app, ctx| save_term(app, ctx, &code, &body.document)).await?;
    answer::done(&call, &answer.map(PaymentTermDto::from))
}

/// Open invoices that are due otherwise than agreed, or later than the law allows, with the reasons. A page may hold fewer than asked
/// for and not be the last: `next_cursor` says so.
#[utoipa::path(tag = "credit", responses((status = 200, body = PageOf<OffTermsDto>)), params(
    ("legal_entity" = Option<String>, Query, description = "Of this legal entity."),
    ("account" = Option<String>, Query, description = "Of this account."),
    ("verdict" = Option<String>, Query, description = "`deviates` or `above_cap`; both when absent."),
    ("limit" = Option<u32>, Query, description = "Rows of a page, 1 to 500. Default: 50."),
    ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before."),
))]
#[get("/v1/credit/off-terms")]
async fn list_off_terms(call: Call) -> RestResult {
    let params = Params::read(&call, &["legal_entity", "account", "verdict", "limit", "cursor"])?;
    let read = || -> kernel::Outcome<OffTermsRequest> {
        let size = params.number("limit")?.map_or(Ok(PageSize::default()), PageSize::try_new)?;
        Ok(OffTermsRequest {
            legal_entity: params.id("legal_entity", LegalEntityId::PREFIX)?,
            account: params.id("account", AccountId::PREFIX)?,
            verdict: params.choice("verdict")?,
            after: params.id("cursor", ReceivableId::PREFIX)?,
            size: size.get().into(),
        })
    };
    let request = read().map_err(|error| call.problem(error))?;
    let page = call.run_report(move |app, ctx| off_terms(app, ctx, &request)).await?;
    let items = page.items.into_iter().map(OffTermsDto::from).collect::<Vec<_>>();
    let next = page.next.map(|id| ReceivableId(id).to_string());
    answer::page(&call, &items, next.as_deref())
}
