//! Takes an old score again, by the version it was made with.

use domain::access::Permission;
use domain::credit::rule_sets::RuleKind;
use domain::rules::evaluate::Machine;
use kernel::id::{PartyId, ScoreId};
use kernel::{Decimal, Error, Outcome};
use serde::{Deserialize, Serialize};

use super::facts::KeptFacts;
use super::score::ScoreRecord;
use super::{compiled, risk_of};
use crate::App;
use crate::credit::rule_sets::codes::VERSION_UNKNOWN;
use crate::ctx::Ctx;
use crate::lists::not_found;

/// What a replay found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replayed {
    /// Whether every point came out as it was.
    pub holds: bool,
    pub points: Option<Decimal>,
    pub class: Option<String>,
    pub stored_points: Option<Decimal>,
    pub stored_class: Option<String>,
    pub scorecard_code: String,
    pub scorecard_version: i32,
}

/// Scores the facts that were kept with a score again, by the same version.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `rule.version_unknown`.
pub fn replay(app: &App, ctx: &Ctx, id: ScoreId) -> Outcome<Replayed> {
    ctx.require(Permission::CreditRead)?;
    app.store.view("scoring.replay", |tx| {
        let missing = || not_found("scores", &id.to_string());
        let found = tx.score(id.0)?.ok_or_else(missing)?;
        risk_of(ctx, tx, PartyId(found.party_id)).map_err(|e| missing().caused_by(e))?;
        let ScoreRecord { scorecard_code: code, scorecard_version: number, .. } = &found;
        let version = tx.rule_set_version(RuleKind::Scorecard, code, *number)?;
        let version = version.ok_or_else(|| {
            Error::with(&VERSION_UNKNOWN, format!("scorecard {code} has no version {number}"))
        })?;
        let card = compiled(tx, &version)?;
        let facts = KeptFacts::read(&found.facts)?.values();
        let again = card.evaluate(&mut Machine::default(), &facts, found.former_class.as_deref());
        let lines = super::score::to_json(&again.lines)?;
        let class = again.class.as_deref().map(str::to_owned);
        Ok(Replayed {
            holds: again.points == found.points
                && class == found.class
                && found.explanation.get("lines") == Some(&lines),
            points: again.points,
            class,
            stored_points: found.points,
            stored_class: found.class.clone(),
            scorecard_code: code.clone(),
            scorecard_version: *number,
        })
    })
}
