//! Limits as use cases: what holders may owe, who said so, and what insurers and guarantors say.

pub mod applications;
pub mod codes;
mod effective;
mod end;
pub(super) mod holder;
pub(super) mod import;
pub mod lists;
mod nothing;
pub mod reviews;
pub mod stand_ins;
pub mod store;

use domain::credit::limits::{
    Collateral, LimitHolder, LimitHolderKind, LimitOrigin, LimitTerms, LimitType, Period,
};
use domain::credit::policy::Part;
use kernel::id::CreditLimitId;
use kernel::{Currency, Date, Decimal, Instant, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

pub use self::effective::{EffectiveLimit, EffectiveRequest, effective_limit};
pub(super) use self::effective::{converted, limits_now};
pub use self::end::{EndLimit, end_limit};
pub use self::import::{RecordLimit, record_limit};
use crate::events::NewEvent;

/// A limit as stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CreditLimit {
    pub id: Uuid,
    pub holder_kind: LimitHolderKind,
    pub holder_id: Option<Uuid>,
    pub segment: Option<String>,
    pub legal_entity_id: Option<Uuid>,
    pub limit_type: LimitType,
    pub component: Option<Part>,
    pub collateral: Option<Collateral>,
    pub reference: Option<String>,
    pub currency: String,
    pub amount: Decimal,
    pub covered_percent: Option<Decimal>,
    pub from: Date,
    pub until: Option<Date>,
    pub review_on: Option<Date>,
    pub origin: LimitOrigin,
    pub application_id: Option<Uuid>,
    pub reason: Option<String>,
    pub set_by: String,
    pub approved_by: Option<String>,
    pub version: i32,
    pub recorded_at: Instant,
    pub superseded_at: Option<Instant>,
}

/// Who said so, and how.
#[derive(Debug, Clone)]
pub struct Said {
    pub origin: LimitOrigin,
    pub application_id: Option<Uuid>,
    pub reason: Option<String>,
    pub set_by: String,
    pub approved_by: Option<String>,
    pub at: Instant,
}

impl CreditLimit {
    pub(super) fn new(id: Uuid, terms: &LimitTerms, said: Said) -> Self {
        let segment = if let LimitHolder::Segment(name) = &terms.holder { Some(name.clone()) } else { None };
        Self {
            id,
            holder_kind: terms.holder.kind(),
            holder_id: terms.holder.id(),
            segment,
            legal_entity_id: terms.legal_entity,
            limit_type: terms.limit_type,
            component: terms.component,
            collateral: terms.collateral,
            reference: terms.reference.clone(),
            currency: terms.currency.as_str().to_owned(),
            amount: terms.amount,
            covered_percent: terms.covered_percent,
            from: terms.valid.from,
            until: terms.valid.until,
            review_on: terms.review_on,
            origin: said.origin,
            application_id: said.application_id,
            reason: said.reason,
            set_by: said.set_by,
            approved_by: said.approved_by,
            version: 1,
            recorded_at: said.at,
            superseded_at: None,
        }
    }

    pub fn holder(&self) -> LimitHolder {
        let id = self.holder_id.unwrap_or_default();
        match self.holder_kind {
            LimitHolderKind::Account => LimitHolder::Account(id),
            LimitHolderKind::Party => LimitHolder::Party(id),
            LimitHolderKind::Group => LimitHolder::Group(id),
            LimitHolderKind::Segment => LimitHolder::Segment(self.segment.clone().unwrap_or_default()),
        }
    }

    /// # Errors
    /// `currency.unknown` where what is stored was never a currency.
    pub fn terms(&self) -> Outcome<LimitTerms> {
        Ok(LimitTerms {
            holder: self.holder(),
            legal_entity: self.legal_entity_id,
            limit_type: self.limit_type,
            component: self.component,
            collateral: self.collateral,
            reference: self.reference.clone(),
            currency: Currency::parse("currency", &self.currency)?,
            amount: self.amount,
            covered_percent: self.covered_percent,
            valid: self.period(),
            review_on: self.review_on,
        })
    }

    pub fn period(&self) -> Period {
        Period { from: self.from, until: self.until }
    }

    pub(super) fn event(&self, kind: &'static str) -> NewEvent {
        let after = json!({ "holder_kind": self.holder_kind, "holder_id": self.holder().public_id(),
            "limit_type": self.limit_type, "component": self.component, "currency": self.currency, "amount": self.amount,
            "covered_percent": self.covered_percent, "reference": self.reference, "from": self.from, "until": self.until,
            "origin": self.origin, "id": CreditLimitId(self.id) });
        let mut event = NewEvent::about(kind, "credit_limit", self.id).change(Value::Null, after);
        event.account_id = self.holder_id.filter(|_| self.holder_kind == LimitHolderKind::Account);
        event.legal_entity_id = self.legal_entity_id;
        event
    }
}
