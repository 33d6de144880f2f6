//! Reads the gapless feed as the caller may see it.

use domain::access::{Permission, Scope};
use kernel::{Error, Outcome};

use super::SequencedEvent;
use crate::App;
use crate::codes::FEED_LIMIT;
use crate::ctx::Ctx;

/// Most events one answer holds.
pub const FEED_MAX: u32 = 1000;
/// Numbers looked at for one answer, so that a rare type in a long feed does not hold a connection for minutes.
const LOOKED_AT_MAX: u32 = 50_000;

/// What is asked of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedRequest {
    /// The last number the caller has; 0 = from the beginning.
    pub after: i64,
    pub limit: u32,
    /// Only these types; empty = all.
    pub kinds: Vec<String>,
}

/// Part of the feed.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedPage {
    pub events: Vec<SequencedEvent>,
    /// Everything up to here was looked at: the `after` of the next call, also when nothing matched.
    pub last_seq: i64,
    /// Whether the end of the feed was reached.
    pub caught_up: bool,
}

/// Events after a number, in order.
///
/// # Errors
/// `auth.forbidden`, `event.feed_limit`.
pub fn read_feed(app: &App, ctx: &Ctx, request: &FeedRequest) -> Outcome<FeedPage> {
    ctx.require(Permission::EventRead)?;
    if !(1..=FEED_MAX).contains(&request.limit) || request.after < 0 {
        let message = format!("after {} limit {}", request.after, request.limit);
        return Err(Error::field("limit", &FEED_LIMIT, message));
    }
    let mut page = FeedPage { events: Vec::new(), last_seq: request.after, caught_up: false };
    let mut looked_at = 0;
    while !page.caught_up && looked_at < LOOKED_AT_MAX {
        let batch = app.store.events_after(page.last_seq, FEED_MAX)?;
        let read = u32::try_from(batch.len()).unwrap_or(FEED_MAX);
        looked_at += read;
        page.caught_up = read < FEED_MAX;
        if take(ctx, request, &mut page, batch) {
            break;
        }
    }
    Ok(page)
}

/// Takes what the caller may and wants to see; true when the page is full.
fn take(ctx: &Ctx, request: &FeedRequest, page: &mut FeedPage, batch: Vec<SequencedEvent>) -> bool {
    let limit = usize::try_from(request.limit).unwrap_or(usize::MAX);
    for event in batch {
        if page.events.len() == limit {
            page.caught_up = false;
            return true;
        }
        page.last_seq = event.seq;
        if may_see(ctx, &event) && (request.kinds.is_empty() || request.kinds.contains(&event.kind)) {
            page.events.push(event);
        }
    }
    page.events.len() == limit
}

/// Who sees only some legal entities sees only their events.
fn may_see(ctx: &Ctx, event: &SequencedEvent) -> bool {
    match ctx.scope {
        Scope::All => true,
        Scope::Limited { .. } => event.legal_entity_id.is_some_and(|id| ctx.scope.includes_legal_entity(id)),
    }
}
