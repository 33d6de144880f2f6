//! What a sale already holds of headroom when more is asked for it.

use kernel::Decimal;

use crate::credit::exposure::{Component, Components};
use crate::credit::policy::Checkpoint;

/// What of `held` the amount asked for takes the place of. A quotation or an order is asked for as a whole: all of it. What is picked,
/// shipped or invoiced may be a part of the order: no more than is asked for, beginning with what comes just before it in the life of the
/// order. What is left stays at risk beside the part.
pub fn replaced(checkpoint: Checkpoint, asked: Decimal, held: &Components) -> Components {
    let order = match checkpoint {
        Checkpoint::Quote | Checkpoint::Order => return *held,
        Checkpoint::Pick | Checkpoint::Ship => {
            [Component::Reserved, Component::Orders, Component::Deliveries]
        }
        Checkpoint::Invoice => [Component::Deliveries, Component::Orders, Component::Reserved],
    };
    let mut left = asked.max(Decimal::ZERO);
    let mut replaced = Components::default();
    for component in order {
        let part = held.get(component).min(left);
        replaced.add_to(component, part);
        left -= part;
    }
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(reserved: i64, orders: i64, deliveries: i64) -> Components {
        let mut held = Components::of(Component::Reserved, reserved.into());
        held.add_to(Component::Orders, orders.into());
        held.add_to(Component::Deliveries, deliveries.into());
        held
    }

    #[test]
    fn an_order_takes_the_place_of_all_that_it_holds() {
        for checkpoint in [Checkpoint::Quote, Checkpoint::Order] {
            assert_eq!(replaced(checkpoint, 10.into(), &held(5, 60, 40)), held(5, 60, 40));
        }
    }

    #[test]
    fn a_part_of_it_takes_the_place_of_as_much_as_the_part() {
        for checkpoint in [Checkpoint::Pick, Checkpoint::Ship] {
            assert_eq!(replaced(checkpoint, 30.into(), &held(0, 60, 40)), held(0, 30, 0));
            assert_eq!(replaced(checkpoint, 70.into(), &held(5, 60, 40)), held(5, 60, 5));
            assert_eq!(replaced(checkpoint, 500.into(), &held(5, 60, 40)), held(5, 60, 40));
        }
        assert_eq!(replaced(Checkpoint::Invoice, 50.into(), &held(0, 60, 40)), held(0, 10, 40));
        assert_eq!(replaced(Checkpoint::Invoice, 0.into(), &held(5, 60, 40)), held(0, 0, 0));
    }
}
