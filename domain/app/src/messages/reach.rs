//! Messages within the reach of who asks: whose account is, be it by its legal entity or by its portfolio.

use chrono_tz::Tz;
use kernel::id::{AccountId, MessageId};
use kernel::time::{business_date, parse_zone};
use kernel::{Date, ErrorKind, Instant, Outcome};
use uuid::Uuid;

use super::facts::MessageRow;
use crate::ctx::Ctx;
use crate::dunning::blocks::account_in_scope;
use crate::lists::not_found;
use crate::store::WriteTx;

/// A message, locked.
///
/// # Errors
/// `not_found`, also for a message out of reach: that it exists is nobody else's business.
pub(super) fn message_in_scope(ctx: &Ctx, tx: &mut dyn WriteTx, id: MessageId) -> Outcome<MessageRow> {
    let row = tx.message_for_update(id.0)?;
    match account_in_scope(ctx, tx, AccountId(row.account_id)) {
        Ok(_) => Ok(row),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(not_found("messages", &id.to_string())),
        Err(error) => Err(error),
    }
}

/// The business date of an instant where a legal entity is.
pub(super) fn business_date_of(tx: &mut dyn WriteTx, legal_entity: Uuid, at: Instant) -> Outcome<Date> {
    Ok(business_date(at, entity_zone(tx, legal_entity)?))
}

/// Where a legal entity is.
pub(super) fn entity_zone(tx: &mut dyn WriteTx, legal_entity: Uuid) -> Outcome<Tz> {
    let entity = tx.run_entity(legal_entity)?.ok_or_else(|| not_found("legal_entities", ""))?;
    parse_zone("time_zone", &entity.time_zone)
}
