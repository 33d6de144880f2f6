//! How long a dunning run takes over a filled database: `cargo run --release -p store --example dunning_run -- URL [dry]`.
//!
//! It carries out one run of the first legal entity that has a time for its daily run, and tells how long it took.
#![expect(clippy::print_stdout, reason = "an example prints its result")]

use std::sync::Arc;
use std::time::Instant as Stopwatch;

use app::App;
use app::access::authenticate::system_ctx;
use app::dunning::run::{StartRun, start_run};
use app::dunning::{CHUNK_GROUPS, work};
use kernel::clock::{Clock, Ids};
use kernel::id::LegalEntityId;
use kernel::{Error, Instant, Outcome};
use store::{PgStore, PoolOptions};
use uuid::Uuid;

struct Machine;

impl Clock for Machine {
    #[expect(clippy::disallowed_methods, reason = "this is the clock of an example")]
    fn now(&self) -> Instant {
        chrono::Utc::now()
    }
}

impl Ids for Machine {
    #[expect(clippy::disallowed_methods, reason = "these are the ids of an example")]
    fn next(&self) -> Uuid {
        Uuid::now_v7()
    }
}

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().unwrap_or_default();
    let dry_run = arguments.next().as_deref() == Some("dry");
    let ids: Arc<dyn Ids> = Arc::new(Machine);
    let store = PgStore::open(&PoolOptions::new(url), Arc::clone(&ids));
    let app = App { store: Arc::new(store), clock: Arc::new(Machine), ids };
    let ctx = system_ctx("measure", app.clock.now());
    app::seed::plant_all(&app, &ctx)?;
    let entities = app.store.view("entities", |tx| tx.scheduled_entities())?;
    let entity = entities.first().ok_or_else(|| Error::new(&app::codes::NOT_FOUND))?;
    let cmd = StartRun { legal_entity: LegalEntityId(entity.id), business_on: None, dry_run };
    let started = Stopwatch::now();
    let run = start_run(&app, &ctx, &cmd)?.value.run;
    println!("start: {} ms", started.elapsed().as_millis());
    while work::work_once(&app, CHUNK_GROUPS, &|| false)? {}
    let run = app.store.view("run", |tx| tx.run(run.id))?;
    println!("run: {} ms, {:?}", started.elapsed().as_millis(), run.map(|r| (r.state, r.counts)));
    Ok(())
}
