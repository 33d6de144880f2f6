//! What bureaus say: by file, by hand and fetched; matched, waiting, or laid aside; and nothing twice.

use std::time::Duration;

use app::access::authenticate::system_ctx;
use app::credit::external::collect::collect;
use app::credit::external::intake::Intake;
use doubles::bureau::{Act, BureauDouble};
use serde_json::{Value, json};
use server::bureau::HttpRatings;
use testkit::TestApp;
use testkit::push::{account, party};

use crate::reads::{column, text};
use crate::repeat::{Sample, done_once};

/// A book with three customers, of whom two are known by a tax id, and a bureau with five grades.
fn book() -> TestApp {
    let app = TestApp::start();
    app.entity("E1");
    let known = |id: &str, tax_id: &str| proto::v1::PartyRow {
        tax_id: tax_id.to_owned(),
        country: "ES".to_owned(),
        ..party(id, &format!("Cliente {id}"))
    };
    app.push("ERP-E1")
        .parties(vec![known("P1", "B58818501"), known("P2", "A28015865"), party("P3", "Cliente P3")])
        .accounts((1..=3).map(|n| account(&format!("A{n}"), &format!("P{n}"))).collect())
        .finish();
    let bureau = json!({ "name": "Bureau", "grades": ["AA", "A", "B", "C", "D"], "valid_days": 180 });
    app.put("/v1/rating-providers/bureau", &bureau).expect(200);
    app
}

fn import(app: &TestApp, lines: &[&str]) -> Value {
    let csv = format!("tax_id;name;grade;probability;rated_on\n{}\n", lines.join("\n"));
    app.post("/v1/external-ratings/import", &json!({ "provider": "bureau", "csv": csv })).expect(200)
}

fn counts(intake: &Value) -> [u64; 5] {
    ["received", "taken", "duplicates", "inbox", "downgrades"].map(|n| intake[n].as_u64().expect("a number"))
}

#[test]
fn a_file_is_matched_and_what_fits_nobody_waits() {
    let app = book();
    let first = import(
        &app,
        &[
            "ES-B58818501;Uno;A;0.01;2026-01-15",
            "A28015865;Dos;B;;2026-01-15",
            "X0000000T;Nadie;C;;2026-01-15",
            "B58818501;Uno;Q;;2026-02-15",
            "A28015865;Dos;B;;not a day",
        ],
    );
    assert_eq!(counts(&first), [5, 2, 0, 3, 0]);
    let waiting = app.get("/v1/external-inbox?state=open").expect(200);
    let mut reasons = column(&waiting, "reason");
    reasons.sort_unstable();
    assert_eq!(reasons, ["invalid", "invalid", "unmatched"]);
    let problems = waiting["items"].as_array().expect("items").iter().map(|i| text(&i["problem"]));
    assert!(problems.into_iter().any(|p| p.starts_with("external_rating.grade_unknown")));
    let ratings = app.get("/v1/external-ratings").expect(200);
    assert_eq!(ratings["items"].as_array().map(Vec::len), Some(2));
}

#[test]
fn the_largest_file_is_taken_in_whole() {
    let app = book();
    let lines = (0..5_000).map(|n| {
        let day = chrono::NaiveDate::from_ymd_opt(2012, 5, 1).expect("a date") + chrono::Days::new(n);
        let tax_id = if n % 2 == 0 { "B58818501" } else { "X0000000T" };
        format!("{tax_id};Uno;A;0.01;{day}")
    });
    let lines = lines.collect::<Vec<_>>();
    let intake = import(&app, &lines.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(counts(&intake), [5_000, 2_500, 0, 2_500, 0]);
}

#[test]
fn the_same_file_again_writes_nothing() {
    let app = book();
    let lines = ["B58818501;Uno;A;;2026-01-15", "B58818501;Uno;A;;2026-01-15", "Z1;Nadie;C;;2026-01-15"];
    assert_eq!(counts(&import(&app, &lines)), [3, 1, 1, 1, 0]);
    let rows = "SELECT (SELECT count(*) FROM external_rating), (SELECT count(*) FROM external_inbox), \
        (SELECT count(*) FROM event WHERE kind LIKE 'credit.external%')";
    let before = app.database.sql(rows);
    assert_eq!(counts(&import(&app, &lines)), [3, 0, 3, 0, 0]);
    assert_eq!(app.database.sql(rows), before);
}

#[test]
fn a_downgrade_is_told_once_and_an_older_report_that_comes_late_is_none() {
    let app = book();
    import(&app, &["B58818501;Uno;A;;2026-01-15"]);
    assert_eq!(counts(&import(&app, &["B58818501;Uno;C;;2026-02-15"]))[4], 1);
    assert_eq!(
        counts(&import(&app, &["B58818501;Uno;D;;2026-01-20"]))[4],
        0,
        "it is older than what is known"
    );
    // Out of order within one file.
    let both = ["A28015865;Dos;C;;2026-02-20", "A28015865;Dos;AA;;2026-01-20"];
    assert_eq!(counts(&import(&app, &both))[4], 1);
    let told = app.database.sql("SELECT count(*) FROM event WHERE kind = 'credit.external_downgraded'");
    assert_eq!(told.trim(), "2");
    let party = text(&app.get("/v1/parties?tax_id=B58818501").expect(200)["items"][0]["id"]);
    let rating = app.get(&format!("/v1/parties/{party}/rating")).expect(200);
    let external = &rating["external"][0];
    assert_eq!((&external["grade"], &external["position"]), (&json!("C"), &json!("0.75")));
    let downgraded = app.get("/v1/external-ratings?downgrade=true").expect(200);
    assert_eq!(downgraded["items"].as_array().map(Vec::len), Some(2));
}

#[test]
fn another_scale_makes_nobody_worse_and_hides_nobody_who_is() {
    let app = book();
    let grades = |grades: &[&str]| {
        let provider = app.call("GET", "/v1/rating-providers/bureau").send();
        let tag = provider.header("etag").expect("a version");
        let body = json!({ "name": "Bureau", "grades": grades, "valid_days": 180 });
        app.call("PUT", "/v1/rating-providers/bureau").header("if-match", tag).json(&body).send().expect(200);
    };
    import(&app, &["B58818501;Uno;B;;2026-01-15"]);
    grades(&["AAA", "AA", "A", "B"]);
    assert_eq!(counts(&import(&app, &["B58818501;Uno;B;;2026-01-16"]))[4], 0, "the same grade");
    grades(&["AAA", "AA", "A", "B", "C"]);
    assert_eq!(counts(&import(&app, &["B58818501;Uno;C;;2026-01-17"]))[4], 1, "the last of both scales");
}

#[test]
fn an_external_rating_counts_in_the_score_until_it_is_too_old() {
    let app = book();
    let party = text(&app.get("/v1/parties?tax_id=B58818501").expect(200)["items"][0]["id"]);
    import(&app, &["B58818501;Uno;D;;2026-01-15"]);
    let value = || {
        let reply = app.post("/v1/scores", &json!({ "party_id": party })).json();
        let lines = reply["explanation"]["lines"].as_array().expect("lines").clone();
        lines.into_iter().find(|l| l["variable"] == "external").expect("a line")["value"].clone()
    };
    assert_eq!(value(), "1");
    app.set_clock("2026-08-01T10:00:00Z".parse().expect("an instant"));
    assert_eq!(value(), Value::Null, "180 days are over");
}

#[test]
fn what_was_said_of_one_party_is_said_of_all_that_count_as_one_with_it() {
    let app = book();
    let of = |query: &str| text(&app.get(&format!("/v1/parties?{query}")).expect(200)["items"][0]["id"]);
    let (first, second) = (of("tax_id=B58818501"), of("tax_id=A28015865"));
    import(&app, &["A28015865;Dos;D;;2026-01-15"]);
    let value = || {
        let lines =
            app.post("/v1/scores", &json!({ "party_id": first })).json()["explanation"]["lines"].clone();
        let found = lines.as_array().expect("lines").iter().find(|l| l["variable"] == "external").cloned();
        found.expect("a line")["value"].clone()
    };
    assert_eq!(value(), Value::Null);
    let merged = json!({ "party_id": second, "related_party_id": first, "kind": "merged" });
    app.post("/v1/party-relations", &merged).expect(201);
    assert_eq!(value(), "1", "found to be the same");
    let rating = app.get(&format!("/v1/parties/{first}/rating")).expect(200);
    assert_eq!(rating["external"][0]["grade"], "D", "shown, too: {rating}");
    // What comes now is compared with what was said of the other before.
    assert_eq!(counts(&import(&app, &["A28015865;Dos;A;;2026-02-15"]))[4], 0);
    assert_eq!(counts(&import(&app, &["B58818501;Uno;C;;2026-02-20"]))[4], 1);
}

fn waiting(app: &TestApp) -> String {
    import(app, &["Z999;Tres;C;;2026-01-15"]);
    text(&app.get("/v1/external-inbox?state=open").expect(200)["items"][0]["id"])
}

#[test]
fn a_report_is_matched_once() {
    let app = book();
    let id = waiting(&app);
    let party = text(&app.get("/v1/parties?name=Cliente%20P3").expect(200)["items"][0]["id"]);
    let other = text(&app.get("/v1/parties?name=Cliente%20P1").expect(200)["items"][0]["id"]);
    let path = format!("/v1/external-inbox/{id}/match");
    let sample = Sample {
        path: path.clone(),
        body: json!({ "party_id": party }),
        other: json!({ "party_id": other }),
    };
    let effect = "SELECT (SELECT count(*) FROM external_rating), state, xmin FROM external_inbox";
    let matched = done_once(&app, "match_external_report", &sample, effect);
    assert_eq!((&matched["state"], &matched["party_id"]), (&json!("matched"), &json!(party)));
    app.post(&path, &json!({ "party_id": party })).refused(409, "external_inbox.resolved");
    let rating = app.get(&format!("/v1/parties/{party}/rating")).expect(200);
    assert_eq!(rating["external"][0]["grade"], "C");
    assert_eq!(
        counts(&import(&app, &["Z999;Tres;C;;2026-01-15"]))[2],
        1,
        "it is not put into the inbox again"
    );
}

#[test]
fn a_report_is_laid_aside_once() {
    let app = book();
    let path = format!("/v1/external-inbox/{}/ignore", waiting(&app));
    let sample = Sample { path, body: json!({ "note": "wound up" }), other: json!({ "note": "other" }) };
    let ignored =
        done_once(&app, "ignore_external_report", &sample, "SELECT state, xmin FROM external_inbox");
    assert_eq!((&ignored["state"], &ignored["note"]), (&json!("ignored"), &json!("wound up")));
}

#[test]
fn a_file_is_taken_in_once() {
    let app = book();
    let body = |grade: &str| json!({ "provider": "bureau", "csv": format!("tax_id,grade,rated_on\nB58818501,{grade},2026-01-15\n") });
    let path = "/v1/external-ratings/import".to_owned();
    let sample = Sample { path, body: body("A"), other: body("B") };
    let effect = "SELECT count(*) FROM external_rating";
    let taken = done_once(&app, "import_external_ratings", &sample, effect);
    assert_eq!(counts(&taken), [1, 1, 0, 0, 0]);
}

#[test]
fn a_rating_is_written_down_once() {
    let app = book();
    let party = text(&app.get("/v1/parties?name=Cliente%20P3").expect(200)["items"][0]["id"]);
    let body = |grade: &str| {
        json!({ "provider": "bureau", "party_id": party, "grade": grade, "rated_on": "2026-01-15",
        "limit_amount": "5000.00", "limit_currency": "EUR" })
    };
    let path = "/v1/external-ratings".to_owned();
    let sample = Sample { path, body: body("A"), other: body("B") };
    let made = done_once(&app, "record_external_rating", &sample, "SELECT count(*) FROM external_rating");
    assert_eq!((&made["origin"], &made["valid_until"]), (&json!("manual"), &json!("2026-07-14")));
    assert_eq!(app.post("/v1/external-ratings", &body("A")).expect(200)["id"], made["id"]);
    app.post("/v1/external-ratings", &body("ZZ")).refused(422, "external_rating.grade_unknown");
    let unknown = json!({ "provider": "nobody", "party_id": party, "grade": "A", "rated_on": "2026-01-15" });
    app.post("/v1/external-ratings", &unknown).refused(404, "rating_provider.unknown");
}

#[test]
fn a_file_that_cannot_be_read_is_refused_as_a_whole() {
    let app = book();
    let refused = |csv: &str, code: &str| {
        app.post("/v1/external-ratings/import", &json!({ "provider": "bureau", "csv": csv }))
            .refused(422, code);
    };
    refused("tax_id,shoes,rated_on\n", "external_rating.file_columns");
    refused("tax_id,tax_id,rated_on\n", "external_rating.file_columns");
    refused("name,grade\n", "external_rating.file_columns");
    refused("", "external_rating.file_columns");
    assert_eq!(app.database.sql("SELECT count(*) FROM external_inbox").trim(), "0");
    // A zero character is no reason to lose a report.
    assert_eq!(counts(&import(&app, &["Z1\u{0};Nadie;C;;2026-01-15"]))[3], 1);
}

fn fetch(app: &TestApp, url: &str, token: &str) -> Result<Intake, kernel::Error> {
    let source = HttpRatings::new(url, Some(token.to_owned()), Duration::from_millis(700));
    collect(&app.wired.api.app, &system_ctx("ratings", app.now()), "bureau", &source)
}

const FIRST: &str = r#"[{"tax_id":"ESB58818501","grade":"A","rated_on":"2026-01-15","probability":0.02},
    {"tax_id":"A28015865","grade":"B","rated_on":"2026-01-15"}]"#;
const SECOND: &str = r#"[{"tax_id":"B58818501","grade":"C","rated_on":"2026-02-15"},
    {"lei":"nobody","grade":"C","rated_on":"2026-02-15"}, {"shoes":"42"}, 7]"#;

#[test]
fn reports_are_fetched_page_by_page_and_the_next_call_goes_on() {
    let app = book();
    let bureau = BureauDouble::start("secret", &[FIRST, SECOND]).expect("a port");
    let done = fetch(&app, bureau.url(), "secret").expect("fetch");
    assert_eq!((done.received, done.taken, done.inbox, done.downgrades), (6, 3, 3, 1));
    assert_eq!(bureau.asked(), [None, Some("1".to_owned())]);
    let again = fetch(&app, bureau.url(), "secret").expect("fetch");
    assert_eq!((again.received, again.taken), (0, 0));
    // Sent again, and the newer page before the older one: nothing changes.
    bureau.pages(&[FIRST, SECOND, SECOND, FIRST]);
    let rows = "SELECT (SELECT count(*) FROM external_rating), (SELECT count(*) FROM external_inbox), \
        (SELECT count(*) FROM event WHERE kind = 'credit.external_downgraded')";
    let before = app.database.sql(rows);
    let twice = fetch(&app, bureau.url(), "secret").expect("fetch");
    assert_eq!((twice.taken, twice.duplicates), (0, 6));
    assert_eq!(app.database.sql(rows), before);
}

#[test]
fn a_provider_that_fails_loses_nothing() {
    let app = book();
    let bureau = BureauDouble::start("secret", &[FIRST, SECOND]).expect("a port");
    for act in [Act::Wait(Duration::from_secs(2)), Act::Fail, Act::Nonsense, Act::Cut, Act::Flood] {
        bureau.next(std::slice::from_ref(&act));
        let error = fetch(&app, bureau.url(), "secret").expect_err("it fails");
        assert_eq!(error.code().text, "rating_provider.unreachable", "{act:?}");
    }
    assert_eq!(
        fetch(&app, bureau.url(), "wrong").expect_err("refused").code().text,
        "rating_provider.unreachable"
    );
    assert_eq!(app.database.sql("SELECT count(*) FROM external_rating").trim(), "0");
    // The first page comes, the second fails: the first is kept, and the next call asks for the second alone.
    bureau.next(&[Act::Answer, Act::Fail]);
    fetch(&app, bureau.url(), "secret").expect_err("the second page fails");
    assert_eq!(app.database.sql("SELECT count(*) FROM external_rating").trim(), "2");
    let rest = fetch(&app, bureau.url(), "secret").expect("fetch");
    assert_eq!((rest.received, rest.taken, rest.inbox), (4, 1, 3));
}

#[test]
fn a_provider_is_changed_only_by_whoever_saw_its_version() {
    let app = book();
    let body = json!({ "name": "Bureau", "grades": ["1", "2"] });
    let put =
        |tag: &str| app.call("PUT", "/v1/rating-providers/bureau").header("If-Match", tag).json(&body).send();
    put("\"7\"").refused(412, "version.mismatch");
    assert_eq!(put("\"1\"").expect(200)["version"], 2);
    let wrong = |grades: Value, days: i32| {
        app.put("/v1/rating-providers/other", &json!({ "name": "O", "grades": grades, "valid_days": days }))
    };
    wrong(json!(["A"]), 10).refused(422, "external_rating.scale_invalid");
    wrong(json!(["A", "B"]), 0).refused(422, "rating_provider.validity");
}
