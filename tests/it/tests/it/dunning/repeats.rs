//! Runs that are repeated, tried out, interrupted, cancelled, replayed.

use app::access::authenticate::system_ctx;
use app::dunning::run::{StartRun, start_run};
use app::dunning::work;
use kernel::clock::Clock as _;
use kernel::id::LegalEntityId;
use serde_json::json;
use testkit::push::{account, invoice};

use super::{Book, outcome, text};
use crate::repeat::{Sample, done_once};

/// A book with accounts `A1` to `An`, each with one invoice of 100 due on 20 February.
fn many(accounts: usize) -> Book {
    let book = Book::new();
    let ids = (1..=accounts).map(|n| format!("A{n}")).collect::<Vec<_>>();
    let dates = ("2026-01-02", "2026-02-20");
    book.app
        .push("ERP-E1")
        .accounts(ids.iter().map(|a| account(a, "P1")).collect())
        .receivables(ids.iter().map(|a| invoice(&format!("I-{a}"), a, "100.00", dates)).collect())
        .finish();
    book
}

#[test]
fn running_twice_is_running_once() {
    let book = Book::owing("2026-02-20");
    let body = json!({ "legal_entity_id": book.entity });
    let first = book.run();
    let second = book.start(&body).expect(200);
    assert_eq!(first["id"], second["id"]);
    assert_eq!((book.count("decision"), book.count("message"), book.count("action")), (1, 1, 1));
}

#[test]
fn two_starts_at_once_are_one_run() {
    let book = many(20);
    let body = json!({ "legal_entity_id": book.entity });
    let answers = std::thread::scope(|scope| {
        let start = || book.start(&body);
        let threads = [scope.spawn(start), scope.spawn(start), scope.spawn(start)];
        threads.map(|t| t.join().expect("an answer"))
    });
    let mut statuses = answers.iter().map(|a| a.status).collect::<Vec<_>>();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 201]);
    let run = answers[0].json();
    assert!(answers.iter().all(|a| a.json()["id"] == run["id"]));
    assert_eq!(book.ended(&run)["counts"]["act"], 20);
    assert_eq!((book.count("dunning_run"), book.count("message")), (1, 20));
}

#[test]
fn a_dry_run_keeps_its_decisions_and_does_nothing_about_them() {
    let book = Book::owing("2026-02-20");
    let body = json!({ "legal_entity_id": book.entity, "dry_run": true, "business_on": "2026-03-20" });
    let dry = book.ended(&book.start(&body).expect(201));
    assert_eq!((text(&dry["business_on"]), &dry["counts"]["act"]), ("2026-03-20", &json!(1)));
    let decisions = book.items(&format!("/v1/decisions?run={}", text(&dry["id"])));
    assert_eq!((outcome(&decisions[0]).0, &decisions[0]["dry_run"]), ("act", &json!(true)));
    for table in ["action", "message", "message_item", "dunning_standing"] {
        assert_eq!(book.count(table), 0, "{table}");
    }
    // The same facts give the same fingerprint; the real run is not hindered.
    let again = book.ended(&book.start(&body).expect(201));
    assert_eq!(again["digest"], dry["digest"]);
    let today = json!({ "legal_entity_id": book.entity, "dry_run": true });
    let tried = book.ended(&book.start(&today).expect(201));
    assert_eq!(book.run()["digest"], tried["digest"]);
}

#[test]
fn a_start_tried_out_starts_nothing() {
    let book = Book::owing("2026-02-20");
    let tried = book
        .app
        .post("/v1/dunning/runs?dry_run=true", &json!({ "legal_entity_id": book.entity }))
        .expect(200);
    assert_eq!(tried["events"][0]["kind"], "dunning.run_started");
    assert_eq!((book.count("dunning_run"), book.count("job")), (0, 0));
}

#[test]
fn a_real_run_is_for_today() {
    let book = Book::owing("2026-02-20");
    let start = |more: serde_json::Value| {
        let mut body = more;
        body["legal_entity_id"] = json!(book.entity);
        book.start(&body)
    };
    start(json!({ "business_on": "2026-03-05" })).refused(422, "run.date_not_today");
    start(json!({ "business_on": "2026-06-05", "dry_run": true })).refused(422, "run.date_out_of_range");
    start(json!({ "business_on": "2026-02-30", "dry_run": true })).refused(422, "date.invalid");
}

/// The server dies after the second of five chunks; another worker goes on after it.
#[test]
fn a_run_that_was_killed_goes_on_after_its_last_chunk() {
    let mut book = many(5);
    book.app.stop();
    let (app, ctx) = (&book.app.wired.api.app, system_ctx("test", book.app.wired.clock.now()));
    let cmd = StartRun {
        legal_entity: LegalEntityId::parse(&book.entity).expect("an id"),
        business_on: None,
        dry_run: false,
    };
    let started = start_run(app, &ctx, &cmd).expect("start").value.run;
    let job = app.store.transact("test", |tx| tx.claim_run_job(3600)).expect("claim").expect("a job");
    for _ in 0..2 {
        assert!(work::chunk(app, job, 1).expect("a chunk"));
    }
    assert_eq!(book.count("message"), 2);
    let idle = work::work_once(app, 1, &|| false).expect("look for work");
    assert!(!idle, "the lease of the dead worker still holds");
    book.app.database.sql("UPDATE job SET locked_until = now() - interval '1 second'");
    assert!(work::work_once(app, 1, &|| false).expect("work"));
    let state =
        book.app.database.sql("SELECT state, last_chunk, progress_done, length(digest) FROM dunning_run");
    assert_eq!(state, "finished|5|5|32");
    assert_eq!((book.count("message"), book.count("decision")), (5, 5));
    assert_eq!(book.count("(SELECT DISTINCT account_id FROM decision) d"), 5);
    let job_state = book.app.database.sql("SELECT state, progress_done, progress_total FROM job");
    assert_eq!(job_state, "finished|5|5");
    assert_eq!(started.progress_total, Some(5));
}

#[test]
fn a_server_that_stops_hands_its_run_over_between_two_chunks() {
    let mut book = many(3);
    book.app.stop();
    let (app, ctx) = (&book.app.wired.api.app, system_ctx("test", book.app.wired.clock.now()));
    let legal_entity = LegalEntityId::parse(&book.entity).expect("an id");
    let cmd = StartRun { legal_entity, business_on: None, dry_run: false };
    start_run(app, &ctx, &cmd).expect("start");
    let looked = std::cell::Cell::new(0);
    let stopping = || looked.replace(looked.get() + 1) == 1;
    assert!(work::work_once(app, 1, &stopping).expect("work"));
    assert_eq!(book.app.database.sql("SELECT state, last_chunk FROM dunning_run"), "running|1");
    assert!(work::work_once(app, 1, &|| false).expect("work"), "another one may take it at once");
    assert_eq!(book.count("message"), 3);
}

#[test]
fn a_cancelled_run_decides_no_more_and_another_may_start() {
    let mut book = many(3);
    book.app.stop();
    let (app, ctx) = (&book.app.wired.api.app, system_ctx("test", book.app.wired.clock.now()));
    let legal_entity = LegalEntityId::parse(&book.entity).expect("an id");
    let cmd = StartRun { legal_entity, business_on: None, dry_run: false };
    let run = start_run(app, &ctx, &cmd).expect("start").value.run;
    let job = app.store.transact("test", |tx| tx.claim_run_job(60)).expect("claim").expect("a job");
    assert!(work::chunk(app, job, 1).expect("a chunk"));
    let id = kernel::id::RunId(run.id);
    app::dunning::run::cancel_run(app, &ctx, id).expect("cancel");
    assert!(!work::chunk(app, job, 1).expect("nothing more"));
    assert_eq!(book.count("message"), 1);
    let error = app::dunning::run::cancel_run(app, &ctx, id).expect_err("it has ended");
    assert_eq!(error.code().text, "run.not_running");
    start_run(app, &ctx, &cmd).expect("start again");
    assert!(work::work_once(app, 10, &|| false).expect("work"));
    assert_eq!(book.count("message"), 3, "nobody is contacted twice");
}

#[test]
fn a_run_is_cancelled_once() {
    let book = many(1);
    // As if the worker of another instance held it: ours lets it alone.
    book.app.database.sql(
        "CREATE FUNCTION held() RETURNS trigger LANGUAGE plpgsql AS \
         $$BEGIN NEW.locked_until := now() + interval '1 hour'; RETURN NEW; END$$; \
         CREATE TRIGGER held BEFORE INSERT ON job FOR EACH ROW EXECUTE FUNCTION held()",
    );
    let run = book.start(&json!({ "legal_entity_id": book.entity })).expect(201);
    assert_eq!(text(&run["state"]), "running");
    let sample = Sample::bare(format!("/v1/dunning/runs/{}/cancel", text(&run["id"])));
    let effect = "SELECT r.state, r.xmin, j.state, j.xmin FROM dunning_run r JOIN job j ON j.id = r.job_id";
    let cancelled = done_once(&book.app, "cancel_dunning_run", &sample, effect);
    assert_eq!(text(&cancelled["state"]), "cancelled");
    assert_eq!((book.count("decision"), book.count("message")), (0, 0));
}

#[test]
fn a_run_that_fails_again_and_again_is_given_up_and_says_so() {
    let mut book = many(1);
    book.app.stop();
    let (app, ctx) = (&book.app.wired.api.app, system_ctx("test", book.app.wired.clock.now()));
    let legal_entity = LegalEntityId::parse(&book.entity).expect("an id");
    start_run(app, &ctx, &StartRun { legal_entity, business_on: None, dry_run: false }).expect("start");
    book.app.database.sql("ALTER TABLE decision RENAME TO decision_away");
    for _ in 0..5 {
        work::work_once(app, 10, &|| false).expect_err("it cannot work");
        book.app.database.sql("UPDATE job SET locked_until = NULL");
    }
    book.app.database.sql("ALTER TABLE decision_away RENAME TO decision");
    let state = book.app.database.sql("SELECT r.state, r.state_reason, j.state FROM dunning_run r, job j");
    assert_eq!(state, "failed|run.attempts_used_up: internal|failed");
    start_run(app, &ctx, &StartRun { legal_entity, business_on: None, dry_run: false }).expect("start again");
    assert!(work::work_once(app, 10, &|| false).expect("work"));
    assert_eq!(book.count("message"), 1);
}

#[test]
fn a_replay_takes_every_stored_decision_to_the_same_end() {
    let book = many(7);
    let run = book.run();
    let path = format!("/v1/dunning/runs/{}/replay", text(&run["id"]));
    let replay = book.app.get(&path).expect(200);
    assert_eq!(
        (&replay["decisions"], &replay["equal"], &replay["holds"]),
        (&json!(7), &json!(7), &json!(true))
    );
    assert_eq!(replay["digest"], replay["stored_digest"]);
    // A decision whose facts somebody changed is found.
    book.app.database.sql(
        "UPDATE decision SET facts = jsonb_set(facts, '{items,0,open}', '\"99.00\"') \
         WHERE id = (SELECT id FROM decision LIMIT 1)",
    );
    let replay = book.app.get(&path).expect(200);
    assert_eq!((&replay["holds"], replay["different"].as_array().map(Vec::len)), (&json!(false), Some(1)));
    assert_ne!(replay["digest"], replay["stored_digest"]);
}

#[test]
fn a_run_needs_a_scenario_in_force() {
    let book = Book::owing("2026-02-20");
    book.app.database.sql("UPDATE legal_entity SET scenario_code = 'none'");
    let answer = book.start(&json!({ "legal_entity_id": book.entity }));
    answer.refused(412, "scenario.active_missing");
}

#[test]
fn a_legal_entity_out_of_reach_cannot_be_run() {
    let book = Book::owing("2026-02-20");
    let other = book.app.entity("E2");
    let key = book.app.key(&["manager"], Some(&[("legal_entity", &other)]));
    let body = json!({ "legal_entity_id": book.entity });
    let answer = book.app.call("POST", "/v1/dunning/runs").bearer(&key).json(&body).send();
    answer.refused(403, "auth.out_of_scope");
}
