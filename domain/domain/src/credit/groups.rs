//! Who counts as one risk: parties of one tax id are one, and parties under one head are a group.

use std::collections::{BTreeMap, BTreeSet};

use kernel::text_enum;
use uuid::Uuid;

#[cfg(test)]
mod tests;

text_enum! {
    /// How a party belongs to another.
    pub enum RelationKind {
        /// A daughter of its parent: one parent at a time.
        Parent = "parent",
        /// A branch: the same legal person, or one that only acts for it.
        Branch = "branch",
        /// Controlled together with others: it counts in full with each of them.
        JointControl = "joint_control",
        /// Found to be the same: it counts as the other one.
        Merged = "merged",
    }
}

/// That a party belongs to another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Relation {
    pub party: Uuid,
    pub related: Uuid,
    pub kind: RelationKind,
}

/// A party and what makes it the same as another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyFacts {
    pub id: Uuid,
    pub tax_id: Option<String>,
}

/// Where a party counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    pub party: Uuid,
    /// The party that stands for all of one tax id: the one with the smallest id, so that it stays when others join.
    pub risk_party: Uuid,
    /// Everybody above it, and itself where somebody belongs to it: the heads of the groups it counts in, one inside the other. Each with
    /// whether it is the debtor, see [`Tree::groups`].
    pub groups: BTreeMap<Uuid, bool>,
}

/// Resolves parties that hang together: all that share a tax id or stand in a relation must be among them.
pub fn resolve(parties: &[PartyFacts], relations: &[Relation]) -> Vec<Membership> {
    let units = Units::of(parties, relations);
    let tree = Tree::of(&units, relations);
    let member = |party: &PartyFacts| {
        let risk_party = units.of_party(party.id);
        Membership { party: party.id, risk_party, groups: tree.groups(risk_party) }
    };
    parties.iter().map(member).collect()
}

/// Whether it would go round in a circle if `party` belonged to `parent`, given which party belongs to which.
pub fn closes_circle(parents: &BTreeMap<Uuid, Uuid>, party: Uuid, parent: Uuid) -> bool {
    let mut seen = BTreeSet::from([party]);
    let mut above = Some(parent);
    while let Some(next) = above {
        if !seen.insert(next) {
            return true;
        }
        above = parents.get(&next).copied();
    }
    false
}

/// Parties that count as one, each by the smallest id among them.
struct Units(BTreeMap<Uuid, Uuid>);

impl Units {
    fn of(parties: &[PartyFacts], relations: &[Relation]) -> Self {
        let mut units = Self(BTreeMap::new());
        let mut of_tax_id = BTreeMap::new();
        for party in parties {
            let Some(tax_id) = party.tax_id.as_deref() else { continue };
            let first = *of_tax_id.entry(tax_id).or_insert(party.id);
            units.join(first, party.id);
        }
        for relation in relations.iter().filter(|r| r.kind == RelationKind::Merged) {
            units.join(relation.party, relation.related);
        }
        units
    }

    fn of_party(&self, party: Uuid) -> Uuid {
        let mut unit = party;
        while let Some(above) = self.0.get(&unit) {
            unit = *above;
        }
        unit
    }

    fn join(&mut self, a: Uuid, b: Uuid) {
        let (a, b) = (self.of_party(a), self.of_party(b));
        if a != b {
            self.0.insert(a.max(b), a.min(b));
        }
    }
}

/// Who stands above whom, by unit.
#[derive(Default)]
struct Tree {
    /// Each with whether it is by joint control.
    above: BTreeMap<Uuid, BTreeSet<(Uuid, bool)>>,
    heads: BTreeSet<Uuid>,
    /// Tax ids can close a circle that no relation closes by itself: those on it stand as high as each other, and its smallest stands
    /// for it.
    circles: BTreeMap<Uuid, Uuid>,
}

impl Tree {
    fn of(units: &Units, relations: &[Relation]) -> Self {
        let mut tree = Self::default();
        for relation in relations.iter().filter(|r| r.kind != RelationKind::Merged) {
            let (party, related) = (units.of_party(relation.party), units.of_party(relation.related));
            // Two names of one legal person do not stand above each other.
            if party != related {
                let joint = relation.kind == RelationKind::JointControl;
                tree.above.entry(party).or_default().insert((related, joint));
                tree.heads.insert(related);
            }
        }
        tree.contract_circles();
        tree
    }

    fn contract_circles(&mut self) {
        // Who has nobody above, or only such, is on no circle: what is left after taking those off are the circles and those below.
        let mut left = self.above.keys().copied().collect::<BTreeSet<_>>();
        loop {
            let held =
                |unit: &Uuid| self.above.get(unit).is_some_and(|up| up.iter().any(|(u, _)| left.contains(u)));
            let still = left.iter().copied().filter(held).collect::<BTreeSet<_>>();
            if still.len() == left.len() {
                break;
            }
            left = still;
        }
        let reached = left.iter().map(|unit| (*unit, self.reached_from(*unit))).collect::<BTreeMap<_, _>>();
        let reaches = |from: &Uuid, to: &Uuid| reached.get(from).is_some_and(|all| all.contains(to));
        for unit in left.iter().filter(|unit| reaches(unit, unit)) {
            let same = left.iter().find(|other| reaches(unit, other) && reaches(other, unit));
            self.circles.extend(same.map(|first| (*unit, *first)));
        }
        if self.circles.is_empty() {
            return;
        }
        let edges = std::mem::take(&mut self.above);
        self.heads.clear();
        for (unit, above) in edges {
            let unit = self.place(unit);
            for (up, joint) in above {
                let up = self.place(up);
                self.heads.insert(up);
                if up != unit {
                    self.above.entry(unit).or_default().insert((up, joint));
                }
            }
        }
    }

    /// Everybody above a unit; itself where it stands on a circle.
    fn reached_from(&self, unit: Uuid) -> BTreeSet<Uuid> {
        let mut reached = BTreeSet::new();
        let mut open = vec![unit];
        while let Some(unit) = open.pop() {
            let above = self.above.get(&unit).into_iter().flatten().map(|(up, _)| *up);
            open.extend(above.filter(|up| reached.insert(*up)));
        }
        reached
    }

    fn place(&self, unit: Uuid) -> Uuid {
        self.circles.get(&unit).copied().unwrap_or(unit)
    }

    /// The debtor among them is the group a unit counts with where everybody counts once: the highest above it without joint control.
    fn groups(&self, unit: Uuid) -> BTreeMap<Uuid, bool> {
        let mut groups = BTreeMap::new();
        let mut debtor = None;
        let mut seen = BTreeSet::new();
        let mut open = vec![(self.place(unit), false)];
        while let Some((unit, joint)) = open.pop() {
            if !seen.insert((unit, joint)) {
                continue;
            }
            let above = || self.above.get(&unit).into_iter().flatten();
            open.extend(above().map(|(up, by_joint)| (*up, joint || *by_joint)));
            if !self.heads.contains(&unit) {
                continue;
            }
            groups.insert(unit, false);
            if !joint && above().all(|(_, by_joint)| *by_joint) {
                debtor = Some(debtor.map_or(unit, |known: Uuid| known.min(unit)));
            }
        }
        groups.extend(debtor.map(|debtor| (debtor, true)));
        groups
    }
}
