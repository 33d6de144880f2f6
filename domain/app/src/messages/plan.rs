//! A message that a person asks for: a statement of everything open, or a reminder of what is due.

use domain::access::Permission;
use domain::comms::Channel;
use kernel::id::{AccountId, ContactId, MessageId};
use kernel::time::business_date;
use kernel::{Decimal, Error, Outcome, text};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::codes;
use super::content::choose_template;
use super::facts::tag;
use super::spoken::{lines, narrow};
use super::store::NewMessage;
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::dunning::blocks::account_in_scope;
use crate::events::NewEvent;
use crate::lists::not_found;
use crate::store::WriteTx;

/// What is wanted.
#[derive(Debug, Clone)]
pub struct PlanMessage {
    pub account: AccountId,
    pub template_code: String,
    pub channel: Channel,
    /// The account's own when absent.
    pub currency: Option<String>,
    /// The reader's when absent.
    pub language: Option<String>,
    /// The best contact for the purpose when absent; nobody else when this one cannot be written to.
    pub contact: Option<ContactId>,
    /// What the person adds.
    pub note: Option<String>,
}

/// A planned message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedMessage {
    /// The raw id; doors show it with its prefix.
    pub id: uuid::Uuid,
}

/// Plans a message over what its template is for: everything open, or what may be claimed of it. The arbiter still decides the
/// moment.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `message.letters_elsewhere`, `message.claim_under_way`,
/// `message.nothing_open`, `message.nothing_claimable`, `message.template_missing`,
/// `text.too_long`.
pub fn plan_message(app: &App, ctx: &Ctx, cmd: &PlanMessage) -> Outcome<Answer<PlannedMessage>> {
    ctx.require(Permission::DunningApprove)?;
    let note = cmd.note.as_deref().map(|note| text::line("note", note)).transpose()?;
    command::run(app, ctx, "message.plan", |tx| {
        receives_letters(ctx, tx, cmd.account)?;
        let (entity, currency, mut facts) =
            tx.account_facts(cmd.account.0, cmd.currency.as_deref(), &cmd.template_code, ctx.now)?;
        if let Some(named) = cmd.contact.filter(|named| facts.contacts.iter().all(|c| c.id != named.0)) {
            return Err(not_found("contacts", &named.to_string()));
        }
        let (_, template) = choose_template(&facts, tag(cmd.language.as_deref()), &cmd.template_code)?;
        let any_open = !facts.items.is_empty();
        narrow(tx, &mut facts, template.purpose, ctx.now)?;
        let items = lines(&facts, template.purpose, any_open)?;
        if template.purpose.claims() {
            no_claim_under_way(tx, cmd.account)?;
        }
        let message = NewMessage {
            account_id: cmd.account.0,
            id: app.ids.next(),
            legal_entity_id: entity,
            decided_on: business_date(ctx.now, facts.entity_zone()),
            channel: kernel::text_enum::TextEnum::as_str(cmd.channel),
            purpose: template.purpose.to_string(),
            template_code: cmd.template_code.clone(),
            language: cmd.language.clone(),
            contact_id: cmd.contact.map(|contact| contact.0),
            total_amount: items.iter().map(|item| item.amount).sum::<Decimal>(),
            currency,
            note: note.clone(),
            items,
        };
        let after = json!({ "template_code": message.template_code, "currency": message.currency,
            "total_amount": message.total_amount.to_string(), "items": message.items.len() });
        let event = NewEvent::about("message.planned", "message", message.id)
            .account(message.account_id)
            .legal_entity(entity)
            .change(Value::Null, after);
        let event = tx.record(ctx, event)?;
        tx.insert_message(&message, ctx.now, event)?;
        Ok(PlannedMessage { id: message.id })
    })
}

/// What is open is stated and claimed where the letters go, and nowhere else.
fn receives_letters(ctx: &Ctx, tx: &mut dyn WriteTx, account: AccountId) -> Outcome<()> {
    let found = account_in_scope(ctx, tx, account)?;
    if found.group_id == account.0 {
        return Ok(());
    }
    // Named to those whom it concerns.
    let to = account_in_scope(ctx, tx, AccountId(found.group_id));
    let to = to.map_or_else(|_| "another account".to_owned(), |to| AccountId(to.id).to_string());
    Err(Error::with(&codes::LETTERS_ELSEWHERE, format!("the letters of {account} go to {to}")))
}

/// One claim at a time, as for a run; whoever plans for the same account waits until this one is decided.
fn no_claim_under_way(tx: &mut dyn WriteTx, account: AccountId) -> Outcome<()> {
    tx.lock_contact(&account.0.to_string())?;
    match tx.claim_under_way(account.0)? {
        None => Ok(()),
        Some((id, state)) => {
            let message = format!("{} is {state}", MessageId(id));
            Err(Error::with(&codes::CLAIM_UNDER_WAY, message))
        }
    }
}
