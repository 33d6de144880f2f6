//! Operations on messages, alerts and sending.

use actix_web::web::Path;
use actix_web::{HttpResponse, get, post};
use app::messages::plan::{PlanMessage, plan_message as plan};
use app::messages::resolve::{cancel_message as cancel, mark_sent, resolve_message as resolve};
use app::messages::send::Means;
use app::messages::{frozen, lists, sending, why};
use kernel::Outcome;
use kernel::id::{AccountId, ContactId, MessageId};
use kernel::text_enum::parse;
use uuid::Uuid;

use super::dto::{
    AlertDto, CancelMessageBody, MarkMessageSentBody, MessageDto, PlanMessageBody, PlannedMessageDto,
    ResolveMessageBody, SendingDto, WhyNotNowDto,
};
use crate::answer;
use crate::call::{Call, Cmd, NoBody};
use crate::listing;
use crate::openapi::PageOf;
use crate::params::Params;
use crate::problem::{Problem, RestResult};

fn message_id(call: &Call, text: &str) -> Result<MessageId, Problem> {
    MessageId::parse(text).map_err(|e| call.problem(e))
}

/// Lists messages, planned and sent.
#[utoipa::path(tag = "messages", responses((status = 200, body = PageOf<MessageDto>)))]
#[get("/v1/messages")]
pub(super) async fn list_messages(call: Call) -> RestResult {
    listing::list::<MessageDto>(call, &lists::MESSAGES).await
}

/// One message with its items and attempts.
#[utoipa::path(tag = "messages", responses((status = 200, body = MessageDto)))]
#[get("/v1/messages/{message}")]
pub(super) async fn get_message(call: Call, message: Path<String>) -> RestResult {
    listing::get::<MessageDto>(call, &lists::MESSAGES, message.into_inner()).await
}

/// The mail exactly as it was handed to the relay.
#[utoipa::path(tag = "messages", responses((status = 200, content_type = "message/rfc822", body = Vec<u8>)))]
#[get("/v1/messages/{message}/mime")]
pub(super) async fn get_message_mime(call: Call, message: Path<String>) -> RestResult {
    Params::read(&call, &[])?;
    let id = message_id(&call, &message)?;
    let mime = call.run(move |app, ctx| frozen::frozen_mail(app, ctx, id)).await?;
    Ok(answer::bytes(&call, "message/rfc822", &format!("{message}.eml"), mime))
}

/// The letter exactly as it was sent; of a letter that is still planned, to be printed and posted, as it is now.
#[utoipa::path(tag = "messages", responses((status = 200, content_type = "application/pdf", body = Vec<u8>)))]
#[get("/v1/messages/{message}/pdf")]
pub(super) async fn get_message_pdf(call: Call, message: Path<String>) -> RestResult {
    Params::read(&call, &[])?;
    let id = message_id(&call, &message)?;
    let (press, courier) = (call.api.press.clone(), call.api.courier.clone());
    let letter = call
        .run(move |app, ctx| {
            frozen::letter(app, ctx, Means { press: press.as_ref(), courier: courier.as_ref() }, id)
        })
        .await?;
    Ok(answer::bytes(&call, "application/pdf", &format!("{message}.pdf"), letter))
}

/// Why a planned message has not left, and when it may.
#[utoipa::path(tag = "messages", responses((status = 200, body = WhyNotNowDto)))]
#[get("/v1/messages/{message}/why-not-now")]
pub(super) async fn why_not_now(call: Call, message: Path<String>) -> RestResult {
    Params::read(&call, &[])?;
    let id = message_id(&call, &message)?;
    let (press, courier) = (call.api.press.clone(), call.api.courier.clone());
    let answer = call
        .run(move |app, ctx| {
            why::why_not_now(app, ctx, Means { press: press.as_ref(), courier: courier.as_ref() }, id)
        })
        .await?;
    answer::json_of(&call, &WhyNotNowDto::from(answer))
}

/// Plans a message over everything open on an account: a statement or a reminder, by hand.
#[utoipa::path(tag = "messages", request_body = PlanMessageBody, responses((status = 201, body = PlannedMessageDto)))]
#[post("/v1/accounts/{account}/messages")]
pub(super) async fn plan_message(cmd: Cmd<PlanMessageBody>, account: Path<String>) -> RestResult {
    let Cmd { call, body } = cmd;
    let cmd = planned(&account, body).map_err(|e| call.problem(e))?;
    let answer = call.run(move |app, ctx| plan(app, ctx, &cmd)).await?;
    answer::created(&call, &answer.map(|made| PlannedMessageDto { id: MessageId(made.id).to_string() }))
}

fn planned(account: &str, body: PlanMessageBody) -> Outcome<PlanMessage> {
    Ok(PlanMessage {
        account: AccountId::parse(account)?,
        template_code: body.template_code,
        channel: parse("channel", &body.channel)?,
        currency: body.currency,
        language: body.language,
        contact: body.contact_id.map(|id| ContactId::parse(&id)).transpose()?,
        note: body.note,
    })
}

/// Says what became of a message whose outcome nobody knew.
#[utoipa::path(tag = "messages", request_body = ResolveMessageBody, responses((status = 204)))]
#[post("/v1/messages/{message}/resolve")]
pub(super) async fn resolve_message(cmd: Cmd<ResolveMessageBody>, message: Path<String>) -> RestResult {
    let Cmd { call, body } = cmd;
    let id = message_id(&call, &message)?;
    let resolution = parse("outcome", &body.outcome).map_err(|e| call.problem(e))?;
    let answer = call.run(move |app, ctx| resolve(app, ctx, id, (resolution, &body.note))).await?;
    answer::nothing(&call, &answer)
}

/// Withdraws a message that has not left.
#[utoipa::path(tag = "messages", request_body = CancelMessageBody, responses((status = 204)))]
#[post("/v1/messages/{message}/cancel")]
pub(super) async fn cancel_message(cmd: Cmd<CancelMessageBody>, message: Path<String>) -> RestResult {
    let Cmd { call, body } = cmd;
    let id = message_id(&call, &message)?;
    let answer = call.run(move |app, ctx| cancel(app, ctx, id, &body.reason)).await?;
    answer::nothing(&call, &answer)
}

/// Marks a letter, call or task as carried out by a person, today or on an earlier day; also what changed facts withdrew meanwhile.
#[utoipa::path(tag = "messages", request_body = MarkMessageSentBody, responses((status = 204)))]
#[post("/v1/messages/{message}/mark-sent")]
pub(super) async fn mark_message_sent(cmd: Cmd<MarkMessageSentBody>, message: Path<String>) -> RestResult {
    let Cmd { call, body } = cmd;
    let id = message_id(&call, &message)?;
    let press = call.api.press.clone();
    let answer =
        call.run(move |app, ctx| mark_sent(app, ctx, press.as_ref(), (id, body.sent_on.as_deref()))).await?;
    answer::nothing(&call, &answer)
}

/// Lists what a person should look at.
#[utoipa::path(tag = "messages", responses((status = 200, body = PageOf<AlertDto>)))]
#[get("/v1/alerts")]
pub(super) async fn list_alerts(call: Call) -> RestResult {
    listing::list::<AlertDto>(call, &lists::ALERTS).await
}

/// Ends the episode of an alert.
#[utoipa::path(tag = "messages", responses((status = 204)))]
#[post("/v1/alerts/{alert}/resolve")]
pub(super) async fn resolve_alert(cmd: Cmd<NoBody>, alert: Path<String>) -> RestResult {
    let Cmd { call, body: NoBody {} } = cmd;
    let id = Uuid::parse_str(&alert)
        .map_err(|e| call.problem(app::lists::not_found("alerts", &alert).caused_by(e)))?;
    let answer = call.run(move |app, ctx| app::credit::alerts::resolve(app, ctx, id)).await?;
    answer::nothing(&call, &answer)
}

/// Tells whether sending is quarantined.
#[utoipa::path(tag = "messages", responses((status = 200, body = SendingDto)))]
#[get("/v1/sending")]
pub(super) async fn get_sending(call: Call) -> Result<HttpResponse, Problem> {
    Params::read(&call, &[])?;
    let sending = call.run(sending::get_sending).await?;
    answer::json_of(&call, &SendingDto::from(sending))
}

/// Confirms that this database, and no other copy of it, writes to debtors.
#[utoipa::path(tag = "messages", responses((status = 200, body = SendingDto)))]
#[post("/v1/sending/release")]
pub(super) async fn release_sending(cmd: Cmd<NoBody>) -> RestResult {
    let Cmd { call, body: NoBody {} } = cmd;
    let answer = call.run(sending::release_sending).await?;
    answer::done(&call, &answer.map(SendingDto::from))
}
