//! Who approves for whom: delegation, and absence.

use domain::access::{Permission, PrincipalKind};
use domain::credit::approval::StandInKind;
use kernel::id::{StandInId, UserId};
use kernel::text_enum::parse;
use kernel::time::parse_date;
use kernel::{Date, Error, Instant, Outcome, text};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::codes;
use crate::App;
use crate::access::managed_user;
use crate::command::{self, Answer, check_version};
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::lists::not_found;

/// That somebody acts for somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandIn {
    pub id: Uuid,
    pub kind: StandInKind,
    pub person_id: Uuid,
    pub stand_in_id: Uuid,
    pub from: Date,
    pub until: Option<Date>,
    pub note: Option<String>,
    pub set_by: String,
    pub recorded_at: Instant,
    pub ended_at: Option<Instant>,
    pub version: i32,
}

/// A stand-in as asked for.
#[derive(Debug, Clone, Default)]
pub struct NameStandIn {
    pub kind: String,
    /// The caller when absent; somebody else only by who manages users.
    pub person: Option<String>,
    pub stand_in: String,
    pub from: String,
    pub until: Option<String>,
    pub note: Option<String>,
}

impl StandIn {
    fn event(&self, kind: &'static str) -> NewEvent {
        let after = json!({ "kind": self.kind, "person_id": UserId(self.person_id), "stand_in_id": UserId(self.stand_in_id),
            "from": self.from, "until": self.until });
        NewEvent::about(kind, "approval_stand_in", self.id).change(Value::Null, after)
    }
}

/// Names who approves for whom, about holders whom both of them reach. It reaches one step: who stands in for a stand-in acts for the stand-in alone.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `stand_in.oneself`, `stand_in.overlaps`, `stand_in.person_missing`, `limit.ends_before_start`,
/// `date.invalid`, `value.unknown`.
pub fn name_stand_in(app: &App, ctx: &Ctx, cmd: &NameStandIn) -> Outcome<Answer<StandIn>> {
    ctx.require(Permission::LimitApprove)?;
    let me = (ctx.principal.kind == PrincipalKind::User).then_some(ctx.principal.id);
    let named = cmd.person.as_deref().map(UserId::parse).transpose()?.map(|id| id.0);
    let person =
        named.or(me).ok_or_else(|| Error::field("person_id", &codes::STAND_IN_PERSON, "is absent"))?;
    if Some(person) != me {
        ctx.require(Permission::UserManage)?;
    }
    let stand_in = UserId::parse(&cmd.stand_in)?.0;
    if stand_in == person {
        return Err(Error::field("stand_in_id", &codes::STAND_IN_ONESELF, "is the person"));
    }
    let from = parse_date("from", &cmd.from)?;
    let until = cmd.until.as_deref().map(|t| parse_date("until", t)).transpose()?;
    if until.is_some_and(|until| until < from) {
        let message = format!("it begins on {from}");
        return Err(Error::field("until", &domain::credit::limits::codes::ENDS_BEFORE_START, message));
    }
    let kind = parse::<StandInKind>("kind", &cmd.kind)?;
    let note = cmd.note.as_deref().map(|t| text::note("note", t)).transpose()?.filter(|t| !t.is_empty());
    command::run(app, ctx, "approval_stand_in.record", |tx| {
        if Some(person) != me {
            managed_user(ctx, tx, UserId(person))?;
        }
        for id in [person, stand_in] {
            if !tx.may_sign_in(id)? {
                return Err(not_found("users", &UserId(id).to_string()));
            }
        }
        let new = StandIn {
            id: app.ids.next(),
            kind,
            person_id: person,
            stand_in_id: stand_in,
            from,
            until,
            note: note.clone(),
            set_by: ctx.principal.name.clone(),
            recorded_at: ctx.now,
            ended_at: None,
            version: 1,
        };
        let event = tx.record(ctx, new.event("approval_stand_in.named"))?;
        tx.insert_stand_in(&new, event)?;
        Ok(new)
    })
}

/// Ends it at once.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `stand_in.ended_before`, `version.mismatch`.
pub fn end_stand_in(app: &App, ctx: &Ctx, id: StandInId) -> Outcome<Answer<StandIn>> {
    ctx.require(Permission::LimitApprove)?;
    command::run(app, ctx, "approval_stand_in.end", |tx| {
        let mut found = tx.stand_in_for_update(id.0)?;
        if found.person_id != ctx.principal.id {
            ctx.require(Permission::UserManage)?;
            managed_user(ctx, tx, UserId(found.person_id))?;
        }
        check_version(ctx, found.version.into())?;
        if found.ended_at.is_some() {
            return Err(Error::new(&codes::STAND_IN_ENDED));
        }
        found.ended_at = Some(ctx.now);
        found.version += 1;
        let event = tx.record(ctx, found.event("approval_stand_in.ended"))?;
        tx.end_stand_in(found.id, ctx.now, event)?;
        Ok(found)
    })
}
