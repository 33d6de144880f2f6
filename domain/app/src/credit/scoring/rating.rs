//! The rating of a party as it counts: the score, a person's word above it, and what outside parties say beside it.

use domain::access::Permission;
use domain::credit::scoring::rating::{ClassOrigin, Override, effective};
use kernel::id::PartyId;
use kernel::time::parse_date;
use kernel::{Date, Outcome};

use super::overrides::RatingOverride;
use super::risk_of;
use super::score::ScoreRecord;
use crate::App;
use crate::credit::external::ExternalRating;
use crate::credit::groups::today;
use crate::ctx::Ctx;

/// A rating with all voices.
#[derive(Debug, Clone, PartialEq)]
pub struct Rating {
    /// The party that stands for the risk.
    pub party_id: uuid::Uuid,
    pub on: Date,
    pub class: Option<String>,
    pub origin: Option<ClassOrigin>,
    pub score: Option<ScoreRecord>,
    pub overrides: Vec<RatingOverride>,
    /// The latest of each provider that is still to be relied on.
    pub external: Vec<ExternalRating>,
}

/// The rating of a party by a scorecard, on a day: today when absent. A day in the past is answered as it was known at its
/// end.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `date.invalid`.
pub fn rating(
    app: &App,
    ctx: &Ctx,
    party: PartyId,
    (scorecard, on): (&str, Option<&str>),
) -> Outcome<Rating> {
    ctx.require(Permission::CreditRead)?;
    let present = today(ctx.now);
    let on = on.map(|text| parse_date("on", text)).transpose()?.unwrap_or(present);
    app.store.view("scoring.rating", |tx| {
        let party_id = risk_of(ctx, tx, party)?;
        let end = on.succ_opt().and_then(|next| next.and_hms_opt(0, 0, 0)).map(|end| end.and_utc());
        let at = end.filter(|_| on < present).unwrap_or(ctx.now);
        let score = tx.score_at(party_id, scorecard, at)?;
        let overrides = tx.overrides_on(party_id, scorecard, (on, at))?;
        let external = tx.ratings_on(party_id, (on, at))?;
        let words = overrides.iter().map(|o| Override {
            class: o.class.clone(),
            reason: o.reason.clone(),
            from: o.from,
            until: o.until,
        });
        let words = words.collect::<Vec<_>>();
        let scored = score.as_ref().and_then(|s| s.class.as_deref());
        let (class, origin) = effective(scored, &words, on).unzip();
        let class = class.map(str::to_owned);
        Ok(Rating { party_id, on, class, origin, score, overrides, external })
    })
}
