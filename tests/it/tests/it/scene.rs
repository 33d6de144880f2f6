//! A book with an object of every kind, all of one legal entity, and a second entity that has nothing.

use proto::v1::InstrumentRow;
use serde_json::json;
use testkit::push::{account as new_account, party, payment};
use testkit::wait;

use crate::contract::{Operation, World, first, made_up, needed_query};
use crate::reads::text;

/// Path parameters that name what all legal entities share.
const SHARED: &[&str] = &[
    "alert_run",
    "bucket_set",
    "calendar",
    "code",
    "day",
    "kind",
    "language",
    "legal_rate",
    "name",
    "owner",
    "policy",
    "provider",
    "score_run",
    "scenario",
    "stand_in",
    "template",
    "version",
];

pub(crate) struct Scene {
    pub(crate) world: World,
    /// The legal entity that has nothing.
    pub(crate) other: String,
    alert: String,
    user: String,
    key: String,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let world = World::new();
        let other = world.app.entity("E2");
        let (app, entity, account) = (&world.app, &world.entity, &world.account);
        app.push("ERP-E1")
            .instruments(vec![instrument("I1", "A1")])
            .entries(vec![
                payment("Z1", "A1", "", ("25", "2026-02-03")),
                payment("Z2", "A1", "F9", ("5", "2026-02-03")),
            ])
            .finish();
        world.made("/v1/portfolios", &json!({ "code": "NORTE", "name": "Norte" }));
        let portfolio = json!({ "portfolio_id": app.get("/v1/portfolios/NORTE").expect(200)["id"] });
        app.put(&format!("/v1/accounts/{account}/portfolio"), &portfolio).expect(200);
        let run = world.made("/v1/dunning/runs", &json!({ "legal_entity_id": entity }));
        let run = format!("/v1/dunning/runs/{}", text(&run["id"]));
        wait::until("the run has ended", || app.get(&run).expect(200)["state"] != "running");
        let planned = json!({ "template_code": "statement" });
        world.made(&format!("/v1/accounts/{account}/messages"), &planned);
        world.made("/v1/blocks", &json!({ "account_id": account, "reason": "legal" }));
        let rights = json!([{ "kind": "legal_entity", "id": entity }]);
        let user = json!({ "login": "uno", "name": "Ana", "language": "es", "roles": ["collector"], "all_rights": false,
            "rights": rights, "password": "correcto caballo grapa" });
        let user = text(&world.made("/v1/users", &user)["id"]);
        let key = json!({ "name": "k", "roles": ["collector"], "all_rights": false, "rights": rights });
        let key = text(&world.made("/v1/api-keys", &key)["key"]["id"]);
        let alert = app.database.sql(
            "INSERT INTO alert (id, kind, episode_key, legal_entity_id, account_id, message, raised_at, event_id) \
             SELECT gen_random_uuid(), 'message_cannot_be_sent', 'x', legal_entity_id, id, 'x', now(), gen_random_uuid() \
             FROM account LIMIT 1 RETURNING id",
        );
        let alert = alert.lines().next().expect("an id").to_owned();
        app.database.sql(
            "UPDATE rule_set SET document = jsonb_set(document, '{on_no_limit}', '\"allow\"') WHERE kind = 'credit_policy'",
        );
        let check = json!({ "account_id": account, "amount": "10.00", "currency": "EUR", "checkpoint": "quote",
            "reference": "PO-1", "reserve": true });
        world.made("/v1/credit/checks", &check);
        app.push("ERP-E1")
            .parties(vec![party("P8", "Ocho")])
            .accounts(vec![new_account("A8", "P8")])
            .finish();
        let parties = app.get("/v1/parties?limit=2").expect(200);
        let related = json!({ "party_id": parties["items"][0]["id"], "related_party_id": parties["items"][1]["id"],
            "kind": "branch" });
        world.made("/v1/party-relations", &related);
        let model = text(&world.made("/v1/models", &json!({ "legal_entity_id": entity }))["id"]);
        let past = json!({ "legal_entity_id": entity, "from": "2026-01-01", "rule": { "refuse_when": "exposure.overdue > 0" } });
        let backtest = text(&world.made("/v1/backtests", &past)["id"]);
        wait::until("the model and the back-test have ended", || {
            app.get(&format!("/v1/models/{model}")).expect(200)["state"] != "training"
                && app.get(&format!("/v1/backtests/{backtest}")).expect(200)["state"] != "running"
        });
        app.database.sql(
            "INSERT INTO prediction_run (id, legal_entity_id, model_id, predicted_on, state, started_at, job_id, event_id) \
             SELECT gen_random_uuid(), legal_entity_id, id, known_on, 'finished', now(), job_id, event_id FROM model",
        );
        let party = json!(first(app, "parties"));
        world.made("/v1/scores", &json!({ "party_id": party }));
        world.made(
            "/v1/rating-overrides",
            &json!({ "party_id": party, "class": "E", "reason": "a claim", "until": "2026-12-31" }),
        );
        world.made(
            "/v1/financial-statements",
            &json!({ "party_id": party, "closes_on": "2025-12-31", "currency": "EUR", "assurance": "filed",
                "figures": { "equity": "400" } }),
        );
        let bureau = json!({ "name": "Bureau", "grades": ["A", "B", "C"] });
        app.put("/v1/rating-providers/bureau", &bureau).expect(200);
        let rating =
            json!({ "provider": "bureau", "party_id": party, "grade": "A", "rated_on": "2026-03-01" });
        world.made("/v1/external-ratings", &rating);
        let report = json!({ "provider": "bureau", "csv": "tax_id,grade,rated_on\nX1,A,2026-03-01\n" });
        world.made("/v1/external-ratings/import", &report);
        limits(&world);
        app.sequence_events();
        Self { world, other, alert, user, key }
    }

    /// Whether an operation names an object of the first entity in its path.
    pub(crate) fn names_an_object(operation: &Operation) -> bool {
        names(&operation.path).iter().any(|name| !SHARED.contains(name))
    }

    /// Whether everything its path names belongs to that entity.
    pub(crate) fn names_objects_only(operation: &Operation) -> bool {
        names(&operation.path).iter().all(|name| !SHARED.contains(name))
    }

    /// The path of an operation on what the first entity has.
    pub(crate) fn path(&self, operation: &Operation) -> String {
        let mut path = operation.path.clone();
        for name in names(&operation.path) {
            path = path.replace(&format!("{{{name}}}"), &self.object(name));
        }
        format!("{path}{}", needed_query(&operation.id))
    }

    fn object(&self, name: &str) -> String {
        let app = &self.world.app;
        match name {
            name if SHARED.contains(&name) => made_up(name),
            "alert" => self.alert.clone(),
            "api_key" => self.key.clone(),
            "event" => {
                let page =
                    app.get(&format!("/v1/audit-entries?legal_entity={}", self.world.entity)).expect(200);
                text(&page["items"][0]["id"])
            }
            "legal_entity" => self.world.entity.clone(),
            "mandant" => {
                let entity = app.get(&format!("/v1/legal-entities/{}", self.world.entity)).expect(200);
                text(&entity["mandant_id"])
            }
            "account" => self.world.account.clone(),
            "entry" => first(app, "entries"),
            "external_report" => first(app, "external-inbox"),
            "statement" => first(app, "financial-statements"),
            "party" => first(app, "parties"),
            "run" => first(app, "dunning/runs"),
            "credit_check" => {
                let page = app.get(&format!("/v1/credit/checks?account={}", self.world.account)).expect(200);
                text(&page["items"][0]["id"])
            }
            "reservation" => first(app, "credit/reservations"),
            "credit_limit" => first(app, "credit/limits"),
            "limit_application" => first(app, "credit/applications"),
            "limit_review" => first(app, "credit/reviews"),
            "source" => text(&app.get("/v1/sources/ERP-E1").expect(200)["id"]),
            "user" => self.user.clone(),
            name => first(app, &format!("{}s", name.replace('_', "-"))),
        }
    }
}

/// A limit that is to be looked at again, an application, and other terms of payment asked for.
fn limits(world: &World) {
    let account = &world.account;
    let limit = json!({ "holder_kind": "account", "holder_id": account, "limit_type": "insured", "reference": "POL-1",
        "currency": "EUR", "amount": "10.00", "from": "2026-01-01", "review_on": "2026-03-01" });
    world.made("/v1/credit/limits", &limit);
    let ctx = app::access::authenticate::system_ctx("credit", world.app.now());
    app::credit::limits::reviews::generate_reviews(&world.app.wired.api.app, &ctx).expect("generated");
    let asked = json!({ "holder_kind": "account", "holder_id": account, "limit_type": "own", "currency": "EUR",
        "amount": "10.00", "reason": "growing", "submit": true });
    world.made("/v1/credit/applications", &asked);
    let terms = json!({ "account_id": account, "payment_term": "net_45", "from": "2026-01-01", "reason": "a project" });
    world.made("/v1/term-deviations", &terms);
}

fn names(path: &str) -> Vec<&str> {
    path.split('{').skip(1).filter_map(|part| Some(part.split_once('}')?.0)).collect()
}

fn instrument(id: &str, account: &str) -> InstrumentRow {
    InstrumentRow {
        external_id: id.to_owned(),
        account_external_id: account.to_owned(),
        kind: "promissory_note".to_owned(),
        number: "P-1".to_owned(),
        amount: "10.00".to_owned(),
        currency: "EUR".to_owned(),
        received_on: "2026-02-01".to_owned(),
        maturity_on: "2026-05-05".to_owned(),
        ..InstrumentRow::default()
    }
}
