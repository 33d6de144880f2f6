//! `CreditService`: may this be sold on credit?

use app::credit::check::{CheckCredit, CheckRate, CreditCheck};
use app::credit::release::release_reservation;
use domain::credit::check::{CheckReason, Constraint, Unlock};
use domain::credit::limits::Layer;
use domain::credit::policy::CheckOutcome;
use kernel::id::{CreditCheckId, CreditLimitId, LegalEntityId, ReservationId};
use kernel::text_enum::TextEnum as _;
use kernel::{Decimal, Instant};
use prost::Message as _;
use proto::v1 as pb;
use proto::v1::credit_service_server::CreditService;
use serde_json::Value;
use tonic::{Request, Response, Status};

use crate::Door;
use crate::call::{facts, idempotent};
use crate::status::status;

pub(crate) struct CreditDoor {
    door: Door,
}

impl CreditDoor {
    pub(crate) fn new(door: Door) -> Self {
        Self { door }
    }
}

#[tonic::async_trait]
impl CreditService for CreditDoor {
    async fn check(&self, request: Request<pb::CheckRequest>) -> Result<Response<pb::CheckResponse>, Status> {
        let api = &self.door.api;
        let facts = facts(api, request.metadata());
        let body = request.get_ref().encode_to_vec();
        let facts = idempotent(api, facts.clone(), request.metadata(), ("credit.check", &body))
            .map_err(|e| status(&e, &facts))?;
        let asked = asked(request.into_inner());
        let answer = api.check_credit(facts.clone(), asked).await;
        Ok(Response::new(answered(answer.map_err(|e| status(&e, &facts))?.value)))
    }

    async fn release_reservation(
        &self,
        request: Request<pb::ReleaseReservationRequest>,
    ) -> Result<Response<pb::ReleaseReservationResponse>, Status> {
        let api = &self.door.api;
        let facts = facts(api, request.metadata());
        let body = request.get_ref().encode_to_vec();
        let facts = idempotent(api, facts.clone(), request.metadata(), ("credit.release_reservation", &body))
            .map_err(|e| status(&e, &facts))?;
        let asked = request.into_inner();
        let work = move |app: &app::App, ctx: &app::ctx::Ctx| {
            release_reservation(app, ctx, ReservationId::parse(&asked.reservation_id)?)
        };
        let released = api.run(facts.clone(), work).await.map_err(|e| status(&e, &facts))?.value;
        Ok(Response::new(pb::ReleaseReservationResponse {
            reservation_id: ReservationId(released.id).to_string(),
            state: released.state.to_string(),
        }))
    }
}

fn asked(request: pb::CheckRequest) -> CheckCredit {
    let checkpoint = match request.checkpoint() {
        pb::Checkpoint::Unspecified => "",
        pb::Checkpoint::Quote => "quote",
        pb::Checkpoint::Order => "order",
        pb::Checkpoint::Pick => "pick",
        pb::Checkpoint::Ship => "ship",
        pb::Checkpoint::Invoice => "invoice",
    };
    let on_failure = match request.on_failure() {
        pb::OnFailure::Unspecified => "",
        pb::OnFailure::Open => "open",
        pb::OnFailure::Closed => "closed",
    };
    CheckCredit {
        checkpoint: checkpoint.to_owned(),
        on_failure: on_failure.to_owned(),
        account_id: request.account_id,
        source: request.source,
        account_external_id: request.account_external_id,
        amount: request.amount,
        currency: request.currency,
        reference: request.reference,
        reserve: request.reserve,
        // 0 is left out; what is less is no time at all, and refused as such.
        reservation_hours: (request.reservation_hours != 0)
            .then(|| u32::try_from(request.reservation_hours).unwrap_or_default()),
    }
}

fn outcome(outcome: CheckOutcome) -> pb::CheckOutcome {
    match outcome {
        CheckOutcome::Allow => pb::CheckOutcome::Allow,
        CheckOutcome::Hold => pb::CheckOutcome::Hold,
        CheckOutcome::Refuse => pb::CheckOutcome::Refuse,
    }
}

fn amount(amount: Decimal) -> String {
    amount.normalize().to_string()
}

fn instant(at: Instant) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

fn answered(check: CreditCheck) -> pb::CheckResponse {
    let verdict = check.verdict;
    let (reservation_id, expires_at) = check
        .reservation
        .map(|r| (ReservationId(r.id).to_string(), instant(r.expires_at)))
        .unwrap_or_default();
    pb::CheckResponse {
        check_id: CreditCheckId(check.id).to_string(),
        outcome: outcome(verdict.outcome).into(),
        reasons: verdict.reasons.into_iter().map(reason).collect(),
        binding: verdict.binding.as_ref().map(constraint),
        covered: amount(verdict.covered),
        unlocks: verdict.unlocks.into_iter().map(unlock).collect(),
        reservation_id,
        reservation_expires_at: expires_at,
        degraded: check.degraded,
        policy_code: check.policy_code,
        policy_version: check.policy_version,
        constraints: verdict.constraints.iter().map(constraint).collect(),
        facts: check.basis.facts.into_iter().map(fact).collect(),
        rates: check.basis.rates.into_iter().map(rate).collect(),
    }
}

fn fact((path, value): (String, Value)) -> pb::CheckFact {
    let value = match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => Some(value.to_string()),
    };
    pb::CheckFact { path, value }
}

fn rate(rate: CheckRate) -> pb::CheckRate {
    let CheckRate { base, quote, on, rate, inverted } = rate;
    pb::CheckRate { base, quote, on: on.to_string(), rate: amount(rate), inverted }
}

fn layer(layer: &Layer) -> pb::CheckLayer {
    pb::CheckLayer {
        limit_id: CreditLimitId(layer.limit).to_string(),
        limit_type: layer.limit_type.to_string(),
        amount: amount(layer.amount),
        covered_percent: amount(layer.covered_percent),
        until: layer.until.map(|until| until.to_string()).unwrap_or_default(),
    }
}

fn reason(reason: CheckReason) -> pb::CheckReason {
    let CheckReason { code, outcome: came_to, priority, decisive } = reason;
    pb::CheckReason { code, outcome: outcome(came_to).into(), decisive, priority: priority.map(i32::from) }
}

fn constraint(constraint: &Constraint) -> pb::CheckConstraint {
    pb::CheckConstraint {
        holder_kind: constraint.holder.kind.to_string(),
        holder_id: constraint.holder.public_id(),
        part: constraint.part.map(|part| part.as_str().to_owned()).unwrap_or_default(),
        limit: amount(constraint.limit),
        exposure: amount(constraint.exposure),
        headroom: amount(constraint.headroom),
        legal_entity_id: constraint.legal_entity.map(|id| LegalEntityId(id).to_string()).unwrap_or_default(),
        covered: amount(constraint.covered),
        layers: constraint.layers.iter().map(layer).collect(),
    }
}

fn unlock(unlock: Unlock) -> pb::CheckUnlock {
    pb::CheckUnlock { change: unlock.change.to_string(), amount: amount(unlock.amount) }
}
