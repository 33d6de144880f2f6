//! From what is stored to what a check looks at: amounts counted by the policy, in the currency of the check.

use std::cell::RefCell;

use domain::credit::check::{Held, Holder, HolderKind, Late, LateBy, PartStanding, Situation, Standing};
use domain::credit::counting::{Amounts, Owing};
use domain::credit::exposure::{Component, Components};
use domain::credit::limits::{Layer, LimitType};
use domain::credit::policy::{Checkpoint, CreditPolicy, Part};
use kernel::money::Money;
use kernel::rate::{Converted, RateUsed};
use kernel::text_enum::TextEnum as _;
use kernel::{Currency, Date, Decimal, Outcome};
use serde::Deserialize;
use uuid::Uuid;

use super::store::RiskAccount;
use super::sums::Sums;
use crate::ledger::convert::Rates;

/// What there is around an account, by holder, see [`super::rings`].
#[derive(Debug, Clone, Default)]
pub struct CreditFacts {
    pub totals: Vec<TotalRow>,
    /// The accounts of these that have something to their credit, where that lowers what each of them owes by itself.
    pub in_credit: Vec<CreditsRow>,
    /// What the sale itself already holds: its reservation, its order, its deliveries.
    pub sale: Vec<SaleRow>,
    pub overdue: Vec<OverdueRow>,
    /// What of [`Self::overdue`] the other customer numbers of the party owe.
    pub others_overdue: Vec<OverdueRow>,
    pub limits: Vec<LimitRow>,
}

/// Exposure of a holder in one legal entity and currency.
#[derive(Debug, Clone)]
pub struct TotalRow {
    pub kind: HolderKind,
    pub id: Uuid,
    pub legal_entity_id: Uuid,
    pub currency: String,
    pub sums: Sums,
}

/// Accounts of a holder with something to their credit, in one legal entity and currency.
#[derive(Debug, Clone)]
pub struct CreditsRow {
    pub kind: HolderKind,
    pub id: Uuid,
    pub legal_entity_id: Uuid,
    pub currency: String,
    pub each: Vec<Owing>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct SaleRow {
    pub component: Component,
    pub currency: String,
    pub amount: Decimal,
    /// What of a reservation an order that came later holds as well.
    #[serde(default)]
    pub twice: Decimal,
}

/// What is overdue of a holder: of parties and groups what the account owes at least, and all of it where that was asked for or somebody
/// limits it by itself.
#[derive(Debug, Clone)]
pub struct OverdueRow {
    pub kind: HolderKind,
    pub id: Uuid,
    pub legal_entity_id: Uuid,
    pub currency: String,
    /// Of what is open.
    pub amount: Decimal,
    /// Of what came back unpaid.
    pub returned: Decimal,
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
    pub limit_type: LimitType,
    /// The part of exposure it limits; everything when absent.
    pub component: Option<String>,
    pub currency: String,
    pub amount: Decimal,
    pub covered_percent: Option<Decimal>,
    pub until: Option<Date>,
    pub review_on: Option<Date>,
}

/// Amounts in one currency: rates are asked for only where they are needed.
pub struct InCurrency<'r> {
    pub to: Currency,
    rates: Option<&'r Rates>,
    used: RefCell<Vec<RateUsed>>,
}

impl<'r> InCurrency<'r> {
    pub fn new(to: Currency, rates: Option<&'r Rates>) -> Self {
        Self { to, rates, used: RefCell::default() }
    }

    /// Every rate that took part so far, each once.
    pub fn used(&self) -> Vec<RateUsed> {
        self.used.borrow().clone()
    }

    /// # Errors
    /// `fx.rate_missing`, `money.overflow`.
    pub fn amount(&self, amount: Decimal, currency: &str) -> Outcome<Decimal> {
        if amount.is_zero() || currency == self.to.as_str() {
            return Ok(amount);
        }
        let from = Currency::parse("currency", currency)?;
        let rates =
            self.rates.ok_or_else(|| kernel::Error::new(&kernel::registry::codes::FX_RATE_MISSING))?;
        let Converted { money, rates, .. } = rates.convert(amount, from)?;
        let mut used = self.used.borrow_mut();
        for rate in rates {
            if !used.contains(&rate) {
                used.push(rate);
            }
        }
        Ok(money.amount)
    }
}

impl CreditFacts {
    /// Whether everything is in one currency, what the policy limits included.
    pub fn is_all_in(&self, currency: Currency, sub_limits: &[(Part, Money)]) -> bool {
        if sub_limits.iter().any(|(_, limit)| limit.currency != currency) {
            return false;
        }
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
        let own = Holder { kind: HolderKind::Account, id: account.id };
        let mut standings = Vec::new();
        let held = self.held(money)?;
        let in_place_of = held.replaced(checkpoint, amount);
        for holder in account.holders() {
            // An account is of one legal entity: all its limits are about the same. Of parties and groups those of one
            // legal entity and those of all are about different sums, and each must hold.
            let entities: &[Option<Uuid>] =
                if holder == own { &[None] } else { &[None, Some(account.legal_entity_id)] };
            // The sale of a company of our own is in no sum but its own.
            let counts = holder == own || !account.intercompany;
            let sale = if counts { in_place_of } else { Components::default() };
            for entity in entities {
                let late = self.late(account, (holder.kind, *entity), money)?;
                standings.extend(self.standing(policy, (holder, *entity), (sale, late), money)?);
            }
        }
        let late = LateBy {
            account: late(self.overdue_of((own.kind, own.id), None), money)?,
            others: late(self.others_overdue.iter(), money)?,
        };
        Ok(Situation { amount, currency: money.to, checkpoint, standings, held, late, converted: true })
    }

    /// What is known of it where a rate is missing: no amount but what is asked for.
    pub fn unconverted(
        &self,
        account: &RiskAccount,
        (amount, currency): (Decimal, Currency),
        checkpoint: Checkpoint,
    ) -> Situation {
        let days = |days_max| Late { days_max, ..Late::default() };
        let late = LateBy {
            account: days(days_max(self.overdue_of((HolderKind::Account, account.id), None))),
            others: days(days_max(self.others_overdue.iter())),
        };
        let held = Held::default();
        Situation { amount, currency, checkpoint, standings: Vec::new(), held, late, converted: false }
    }

    /// What the sale already holds: its reservation, its order, its deliveries.
    ///
    /// # Errors
    /// `fx.rate_missing`, `money.overflow`.
    pub fn held(&self, money: &InCurrency<'_>) -> Outcome<Held> {
        let mut held = Held::default();
        for row in &self.sale {
            held.components.add_to(row.component, money.amount(row.amount, &row.currency)?);
            held.twice += money.amount(row.twice, &row.currency)?;
        }
        Ok(held)
    }

    /// Whether the sale has a reservation.
    pub fn is_reserved(&self) -> bool {
        self.sale.iter().any(|row| row.component == Component::Reserved)
    }

    /// What of a holder's sums its account and the other customer numbers of the party owe late.
    fn late(
        &self,
        account: &RiskAccount,
        (kind, entity): (HolderKind, Option<Uuid>),
        money: &InCurrency<'_>,
    ) -> Outcome<LateBy> {
        let own = kind == HolderKind::Account;
        // A company of our own is in no sum above it.
        let account = if own || !account.intercompany {
            late(self.overdue_of((HolderKind::Account, account.id), None), money)?
        } else {
            Late::default()
        };
        let here = |o: &&OverdueRow| entity.is_none_or(|entity| entity == o.legal_entity_id);
        let others =
            if own { Late::default() } else { late(self.others_overdue.iter().filter(here), money)? };
        Ok(LateBy { account, others })
    }

    fn overdue_of(
        &self,
        holder: (HolderKind, Uuid),
        entity: Option<Uuid>,
    ) -> impl Iterator<Item = &OverdueRow> {
        self.overdue.iter().filter(move |o| {
            (o.kind, o.id) == holder && entity.is_none_or(|entity| entity == o.legal_entity_id)
        })
    }

    /// How a holder stands in one legal entity, or in all; none where nobody limits it there.
    fn standing(
        &self,
        policy: &CreditPolicy,
        (holder, entity): (Holder, Option<Uuid>),
        (sale, late): (Components, LateBy),
        money: &InCurrency<'_>,
    ) -> Outcome<Option<Standing>> {
        let account = holder.kind == HolderKind::Account;
        let own = self.limits.iter().filter(|l| {
            (l.kind, l.holder_id) == (holder.kind, holder.id) && (account || l.legal_entity_id == entity)
        });
        let limits = own.collect::<Vec<_>>();
        if limits.is_empty() && entity.is_some() {
            return Ok(None);
        }
        let amounts = self.amounts((holder, entity), sale, (policy, money))?;
        let mut parts = if account { parts_of_policy(policy, &amounts, money)? } else { Vec::new() };
        let mut layers = Vec::new();
        for limit in limits {
            let amount = money.amount(limit.amount, &limit.currency)?;
            match limit.component.as_deref().and_then(Part::from_text) {
                Some(part) => {
                    parts.push(PartStanding { part, exposure: amounts.against(part), limit: amount });
                }
                None => layers.push(limit.layer(amount)),
            }
        }
        let exposure = amounts.counted(policy);
        let (legal_entity, replaced) = (entity, sale);
        Ok(Some(Standing { holder, legal_entity, amounts, exposure, layers, parts, replaced, late }))
    }

    fn amounts(
        &self,
        (holder, entity): (Holder, Option<Uuid>),
        sale: Components,
        (policy, money): (&CreditPolicy, &InCurrency<'_>),
    ) -> Outcome<Amounts> {
        let mut sum = Amounts::default();
        let own = self.totals.iter().filter(|t| {
            (t.kind, t.id) == (holder.kind, holder.id)
                && entity.is_none_or(|entity| entity == t.legal_entity_id)
        });
        for row in own {
            sum.components += row.sums.components(|amount| money.amount(amount, &row.currency))?;
        }
        let own = self.in_credit.iter().filter(|c| {
            (c.kind, c.id) == (holder.kind, holder.id)
                && entity.is_none_or(|entity| entity == c.legal_entity_id)
        });
        for row in own {
            let set_off = row.each.iter().map(|owing| owing.set_off(policy)).sum();
            sum.credits_own += money.amount(set_off, &row.currency)?;
        }
        sum.components += -sale;
        sum.overdue = late(self.overdue_of((holder.kind, holder.id), entity), money)?.open;
        Ok(sum)
    }
}

fn late<'o>(rows: impl Iterator<Item = &'o OverdueRow>, money: &InCurrency<'_>) -> Outcome<Late> {
    let mut sum = Late::default();
    for row in rows {
        let (open, returned) =
            (money.amount(row.amount, &row.currency)?, money.amount(row.returned, &row.currency)?);
        sum = sum.and(Late { open, returned, days_max: row.days });
    }
    Ok(sum)
}

/// Days past due of the oldest item.
fn days_max<'o>(rows: impl Iterator<Item = &'o OverdueRow>) -> i64 {
    rows.map(|row| row.days).max().unwrap_or(0)
}

impl LimitRow {
    fn layer(&self, amount: Decimal) -> Layer {
        let cover = matches!(self.limit_type, LimitType::Insured | LimitType::Guaranteed);
        let percent =
            if cover { self.covered_percent.unwrap_or(Decimal::ONE_HUNDRED) } else { Decimal::ZERO };
        Layer {
            limit: self.id,
            limit_type: self.limit_type,
            amount,
            covered_percent: percent,
            until: self.until,
            review_on: self.review_on,
        }
    }
}

fn parts_of_policy(
    policy: &CreditPolicy,
    amounts: &Amounts,
    money: &InCurrency<'_>,
) -> Outcome<Vec<PartStanding>> {
    let part = |(part, limit): (Part, Money)| {
        let limit = money.amount(limit.amount, limit.currency.as_str())?;
        Ok(PartStanding { part, exposure: amounts.against(part), limit })
    };
    policy.sub_limits_in(money.to)?.into_iter().map(part).collect()
}
