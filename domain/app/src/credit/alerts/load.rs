//! From what is stored of holders to the facts that rules read.

use std::collections::HashMap;

use domain::attributes::{AttributeOwner, Declared};
use domain::credit::check::{Holder, HolderKind};
use domain::credit::counting::Amounts;
use domain::credit::exposure::{Component, Components};
use domain::credit::facts::{Fact, blank, set_attributes};
use domain::credit::limits::{Effective, LimitType, cover, effective};
use domain::credit::policy::CreditPolicy;
use domain::rules::evaluate::{FactValue, FactValues};
use domain::rules::facts::FactType;
use kernel::money::parse_decimal;
use kernel::registry::codes::FX_RATE_MISSING;
use kernel::text_enum::TextEnum as _;
use kernel::{Currency, Date, Decimal, Error, Instant, Outcome};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::store::{HolderAmounts, HolderRow};
use crate::credit::check::{STANDARD, policy_in_force};
use crate::credit::limits::{CreditLimit, converted};
use crate::credit::scoring;
use crate::ledger::convert::{Convert, Rates};
use crate::store::WriteTx;

/// A holder with its facts.
pub(super) struct Loaded {
    pub(super) row: HolderRow,
    /// What is wrong where they could not be had, such as a rate that is missing.
    pub(super) facts: Result<FactValues, String>,
}

/// What loading goes by, for one run.
pub(super) struct Loader<'l> {
    pub(super) on: Date,
    pub(super) now: Instant,
    pub(super) declared: &'l Declared,
    pub(super) wanted: &'l dyn Fn(&str) -> bool,
}

/// Policies and rates, each asked for once.
#[derive(Default)]
struct Known {
    policies: HashMap<String, CreditPolicy>,
    rates: HashMap<(String, Currency), Rates>,
}

impl Loader<'_> {
    /// The facts of some holders, in their order.
    ///
    /// # Errors
    /// `database.unavailable`, `internal` when something stored cannot be read.
    pub(super) fn load(&self, tx: &mut dyn WriteTx, holders: &[Holder]) -> Outcome<Vec<Loaded>> {
        let mut amounts = HashMap::<Holder, Vec<HolderAmounts>>::new();
        for row in tx.holder_amounts(holders, self.on, self.now)? {
            amounts.entry(Holder { kind: row.kind, id: row.id }).or_default().push(row);
        }
        let mut further = HashMap::<Holder, Vec<Map<String, Value>>>::new();
        for row in tx.source_rows(holders, self.on, self.wanted)? {
            further.entry(Holder { kind: row.kind, id: row.id }).or_default().push(row.facts);
        }
        let mut limits = HashMap::<Holder, Vec<CreditLimit>>::new();
        for row in tx.holder_limits(holders, self.on)? {
            limits.entry(Holder { kind: row.of_kind, id: row.of_id }).or_default().push(row.limit);
        }
        let mut scored = self.scoring_facts(tx, holders)?;
        let mut known = Known::default();
        let mut loaded = Vec::with_capacity(holders.len());
        for row in tx.holder_rows(holders, self.on)? {
            let holder = Holder { kind: row.kind, id: row.id };
            let own = amounts.remove(&holder).unwrap_or_default();
            let mut facts = self.own_facts(&row);
            for (path, value) in scored.remove(&holder).unwrap_or_default() {
                facts.set(path, value);
            }
            for more in further.remove(&holder).unwrap_or_default() {
                set_all(&mut facts, &more);
            }
            let held = limits.remove(&holder).unwrap_or_default();
            let whole = self
                .exposure(tx, &mut known, (&row, &own), &mut facts)
                .and_then(|total| self.limits(tx, &mut known, (&row, &held, total), &mut facts));
            let facts = match whole {
                Ok(()) => Ok(facts),
                Err(error) if *error.code() == FX_RATE_MISSING => Err(error.to_string()),
                Err(error) => return Err(error),
            };
            loaded.push(Loaded { row, facts });
        }
        Ok(loaded)
    }

    /// How parties pay, what others say of them, and their score: as scorecards see them.
    fn scoring_facts(
        &self,
        tx: &mut dyn WriteTx,
        holders: &[Holder],
    ) -> Outcome<HashMap<Holder, Vec<(String, FactValue)>>> {
        const OBJECTS: &[&str] = &["behaviour.", "external.", "ratios.", "score."];
        let parties =
            holders.iter().filter(|h| h.kind == HolderKind::Party).map(|h| h.id).collect::<Vec<_>>();
        if parties.is_empty() || !OBJECTS.iter().any(|object| (self.wanted)(object)) {
            return Ok(HashMap::new());
        }
        let loaded = tx.load_scoring_facts(&parties, self.on, scoring::STANDARD)?;
        let mut found = HashMap::with_capacity(parties.len());
        for (id, facts) in scoring::facts::facts(&loaded, self.declared, self.on) {
            let told = |path: &str| OBJECTS.iter().any(|object| path.starts_with(object));
            let told = facts.iter().filter(|(path, value)| told(path) && !value.is_null());
            let told = told.map(|(path, value)| (path.to_owned(), value.clone())).collect::<Vec<_>>();
            found.insert(Holder { kind: HolderKind::Party, id }, told);
        }
        for score in loaded.scores {
            let of = found.entry(Holder { kind: HolderKind::Party, id: score.party_id }).or_default();
            of.push((Fact::ScoreClass.to_string(), score.class.unwrap_or_default().as_str().into()));
            of.push((Fact::ScorePoints.to_string(), score.points.into()));
        }
        Ok(found)
    }

    fn own_facts(&self, row: &HolderRow) -> FactValues {
        let mut facts = blank();
        set_all(&mut facts, &row.facts);
        facts.set(Fact::HolderKind.as_str(), row.kind.as_str());
        facts.set(Fact::HolderCurrency.as_str(), row.currency.as_str());
        for (owner, object) in [
            (AttributeOwner::Account, &row.account_attributes),
            (AttributeOwner::Party, &row.party_attributes),
        ] {
            let names = self.declared.iter().filter(|a| a.owner == owner).map(|a| a.name.as_str().into());
            let values = self.declared.values(owner, &names.collect::<Vec<_>>(), object);
            set_attributes(&mut facts, owner, &values, self.on);
        }
        facts
    }

    fn exposure(
        &self,
        tx: &mut dyn WriteTx,
        known: &mut Known,
        (row, amounts): (&HolderRow, &[HolderAmounts]),
        facts: &mut FactValues,
    ) -> Outcome<Decimal> {
        let to = Currency::parse("currency", &row.currency)?;
        let policy = known.policy(tx, row.legal_entity_code.as_deref())?.clone();
        let mut sum = Amounts::default();
        for part in amounts {
            let from = Currency::parse("currency", &part.currency)?;
            for (component, amount) in part.components() {
                let amount = known.converted(tx, self, (amount, from), (to, &policy))?;
                sum.components.add_to(component, amount);
            }
            sum.overdue += known.converted(tx, self, (part.overdue, from), (to, &policy))?;
            sum.credits_own += known.converted(tx, self, (part.credits_own, from), (to, &policy))?;
        }
        let days = amounts.iter().map(|a| a.days_overdue_max).max().unwrap_or(0);
        set_exposure(facts, &sum, &policy);
        facts.set(Fact::ExposureDaysOverdueMax.as_str(), days);
        Ok(sum.counted(&policy))
    }

    /// What the holder may owe: limits of its legal entity, where it has one, and of all.
    fn limits(
        &self,
        tx: &mut dyn WriteTx,
        known: &mut Known,
        (row, held, total): (&HolderRow, &[CreditLimit], Decimal),
        facts: &mut FactValues,
    ) -> Outcome<()> {
        let to = Currency::parse("currency", &row.currency)?;
        let here = held.iter().filter(|l| l.legal_entity_id.is_none_or(|id| Some(id) == row.legal_entity_id));
        let standing = here.map(|limit| Ok((limit.id, limit.terms()?))).collect::<Outcome<Vec<_>>>()?;
        let foreign = standing.iter().any(|(_, terms)| terms.currency != to);
        let policy = known.policy(tx, row.legal_entity_code.as_deref())?.clone();
        let rates = if foreign { Some(known.rates(tx, self, (to, &policy))?) } else { None };
        let of = effective(&standing, (to, self.on), &|money| converted(rates, money))?;
        let counts = |limit: &Uuid| of.layers.iter().any(|layer| layer.limit == *limit);
        let counting = standing.iter().filter(|(id, _)| counts(id)).map(|(_, terms)| terms);
        let days = |on: Date| (on - self.on).num_days();
        let guarantees = counting.clone().filter(|terms| terms.limit_type == LimitType::Guaranteed);
        let guarantee_ends = guarantees.filter_map(|terms| terms.valid.until).min().map(days);
        let review = counting.filter_map(|terms| terms.review_on).min().map(days);
        set_limits(facts, &of, total);
        facts.set(Fact::LimitDaysToGuaranteeExpiry.as_str(), guarantee_ends);
        facts.set(Fact::LimitDaysToReview.as_str(), review);
        Ok(())
    }
}

fn set_exposure(facts: &mut FactValues, sum: &Amounts, policy: &CreditPolicy) {
    let of = |component| sum.components.get(component);
    for (fact, component) in [
        (Fact::ExposureOpen, Component::Open),
        (Fact::ExposureDisputed, Component::Disputed),
        (Fact::ExposureReturned, Component::Returned),
        (Fact::ExposureInstruments, Component::Instruments),
        (Fact::ExposureOrders, Component::Orders),
        (Fact::ExposureDeliveries, Component::Deliveries),
        (Fact::ExposureReserved, Component::Reserved),
        (Fact::ExposureCredits, Component::Credits),
    ] {
        facts.set(fact.as_str(), of(component));
    }
    facts.set(Fact::ExposureOverdue.as_str(), sum.overdue);
    facts.set(Fact::ExposureTotal.as_str(), sum.counted(policy));
    let mut delivered = *sum;
    for component in [Component::Orders, Component::Reserved] {
        delivered.components.add_to(component, -of(component));
    }
    let now = delivered.counted(policy);
    facts.set(Fact::ExposureNow.as_str(), now);
    let projected = now + of(Component::Orders) + of(Component::Reserved);
    facts.set(Fact::ExposureProjected.as_str(), projected);
}

/// Limits, and what follows from them and exposure together. The limit of a group or a segment is at one's own risk.
fn set_limits(facts: &mut FactValues, of: &Effective, total: Decimal) {
    let own = [LimitType::Own, LimitType::Group, LimitType::Segment];
    facts.set(Fact::LimitOwn.as_str(), own.map(|of_type| of.of_type(of_type)).into_iter().sum::<Decimal>());
    facts.set(Fact::LimitInsured.as_str(), of.of_type(LimitType::Insured));
    facts.set(Fact::LimitGuaranteed.as_str(), of.of_type(LimitType::Guaranteed));
    facts.set(Fact::LimitTemporary.as_str(), of.of_type(LimitType::Temporary));
    facts.set(Fact::LimitTotal.as_str(), of.total);
    facts.set(Fact::LimitHeadroom.as_str(), of.total.map(|limit| limit - total));
    let used = of.total.and_then(|limit| total.checked_div(limit)).map(|ratio| ratio.round_dp(6));
    facts.set(Fact::ExposureUtilisation.as_str(), used);
    facts.set(Fact::LimitDaysToExpiry.as_str(), of.days_to_expiry);
    let cover = cover(&of.layers, total);
    facts.set(Fact::CoverAmount.as_str(), cover.amount);
    facts.set(Fact::CoverRatio.as_str(), cover.ratio);
}

impl HolderAmounts {
    fn components(&self) -> impl Iterator<Item = (Component, Decimal)> {
        let mut components = Components::default();
        for (component, amount) in [
            (Component::Open, self.open),
            (Component::Disputed, self.disputed),
            (Component::Returned, self.returned),
            (Component::Instruments, self.instruments),
            (Component::Orders, self.orders),
            (Component::Deliveries, self.deliveries),
            (Component::Reserved, self.reserved),
            (Component::Credits, self.credits),
        ] {
            components.add_to(component, amount);
        }
        Component::ALL.iter().map(move |component| (*component, components.get(*component)))
    }
}

impl Known {
    /// The policy by which exposure is added up.
    fn policy(&mut self, tx: &mut dyn WriteTx, entity: Option<&str>) -> Outcome<&CreditPolicy> {
        let key = entity.unwrap_or(STANDARD);
        if !self.policies.contains_key(key) {
            let stored = policy_in_force(tx, entity)?;
            self.policies.insert(key.to_owned(), CreditPolicy::parse(&stored.document)?);
        }
        self.policies.get(key).ok_or_else(|| Error::new(&crate::codes::INTERNAL).caused_by("no policy"))
    }

    fn converted(
        &mut self,
        tx: &mut dyn WriteTx,
        loader: &Loader<'_>,
        (amount, from): (Decimal, Currency),
        (to, policy): (Currency, &CreditPolicy),
    ) -> Outcome<Decimal> {
        if amount.is_zero() || from == to {
            return Ok(amount);
        }
        Ok(self.rates(tx, loader, (to, policy))?.convert(amount, from)?.money.amount)
    }

    fn rates(
        &mut self,
        tx: &mut dyn WriteTx,
        loader: &Loader<'_>,
        (to, policy): (Currency, &CreditPolicy),
    ) -> Outcome<&Rates> {
        let key = (policy.rate_source.clone(), to);
        if !self.rates.contains_key(&key) {
            let convert = Convert { to, source: policy.rate_source.clone() };
            let rates = Rates::load(tx, &convert, loader.on, loader.now)?;
            self.rates.insert(key.clone(), rates);
        }
        self.rates.get(&key).ok_or_else(|| Error::new(&FX_RATE_MISSING))
    }
}

/// Takes over facts as a source gives them. What is of another type than its fact counts as not known.
fn set_all(facts: &mut FactValues, given: &Map<String, Value>) {
    for (path, value) in given {
        let Some(fact) = Fact::from_text(path) else { continue };
        let value = match (fact.value_type().of, value) {
            (FactType::Bool, Value::Bool(value)) => FactValue::Bool(*value),
            (FactType::Text, Value::String(value)) => FactValue::from(value.as_str()),
            (FactType::Number, Value::Number(value)) => parse_decimal(&value.to_string()).into(),
            (FactType::Number, Value::String(value)) => parse_decimal(value).into(),
            (FactType::Bool | FactType::Text | FactType::Number, _) => continue,
        };
        facts.set(fact.as_str(), value);
    }
}
