//! The one bridge from asynchronous doors to the synchronous core.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use app::codes::{INTERNAL, OVERLOADED};
use kernel::{Error, Outcome};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tracing::Span;

/// A bounded door: as many permits as the database pool has connections for it.
///
/// A closure that has begun is never cancelled: it ends, whatever the client does, so that no transaction is lost
/// half-way. A caller waits at most `queue_max` for its turn and is then told to come back.
#[derive(Clone)]
pub struct Executor {
    handle: Handle,
    permits: Arc<Semaphore>,
    queue_max: Option<Duration>,
    refused: Arc<AtomicU64>,
    waiting: Arc<AtomicU64>,
    size: usize,
}

/// Counts one waiting caller, for as long as it waits; a caller that gives up counts no longer.
struct Waiting(Arc<AtomicU64>);

impl Waiting {
    fn begin(count: &Arc<AtomicU64>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(count))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Executor {
    /// A door for requests, which rather fail than wait longer than `queue_max`.
    pub fn bounded(handle: Handle, permits: usize, queue_max: Duration) -> Self {
        Self::new(handle, permits, Some(queue_max))
    }

    /// A door for bulk streams and workers, which wait instead of failing.
    pub fn patient(handle: Handle, permits: usize) -> Self {
        Self::new(handle, permits, None)
    }

    fn new(handle: Handle, permits: usize, queue_max: Option<Duration>) -> Self {
        Self {
            handle,
            permits: Arc::new(Semaphore::new(permits)),
            queue_max,
            refused: Arc::default(),
            waiting: Arc::default(),
            size: permits,
        }
    }

    /// Runs `work` on a blocking thread.
    ///
    /// # Errors
    /// `overloaded` when no permit came free in time; `internal` when the work panicked; those of the work.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        let counted = Waiting::begin(&self.waiting);
        let waiting = Arc::clone(&self.permits).acquire_owned();
        let permit = match self.queue_max {
            Some(max) => {
                tokio::time::timeout(max, waiting).await.map_err(|e| self.overloaded().caused_by(e))?
            }
            None => waiting.await,
        };
        drop(counted);
        let permit = permit.map_err(|e| Error::new(&INTERNAL).caused_by(e))?;
        let span = Span::current();
        #[expect(clippy::disallowed_methods, reason = "this is the executor the lint points to")]
        let done = self.handle.spawn_blocking(move || {
            let _permit = permit;
            span.in_scope(work)
        });
        done.await.unwrap_or_else(|panic| Err(Error::new(&INTERNAL).caused_by(panic)))
    }

    /// How many callers were turned away, for the metrics.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// How many callers wait for a permit.
    pub fn waiting(&self) -> u64 {
        self.waiting.load(Ordering::Relaxed)
    }

    /// How many permits are free.
    pub fn free(&self) -> usize {
        self.permits.available_permits()
    }

    /// How many permits there are.
    pub fn permits(&self) -> usize {
        self.size
    }

    fn overloaded(&self) -> Error {
        self.refused.fetch_add(1, Ordering::Relaxed);
        Error::new(&OVERLOADED).retry_after(1)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_caller_too_many_is_told_to_come_back() {
        let door = Executor::bounded(Handle::current(), 1, Duration::from_millis(20));
        let (release, wait) = mpsc::channel::<()>();
        let (began, begin) = tokio::sync::oneshot::channel();
        let first = tokio::spawn({
            let door = door.clone();
            async move {
                door.run(move || {
                    began.send(()).unwrap();
                    wait.recv().map_err(|e| Error::new(&INTERNAL).caused_by(e))
                })
                .await
            }
        });
        begin.await.unwrap();
        let refused = door.run(|| Ok(())).await.unwrap_err();
        assert_eq!(refused.code().text, "overloaded");
        assert_eq!(door.refused(), 1);
        release.send(()).unwrap();
        first.await.unwrap().unwrap();
        door.run(|| Ok(())).await.unwrap();
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn work_goes_on_when_the_caller_has_gone() {
        let door = Executor::bounded(Handle::current(), 1, Duration::from_millis(20));
        let (done, finished) = mpsc::channel();
        let (release, wait) = mpsc::channel::<()>();
        let (began, begin) = tokio::sync::oneshot::channel();
        let call = tokio::spawn({
            let door = door.clone();
            async move {
                door.run(move || {
                    began.send(()).unwrap();
                    wait.recv().unwrap();
                    done.send(()).unwrap();
                    Ok(())
                })
                .await
            }
        });
        begin.await.unwrap();
        call.abort();
        release.send(()).unwrap();
        assert!(finished.recv_timeout(Duration::from_secs(5)).is_ok());
    }

    #[tokio::test]
    async fn a_panic_is_an_internal_error() {
        let door = Executor::patient(Handle::current(), 1);
        let error = door.run(|| -> Outcome<()> { panic!("boom") }).await.unwrap_err();
        assert_eq!(error.code().text, "internal");
    }
}
