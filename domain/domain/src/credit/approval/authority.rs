//! Whether somebody may approve now, and in whose place.

use kernel::{Error, Outcome};
use uuid::Uuid;

use super::{Chain, ChainLevel, Given, codes};
use crate::access::Role;

/// A person with what they may decide by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: Uuid,
    pub roles: Vec<Role>,
}

/// Who acts, and in whose place they may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acting {
    pub person: Person,
    /// Those for whom they stand in today.
    pub for_others: Vec<Person>,
}

/// What an approval counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Act {
    pub given: Given,
    /// Whether the chain is complete with it.
    pub completes: bool,
}

impl ChainLevel {
    pub fn has_authority(&self, person: &Person) -> bool {
        self.users.contains(&person.id) || person.roles.iter().any(|role| self.roles.contains(role))
    }
}

/// The level that an application waits at; none once every level has approved.
pub fn level_now(chain: &Chain, given: &[Given]) -> Option<usize> {
    let wanting = |(place, level): (usize, &ChainLevel)| {
        let count = given.iter().filter(|g| g.level == place).count();
        (count < usize::from(level.approvers)).then_some(place)
    };
    chain.levels.iter().enumerate().find_map(wanting)
}

pub fn is_complete(chain: &Chain, given: &[Given]) -> bool {
    level_now(chain, given).is_none()
}

/// What an approval by somebody would count as. `requesters` are those who asked: of a machine, its key and whoever made it.
///
/// # Errors
/// `approval.own_request`, `approval.given_before`, `approval.no_authority`.
pub fn act(chain: &Chain, given: &[Given], requesters: &[Uuid], acting: &Acting) -> Outcome<Act> {
    let me = &acting.person;
    if requesters.contains(&me.id) {
        return Err(Error::new(&codes::OWN_REQUEST));
    }
    let counted = |id: Uuid| given.iter().any(|g| g.approver == id || g.on_behalf_of == Some(id));
    if counted(me.id) {
        return Err(Error::new(&codes::GIVEN_BEFORE));
    }
    let (place, level) = level_now(chain, given)
        .and_then(|place| Some((place, chain.levels.get(place)?)))
        .ok_or_else(|| Error::new(&codes::GIVEN_BEFORE))?;
    let on_behalf_of =
        if level.has_authority(me) { None } else { Some(in_place_of(level, requesters, acting, &counted)?) };
    let given_now = Given { level: place, approver: me.id, on_behalf_of };
    let after = given.iter().copied().chain([given_now]).collect::<Vec<_>>();
    Ok(Act { given: given_now, completes: is_complete(chain, &after) })
}

/// The first for whom they may act: with authority, not the one who asked, and not counted yet.
fn in_place_of(
    level: &ChainLevel,
    requesters: &[Uuid],
    acting: &Acting,
    counted: &dyn Fn(Uuid) -> bool,
) -> Outcome<Uuid> {
    let able = acting.for_others.iter().filter(|person| level.has_authority(person)).collect::<Vec<_>>();
    let free = able.iter().find(|person| !requesters.contains(&person.id) && !counted(person.id));
    match free {
        Some(person) => Ok(person.id),
        None if able.iter().any(|person| requesters.contains(&person.id)) => {
            Err(Error::new(&codes::OWN_REQUEST))
        }
        None if !able.is_empty() => Err(Error::new(&codes::GIVEN_BEFORE)),
        None => {
            let message = format!("level {} has to approve now", level.code);
            Err(Error::with(&codes::NO_AUTHORITY, message))
        }
    }
}
