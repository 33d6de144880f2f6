//! Exposure: what could be lost with a debtor, by named component.

use std::ops::{Add, AddAssign, Neg, Sub};

use kernel::text_enum::TextEnum as _;
use kernel::{Decimal, text_enum};

text_enum! {
    /// What exposure is made of. Every open item counts in exactly one component.
    pub enum Component {
        /// Invoiced, undisputed, under no paper: due or not.
        Open = "open",
        Disputed = "disputed",
        /// Paid once, and the payment came back.
        Returned = "returned",
        /// Paper that has not been paid, and paper discounted with recourse.
        Instruments = "instruments",
        /// Ordered and not delivered.
        Orders = "orders",
        /// Delivered and not invoiced.
        Deliveries = "deliveries",
        /// Held for orders that a check allowed and that are not pushed yet.
        Reserved = "reserved",
        /// Open credit notes and unallocated cash: a deduction, stated positive.
        Credits = "credits",
    }
}

/// Amounts of one currency by component.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Components([Decimal; Component::ALL.len()]);

impl Components {
    /// One component alone.
    pub fn of(component: Component, amount: Decimal) -> Self {
        let mut components = Self::default();
        components.add_to(component, amount);
        components
    }

    pub fn get(&self, component: Component) -> Decimal {
        self.each().find(|(c, _)| *c == component).map_or(Decimal::ZERO, |(_, amount)| amount)
    }

    pub fn add_to(&mut self, component: Component, amount: Decimal) {
        let cells = Component::ALL.iter().zip(&mut self.0);
        for (_, cell) in cells.filter(|(c, _)| **c == component) {
            *cell += amount;
        }
    }

    /// Every component with its amount, in the order of [`Component`].
    pub fn each(&self) -> impl Iterator<Item = (Component, Decimal)> + '_ {
        Component::ALL.iter().copied().zip(self.0)
    }

    pub fn is_zero(&self) -> bool {
        self.0.iter().all(Decimal::is_zero)
    }

    /// Everything that could be lost, credits not deducted.
    pub fn gross(&self) -> Decimal {
        self.each().filter(|(c, _)| *c != Component::Credits).map(|(_, amount)| amount).sum()
    }
}

impl AddAssign for Components {
    fn add_assign(&mut self, other: Self) {
        for (cell, added) in self.0.iter_mut().zip(other.0) {
            *cell += added;
        }
    }
}

impl Add for Components {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self += other;
        self
    }
}

impl Neg for Components {
    type Output = Self;

    fn neg(self) -> Self {
        Self(self.0.map(|amount| -amount))
    }
}

impl Sub for Components {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

/// What a new receivable is by itself, before paper or a return stands against it: the part of the rule in the view
/// `r.exposure_source` that needs nothing but the item.
pub fn of_new_receivable(open_amount: Decimal, disputed: bool) -> (Component, Decimal) {
    if open_amount < Decimal::ZERO {
        (Component::Credits, -open_amount)
    } else if disputed {
        (Component::Disputed, open_amount)
    } else {
        (Component::Open, open_amount)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credits_are_a_deduction_and_no_part_of_the_gross_amount() {
        let mut components = Components::of(Component::Open, Decimal::from(100));
        components.add_to(Component::Credits, Decimal::from(30));
        components.add_to(Component::Orders, Decimal::from(5));
        assert_eq!(components.gross(), Decimal::from(105));
        assert_eq!(components.get(Component::Credits), Decimal::from(30));
        assert!((components - components).is_zero());
    }

    #[test]
    fn a_new_item_counts_in_one_component() {
        assert_eq!(of_new_receivable(Decimal::from(-7), true), (Component::Credits, Decimal::from(7)));
        assert_eq!(of_new_receivable(Decimal::from(7), true), (Component::Disputed, Decimal::from(7)));
        assert_eq!(of_new_receivable(Decimal::from(7), false), (Component::Open, Decimal::from(7)));
    }
}
