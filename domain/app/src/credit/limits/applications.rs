//! Applications for limits: asked for, proposed by the table, approved by people who did not ask.

mod create;
mod decide;
mod facts;
mod grant;
mod hands;
mod look;
mod standing;
mod submit;
mod waiting;

use domain::credit::approval::{ApplicationState, Chain};
use domain::credit::check::{Holder, HolderKind};
use domain::credit::granting::Granting;
use domain::credit::limits::{LimitTerms, LimitType, Period};
use domain::credit::policy::Part;
use kernel::id::LimitApplicationId;
use kernel::{Currency, Date, Decimal, Error, Instant, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

pub use self::create::{ApplyForLimit, apply_for_limit};
pub use self::decide::{
    Decide, approve_application, expire_applications, refuse_application, withdraw_application,
};
pub use self::submit::submit_application;
pub use self::waiting::{Waiting, waiting_for_me};
use super::{codes, holder};
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::store::WriteTx;

/// An application as stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LimitApplication {
    pub id: Uuid,
    pub holder_kind: HolderKind,
    pub holder_id: Uuid,
    pub legal_entity_id: Option<Uuid>,
    pub limit_type: LimitType,
    pub component: Option<Part>,
    pub currency: String,
    pub amount: Decimal,
    pub valid_from: Date,
    pub valid_until: Option<Date>,
    pub terms_days: Option<i32>,
    pub reason: String,
    pub attachments: Option<String>,
    pub state: ApplicationState,
    pub requested_by: Uuid,
    pub requested_by_name: String,
    /// Who made the key that asked.
    pub key_made_by: Option<Uuid>,
    pub created_at: Instant,
    pub expires_at: Option<Instant>,
    pub decided_at: Option<Instant>,
    pub proposed_amount: Option<Decimal>,
    pub granted_amount: Option<Decimal>,
    pub proposal: Option<Granting>,
    pub chain: Option<Chain>,
    pub limit_id: Option<Uuid>,
    /// Limits that what was granted took the place of.
    pub replaced: Vec<Uuid>,
    pub version: i32,
}

/// What somebody said about an application.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Approval {
    pub id: Uuid,
    pub application_id: Uuid,
    /// Place of the level in the chain.
    pub level: usize,
    pub approver_id: Uuid,
    pub approver_name: String,
    pub on_behalf_of: Option<Uuid>,
    pub decision: domain::credit::approval::ApprovalDecision,
    pub amount: Option<Decimal>,
    pub note: Option<String>,
    pub decided_at: Instant,
}

impl LimitApplication {
    pub fn holder(&self) -> Holder {
        Holder { kind: self.holder_kind, id: self.holder_id }
    }

    /// Who asked, and who stands behind the key that did: nobody of them approves.
    pub(super) fn requesters(&self) -> Vec<Uuid> {
        std::iter::once(self.requested_by).chain(self.key_made_by).collect()
    }

    /// The limit it would become.
    ///
    /// # Errors
    /// `currency.unknown` where what is stored was never a currency.
    fn terms(&self, amount: Decimal, until: Option<Date>) -> Outcome<LimitTerms> {
        Ok(LimitTerms {
            holder: holder::of_limit(self.holder()),
            legal_entity: self.legal_entity_id,
            limit_type: self.limit_type,
            component: self.component,
            collateral: None,
            reference: None,
            currency: Currency::parse("currency", &self.currency)?,
            amount,
            covered_percent: None,
            valid: Period { from: self.valid_from, until },
            review_on: None,
        })
    }

    /// Moves on, if the state leads there.
    ///
    /// # Errors
    /// `limit_application.state`.
    fn go(&mut self, next: ApplicationState) -> Outcome<()> {
        if !self.state.leads_to(next) {
            let message = format!("it is {}", self.state);
            return Err(Error::with(&codes::APPLICATION_STATE, message));
        }
        self.state = next;
        Ok(())
    }

    fn event(&self, kind: &'static str, before: ApplicationState) -> NewEvent {
        let after = json!({ "state": self.state, "holder_kind": self.holder_kind, "holder_id": self.holder().public_id(),
            "limit_type": self.limit_type, "component": self.component, "currency": self.currency, "amount": self.amount,
            "proposed_amount": self.proposed_amount, "granted_amount": self.granted_amount,
            "reasons": self.proposal.as_ref().map(|p| p.reasons.clone()),
            "id": LimitApplicationId(self.id) });
        let before = if self.version == 1 { Value::Null } else { json!({ "state": before }) };
        let mut event = NewEvent::about(kind, "limit_application", self.id).change(before, after);
        event.account_id = (self.holder_kind == HolderKind::Account).then_some(self.holder_id);
        event.legal_entity_id = self.legal_entity_id;
        event
    }
}

/// An application the caller may act on, locked, in the version that was seen; under the party that stands for its holder now.
///
/// # Errors
/// `not_found`, `auth.forbidden`, `version.mismatch`.
fn locked(tx: &mut dyn WriteTx, ctx: &Ctx, id: LimitApplicationId) -> Outcome<LimitApplication> {
    let mut application = tx.application_for_update(id.0)?;
    let holder = holder::in_charge(tx, ctx, &holder::of_limit(application.holder()))?;
    application.holder_id = holder.id().unwrap_or(application.holder_id);
    crate::command::check_version(ctx, application.version.into())?;
    Ok(application)
}
