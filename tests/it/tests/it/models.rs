//! Models through REST: trained on pushed history, refused where they are no better, put into force, estimating.

mod shown;

use chrono::{Days, NaiveDate};
use proto::v1::{EntryRow, ReceivableRow};
use serde_json::{Value, json};
use testkit::app::TestApp;
use testkit::push::{account, invoice, party, payment};
use testkit::wait;

use crate::reads::text;
use crate::repeat::{Sample, done_once};

const CUSTOMERS: u64 = 50;
const INVOICES: u64 = 24;

/// Numbers that look random.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

/// A legal entity with two years of invoices, what was to be paid before today paid.
struct Book {
    app: TestApp,
    entity: String,
}

impl Book {
    fn empty() -> Self {
        let app = TestApp::start();
        let entity = app.entity("E1");
        Self { app, entity }
    }

    /// Of a book with habits every customer pays in a way of its own, large invoices later; else nobody has any, and everybody pays as
    /// often before the due date as after it: to know more than that is to have learned something.
    fn new(habits: bool) -> Self {
        let book = Self::empty();
        let (mut dice, today) = (Dice(7), book.app.now().date_naive());
        let (mut parties, mut accounts, mut invoices, mut payments) = (vec![], vec![], vec![], vec![]);
        for customer in 0..CUSTOMERS {
            let (name, habit) = (format!("A{customer}"), dice.below(40));
            parties.push(party(&format!("P{customer}"), &format!("Cliente {customer}")));
            accounts.push(account(&name, &format!("P{customer}")));
            for n in 0..INVOICES {
                let issue_on = day("2024-03-01") + Days::new(dice.below(730));
                let due_on = issue_on + Days::new(30);
                let large = dice.below(2) == 1;
                let wait =
                    if habits { habit + if large { 24 } else { 0 } + dice.below(7) } else { dice.below(51) };
                let (key, amount) = (format!("F{customer}-{n}"), if large { "5000.00" } else { "100.00" });
                let dates = (issue_on.to_string(), due_on.to_string());
                invoices.push(invoice(&key, &name, amount, (&dates.0, &dates.1)));
                let paid_on = issue_on + Days::new(wait + 5);
                if paid_on < today {
                    let row = payment(&format!("Z{key}"), &name, &key, (amount, &paid_on.to_string()));
                    payments.push(row);
                }
            }
        }
        let push = book.app.push("ERP-E1").parties(parties).accounts(accounts).receivables(invoices);
        push.entries(payments).finish();
        book
    }

    fn train(&self) -> Value {
        let started = self.app.post("/v1/models", &json!({ "legal_entity_id": self.entity })).expect(201);
        self.ended(&format!("/v1/models/{}", text(&started["id"])), "training")
    }

    /// What is at a path, once it is no longer in a state.
    fn ended(&self, path: &str, state: &str) -> Value {
        wait::until_some("the end of the work", || {
            let found = self.app.get(path).expect(200);
            (found["state"] != state).then_some(found)
        })
    }

    fn act(&self, model: &Value, action: &str) -> testkit::Reply {
        self.app.post(&format!("/v1/models/{}/{action}", text(&model["id"])), &json!({}))
    }

    fn predict(&self) -> Value {
        let body = json!({ "legal_entity_id": self.entity });
        let started = self.app.post("/v1/prediction-runs", &body).expect(201);
        self.ended(&format!("/v1/prediction-runs/{}", text(&started["id"])), "running")
    }

    fn items(&self, path: &str) -> Vec<Value> {
        self.app.get(path).expect(200)["items"].as_array().expect("items").clone()
    }

    fn push(&self, receivables: Vec<ReceivableRow>, entries: Vec<EntryRow>) {
        let push = self.app.push("ERP-E1");
        let push = if receivables.is_empty() { push } else { push.receivables(receivables) };
        if entries.is_empty() {
            push.finish()
        } else {
            push.entries(entries).finish()
        };
    }
}

fn target<'m>(model: &'m Value, name: &str) -> &'m Value {
    let targets = model["card"]["targets"].as_array().unwrap_or_else(|| panic!("no card in {model}"));
    targets.iter().find(|t| t["target"] == name).expect("the target")
}

#[test]
fn habits_are_learned_and_estimated_from_training_to_drift() {
    let book = Book::new(true);
    let model = book.train();
    assert_eq!(model["state"], "trained", "{model}");
    assert_eq!(model["allowed_actions"], json!(["activate"]));
    let late = target(&model, "late");
    assert_eq!(late["verdict"], "better", "{late}");
    let errors =
        ["model", "due_date", "customer_median"].map(|of| late[of]["error"].as_f64().expect("a number"));
    assert!(errors[0] < errors[1] && errors[0] < errors[2], "{late}");
    assert_eq!(book.act(&model, "activate").expect(200)["state"], "active");

    let run = book.predict();
    assert_eq!(run["state"], "finished", "{run}");
    let predictions = book.items("/v1/predictions?limit=500");
    let open = book.app.database.sql("SELECT count(*) FROM receivable WHERE closed_on IS NULL");
    assert_eq!(predictions.len().to_string(), open);
    let probability = |p: &Value| text(&p["probability_late"]).parse::<f64>().expect("a number");
    let said = predictions.iter().filter(|p| p["abstained"].is_null()).collect::<Vec<_>>();
    assert!(said.len() > 10 && said.iter().all(|p| (0.0..=1.0).contains(&probability(p))));
    assert!(said.windows(2).all(|pair| probability(pair[0]) >= probability(pair[1])), "the likeliest first");
    assert!(said.iter().all(|p| p["effects"].as_array().is_some_and(|e| e.len() == 3)));
    let one = said[0];
    let path = format!("/v1/predictions?receivable={}", text(&one["receivable_id"]));
    assert_eq!(book.items(&path), std::slice::from_ref(one));
    let likely = book.items("/v1/predictions?probability_late_from=0.5&limit=500");
    assert_eq!(likely.len(), said.iter().filter(|p| probability(p) >= 0.5).count());
    let accounts = book.items(&format!("/v1/account-predictions?account={}", text(&one["account_id"])));
    assert_eq!(accounts.len(), 1);
    assert!(accounts[0]["probability_late"].is_string(), "{}", accounts[0]);
    let facts = facts_of(&book, &text(&one["account_id"]));
    assert_eq!(facts["probability_late"], accounts[0]["probability_late"], "a party with one account");
    assert_eq!(
        book.items("/v1/model-drift"),
        [json!(null); 0],
        "of so few invoices nothing is said about drift"
    );
}

#[test]
fn estimates_in_several_currencies_are_not_averaged_by_bare_amounts() {
    let book = Book::new(true);
    let model = book.train();
    book.act(&model, "activate").expect(200);
    let many = ("2026-02-02", "2026-03-20");
    let mut yen = invoice("Y", "X", "9000000.00", many);
    yen.currency = "JPY".to_owned();
    let euros = ["X1", "X2"].map(|id| invoice(id, "X", "100.00", many));
    book.app
        .push("ERP-E1")
        .parties(vec![party("PX", "Equis")])
        .accounts(vec![account("X", "PX")])
        .receivables(euros.into_iter().chain([yen]).collect())
        .finish();
    book.predict();
    book.app.database.sql(
        "UPDATE prediction p SET abstained = NULL, probability_late = CASE c.currency WHEN 'JPY' THEN 0.9 ELSE 0.2 END \
         FROM receivable c JOIN account a ON a.id = c.account_id \
         WHERE a.number = 'X' AND c.id = p.receivable_id AND c.account_id = p.account_id",
    );
    let id = text(&book.items("/v1/accounts?number=X")[0]["id"]);
    let said = book.items(&format!("/v1/account-predictions?account={id}"));
    assert_eq!(
        (text(&said[0]["probability_late"]), &said[0]["receivables"]),
        ("0.2".into(), &json!(3)),
        "{said:?}"
    );
    assert_eq!(facts_of(&book, &id)["probability_late"], said[0]["probability_late"]);
}

#[test]
fn a_model_that_is_no_better_than_the_baselines_is_not_put_into_force() {
    let book = Book::new(false);
    let model = book.train();
    assert_eq!(
        (&model["state"], &model["state_reason"]),
        (&json!("refused"), &json!("model.not_better")),
        "{model}"
    );
    assert_eq!(model["allowed_actions"], json!([]));
    book.act(&model, "activate").refused(409, "model.not_better");
    book.app
        .post("/v1/prediction-runs", &json!({ "legal_entity_id": book.entity }))
        .refused(409, "model.none_active");
    assert!(book.items("/v1/predictions").is_empty());
    let facts = facts_of(&book, &text(&book.items("/v1/accounts?number=A1")[0]["id"]));
    assert!(facts["probability_late"].is_null(), "without a model nothing is known: {facts}");
}

/// The facts of the model that a scorecard reads, of the party that an account belongs to.
fn facts_of(book: &Book, account: &str) -> Value {
    let account = book.app.get(&format!("/v1/accounts/{account}")).expect(200);
    let party = kernel::id::PartyId::parse(&text(&account["party_id"])).expect("an id").0;
    let store = &book.app.wired.api.app.store;
    let on = book.app.now().date_naive();
    let loaded = store.view("facts", |tx| tx.load_scoring_facts(&[party], on, "standard")).expect("facts");
    let facts = app::credit::scoring::facts::facts(&loaded, &domain::attributes::Declared::default(), on);
    let of = |name: &str| serde_json::to_value(facts[0].1.get(name)).expect("JSON");
    json!({ "probability_late": of("model.probability_late") })
}

#[test]
fn thin_history_is_refused_and_says_how_thin() {
    let book = Book::empty();
    book.app.push("ERP-E1").parties(vec![party("P1", "Uno")]).accounts(vec![account("A1", "P1")]).finish();
    book.push(vec![invoice("F1", "A1", "10.00", ("2025-01-02", "2025-02-01"))], vec![]);
    let model = book.train();
    assert_eq!(
        (text(&model["state"]), text(&model["state_reason"])),
        ("refused".into(), "model.too_few_items".into())
    );
    assert_eq!(model["card"]["test_rows"], 0, "{model}");
    book.act(&model, "activate").refused(409, "model.not_better");
}

const ACTIVATED: &str = "SELECT count(*) FROM event WHERE kind = 'credit.model_activated'";

#[test]
fn a_model_is_put_into_force_once() {
    let book = Book::new(true);
    let (first, second) = (book.train(), book.train());
    assert_eq!((&first["number"], &second["number"]), (&json!(1), &json!(2)));
    assert_eq!(first["card"]["targets"], second["card"]["targets"], "the same history and seed");
    let sample = Sample::bare(format!("/v1/models/{}/activate", text(&first["id"])));
    done_once(&book.app, "activate_model", &sample, ACTIVATED);
    let again = book.act(&first, "activate").expect(200);
    assert_eq!(again["state"], "active");
    assert_eq!(book.app.database.sql(ACTIVATED), "1");
    book.act(&second, "activate").expect(200);
    let states = book.items("/v1/models").iter().map(|m| text(&m["state"])).collect::<Vec<_>>();
    assert_eq!(states, ["active", "retired"]);
    book.act(&first, "activate").expect(200);
    assert_eq!(book.items("/v1/models?state=active")[0]["number"], 1, "what retired can come back");
}

#[test]
fn a_model_is_taken_out_of_force_once() {
    let book = Book::new(true);
    let model = book.train();
    book.act(&model, "deactivate").refused(409, "model.not_active");
    book.act(&model, "activate").expect(200);
    book.predict();
    assert!(!book.items("/v1/predictions").is_empty());
    let sample = Sample::bare(format!("/v1/models/{}/deactivate", text(&model["id"])));
    let states = "SELECT string_agg(state, ',') FROM model";
    assert_eq!(done_once(&book.app, "deactivate_model", &sample, states)["state"], "retired");
    assert!(book.items("/v1/predictions").is_empty(), "nothing is estimated any more");
    book.act(&model, "deactivate").refused(409, "model.not_active");
}

#[test]
fn one_run_at_a_time() {
    let book = Book::new(true);
    let model = book.train();
    book.act(&model, "activate").expect(200);
    let (path, body) = ("/v1/prediction-runs", json!({ "legal_entity_id": book.entity }));
    let other = json!({ "legal_entity_id": book.app.entity("E2") });
    let sample = Sample { path: path.to_owned(), body, other };
    let runs = "SELECT count(*) FROM prediction_run";
    let started = done_once(&book.app, "start_prediction_run", &sample, runs);
    book.ended(&format!("{path}/{}", text(&started["id"])), "running");
    book.app.database.sql("UPDATE prediction_run SET state = 'running'");
    let body = json!({ "legal_entity_id": book.entity });
    book.app.post("/v1/prediction-runs", &body).refused(409, "prediction.in_progress");
    book.app
        .database
        .sql("UPDATE prediction_run SET state = 'finished'; UPDATE model SET state = 'training'");
    book.app.post("/v1/models", &body).refused(409, "model.in_training");
}

#[test]
fn estimates_are_made_again_after_a_push_and_on_a_new_day() {
    let book = Book::new(true);
    let app = &book.app.wired.api.app;
    let due = || {
        let holder = uuid::Uuid::from_u128(1);
        app::credit::learning::schedule::start_due(app, holder, 60).expect("looked at")
    };
    assert!(due().is_empty(), "no model is in force");
    let model = book.train();
    book.act(&model, "activate").expect(200);
    let ended = || {
        wait::until("the run has ended", || book.items("/v1/prediction-runs?state=running").is_empty());
    };
    assert_eq!(due(), ["E1"]);
    ended();
    assert!(due().is_empty(), "nothing has happened");
    book.app.set_clock(book.app.now() + chrono::Duration::minutes(5));
    book.push(vec![invoice("NEW", "A1", "50.00", ("2026-03-03", "2026-04-02"))], vec![]);
    assert_eq!(due(), ["E1"]);
    ended();
    let new = book.items("/v1/predictions?limit=500").into_iter().filter(|p| p["document_no"] == "NEW");
    assert_eq!(new.count(), 1);
    book.app.set_clock("2026-03-05T08:00:00Z".parse().expect("an instant"));
    assert_eq!(due(), ["E1"]);
    ended();
    assert_eq!(book.items("/v1/predictions")[0]["predicted_on"], "2026-03-05");
}

#[test]
fn what_is_learned_of_one_legal_entity_is_nobody_elses() {
    let book = Book::new(true);
    let model = book.train();
    book.act(&model, "activate").expect(200);
    book.predict();
    let other = book.app.entity("E2");
    let key = book.app.key(&["manager"], Some(&[("legal_entity", &other)]));
    for list in ["models", "prediction-runs", "predictions", "account-predictions", "model-drift"] {
        let page = book.app.call("GET", &format!("/v1/{list}")).bearer(&key).send().expect(200);
        assert_eq!(page["items"], json!([]), "{list}");
    }
    let path = format!("/v1/models/{}/activate", text(&model["id"]));
    let body = json!({});
    book.app.call("POST", &path).bearer(&key).json(&body).send().refused(403, "auth.out_of_scope");
    let reader = book.app.key(&["collector"], None);
    let body = json!({ "legal_entity_id": book.entity });
    book.app.call("POST", "/v1/models").bearer(&reader).json(&body).send().refused(403, "auth.forbidden");
}

/// A training that another worker began and no longer carries out.
fn planted(book: &Book, attempt: u32) -> String {
    book.app.database.sql(&format!(
        "WITH m AS (INSERT INTO model (id, legal_entity_id, version, state, seed, known_on, created_at, job_id, event_id) \
             SELECT gen_random_uuid(), id, 1, 'training', 1, '2026-03-01', now(), gen_random_uuid(), event_id \
             FROM legal_entity RETURNING id, job_id, event_id) \
         INSERT INTO job (id, kind, payload, state, attempt, run_at, locked_until, created_at, event_id) \
         SELECT job_id, 'model_training', jsonb_build_object('subject_id', id), 'running', {attempt}, now(), \
             now() - interval '1 second', now(), event_id FROM m"
    ));
    let model = book.app.database.sql("SELECT r.pid('mdl', id) FROM model");
    format!("/v1/models/{model}")
}

#[test]
fn a_training_whose_attempts_are_used_up_fails_and_makes_room_for_another() {
    let book = Book::empty();
    let path = planted(&book, 5);
    let model = book.ended(&path, "training");
    let of = |name: &str| text(&model[name]);
    assert_eq!((of("state"), of("state_reason")), ("failed".into(), "learning.attempts_used_up".into()));
    assert_eq!(
        book.app.database.sql("SELECT state, error_code FROM job"),
        "failed|learning.attempts_used_up"
    );
    assert_eq!(book.train()["state"], "refused", "another one is trained");
}

#[test]
fn a_training_that_shows_progress_and_fails_does_not_begin_for_ever() {
    let book = Book::new(true);
    // Everything is read and fitted, and then the result cannot be written.
    book.app.database.sql(
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'full'; END $$; \
         CREATE TRIGGER full_disk BEFORE UPDATE ON model FOR EACH ROW WHEN (NEW.state = 'trained') \
             EXECUTE FUNCTION full_disk()",
    );
    let path = planted(&book, 3);
    let model = book.ended(&path, "training");
    assert_eq!(model["state"], "failed", "{model}");
    assert_eq!(
        book.app.database.sql("SELECT state, attempt FROM job WHERE kind = 'model_training'"),
        "failed|5"
    );
}

/// A run as if its worker had died; `locked` while it may still live.
fn unended(book: &Book, run: &Value, locked: bool) {
    let id = text(&run["id"]);
    let sign = if locked { "+" } else { "-" };
    book.app.database.sql(&format!(
        "UPDATE prediction_run SET state = 'running', finished_at = NULL WHERE r.pid('prn', id) = '{id}'; \
         UPDATE job SET state = 'running', attempt = 1, finished_at = NULL, locked_until = now() {sign} interval '1 hour' \
         WHERE id = (SELECT job_id FROM prediction_run WHERE r.pid('prn', id) = '{id}')"
    ));
}

#[test]
fn a_run_whose_worker_died_is_continued_where_it_stood() {
    let book = Book::new(true);
    let model = book.train();
    book.act(&model, "activate").expect(200);
    let run = book.predict();
    let path = format!("/v1/prediction-runs/{}", text(&run["id"]));
    let middle = "(SELECT id FROM account ORDER BY id OFFSET 24 LIMIT 1)";
    let (of_first, of_rest) = (format!("account_id <= {middle}"), format!("account_id > {middle}"));
    let count = |of: &str| book.app.database.sql(&format!("SELECT count(*) FROM prediction WHERE {of}"));
    let rest = count(&of_rest);
    assert_ne!(rest, "0");
    book.app.database.sql(&format!(
        "DELETE FROM prediction; UPDATE prediction_run SET last_account_id = {middle}, progress_done = 25, \
             predicted_count = 1000, abstained_count = 0"
    ));
    unended(&book, &run, false);
    let done = book.ended(&path, "running");
    assert_eq!(done["state"], "finished", "{done}");
    assert_eq!(
        (count(&of_first), count(&of_rest)),
        ("0".into(), rest.clone()),
        "what was done is not done again"
    );
    let counted = ["predicted_count", "abstained_count"].map(|name| done[name].as_i64().expect("a number"));
    assert_eq!((counted[0] + counted[1] - 1000).to_string(), rest);
}

#[test]
fn a_model_that_goes_out_of_force_takes_the_run_with_it() {
    let book = Book::new(true);
    let (first, second) = (book.train(), book.train());
    let ended = |run: &Value| {
        let run = book.app.get(&format!("/v1/prediction-runs/{}", text(&run["id"]))).expect(200);
        assert_eq!(
            (text(&run["state"]), text(&run["state_reason"])),
            ("failed".into(), "model.not_active".into())
        );
        assert!(book.items("/v1/predictions").is_empty(), "nothing of it is left");
    };
    book.act(&first, "activate").expect(200);
    let run = book.predict();
    unended(&book, &run, true);
    book.act(&first, "deactivate").expect(200);
    ended(&run);
    assert_eq!(
        book.app.database.sql("SELECT error_code FROM job WHERE kind = 'prediction_run'"),
        "model.not_active"
    );

    book.act(&first, "activate").expect(200);
    let run = book.predict();
    unended(&book, &run, true);
    book.act(&second, "activate").expect(200);
    ended(&run);

    // A worker that was at it meanwhile finds out before it writes.
    book.app.database.sql("UPDATE prediction_run SET last_account_id = NULL");
    unended(&book, &run, false);
    wait::until("the worker has given up", || book.items("/v1/prediction-runs?state=running").is_empty());
    ended(&run);
}
