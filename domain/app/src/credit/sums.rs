//! Exposure as the store adds it up: a column for each component.

use domain::credit::exposure::{Component, Components};
use kernel::{Decimal, Outcome};
use serde::Deserialize;

/// What is at risk in one currency, by component.
#[derive(Debug, Clone, PartialEq, Deserialize)]
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
