//! Calendars, rates and bucket sets through REST.

use serde_json::json;
use testkit::app::TestApp;

#[test]
fn a_calendar_says_whether_a_day_is_a_business_day_and_which_ones_stand_beside_it() {
    let app = TestApp::start();
    let day = |path: &str| app.get(path).expect(200);
    let national = day("/v1/calendars/ES/days/2026-10-12");
    assert_eq!(national["is_business_day"], false, "{national}");
    assert_eq!(national["holiday"], "Fiesta Nacional de España");
    assert_eq!((&national["previous"], &national["next"]), (&json!("2026-10-09"), &json!("2026-10-13")));
    assert_eq!(day("/v1/calendars/ES-MD/days/2027-05-03")["is_business_day"], false, "moved from a Sunday");
    assert_eq!(day("/v1/calendars/TARGET2/days/2026-12-26")["is_weekend"], true);
    app.get("/v1/calendars/XX/days/2026-10-12").refused(404, "not_found");
    app.get("/v1/calendars/ES/days/2026-02-30").refused(422, "date.invalid");
}

#[test]
fn a_town_copies_its_region_and_adds_its_own_holidays() {
    let app = TestApp::start();
    let body =
        json!({ "code": "ES-MD-MADRID", "name": "Madrid (municipio)", "country": "ES", "copy_of": "ES-MD" });
    let made = app.post("/v1/calendars", &body).expect(201);
    let region = app.get("/v1/calendars/ES-MD").expect(200);
    assert_eq!(made["holiday_count"], region["holiday_count"]);
    app.post("/v1/calendars", &body).refused(409, "calendar.code_taken");
    let local = json!({ "day": "2026-05-15", "name": "San Isidro" });
    let path = "/v1/calendars/ES-MD-MADRID/holidays";
    app.post(path, &local).expect(201);
    app.post(path, &local).refused(409, "calendar.holiday_exists");
    let day = app.get("/v1/calendars/ES-MD-MADRID/days/2026-05-15").expect(200);
    assert_eq!(day["holiday"], "San Isidro");
    assert_eq!(app.get("/v1/calendars/ES-MD-MADRID").expect(200)["version"], 2);
    let listed = app.get("/v1/holidays?calendar=ES-MD-MADRID&from=2026-05-01&to=2026-05-31").expect(200);
    let names = listed["items"].as_array().expect("items").iter().map(|h| &h["name"]).collect::<Vec<_>>();
    assert_eq!(names, ["Fiesta del Trabajo", "Fiesta de la Comunidad de Madrid", "San Isidro"]);
    assert_eq!(app.delete(&format!("{path}/2026-05-15")).status, 204);
    app.delete(&format!("{path}/2026-05-15")).refused(404, "not_found");
    let week = json!({ "code": "NEVER", "name": "Never", "weekend": [1, 2, 3, 4, 5, 6, 7] });
    app.post("/v1/calendars", &week).refused(422, "calendar.no_business_day");
}

#[test]
fn who_reads_calendars_cannot_close_them() {
    let app = TestApp::start();
    let collector = app.key(&["collector"], None);
    let body = json!({ "day": "2026-05-15", "name": "San Isidro" });
    let call = app.call("POST", "/v1/calendars/ES/holidays").bearer(&collector).json(&body);
    call.send().refused(403, "auth.forbidden");
}

fn percent_on(app: &TestApp, day: &str) -> Vec<String> {
    let found = app.get(&format!("/v1/legal-rates?jurisdiction=ES&superseded=false&on={day}")).expect(200);
    let items = found["items"].as_array().expect("items").iter();
    items.map(|rate| rate["annual_percent"].as_str().expect("a percentage").to_owned()).collect()
}

#[test]
fn a_corrected_rate_is_in_force_and_the_earlier_one_stays_askable() {
    let app = TestApp::start();
    let body = json!({ "jurisdiction": "ES", "valid_from": "2026-03-01", "valid_to": "2026-03-31",
        "annual_percent": "11.00", "source": "BOE-A-2026-1 (correction)" });
    let done = app.post("/v1/legal-rates", &body).expect(201);
    assert_eq!(done["superseded"].as_array().map(Vec::len), Some(1), "{done}");
    for (day, percent) in [("2026-02-28", "10.15"), ("2026-03-15", "11"), ("2026-04-01", "10.15")] {
        assert_eq!(percent_on(&app, day), [percent], "{day}");
    }
    let all = app.get("/v1/legal-rates?jurisdiction=ES&on=2026-03-15").expect(200);
    assert_eq!(all["items"].as_array().map(Vec::len), Some(2), "the superseded one, too: {all}");
    let reversed = json!({ "jurisdiction": "ES", "valid_from": "2026-03-31", "valid_to": "2026-03-01",
        "annual_percent": "11", "source": "x" });
    app.post("/v1/legal-rates", &reversed).refused(422, "interest.rates_invalid");
}

fn sum_on(app: &TestApp, day: &str) -> Vec<String> {
    let found =
        app.get(&format!("/v1/fixed-compensations?jurisdiction=ES&superseded=false&on={day}")).expect(200);
    let items = found["items"].as_array().expect("items").iter();
    items.map(|sum| format!("{} {}", sum["amount"].as_str().expect("an amount"), sum["currency"])).collect()
}

#[test]
fn a_fixed_compensation_is_recorded_for_its_days_alone() {
    let app = TestApp::start();
    let body = |from: &str, to: Option<&str>, amount: &str| {
        json!({ "jurisdiction": "ES", "valid_from": from, "valid_to": to, "amount": amount, "currency": "EUR",
            "source": "BOE-A-2026-1" })
    };
    let done =
        app.post("/v1/fixed-compensations", &body("2027-01-01", Some("2027-12-31"), "50.00")).expect(201);
    assert_eq!(done["superseded_count"], 1, "{done}");
    for (day, sum) in [("2026-12-31", "40"), ("2027-01-01", "50"), ("2027-12-31", "50"), ("2028-01-01", "40")]
    {
        assert_eq!(sum_on(&app, day), [format!("{sum} \"EUR\"")], "{day}");
    }
    let all = app.get("/v1/fixed-compensations?jurisdiction=ES&on=2027-06-01").expect(200);
    assert_eq!(all["items"].as_array().map(Vec::len), Some(2), "the superseded one, too: {all}");
    let post = |body: &serde_json::Value| app.post("/v1/fixed-compensations", body);
    post(&body("2027-01-01", None, "0")).refused(422, "interest.compensation_invalid");
    post(&body("2027-12-31", Some("2027-01-01"), "50")).refused(422, "interest.compensation_invalid");
    post(&body("2027-01-01", None, "50.001")).refused(422, "amount.exponent");
    let other = json!({ "jurisdiction": "GB", "valid_from": "2027-01-01", "amount": "70", "currency": "GBP",
        "source": "Late Payment Act" });
    assert_eq!(post(&other).expect(201)["superseded_count"], 0);
}

fn quote(base: &str, quote: &str, on: &str, rate: &str) -> serde_json::Value {
    json!({ "base": base, "quote": quote, "quoted_on": on, "rate": rate })
}

#[test]
fn a_conversion_names_the_rate_it_used_and_never_guesses_one() {
    let app = TestApp::start();
    let rates = [quote("EUR", "USD", "2026-03-02", "1.25"), quote("EUR", "GBP", "2026-03-02", "0.8")];
    let body = json!({ "source": "ECB", "rates": rates });
    assert_eq!(app.post("/v1/fx-rates", &body).expect(201)["recorded_count"], 2);
    assert_eq!(
        app.post("/v1/fx-rates", &body).expect(201)["unchanged_count"],
        2,
        "the same again writes nothing"
    );
    assert_eq!(app.database.sql("SELECT count(*) FROM fx_rate"), "2");
    let to_usd = "/v1/fx-conversions?amount=100&from=EUR&to=USD&source=ECB&on=2026-03-04";
    let done = app.get(to_usd).expect(200);
    assert_eq!((&done["amount"], &done["path"]), (&json!("125"), &json!("direct")), "{done}");
    assert_eq!(done["rates"][0]["quoted_on"], "2026-03-02");
    let inverse =
        app.get("/v1/fx-conversions?amount=125&from=USD&to=EUR&source=ECB&on=2026-03-04").expect(200);
    assert_eq!((&inverse["amount"], &inverse["rates"][0]["inverted"]), (&json!("100"), &json!(true)));
    let cross = "/v1/fx-conversions?amount=125&from=USD&to=GBP&source=ECB&on=2026-03-04";
    app.get(cross).refused(409, "fx.rate_missing");
    let over = app.get(&format!("{cross}&pivot=EUR")).expect(200);
    assert_eq!((&over["amount"], &over["path"]), (&json!("80"), &json!("triangulated")));
    let old = "/v1/fx-conversions?amount=1&from=EUR&to=USD&source=ECB&on=2026-03-04&max_age_days=1";
    app.get(old).refused(409, "fx.rate_missing");
}

#[test]
fn a_corrected_quotation_is_used_at_once_and_the_first_one_as_it_was_known() {
    let app = TestApp::start();
    let record = |rate: &str| {
        let body = json!({ "source": "ECB", "rates": [quote("EUR", "USD", "2026-03-02", rate)] });
        app.post("/v1/fx-rates", &body).expect(201);
    };
    record("1.25");
    app.set_clock("2026-03-04T09:00:00Z".parse().expect("an instant"));
    record("1.5");
    let path = "/v1/fx-conversions?amount=100&from=EUR&to=USD&source=ECB&on=2026-03-04";
    assert_eq!(app.get(path).expect(200)["amount"], "150");
    let then = app.get(&format!("{path}&known_at=2026-03-04T08:30:00Z")).expect(200);
    assert_eq!(then["amount"], "125");
    let listed = app.get("/v1/fx-rates?source=ECB&in_force=true").expect(200);
    assert_eq!(listed["items"][0]["rate"], "1.5", "{listed}");
}

#[test]
fn wrong_quotations_are_refused_by_code() {
    let app = TestApp::start();
    let post =
        |rates: serde_json::Value| app.post("/v1/fx-rates", &json!({ "source": "ECB", "rates": rates }));
    post(json!([])).refused(422, "fx.rate_count");
    let twice = [quote("EUR", "USD", "2026-03-02", "1.1"), quote("EUR", "USD", "2026-03-02", "1.2")];
    post(json!(twice)).refused(422, "fx.rate_repeated");
    post(json!([quote("EUR", "USD", "2026-03-02", "0")])).refused(422, "fx.rate_invalid");
    post(json!([quote("EUR", "EUR", "2026-03-02", "1")])).refused(422, "fx.rate_invalid");
    post(json!([quote("EUR", "XXY", "2026-03-02", "1")])).refused(422, "currency.unknown");
}

#[test]
fn bucket_sets_can_be_added_but_not_with_bounds_that_make_no_sense() {
    let app = TestApp::start();
    let made = app.post("/v1/bucket-sets", &json!({ "code": "15-45", "name": "15/45", "bounds": [15, 45] }));
    assert_eq!(made.expect(201)["basis"], "due");
    assert_eq!(app.get("/v1/bucket-sets/15-45").expect(200)["bounds"], json!([15, 45]));
    let taken = json!({ "code": "15-45", "name": "again", "bounds": [1] });
    app.post("/v1/bucket-sets", &taken).refused(409, "ageing.code_taken");
    let wrong = json!({ "code": "W", "name": "wrong", "bounds": [45, 15] });
    app.post("/v1/bucket-sets", &wrong).refused(422, "ageing.bounds_invalid");
}
