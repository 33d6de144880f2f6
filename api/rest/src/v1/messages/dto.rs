//! Shapes of messages on the wire.

use app::messages::policies::SavedPolicy;
use app::messages::preview::Shown;
use app::messages::sending::Sending;
use app::messages::templates::SavedTemplate;
use app::messages::why::WhyNotNow;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::answer::Versioned;

/// A message, planned or sent.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Message)]
pub(crate) struct MessageDto {
    #[schema(example = "msg_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    account_id: String,
    account_number: String,
    account_name: String,
    legal_entity_id: String,
    /// The dunning action it carries out.
    action_id: Option<String>,
    #[schema(format = Date)]
    decided_on: String,
    channel: String,
    purpose: String,
    template_code: String,
    template_version: Option<i32>,
    language: Option<String>,
    contact_id: Option<String>,
    recipient: Option<String>,
    currency: String,
    total_amount: String,
    step_code: Option<String>,
    step_no: Option<i16>,
    /// planned, reserved, sent, delivered, failed, unknown, cancelled.
    state: String,
    state_reason: Option<String>,
    #[schema(format = DateTime)]
    not_before: String,
    /// Code of what it waits for.
    waiting_for: Option<String>,
    note: Option<String>,
    subject: Option<String>,
    /// SHA-256 over everything it says and to whom.
    content_hash: Option<String>,
    #[schema(format = DateTime)]
    planned_at: String,
    #[schema(format = DateTime)]
    reserved_at: Option<String>,
    #[schema(format = DateTime)]
    sent_at: Option<String>,
    version: i64,
    items: Vec<MessageItemDto>,
    attempts: Vec<AttemptDto>,
    /// What you may do with it now; told when it is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    allowed_actions: Option<Vec<String>>,
}

/// One thing a message speaks of.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MessageItem)]
pub(crate) struct MessageItemDto {
    receivable_id: String,
    account_id: String,
    document_no: String,
    /// What was open when it was planned.
    amount: String,
    /// Counts in the customer's favour.
    credit: bool,
    /// Business date of a proven send.
    sent_on: Option<String>,
}

/// One try to send.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Attempt)]
pub(crate) struct AttemptDto {
    id: String,
    state: String,
    relay: String,
    /// `Message-ID` of the mail; none of what a person did.
    message_header_id: Option<String>,
    /// What the relay answered.
    response: Option<String>,
    reserved_at: String,
    finished_at: Option<String>,
    resolution_note: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PlanMessage)]
pub(crate) struct PlanMessageBody {
    #[schema(example = "statement")]
    pub(super) template_code: String,
    /// email (default), letter, call, task.
    #[serde(default = "email")]
    pub(super) channel: String,
    #[serde(default)]
    pub(super) currency: Option<String>,
    #[serde(default)]
    pub(super) language: Option<String>,
    #[serde(default)]
    pub(super) contact_id: Option<String>,
    #[serde(default)]
    pub(super) note: Option<String>,
}

fn email() -> String {
    "email".to_owned()
}

/// A planned message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlannedMessage)]
pub(crate) struct PlannedMessageDto {
    pub(super) id: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ResolveMessage)]
pub(crate) struct ResolveMessageBody {
    /// sent or not_sent.
    pub(super) outcome: String,
    /// How it was found out.
    pub(super) note: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CancelMessage)]
pub(crate) struct CancelMessageBody {
    pub(super) reason: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MarkMessageSent)]
pub(crate) struct MarkMessageSentBody {
    /// `YYYY-MM-DD`: the day it was done, not before it was planned; today when absent.
    #[serde(default)]
    #[schema(format = Date)]
    pub(super) sent_on: Option<String>,
}

/// Why a message has not left.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WhyNotNow)]
pub(crate) struct WhyNotNowDto {
    /// It would go now.
    now: bool,
    /// The earliest moment if nothing else happens before.
    #[schema(format = DateTime)]
    until: Option<String>,
    because: Vec<BecauseDto>,
}

/// One reason.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Because)]
pub(crate) struct BecauseDto {
    code: String,
    text: String,
    /// The values behind it.
    detail: String,
    /// Code of the contact policy that says so.
    policy: Option<String>,
    policy_version: Option<i32>,
}

/// Something a person should look at.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Alert)]
pub(crate) struct AlertDto {
    pub(crate) id: String,
    /// `credit.` and the code of the rule, where a rule raised it.
    pub(crate) kind: String,
    /// `open`, `acknowledged`, `snoozed`, `escalated` or `resolved`.
    pub(crate) state: String,
    /// `info`, `warning` or `critical`.
    pub(crate) severity: String,
    /// Where everything it is about belongs to one.
    pub(crate) legal_entity_id: Option<String>,
    pub(crate) account_id: Option<String>,
    /// `account`, `party` or `group`: whose risk it is about.
    pub(crate) holder_kind: Option<String>,
    pub(crate) holder_id: Option<String>,
    pub(crate) message: String,
    /// Name of the rule in both languages.
    #[schema(value_type = Option<Object>)]
    pub(crate) name: Option<Value>,
    /// The facts the rule read, by path.
    #[schema(value_type = Option<Object>)]
    pub(crate) facts: Option<Value>,
    pub(crate) rule_set_code: Option<String>,
    pub(crate) rule_set_version: Option<i32>,
    /// The date it tells of.
    #[schema(format = Date)]
    pub(crate) due_on: Option<String>,
    #[schema(format = DateTime)]
    pub(crate) raised_at: String,
    #[schema(format = DateTime)]
    pub(crate) acknowledged_at: Option<String>,
    pub(crate) acknowledged_by: Option<String>,
    /// It rests until this day.
    #[schema(format = Date)]
    pub(crate) snoozed_until: Option<String>,
    #[schema(format = DateTime)]
    pub(crate) escalated_at: Option<String>,
    /// The role it was handed up to.
    pub(crate) escalated_to: Option<String>,
    #[schema(format = DateTime)]
    pub(crate) resolved_at: Option<String>,
    /// What you may do with it now; told when it is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) allowed_actions: Option<Vec<String>>,
}

/// Whether anything is sent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Sending)]
pub(crate) struct SendingDto {
    quarantined: bool,
    reason: Option<String>,
}

/// A template.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Template)]
pub(crate) struct TemplateDto {
    #[schema(example = "first_reminder.es.1")]
    id: String,
    code: String,
    language: String,
    version: i32,
    state: String,
    purpose: String,
    #[schema(value_type = Object)]
    document: Value,
    #[schema(format = DateTime)]
    created_at: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SaveTemplate)]
pub(crate) struct SaveTemplateBody {
    /// courtesy_reminder, reminder, formal_notice, statement, general: decides what it must say.
    pub(super) purpose: String,
    #[schema(value_type = Object)]
    pub(super) document: Value,
}

/// A saved template.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SavedTemplate)]
pub(crate) struct SavedTemplateDto {
    code: String,
    language: String,
    version: i32,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PreviewTemplate)]
pub(crate) struct PreviewTemplateBody {
    pub(super) account_id: String,
    #[serde(default)]
    pub(super) language: Option<String>,
    #[serde(default)]
    pub(super) currency: Option<String>,
    #[serde(default)]
    pub(super) note: Option<String>,
    /// A template that is not saved yet, with its `language`; the one in force when absent.
    #[serde(default)]
    pub(super) draft: Option<SaveTemplateBody>,
}

/// What the reader would get.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TemplatePreview)]
pub(crate) struct PreviewDto {
    language: String,
    recipient: Option<String>,
    subject: String,
    text: String,
    html: Option<String>,
    interest_omitted: Option<String>,
}

/// A contact policy.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContactPolicy)]
pub(crate) struct ContactPolicyDto {
    id: String,
    code: String,
    version: i32,
    state: String,
    #[schema(value_type = Object)]
    document: Value,
    #[schema(format = DateTime)]
    created_at: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SaveContactPolicy)]
pub(crate) struct SaveContactPolicyBody {
    #[schema(value_type = Object)]
    pub(super) document: Value,
}

/// A saved contact policy.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SavedContactPolicy)]
pub(crate) struct SavedPolicyDto {
    code: String,
    version: i32,
}

impl From<WhyNotNow> for WhyNotNowDto {
    fn from(why: WhyNotNow) -> Self {
        let because = why.because.into_iter().map(|because| BecauseDto {
            code: because.code,
            text: because.text,
            detail: because.detail,
            policy_version: because.policy.as_ref().map(|(_, version)| *version),
            policy: because.policy.map(|(code, _)| code),
        });
        let until = why.until.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
        Self { now: why.now, until, because: because.collect() }
    }
}

impl From<Sending> for SendingDto {
    fn from(Sending { quarantined, reason }: Sending) -> Self {
        Self { quarantined, reason }
    }
}

impl From<SavedTemplate> for SavedTemplateDto {
    fn from(SavedTemplate { code, language, version }: SavedTemplate) -> Self {
        Self { code, language, version }
    }
}

impl From<SavedPolicy> for SavedPolicyDto {
    fn from(SavedPolicy { code, version }: SavedPolicy) -> Self {
        Self { code, version }
    }
}

impl From<Shown> for PreviewDto {
    fn from(shown: Shown) -> Self {
        let Shown { language, recipient, subject, text, html, interest_omitted, letter: _ } = shown;
        Self { language, recipient, subject, text, html, interest_omitted }
    }
}

impl Versioned for MessageDto {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}

/// Objects that are saved in versions: the version is that of the document, its state changes beside it.
macro_rules! by_document {
    ($($name:ty),*) => {$(
        impl Versioned for $name {
            fn version(&self) -> Option<i64> {
                Some(self.version.into())
            }

            fn is_settled_by_version(&self) -> bool {
                false
            }
        }
    )*};
}
by_document!(TemplateDto, SavedTemplateDto, ContactPolicyDto, SavedPolicyDto);

macro_rules! without_version {
    ($($name:ty),*) => {$(
        impl Versioned for $name {
            fn version(&self) -> Option<i64> {
                None
            }
        }
    )*};
}
without_version!(AlertDto, SendingDto, PlannedMessageDto);
