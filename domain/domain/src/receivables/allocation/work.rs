//! An allocation in the making.

use std::collections::BTreeMap;

use kernel::id::ReceivableId;
use kernel::{Currency, Decimal};

use super::exact::sole_match;
use super::reference::{Mention, mentions};
use super::{AllocationLine, DebitItem, Reason};
use crate::receivables::codes;
use crate::receivables::findings::Notice;
use crate::receivables::kinds::AllocationRule;

/// An item and what is still open of it.
pub(super) struct Slot<'a> {
    pub(super) item: &'a DebitItem,
    left: Decimal,
}

/// The allocation in the making. Slots hold only items of the credit's currency with something open, oldest first.
pub(super) struct Work<'a> {
    currency: Currency,
    slots: Vec<Slot<'a>>,
    pub(super) remainder: Decimal,
    pub(super) lines: Vec<AllocationLine>,
    pub(super) notices: Vec<Notice>,
}

impl<'a> Work<'a> {
    pub(super) fn new(amount: Decimal, currency: Currency, items: &'a [DebitItem]) -> Self {
        let mut slots: Vec<Slot<'a>> = items
            .iter()
            .filter(|item| item.currency == currency && item.open > Decimal::ZERO)
            .map(|item| Slot { item, left: item.open })
            .collect();
        slots.sort_by_key(|slot| (slot.item.due_on, slot.item.issue_on, slot.item.receivable));
        Self { currency, slots, remainder: amount, lines: Vec::new(), notices: Vec::new() }
    }

    /// Pays the slots that have a reason, oldest first, while the credit lasts.
    pub(super) fn pay(&mut self, rule: AllocationRule, reason: impl Fn(&Slot<'a>) -> Option<Reason>) {
        for slot in &mut self.slots {
            let amount = slot.left.min(self.remainder);
            if amount <= Decimal::ZERO {
                continue;
            }
            if let Some(reason) = reason(slot) {
                slot.left -= amount;
                self.remainder -= amount;
                self.lines.push(AllocationLine { receivable: slot.item.receivable, amount, rule, reason });
            }
        }
    }

    pub(super) fn apply(&mut self, rule: AllocationRule, text: &str) {
        match rule {
            AllocationRule::Explicit => {}
            AllocationRule::ByReference => self.pay_named(text),
            AllocationRule::ExactMatch => self.pay_exact(),
            AllocationRule::OldestFirst => {
                self.pay(rule, |slot| Some(Reason::Oldest { due_on: slot.item.due_on }));
            }
        }
    }

    /// Short numbers ("12") turn up in any text by chance: they count only when everything named, they included,
    /// adds up to the credit.
    fn pay_named(&mut self, text: &str) {
        let live = self.slots.iter().filter(|slot| slot.left > Decimal::ZERO);
        let named: BTreeMap<ReceivableId, Mention> = mentions(text, live.map(|slot| slot.item));
        let sum = |weak_too: bool| -> Decimal {
            let counted =
                |slot: &&Slot<'a>| named.get(&slot.item.receivable).is_some_and(|m| weak_too || m.telling);
            self.slots.iter().filter(counted).map(|slot| slot.left).sum()
        };
        let weak_too = sum(true) == self.remainder;
        let sums_exactly = weak_too || sum(false) == self.remainder;
        self.pay(AllocationRule::ByReference, |slot| {
            let mention = named.get(&slot.item.receivable).filter(|m| weak_too || m.telling)?;
            Some(Reason::Named { as_written: mention.as_written.clone(), sums_exactly })
        });
    }

    fn pay_exact(&mut self) {
        let live: Vec<(ReceivableId, Decimal)> = self
            .slots
            .iter()
            .filter(|slot| slot.left > Decimal::ZERO)
            .map(|slot| (slot.item.receivable, slot.left))
            .collect();
        let Some(matched) = sole_match(&live, self.remainder) else { return };
        let items = matched.len();
        let reason = if items == 1 { Reason::OnlyItem } else { Reason::OnlySet { items } };
        self.pay(AllocationRule::ExactMatch, |slot| {
            matched.contains(&slot.item.receivable).then(|| reason.clone())
        });
    }

    /// Does exactly what is listed; more than is open stays in the remainder, with a notice.
    pub(super) fn follow(&mut self, listed: &BTreeMap<ReceivableId, Decimal>) {
        for (receivable, stated) in listed {
            let slot = self.slots.iter_mut().find(|slot| slot.item.receivable == *receivable);
            let open = slot.as_ref().map_or(Decimal::ZERO, |slot| slot.left);
            let amount = open.min(*stated);
            if let Some(slot) = slot {
                slot.left -= amount;
                self.remainder -= amount;
                let (rule, reason) = (AllocationRule::Explicit, Reason::Listed);
                self.lines.push(AllocationLine { receivable: *receivable, amount, rule, reason });
            }
            if *stated > amount {
                let over = *stated - amount;
                let message = format!(
                    "{receivable}: {open} {} open, {stated} listed; {over} stays unallocated",
                    self.currency
                );
                self.notices.push(Notice {
                    field: super::LISTED.to_owned(),
                    code: &codes::ALLOCATION_EXCEEDS_OPEN,
                    message,
                });
            }
        }
    }
}
