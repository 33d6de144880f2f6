//! What a sale already holds of headroom when more is asked for it.

use kernel::Decimal;

use crate::credit::exposure::{Component, Components};
use crate::credit::policy::Checkpoint;

/// What a sale holds, in the currency of the check.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Held {
    pub components: Components,
    /// What of its reservation its order holds as well, because that came later.
    pub twice: Decimal,
}

impl Held {
    /// By its order and deliveries.
    pub fn documents(&self) -> Decimal {
        self.components.get(Component::Orders) + self.components.get(Component::Deliveries)
    }

    /// How much has to be reserved for the sale once an amount was asked for, beside what its documents hold: of a part as much as was
    /// reserved already for the rest.
    pub fn to_reserve(&self, checkpoint: Checkpoint, asked: Decimal) -> Decimal {
        let more = asked - self.documents();
        let rest = self.components.get(Component::Reserved) - self.twice;
        if is_of_a_part(checkpoint) { more.max(rest) } else { more }
    }

    /// What of it the amount asked for takes the place of. A quotation or an order is asked for as a whole: all of it. What is picked,
    /// shipped or invoiced may be a part of the order: no more than is asked for, beginning with what comes just before it in the life of
    /// the order; and what is reserved twice.
    pub fn replaced(&self, checkpoint: Checkpoint, asked: Decimal) -> Components {
        use Component::{Deliveries, Orders, Reserved};
        if !is_of_a_part(checkpoint) {
            return self.components;
        }
        let order = if checkpoint == Checkpoint::Invoice {
            [Deliveries, Orders, Reserved]
        } else {
            [Reserved, Orders, Deliveries]
        };
        let mut replaced = Components::of(Reserved, self.twice);
        let mut left = asked.max(Decimal::ZERO);
        for component in order {
            let part = (self.components.get(component) - replaced.get(component)).min(left);
            replaced.add_to(component, part);
            left -= part;
        }
        replaced
    }
}

/// Whether what is asked for may be a part of the order, of which the rest stays at risk beside it.
fn is_of_a_part(checkpoint: Checkpoint) -> bool {
    match checkpoint {
        Checkpoint::Quote | Checkpoint::Order => false,
        Checkpoint::Pick | Checkpoint::Ship | Checkpoint::Invoice => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARTS: [Checkpoint; 3] = [Checkpoint::Pick, Checkpoint::Ship, Checkpoint::Invoice];

    fn components(reserved: i64, orders: i64, deliveries: i64) -> Components {
        let mut components = Components::of(Component::Reserved, reserved.into());
        components.add_to(Component::Orders, orders.into());
        components.add_to(Component::Deliveries, deliveries.into());
        components
    }

    fn held(reserved: i64, orders: i64, deliveries: i64) -> Held {
        Held { components: components(reserved, orders, deliveries), twice: Decimal::ZERO }
    }

    #[test]
    fn an_order_takes_the_place_of_all_that_it_holds() {
        for checkpoint in [Checkpoint::Quote, Checkpoint::Order] {
            assert_eq!(held(5, 60, 40).replaced(checkpoint, 10.into()), components(5, 60, 40));
        }
    }

    #[test]
    fn a_part_of_it_takes_the_place_of_as_much_as_the_part() {
        for checkpoint in [Checkpoint::Pick, Checkpoint::Ship] {
            let replaced = |held: Held, asked: i64| held.replaced(checkpoint, asked.into());
            assert_eq!(replaced(held(0, 60, 40), 30), components(0, 30, 0));
            assert_eq!(replaced(held(5, 60, 40), 70), components(5, 60, 5));
            assert_eq!(replaced(held(5, 60, 40), 500), components(5, 60, 40));
            assert_eq!(replaced(held(100, 0, 0), 30), components(30, 0, 0));
        }
        let invoiced = |asked: i64| held(5, 60, 40).replaced(Checkpoint::Invoice, asked.into());
        assert_eq!(invoiced(50), components(0, 10, 40));
        assert_eq!(invoiced(0), components(0, 0, 0));
    }

    #[test]
    fn what_was_reserved_for_an_order_that_came_later_is_not_counted_beside_it() {
        let both = |reserved, orders, twice: i64| Held { twice: twice.into(), ..held(reserved, orders, 0) };
        for checkpoint in PARTS {
            assert_eq!(both(300, 300, 300).replaced(checkpoint, 300.into()), components(300, 300, 0));
            // What was added to the order afterwards stays beside a part of it.
            let added = both(100, 300, 0).replaced(checkpoint, 50.into());
            assert_eq!(added.get(Component::Reserved) + added.get(Component::Orders), 50.into());
        }
    }

    #[test]
    fn a_part_leaves_the_rest_reserved() {
        for checkpoint in PARTS {
            assert_eq!(held(60, 0, 0).to_reserve(checkpoint, 20.into()), 60.into());
            assert_eq!(held(60, 0, 0).to_reserve(checkpoint, 70.into()), 70.into());
            let twice = Held { twice: 60.into(), ..held(60, 40, 0) };
            assert_eq!(twice.to_reserve(checkpoint, 20.into()), Decimal::ZERO, "its order holds it all");
            assert_eq!(held(100, 250, 0).to_reserve(checkpoint, 50.into()), 100.into());
        }
        assert_eq!(held(60, 0, 0).to_reserve(Checkpoint::Order, 20.into()), 20.into());
    }
}
