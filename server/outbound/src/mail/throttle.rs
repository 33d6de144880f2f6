//! How many mails a recipient domain gets within a minute.

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroU32;
use std::time::Duration;

use kernel::Instant;

/// A rolling minute.
const WINDOW: Duration = Duration::from_mins(1);

/// A bucket of tokens for each recipient domain. Each token comes back exactly one minute after it was taken, so that no minute,
/// wherever it begins, sees more than the limit - which a bucket that refills evenly would not keep.
///
/// Pure: the time is passed in. The promise holds as long as that time does not go back. One value serves one process; processes that share a relay share its limit among them.
#[derive(Debug, Clone)]
pub struct Throttle {
    per_minute: NonZeroU32,
    taken: BTreeMap<String, VecDeque<Instant>>,
}

impl Throttle {
    /// A throttle with this many tokens for each domain.
    pub fn new(per_minute: NonZeroU32) -> Self {
        Self { per_minute, taken: BTreeMap::new() }
    }

    /// When the domain has a token: `now` if it has one already. Domains are compared as given, see [`super::domain_of`].
    pub fn ready_at(&self, domain: &str, now: Instant) -> Instant {
        self.taken.get(domain).map_or(now, |taken| self.ready(taken, now))
    }

    /// Takes a token.
    ///
    /// # Errors
    /// The instant at which there will be one.
    pub fn take(&mut self, domain: &str, now: Instant) -> Result<(), Instant> {
        let ready = self.ready_at(domain, now);
        if ready > now {
            return Err(ready);
        }
        self.forget_idle(now);
        let taken = self.taken.entry(domain.to_owned()).or_default();
        taken.retain(|at| *at + WINDOW > now);
        taken.push_back(now);
        Ok(())
    }

    /// Forgets domains whose tokens are all back, so that what is kept is of one minute. It changes no answer.
    fn forget_idle(&mut self, now: Instant) {
        self.taken.retain(|_, taken| taken.iter().any(|at| *at + WINDOW > now));
    }

    fn ready(&self, taken: &VecDeque<Instant>, now: Instant) -> Instant {
        let mut out: Vec<Instant> = taken.iter().copied().filter(|at| is_out(*at, now)).collect();
        out.sort_unstable();
        let limit = usize::try_from(self.per_minute.get()).unwrap_or(usize::MAX);
        // With as many out as the limit allows, the oldest must come back first.
        out.len()
            .checked_sub(limit)
            .and_then(|index| out.get(index))
            .map_or(now, |returning| *returning + WINDOW)
    }
}

/// Whether a token taken at this instant is out. Callers' clocks may differ by a little, so a token from just ahead is out too; one
/// from further ahead was taken before the clock was set back, and must not block the domain until then.
fn is_out(taken_at: Instant, now: Instant) -> bool {
    taken_at + WINDOW > now && taken_at < now + WINDOW
}

#[cfg(test)]
mod tests;
