//! Appending events inside a transaction.

use app::ctx::Ctx;
use app::events::{EventStore, NewEvent, Recorded};
use diesel::prelude::*;
use kernel::Outcome;
use kernel::id::EventId;
use kernel::text_enum::TextEnum as _;
use schema::{event, event_payload, event_unsequenced};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::error::db;
use crate::tx::PgTx;

impl EventStore for PgTx<'_> {
    fn record(&mut self, ctx: &Ctx, new: NewEvent) -> Outcome<EventId> {
        let id = self.ids.next();
        let salt: [u8; 16] = rand::random();
        let payload = json!({ "before": new.before, "after": new.after }).to_string();
        diesel::insert_into(event::table)
            .values((
                event::id.eq(id),
                event::recorded_at.eq(ctx.now),
                event::kind.eq(new.kind),
                event::subject_kind.eq(new.subject_kind),
                event::subject_id.eq(new.subject_id),
                event::account_id.eq(new.account_id),
                event::legal_entity_id.eq(new.legal_entity_id),
                event::actor_kind.eq(ctx.principal.kind.as_str()),
                event::actor_id.eq(ctx.principal.id),
                event::actor_name.eq(&ctx.principal.name),
                event::reason.eq(ctx.reason.as_deref()),
                event::request_id.eq(&ctx.request_id),
                event::digest.eq(digest(&salt, &payload).as_slice()),
            ))
            .execute(self.conn)
            .map_err(db)?;
        diesel::insert_into(event_payload::table)
            .values((
                event_payload::event_id.eq(id),
                event_payload::recorded_at.eq(ctx.now),
                event_payload::salt.eq(salt.as_slice()),
                event_payload::payload.eq(payload),
            ))
            .execute(self.conn)
            .map_err(db)?;
        diesel::insert_into(event_unsequenced::table)
            .values((event_unsequenced::event_id.eq(id), event_unsequenced::recorded_at.eq(ctx.now)))
            .execute(self.conn)
            .map_err(db)?;
        self.recorded.push(Recorded {
            id: EventId(id),
            kind: new.kind,
            subject_kind: new.subject_kind,
            subject_id: new.subject_id,
            before: new.before,
            after: new.after,
        });
        Ok(EventId(id))
    }

    fn recorded(&self) -> &[Recorded] {
        &self.recorded
    }
}

/// What the chain protects of a payload: without the salt it tells nothing about an erased one.
pub(crate) fn digest(salt: &[u8], payload: &str) -> [u8; 32] {
    Sha256::new().chain_update(salt).chain_update(payload.as_bytes()).finalize().into()
}
