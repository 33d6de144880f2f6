//! What insurers and guarantors say, the limits of segments, and that nothing is trusted: recorded directly, by whoever may.

use domain::access::Permission;
use domain::credit::limits::{
    Collateral, LimitHolder, LimitHolderKind, LimitOrigin, LimitTerms, LimitType, Period, replace,
};
use domain::credit::policy::Part;
use kernel::id::{CreditLimitId, EventId, LegalEntityId};
use kernel::money::{parse_amount, parse_decimal};
use kernel::text_enum::parse;
use kernel::time::parse_date;
use kernel::{Currency, Error, Outcome, text};
use uuid::Uuid;

use super::{CreditLimit, Said, codes, holder};
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::lists::not_found;
use crate::store::WriteTx;

/// Decimals of a percentage.
const PERCENT_SCALE: u32 = 4;

/// A limit as stated.
#[derive(Debug, Clone, Default)]
pub struct RecordLimit {
    pub holder_kind: String,
    pub holder_id: String,
    pub legal_entity: Option<String>,
    pub limit_type: String,
    pub component: Option<String>,
    pub collateral: Option<String>,
    pub reference: Option<String>,
    pub currency: String,
    pub amount: String,
    pub covered_percent: Option<String>,
    pub from: String,
    pub until: Option<String>,
    pub review_on: Option<String>,
    pub reason: Option<String>,
    /// It takes the place of what overlaps it.
    pub replace: bool,
}

impl RecordLimit {
    fn terms(&self) -> Outcome<LimitTerms> {
        let currency = Currency::parse("currency", &self.currency)?;
        let date = |field, text: &Option<String>| text.as_deref().map(|t| parse_date(field, t)).transpose();
        let percent = self.covered_percent.as_deref().map(|text| {
            let read = parse_decimal(text).filter(|percent| percent.normalize().scale() <= PERCENT_SCALE);
            read.ok_or_else(|| {
                let message = format!("is no number of at most {PERCENT_SCALE} decimals");
                Error::field("covered_percent", &domain::credit::limits::codes::COVER_INVALID, message)
            })
        });
        let kind = parse::<LimitHolderKind>("holder_kind", &self.holder_kind)?;
        Ok(LimitTerms {
            holder: holder::parse(kind, &self.holder_id)?,
            legal_entity: self
                .legal_entity
                .as_deref()
                .map(|t| LegalEntityId::parse(t).map(|id| id.0))
                .transpose()?,
            limit_type: parse("limit_type", &self.limit_type)?,
            component: self.component.as_deref().map(|t| parse::<Part>("component", t)).transpose()?,
            collateral: self
                .collateral
                .as_deref()
                .map(|t| parse::<Collateral>("collateral", t))
                .transpose()?,
            reference: text::optional_line("reference", self.reference.as_deref().unwrap_or_default())?,
            currency,
            amount: parse_amount("amount", &self.amount, currency)?,
            covered_percent: percent.transpose()?,
            valid: Period { from: parse_date("from", &self.from)?, until: date("until", &self.until)? },
            review_on: date("review_on", &self.review_on)?,
        })
    }
}

/// Records what an insurer or guarantor says, the limit of a segment - by who makes the rules, because it trusts whoever is in it -, or an
/// own limit of zero: trusting nobody any more needs nobody's approval.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `limit.type_needs_application`, `limit.overlaps`; those of [`LimitTerms::check`]; errors of values.
pub fn record_limit(app: &App, ctx: &Ctx, cmd: &RecordLimit) -> Outcome<Answer<CreditLimit>> {
    ctx.require(Permission::LimitImport)?;
    let terms = cmd.terms()?;
    let nothing = matches!(terms.limit_type, LimitType::Own | LimitType::Group) && terms.amount.is_zero();
    if terms.limit_type == LimitType::Segment {
        ctx.require(Permission::RulesWrite)?;
    } else if !terms.is_cover() && !nothing {
        let message = format!("a limit of type {} is applied for", terms.limit_type);
        return Err(Error::field("limit_type", &codes::LIMIT_TYPE_NOT_SET, message));
    }
    terms.check()?;
    let reason =
        cmd.reason.as_deref().map(|t| text::note("reason", t)).transpose()?.filter(|t| !t.is_empty());
    command::run(app, ctx, "limit.record", |tx| {
        let holder = holder::in_charge(tx, ctx, &terms.holder)?;
        let legal_entity = legal_entity(tx, ctx, (&holder, terms.legal_entity))?;
        let terms = LimitTerms { holder, legal_entity, ..terms.clone() };
        let said = Said {
            origin: LimitOrigin::Import,
            application_id: None,
            reason: reason.clone(),
            set_by: ctx.principal.name.clone(),
            approved_by: None,
            at: ctx.now,
        };
        let limit = CreditLimit::new(app.ids.next(), &terms, said);
        let event = tx.record(ctx, limit.event("limit.recorded"))?;
        write(app, tx, (&limit, &terms), cmd.replace, event)?;
        Ok(limit)
    })
}

/// The legal entity it is kept for.
fn legal_entity(
    tx: &mut dyn WriteTx,
    ctx: &Ctx,
    (holder, named): (&LimitHolder, Option<Uuid>),
) -> Outcome<Option<Uuid>> {
    match (holder::of_risk(holder), named) {
        (_, None) => Ok(None),
        (Some(risk), named) => {
            let (_, leaves, _) = holder::seen(tx, ctx, risk)?;
            holder::legal_entity(risk.kind, &leaves, named)
        }
        (None, Some(id)) => {
            let public = LegalEntityId(id).to_string();
            let known = tx.find(ctx, &crate::organisation::lists::LEGAL_ENTITIES, &public)?.is_some();
            if known { Ok(Some(id)) } else { Err(not_found("legal_entities", &public)) }
        }
    }
}

/// Writes a limit; what it overlaps is superseded, and what is left of that written anew. The ids of what it took the place of.
pub(in crate::credit) fn write(
    app: &App,
    tx: &mut dyn WriteTx,
    (limit, terms): (&CreditLimit, &LimitTerms),
    replaces: bool,
    event: EventId,
) -> Outcome<Vec<Uuid>> {
    let rows = tx.limits_of_key(&terms.key())?;
    let standing = rows.iter().map(|row| (row.id, row.period())).collect::<Vec<_>>();
    let hit = replace(&standing, &limit.period());
    if !hit.is_empty() && !replaces {
        let ids = hit.iter().map(|(id, _)| CreditLimitId(*id).to_string()).collect::<Vec<_>>().join(", ");
        return Err(Error::field("from", &codes::LIMIT_OVERLAPS, format!("it overlaps {ids}")));
    }
    let ids = hit.iter().map(|(id, _)| *id).collect::<Vec<Uuid>>();
    tx.supersede_limits(&ids, limit.recorded_at)?;
    for (id, left) in hit {
        let Some(row) = rows.iter().find(|row| row.id == id) else { continue };
        for period in left {
            let rest = CreditLimit {
                id: app.ids.next(),
                from: period.from,
                until: period.until,
                review_on: row.review_on.filter(|on| period.contains(*on)),
                recorded_at: limit.recorded_at,
                version: 1,
                ..row.clone()
            };
            tx.insert_limit(&rest, event)?;
        }
    }
    tx.insert_limit(limit, event)?;
    Ok(ids)
}
