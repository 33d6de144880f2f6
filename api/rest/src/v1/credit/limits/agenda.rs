//! Operations on the review agenda, and on who approves for whom.

use actix_web::web::Path;
use actix_web::{get, post};
use app::credit::limits::lists::{LIMIT_REVIEWS, STAND_INS};
use app::credit::limits::reviews::{FinishReview, LimitReview, finish_review};
use app::credit::limits::stand_ins::{NameStandIn, StandIn, end_stand_in as end, name_stand_in};
use kernel::id::{CreditLimitId, LimitReviewId, StandInId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{self, Versioned};
use crate::call::{Call, Cmd, NoBody};
use crate::listing;
use crate::openapi::PageOf;
use crate::problem::RestResult;
use crate::v1::credit::checks::instant;

/// A limit to be looked at again.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LimitReview)]
pub(crate) struct ReviewDto {
    #[schema(example = "lrv_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    limit_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    holder_kind: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    holder_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    holder_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    limit_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    currency: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    amount: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    until: Option<String>,
    /// `review`: its own date; `expiry`: it ends; `holder_changed`: another party stands for its holder now, and it counts for nobody.
    cause: String,
    #[schema(format = Date)]
    due_on: String,
    #[schema(format = DateTime)]
    generated_at: String,
    #[schema(format = DateTime)]
    done_at: Option<String>,
    done_by: Option<String>,
    /// `keep`, `apply` or `end`.
    outcome: Option<String>,
    note: Option<String>,
    version: i64,
    /// What you may do with it now; told when it is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    allowed_actions: Option<Vec<String>>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FinishLimitReview)]
pub(crate) struct FinishReviewBody {
    /// `keep`: it stays; `apply`: another is applied for; `end`: it is ended.
    outcome: String,
    /// Of a limit that is kept: when it is looked at again. A year from now when absent, and 30 days before it ends at the latest.
    #[schema(format = Date)]
    next_review_on: Option<String>,
    /// Of a limit that is ended: its last day, today when absent. One that is on the agenda because it ends is left to its own last day.
    #[schema(format = Date)]
    until: Option<String>,
    note: Option<String>,
}

impl FinishReviewBody {
    fn command(&self) -> FinishReview {
        FinishReview {
            outcome: self.outcome.clone(),
            next_review_on: self.next_review_on.clone(),
            until: self.until.clone(),
            note: self.note.clone(),
        }
    }
}

/// That somebody approves for somebody else.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StandIn)]
pub(crate) struct StandInDto {
    #[schema(example = "sub_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    /// `delegation` or `absence`.
    kind: String,
    person_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    person_name: Option<String>,
    stand_in_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stand_in_name: Option<String>,
    #[schema(format = Date)]
    from: String,
    /// The last day.
    #[schema(format = Date)]
    until: Option<String>,
    note: Option<String>,
    set_by: String,
    #[schema(format = DateTime)]
    recorded_at: String,
    #[schema(format = DateTime)]
    ended_at: Option<String>,
    version: i64,
    /// What you may do with it now; told when it is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    allowed_actions: Option<Vec<String>>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NameStandIn)]
pub(crate) struct NameStandInBody {
    /// `delegation` or `absence`.
    kind: String,
    /// Yourself when absent; somebody else only if you manage users.
    person_id: Option<String>,
    stand_in_id: String,
    #[schema(format = Date)]
    from: String,
    #[schema(format = Date)]
    until: Option<String>,
    note: Option<String>,
}

impl Versioned for ReviewDto {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }

    fn is_settled_by_version(&self) -> bool {
        false
    }
}

impl Versioned for StandInDto {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }

    fn is_settled_by_version(&self) -> bool {
        false
    }
}

impl From<LimitReview> for ReviewDto {
    fn from(review: LimitReview) -> Self {
        Self {
            id: LimitReviewId(review.id).to_string(),
            limit_id: CreditLimitId(review.limit_id).to_string(),
            holder_kind: None,
            holder_id: None,
            holder_name: None,
            limit_type: None,
            currency: None,
            amount: None,
            until: None,
            cause: review.cause.to_string(),
            due_on: review.due_on.to_string(),
            generated_at: instant(review.generated_at),
            done_at: review.done_at.map(instant),
            done_by: review.done_by,
            outcome: review.outcome.map(|outcome| outcome.to_string()),
            note: review.note,
            version: review.version.into(),
            allowed_actions: None,
        }
    }
}

impl From<StandIn> for StandInDto {
    fn from(stand_in: StandIn) -> Self {
        Self {
            id: StandInId(stand_in.id).to_string(),
            kind: stand_in.kind.to_string(),
            person_id: UserId(stand_in.person_id).to_string(),
            person_name: None,
            stand_in_id: UserId(stand_in.stand_in_id).to_string(),
            stand_in_name: None,
            from: stand_in.from.to_string(),
            until: stand_in.until.map(|day| day.to_string()),
            note: stand_in.note,
            set_by: stand_in.set_by,
            recorded_at: instant(stand_in.recorded_at),
            ended_at: stand_in.ended_at.map(instant),
            version: stand_in.version.into(),
            allowed_actions: None,
        }
    }
}

/// Lists limits that have to be looked at again, the most urgent first.
#[utoipa::path(tag = "credit", responses((status = 200, body = PageOf<ReviewDto>)))]
#[get("/v1/credit/reviews")]
pub(super) async fn list_limit_reviews(call: Call) -> RestResult {
    listing::list::<ReviewDto>(call, &LIMIT_REVIEWS).await
}

/// One entry of the review agenda.
#[utoipa::path(tag = "credit", responses((status = 200, body = ReviewDto)))]
#[get("/v1/credit/reviews/{limit_review}")]
pub(super) async fn get_limit_review(call: Call, limit_review: Path<String>) -> RestResult {
    listing::get::<ReviewDto>(call, &LIMIT_REVIEWS, limit_review.into_inner()).await
}

/// Says what became of a review.
#[utoipa::path(tag = "credit", request_body = FinishReviewBody, responses((status = 200, body = ReviewDto)))]
#[post("/v1/credit/reviews/{limit_review}/finish")]
pub(super) async fn finish_limit_review(
    cmd: Cmd<FinishReviewBody>,
    limit_review: Path<String>,
) -> RestResult {
    let Cmd { call, body } = cmd;
    let answer = call
        .run(move |app, ctx| finish_review(app, ctx, LimitReviewId::parse(&limit_review)?, &body.command()))
        .await?;
    answer::done(&call, &answer.map(ReviewDto::from))
}

/// Lists who approves for whom.
#[utoipa::path(tag = "credit", responses((status = 200, body = PageOf<StandInDto>)))]
#[get("/v1/credit/stand-ins")]
pub(super) async fn list_stand_ins(call: Call) -> RestResult {
    listing::list::<StandInDto>(call, &STAND_INS).await
}

/// Names who approves for you, or, if you manage users, for somebody else.
#[utoipa::path(tag = "credit", request_body = NameStandInBody, responses((status = 201, body = StandInDto)))]
#[post("/v1/credit/stand-ins")]
pub(super) async fn create_stand_in(cmd: Cmd<NameStandInBody>) -> RestResult {
    let Cmd { call, body } = cmd;
    let wanted = NameStandIn {
        kind: body.kind,
        person: body.person_id,
        stand_in: body.stand_in_id,
        from: body.from,
        until: body.until,
        note: body.note,
    };
    let answer = call.run(move |app, ctx| name_stand_in(app, ctx, &wanted)).await?;
    answer::created(&call, &answer.map(StandInDto::from))
}

/// One of those who approve for others.
#[utoipa::path(tag = "credit", responses((status = 200, body = StandInDto)))]
#[get("/v1/credit/stand-ins/{stand_in}")]
pub(super) async fn get_stand_in(call: Call, stand_in: Path<String>) -> RestResult {
    listing::get::<StandInDto>(call, &STAND_INS, stand_in.into_inner()).await
}

/// Ends it at once.
#[utoipa::path(tag = "credit", responses((status = 200, body = StandInDto)))]
#[post("/v1/credit/stand-ins/{stand_in}/end")]
pub(super) async fn end_stand_in(cmd: Cmd<NoBody>, stand_in: Path<String>) -> RestResult {
    let call = cmd.call;
    let answer = call.run(move |app, ctx| end(app, ctx, StandInId::parse(&stand_in)?)).await?;
    answer::done(&call, &answer.map(StandInDto::from))
}
