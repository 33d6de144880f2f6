//! Asking for a limit.

use domain::access::{Permission, PrincipalKind};
use domain::credit::approval::ApplicationState;
use domain::credit::limits::{LimitHolderKind, LimitType};
use domain::credit::policy::Part;
use kernel::id::LegalEntityId;
use kernel::money::parse_amount;
use kernel::text_enum::parse;
use kernel::time::parse_date;
use kernel::{Currency, Date, Decimal, Error, Outcome, text};
use uuid::Uuid;

use super::LimitApplication;
use super::submit::hand_in;
use crate::App;
use crate::command::{self, Answer};
use crate::credit::limits::{codes, holder};
use crate::ctx::Ctx;

/// Longer terms than these are a mistake.
const TERMS_DAYS_MAX: u32 = 3_650;

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct ApplyForLimit {
    pub holder_kind: String,
    pub holder_id: String,
    pub legal_entity: Option<String>,
    pub limit_type: String,
    pub component: Option<String>,
    pub currency: String,
    pub amount: String,
    /// Today when absent.
    pub from: Option<String>,
    pub until: Option<String>,
    pub terms_days: Option<u32>,
    pub reason: String,
    /// What supports it, in words: where the papers are.
    pub attachments: Option<String>,
    /// Hands it in at once.
    pub submit: bool,
}

struct Read {
    kind: LimitHolderKind,
    entity: Option<Uuid>,
    limit_type: LimitType,
    component: Option<Part>,
    currency: Currency,
    amount: Decimal,
    from: Option<Date>,
    until: Option<Date>,
    reason: String,
    attachments: Option<String>,
}

impl ApplyForLimit {
    fn read(&self) -> Outcome<Read> {
        let currency = Currency::parse("currency", &self.currency)?;
        let amount = parse_amount("amount", &self.amount, currency)?;
        let limit_type = parse::<LimitType>("limit_type", &self.limit_type)?;
        if !matches!(limit_type, LimitType::Own | LimitType::Temporary | LimitType::Group) {
            let message = "own, temporary and group limits are applied for; others are recorded";
            return Err(Error::field("limit_type", &codes::APPLICATION_TYPE, message));
        }
        let date = |field, text: &Option<String>| text.as_deref().map(|t| parse_date(field, t)).transpose();
        let (from, until) = (date("from", &self.from)?, date("until", &self.until)?);
        if limit_type == LimitType::Temporary && until.is_none() {
            return Err(Error::field("until", &codes::APPLICATION_UNTIL, "a temporary limit ends on a day"));
        }
        let reason = text::note("reason", &self.reason)?;
        if reason.is_empty() {
            return Err(Error::field("reason", &crate::credit::codes::REASON_REQUIRED, "is empty"));
        }
        if self.terms_days.is_some_and(|days| days > TERMS_DAYS_MAX) {
            return Err(Error::field(
                "terms_days",
                &codes::APPLICATION_TERMS,
                format!("at most {TERMS_DAYS_MAX}"),
            ));
        }
        let attachments = self.attachments.as_deref().map(|t| text::note("attachments", t)).transpose()?;
        Ok(Read {
            kind: parse("holder_kind", &self.holder_kind)?,
            entity: self
                .legal_entity
                .as_deref()
                .map(|t| LegalEntityId::parse(t).map(|id| id.0))
                .transpose()?,
            limit_type,
            component: self.component.as_deref().map(|t| parse("component", t)).transpose()?,
            currency,
            amount,
            from,
            until,
            reason,
            attachments: attachments.filter(|t| !t.is_empty()),
        })
    }
}

/// Asks for a limit; nothing is decided before it is handed in.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `limit_application.*`, `limit.*`, errors of the values; those of
/// [`super::submit_application`] where it is handed in at once.
pub fn apply_for_limit(app: &App, ctx: &Ctx, cmd: &ApplyForLimit) -> Outcome<Answer<LimitApplication>> {
    ctx.require(Permission::LimitApply)?;
    let read = cmd.read()?;
    let asked = holder::parse(read.kind, &cmd.holder_id)?;
    let Some(asked) = holder::of_risk(&asked) else {
        return Err(Error::field(
            "holder_kind",
            &codes::APPLICATION_TYPE,
            "a segment has its limit recorded",
        ));
    };
    command::run(app, ctx, "limit_application.create", |tx| {
        holder::in_charge(tx, ctx, &holder::of_limit(asked))?;
        let (holder, leaves, _) = holder::seen(tx, ctx, asked)?;
        let today = holder::today(ctx, &leaves);
        if read.until.is_some_and(|until| until < today) {
            return Err(Error::field("until", &codes::APPLICATION_UNTIL_PAST, format!("today is {today}")));
        }
        let machine = ctx.principal.kind == PrincipalKind::ApiKey;
        let key_made_by = if machine { tx.key_made_by(ctx.principal.id)? } else { None };
        let mut application = LimitApplication {
            id: app.ids.next(),
            holder_kind: holder.kind,
            holder_id: holder.id,
            legal_entity_id: holder::legal_entity(holder.kind, &leaves, read.entity)?,
            limit_type: read.limit_type,
            component: read.component,
            currency: read.currency.as_str().to_owned(),
            amount: read.amount,
            valid_from: read.from.unwrap_or(today),
            valid_until: read.until,
            terms_days: cmd.terms_days.and_then(|days| i32::try_from(days).ok()),
            reason: read.reason.clone(),
            attachments: read.attachments.clone(),
            state: ApplicationState::Draft,
            requested_by: ctx.principal.id,
            requested_by_name: ctx.principal.name.clone(),
            key_made_by,
            created_at: ctx.now,
            expires_at: None,
            decided_at: None,
            proposed_amount: None,
            granted_amount: None,
            proposal: None,
            chain: None,
            limit_id: None,
            replaced: Vec::new(),
            version: 1,
        };
        let terms = application.terms(application.amount, application.valid_until)?;
        terms.check()?;
        if application.amount.is_zero() {
            let message = "what is asked for is more than zero; end a limit to take it away";
            return Err(Error::field("amount", &domain::credit::limits::codes::AMOUNT_ZERO, message));
        }
        let event =
            tx.record(ctx, application.event("limit_application.drafted", ApplicationState::Draft))?;
        tx.insert_application(&application, event)?;
        if cmd.submit {
            hand_in(app, ctx, tx, &mut application)?;
        }
        Ok(application)
    })
}
