//! The operations of the OpenAPI document, and how to call each: what the guards over all operations stand on.
//!
//! An operation added anywhere is found here by itself; what the guards cannot make up (a body, an object to work on)
//! stands in the tables below, and an operation missing there fails them with a message that says what to add.

use serde_json::{Value, json};
use testkit::TestApp;
use testkit::push::{account, contact, invoice, party};

/// One operation of the document.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) method: String,
    pub(crate) path: String,
    /// Callable without signing in.
    pub(crate) open: bool,
    pub(crate) headers: Vec<String>,
    pub(crate) takes_body: bool,
    pub(crate) query: Vec<String>,
    /// Documented to carry a version.
    pub(crate) etag: bool,
    /// Documented to be answered as a table, too.
    pub(crate) table: bool,
}

impl Operation {
    pub(crate) fn changes(&self) -> bool {
        self.method != "GET"
    }

    /// The path with an id of the right form in every place; the objects do not exist.
    pub(crate) fn made_up_path(&self) -> String {
        let mut path = self.path.clone();
        while let Some((before, rest)) = path.split_once('{') {
            let (name, after) = rest.split_once('}').expect("a closing brace");
            path = format!("{before}{}{after}", made_up(name));
        }
        format!("{path}{}", needed_query(&self.id))
    }
}

/// Every operation, from the document that is served.
pub(crate) fn operations() -> Vec<Operation> {
    let document: Value = serde_json::from_str(&server::commands::openapi()).expect("JSON");
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for method in ["get", "post", "put", "patch", "delete"] {
            let Some(operation) = item.get(method) else { continue };
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let named = |place: &str| {
                let found = parameters.iter().filter(|p| p["in"] == place);
                found.map(|p| p["name"].as_str().expect("a name").to_owned()).collect::<Vec<_>>()
            };
            let done = operation["responses"].as_object().expect("answers").iter();
            let done = done.filter(|(status, _)| status.starts_with('2')).map(|(_, a)| a).collect::<Vec<_>>();
            let security = operation["security"].as_array().expect("every operation says its security");
            found.push(Operation {
                id: operation["operationId"].as_str().expect("an operation id").to_owned(),
                method: method.to_uppercase(),
                path: path.clone(),
                open: security.iter().all(|s| s.as_object().is_some_and(serde_json::Map::is_empty)),
                headers: named("header"),
                query: named("query"),
                etag: done.iter().any(|answer| answer["headers"].get("ETag").is_some()),
                table: done.iter().any(|answer| answer["content"].get("text/csv").is_some()),
                takes_body: operation.get("requestBody").is_some(),
            });
        }
    }
    found
}

/// A value for a path parameter, by its name.
pub(crate) fn made_up(name: &str) -> String {
    let id = |prefix: &str| format!("{prefix}_{}", "0".repeat(32));
    match name {
        "account" => id("acc"),
        "action" => id("act"),
        "alert" | "parked_row" => "00000000-0000-0000-0000-000000000000".to_owned(),
        "allocation" => id("alo"),
        "api_key" => id("key"),
        "block" => id("blk"),
        "bucket_set" | "calendar" | "code" | "policy" | "scenario" | "template" => "none".to_owned(),
        "contact" => id("con"),
        "credit_check" => id("chk"),
        "credit_limit" => id("lim"),
        "limit_application" => id("lap"),
        "limit_review" => id("lrv"),
        "stand_in" => id("sub"),
        "term_deviation" => id("tdv"),
        "party_relation" => id("rel"),
        "model" => id("mdl"),
        "prediction_run" => id("prn"),
        "backtest" => id("bkt"),
        "reservation" => id("rsv"),
        "day" => "2026-03-04".to_owned(),
        "decision" => id("dec"),
        "entry" => id("ent"),
        "event" => id("evt"),
        "external_rating" => id("xrt"),
        "external_report" => id("xin"),
        "provider" => "none".to_owned(),
        "rating_override" => id("ovr"),
        "score" => id("sco"),
        "score_run" => id("srn"),
        "statement" => id("fst"),
        "instrument" => id("ins"),
        "job" => id("job"),
        "alert_run" => id("run"),
        "kind" => "alert_rules".to_owned(),
        "language" => "es".to_owned(),
        "legal_entity" => id("len"),
        "legal_rate" => id("lrt"),
        "mandant" => id("man"),
        "message" => id("msg"),
        "name" => "plazo".to_owned(),
        "owner" => "account".to_owned(),
        "party" => id("pty"),
        "portfolio" => id("prt"),
        "receivable" => id("rcv"),
        "run" => id("run"),
        "source" => id("src"),
        "user" => id("usr"),
        "push_session" | "session" => id("psh"),
        "version" => "1".to_owned(),
        _ => panic!("contract.rs: add a made-up value for the path parameter {{{name}}}"),
    }
}

/// Parameters a read cannot do without.
pub(crate) fn needed_query(operation: &str) -> &'static str {
    match operation {
        "get_exposure" | "get_effective_limit" => "?account=acc_00000000000000000000000000000000",
        "convert" => "?amount=1&from=EUR&to=USD&source=ECB&on=2026-03-04",
        "search" => "?q=x",
        _ => "",
    }
}

/// A body of the right form for a change that takes one; the ids in it need not exist.
pub(crate) fn body(operation: &Operation) -> Value {
    if !operation.takes_body {
        return json!({});
    }
    let id = |name: &str| made_up(name);
    match operation.id.as_str() {
        "create_mandant" => json!({ "code": "NEW", "name": "New" }),
        "create_legal_entity" => json!({ "mandant_id": id("mandant"), "code": "NEW", "name": "New, S.A.",
            "country": "ES", "time_zone": "Europe/Madrid", "language": "es", "currency": "EUR", "calendar_code": "ES" }),
        "update_legal_entity" => json!({ "name": "New, S.A.", "country": "ES", "time_zone": "Europe/Madrid",
            "language": "es", "currency": "EUR", "calendar_code": "ES" }),
        "update_mandant" | "update_portfolio" => json!({ "name": "New" }),
        "record_fixed_compensation" => {
            json!({ "jurisdiction": "ES", "valid_from": "2027-01-01", "amount": "50", "currency": "EUR",
            "source": "BOE" })
        }
        "update_source" => json!({ "name": "New", "gates_dunning": false, "snapshot_close_max_percent": 5 }),
        "create_source" => json!({ "legal_entity_id": id("legal_entity"), "code": "NEW", "name": "New" }),
        "create_user" => json!({ "login": "nueva", "name": "Nueva", "language": "es", "roles": ["collector"],
            "all_rights": true, "rights": [], "password": "correcto caballo grapa" }),
        "update_user" => {
            json!({ "name": "Nueva", "language": "es", "roles": ["collector"], "all_rights": true,
            "rights": [], "disabled": false })
        }
        "set_password" => json!({ "password": "otra frase bastante larga" }),
        "create_api_key" => {
            json!({ "name": "new", "roles": ["collector"], "all_rights": true, "rights": [] })
        }
        "sign_in" => json!({ "login": "nadie", "password": "nada" }),
        "refresh_tokens" | "sign_out" => json!({ "refresh_token": "0".repeat(64) }),
        "plan_message" => json!({ "template_code": "statement" }),
        "resolve_message" => json!({ "outcome": "sent", "note": "seen at the relay" }),
        "cancel_message" => json!({ "reason": "paid by phone" }),
        "mark_message_sent" => json!({ "sent_on": "2026-03-04" }),
        "save_template" => json!({ "purpose": "reminder", "document": {} }),
        "preview_template" => json!({ "account_id": id("account") }),
        "save_contact_policy" => json!({ "document": {} }),
        "edit_party" | "edit_account" | "edit_contact" => json!({ "name": "Otro nombre" }),
        "assign_portfolio" => json!({ "portfolio_id": null }),
        "create_contact" => json!({ "name": "Nuevo", "email": "nuevo@example.com" }),
        "create_portfolio" => json!({ "code": "NEW", "name": "New" }),
        "allocate" => json!({ "rules": ["oldest_first"] }),
        "reverse_allocation" => json!({ "effective_on": "2026-03-04" }),
        "snooze_alert" => json!({ "until": "2026-03-31" }),
        "escalate_alert" => json!({ "to": "manager" }),
        "check_scenario" | "create_scenario_draft" | "check_rule_set" | "create_rule_set_draft" => {
            json!({ "document": {} })
        }
        "preview_scenario" => json!({ "legal_entity_id": id("legal_entity"), "code": "standard",
            "amount": "100.00", "currency": "EUR", "due_on": "2026-03-31" }),
        "create_block" => json!({ "account_id": id("account"), "reason": "other", "note": "why" }),
        "start_dunning_run" => json!({ "legal_entity_id": id("legal_entity") }),
        "train_model" | "start_prediction_run" => json!({ "legal_entity_id": id("legal_entity") }),
        "start_backtest" => json!({ "legal_entity_id": id("legal_entity"), "from": "2026-01-01",
            "rule": { "refuse_when": "exposure.overdue > 0" } }),
        "approve_actions" => json!({ "ids": [id("action")] }),
        "reject_action" => json!({ "reason": "no" }),
        "edit_action" => json!({ "note": "please" }),
        "create_credit_check" => json!({ "source": "ERP-E1", "account_external_id": "A1", "amount": "10.00",
            "currency": "EUR", "checkpoint": "order", "reference": "PO-1", "reserve": true }),
        "record_credit_limit" => {
            json!({ "holder_kind": "account", "holder_id": id("account"), "limit_type": "insured",
            "reference": "POL-1", "currency": "EUR", "amount": "10.00", "from": "2026-01-01" })
        }
        "end_credit_limit" => json!({ "until": "2026-12-31" }),
        "create_limit_application" => json!({ "holder_kind": "account", "holder_id": id("account"),
            "limit_type": "own", "currency": "EUR", "amount": "10.00", "reason": "growing" }),
        "approve_limit_application" => json!({ "amount": "10.00" }),
        "refuse_limit_application" => json!({ "note": "no figures" }),
        "finish_limit_review" => json!({ "outcome": "keep" }),
        "create_stand_in" => json!({ "kind": "absence", "person_id": id("user"),
            "stand_in_id": id("user").replace('0', "1"), "from": "2026-03-01" }),
        "save_payment_term" => json!({ "document": {} }),
        "create_term_deviation" => json!({ "account_id": id("account"), "payment_term": "net_45",
            "from": "2026-01-01", "reason": "a large project" }),
        "approve_term_deviation" => json!({ "note": "why", "replace": true, "acknowledged_above_cap": true }),
        "refuse_term_deviation" => json!({ "note": "why" }),
        "end_term_deviation" => json!({ "until": "2026-12-31" }),
        "release_credit_check" => json!({ "hours": 5, "reason": "paid by phone" }),
        "create_party_relation" => {
            json!({ "party_id": id("party"), "related_party_id": id("party").replace('0', "1"),
            "kind": "parent" })
        }
        "end_party_relation" => json!({ "until": "2026-03-31" }),
        "score_one_party" => json!({ "party_id": id("party") }),
        "start_scoring" => json!({}),
        "set_rating_override" => json!({ "party_id": id("party"), "class": "E", "reason": "a claim is open",
            "until": "2026-12-31" }),
        "record_financial_statement" => {
            json!({ "party_id": id("party"), "closes_on": "2025-12-31", "currency": "EUR",
            "assurance": "filed", "figures": { "total_assets": "1000", "equity": "400" }, "note": "from the register" })
        }
        "put_rating_provider" => json!({ "name": "Bureau", "grades": ["A", "B", "C"] }),
        "import_external_ratings" => json!({ "provider": "bureau",
            "csv": "tax_id,grade,rated_on\nB00000000,A,2026-03-01\n" }),
        "record_external_rating" => json!({ "provider": "bureau", "party_id": id("party"), "grade": "A",
            "rated_on": "2026-03-01" }),
        "match_external_report" => json!({ "party_id": id("party") }),
        "ignore_external_report" => json!({ "note": "a company that was wound up" }),
        "create_calendar" => json!({ "code": "NEW", "name": "New" }),
        "add_holiday" => json!({ "day": "2026-05-15", "name": "San Isidro" }),
        "record_legal_rate" => {
            json!({ "jurisdiction": "ES", "valid_from": "2026-07-01", "annual_percent": "10",
            "source": "BOE" })
        }
        "record_fx_rates" => json!({ "source": "ECB",
            "rates": [{ "base": "EUR", "quote": "USD", "quoted_on": "2026-03-02", "rate": "1.25" }] }),
        "declare_attribute" => json!({ "type": "number", "label_en": "Terms", "label_es": "Plazo" }),
        "create_bucket_set" => json!({ "code": "NEW", "name": "New", "bounds": [15, 45] }),
        "move_book_clock" => json!({ "now": "2026-03-05T08:00:00Z" }),
        other => panic!("contract.rs: add a body for the operation {other}"),
    }
}

/// A book with everything in it that changes need to succeed.
pub(crate) struct World {
    pub(crate) app: TestApp,
    pub(crate) entity: String,
    pub(crate) account: String,
}

impl World {
    pub(crate) fn new() -> Self {
        let app = TestApp::start();
        let entity = app.entity("E1");
        app.database.sql("UPDATE installation SET test_book = true");
        app.push("ERP-E1")
            .parties(vec![party("P1", "Uno, S.L.")])
            .accounts(vec![account("A1", "P1")])
            .contacts(vec![contact("C1", "A1", "uno@example.com")])
            .receivables(vec![invoice("F1", "A1", "100.00", ("2026-01-05", "2026-02-05"))])
            .finish();
        let account = first(&app, "accounts");
        Self { app, entity, account }
    }

    /// The answer of a change that must succeed.
    pub(crate) fn made(&self, path: &str, body: &Value) -> Value {
        let reply = self.app.post(path, body);
        assert!(reply.status < 300, "{path}: {}", reply.text());
        reply.json()
    }
}

/// The id of the first object of a list.
pub(crate) fn first(app: &TestApp, list: &str) -> String {
    let page = app.get(&format!("/v1/{list}?limit=1")).expect(200);
    page["items"][0]["id"].as_str().unwrap_or_else(|| panic!("nothing among {list}")).to_owned()
}
