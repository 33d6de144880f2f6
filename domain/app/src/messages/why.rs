//! Why a message has not left, asked at any time.

use domain::access::Permission;
use domain::comms::arbiter::{Reason, Verdict};
use domain::comms::{Channel, MessageState};
use kernel::id::MessageId;
use kernel::{Error, Instant, Outcome};

use super::codes;
use super::send::{overtaken, recipient, verdict};
use crate::App;
use crate::ctx::Ctx;

/// One reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Because {
    pub code: &'static str,
    /// In the caller's language.
    pub text: &'static str,
    /// The values behind it.
    pub detail: String,
    /// Code and version of the policy that says so.
    pub policy: Option<(String, i32)>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhyNotNow {
    /// It would go now.
    pub now: bool,
    /// The earliest moment if nothing else happens before; `None` when it would go now, or not by itself.
    pub until: Option<Instant>,
    pub because: Vec<Because>,
}

/// Asks again, now, what the worker would ask; changes nothing.
///
/// # Errors
/// `auth.forbidden`, `auth.out_of_scope`, `not_found`; `message.transition_refused` for what is no longer planned.
pub fn why_not_now(app: &App, ctx: &Ctx, id: MessageId) -> Outcome<WhyNotNow> {
    ctx.require(Permission::MessageRead)?;
    app.store.transact("message.why_not_now", |tx| {
        let row = tx.message_for_update(id.0)?;
        ctx.scope.require_legal_entity(row.legal_entity_id)?;
        if row.state != MessageState::Planned {
            let message = format!("the message is {}", row.state);
            return Err(Error::with(&domain::comms::codes::MESSAGE_TRANSITION_REFUSED, message));
        }
        let facts = tx.message_facts(row.account_id, row.id, ctx.now)?;
        let mut because = Vec::new();
        if let Some(reason) = tx.quarantine()? {
            because.push(simple(ctx, &codes::QUARANTINED, reason));
        }
        if row.channel != Channel::Email {
            because.push(simple(ctx, &codes::BY_HAND, row.channel.to_string()));
        }
        if let Some(code) = overtaken(&facts) {
            because.push(simple(ctx, code, String::new()));
        }
        let key = match recipient(&row, &facts) {
            Ok(recipient) => recipient.address.cap_key(),
            Err(error) => {
                because.push(simple(ctx, error.code(), error.to_string()));
                None
            }
        };
        let (mut until, mut final_word) = (None, !because.is_empty());
        match verdict(&facts, (row.channel, key.as_deref()), ctx.now)? {
            Verdict::Allow => {}
            Verdict::NotNow { until: at, reasons } => {
                until = Some(at);
                because.extend(reasons.into_iter().map(|reason| full(ctx, reason)));
            }
            Verdict::Never { reasons } => {
                final_word = true;
                because.extend(reasons.into_iter().map(|reason| full(ctx, reason)));
            }
        }
        if row.not_before > ctx.now && because.is_empty() {
            until = Some(row.not_before);
            because.push(simple(ctx, &codes::RELAY_DEFERRED, String::new()));
        }
        Ok(WhyNotNow { now: because.is_empty(), until: until.filter(|_| !final_word), because })
    })
}

fn simple(ctx: &Ctx, code: &'static kernel::Code, detail: String) -> Because {
    Because { code: code.text, text: text(ctx, code), detail, policy: None }
}

fn full(ctx: &Ctx, reason: Reason) -> Because {
    Because {
        code: reason.code.text,
        text: text(ctx, reason.code),
        detail: reason.detail,
        policy: reason.policy,
    }
}

fn text(ctx: &Ctx, code: &'static kernel::Code) -> &'static str {
    if ctx.locale == crate::ctx::Locale::Spanish { code.es } else { code.en }
}
