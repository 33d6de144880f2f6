//! Waiting for a condition with a deadline; tests never sleep for a hoped-for time.

use std::time::{Duration, Instant};

/// Polls until `condition` holds.
///
/// # Panics
/// After 20 seconds, naming what was waited for.
pub fn until(what: &str, mut condition: impl FnMut() -> bool) {
    until_some(what, || condition().then_some(()));
}

/// Polls until there is a value.
///
/// # Panics
/// After 20 seconds, naming what was waited for.
pub fn until_some<T>(what: &str, mut value: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(value) = value() {
            return value;
        }
        assert!(Instant::now() < deadline, "waited 20 seconds in vain for: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
