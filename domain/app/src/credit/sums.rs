//! Exposure as the store adds it up: a column for each component.

use std::ops::AddAssign;

use domain::credit::counting::{Amounts, Owing};
use domain::credit::exposure::{Component, Components};
use domain::credit::policy::CreditPolicy;
use kernel::{Decimal, Outcome};
use serde::Deserialize;

/// What is at risk in one currency, by component.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Sums {
    pub open: Decimal,
    pub disputed: Decimal,
    pub returned: Decimal,
    pub instruments: Decimal,
    pub orders: Decimal,
    pub deliveries: Decimal,
    pub reserved: Decimal,
    pub credits: Decimal,
}

impl Sums {
    /// Everything that is at risk, without what would be set off.
    pub fn gross(&self) -> Decimal {
        self.open
            + self.disputed
            + self.returned
            + self.instruments
            + self.orders
            + self.deliveries
            + self.reserved
    }

    /// Whether there is nothing at all: nothing to convert either.
    pub(super) fn is_nothing(&self) -> bool {
        self.gross().is_zero() && self.credits.is_zero()
    }

    /// The components, each brought into another currency.
    ///
    /// # Errors
    /// Those of `convert`.
    pub(super) fn components(
        &self,
        mut convert: impl FnMut(Decimal) -> Outcome<Decimal>,
    ) -> Outcome<Components> {
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
            components.add_to(component, convert(amount)?);
        }
        Ok(components)
    }
}

impl AddAssign<&Sums> for Sums {
    fn add_assign(&mut self, other: &Sums) {
        self.open += other.open;
        self.disputed += other.disputed;
        self.returned += other.returned;
        self.instruments += other.instruments;
        self.orders += other.orders;
        self.deliveries += other.deliveries;
        self.reserved += other.reserved;
        self.credits += other.credits;
    }
}

/// Amounts of one currency, added up before they are brought into another: every rounding is one of a sum.
#[derive(Debug, Clone, Default)]
pub(super) struct Bare {
    pub(super) sums: Sums,
    pub(super) overdue: Decimal,
    pub(super) credits_own: Decimal,
}

impl Bare {
    /// Of one account.
    pub(super) fn of(sums: &Sums, overdue: Decimal, policy: &CreditPolicy) -> Self {
        let Sums { credits, open, disputed, returned, .. } = *sums;
        let owing = Owing { credits, open, overdue, disputed, returned };
        Self { sums: sums.clone(), overdue, credits_own: owing.set_off(policy) }
    }

    /// Each brought into another currency.
    ///
    /// # Errors
    /// Those of `convert`.
    pub(super) fn amounts(&self, convert: impl Fn(Decimal) -> Outcome<Decimal>) -> Outcome<Amounts> {
        Ok(Amounts {
            components: self.sums.components(&convert)?,
            overdue: convert(self.overdue)?,
            credits_own: convert(self.credits_own)?,
        })
    }
}

impl AddAssign<&Bare> for Bare {
    fn add_assign(&mut self, other: &Bare) {
        self.sums += &other.sums;
        self.overdue += other.overdue;
        self.credits_own += other.credits_own;
    }
}
