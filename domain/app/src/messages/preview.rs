//! What a template says to a real account, before anything is sent.

use domain::access::Permission;
use domain::comms::recipients::{Address, Recipient};
use domain::comms::template::{Template, TemplatePurpose};
use domain::comms::{Channel, MessageState};
use kernel::id::AccountId;
use kernel::{Decimal, Instant, Outcome};
use uuid::Uuid;

use super::content::{Occasion, Said, choose_template, say, say_with};
use super::facts::{MessageFacts, MessageRow, tag};
use super::judge::recipient;
use super::ports::Press;
use super::spoken::narrow;
use super::templates::{SaveTemplate, check_template};
use crate::App;
use crate::ctx::Ctx;
use crate::dunning::blocks::account_in_scope;

/// What is to be shown.
#[derive(Debug, Clone)]
pub struct Preview {
    pub account: AccountId,
    pub code: String,
    pub language: Option<String>,
    pub currency: Option<String>,
    pub note: Option<String>,
    /// A template that is not saved yet; the one in force when absent.
    pub draft: Option<SaveTemplate>,
}

/// What the reader would get.
#[derive(Debug, Clone)]
pub struct Shown {
    pub language: String,
    pub recipient: Option<String>,
    pub subject: String,
    pub text: String,
    pub html: Option<String>,
    /// Why interest is left out, where it should be claimed.
    pub interest_omitted: Option<String>,
    /// The letter as PDF, when it was asked for.
    pub letter: Option<Vec<u8>>,
}

/// Shows a template with what it would speak of, of all that is open on an account. Nothing is stored.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `message.template_missing`, `template.*`,
/// `message.letter_refused`.
pub fn preview_template(app: &App, ctx: &Ctx, press: Option<&dyn Press>, asked: &Preview) -> Outcome<Shown> {
    ctx.require(Permission::TemplateRead)?;
    // It shows who the customer is and what is owed, whoever wrote the template.
    ctx.require(Permission::CustomersRead)?;
    ctx.require(Permission::ReceivablesRead)?;
    let draft = asked.draft.as_ref().map(check_template).transpose()?;
    let (facts, row) = app.store.transact("message.preview", |tx| {
        account_in_scope(ctx, tx, asked.account)?;
        let (entity, currency, mut facts) =
            tx.account_facts(asked.account.0, asked.currency.as_deref(), &asked.code, ctx.now)?;
        let id: Uuid = app.ids.next();
        let mut row = sample_row(asked, (id, entity), currency, ctx.now);
        if let Some(purpose) = purpose(&facts, (draft.as_ref(), asked)) {
            narrow(tx, &mut facts, purpose, ctx.now)?;
            row.purpose = purpose.to_string();
        }
        Ok((facts, row))
    })?;
    let to = reader(&row, &facts);
    let occasion = Occasion { row: &row, now: ctx.now };
    let said = match &draft {
        Some(template) => say_with(&facts, occasion, &to, (0, template))?,
        None => say(&facts, occasion, &to)?,
    };
    let letter = press.filter(|_| !said.rendered.letter.is_empty()).map(|press| press.letter(&said.sheet));
    Ok(shown(said, &to, letter.transpose()?))
}

fn sample_row(asked: &Preview, (id, entity): (Uuid, Uuid), currency: String, now: Instant) -> MessageRow {
    MessageRow {
        account_id: asked.account.0,
        id,
        legal_entity_id: entity,
        action_id: None,
        channel: Channel::Email,
        purpose: "general".to_owned(),
        template_code: asked.code.clone(),
        language: asked.language.clone(),
        contact_id: None,
        currency,
        total_amount: Decimal::ZERO,
        step_code: None,
        step_no: None,
        state: MessageState::Planned,
        state_reason: None,
        not_before: now,
        waiting_for: None,
        planned_at: now,
        note: asked.note.clone(),
        attempts: 0,
        version: 0,
    }
}

/// What the template is for; none where there is no template, which writing it will say.
fn purpose(facts: &MessageFacts, (draft, asked): (Option<&Template>, &Preview)) -> Option<TemplatePurpose> {
    let in_force = || choose_template(facts, tag(asked.language.as_deref()), &asked.code).ok();
    draft.map(|template| template.purpose).or_else(|| in_force().map(|(_, template)| template.purpose))
}

/// The contact who would get it; a preview does without one.
fn reader(row: &MessageRow, facts: &MessageFacts) -> Recipient {
    let nobody = Recipient { contact: None, name: None, language: None, address: Address::Internal };
    recipient(row, facts).unwrap_or(nobody)
}

fn shown(said: Said, to: &Recipient, letter: Option<Vec<u8>>) -> Shown {
    Shown {
        language: said.language.to_string(),
        recipient: super::content::email_of(to).map(str::to_owned),
        subject: said.rendered.subject,
        text: said.rendered.text,
        html: said.rendered.html,
        interest_omitted: said.interest_omitted.map(|omitted| omitted.reason),
        letter,
    }
}
