//! The past as it was in the books: pushed as it happened, tried by what had been entered by then.

use testkit::app::settings;
use testkit::cluster::TestDatabase;

use super::*;

/// Lives through the past: what happens on a day is pushed on that day. `A1` pays late and is lost, `A2` pays in time - but that its `F7`
/// was paid late is entered in July, long after the day it happened on.
fn lived() -> (TestApp, String) {
    let morning = |day: &str| format!("{day}T08:00:00Z").parse::<kernel::Instant>().expect("an instant");
    let app = TestApp::over(TestDatabase::migrated(), settings(), morning("2025-01-02"));
    let entity = app.entity("E1");
    let owed =
        |id: &str, number: &str, amount: &str| invoice(id, number, amount, ("2025-01-02", "2025-02-01"));
    app.push("ERP-E1")
        .parties(vec![party("P1", "Uno"), party("P2", "Dos")])
        .accounts(vec![account("A1", "P1"), account("A2", "P2")])
        .receivables(vec![owed("F1", "A1", "100.00"), owed("F3", "A2", "100.00"), owed("F7", "A2", "900.00")])
        .finish();
    let on = |day: &str| {
        app.set_clock(morning(day));
        app.push("ERP-E1")
    };
    on("2025-01-30").entries(vec![payment("Z3", "A2", "F3", ("100.00", "2025-01-30"))]).finish();
    on("2025-03-20").entries(vec![payment("Z1", "A1", "F1", ("100.00", "2025-03-20"))]).finish();
    let sold =
        |id: &str, number: &str, amount: &str| invoice(id, number, amount, ("2025-05-05", "2025-06-04"));
    on("2025-05-05").receivables(vec![sold("F2", "A1", "500.00"), sold("F4", "A2", "300.00")]).finish();
    on("2025-06-01").entries(vec![payment("Z4", "A2", "F4", ("300.00", "2025-06-01"))]).finish();
    on("2025-07-15").entries(vec![payment("Z7", "A2", "F7", ("900.00", "2025-04-20"))]).finish();
    let mut lost = payment("Z2", "A1", "F2", ("500.00", "2025-11-01"));
    lost.kind = "write_off".to_owned();
    on("2025-11-03").entries(vec![lost]).finish();
    on("2026-03-04").finish();
    (app, entity)
}

fn recorded(entity: &str, more: &Value) -> Value {
    let mut body = body(entity, more);
    body["knowledge"] = json!("recorded");
    body
}

#[test]
fn a_past_that_was_entered_as_it_happened_is_judged_by_what_was_entered_then() {
    let (app, entity) = lived();
    let done = tried(&app, &recorded(&entity, &json!({})));
    assert_eq!((&done["state"], &done["knowledge"]), (&json!("finished"), &json!("recorded")), "{done}");
    let rule = &done["report"][0]["rule"];
    let of = |what: &str| {
        (rule[what]["cases"].clone(), amount(&rule[what]["turnover"]), amount(&rule[what]["lost"]))
    };
    assert_eq!(of("refused"), (json!(1), 500, 500), "{rule}");
    assert_eq!(of("accepted"), (json!(1), 300, 0), "{rule}");
    assert_eq!(rule["not_judged"], json!({}), "{rule}");
    // By business dates the late payment of F7 had happened, and A2 would have been refused as well.
    let effective = tried(&app, &body(&entity, &json!({})));
    let rule = &effective["report"][0]["rule"];
    assert_eq!((&rule["refused"]["cases"], &rule["accepted"]["cases"]), (&json!(2), &json!(0)), "{rule}");
}

#[test]
fn the_same_version_makes_no_difference_by_what_was_recorded_either() {
    let (app, entity) = lived();
    let card = json!({ "scorecard": { "code": "standard", "version": 1, "refuse_classes": ["D", "E"],
        "reduce_classes": ["C"] } });
    let done = tried(&app, &recorded(&entity, &json!({ "rule": card, "against": card })));
    let euros = &done["report"][0];
    let judged =
        ["accepted", "reduced", "refused"].map(|of| euros["rule"][of]["cases"].as_i64().expect("a number"));
    assert_eq!(judged.iter().sum::<i64>(), 2, "{euros}");
    assert_eq!(euros["rule"], euros["against"]);
    assert_eq!((&euros["difference"]["cases"], &euros["disagreed"]["cases"]), (&json!(0), &json!(0)));
    assert_eq!((amount(&euros["difference"]["turnover"]), amount(&euros["difference"]["lost"])), (0, 0));
}
