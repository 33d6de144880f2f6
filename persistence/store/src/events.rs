//! Appending events inside a transaction.

use app::ctx::Ctx;
use app::events::{EventStore, NewEvent, Recorded};
use diesel::prelude::*;
use kernel::Outcome;
use kernel::id::EventId;
use kernel::text_enum::TextEnum as _;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::error::db;
use crate::functions;
use crate::tx::PgTx;

impl EventStore for PgTx<'_> {
    fn record(&mut self, ctx: &Ctx, new: NewEvent) -> Outcome<EventId> {
        let id = self.ids.next();
        let salt: [u8; 16] = rand::random();
        let payload = json!({ "before": new.before, "after": new.after }).to_string();
        let statement = functions::record_event(
            id,
            ctx.now,
            new.kind,
            new.subject_kind,
            new.subject_id,
            new.account_id,
            new.legal_entity_id,
            ctx.principal.kind.as_str(),
            ctx.principal.id,
            &ctx.principal.name,
            ctx.reason.as_deref(),
            &ctx.request_id,
            digest(&salt, &payload).to_vec(),
            salt.to_vec(),
            payload,
        );
        diesel::select(statement).get_result::<Uuid>(self.conn).map_err(db)?;
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
