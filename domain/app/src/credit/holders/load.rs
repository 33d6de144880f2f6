//! From what is stored of holders to the facts that rules read.

mod known;

use std::collections::{BTreeSet, HashMap};

use domain::attributes::{AttributeOwner, Declared};
use domain::credit::check::{Holder, HolderKind};
use domain::credit::counting::Amounts;
use domain::credit::facts::{DaysAhead, Fact, blank, days_ahead, set_attributes, set_exposure, set_limits};
use domain::credit::limits::{effective, total as limit_total};
use domain::rules::evaluate::{FactValue, FactValues};
use domain::rules::facts::FactType;
use kernel::money::parse_decimal;
use kernel::registry::codes::FX_RATE_MISSING;
use kernel::text_enum::TextEnum as _;
use kernel::{Currency, Date, Decimal, Instant, Outcome};
use serde_json::{Map, Value};
use uuid::Uuid;

use self::known::Known;
use super::{HolderAmounts, HolderLapsed, HolderRow};
use crate::credit::facts::{SCORED, scored};
use crate::credit::limits::{CreditLimit, converted};
use crate::store::ReadTx;

/// A holder with its facts.
pub(in crate::credit) struct Loaded {
    pub(in crate::credit) row: HolderRow,
    pub(in crate::credit) facts: FactValues,
    /// When its limits end and are to be looked at again.
    pub(in crate::credit) ahead: DaysAhead,
    /// Why its amounts could not be had, such as a rate that is missing; its other facts are known all the same.
    pub(in crate::credit) no_amounts: Option<String>,
    /// The same of what its party owes late, which may be in other currencies.
    pub(in crate::credit) no_party_amounts: Option<String>,
}

impl Loaded {
    /// Why something that reads these facts cannot be decided.
    pub(in crate::credit) fn undecidable<'p>(&self, reads: impl Iterator<Item = &'p str>) -> Option<&str> {
        let missing = |fact: Fact| {
            if fact == Fact::PartyOverdue {
                self.no_party_amounts.as_deref()
            } else {
                self.no_amounts.as_deref().filter(|_| fact.is_of_amounts())
            }
        };
        reads.filter_map(Fact::from_text).find_map(missing)
    }
}

/// What loading goes by, for one run.
pub(in crate::credit) struct Loader<'l> {
    pub(in crate::credit) on: Date,
    pub(in crate::credit) now: Instant,
    pub(in crate::credit) declared: &'l Declared,
    /// Of all amounts; of each holder its own when absent.
    pub(in crate::credit) currency: Option<Currency>,
    pub(in crate::credit) wanted: &'l dyn Fn(&str) -> bool,
}

impl Loader<'_> {
    /// The facts of some holders, in their order.
    ///
    /// # Errors
    /// `database.unavailable`, `internal` when something stored cannot be read.
    pub(in crate::credit) fn load<T: ReadTx + ?Sized>(
        &self,
        tx: &mut T,
        holders: &[Holder],
    ) -> Outcome<Vec<Loaded>> {
        let mut amounts = HashMap::<Holder, Vec<HolderAmounts>>::new();
        for row in tx.holder_amounts(holders, self.on, self.now)? {
            amounts.entry(Holder { kind: row.kind, id: row.id }).or_default().push(row);
        }
        let mut limits = HashMap::<Holder, Vec<CreditLimit>>::new();
        for row in tx.holder_limits(holders, self.on)? {
            // What is renewed does not end.
            let until = row.renewal.map_or(row.limit.until, |renewal| renewal.until);
            let limit = CreditLimit { until, ..row.limit };
            limits.entry(Holder { kind: row.of_kind, id: row.of_id }).or_default().push(limit);
        }
        let rows = tx.holder_rows(holders, self.on)?;
        let of_parties = self.amounts_of_parties(tx, &rows)?;
        let scored = self.scored(tx, &rows)?;
        let lapsed = self.lapsed(tx, holders)?;
        let mut known = Known::default();
        let mut loaded = Vec::with_capacity(holders.len());
        for row in rows {
            let holder = Holder { kind: row.kind, id: row.id };
            let own = amounts.remove(&holder).unwrap_or_default();
            let known_of = scored.get(&row.scored_party).cloned();
            let mut facts = self.own_facts(&row, known_of.unwrap_or_else(blank));
            set_lapsed(&mut facts, lapsed.get(&holder), self.on);
            let held = limits.remove(&holder).unwrap_or_default();
            let of_party = match row.kind {
                HolderKind::Party => own.as_slice(),
                HolderKind::Account | HolderKind::Group => {
                    of_parties.get(&row.scored_party).map(Vec::as_slice).unwrap_or_default()
                }
            };
            // Days need no rate: they are known where amounts are not.
            facts.set(Fact::PartyDaysOverdueMax.as_str(), days_overdue_max(of_party));
            let whole = self
                .exposure(tx, &mut known, (&row, &own), &mut facts)
                .and_then(|total| self.limits(tx, &mut known, (&row, &held, total), &mut facts));
            let (ahead, no_amounts) = known_or_why(whole)?;
            let overdue = if (self.wanted)(Fact::PartyOverdue.as_str()) {
                self.party_overdue(tx, &mut known, (&row, of_party)).map(Some)
            } else {
                Ok(None)
            };
            let (overdue, no_party_amounts) = known_or_why(overdue)?;
            facts.set(Fact::PartyOverdue.as_str(), overdue);
            loaded.push(Loaded { row, facts, ahead, no_amounts, no_party_amounts });
        }
        Ok(loaded)
    }

    /// Amounts of the parties behind accounts and groups, where a rule reads what is overdue of them.
    fn amounts_of_parties<T: ReadTx + ?Sized>(
        &self,
        tx: &mut T,
        rows: &[HolderRow],
    ) -> Outcome<HashMap<Uuid, Vec<HolderAmounts>>> {
        if ![Fact::PartyOverdue, Fact::PartyDaysOverdueMax].iter().any(|fact| (self.wanted)(fact.as_str())) {
            return Ok(HashMap::new());
        }
        let others = rows.iter().filter(|row| row.kind != HolderKind::Party);
        let parties = others.map(|row| Holder { kind: HolderKind::Party, id: row.scored_party });
        let parties = parties.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>();
        let mut amounts = HashMap::<Uuid, Vec<HolderAmounts>>::new();
        for row in tx.holder_amounts(&parties, self.on, self.now)? {
            amounts.entry(row.id).or_default().push(row);
        }
        Ok(amounts)
    }

    fn party_overdue<T: ReadTx + ?Sized>(
        &self,
        tx: &mut T,
        known: &mut Known,
        (row, amounts): (&HolderRow, &[HolderAmounts]),
    ) -> Outcome<Decimal> {
        let to = self.currency_of(row)?;
        let policy = known.policy(tx, row.legal_entity_code.as_deref())?.clone();
        let mut overdue = Decimal::ZERO;
        for part in amounts {
            let from = Currency::parse("currency", &part.currency)?;
            overdue += known.converted(tx, self, (part.overdue, from), (to, &policy))?;
        }
        Ok(overdue)
    }

    fn currency_of(&self, row: &HolderRow) -> Outcome<Currency> {
        self.currency.map_or_else(|| Currency::parse("currency", &row.currency), Ok)
    }

    /// What is known of the parties behind the holders, where a rule reads it.
    fn scored<T: ReadTx + ?Sized>(
        &self,
        tx: &mut T,
        rows: &[HolderRow],
    ) -> Outcome<HashMap<Uuid, FactValues>> {
        if !SCORED.iter().any(|beginning| (self.wanted)(beginning)) {
            return Ok(HashMap::new());
        }
        let mut parties = rows.iter().map(|row| row.scored_party).collect::<Vec<_>>();
        parties.sort_unstable();
        parties.dedup();
        scored(tx, &parties, self.on)
    }

    /// What ended, where a rule reads it.
    fn lapsed<T: ReadTx + ?Sized>(
        &self,
        tx: &mut T,
        holders: &[Holder],
    ) -> Outcome<HashMap<Holder, HolderLapsed>> {
        if !(self.wanted)("lapsed.") {
            return Ok(HashMap::new());
        }
        let found = tx.holders_lapsed(holders, self.on)?;
        Ok(found.into_iter().map(|row| (Holder { kind: row.kind, id: row.id }, row)).collect())
    }

    fn own_facts(&self, row: &HolderRow, mut facts: FactValues) -> FactValues {
        set_all(&mut facts, &row.facts);
        facts.set(Fact::HolderKind.as_str(), row.kind.as_str());
        let currency = self.currency.as_ref().map_or(row.currency.as_str(), Currency::as_str);
        facts.set(Fact::HolderCurrency.as_str(), currency);
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

    fn exposure<T: ReadTx + ?Sized>(
        &self,
        tx: &mut T,
        known: &mut Known,
        (row, amounts): (&HolderRow, &[HolderAmounts]),
        facts: &mut FactValues,
    ) -> Outcome<Decimal> {
        let to = self.currency_of(row)?;
        let policy = known.policy(tx, row.legal_entity_code.as_deref())?.clone();
        facts.set(Fact::ExposureDaysOverdueMax.as_str(), days_overdue_max(amounts));
        let mut sum = Amounts::default();
        for part in amounts {
            let from = Currency::parse("currency", &part.currency)?;
            sum.components +=
                part.sums.components(|amount| known.converted(tx, self, (amount, from), (to, &policy)))?;
            sum.overdue += known.converted(tx, self, (part.overdue, from), (to, &policy))?;
            let set_off = part.in_credit.iter().map(|owing| owing.set_off(&policy)).sum();
            sum.credits_own += known.converted(tx, self, (set_off, from), (to, &policy))?;
        }
        set_exposure(facts, &sum, &policy);
        Ok(sum.counted(&policy))
    }

    /// What the holder may owe. Limits of an account are all about the same; of parties and groups those of one legal entity and
    /// those of all are about different sums, and where all its accounts are of one the tighter is told.
    fn limits<T: ReadTx + ?Sized>(
        &self,
        tx: &mut T,
        known: &mut Known,
        (row, held, total): (&HolderRow, &[CreditLimit], Decimal),
        facts: &mut FactValues,
    ) -> Outcome<DaysAhead> {
        let own = row.legal_entity_id;
        let of = |entities: &[Option<Uuid>]| {
            let here = held.iter().filter(|limit| entities.contains(&limit.legal_entity_id));
            here.map(|limit| Ok((limit.id, limit.terms()?))).collect::<Outcome<Vec<_>>>()
        };
        let sets = match row.kind {
            HolderKind::Account => vec![of(&[None, own])?],
            HolderKind::Party | HolderKind::Group if own.is_some() => vec![of(&[None])?, of(&[own])?],
            HolderKind::Party | HolderKind::Group => vec![of(&[None])?],
        };
        let to = self.currency_of(row)?;
        let policy = known.policy(tx, row.legal_entity_code.as_deref())?.clone();
        let foreign = held.iter().any(|limit| limit.currency != to.as_str());
        let rates = if foreign { Some(known.rates(tx, self, (to, &policy))?) } else { None };
        let mut tightest = Vec::new();
        for standing in &sets {
            let layers = effective(standing, (to, self.on), &|money| converted(rates, money))?.plain();
            let tighter = match (limit_total(&layers), limit_total(&tightest)) {
                (Some(this), Some(known)) => this < known,
                (this, known) => this.is_some() && known.is_none(),
            };
            if tighter {
                tightest = layers;
            }
        }
        set_limits(facts, &tightest, (total, self.on));
        Ok(days_ahead(&tightest, self.on))
    }
}

/// The facts of parties that are made of amounts and of limits; of those for whom a rate is missing they are not known.
///
/// # Errors
/// As [`Loader::load`].
pub(in crate::credit) fn of_amounts<T: ReadTx + ?Sized>(
    tx: &mut T,
    parties: &[Uuid],
    (on, now): (Date, Instant),
) -> Outcome<HashMap<Uuid, FactValues>> {
    let declared = Declared::default();
    let wanted = |path: &str| Fact::from_text(path) == Some(Fact::PartyOverdue);
    let loader = Loader { on, now, declared: &declared, currency: None, wanted: &wanted };
    let holders = parties.iter().map(|id| Holder { kind: HolderKind::Party, id: *id }).collect::<Vec<_>>();
    let known = loader.load(tx, &holders)?.into_iter().filter(|loaded| loaded.no_amounts.is_none());
    Ok(known.map(|loaded| (loaded.row.id, loaded.facts)).collect())
}

/// Where a rate is missing the value is not known, and why is told.
fn known_or_why<T: Default>(found: Outcome<T>) -> Outcome<(T, Option<String>)> {
    match found {
        Ok(found) => Ok((found, None)),
        Err(error) if *error.code() == FX_RATE_MISSING => Ok((T::default(), Some(error.to_string()))),
        Err(error) => Err(error),
    }
}

fn days_overdue_max(amounts: &[HolderAmounts]) -> i64 {
    amounts.iter().map(|a| a.days_overdue_max).max().unwrap_or(0)
}

fn set_lapsed(facts: &mut FactValues, lapsed: Option<&HolderLapsed>, on: Date) {
    let days = |last_on: Option<Date>| last_on.map(|last_on| (on - last_on).num_days());
    if let Some(HolderLapsed { limit_on, cover_on, .. }) = lapsed {
        facts.set(Fact::LapsedLimitDays.as_str(), days(*limit_on));
        facts.set(Fact::LapsedCoverDays.as_str(), days(*cover_on));
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
