//! Keys of a chunk, looked up while the one before is being written: half of what a chunk waits for is reading.
//!
//! Only the stream of a session writes keys of its source, one chunk after another. So what a look ahead can miss are the keys
//! that this same stream wrote since, and those it remembers itself.

use std::collections::{BTreeSet, HashMap, VecDeque};

use domain::access::Permission;
use kernel::Outcome;
use uuid::Uuid;

use super::KeyKind;
use super::chunk::PushChunk;
use super::rows::Rows;
use super::store::KeyRow;
use crate::App;
use crate::ctx::Ctx;

type Keys = HashMap<String, KeyRow>;

/// What was known of the keys that a chunk of receivables names, when `after` was the last chunk written.
#[derive(Debug, Clone)]
pub struct Ahead {
    after: i32,
    receivables: Keys,
    accounts: Keys,
}

/// Looks the keys of a chunk up before its turn; one without receivables has nothing to gain.
///
/// # Errors
/// `auth.forbidden`, `auth.out_of_scope`, `not_found`.
pub fn look_ahead(app: &App, ctx: &Ctx, chunk: &PushChunk) -> Outcome<Option<Ahead>> {
    ctx.require(Permission::PushRun)?;
    let Rows::Receivables(rows) = chunk.rows.rows() else { return Ok(None) };
    app.store.transact("push.look_ahead", |tx| {
        let session = tx.session(chunk.session.0)?;
        ctx.scope.require_legal_entity(session.source.legal_entity_id)?;
        let receivables =
            tx.keys(session.source.no, KeyKind::Receivable, &super::receivables::named(rows))?;
        // Of a receivable that came before the account is mostly known with it.
        let new = rows.iter().filter(|r| !receivables.contains_key(&r.external_id));
        let accounts = new.map(|r| r.account_external_id.as_str()).collect();
        let accounts = tx.keys(session.source.no, KeyKind::Account, &accounts)?;
        Ok(Some(Ahead { after: session.last_chunk, receivables, accounts }))
    })
}

/// How many chunks a stream remembers: a look ahead is at most two behind.
const REMEMBERED: usize = 3;

/// Keys of receivables as the latest chunks of a stream wrote them.
#[derive(Debug, Default)]
pub struct Recent(VecDeque<Written>);

#[derive(Debug)]
struct Written {
    session: Uuid,
    chunk_no: i32,
    keys: Keys,
}

impl Recent {
    /// After the chunk is durable.
    pub(super) fn remember(&mut self, session: Uuid, chunk_no: i32, keys: Keys) {
        self.0.push_front(Written { session, chunk_no, keys });
        self.0.truncate(REMEMBERED);
    }

    /// A look ahead with everything written since; `None` when not all of that is remembered.
    pub(super) fn complete<'k>(
        &'k self,
        ahead: &'k Ahead,
        (session, chunk_no): (Uuid, i32),
    ) -> Option<Completed<'k>> {
        let since = |written: &&Written| written.session == session && written.chunk_no > ahead.after;
        let since = self.0.iter().filter(since).collect::<Vec<_>>();
        let all = (ahead.after + 1..chunk_no).rev().eq(since.iter().map(|written| written.chunk_no));
        all.then(|| Completed { ahead, since: since.into_iter().map(|written| &written.keys).collect() })
    }
}

/// A look ahead and what was written since, the latest first.
#[derive(Debug, Clone)]
pub struct Completed<'k> {
    ahead: &'k Ahead,
    since: Vec<&'k Keys>,
}

/// Keys of receivables when the turn of a chunk has come.
pub(super) enum KnownKeys<'k> {
    Ahead(&'k Completed<'k>),
    Now(Keys),
}

impl KnownKeys<'_> {
    pub(super) fn get(&self, id: &str) -> Option<&KeyRow> {
        match self {
            Self::Ahead(Completed { ahead, since }) => {
                since.iter().find_map(|keys| keys.get(id)).or_else(|| ahead.receivables.get(id))
            }
            Self::Now(keys) => keys.get(id),
        }
    }
}

impl Completed<'_> {
    /// Accounts that were found among these names. An account keeps its key for ever; one not found may have come since.
    pub(super) fn accounts(&self, names: &BTreeSet<&str>) -> Keys {
        let known = |name: &&str| Some(((*name).to_owned(), *self.ahead.accounts.get(*name)?));
        names.iter().filter_map(known).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(id: &str, object: u128) -> Keys {
        let key = KeyRow {
            account_id: None,
            object_id: Uuid::from_u128(object),
            fingerprint: Uuid::from_u128(object),
        };
        [(id.to_owned(), key)].into()
    }

    fn ahead(after: i32) -> Ahead {
        Ahead { after, receivables: keys("F1", 1), accounts: Keys::new() }
    }

    /// What is known of F1, which every look ahead has seen; `None` where it is of no use.
    fn found(recent: &Recent, ahead: &Ahead, chunk_no: i32) -> Option<u128> {
        let completed = recent.complete(ahead, (Uuid::nil(), chunk_no))?;
        let key = *KnownKeys::Ahead(&completed).get("F1").expect("it was seen");
        Some(key.object_id.as_u128())
    }

    #[test]
    fn the_latest_statement_of_a_key_counts() {
        let mut recent = Recent::default();
        recent.remember(Uuid::nil(), 4, keys("F1", 4));
        recent.remember(Uuid::nil(), 5, keys("F1", 5));
        assert_eq!(found(&recent, &ahead(5), 6), Some(1), "it saw both");
        assert_eq!(found(&recent, &ahead(3), 6), Some(5));
        recent.remember(Uuid::nil(), 6, keys("F2", 6));
        assert_eq!(found(&recent, &ahead(4), 7), Some(5));
    }

    #[test]
    fn a_look_ahead_with_a_chunk_missing_since_is_of_no_use() {
        let mut recent = Recent::default();
        assert_eq!(found(&recent, &ahead(3), 4), Some(1));
        assert_eq!(found(&recent, &ahead(3), 5), None, "another stream wrote chunk 4");
        recent.remember(Uuid::from_u128(7), 4, keys("F1", 4));
        assert_eq!(found(&recent, &ahead(3), 5), None, "of another session");
        for chunk in 4..=7 {
            recent.remember(Uuid::nil(), chunk, keys("F1", 4));
        }
        assert_eq!(found(&recent, &ahead(3), 8), None, "chunk 4 is forgotten");
    }
}
