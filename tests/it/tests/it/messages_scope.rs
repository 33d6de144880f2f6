//! Whoever may list a message may act on it: by its legal entity or by the portfolio of its account; nobody else learns of it.

use serde_json::{Value, json};
use testkit::app::TestApp;
use testkit::http::{Call, Reply};

use crate::messages::{message, plan, seeded};

/// A planned statement of `A1`, which is in a portfolio.
struct Desk {
    app: TestApp,
    account: String,
    message: String,
    /// A supervisor of the portfolio.
    ours: String,
    /// A supervisor of another legal entity.
    foreign: String,
}

impl Desk {
    fn new() -> Self {
        let (app, account) = seeded();
        let portfolio = app.post("/v1/portfolios", &json!({ "code": "SUR", "name": "Sur" })).expect(201);
        let portfolio = portfolio["id"].as_str().expect("an id").to_owned();
        app.put(&format!("/v1/accounts/{account}/portfolio"), &json!({ "portfolio_id": portfolio }))
            .expect(200);
        let other = app.entity("E2");
        let ours = app.key(&["supervisor"], Some(&[("portfolio", &portfolio)]));
        let foreign = app.key(&["supervisor"], Some(&[("legal_entity", &other)]));
        let message = plan(&app, &account, "statement");
        Self { app, account, message, ours, foreign }
    }

    fn post(&self, key: &str, path: &str, body: &Value) -> Reply {
        Call::new(&self.app.base, "POST", path).bearer(key).json(body).send()
    }

    fn get(&self, key: &str, path: &str) -> Reply {
        Call::new(&self.app.base, "GET", path).bearer(key).send()
    }

    fn path(&self, what: &str) -> String {
        format!("/v1/messages/{}/{what}", self.message)
    }

    /// What is done to a message or an account, and with what.
    fn deeds(&self) -> [(String, Value); 5] {
        [
            (format!("/v1/accounts/{}/messages", self.account), json!({ "template_code": "statement" })),
            ("/v1/templates/statement/preview".to_owned(), json!({ "account_id": self.account })),
            (self.path("cancel"), json!({ "reason": "por teléfono" })),
            (self.path("mark-sent"), json!({})),
            (self.path("resolve"), json!({ "outcome": "sent", "note": "visto" })),
        ]
    }
}

#[test]
fn a_portfolio_is_enough_to_act_on_its_messages() {
    let desk = Desk::new();
    assert_eq!(desk.get(&desk.ours, &desk.path("why-not-now")).expect(200)["now"], true);
    let [planned, preview, cancel, mark_sent, resolve] = desk.deeds();
    desk.post(&desk.ours, &planned.0, &planned.1).expect(201);
    desk.post(&desk.ours, &preview.0, &preview.1).expect(200);
    desk.post(&desk.ours, &mark_sent.0, &mark_sent.1).refused(409, "message.transition_refused");
    desk.post(&desk.ours, &resolve.0, &resolve.1).refused(409, "message.transition_refused");
    assert_eq!(desk.post(&desk.ours, &cancel.0, &cancel.1).status, 204);
    desk.app.send_due();
    let listed = desk.get(&desk.ours, "/v1/messages?state=sent").expect(200);
    let sent = listed["items"][0]["id"].as_str().expect("the second one").to_owned();
    assert_eq!(desk.get(&desk.ours, &format!("/v1/messages/{sent}/mime")).status, 200);
}

#[test]
fn messages_of_another_legal_entity_do_not_exist() {
    let desk = Desk::new();
    for (path, body) in desk.deeds() {
        let answer = desk.post(&desk.foreign, &path, &body);
        assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"), "{path}");
    }
    for what in ["why-not-now", "mime", "pdf"] {
        desk.get(&desk.foreign, &desk.path(what)).refused(404, "not_found");
    }
    assert_eq!(message(&desk.app, &desk.message)["state"], "planned");
}

#[test]
fn alerts_are_seen_and_resolved_by_those_whose_account_it_is() {
    let desk = Desk::new();
    desk.app.database.sql("UPDATE contact SET email = NULL");
    desk.app.send_due();
    let open = |key: &str| desk.get(key, "/v1/alerts?open=true").expect(200)["items"].clone();
    assert_eq!(open(&desk.foreign), json!([]));
    let alert = open(&desk.ours)[0]["id"].as_str().expect("an id").to_owned();
    let path = format!("/v1/alerts/{alert}/resolve");
    desk.post(&desk.foreign, &path, &json!({})).refused(404, "not_found");
    assert_eq!(desk.post(&desk.ours, &path, &json!({})).status, 204);
    assert_eq!(open(&desk.ours), json!([]));
    let told = desk.app.database.sql(
        "SELECT count(*) FROM event e JOIN account a ON a.id = e.account_id AND a.legal_entity_id = e.legal_entity_id \
         WHERE e.kind = 'alert.resolved'",
    );
    assert_eq!(told, "1", "the event says whose it was");
}

#[test]
fn a_preview_shows_customers_only_to_those_who_may_see_them() {
    let desk = Desk::new();
    let preview = |permissions: &[&str]| {
        let body = json!({ "name": "writer", "roles": ["administrator"], "permissions": permissions,
            "all_rights": true, "rights": [] });
        let key =
            desk.app.post("/v1/api-keys", &body).expect(201)["secret"].as_str().expect("a key").to_owned();
        desk.post(&key, "/v1/templates/statement/preview", &json!({ "account_id": desk.account }))
    };
    preview(&["template.read"]).refused(403, "auth.forbidden");
    preview(&["template.read", "customers.read"]).refused(403, "auth.forbidden");
    preview(&["template.read", "customers.read", "receivables.read"]).expect(200);
}
