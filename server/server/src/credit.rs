//! Background work of credit: adds up what exposure has moved by, ends reservations, records what was answered while the database
//! was away, ends applications nobody decided, puts limits on the review agenda, and looks at groups whose relations begin or end.

use std::time::Duration;

use app::access::authenticate::system_ctx;
use app::credit::degraded::record_degraded;
use app::credit::exposure::fold;
use app::credit::groups::{today, turn_day};
use app::credit::limits::applications::expire_applications;
use app::credit::limits::reviews::generate_reviews;
use app::credit::release::expire_reservations;
use kernel::{Date, Error};
use tokio::sync::watch;

use crate::wire::Wired;

/// How often what is due is looked for.
const EVERY: Duration = Duration::from_secs(2);
/// How often exposure is added up. Readers count what is not added up yet, so this is about speed alone: a push moves an account many
/// times, and what is added up together is written once.
const ADD_UP_EVERY: Duration = Duration::from_secs(10);
/// Days looked back on at a start: a server that stood still missed their beginnings and ends.
const DAYS_BACK: u64 = 31;

/// Does what is due, until told to stop. Any number of instances may do so: rows that one takes the others leave.
pub(crate) async fn keep(wired: Wired, mut stopped: watch::Receiver<bool>) {
    let mut turned = None;
    while !*stopped.borrow() {
        expire(&wired).await;
        turned = turn(&wired, turned).await;
        let waited = tokio::time::timeout(EVERY, stopped.changed()).await;
        if matches!(waited, Ok(Err(_))) {
            return;
        }
    }
}

/// Adds up exposure, until told to stop. Of any number of instances one does so at a time.
pub(crate) async fn add_up(wired: Wired, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        let app = wired.api.app.clone();
        let more = match wired.api.bulk.run(move || fold(&app)).await {
            Ok(more) => more,
            Err(error) => {
                rests(&error);
                false
            }
        };
        let pause = if more { Duration::ZERO } else { ADD_UP_EVERY };
        let waited = tokio::time::timeout(pause, stopped.changed()).await;
        if matches!(waited, Ok(Err(_))) {
            return;
        }
    }
}

/// Ends reservations whose time has passed, and records what was answered while the database was away.
async fn expire(wired: &Wired) {
    let app = wired.api.app.clone();
    let done = wired.api.bulk.run(move || {
        let ctx = system_ctx("credit", app.clock.now());
        while record_degraded(&app, &ctx)? > 0 {}
        while expire_reservations(&app, &ctx)? {}
        while expire_applications(&app, &ctx)? {}
        Ok(())
    });
    if let Err(error) = done.await {
        rests(&error);
    }
}

/// Turns the groups to the present day, once a day.
async fn turn(wired: &Wired, turned: Option<Date>) -> Option<Date> {
    let now = wired.api.app.clock.now();
    let day = today(now);
    if turned == Some(day) {
        return turned;
    }
    let from = turned.or_else(|| day.checked_sub_days(chrono::Days::new(DAYS_BACK))).unwrap_or(day);
    let ctx = system_ctx("credit", now);
    let app = wired.api.app.clone();
    let turning = move || {
        while generate_reviews(&app, &ctx)? > 0 {}
        turn_day(&app, &ctx, from, day)
    };
    match wired.api.bulk.run(turning).await {
        Ok(_) => Some(day),
        Err(error) => {
            rests(&error);
            turned
        }
    }
}

fn rests(error: &Error) {
    tracing::warn!(code = error.code().text, cause = error.internal(), "the background work of credit rests");
}
