//! Conditions of a scenario: [`rules`](crate::rules) over the facts of dunning, with what each reads sorted by object.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::text_enum::TextEnum;
use zen_expression::compiler::Opcode;

use super::facts::{FactSchema, GroupFact, ItemFact};
use crate::attributes::AttributeOwner;
use crate::rules::check::{self, Checked, Want};
use crate::rules::evaluate;

/// A condition ready to run.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) bytecode: Arc<[Opcode]>,
    pub(super) reads: Reads,
}

/// The facts an expression touches, so that a run loads no others.
#[derive(Debug, Clone, Default)]
pub(super) struct Reads {
    pub(super) group: Vec<GroupFact>,
    pub(super) item: Vec<ItemFact>,
    /// Names of declared attributes.
    pub(super) attributes: BTreeMap<AttributeOwner, Vec<Arc<str>>>,
}

impl Reads {
    /// The attributes of an owner, in order.
    pub(super) fn attributes_of(&self, owner: AttributeOwner) -> &[Arc<str>] {
        self.attributes.get(&owner).map_or(&[], Vec::as_slice)
    }

    /// Whether the answer depends on the item.
    pub(super) fn reads_item(&self) -> bool {
        !self.item.is_empty() || self.attributes.contains_key(&AttributeOwner::Receivable)
    }

    /// Takes over what another expression reads.
    pub(super) fn extend(&mut self, other: &Self) {
        self.group.extend(&other.group);
        self.group.sort_unstable();
        self.group.dedup();
        self.item.extend(&other.item);
        self.item.sort_unstable();
        self.item.dedup();
        for (owner, names) in &other.attributes {
            let all = self.attributes.entry(*owner).or_default();
            all.extend(names.iter().cloned());
            all.sort_unstable();
            all.dedup();
        }
    }
}

/// Checks syntax, types and admissibility. `with_item` tells whether it may read `item`.
pub(super) fn check(source: &str, schema: &FactSchema, with_item: bool) -> Checked {
    check::check(source, &schema.seen(with_item), Want::Bool)
}

/// Compiles an expression that [`check`] found sound; `None` where it is not.
pub(super) fn compile(source: &str) -> Option<Rule> {
    let rule = evaluate::compile(source)?;
    let mut reads = Reads::default();
    for path in rule.reads() {
        match path.split('.').collect::<Vec<_>>().as_slice() {
            [object, attributes, name] => {
                let owner = owner_of(object, attributes)?;
                reads.attributes.entry(owner).or_default().push(Arc::from(*name));
            }
            ["item", name] => reads.item.push(ItemFact::from_text(name)?),
            [_, name] => reads.group.push(GroupFact::from_text(name)?),
            _ => return None,
        }
    }
    Some(Rule { bytecode: rule.bytecode, reads })
}

/// Whose attributes an object of the facts holds.
pub(super) fn owner_of(object: &str, attributes: &str) -> Option<AttributeOwner> {
    AttributeOwner::ALL
        .iter()
        .copied()
        .find(|owner| owner.path().split_once('.') == Some((object, attributes)))
}
