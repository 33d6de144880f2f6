//! Alerts about limits and cover that come to their dates: each date by itself, and what stands in their place when they are over.

use chrono::TimeDelta;
use proto::v1::PartyRow;
use serde_json::{Value, json};
use testkit::TestApp;
use testkit::push::{account, invoice, party, payment};

use crate::alerts::{alerts, book, look, open_kinds};
use crate::reads::text;

/// A book, and days counted from its first one.
struct Dated {
    app: TestApp,
    began: kernel::Instant,
}

impl Dated {
    fn new(app: TestApp) -> Self {
        let began = app.now();
        Self { app, began }
    }

    fn day(&self, days: i64) -> String {
        (self.began + TimeDelta::days(days)).date_naive().to_string()
    }

    /// Looks for alerts on a day.
    fn look_on(&self, days: i64) {
        self.app.set_clock(self.began + TimeDelta::days(days));
        look(&self.app);
    }

    fn id(&self, list: &str, field: &str, value: &str) -> String {
        let page = self.app.get(&format!("/v1/{list}")).expect(200);
        let found = page["items"].as_array().expect("items").iter().find(|row| row[field] == value);
        text(&found.expect("a row")["id"])
    }

    /// An insurer covers somebody from day to day, in the place of a policy of the same number; the id of the limit.
    fn insured(&self, (kind, holder): (&str, &str), policy: &str, (from, until): (i64, i64)) -> String {
        let body = json!({ "holder_kind": kind, "holder_id": holder, "limit_type": "insured", "reference": policy,
            "currency": "EUR", "amount": "5000.00", "covered_percent": "90", "from": self.day(from),
            "until": self.day(until), "replace": true });
        text(&self.app.post("/v1/credit/limits", &body).expect(201)["id"])
    }

    /// `kind holder_kind` of what stands, beside dates that are told ahead.
    fn standing(&self) -> Vec<String> {
        let all = alerts(&self.app, "open=true");
        let told = all.iter().filter(|alert| alert["due_on"].is_null());
        let mut told =
            told.map(|a| format!("{} {}", text(&a["kind"]), text(&a["holder_kind"]))).collect::<Vec<_>>();
        told.sort();
        told
    }
}

/// Dates that one kind of alert tells of, with where each stands.
fn dates(app: &TestApp, query: &str) -> Vec<(String, String)> {
    let mut told = alerts(app, query)
        .iter()
        .map(|alert| (text(&alert["due_on"]), text(&alert["state"])))
        .collect::<Vec<_>>();
    told.sort();
    told
}

#[test]
fn each_date_is_told_by_itself_and_a_changed_one_anew() {
    let dated = Dated::new(book());
    let (app, owes) = (&dated.app, dated.id("accounts", "number", "A1"));
    let of = format!("kind=credit.limit_expires&holder={owes}");
    dated.insured(("account", &owes), "POL-1", (-30, 20));
    dated.insured(("account", &owes), "POL-2", (-30, 45));
    dated.look_on(0);
    assert_eq!(dates(app, &of), [(dated.day(20), "open".to_owned())]);
    let first = text(&alerts(app, &of)[0]["id"]);
    app.post(&format!("/v1/alerts/{first}/acknowledge"), &json!({})).expect(200);
    // The other policy comes within its 30 days while somebody has the first in hand.
    dated.look_on(16);
    let both = [(dated.day(20), "acknowledged".to_owned()), (dated.day(45), "open".to_owned())];
    assert_eq!(dates(app, &of), both);
    let second = alerts(app, &format!("{of}&state=open"))[0].clone();
    assert_eq!(second["facts"], json!({ "limit.days_to_expiry": "29", "holder.currency": "EUR" }));
    look(app);
    assert_eq!(dates(app, &of), both, "once");
    // The first is prolonged to another date, about which nobody has heard.
    dated.insured(("account", &owes), "POL-1", (16, 30));
    dated.look_on(17);
    let standing = [(dated.day(30), "open".to_owned()), (dated.day(45), "open".to_owned())];
    assert_eq!(dates(app, &format!("{of}&open=true")), standing);
    assert_eq!(dates(app, &format!("{of}&state=resolved")), [(dated.day(20), "resolved".to_owned())]);
    // Prolonged for long, it is no news any more.
    dated.insured(("account", &owes), "POL-1", (17, 300));
    look(app);
    assert_eq!(dates(app, &format!("{of}&open=true")), [(dated.day(45), "open".to_owned())]);
}

#[test]
fn a_limit_that_is_renewed_from_the_day_after_ends_no_more() {
    let dated = Dated::new(book());
    let (app, owes) = (&dated.app, dated.id("accounts", "number", "A1"));
    let open = || dates(app, &format!("kind=credit.limit_expires&holder={owes}&open=true"));
    let agenda =
        || app.get("/v1/credit/reviews?done=false").expect(200)["items"].as_array().map_or(0, Vec::len);
    let generate = || {
        let ctx = app::access::authenticate::system_ctx("credit", app.now());
        app::credit::limits::reviews::generate_reviews(&app.wired.api.app, &ctx).expect("generated");
    };
    dated.insured(("account", &owes), "POL-1", (-30, 20));
    dated.look_on(0);
    assert_eq!(open(), [(dated.day(20), "open".to_owned())]);
    dated.insured(("account", &owes), "POL-1", (21, 25));
    dated.look_on(1);
    assert_eq!(open(), [(dated.day(25), "open".to_owned())], "it ends with its renewal");
    dated.insured(("account", &owes), "POL-1", (21, 300));
    dated.look_on(2);
    assert_eq!(open(), []);
    generate();
    assert_eq!(agenda(), 0);
    // A day between them is one without cover.
    dated.insured(("account", &owes), "POL-2", (-30, 20));
    dated.insured(("account", &owes), "POL-2", (22, 300));
    dated.look_on(3);
    generate();
    assert_eq!((open(), agenda()), (vec![(dated.day(20), "open".to_owned())], 1));
}

#[test]
fn exposure_that_is_left_without_its_limit_and_cover_is_told_until_something_takes_their_place() {
    let dated = Dated::new(book());
    let app = &dated.app;
    app.push("ERP-E1")
        .receivables(vec![invoice("F2", "B1", "900.00", ("2026-01-05", "2026-02-05"))])
        .finish();
    let (owes, idle) = (dated.id("accounts", "number", "A1"), dated.id("accounts", "number", "A2"));
    let party = dated.id("parties", "name", "Uno, S.L.");
    for account in [&owes, &idle] {
        dated.insured(("account", account), "POL-1", (-30, 3));
    }
    dated.look_on(0);
    assert_eq!(dated.standing(), [""; 0]);
    // Neither B1, which never had a limit, nor A2, which owes nothing.
    let ended = ["credit.cover_ended account", "credit.limit_ended account"];
    dated.look_on(4);
    assert_eq!(dated.standing(), ended);
    let told = alerts(app, "kind=credit.limit_ended&open=true")[0].clone();
    assert_eq!((&told["holder_id"], &told["severity"]), (&json!(owes), &json!("critical")));
    let facts = json!({ "lapsed.limit_days": "1", "exposure.now": "1000", "holder.currency": "EUR" });
    assert_eq!(told["facts"], facts);
    dated.look_on(90);
    assert_eq!(dated.standing(), ended, "it does not become quiet with time");
    // The party is insured instead of its accounts, and loses that as well.
    dated.insured(("party", &party), "POL-9", (90, 92));
    look(app);
    assert_eq!(dated.standing(), [""; 0]);
    dated.look_on(93);
    let all = [
        "credit.cover_ended account",
        "credit.cover_ended party",
        "credit.limit_ended account",
        "credit.limit_ended party",
    ];
    assert_eq!(dated.standing(), all);
    // Nothing is trusted any more: that is a limit, and no cover.
    for account in [&owes, &idle] {
        let body = json!({ "holder_kind": "account", "holder_id": account, "limit_type": "own", "currency": "EUR",
            "amount": "0.00", "from": dated.day(93) });
        app.post("/v1/credit/limits", &body).expect(201);
    }
    look(app);
    let exceeded =
        ["credit.cover_ended account", "credit.cover_ended party", "credit.limit_exceeded account"];
    assert_eq!(dated.standing(), exceeded);
    app.push("ERP-E1").entries(vec![payment("Z1", "A1", "F1", ("1000", "2026-03-01"))]).finish();
    look(app);
    assert_eq!(dated.standing(), [""; 0], "nothing is at risk");
}

#[test]
fn cover_that_falls_away_altogether_is_told_anew_although_somebody_has_its_want_in_hand() {
    let dated = Dated::new(book());
    let (app, owes) = (&dated.app, dated.id("accounts", "number", "A1"));
    let body = json!({ "holder_kind": "account", "holder_id": owes, "limit_type": "guaranteed",
        "collateral": "bank_guarantee", "reference": "AVAL-1", "currency": "EUR", "amount": "500.00",
        "from": dated.day(-30), "until": dated.day(3) });
    app.post("/v1/credit/limits", &body).expect(201);
    dated.look_on(0);
    let low = alerts(app, "kind=credit.cover_low&open=true")[0].clone();
    app.post(&format!("/v1/alerts/{}/acknowledge", text(&low["id"])), &json!({})).expect(200);
    dated.look_on(4);
    let kinds = open_kinds(app);
    assert!(kinds.contains(&"credit.cover_ended".to_owned()), "{kinds:?}");
    assert!(alerts(app, "kind=credit.cover_ended")[0]["acknowledged_at"].is_null());
}

#[test]
fn the_limit_of_a_segment_ends_for_all_of_it_and_that_of_a_group_stands_in_its_place() {
    let app = TestApp::start();
    app.entity("E1");
    let of_segment = |row: PartyRow| PartyRow { segment: "retail".into(), ..row };
    let daughter = PartyRow { parent_external_id: "P1".into(), ..party("P2", "Hija, S.L.") };
    app.push("ERP-E1")
        .parties(vec![party("P1", "Madre, S.A."), of_segment(daughter), party("P3", "Otra, S.L.")])
        .accounts(vec![account("A1", "P1"), account("A2", "P2"), account("C1", "P3")])
        .receivables(
            ["A2", "C1"].map(|a| invoice(a, a, "700.00", ("2026-02-01", "2026-04-01"))).into_iter().collect(),
        )
        .finish();
    let dated = Dated::new(app);
    let body = json!({ "holder_kind": "segment", "holder_id": "retail", "limit_type": "segment", "currency": "EUR",
        "amount": "5000.00", "from": dated.day(-30), "until": dated.day(3) });
    dated.app.post("/v1/credit/limits", &body).expect(201);
    dated.look_on(0);
    assert_eq!(dated.standing(), [""; 0]);
    dated.look_on(4);
    assert_eq!(dated.standing(), ["credit.limit_ended account", "credit.limit_ended party"]);
    let holders = alerts(&dated.app, "kind=credit.limit_ended&open=true");
    let name = |alert: &Value| text(&alert["holder_id"]);
    let mut held = holders.iter().map(name).collect::<Vec<_>>();
    let mut wanted = [dated.id("accounts", "number", "A2"), dated.id("parties", "name", "Hija, S.L.")];
    held.sort();
    wanted.sort();
    assert_eq!(held, wanted, "the segment had a limit, and nobody else");
    let head = dated.id("parties", "name", "Madre, S.A.");
    let group = dated.insured(("group", &head), "POL-G", (4, 40));
    look(&dated.app);
    assert_eq!(dated.standing(), [""; 0]);
    // Nothing takes its place but that nothing is trusted. That of the group's head as a party is not the group's.
    dated.app.post(&format!("/v1/credit/limits/{group}/end"), &json!({ "until": dated.day(5) })).expect(200);
    dated.insured(("party", &head), "POL-P", (4, 40));
    dated.look_on(6);
    assert_eq!(dated.standing(), ["credit.cover_ended group", "credit.limit_exceeded group"]);
}
