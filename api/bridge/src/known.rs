//! Callers seen lately: who they are is remembered for the one operation that must answer while the database is away.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use app::access::Session;
use kernel::Instant;
use sha2::{Digest as _, Sha256};

/// A credential that was withdrawn is good for no longer than this, and only for a credit check while the database is away.
const MINUTES_MAX: i64 = 10;
/// More callers than any installation has; beyond it the oldest are forgotten.
const CALLERS_MAX: usize = 1_000;

/// What was proved about callers, by a digest of what they proved it with.
#[derive(Debug, Default)]
pub struct KnownCallers {
    seen: Mutex<HashMap<[u8; 32], (Session, Instant)>>,
}

impl KnownCallers {
    pub(crate) fn keep(&self, bearer: &str, session: Session, now: Instant) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= CALLERS_MAX {
            seen.retain(|_, (_, at)| fresh(*at, now));
        }
        if seen.len() < CALLERS_MAX {
            seen.insert(digest(bearer), (session, now));
        }
    }

    pub(crate) fn find(&self, bearer: &str, now: Instant) -> Option<Session> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(&digest(bearer)).filter(|(_, at)| fresh(*at, now)).map(|(session, _)| session.clone())
    }
}

fn fresh(at: Instant, now: Instant) -> bool {
    now.signed_duration_since(at).num_minutes() < MINUTES_MAX
}

fn digest(bearer: &str) -> [u8; 32] {
    Sha256::digest(bearer.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use domain::access::{Principal, Scope};

    use super::*;

    #[test]
    fn a_caller_is_known_by_what_it_proved_and_not_for_long() {
        let known = KnownCallers::default();
        let at: Instant = "2026-03-04T08:00:00Z".parse().unwrap();
        let session = Session { principal: Principal::system("erp"), scope: Scope::All };
        known.keep("rcb_a", session.clone(), at);
        let after = |minutes| at + chrono::TimeDelta::minutes(minutes);
        assert_eq!(known.find("rcb_a", after(9)), Some(session));
        assert_eq!(known.find("rcb_b", after(1)), None);
        assert_eq!(known.find("rcb_a", after(10)), None);
    }
}
