//! In whose place somebody may approve.

use domain::access::{Permission, PrincipalKind, Scope};
use domain::credit::approval::{Acting, Person};
use domain::credit::check::Holder;
use kernel::{Error, Outcome};

use crate::credit::limits::{codes, holder};
use crate::ctx::Ctx;
use crate::store::ReadTx;

/// The caller, with those for whom they stand in today and who may approve, each with what they reach.
pub(super) struct Standing {
    person: Person,
    for_others: Vec<(Person, Scope)>,
}

impl Standing {
    /// Keys of machines do not approve: who is behind one is not known.
    ///
    /// # Errors
    /// `approval.by_machine`.
    pub(super) fn of<T: ReadTx + ?Sized>(ctx: &Ctx, tx: &mut T) -> Outcome<Self> {
        if ctx.principal.kind != PrincipalKind::User {
            return Err(Error::new(&codes::APPROVAL_BY_MACHINE));
        }
        let may = |person: &Person| {
            person.roles.iter().any(|r| r.permissions().contains(&Permission::LimitApprove))
        };
        let mut for_others = Vec::new();
        for other in tx.represented_by(ctx.principal.id, ctx.now.date_naive())? {
            if may(&other.person) {
                let scope = tx.scope_of(other.person.id, other.all_rights)?;
                for_others.push((other.person, scope));
            }
        }
        let person = Person { id: ctx.principal.id, roles: ctx.principal.roles.clone() };
        Ok(Self { person, for_others })
    }

    /// Those in whose place the caller may decide about a holder: who could not do so themselves lends nobody a word in it.
    pub(super) fn for_holder<T: ReadTx + ?Sized>(
        &self,
        ctx: &Ctx,
        tx: &mut T,
        of: Holder,
    ) -> Outcome<Acting> {
        let mut for_others = Vec::new();
        for (person, scope) in &self.for_others {
            let as_theirs = Ctx { scope: scope.clone(), ..ctx.clone() };
            if holder::reaches(tx, &as_theirs, of)? {
                for_others.push(person.clone());
            }
        }
        Ok(Acting { person: self.person.clone(), for_others })
    }
}
