//! Operations on credit checks, reservations and releases.

mod verdict;

use actix_web::web::Path;
use actix_web::{get, post};
use app::command::Answer;
use app::credit::check::{CheckCredit, CreditCheck};
use app::credit::lists;
use app::credit::release::{ReleaseCheck, release_check as release, release_reservation as give_back};
use app::credit::store::{Release, Reservation};
use kernel::id::{AccountId, CreditCheckId, CreditReleaseId, ReservationId};
use kernel::{Decimal, Instant};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use self::verdict::{CheckReasonDto, ConstraintDto, UnlockDto, VerdictDto};
use crate::answer::{self, Versioned};
use crate::call::{Call, Cmd, NoBody};
use crate::listing;
use crate::openapi::PageOf;
use crate::problem::{Problem, RestResult};
use crate::v1::credit::exposure::RateDto;

/// May this be sold to this customer on credit?
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreateCreditCheck)]
pub(crate) struct CreateCreditCheckBody {
    /// The account by its id, or by its source and the key the ERP pushes it under.
    #[serde(default)]
    account_id: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    account_external_id: String,
    /// Taxes included.
    #[schema(example = "1250.00")]
    amount: String,
    #[schema(example = "EUR")]
    currency: String,
    /// `quote`, `order`, `pick`, `ship` or `invoice`.
    #[schema(example = "order")]
    checkpoint: String,
    /// Number of the order or quotation: what it already holds is not counted a second time, and a release is found by it.
    #[serde(default)]
    reference: String,
    /// Hold the headroom if allowed; a reservation of the same reference is replaced.
    #[serde(default)]
    reserve: bool,
    /// As the credit policy says when absent.
    reservation_hours: Option<u32>,
    /// `open` or `closed`: what is answered when nothing can be looked at; as the credit policy says when absent.
    #[serde(default)]
    on_failure: String,
}

/// What a check answers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CreditCheckAnswer)]
pub(crate) struct CreditCheckDto {
    #[schema(example = "chk_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    #[schema(format = DateTime)]
    checked_at: String,
    account_id: Option<String>,
    checkpoint: String,
    reference: Option<String>,
    amount: String,
    currency: String,
    /// `allow`; `hold`: a person may release it; `refuse`: nobody may, as long as the reason holds.
    outcome: String,
    /// Those that decided come first.
    reasons: Vec<CheckReasonDto>,
    /// What leaves least; absent where nobody has a limit.
    binding: Option<ConstraintDto>,
    constraints: Vec<ConstraintDto>,
    /// What others would pay of the binding holder's exposure with this sale.
    covered: String,
    /// The smallest first; none where no single change is enough.
    unlocks: Vec<UnlockDto>,
    /// What the policy's rules of the checkpoint read, by path; null where it was not known.
    #[schema(value_type = Object)]
    facts: Map<String, Value>,
    /// Every rate that took part.
    rates: Vec<RateDto>,
    reservation: Option<ReservationDto>,
    policy_code: String,
    policy_version: i32,
    /// Nothing could be looked at: the answer is what was chosen for that case.
    degraded: bool,
}

/// A check in a list.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreditCheck)]
pub(crate) struct CreditCheckRowDto {
    #[schema(example = "chk_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    #[schema(format = DateTime)]
    checked_at: String,
    account_id: Option<String>,
    account_number: Option<String>,
    account_name: Option<String>,
    legal_entity_id: Option<String>,
    /// The account as the caller named it.
    asked: String,
    checkpoint: String,
    reference: Option<String>,
    currency: String,
    amount: String,
    /// `allow`, `hold` or `refuse`.
    outcome: String,
    /// The main reason.
    reason: String,
    degraded: bool,
    policy_code: String,
    policy_version: i32,
    reservation_id: Option<String>,
    /// Whether a person released it.
    released: bool,
    #[schema(format = DateTime)]
    released_at: Option<String>,
    released_by: Option<String>,
    release_reason: Option<String>,
    verdict: VerdictDto,
}

/// Headroom held for a sale.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreditReservation)]
pub(crate) struct ReservationDto {
    #[schema(example = "rsv_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    account_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account_number: Option<String>,
    check_id: String,
    reference: Option<String>,
    currency: String,
    amount: String,
    /// `active`, `consumed` by its order, `released` or `expired`.
    state: String,
    #[schema(format = DateTime)]
    expires_at: String,
    #[schema(format = DateTime)]
    recorded_at: String,
    #[schema(format = DateTime)]
    ended_at: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReleaseCreditCheck)]
pub(crate) struct ReleaseCheckBody {
    /// At most so much; what was asked for when absent.
    amount: Option<String>,
    /// For so many hours; a week when absent.
    hours: Option<u32>,
    /// Why; whoever reads of it later has to understand it.
    #[serde(default)]
    reason: String,
}

/// What a person released.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CreditRelease)]
pub(crate) struct ReleaseDto {
    #[schema(example = "rls_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    check_id: String,
    account_id: String,
    reference: String,
    currency: String,
    amount: String,
    #[schema(format = DateTime)]
    expires_at: String,
    #[schema(format = DateTime)]
    released_at: String,
    released_by: String,
    reason: String,
}

pub(super) fn instant(at: Instant) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

pub(super) fn amount(amount: Decimal) -> String {
    amount.normalize().to_string()
}

impl CreateCreditCheckBody {
    fn into_command(self) -> CheckCredit {
        CheckCredit {
            account_id: self.account_id,
            source: self.source,
            account_external_id: self.account_external_id,
            amount: self.amount,
            currency: self.currency,
            checkpoint: self.checkpoint,
            reference: self.reference,
            reserve: self.reserve,
            reservation_hours: self.reservation_hours,
            on_failure: self.on_failure,
        }
    }
}

impl CreditCheckDto {
    /// # Errors
    /// `internal` when the verdict does not have its shape.
    fn of(call: &Call, check: CreditCheck) -> Result<Self, Problem> {
        let VerdictDto { reasons, binding, constraints, covered, unlocks, facts, rates } =
            listing::typed(call, check.document())?;
        Ok(Self {
            id: CreditCheckId(check.id).to_string(),
            checked_at: instant(check.checked_at),
            account_id: check.account_id.map(|id| AccountId(id).to_string()),
            checkpoint: check.checkpoint.to_string(),
            reference: check.reference,
            amount: amount(check.amount),
            currency: check.currency,
            outcome: check.verdict.outcome.to_string(),
            reasons,
            binding,
            constraints,
            covered,
            unlocks,
            facts,
            rates,
            reservation: check.reservation.map(ReservationDto::from),
            policy_code: check.policy_code,
            policy_version: check.policy_version,
            degraded: check.degraded,
        })
    }
}

impl From<Reservation> for ReservationDto {
    fn from(reservation: Reservation) -> Self {
        Self {
            id: ReservationId(reservation.id).to_string(),
            account_id: AccountId(reservation.account_id).to_string(),
            account_number: None,
            check_id: CreditCheckId(reservation.check_id).to_string(),
            reference: reservation.reference,
            currency: reservation.currency,
            amount: amount(reservation.amount),
            state: reservation.state.to_string(),
            expires_at: instant(reservation.expires_at),
            recorded_at: instant(reservation.recorded_at),
            ended_at: reservation.ended_at.map(instant),
        }
    }
}

impl From<Release> for ReleaseDto {
    fn from(release: Release) -> Self {
        Self {
            id: CreditReleaseId(release.id).to_string(),
            check_id: CreditCheckId(release.check_id).to_string(),
            account_id: AccountId(release.account_id).to_string(),
            reference: release.reference,
            currency: release.currency,
            amount: amount(release.amount),
            expires_at: instant(release.expires_at),
            released_at: instant(release.released_at),
            released_by: release.released_by,
            reason: release.reason,
        }
    }
}

macro_rules! without_version {
    ($($dto:ty),*) => {$(
        impl Versioned for $dto {
            fn version(&self) -> Option<i64> {
                None
            }
        }
    )*};
}

without_version!(CreditCheckDto, CreditCheckRowDto, ReservationDto, ReleaseDto);

/// Lists credit checks, newest first: what was asked, what was answered and why.
#[utoipa::path(tag = "credit", responses((status = 200, body = PageOf<CreditCheckRowDto>)))]
#[get("/v1/credit/checks")]
pub(super) async fn list_credit_checks(call: Call) -> RestResult {
    listing::list::<CreditCheckRowDto>(call, &lists::CREDIT_CHECKS).await
}

/// Asks whether something may be sold to a customer on credit, and holds headroom for it if wanted. The answer is always 201 with an
/// outcome, also for an account nobody knows and while the database is away; only a request that cannot be read is refused.
#[utoipa::path(tag = "credit", request_body = CreateCreditCheckBody, responses((status = 201, body = CreditCheckDto)))]
#[post("/v1/credit/checks")]
pub(super) async fn create_credit_check(cmd: Cmd<CreateCreditCheckBody>) -> RestResult {
    let Cmd { call, body } = cmd;
    let answer = call.api.check_credit(call.facts.clone(), body.into_command()).await;
    let Answer { value, events, dry_run, replayed } = answer.map_err(|error| call.problem(error))?;
    let value = CreditCheckDto::of(&call, value)?;
    answer::created(&call, &Answer { value, events, dry_run, replayed })
}

/// One check, as it was decided.
#[utoipa::path(tag = "credit", responses((status = 200, body = CreditCheckRowDto)))]
#[get("/v1/credit/checks/{credit_check}")]
pub(super) async fn get_credit_check(call: Call, credit_check: Path<String>) -> RestResult {
    listing::get::<CreditCheckRowDto>(call, &lists::CREDIT_CHECKS, credit_check.into_inner()).await
}

/// Takes the responsibility for a sale that was held: checks of the same reference pass while it lasts. Whoever asked cannot release,
/// nor whoever made the key that asked, nor a machine; and the reason is required.
#[utoipa::path(tag = "credit", request_body = ReleaseCheckBody, responses((status = 201, body = ReleaseDto)))]
#[post("/v1/credit/checks/{credit_check}/release")]
pub(super) async fn release_credit_check(
    cmd: Cmd<ReleaseCheckBody>,
    credit_check: Path<String>,
) -> RestResult {
    let Cmd { call, body } = cmd;
    let wanted = ReleaseCheck { amount: body.amount, hours: body.hours, reason: body.reason };
    let answer =
        call.run(move |app, ctx| release(app, ctx, CreditCheckId::parse(&credit_check)?, &wanted)).await?;
    answer::created(&call, &answer.map(ReleaseDto::from))
}

/// Lists reservations, newest first.
#[utoipa::path(tag = "credit", responses((status = 200, body = PageOf<ReservationDto>)))]
#[get("/v1/credit/reservations")]
pub(super) async fn list_credit_reservations(call: Call) -> RestResult {
    listing::list::<ReservationDto>(call, &lists::CREDIT_RESERVATIONS).await
}

/// One reservation.
#[utoipa::path(tag = "credit", responses((status = 200, body = ReservationDto)))]
#[get("/v1/credit/reservations/{reservation}")]
pub(super) async fn get_credit_reservation(call: Call, reservation: Path<String>) -> RestResult {
    listing::get::<ReservationDto>(call, &lists::CREDIT_RESERVATIONS, reservation.into_inner()).await
}

/// Gives reserved headroom back before its time.
#[utoipa::path(tag = "credit", responses((status = 200, body = ReservationDto)))]
#[post("/v1/credit/reservations/{reservation}/release")]
pub(super) async fn release_credit_reservation(cmd: Cmd<NoBody>, reservation: Path<String>) -> RestResult {
    let answer =
        cmd.call.run(move |app, ctx| give_back(app, ctx, ReservationId::parse(&reservation)?)).await?;
    answer::done(&cmd.call, &answer.map(ReservationDto::from))
}
