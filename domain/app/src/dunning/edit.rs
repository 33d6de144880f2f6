//! Editing a proposal: the difference is kept beside it, the proposal stays as it was decided.

use std::collections::BTreeSet;

use domain::access::Permission;
use domain::comms::kinds::ContactPurpose;
use domain::dunning::scenario::Mode;
use kernel::id::{ActionId, ReceivableId};
use kernel::registry::Language;
use kernel::{Decimal, Error, Outcome, text};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::actions::{Action, event_of, proposal};
use super::chunk::ContactItem;
use super::store::DecidedContact;
use super::{codes, stored};
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::store::WriteTx;

/// What a person changed: what is absent stays as proposed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Edit {
    /// Items the message shall not speak of. Their step does not advance.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template_code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// What is added for the reader of the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What is claimed with these changes.
    pub total_amount: Decimal,
    pub item_count: i32,
}

/// An edit as asked for. It replaces an earlier one.
#[derive(Debug, Clone, Default)]
pub struct EditAction {
    pub leave_out: Vec<ReceivableId>,
    pub template_code: Option<String>,
    pub purpose: Option<ContactPurpose>,
    pub language: Option<String>,
    pub note: Option<String>,
}

/// Changes a proposal of a step of mode `propose`, until somebody decides. One of mode `approve` is released or rejected just
/// as the scenario says.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `action.not_proposed`, `action.not_editable`, `version.mismatch`, `action.item_unknown`,
/// `action.edit_empty`, `action.edit_without_step`, `scenario.template_unknown`, `language.unknown`.
pub fn edit(app: &App, ctx: &Ctx, id: ActionId, cmd: &EditAction) -> Outcome<Answer<Action>> {
    ctx.require(Permission::DunningApprove)?;
    let language = cmd.language.as_deref().map(|l| Language::parse("language", l)).transpose()?;
    let note = cmd.note.as_deref().map(|t| text::note("note", t)).transpose()?.filter(|t| !t.is_empty());
    command::run(app, ctx, "dunning.edit_action", |tx| {
        let mut action = proposal(ctx, tx, id)?;
        command::check_version(ctx, action.version)?;
        if action.mode != Mode::Propose {
            return Err(Error::with(&codes::ACTION_NOT_EDITABLE, format!("{id} is of mode {}", action.mode)));
        }
        check_template(tx, cmd.template_code.as_deref())?;
        let before = json!({ "edit": action.edit });
        let mut left_out = cmd.leave_out.iter().map(|r| r.0).collect::<Vec<_>>();
        left_out.sort_unstable();
        left_out.dedup();
        action.edit = Some(Edit {
            left_out,
            template_code: cmd.template_code.clone().filter(|t| *t != action.template_code),
            purpose: cmd.purpose.map(|p| p.to_string()).filter(|p| *p != action.purpose),
            language: language.map(|l| l.to_string()).filter(|l| Some(l) != action.language.as_ref()),
            note: note.clone(),
            total_amount: action.total_amount,
            item_count: action.item_count,
        });
        let decided = tx.decided_contacts(&[(action.decision_id, action.decided_on)])?;
        let decided = decided.first().ok_or_else(|| Error::new(&codes::ACTION_NOT_PROPOSED))?;
        let (lines, total) = lines(tx, &action, decided)?;
        let claimed = i32::try_from(lines.iter().filter(|l| !l.credit).count()).unwrap_or(i32::MAX);
        if let Some(edit) = &mut action.edit {
            (edit.total_amount, edit.item_count) = (total.normalize(), claimed);
        }
        action.edited_by = Some(ctx.principal.id);
        let event = tx.record(ctx, event_of("dunning.action_edited", &action, before))?;
        tx.save_action(&action, event)?;
        action.version += 1;
        Ok(action)
    })
}

fn check_template(tx: &mut dyn WriteTx, code: Option<&str>) -> Outcome<()> {
    let Some(code) = code else { return Ok(()) };
    let known = tx.template_codes()?.iter().any(|t| t == code) || super::scenarios::is_default_template(code);
    if known {
        return Ok(());
    }
    let message = format!("there is no template {code:?}");
    Err(Error::field("template_code", &domain::dunning::codes::TEMPLATE_UNKNOWN, message))
}

/// The lines of an action's contact with its edit applied, and what they sum up to.
pub(super) fn lines(
    tx: &mut dyn WriteTx,
    action: &Action,
    decided: &DecidedContact,
) -> Outcome<(Vec<ContactItem>, Decimal)> {
    let act = stored::act_of(&decided.act)?;
    let left_out = action.edit.iter().flat_map(|e| e.left_out.iter().copied()).collect::<BTreeSet<_>>();
    let known = act.items.iter().map(|i| i.item.0).collect::<BTreeSet<_>>();
    if let Some(unknown) = left_out.difference(&known).next() {
        let message = format!("{} is not claimed by this proposal", ReceivableId(*unknown));
        return Err(Error::field("leave_out", &codes::ACTION_ITEM_UNKNOWN, message));
    }
    let steps = step_codes(tx, decided)?;
    let step_code = |no: u16| steps.get(usize::from(no).saturating_sub(1)).cloned();
    let claimed = act.items.iter().filter(|i| !left_out.contains(&i.item.0)).map(|i| ContactItem {
        account_id: i.account.0,
        receivable_id: i.item.0,
        step_code: i.step.and_then(|s| step_code(s.get())),
        step_no: i.step.and_then(|s| i16::try_from(s.get()).ok()),
        amount: i.open,
        credit: false,
    });
    let credits = act.credits.iter().map(|c| ContactItem {
        account_id: c.account.0,
        receivable_id: c.item.0,
        step_code: None,
        step_no: None,
        amount: c.amount,
        credit: true,
    });
    let lines = claimed.chain(credits).collect::<Vec<_>>();
    let total = lines.iter().fold(Decimal::ZERO, |sum, line| sum.saturating_add(line.amount));
    if total <= Decimal::ZERO || lines.iter().all(|l| l.credit) {
        return Err(Error::new(&codes::ACTION_EDIT_EMPTY));
    }
    if lines.iter().all(|l| l.step_no.is_none()) {
        return Err(Error::new(&codes::ACTION_EDIT_WITHOUT_STEP));
    }
    Ok((lines, total))
}

/// The step codes of the version the contact was decided by, in order.
fn step_codes(tx: &mut dyn WriteTx, decided: &DecidedContact) -> Outcome<Vec<String>> {
    let (code, version) = &decided.scenario;
    let Some(version) = tx.scenario_version(code, *version)? else { return Ok(Vec::new()) };
    let scenario = domain::dunning::scenario::Scenario::parse(&version.document)?;
    Ok(scenario.steps.into_iter().map(|s| s.code).collect())
}
