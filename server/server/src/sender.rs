//! The worker that sends: looks at what is due, hands over outside of any transaction, records what is known.

use std::sync::Arc;
use std::time::Duration;

use app::access::authenticate::system_ctx;
use app::messages::outcome::{HandedOver, lose_track, record_outcome};
use app::messages::send::{HandOver, Look, Means, send_next};
use bridge::Api;
use kernel::{Error, Outcome};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

use crate::courier::{Hand, Relays};
use crate::press::TypstPress;

/// How often an idle worker looks again.
const IDLE: Duration = Duration::from_secs(1);
/// How long it rests when the database does not answer.
const AFTER_ERROR: Duration = Duration::from_secs(5);
/// How often it looks for reservations whose process died.
const SWEEP: Duration = Duration::from_mins(1);

fn told(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        tracing::error!(cause = %error, "a hand-over failed");
    }
}

fn rests(error: &Error) {
    tracing::warn!(code = error.code().text, cause = error.internal(), "sending rests");
}

fn set_aside(error: &Error) {
    tracing::error!(code = error.code().text, cause = error.internal(), "a message was set aside");
}

/// What every worker holds.
#[derive(Clone)]
pub struct Sender {
    pub api: Api,
    pub press: Arc<TypstPress>,
    pub relays: Arc<Relays>,
}

impl Sender {
    /// Sends until told to stop, then waits for the hand-overs under way. Any number of workers and instances may do so: each
    /// message is locked while one looks. A hand-over does not keep its worker from looking further.
    pub async fn run(self, mut stopped: watch::Receiver<bool>) {
        let mut under_way = JoinSet::new();
        while !*stopped.borrow() {
            while let Some(ended) = under_way.try_join_next() {
                told(ended);
            }
            let pause = match self.look().await {
                Ok(Look::HandOver(mail)) => {
                    let hand = self.relays.begin(&mail.relay);
                    under_way.spawn(self.clone().hand_over(mail, hand));
                    continue;
                }
                Ok(Look::Settled) => continue,
                Ok(Look::SetAside(error)) => {
                    set_aside(&error);
                    continue;
                }
                Ok(Look::Idle) => IDLE,
                Err(error) => {
                    rests(&error);
                    AFTER_ERROR
                }
            };
            tokio::select! {
                changed = stopped.changed() => if changed.is_err() { break },
                () = self.relays.freed(), if pause == IDLE => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
        while let Some(ended) = under_way.join_next().await {
            told(ended);
        }
    }

    async fn hand_over(self, mail: Box<HandOver>, hand: Hand) {
        let what = self.relays.hand_over(&mail).await;
        if let Err(error) = self.record(mail, what).await {
            rests(&error);
        }
        drop(hand);
    }

    /// Looks at one message and, if it may go, hands it over and waits for the outcome: `Some(true)`. `None` when nothing is due.
    ///
    /// # Errors
    /// `database.unavailable`.
    pub async fn send_one(&self) -> Outcome<Option<bool>> {
        match self.look().await? {
            Look::Idle => Ok(None),
            Look::Settled => Ok(Some(false)),
            Look::SetAside(error) => {
                set_aside(&error);
                Ok(Some(false))
            }
            Look::HandOver(mail) => {
                let what = self.relays.hand_over(&mail).await;
                self.record(mail, what).await.map(|()| Some(true))
            }
        }
    }

    async fn look(&self) -> Outcome<Look> {
        let (api, press, relays) = (self.api.clone(), self.press.clone(), self.relays.clone());
        self.api
            .bulk
            .run(move || {
                let ctx = system_ctx("sender", api.app.clock.now());
                let means = Means { press: press.as_ref(), courier: relays.as_ref() };
                send_next(&api.app, &ctx, means)
            })
            .await
    }

    async fn record(&self, mail: Box<HandOver>, what: HandedOver) -> Outcome<()> {
        let api = self.api.clone();
        let mail = Arc::new(*mail);
        loop {
            let (api, mail, what) = (api.clone(), mail.clone(), what.clone());
            let recorded = self.api.bulk.run(move || {
                let ctx = system_ctx("sender", api.app.clock.now());
                record_outcome(&api.app, &ctx, &mail, &what)
            });
            match recorded.await {
                // Until it is recorded the message counts as reserved, and later as unknown: never as sent twice.
                Err(error) if error.kind() == kernel::ErrorKind::Unavailable => {
                    tracing::warn!(code = error.code().text, "an outcome waits for the database");
                    tokio::time::sleep(AFTER_ERROR).await;
                }
                other => return other,
            }
        }
    }

    /// Looks for reservations whose process died, now and then.
    pub async fn sweep(self, mut stopped: watch::Receiver<bool>) {
        while !*stopped.borrow() {
            let api = self.api.clone();
            let swept = self.api.bulk.run(move || {
                let ctx = system_ctx("sender", api.app.clock.now());
                lose_track(&api.app, &ctx)
            });
            match swept.await {
                Ok(0) => {}
                Ok(lost) => tracing::warn!(lost, "messages whose outcome nobody knows"),
                Err(error) => tracing::warn!(code = error.code().text, "reservations could not be looked at"),
            }
            let waited = tokio::time::timeout(SWEEP, stopped.changed()).await;
            if matches!(waited, Ok(Err(_))) {
                return;
            }
        }
    }
}
