//! Scores: one party, the whole portfolio, what people say above them, and the accounts they rest on.

use app::access::authenticate::system_ctx;
use app::credit::scoring::run::start_score_run;
use app::credit::scoring::work;
use proto::v1::{EntryRow, PartyRow, ReceivableRow};
use serde_json::{Value, json};
use testkit::TestApp;
use testkit::push::{account, invoice, party, payment};
use testkit::wait;

use crate::credit_checks::policy;
use crate::reads::{column, text};
use crate::repeat::{Sample, done_once};

/// A book whose customers pay: A1 on time, A2 forty days late, A3 never.
fn book() -> TestApp {
    let app = TestApp::start();
    app.entity("E1");
    let parties = (1..=3).map(|n| party(&format!("P{n}"), &format!("Cliente {n}"))).collect();
    let accounts = (1..=3).map(|n| account(&format!("A{n}"), &format!("P{n}"))).collect();
    let due = ("2025-11-01", "2025-12-01");
    app.push("ERP-E1")
        .parties(parties)
        .accounts(accounts)
        .receivables((1..=3).map(|n| invoice(&format!("F{n}"), &format!("A{n}"), "100.00", due)).collect())
        .entries(vec![
            payment("Z1", "A1", "F1", ("100.00", "2025-12-01")),
            payment("Z2", "A2", "F2", ("100.00", "2026-01-10")),
        ])
        .finish();
    app
}

fn party_of(app: &TestApp, number: u32) -> String {
    let found = app.get(&format!("/v1/parties?name=Cliente%20{number}")).expect(200);
    text(&found["items"][0]["id"])
}

fn score(app: &TestApp, party: &str) -> Value {
    let reply = app.post("/v1/scores", &json!({ "party_id": party }));
    assert!(matches!(reply.status, 200 | 201), "{}", reply.text());
    reply.json()
}

fn run(app: &TestApp) -> Value {
    let started = app.post("/v1/score-runs", &json!({})).expect(201);
    let path = format!("/v1/score-runs/{}", text(&started["id"]));
    wait::until("the portfolio is scored", || app.get(&path).expect(200)["state"] != "running");
    app.get(&path).expect(200)
}

#[test]
fn a_party_is_scored_with_the_reason_of_every_point() {
    let app = book();
    let late = party_of(&app, 2);
    let found = score(&app, &late);
    let lines = found["explanation"]["lines"].as_array().expect("lines");
    let line = |code: &str| lines.iter().find(|l| l["variable"] == code).expect("a line").clone();
    assert_eq!((&line("days_late")["value"], &line("days_late")["points"]), (&json!("40"), &json!("15")));
    assert_eq!(line("external")["missing"], json!({ "policy": "leave_out", "cause": "unknown" }));
    // 30 × 15 + 15 × 0 + 20 × 100 + 10 × 20 + 10 × 100, over the 85 of what is known.
    let decimal = |v: &Value| text(v).parse::<kernel::Decimal>().expect("a decimal");
    let sum = lines.iter().map(|l| decimal(&l["contribution"])).sum::<kernel::Decimal>();
    assert_eq!(decimal(&found["points"]), sum);
    assert_eq!((&found["class"], &found["reason"]), (&json!("D"), &json!("by_points")));
    // What would reach the next class is told, and has been seen to.
    let better = &found["explanation"]["nearest"][0];
    assert_eq!((&better["direction"], &better["class"]), (&json!("better"), &json!("C")));
    assert_eq!(better["none_single"], better["change"].is_null());
    assert!(better["change"]["fact"].is_string(), "{better}");
}

#[test]
fn a_score_that_says_the_same_is_not_written_again() {
    let app = book();
    let id = party_of(&app, 1);
    let first = app.post("/v1/scores", &json!({ "party_id": id })).expect(201);
    let again = app.post("/v1/scores", &json!({ "party_id": id })).expect(200);
    assert_eq!(first["id"], again["id"]);
    assert_eq!(app.database.sql("SELECT count(*) FROM score").trim(), "1");
    // Five months later the same facts give other points: the relationship is older, the payments are too.
    app.set_clock("2026-08-15T10:00:00Z".parse().expect("an instant"));
    let later = app.post("/v1/scores", &json!({ "party_id": id })).expect(201);
    assert_eq!(later["former_class"], first["class"]);
    let all = app.get(&format!("/v1/scores?party={id}")).expect(200);
    assert_eq!(column(&all, "id"), [text(&later["id"]), text(&first["id"])]);
    let current = app.get(&format!("/v1/scores?party={id}&current=true")).expect(200);
    assert_eq!(column(&current, "id"), [text(&later["id"])]);
    // As it was known on a day before.
    let then = app.get(&format!("/v1/parties/{id}/rating?on=2026-06-01")).expect(200);
    assert_eq!(then["score"]["id"], first["id"]);
}

#[test]
fn the_whole_portfolio_is_scored_in_one_run_and_only_changes_are_written() {
    let app = book();
    let first = run(&app);
    assert_eq!((&first["state"], &first["counts"]["parties"]), (&json!("finished"), &json!(3)));
    assert_eq!((&first["progress_done"], &first["counts"]["written"]), (&json!(3), &json!(3)));
    let job = app.get(&format!("/v1/jobs/{}", text(&first["job_id"]))).expect(200);
    assert_eq!((&job["state"], &job["progress_done"]), (&json!("finished"), &json!(3)));
    assert_eq!(run(&app)["counts"]["written"], 0);
    assert_eq!(app.database.sql("SELECT count(*) FROM score").trim(), "3");
    let classes =
        |n| text(&app.get(&format!("/v1/parties/{}/rating", party_of(&app, n))).expect(200)["class"]);
    assert!(classes(1) < classes(2), "who pays on time is in a better class");
    // Insolvency puts into the worst class with the next run, which tells whom it moved.
    app.database.sql("UPDATE party SET insolvent_since = '2026-03-01' WHERE name = 'Cliente 1'");
    let second = run(&app);
    assert_eq!((&second["counts"]["written"], &second["counts"]["worse"]), (&json!(1), &json!(1)));
    assert_eq!(classes(1), "E");
    app.sequence_events();
    let told = app.database.sql(
        "SELECT p.payload::jsonb #>> '{after,class_changes,0,to}' FROM event e JOIN event_payload p ON p.event_id = e.id \
         WHERE e.kind = 'credit.portfolio_chunk_scored' ORDER BY e.recorded_at DESC LIMIT 1",
    );
    assert_eq!(told.trim(), "E");
}

#[test]
fn a_run_that_was_killed_goes_on_after_its_last_chunk() {
    let mut app = book();
    app.stop();
    let (inner, ctx) = (&app.wired.api.app, system_ctx("test", app.now()));
    start_score_run(inner, &ctx, "standard").expect("start");
    let job = inner.store.transact("test", |tx| tx.claim_score_job(3600)).expect("claim").expect("a job");
    assert!(work::step(inner, job, 1).expect("a chunk"));
    assert!(!work::work_once(inner, 1, &|| false).expect("look"), "the lease of the dead worker still holds");
    app.database.sql("UPDATE job SET locked_until = now() - interval '1 second'");
    assert!(work::work_once(inner, 1, &|| false).expect("work"));
    assert_eq!(app.database.sql("SELECT state, progress_done FROM score_run").trim(), "finished|3");
    assert_eq!(app.database.sql("SELECT count(*), count(DISTINCT party_id) FROM score").trim(), "3|3");
}

#[test]
fn a_scoring_is_cancelled_once() {
    let app = book();
    // A run whose job no worker takes.
    let made = app.database.sql(
        "WITH j AS (INSERT INTO job (id, kind, payload, run_at, created_at, event_id) \
             VALUES (gen_random_uuid(), 'test', '{}', now(), now(), gen_random_uuid()) RETURNING id) \
         INSERT INTO score_run (id, scorecard_code, scorecard_version, scored_on, state, counts, started_at, job_id, event_id) \
         SELECT gen_random_uuid(), 'standard', 1, '2026-03-04', 'running', '{}', now(), j.id, gen_random_uuid() FROM j \
         RETURNING r.pid('srn', id)",
    );
    let id = made.lines().next().expect("an id").to_owned();
    assert_eq!(app.post("/v1/score-runs", &json!({})).expect(200)["id"], json!(id), "one at a time");
    let sample = Sample::bare(format!("/v1/score-runs/{id}/cancel"));
    let cancelled = done_once(&app, "cancel_scoring", &sample, "SELECT state, xmin FROM score_run");
    assert_eq!(cancelled["state"], "cancelled");
    app.post(&format!("/v1/score-runs/{id}/cancel"), &json!({})).refused(409, "score_run.not_running");
}

#[test]
fn an_old_score_is_reproduced_by_its_old_version() {
    let app = book();
    let id = party_of(&app, 2);
    let old = score(&app, &id);
    let mut document = app.get("/v1/rule-sets/scorecard/standard").expect(200)["document"].clone();
    document["variables"][0]["weight"] = json!("60");
    app.post("/v1/rule-sets/scorecard", &json!({ "document": document })).expect(201);
    app.post("/v1/rule-sets/scorecard/standard/versions/2/activate", &json!({})).expect(200);
    let new = score(&app, &id);
    assert_eq!((&old["scorecard_version"], &new["scorecard_version"]), (&json!(1), &json!(2)));
    assert_ne!(old["points"], new["points"]);
    for found in [&old, &new] {
        let replay = app.get(&format!("/v1/scores/{}/replay", text(&found["id"]))).expect(200);
        assert_eq!((&replay["holds"], &replay["points"]), (&json!(true), &found["points"]), "{replay}");
    }
    app.database.sql("UPDATE score SET points = points + 1 WHERE superseded_at IS NOT NULL");
    let replay = app.get(&format!("/v1/scores/{}/replay", text(&old["id"]))).expect(200);
    assert_eq!(replay["holds"], false);
}

#[test]
fn an_override_wins_until_its_day_and_its_end_is_told() {
    let app = book();
    let id = party_of(&app, 1);
    score(&app, &id);
    let body = |class: &str, until: &str| json!({ "party_id": id, "class": class, "reason": "claim", "until": until });
    let set = |body: &Value| app.post("/v1/rating-overrides", body);
    set(&body("Z", "2026-04-30")).refused(422, "rating_override.class_unknown");
    set(&body("E", "2020-01-01")).refused(422, "rating_override.dates");
    set(&body("E", "2036-01-01")).refused(422, "rating_override.dates");
    set(&json!({ "party_id": id, "class": "E", "reason": " ", "until": "2026-04-30" }))
        .refused(422, "rating_override.reason_missing");
    let word = set(&body("E", "2026-04-30")).expect(201);
    set(&body("D", "2026-05-30")).refused(409, "rating_override.overlaps");
    let on = |day: &str| {
        let rating = app.get(&format!("/v1/parties/{id}/rating?on={day}")).expect(200);
        (text(&rating["class"]), text(&rating["origin"]))
    };
    assert_eq!(on("2026-04-30"), ("E".to_owned(), "override".to_owned()));
    assert_eq!(on("2026-05-01").1, "score");
    assert_ne!(on("2026-05-01").0, "E");
    app.set_clock("2026-05-02T10:00:00Z".parse().expect("an instant"));
    assert_eq!(app::credit::scoring::overrides::tell_expired(&app.wired.api.app).expect("tell"), 1);
    assert_eq!(app::credit::scoring::overrides::tell_expired(&app.wired.api.app).expect("tell"), 0);
    let told = app.database.sql("SELECT count(*) FROM event WHERE kind = 'credit.rating_override_expired'");
    assert_eq!(told.trim(), "1");
    app.post(&format!("/v1/rating-overrides/{}/end", text(&word["id"])), &json!({}))
        .refused(409, "rating_override.ended");
}

#[test]
fn a_rating_of_a_past_day_is_told_as_it_was_known_then() {
    let app = book();
    let id = party_of(&app, 1);
    let words = |on: &str| {
        let rating = app.get(&format!("/v1/parties/{id}/rating?on={on}")).expect(200);
        rating["overrides"].as_array().map(Vec::len)
    };
    let body = json!({ "party_id": id, "class": "E", "reason": "claim", "from": "2026-03-01", "until": "2026-06-30" });
    let word = app.post("/v1/rating-overrides", &body).expect(201);
    app.set_clock("2026-03-10T10:00:00Z".parse().expect("an instant"));
    app.post(&format!("/v1/rating-overrides/{}/end", text(&word["id"])), &json!({})).expect(200);
    assert_eq!(words("2026-03-03"), Some(0), "it was set for this day when the day was over");
    assert_eq!(words("2026-03-06"), Some(1), "it was ended later");
    assert_eq!(words("2026-03-10"), Some(0));
}

#[test]
fn an_override_holds_for_all_that_its_party_comes_to_count_with() {
    let app = book();
    let (first, second) = (party_of(&app, 1), party_of(&app, 2));
    let body = json!({ "party_id": second, "class": "E", "reason": "claim", "until": "2026-06-30" });
    app.post("/v1/rating-overrides", &body).expect(201);
    let merged = json!({ "party_id": second, "related_party_id": first, "kind": "merged" });
    app.post("/v1/party-relations", &merged).expect(201);
    for party in [&first, &second] {
        let rating = app.get(&format!("/v1/parties/{party}/rating")).expect(200);
        assert_eq!((&rating["class"], &rating["origin"]), (&json!("E"), &json!("override")), "{rating}");
        let listed = app.get(&format!("/v1/rating-overrides?party={party}")).expect(200);
        assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));
    }
    // Where rules read it, too.
    let rules = json!([{ "code": "worst", "name": { "en": "Worst", "es": "Peor" }, "priority": 5, "then": "refuse",
        "when": "score.class == 'E'" }]);
    policy(&app, &json!({ "rules": rules }));
    let asked = json!({ "source": "ERP-E1", "account_external_id": "A1", "amount": "1.00", "currency": "EUR",
        "checkpoint": "order" });
    let answer = app.post("/v1/credit/checks", &asked).expect(201);
    assert_eq!(answer["reasons"][0]["code"], "worst", "{answer}");
}

#[test]
fn an_override_is_ended_once() {
    let app = book();
    let id = party_of(&app, 1);
    let body = json!({ "party_id": id, "class": "E", "reason": "claim", "until": "2026-06-30" });
    let word = app.post("/v1/rating-overrides", &body).expect(201);
    let sample = Sample::bare(format!("/v1/rating-overrides/{}/end", text(&word["id"])));
    let ended =
        done_once(&app, "end_rating_override", &sample, "SELECT superseded_at, xmin FROM rating_override");
    assert!(ended["ended_at"].is_string());
    assert_eq!(app.get(&format!("/v1/parties/{id}/rating")).expect(200)["class"], Value::Null);
}

fn statement(party: &str, closes_on: &str, equity: &str) -> Value {
    json!({ "party_id": party, "closes_on": closes_on, "currency": "EUR", "assurance": "filed",
        "figures": { "total_assets": "1000", "equity": equity, "current_assets": "600", "current_liabilities": "400",
            "total_liabilities": (1000 - equity.parse::<i32>().expect("a number")).to_string(),
            "retained_earnings": "250", "ebit": "140" } })
}

#[test]
fn statements_are_superseded_and_give_ratios_that_scores_use() {
    let app = book();
    let id = party_of(&app, 1);
    let record = |body: &Value| app.post("/v1/financial-statements", body);
    record(&statement(&id, "2024-12-31", "300")).expect(201);
    let first = record(&statement(&id, "2025-12-31", "350")).expect(201);
    assert_eq!(record(&statement(&id, "2025-12-31", "350")).expect(200)["id"], first["id"]);
    let second = record(&statement(&id, "2025-12-31", "400")).expect(201);
    assert_eq!((&second["version"], &second["figures"]["equity"]), (&json!(2), &json!("400")));
    let ratios = app.get(&format!("/v1/parties/{id}/ratios")).expect(200);
    assert_eq!(ratios.as_array().map(Vec::len), Some(2));
    assert_eq!(ratios[0]["ratios"]["equity_ratio"], "0.4");
    assert_eq!(ratios[0]["change"]["equity_ratio"], "0.1");
    assert_eq!(ratios[0]["ratios"]["interest_cover"], Value::Null, "a missing figure gives no ratio");
    assert_eq!(ratios[0]["zone"], "safe");
    let found = score(&app, &id);
    let lines = found["explanation"]["lines"].as_array().expect("lines");
    let solvency = lines.iter().find(|l| l["variable"] == "solvency").expect("a line");
    assert_eq!(solvency["value"], ratios[0]["ratios"]["z_score"]);
    record(&json!({ "party_id": id, "closes_on": "2025-12-31", "currency": "EUR", "assurance": "filed",
        "figures": { "revenue": "-1" } }))
    .refused(422, "financial_statement.sign");
    record(&json!({ "party_id": id, "closes_on": "2025-12-31", "currency": "EUR", "assurance": "filed",
        "figures": { "shoes": "1" } }))
    .refused(422, "value.unknown");
}

#[test]
fn a_statement_is_withdrawn_once() {
    let app = book();
    let id = party_of(&app, 1);
    let made = app.post("/v1/financial-statements", &statement(&id, "2025-12-31", "400")).expect(201);
    let path = format!("/v1/financial-statements/{}/withdraw", text(&made["id"]));
    let effect = "SELECT superseded_at, xmin FROM financial_statement";
    let withdrawn = done_once(&app, "withdraw_financial_statement", &Sample::bare(path.clone()), effect);
    assert!(withdrawn["superseded_at"].is_string());
    app.post(&path, &json!({})).refused(409, "financial_statement.not_current");
    assert_eq!(app.get(&format!("/v1/parties/{id}/ratios")).expect(200), json!([]));
}

#[test]
fn customer_numbers_of_one_tax_id_are_scored_as_one() {
    let app = TestApp::start();
    app.entity("E1");
    let with_id = |id: &str| proto::v1::PartyRow {
        tax_id: "B58818501".to_owned(),
        ..party(id, &format!("Doble {id}"))
    };
    app.push("ERP-E1")
        .parties(vec![with_id("P1"), with_id("P2")])
        .accounts(vec![account("A1", "P1"), account("A2", "P2")])
        .receivables(vec![invoice("F1", "A2", "100.00", ("2025-11-01", "2025-12-01"))])
        .entries(vec![payment("Z1", "A2", "F1", ("100.00", "2026-01-10"))])
        .finish();
    assert_eq!(run(&app)["counts"]["parties"], 1);
    let parties = app.get("/v1/parties?name=Doble").expect(200);
    let ratings = column(&parties, "id")
        .into_iter()
        .map(|id| text(&app.get(&format!("/v1/parties/{id}/rating")).expect(200)["score"]["id"]));
    let ratings = ratings.collect::<Vec<_>>();
    assert_eq!(ratings.len(), 2);
    assert_eq!(ratings[0], ratings[1]);
}

#[test]
fn a_scorecard_that_is_not_there_is_refused() {
    let app = book();
    let body = json!({ "party_id": party_of(&app, 1), "scorecard": "none" });
    app.post("/v1/scores", &body).refused(412, "scorecard.active_missing");
    app.post("/v1/score-runs", &json!({ "scorecard": "none" })).refused(412, "scorecard.active_missing");
}

#[test]
fn a_payment_that_came_back_is_overdue_in_the_score_and_a_dispute_is_not() {
    let app = book();
    let party = party_of(&app, 1);
    let overdue = || {
        let lines = score(&app, &party)["explanation"]["lines"].as_array().expect("lines").clone();
        text(&lines.into_iter().find(|l| l["variable"] == "overdue_now").expect("a line")["value"])
    };
    assert_eq!(overdue(), "0");
    let back = EntryRow { kind: "return".to_owned(), ..payment("R1", "A1", "F1", ("100.00", "2025-12-05")) };
    app.push("ERP-E1").entries(vec![back]).finish();
    let today = app.now().date_naive();
    let due = "2025-12-01".parse::<chrono::NaiveDate>().expect("a day");
    assert_eq!(overdue(), (today - due).num_days().to_string());
    let disputed =
        ReceivableRow { disputed: true, ..invoice("F1", "A1", "100.00", ("2025-11-01", "2025-12-01")) };
    app.push("ERP-E1").receivables(vec![disputed]).finish();
    assert_eq!(overdue(), "0");
}

#[test]
fn the_sector_of_a_party_counts_where_a_scorecard_reads_it() {
    let app = book();
    let sector = PartyRow { segment: "building".to_owned(), ..party("P1", "Cliente 1") };
    app.push("ERP-E1").parties(vec![sector]).finish();
    let mut document = app.get("/v1/rule-sets/scorecard/standard").expect(200)["document"].clone();
    let variable = json!({ "code": "sector", "name": { "en": "Sector", "es": "Sector" }, "fact": "party.segment",
        "weight": 10, "bins": [{ "values": ["building"], "points": 20 }, { "otherwise": true, "points": 80 }],
        "missing": { "policy": "leave_out" } });
    document["variables"].as_array_mut().expect("variables").push(variable);
    app.post("/v1/rule-sets/scorecard", &json!({ "document": document })).expect(201);
    app.post("/v1/rule-sets/scorecard/standard/versions/2/activate", &json!({})).expect(200);
    let points = |number: u32| {
        let lines =
            score(&app, &party_of(&app, number))["explanation"]["lines"].as_array().expect("lines").clone();
        text(&lines.into_iter().find(|l| l["variable"] == "sector").expect("a line")["points"])
    };
    assert_eq!((points(1), points(2)), ("20".to_owned(), "80".to_owned()));
}

#[test]
fn what_would_reach_the_next_class_is_told_also_where_no_bin_names_it_and_where_nothing_would() {
    let app = book();
    let sector = PartyRow { segment: "building".to_owned(), ..party("P1", "Cliente 1") };
    app.push("ERP-E1").parties(vec![sector]).finish();
    let mut document = app.get("/v1/rule-sets/scorecard/standard").expect(200)["document"].clone();
    document["variables"] = json!([{ "code": "sector", "name": { "en": "Sector", "es": "Sector" }, "fact": "party.segment",
        "weight": 10, "bins": [{ "values": ["building"], "points": 50 }, { "otherwise": true, "points": 70 }],
        "missing": { "policy": "refuse" } }]);
    app.post("/v1/rule-sets/scorecard", &json!({ "document": document })).expect(201);
    app.post("/v1/rule-sets/scorecard/standard/versions/2/activate", &json!({})).expect(200);
    let nearest = |number: u32| {
        let found = score(&app, &party_of(&app, number))["explanation"]["nearest"].clone();
        let better = found.as_array().expect("a list").iter().find(|n| n["direction"] == "better").cloned();
        better.expect("a better class")
    };
    let building = nearest(1);
    let to_other =
        json!({ "fact": "party.segment", "from": "building", "to": "other", "class": "B", "points": "70" });
    assert_eq!((&building["change"], &building["none_single"]), (&to_other, &json!(false)), "{building}");
    // In the better of two bins there is no better one.
    let rest = PartyRow { segment: "retail".to_owned(), ..party("P2", "Cliente 2") };
    app.push("ERP-E1").parties(vec![rest]).finish();
    let best = nearest(2);
    assert_eq!(
        (&best["change"], &best["none_single"], &best["class"]),
        (&Value::Null, &json!(true), &json!("A"))
    );
}

#[test]
fn how_much_of_its_limit_a_party_uses_counts_where_a_scorecard_reads_it() {
    let app = book();
    let cover = json!({ "holder_kind": "party", "holder_id": party_of(&app, 3), "limit_type": "insured", "currency": "EUR",
        "amount": "400.00", "reference": "POL-1", "from": "2026-01-01" });
    app.post("/v1/credit/limits", &cover).expect(201);
    let mut document = app.get("/v1/rule-sets/scorecard/standard").expect(200)["document"].clone();
    let variable = json!({ "code": "use", "name": { "en": "Use of the limit", "es": "Uso del límite" },
        "fact": "exposure.utilisation", "weight": 10,
        "bins": [{ "to": "0.5", "points": 80 }, { "from": "0.5", "points": 20 }], "missing": { "policy": "leave_out" } });
    document["variables"].as_array_mut().expect("variables").push(variable);
    app.post("/v1/rule-sets/scorecard", &json!({ "document": document })).expect(201);
    app.post("/v1/rule-sets/scorecard/standard/versions/2/activate", &json!({})).expect(200);
    let line = |score: &Value| {
        let lines = score["explanation"]["lines"].as_array().expect("lines").clone();
        lines.into_iter().find(|l| l["variable"] == "use").expect("a line")
    };
    let used = line(&score(&app, &party_of(&app, 3)));
    assert_eq!((&used["value"], &used["points"]), (&json!("0.25"), &json!("80")));
    assert_eq!(line(&score(&app, &party_of(&app, 2)))["missing"]["cause"], "unknown", "it has no limit");
    assert_eq!(run(&app)["counts"]["written"], 1, "the run sees the same of the two that were scored");
    // Parties have neither one account nor a request.
    document["variables"][0]["fact"] = json!("account.payment_terms_days");
    let checked = app.post("/v1/rule-sets/scorecard/check", &json!({ "document": document })).expect(200);
    assert_eq!(checked["valid"], false, "{checked}");
}
