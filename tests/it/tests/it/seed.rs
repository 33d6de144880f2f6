//! Reference data of a new installation.

use testkit::app::TestApp;

#[test]
fn a_new_installation_knows_holidays_legal_rates_and_buckets() {
    let app = TestApp::start();
    let sql = |sql: &str| app.database.sql(sql);
    let codes = sql("SELECT string_agg(code, ' ' ORDER BY code) FROM calendar");
    assert_eq!(codes, "DE ES ES-CT ES-MD FR GB GB-EAW IT PT TARGET2");
    assert_eq!(
        sql("SELECT name FROM holiday WHERE calendar_code = 'ES' AND day = '2026-10-12'"),
        "Fiesta Nacional de España"
    );
    let rate = "SELECT annual_percent::text FROM legal_rate WHERE jurisdiction = 'ES' AND valid @> '2026-03-04'::date";
    assert_eq!(sql(rate), "10.1500");
    assert_eq!(
        sql("SELECT count(*) FROM legal_rate WHERE valid @> '2026-07-01'::date"),
        "0",
        "not published"
    );
    assert_eq!(
        sql("SELECT amount::text FROM fixed_compensation WHERE valid @> '2026-03-04'::date"),
        "40.0000"
    );
    assert_eq!(sql("SELECT bounds::text FROM bucket_set WHERE code = '30-60-90'"), "{30,60,90}");
    assert_eq!(sql("SELECT count(*) FROM seed WHERE source = '' OR row_count = 0"), "0");
}

#[test]
fn a_second_start_plants_nothing_and_respects_what_people_changed() {
    let app = TestApp::start();
    app.database.sql("DELETE FROM holiday WHERE calendar_code = 'ES' AND day = '2026-10-12'");
    let counts = "SELECT (SELECT count(*) FROM event) || ' ' || (SELECT count(*) FROM holiday)";
    let before = app.database.sql(counts);
    let ctx = app::access::authenticate::system_ctx("test", app.now());
    let planted = app::seed::plant_all(&app.wired.api.app, &ctx).expect("planted");
    assert_eq!(planted, []);
    assert_eq!(app.database.sql(counts), before);
}

#[test]
fn a_newer_version_of_a_seed_adds_what_is_missing_and_nothing_twice() {
    let app = TestApp::start();
    app.database.sql("UPDATE seed SET version = 0");
    app.database.sql("DELETE FROM legal_rate WHERE valid @> '2026-03-04'::date");
    let ctx = app::access::authenticate::system_ctx("test", app.now());
    let planted = app::seed::plant_all(&app.wired.api.app, &ctx).expect("planted");
    let rows = planted.iter().map(|seed| (seed.name, seed.row_count)).collect::<Vec<_>>();
    assert!(rows.contains(&("calendars", 0)), "{rows:?}");
    assert!(rows.contains(&("legal_rates", 1)), "{rows:?}");
    assert_eq!(app.database.sql("SELECT count(*) FROM seed WHERE version = 0"), "0");
}
