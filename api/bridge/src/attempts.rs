//! Wrong sign-ins that no user counts: of logins that do not exist, and by the address they came from.
//!
//! Both live in memory, so they are of one instance and end with it. Both are bounded: when they are full, whoever tried
//! longest ago is forgotten.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use app::access::Strangers;
use chrono::TimeDelta;
use domain::access::codes::TOO_MANY_ATTEMPTS;
use domain::access::password::locked_until;
use kernel::{Error, Instant, Outcome};

/// Failed sign-ins of one address within [`WINDOW_MINUTES`].
pub const FAILURES_MAX: u32 = 60;
pub const WINDOW_MINUTES: i64 = 15;
/// Logins and addresses remembered.
const REMEMBERED_MAX: usize = 10_000;

/// Counts by whom, each with the instant of its last change.
#[derive(Debug)]
struct Remembered<K, V>(Mutex<HashMap<K, (Instant, V)>>);

impl<K, V> Default for Remembered<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Hash + Eq + Clone, V: Clone> Remembered<K, V> {
    fn find(&self, key: &K) -> Option<(Instant, V)> {
        self.locked().get(key).cloned()
    }

    fn put(&self, key: K, at: Instant, value: V) {
        let mut all = self.locked();
        if all.len() >= REMEMBERED_MAX && !all.contains_key(&key) {
            let oldest = all.iter().min_by_key(|(_, (at, _))| *at).map(|(key, _)| key.clone());
            oldest.and_then(|oldest| all.remove(&oldest));
        }
        all.insert(key, (at, value));
    }

    /// The counts are whole after every step, so a panic elsewhere spoils nothing.
    fn locked(&self) -> MutexGuard<'_, HashMap<K, (Instant, V)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Logins that do not exist lock like those that do, so that a lock tells nobody which is which.
#[derive(Debug, Default)]
pub struct StrangerLocks {
    failed: Remembered<String, (i32, Option<Instant>)>,
}

impl Strangers for StrangerLocks {
    fn is_locked(&self, login: &str, now: Instant) -> bool {
        self.failed.find(&key(login)).is_some_and(|(_, (_, until))| until.is_some_and(|until| until > now))
    }

    fn failed(&self, login: &str, now: Instant) {
        let key = key(login);
        let failed = self.failed.find(&key).map_or(0, |(_, (failed, _))| failed).saturating_add(1);
        self.failed.put(key, now, (failed, locked_until(failed, now)));
    }
}

/// A login nobody can have is remembered by its beginning alone: memory is not the caller's to fill.
fn key(login: &str) -> String {
    login.chars().take(80).collect()
}

/// Slows down whoever tries many logins from one address.
#[derive(Debug, Default)]
pub struct AddressThrottle {
    /// When the window began, and failures since.
    failures: Remembered<IpAddr, (Instant, u32)>,
}

impl AddressThrottle {
    /// Counts an attempt as failed until [`AddressThrottle::forgive`] says that it did not fail, so that attempts made
    /// at the same time count as well.
    ///
    /// # Errors
    /// `auth.too_many_attempts`, with the time to wait.
    pub fn admit(&self, address: Option<IpAddr>, now: Instant) -> Outcome<()> {
        let Some(address) = address.map(network) else { return Ok(()) };
        let (began, count) = self.failures.find(&address).map_or((now, 0), |(_, found)| found);
        let ends = began + TimeDelta::minutes(WINDOW_MINUTES);
        let (began, count) = if ends <= now || began > now { (now, 0) } else { (began, count) };
        if count >= FAILURES_MAX {
            let seconds = u32::try_from((ends - now).num_seconds().max(1)).unwrap_or(u32::MAX);
            return Err(Error::new(&TOO_MANY_ATTEMPTS).retry_after(seconds));
        }
        self.failures.put(address, now, (began, count + 1));
        Ok(())
    }

    /// The attempt did not fail.
    pub fn forgive(&self, address: Option<IpAddr>, now: Instant) {
        let Some(address) = address.map(network) else { return };
        if let Some((_, (began, count))) = self.failures.find(&address) {
            self.failures.put(address, now, (began, count.saturating_sub(1)));
        }
    }
}

/// Of IPv6 the half that names the network: the other half is anybody's to choose.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Instant {
        "2026-06-30T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn an_address_waits_after_many_failures_and_successes_do_not_count() {
        let throttle = AddressThrottle::default();
        let address = Some("192.0.2.7".parse().unwrap());
        for _ in 0..200 {
            throttle.admit(address, now()).unwrap();
            throttle.forgive(address, now());
        }
        for _ in 0..FAILURES_MAX {
            throttle.admit(address, now()).unwrap();
        }
        let refused = throttle.admit(address, now()).unwrap_err();
        assert_eq!(refused.code().text, "auth.too_many_attempts");
        assert_eq!(refused.retry_after_seconds(), Some(900));
        throttle.admit(Some("192.0.2.8".parse().unwrap()), now()).unwrap();
        throttle.admit(address, now() + TimeDelta::minutes(WINDOW_MINUTES)).unwrap();
    }

    #[test]
    fn an_ipv6_network_counts_as_one_address() {
        let one = network("2001:db8::1".parse().unwrap());
        assert_eq!(one, network("2001:db8::2:3".parse().unwrap()));
        assert_ne!(one, network("2001:db8:0:1::1".parse().unwrap()));
        assert_eq!(network("::ffff:192.0.2.7".parse().unwrap()), network("192.0.2.7".parse().unwrap()));
    }

    #[test]
    fn memory_is_bounded() {
        let locks = StrangerLocks::default();
        for no in 0..REMEMBERED_MAX + 5 {
            locks.failed(&format!("login{no}"), now() + TimeDelta::seconds(i64::try_from(no).unwrap()));
        }
        assert_eq!(locks.failed.locked().len(), REMEMBERED_MAX);
        assert!(locks.failed.find(&"login0".to_owned()).is_none());
    }
}
