//! Supervision of the postmaster.

use std::{
    sync::{
        Arc, Weak,
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread::JoinHandle,
    time::Duration,
};

use crate::{Cluster, ClusterError};

/// A cluster that does not come up is tried at ever longer intervals, up to this one.
const RETRY_DELAY_MAX: Duration = Duration::from_secs(30);

/// What [`Cluster::ensure_running`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// Nothing to do.
    Running,
    /// The postmaster was dead or unreachable and runs again; connections made before are broken.
    Restarted { pid: i32, cause: String },
    /// The cluster was stopped on purpose.
    Stopped,
}

/// What a [`Watch`] tells.
#[derive(Debug)]
pub enum WatchEvent {
    Restarted {
        pid: i32,
        cause: String,
    },
    /// The cluster is down and did not come up; it is tried again. `failures` counts from 1.
    Failed {
        error: ClusterError,
        failures: u32,
    },
}

/// A thread that keeps a cluster running. Dropping it ends the supervision, after a restart under way.
#[derive(Debug)]
pub struct Watch {
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Cluster {
    /// Looks after the cluster every `period` from a thread of its own, restarts a dead postmaster and reports it. It
    /// ends with the `Watch`, with the cluster, or when the cluster is stopped.
    ///
    /// # Errors
    /// [`ClusterError::Tool`] if no thread can be started.
    pub fn watch(
        self: &Arc<Self>,
        period: Duration,
        report: impl Fn(WatchEvent) + Send + 'static,
    ) -> Result<Watch, ClusterError> {
        let (end, ended) = mpsc::channel();
        let cluster = Arc::downgrade(self);
        let thread = std::thread::Builder::new()
            .name("cluster-watch".to_owned())
            .spawn(move || {
                let mut failures = 0;
                while ended.recv_timeout(delay(period, failures)) == Err(RecvTimeoutError::Timeout) {
                    let Some(next) = look(&cluster, failures, &report) else { return };
                    failures = next;
                }
            })
            .map_err(|source| ClusterError::Tool { tool: "the watch thread".to_owned(), source })?;
        Ok(Watch { end: Some(end), thread: Some(thread) })
    }
}

/// One look; the number of failures in a row, or `None` if there is nothing left to watch.
fn look(cluster: &Weak<Cluster>, failures: u32, report: &impl Fn(WatchEvent)) -> Option<u32> {
    match cluster.upgrade()?.ensure_running() {
        Ok(Health::Running) => Some(0),
        Ok(Health::Stopped) => None,
        Ok(Health::Restarted { pid, cause }) => {
            report(WatchEvent::Restarted { pid, cause });
            Some(0)
        }
        Err(error) => {
            let failures = failures.saturating_add(1);
            report(WatchEvent::Failed { error, failures });
            Some(failures)
        }
    }
}

fn delay(period: Duration, failures: u32) -> Duration {
    period.saturating_mul(2_u32.saturating_pow(failures)).min(RETRY_DELAY_MAX.max(period))
}

impl Drop for Watch {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was printed by it; there is nobody left to tell.
            drop(thread.join());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_slow_down_and_are_bounded() {
        let period = Duration::from_secs(1);
        assert_eq!(delay(period, 0), period);
        assert_eq!(delay(period, 3), Duration::from_secs(8));
        assert_eq!(delay(period, 40), RETRY_DELAY_MAX);
        let long = Duration::from_mins(1);
        assert_eq!(delay(long, 0), long);
    }
}
