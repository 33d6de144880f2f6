//! From what is stored to what a check looks at: amounts counted by the policy, in the currency of the check.

use domain::credit::check::{Holder, HolderKind, Layer, PartStanding, Situation, Standing};
use domain::credit::counting::Amounts;
use domain::credit::exposure::{Component, Components};
use domain::credit::policy::{Checkpoint, CreditPolicy, Part};
use kernel::text_enum::TextEnum as _;
use kernel::{Currency, Date, Decimal, Outcome};
use serde::Deserialize;
use uuid::Uuid;

use super::store::RiskAccount;
use crate::ledger::convert::Rates;

/// What the store knows of amounts around an account, see `r.credit_facts`.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct CreditFacts {
    pub totals: Vec<TotalRow>,
    /// What the sale itself already holds: its reservation, its order, its deliveries.
    pub sale: Vec<SaleRow>,
    pub overdue: Vec<OverdueRow>,
    #[serde(default)]
    pub limits: Vec<LimitRow>,
}

/// Exposure of a holder in one legal entity and currency.
#[derive(Debug, Clone, Deserialize)]
pub struct TotalRow {
    pub kind: HolderKind,
    pub id: Uuid,
    pub legal_entity_id: Uuid,
    pub currency: String,
    pub open: Decimal,
    pub disputed: Decimal,
    pub returned: Decimal,
    pub instruments: Decimal,
    pub orders: Decimal,
    pub deliveries: Decimal,
    pub reserved: Decimal,
    pub credits: Decimal,
    pub credits_own: Decimal,
}

#[derive(Debug, Clone, Deserialize)]
pub struct SaleRow {
    pub component: Component,
    pub currency: String,
    pub amount: Decimal,
}

#[derive(Debug, Clone, Deserialize)]
pub struct OverdueRow {
    pub currency: String,
    pub amount: Decimal,
    pub days: i64,
}

/// A limit in force.
#[derive(Debug, Clone, Deserialize)]
pub struct LimitRow {
    pub id: Uuid,
    pub kind: HolderKind,
    pub holder_id: Uuid,
    /// Of this legal entity alone; of all when absent.
    pub legal_entity_id: Option<Uuid>,
    pub limit_type: String,
    /// The part of exposure it limits; everything when absent.
    pub component: Option<String>,
    pub currency: String,
    pub amount: Decimal,
    pub covered_percent: Option<Decimal>,
    pub until: Option<Date>,
}

impl TotalRow {
    fn amounts(&self) -> Amounts {
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
        Amounts { components, overdue: Decimal::ZERO, credits_own: self.credits_own }
    }
}

/// Amounts in one currency: rates are asked for only where they are needed.
pub struct InCurrency<'r> {
    pub to: Currency,
    pub rates: Option<&'r Rates>,
}

impl InCurrency<'_> {
    /// # Errors
    /// `fx.rate_missing`, `money.overflow`.
    pub fn amount(&self, amount: Decimal, currency: &str) -> Outcome<Decimal> {
        if amount.is_zero() || currency == self.to.as_str() {
            return Ok(amount);
        }
        let from = Currency::parse("currency", currency)?;
        let rates =
            self.rates.ok_or_else(|| kernel::Error::new(&kernel::registry::codes::FX_RATE_MISSING))?;
        Ok(rates.convert(amount, from)?.money.amount)
    }
}

impl CreditFacts {
    /// Whether everything is in one currency.
    pub fn is_all_in(&self, currency: Currency) -> bool {
        let texts = self.totals.iter().map(|t| &t.currency).chain(self.sale.iter().map(|s| &s.currency));
        let texts = texts
            .chain(self.overdue.iter().map(|o| &o.currency))
            .chain(self.limits.iter().map(|l| &l.currency));
        texts.into_iter().all(|text| text == currency.as_str())
    }

    /// How everybody stands who answers for a sale.
    ///
    /// # Errors
    /// `fx.rate_missing`, `money.overflow`.
    pub fn situation(
        &self,
        account: &RiskAccount,
        policy: &CreditPolicy,
        (amount, checkpoint): (Decimal, Checkpoint),
        money: &InCurrency<'_>,
    ) -> Outcome<Situation> {
        let overdue =
            self.overdue.iter().map(|o| money.amount(o.amount, &o.currency)).sum::<Outcome<Decimal>>()?;
        let mut standings = Vec::new();
        for holder in account.holders() {
            standings.extend(self.standing(account, policy, (holder, overdue), money)?);
        }
        Ok(Situation {
            amount,
            currency: money.to,
            checkpoint,
            standings,
            overdue,
            days_overdue_max: self.overdue.iter().map(|o| o.days).max().unwrap_or(0),
        })
    }

    /// A holder with limits of one legal entity and of all stands twice: each sees what it is about.
    fn standing(
        &self,
        account: &RiskAccount,
        policy: &CreditPolicy,
        (holder, overdue): (Holder, Decimal),
        money: &InCurrency<'_>,
    ) -> Outcome<Vec<Standing>> {
        let mut standings = Vec::new();
        for entity in [None, Some(account.legal_entity_id)] {
            let limits = self
                .limits
                .iter()
                .filter(|l| (l.kind, l.holder_id) == (holder.kind, holder.id) && l.legal_entity_id == entity);
            let limits = limits.collect::<Vec<_>>();
            let own_parts = holder.kind == HolderKind::Account && entity.is_none();
            if limits.is_empty() && !(own_parts || entity.is_none()) {
                continue;
            }
            let amounts = self.amounts((holder, entity), overdue, money)?;
            let mut parts = if own_parts { parts_of_policy(policy, &amounts, money)? } else { Vec::new() };
            let mut layers = Vec::new();
            for limit in limits {
                let amount = money.amount(limit.amount, &limit.currency)?;
                match limit.component.as_deref().and_then(Part::from_text) {
                    Some(part) => {
                        parts.push(PartStanding { part, exposure: amounts.part(part), limit: amount });
                    }
                    None => layers.push(layer(limit, amount)),
                }
            }
            let exposure = amounts.counted(policy);
            standings.push(Standing { holder, exposure, layers, parts });
        }
        Ok(standings)
    }

    fn amounts(
        &self,
        (holder, entity): (Holder, Option<Uuid>),
        overdue: Decimal,
        money: &InCurrency<'_>,
    ) -> Outcome<Amounts> {
        let mut sum = Amounts::default();
        let own = self.totals.iter().filter(|t| {
            (t.kind, t.id) == (holder.kind, holder.id)
                && entity.is_none_or(|entity| entity == t.legal_entity_id)
        });
        for row in own {
            let amounts = row.amounts();
            for (component, amount) in amounts.components.each() {
                sum.components.add_to(component, money.amount(amount, &row.currency)?);
            }
            sum.credits_own += money.amount(amounts.credits_own, &row.currency)?;
        }
        // What is asked for takes the place of what the sale already holds.
        for row in &self.sale {
            sum.components.add_to(row.component, -money.amount(row.amount, &row.currency)?);
        }
        if holder.kind == HolderKind::Account {
            sum.overdue = overdue;
        }
        Ok(sum)
    }
}

fn layer(limit: &LimitRow, amount: Decimal) -> Layer {
    let covered = match limit.limit_type.as_str() {
        "insured" | "guaranteed" => {
            amount * limit.covered_percent.unwrap_or(Decimal::ONE_HUNDRED) / Decimal::ONE_HUNDRED
        }
        _ => Decimal::ZERO,
    };
    Layer { id: limit.id, limit_type: limit.limit_type.clone(), amount, covered, until: limit.until }
}

fn parts_of_policy(
    policy: &CreditPolicy,
    amounts: &Amounts,
    money: &InCurrency<'_>,
) -> Outcome<Vec<PartStanding>> {
    let limits = policy.sub_limits_in(money.to)?;
    Ok(limits
        .into_iter()
        .map(|(part, limit)| PartStanding { part, exposure: amounts.part(part), limit })
        .collect())
}
