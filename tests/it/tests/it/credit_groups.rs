//! Who belongs to whom: stated by ERPs, corrected by hand, dated, never in a circle.

use proto::v1::PartyRow;
use serde_json::{Value, json};
use testkit::TestApp;
use testkit::push::{account, party};

use crate::credit_exposure::party_id;
use crate::reads::text;
use crate::repeat::{Sample, done_once};

fn daughter(id: &str, parent: &str) -> PartyRow {
    PartyRow { parent_external_id: parent.to_owned(), ..party(id, id) }
}

fn book(parties: Vec<PartyRow>) -> TestApp {
    let app = TestApp::start();
    app.entity("E1");
    let accounts = parties.iter().map(|p| account(&format!("A-{}", p.external_id), &p.external_id)).collect();
    app.push("ERP-E1").parties(parties).accounts(accounts).finish();
    app
}

/// The heads of groups that a party counts in, by name.
fn groups(app: &TestApp, name: &str) -> String {
    app.database.sql(&format!(
        "SELECT coalesce(string_agg(h.name, ',' ORDER BY h.name), '') FROM party p JOIN risk_member m ON m.party_id = p.id \
         LEFT JOIN risk_group g ON g.risk_party_id = m.risk_party_id LEFT JOIN party h ON h.id = g.group_id WHERE p.name = '{name}'"
    ))
}

fn relations(app: &TestApp) -> Vec<Value> {
    app.get("/v1/party-relations").expect(200)["items"].as_array().expect("items").clone()
}

#[test]
fn a_party_that_would_stand_above_itself_is_refused_with_its_row() {
    let app = book(vec![party("A", "A"), daughter("B", "A")]);
    let session =
        app.push("ERP-E1").parties(vec![daughter("A", "B"), daughter("C", "C"), daughter("D", "A")]);
    assert_eq!(
        session.issues(),
        ["0 parent_external_id party.parent_cycle", "1 parent_external_id party.parent_self"]
    );
    session.finish();
    assert_eq!(groups(&app, "B"), "A");
    // In one chunk of new parties as well; whoever named the refused one waits for it.
    let session = app.push("ERP-E1").parties(vec![daughter("X", "Y"), daughter("Y", "X")]);
    assert_eq!(
        session.issues(),
        ["0 parent_external_id push.party_missing", "1 parent_external_id party.parent_cycle"]
    );
    session.finish();
}

#[test]
fn who_moves_to_another_group_has_belonged_to_the_one_before_until_then() {
    let app = book(vec![party("A", "A"), party("B", "B"), daughter("H", "A")]);
    assert_eq!(groups(&app, "H"), "A");
    app.push("ERP-E1").parties(vec![daughter("H", "B")]).finish();
    assert_eq!((groups(&app, "H"), groups(&app, "A")), ("B".to_owned(), String::new()));
    let told = relations(&app);
    let of =
        |parent: &str| told.iter().find(|r| r["related_party_name"] == parent).expect("a relation").clone();
    assert_eq!((of("A")["from"].clone(), of("A")["until"].clone()), (Value::Null, json!("2026-03-03")));
    assert_eq!((of("B")["from"].clone(), of("B")["until"].clone()), (json!("2026-03-04"), Value::Null));
    assert!(app.wired.store.verify().expect("verified").holds());
}

#[test]
fn what_a_hand_says_stays_when_the_erp_says_otherwise() {
    let app = book(vec![party("A", "A"), party("B", "B"), party("H", "H")]);
    let body =
        json!({ "party_id": party_id(&app, "H"), "related_party_id": party_id(&app, "A"), "kind": "branch" });
    app.post("/v1/party-relations", &body).expect(201);
    app.push("ERP-E1").parties(vec![daughter("H", "B")]).finish();
    assert_eq!(groups(&app, "H"), "A");
    let again =
        json!({ "party_id": party_id(&app, "H"), "related_party_id": party_id(&app, "B"), "kind": "parent" });
    assert_eq!(app.post("/v1/party-relations", &again).code(), "party_relation.overlaps");
}

#[test]
fn merged_parties_count_as_one_until_they_are_split_again() {
    let app = book(vec![party("A", "A"), party("B", "B"), daughter("H", "B")]);
    let body =
        json!({ "party_id": party_id(&app, "B"), "related_party_id": party_id(&app, "A"), "kind": "merged" });
    let merged = app.post("/v1/party-relations", &body).expect(201);
    assert_eq!(groups(&app, "H"), "A");
    app.post(&format!("/v1/party-relations/{}/end", text(&merged["id"])), &json!({})).expect(200);
    assert_eq!(groups(&app, "H"), "B");
    let kept = relations(&app).into_iter().find(|r| r["kind"] == "merged").expect("the merger as it was");
    assert_eq!(kept["until"], "2026-03-03");
}

#[test]
fn wrong_relations_are_told_what_is_wrong() {
    let app = book(vec![party("A", "A"), daughter("B", "A"), party("C", "C")]);
    let id = |name: &str| party_id(&app, name);
    let make = |party: &str, related: &str| json!({ "party_id": id(party), "related_party_id": id(related), "kind": "parent" });
    let code = |body: &Value| app.post("/v1/party-relations", body).code();
    assert_eq!(code(&make("A", "A")), "party.parent_self");
    assert_eq!(code(&make("A", "B")), "party.parent_cycle");
    let mut dated = make("C", "A");
    (dated["from"], dated["until"]) = (json!("2026-03-05"), json!("2026-03-04"));
    assert_eq!(code(&dated), "party_relation.ends_before_start");
    let mut nobody = make("C", "A");
    nobody["related_party_id"] = json!("pty_00000000000000000000000000000001");
    assert_eq!(code(&nobody), "not_found");
    let made = app.post("/v1/party-relations", &make("C", "A")).expect(201);
    let end = format!("/v1/party-relations/{}/end", text(&made["id"]));
    let ended = app.post(&end, &json!({ "until": "2026-03-01" })).expect(200);
    let end = format!("/v1/party-relations/{}/end", text(&ended["id"]));
    assert_eq!(app.post(&end, &json!({ "until": "2026-03-02" })).code(), "party_relation.ended");
}

#[test]
fn a_relation_that_begins_later_counts_from_its_day() {
    let app = book(vec![party("A", "A"), party("H", "H")]);
    let body = json!({ "party_id": party_id(&app, "H"), "related_party_id": party_id(&app, "A"), "kind": "parent", "from": "2026-03-10" });
    app.post("/v1/party-relations", &body).expect(201);
    assert_eq!(groups(&app, "H"), "");
    app.set_clock("2026-03-10T08:00:00Z".parse().expect("an instant"));
    let ctx = app::access::authenticate::system_ctx("credit", app.now());
    let day = |text: &str| text.parse().expect("a day");
    app::credit::groups::turn_day(&app.wired.api.app, &ctx, day("2026-03-05"), day("2026-03-10"))
        .expect("turned");
    assert_eq!(groups(&app, "H"), "A");
}

#[test]
fn two_hands_at_once_never_close_a_circle() {
    let app = book(vec![party("A", "A"), party("B", "B")]);
    let body = |one: &str, other: &str| json!({ "party_id": party_id(&app, one), "related_party_id": party_id(&app, other), "kind": "parent" });
    let bodies = [body("A", "B"), body("B", "A")];
    let mut codes = std::thread::scope(|scope| {
        let sent = bodies.iter().map(|body| scope.spawn(|| app.post("/v1/party-relations", body).status));
        sent.collect::<Vec<_>>().into_iter().map(|t| t.join().expect("answered")).collect::<Vec<_>>()
    });
    codes.sort_unstable();
    assert_eq!(codes, [201, 422]);
    assert!(app.wired.store.verify().expect("verified").holds());
}

#[test]
fn groups_that_are_kept_otherwise_than_they_are_do_not_verify() {
    let app = book(vec![party("A", "A"), daughter("B", "A"), party("C", "C")]);
    let broken = |sql: &str| {
        app.database.sql(sql);
        let found = app.wired.store.verify().expect("verified").broken;
        found.into_iter().map(|(rule, count, _)| (rule, count)).collect::<Vec<_>>()
    };
    assert_eq!(broken("SELECT 1"), []);
    let rule = "groups as they are kept = groups as tax ids and relations make them";
    let raw = app.database.sql("SELECT id FROM party WHERE name = 'B'");
    assert_eq!(broken(&format!("DELETE FROM risk_group WHERE risk_party_id = '{raw}'")), [(rule, 1)]);
    let moved = "INSERT INTO risk_party SELECT c.id, a.id, gen_random_uuid() FROM party c, party a \
        WHERE c.name = 'C' AND a.name = 'A'";
    assert!(broken(moved).contains(&(rule, 2)), "C does not count as A");
}

#[test]
fn a_relation_is_made_once() {
    let app = book(vec![party("A", "A"), party("H", "H")]);
    let body =
        json!({ "party_id": party_id(&app, "H"), "related_party_id": party_id(&app, "A"), "kind": "parent" });
    let mut other = body.clone();
    other["kind"] = json!("branch");
    let sample = Sample { path: "/v1/party-relations".to_owned(), body, other };
    done_once(&app, "create_party_relation", &sample, "SELECT count(*) FROM party_relation");
}

#[test]
fn a_relation_is_ended_once() {
    let app = book(vec![party("A", "A"), daughter("H", "A")]);
    let path = format!("/v1/party-relations/{}/end", text(&relations(&app)[0]["id"]));
    let sample = Sample { path, body: json!({ "until": "2026-02-28" }), other: json!({}) };
    done_once(
        &app,
        "end_party_relation",
        &sample,
        "SELECT count(*) FROM party_relation WHERE superseded_at IS NULL AND upper_inf(valid)",
    );
    assert_eq!(relations(&app)[0]["until"], "2026-02-28");
}
