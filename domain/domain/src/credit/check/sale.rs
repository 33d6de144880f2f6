//! What a sale already holds of headroom when more is asked for it.

use kernel::Decimal;

use crate::credit::exposure::{Component, Components};
use crate::credit::policy::Checkpoint;

/// Whether what is asked for may be a part of the order, of which the rest stays at risk beside it.
pub fn is_of_a_part(checkpoint: Checkpoint) -> bool {
    match checkpoint {
        Checkpoint::Quote | Checkpoint::Order => false,
        Checkpoint::Pick | Checkpoint::Ship | Checkpoint::Invoice => true,
    }
}

/// What of `held` the amount asked for takes the place of. A quotation or an order is asked for as a whole: all of it. What is picked,
/// shipped or invoiced may be a part of the order: no more than is asked for, beginning with what comes just before it in the life of the
/// order. What was reserved for documents that are there now is not at risk beside them.
pub fn replaced(checkpoint: Checkpoint, asked: Decimal, held: &Components) -> Components {
    use Component::{Deliveries, Orders, Reserved};
    if !is_of_a_part(checkpoint) {
        return *held;
    }
    let order = if checkpoint == Checkpoint::Invoice {
        [Deliveries, Orders, Reserved]
    } else {
        [Reserved, Orders, Deliveries]
    };
    let twice = held.get(Reserved).min(held.get(Orders) + held.get(Deliveries));
    let mut replaced = Components::of(Reserved, twice);
    let mut left = asked.max(Decimal::ZERO);
    for component in order {
        let part = (held.get(component) - replaced.get(component)).min(left);
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
            assert_eq!(replaced(checkpoint, 70.into(), &held(0, 60, 40)), held(0, 60, 10));
            assert_eq!(replaced(checkpoint, 500.into(), &held(0, 60, 40)), held(0, 60, 40));
            assert_eq!(replaced(checkpoint, 30.into(), &held(100, 0, 0)), held(30, 0, 0));
        }
        assert_eq!(replaced(Checkpoint::Invoice, 50.into(), &held(0, 60, 40)), held(0, 10, 40));
        assert_eq!(replaced(Checkpoint::Invoice, 0.into(), &held(0, 60, 40)), held(0, 0, 0));
    }

    #[test]
    fn what_was_reserved_for_an_order_that_is_there_now_is_not_counted_beside_it() {
        for checkpoint in [Checkpoint::Pick, Checkpoint::Ship, Checkpoint::Invoice] {
            assert_eq!(replaced(checkpoint, 300.into(), &held(300, 300, 0)), held(300, 300, 0));
            assert_eq!(
                replaced(checkpoint, 60.into(), &held(300, 180, 120)).get(Component::Reserved),
                300.into()
            );
        }
        // Of a reservation that is larger the rest is held still.
        assert_eq!(replaced(Checkpoint::Ship, 10.into(), &held(300, 20, 0)), held(30, 0, 0));
    }
}
