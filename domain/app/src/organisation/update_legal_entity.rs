//! Changes the settings of a legal entity.

use chrono::NaiveTime;
use domain::access::Permission;
use kernel::id::LegalEntityId;
use kernel::registry::{Bic, Country, EmailAddress, Iban, Language};
use kernel::{Currency, Error, Outcome, text, time};
use serde_json::Value;

use super::{LegalEntity, LegalEntitySettings, Letterhead, Signatory, codes};
use crate::App;
use crate::codes::INTERNAL;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;

/// New settings of a legal entity, all of them.
#[derive(Debug, Clone)]
pub struct UpdateLegalEntity {
    pub id: LegalEntityId,
    pub settings: LegalEntitySettings,
}

/// Changes the settings of a legal entity.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `version.mismatch`, `organisation.calendar_unknown`, and those of the settings.
pub fn update_legal_entity(app: &App, ctx: &Ctx, cmd: &UpdateLegalEntity) -> Outcome<Answer<LegalEntity>> {
    ctx.require(Permission::OrganisationWrite)?;
    let settings = check_settings(&cmd.settings)?;
    command::run(app, ctx, "organisation.update_legal_entity", |tx| {
        let mut entity = tx.legal_entity_for_update(cmd.id)?;
        ctx.scope.require_legal_entity(entity.id)?;
        command::check_version(ctx, entity.version)?;
        let before = settings_json(&entity)?;
        entity.settings = settings.clone();
        let event = tx.record(
            ctx,
            NewEvent::about("organisation.legal_entity_changed", "legal_entity", entity.id)
                .legal_entity(entity.id)
                .change(before, settings_json(&entity)?),
        )?;
        tx.save_legal_entity(&entity, event)?;
        entity.version += 1;
        Ok(entity)
    })
}

/// A code people type: 1 to 40 letters, digits, points, hyphens, underscores.
pub(crate) fn code(given: &str) -> Outcome<String> {
    let fits = (1..=40).contains(&given.len())
        && given.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    if fits {
        return Ok(given.to_owned());
    }
    Err(Error::field("code", &codes::CODE_INVALID, format!("{:?} is not a code", kernel::text::shown(given))))
}

pub(super) fn settings_json(entity: &LegalEntity) -> Outcome<Value> {
    serde_json::to_value(&entity.settings).map_err(|e| Error::new(&INTERNAL).caused_by(e))
}

/// Checks and normalises every field.
pub(super) fn check_settings(given: &LegalEntitySettings) -> Outcome<LegalEntitySettings> {
    let optional = |field: &str, text: &Option<String>| match text {
        Some(text) => text::optional_line(field, text),
        None => Ok(None),
    };
    let email = |field: &str, text: &Option<String>| -> Outcome<Option<String>> {
        text.as_deref().map(|t| EmailAddress::parse(field, t).map(|e| e.to_string())).transpose()
    };
    if !(1..=8760).contains(&given.stale_after_hours) {
        let message = format!("{} hours", given.stale_after_hours);
        return Err(Error::field("stale_after_hours", &codes::STALE_AFTER_INVALID, message));
    }
    Ok(LegalEntitySettings {
        name: text::line("name", &given.name)?,
        tax_id: optional("tax_id", &given.tax_id)?,
        country: Country::parse("country", &given.country)?.to_string(),
        time_zone: time::parse_zone("time_zone", &given.time_zone)?.to_string(),
        language: Language::parse("language", &given.language)?.to_string(),
        currency: Currency::parse("currency", &given.currency)?.to_string(),
        calendar_code: text::line("calendar_code", &given.calendar_code)?,
        address: lines("address", &given.address)?,
        payee_name: optional("payee_name", &given.payee_name)?,
        payee_iban: given
            .payee_iban
            .as_deref()
            .map(|t| Iban::parse("payee_iban", t).map(|i| i.to_string()))
            .transpose()?,
        payee_bic: given
            .payee_bic
            .as_deref()
            .map(|t| Bic::parse("payee_bic", t).map(|b| b.to_string()))
            .transpose()?,
        letterhead: Letterhead {
            lines: lines("letterhead.lines", &given.letterhead.lines)?,
            footer: lines("letterhead.footer", &given.letterhead.footer)?,
        },
        signatory: Signatory {
            name: text::optional_line("signatory.name", &given.signatory.name)?.unwrap_or_default(),
            role: text::optional_line("signatory.role", &given.signatory.role)?.unwrap_or_default(),
        },
        sender_name: optional("sender_name", &given.sender_name)?,
        sender_email: email("sender_email", &given.sender_email)?,
        reply_to: email("reply_to", &given.reply_to)?,
        mail_relay: optional("mail_relay", &given.mail_relay)?,
        scenario_code: optional("scenario_code", &given.scenario_code)?,
        run_at: given.run_at.as_deref().map(run_at).transpose()?,
        stale_after_hours: given.stale_after_hours,
        interest_segments: lines("interest_segments", &given.interest_segments)?,
    })
}

fn lines(field: &str, given: &[String]) -> Outcome<Vec<String>> {
    given.iter().enumerate().map(|(i, line)| text::line(&format!("{field}[{i}]"), line)).collect()
}

fn run_at(given: &str) -> Outcome<String> {
    NaiveTime::parse_from_str(given, "%H:%M").map(|t| t.format("%H:%M").to_string()).map_err(|e| {
        Error::field("run_at", &codes::RUN_AT_INVALID, format!("{given:?} is not a time")).caused_by(e)
    })
}
