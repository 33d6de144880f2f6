//! Who rates, and on which scale.

use domain::access::Permission;
use domain::credit::scoring::external::Scale;
use domain::rules::codes::CODE_INVALID;
use domain::rules::finding::Findings;
use kernel::{Error, Instant, Outcome, text};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::codes;
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::store::WriteTx;

const VALID_DAYS_MAX: i32 = 3_650;

/// A provider as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provider {
    pub code: String,
    pub name: String,
    /// From the best grade to the worst.
    pub scale: Scale,
    /// How long a rating is relied on that does not say so itself.
    pub valid_days: i32,
    pub cursor: Option<String>,
    pub version: i64,
    pub created_at: Instant,
}

/// What a provider is to be.
#[derive(Debug, Clone)]
pub struct PutProvider {
    pub code: String,
    pub name: String,
    pub grades: Vec<String>,
    pub valid_days: i32,
}

/// Makes a provider known, or changes what is known of it. Ratings taken in before keep the place they had on the scale.
///
/// # Errors
/// `auth.forbidden`, `auth.installation_wide`, `rule.code_invalid`, `external_rating.scale_invalid`,
/// `rating_provider.validity`, `version.mismatch`, errors of the name.
pub fn put_provider(app: &App, ctx: &Ctx, cmd: &PutProvider) -> Outcome<Answer<Provider>> {
    ctx.require(Permission::RatingWrite)?;
    ctx.scope.require_all()?;
    let mut findings = Findings::default();
    findings.code("code", &cmd.code);
    if let Some(wrong) = findings.into_vec().pop() {
        return Err(Error::field("code", &CODE_INVALID, wrong.message));
    }
    let name = text::line("name", &cmd.name)?;
    let grades = cmd.grades.iter().map(|g| text::line("grades", g)).collect::<Outcome<Vec<_>>>()?;
    let scale = Scale::try_new(grades)?;
    if !(1..=VALID_DAYS_MAX).contains(&cmd.valid_days) {
        let message = format!("{} days", cmd.valid_days);
        return Err(Error::field("valid_days", &codes::PROVIDER_VALIDITY, message));
    }
    command::run(app, ctx, "external.put_provider", |tx| {
        let before = tx.provider_for_update(&cmd.code)?;
        command::check_version(ctx, before.as_ref().map_or(0, |b| b.version))?;
        let provider = Provider {
            code: cmd.code.clone(),
            name: name.clone(),
            scale: scale.clone(),
            valid_days: cmd.valid_days,
            cursor: before.as_ref().and_then(|b| b.cursor.clone()),
            version: before.as_ref().map_or(1, |b| b.version + 1),
            created_at: before.as_ref().map_or(ctx.now, |b| b.created_at),
        };
        let said = |p: &Provider| json!({ "code": p.code, "name": p.name, "grades": p.scale.grades(), "valid_days": p.valid_days });
        let event = event("credit.rating_provider_saved")
            .change(before.as_ref().map(said).unwrap_or_default(), said(&provider));
        let event = tx.record(ctx, event)?;
        tx.save_provider(&provider, event)?;
        Ok(provider)
    })
}

/// A provider, locked until its reports are written.
///
/// # Errors
/// `rating_provider.unknown`.
pub(super) fn locked(tx: &mut dyn WriteTx, code: &str) -> Outcome<Provider> {
    tx.provider_for_update(code)?.ok_or_else(|| {
        Error::with(&codes::PROVIDER_UNKNOWN, format!("there is no provider {:?}", text::shown(code)))
    })
}

/// Providers have codes, not ids.
pub(super) fn event(kind: &'static str) -> NewEvent {
    NewEvent {
        kind,
        subject_kind: "rating_provider",
        subject_id: None,
        account_id: None,
        legal_entity_id: None,
        before: Value::Null,
        after: Value::Null,
    }
}
