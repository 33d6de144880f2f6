//! What a holder may owe on a day: the layers in force, each named, with their sum.

use kernel::money::Money;
use kernel::rate::Converted;
use kernel::{Currency, Date, Decimal, Outcome};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Cover, Layer, LimitTerms, LimitType, Period, cover};
use crate::credit::policy::Part;

/// A limit with its id.
pub type Standing = (Uuid, LimitTerms);

/// How an amount is brought into the currency asked for.
pub type Convert<'a> = dyn Fn(Money) -> Outcome<Converted> + 'a;

/// One layer, in the currency asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EffectiveLayer {
    pub limit: Uuid,
    pub limit_type: LimitType,
    /// As it was granted.
    pub currency: String,
    pub original_amount: Decimal,
    pub amount: Decimal,
    /// What of it others would pay; zero for the company's own risk.
    pub covered_percent: Decimal,
    pub reference: Option<String>,
    pub from: Date,
    pub until: Option<Date>,
    pub review_on: Option<Date>,
    /// Rates that took part, as `SOURCE BASE/QUOTE DATE RATE`.
    pub rates: Vec<String>,
}

/// The bound of one part of exposure, in the currency asked for: of several the lowest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubLimit {
    pub limit: Uuid,
    pub component: Part,
    pub amount: Decimal,
}

/// What a holder may owe on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effective {
    pub currency: String,
    pub on: Date,
    pub layers: Vec<EffectiveLayer>,
    /// Their sum; none where nobody set a limit.
    pub total: Option<Decimal>,
    pub sub_limits: Vec<SubLimit>,
    /// Days to the end of the layer that ends first; none where no layer ends.
    pub days_to_expiry: Option<i64>,
}

impl Effective {
    /// The layers, without how they came about.
    pub fn plain(&self) -> Vec<Layer> {
        self.layers.iter().map(EffectiveLayer::plain).collect()
    }

    /// Cover of an exposure in the same currency.
    pub fn cover(&self, exposure: Decimal) -> Cover {
        cover(&self.plain(), exposure)
    }
}

impl EffectiveLayer {
    fn plain(&self) -> Layer {
        Layer {
            limit: self.limit,
            limit_type: self.limit_type,
            amount: self.amount,
            covered_percent: self.covered_percent,
            until: self.until,
            review_on: self.review_on,
        }
    }
}

/// Adds up the limits of one holder that hold on a day. Those of a segment count only where there is no other layer.
///
/// # Errors
/// `fx.rate_missing`, naming pair and days; `money.overflow`.
pub fn effective(
    standing: &[Standing],
    (to, on): (Currency, Date),
    convert: &Convert<'_>,
) -> Outcome<Effective> {
    let held = standing.iter().filter(|(_, terms)| terms.valid.contains(on)).collect::<Vec<_>>();
    let own = |terms: &LimitTerms| terms.limit_type != LimitType::Segment;
    let has_own = held.iter().any(|(_, terms)| terms.component.is_none() && own(terms));
    let (mut layers, mut sub_limits) = (Vec::new(), Vec::<SubLimit>::new());
    for (id, terms) in held.into_iter().filter(|(_, terms)| own(terms) || !has_own) {
        let converted = convert(Money::new(terms.amount, terms.currency))?;
        let amount = converted.money.amount;
        match terms.component {
            None => layers.push(layer(*id, terms, &converted)),
            Some(component) => match sub_limits.iter_mut().find(|sub| sub.component == component) {
                Some(lowest) if lowest.amount <= amount => {}
                Some(lowest) => *lowest = SubLimit { limit: *id, component, amount },
                None => sub_limits.push(SubLimit { limit: *id, component, amount }),
            },
        }
    }
    layers.sort_by_key(|layer| (layer.limit_type, layer.limit));
    sub_limits.sort_by_key(|sub| sub.component);
    let ends = layers.iter().filter_map(|l| Period { from: l.from, until: l.until }.days_left(on)).min();
    let total = (!layers.is_empty()).then(|| layers.iter().map(|layer| layer.amount).sum());
    Ok(Effective { currency: to.as_str().to_owned(), on, layers, total, sub_limits, days_to_expiry: ends })
}

fn layer(id: Uuid, terms: &LimitTerms, converted: &Converted) -> EffectiveLayer {
    let percent = terms.covered_percent.unwrap_or(Decimal::ONE_HUNDRED);
    let named = converted.rates.iter().map(|used| {
        let rate = &used.rate;
        format!(
            "{} {}/{} {} {}",
            rate.source(),
            rate.base(),
            rate.quote(),
            rate.on(),
            rate.rate().normalize()
        )
    });
    EffectiveLayer {
        limit: id,
        limit_type: terms.limit_type,
        currency: terms.currency.as_str().to_owned(),
        original_amount: terms.amount,
        amount: converted.money.amount,
        covered_percent: if terms.is_cover() { percent } else { Decimal::ZERO },
        reference: terms.reference.clone(),
        from: terms.valid.from,
        until: terms.valid.until,
        review_on: terms.review_on,
        rates: named.collect(),
    }
}
