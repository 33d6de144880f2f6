//! Invoices issued outside what was agreed, or above what the law allows.

use domain::access::Permission;
use domain::credit::terms::{Cap, Item, PaymentTerm, TermsVerdict, Verdict, cap_of, judge};
use domain::rules::finding::parse_document;
use kernel::{Date, Decimal, Outcome};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::App;
use crate::ctx::Ctx;

/// Invoices looked at in one go, and goes for one page.
const CHUNK: i64 = 1_000;
const CHUNKS_MAX: usize = 20;

/// What is asked.
#[derive(Debug, Clone, Default)]
pub struct OffTermsRequest {
    pub legal_entity: Option<Uuid>,
    pub account: Option<Uuid>,
    /// One verdict alone; both when absent.
    pub verdict: Option<TermsVerdict>,
    pub after: Option<Uuid>,
    pub size: usize,
}

/// Seller and customer of an account, as far as the law distinguishes them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct BothSides {
    pub seller_country: String,
    pub customer_country: Option<String>,
    pub customer_kind: String,
}

impl BothSides {
    pub(super) fn cap(&self) -> Option<Cap> {
        cap_of(&self.seller_country, self.customer_country.as_deref(), &self.customer_kind)
    }
}

/// An open invoice with what is agreed for it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct TermsItem {
    pub id: Uuid,
    pub account_id: Uuid,
    pub account_number: String,
    pub account_name: String,
    pub legal_entity_id: Uuid,
    pub document_no: String,
    pub currency: String,
    pub open_amount: Decimal,
    pub issue_on: Date,
    pub goods_received_on: Option<Date>,
    pub due_on: Date,
    #[serde(flatten)]
    pub sides: BothSides,
    pub payment_terms_days: Option<u16>,
    /// Of the deviation approved for its date of issue.
    pub deviation_id: Option<Uuid>,
    /// As that was approved.
    pub term: Option<Value>,
}

/// An invoice outside its terms.
#[derive(Debug, Clone, PartialEq)]
pub struct OffTerms {
    pub item: TermsItem,
    /// Code of the terms agreed.
    pub agreed: Option<String>,
    pub verdict: Verdict,
}

/// One page; it may hold fewer than asked for and not be the last.
#[derive(Debug, Clone, PartialEq)]
pub struct OffTermsPage {
    pub items: Vec<OffTerms>,
    /// Read on after this one.
    pub next: Option<Uuid>,
}

/// Open invoices that are due otherwise than agreed, or later than the law allows, each with the reasons.
///
/// # Errors
/// `auth.forbidden`.
pub fn off_terms(app: &App, ctx: &Ctx, request: &OffTermsRequest) -> Outcome<OffTermsPage> {
    ctx.require(Permission::CreditRead)?;
    app.store.view("credit.off_terms", |tx| {
        let (mut found, mut after) = (Vec::new(), request.after);
        for _ in 0..CHUNKS_MAX {
            let rows = tx.terms_items(ctx, request, after, CHUNK)?;
            let last = i64::try_from(rows.len()).unwrap_or(i64::MAX) < CHUNK;
            for item in rows {
                after = Some(item.id);
                let off = judged(item)?;
                let wanted = request.verdict.is_none_or(|verdict| verdict == off.verdict.verdict);
                if wanted && off.verdict.verdict != TermsVerdict::Kept {
                    found.push(off);
                }
                if found.len() >= request.size {
                    return Ok(OffTermsPage { items: found, next: after });
                }
            }
            if last {
                return Ok(OffTermsPage { items: found, next: None });
            }
        }
        Ok(OffTermsPage { items: found, next: after })
    })
}

fn judged(item: TermsItem) -> Outcome<OffTerms> {
    let of_deviation = item.term.as_ref().map(parse_document::<PaymentTerm>).transpose()?;
    let agreed = of_deviation.or_else(|| item.payment_terms_days.map(PaymentTerm::net));
    let dates = Item { issue_on: item.issue_on, received_on: item.goods_received_on, due_on: item.due_on };
    let verdict = judge(&dates, agreed.as_ref(), item.sides.cap());
    Ok(OffTerms { item, agreed: agreed.map(|term| term.code), verdict })
}
