//! Lists of the ledger, single objects, the overview, conversions, and what is refused.

use proto::v1::{InstrumentItem, InstrumentRow};
use serde_json::{Value, json};
use testkit::TestApp;
use testkit::push::{account, contact, invoice, party, payment};

/// Text that must be there.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

/// The id of the account with this number.
pub(crate) fn account_id(app: &TestApp, number: &str) -> String {
    let found = app.get(&format!("/v1/accounts?number={number}")).expect(200);
    text(&found["items"][0]["id"])
}

/// The receivable with this document number.
pub(crate) fn receivable(app: &TestApp, document_no: &str) -> Value {
    let found = app.get(&format!("/v1/receivables?document_no={document_no}")).expect(200);
    assert_eq!(found["items"].as_array().map(Vec::len), Some(1), "{found}");
    found["items"][0].clone()
}

/// One value of a list of objects, in order.
pub(crate) fn column(page: &Value, name: &str) -> Vec<String> {
    let items = page["items"].as_array().unwrap_or_else(|| panic!("no items in {page}"));
    items.iter().map(|item| text(&item[name])).collect()
}

/// Today is Wednesday 4 March 2026 in Madrid.
pub(crate) fn book() -> TestApp {
    let app = TestApp::start();
    app.entity("E1");
    let mut dollars = invoice("D-1", "A1", "50", ("2026-01-02", "2026-02-01"));
    dollars.currency = "USD".to_owned();
    app.push("ERP-E1")
        .parties(vec![party("P1", "Muñoz, S.A."), party("P2", "Zenón, S.L.")])
        .accounts(vec![account("A1", "P1"), account("A2", "P1"), account("A3", "P2")])
        .contacts(vec![contact("C1", "A1", "pagos@example.com")])
        .receivables(vec![
            invoice("F-1", "A1", "1210.50", ("2026-01-02", "2026-02-01")),
            invoice("F-2", "A1", "300", ("2026-02-02", "2026-03-04")),
            invoice("F-3", "A1", "80", ("2026-02-02", "2026-03-05")),
            dollars,
            invoice("F-4", "A3", "20", ("2026-02-02", "2026-02-20")),
        ])
        .entries(vec![payment("Z-1", "A1", "F-1", ("210.50", "2026-02-10"))])
        .finish();
    app
}

#[test]
fn accounts_carry_what_is_open_and_overdue_today_in_their_own_currency() {
    let app = book();
    let page = app.get("/v1/accounts?sort=number").expect(200);
    assert_eq!(column(&page, "number"), ["A1", "A2", "A3"]);
    let first = &page["items"][0];
    assert_eq!(first["open_amount"], "1380", "{first}");
    assert_eq!(first["overdue_amount"], "1000", "the due date itself is not overdue: {first}");
    assert_eq!(first["days_overdue_max"], 31);
    assert_eq!(first["overdue_items"], 1);
    assert_eq!(first["other_currencies"], json!(["USD"]));
    assert_eq!(first["party_name"], "Muñoz, S.A.");
    assert_eq!(first["legal_entity"], "E1");
    assert_eq!(first["source"], "ERP-E1");
    assert_eq!(page["items"][1]["open_amount"], "0");
    assert_eq!(column(&app.get("/v1/accounts?has_overdue=true").expect(200), "number"), ["A1", "A3"]);
    assert_eq!(column(&app.get("/v1/accounts?has_open=false").expect(200), "number"), ["A2"]);
    assert_eq!(column(&app.get("/v1/accounts?external_id=A3").expect(200), "number"), ["A3"]);
}

#[test]
fn receivables_say_where_they_stand() {
    let app = book();
    let part = receivable(&app, "F-1");
    assert_eq!((&part["status"], &part["days_overdue"]), (&json!("partly_settled"), &json!(31)));
    assert_eq!((&part["open_amount"], &part["original_amount"]), (&json!("1000"), &json!("1210.5")));
    assert_eq!(receivable(&app, "F-2")["days_overdue"], 0, "day 0 is not overdue");
    let overdue = app.get("/v1/receivables?overdue=true&sort=due_on").expect(200);
    assert_eq!(column(&overdue, "document_no"), ["F-1", "D-1", "F-4"]);
    let euro = app.get("/v1/receivables?open=true&currency=EUR&open_min=100&sort=-open_amount").expect(200);
    assert_eq!(column(&euro, "document_no"), ["F-1", "F-2"]);
    let old = app.get("/v1/receivables?days_overdue_min=13").expect(200);
    assert_eq!(column(&old, "document_no").len(), 2, "{old}");
    let due = app.get("/v1/receivables?due_from=2026-03-04&due_to=2026-03-05&sort=due_on").expect(200);
    assert_eq!(column(&due, "document_no"), ["F-2", "F-3"]);
    let status = app.get("/v1/receivables?status=partly_settled").expect(200);
    assert_eq!(column(&status, "document_no"), ["F-1"]);
    let one = app.get(&format!("/v1/receivables/{}", text(&part["id"])));
    assert_eq!(one.expect(200), part);
    assert_eq!(one.header("ETag"), Some("\"2\""), "a payment makes another version");
}

#[test]
fn an_answer_with_days_overdue_is_sent_again_although_its_version_stayed() {
    let app = book();
    let path = format!("/v1/receivables/{}", text(&receivable(&app, "F-2")["id"]));
    let tag = app.get(&path).header("ETag").unwrap().to_owned();
    app.set_clock("2026-03-09T08:00:00Z".parse().unwrap());
    let later = app.call("GET", &path).header("If-None-Match", &tag).send().expect(200);
    assert_eq!(later["days_overdue"], 5);
}

#[test]
fn pages_hold_every_row_once_in_either_direction() {
    let app = book();
    for sort in ["id", "-id", "due_on", "-due_on", "open_amount", "document_no", "-issue_on"] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = app.get(&format!("/v1/receivables?limit=2&sort={sort}{cursor}")).expect(200);
            seen.extend(column(&page, "document_no"));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        seen.sort();
        assert_eq!(seen, ["D-1", "F-1", "F-2", "F-3", "F-4"], "by {sort}");
    }
}

#[test]
fn wrong_parameters_have_codes() {
    let app = book();
    let account = account_id(&app, "A1");
    for (path, code) in [
        ("/v1/receivables?colour=red", "list.unknown_filter"),
        ("/v1/receivables?sort=colour", "list.unknown_sort"),
        ("/v1/receivables?due_from=2026-02-30", "date.invalid"),
        ("/v1/receivables?status=lost", "list.bad_filter"),
        ("/v1/credit/checks?outcome=allow,alow", "list.bad_filter"),
        ("/v1/model-drift?level=calm", "list.bad_filter"),
        ("/v1/receivables?open=yes", "list.bad_filter"),
        ("/v1/receivables?open_min=1,5", "list.bad_filter"),
        ("/v1/receivables?account=rcv_1", "id.invalid"),
        ("/v1/receivables?limit=0", "page.size"),
        ("/v1/receivables?cursor=abc", "list.bad_cursor"),
        ("/v1/accounts/{a}/balances?colour=red", "request.parameter_unknown"),
        ("/v1/accounts/{a}/balances?as_of=2026-03-01&as_of=2026-03-02", "request.parameter_repeated"),
        ("/v1/accounts/{a}/balances?as_of=01/03/2026", "date.invalid"),
        ("/v1/accounts/{a}/balances?as_of=2026-03-05", "as_of.in_future"),
        ("/v1/accounts/{a}/balances?known_at=yesterday", "known_at.invalid"),
        ("/v1/accounts/{a}/balances?known_at=2026-03-04T07:59:59Z", "known_at.before_first_record"),
        ("/v1/accounts/{a}/balances?known_at=2026-03-04T08:00:01Z", "known_at.in_future"),
        ("/v1/accounts/{a}/balances?convert_to=EUR", "fx.source_required"),
        ("/v1/accounts/{a}/balances?convert_to=XXQ&rate_source=ECB", "currency.unknown"),
        ("/v1/accounts/acc_1/balances", "id.invalid"),
    ] {
        let reply = app.get(&path.replace("{a}", &account));
        assert_eq!((reply.status, reply.code().as_str()), (422, code), "{path}: {}", reply.text());
    }
    app.get("/v1/accounts/acc_0193c0de0193c0de0193c0de0193c0de/balances").refused(404, "not_found");
    app.get("/v1/parties/nobody").refused(404, "not_found");
}

#[test]
fn a_list_is_a_table_when_asked_and_formulas_are_disarmed() {
    let app = book();
    app.push("ERP-E1").parties(vec![party("P9", "=HYPERLINK(\"x\")")]).finish();
    let table = app.call("GET", "/v1/parties?fields=name,country").header("Accept", "text/csv").send();
    let lines = table.text();
    assert!(lines.starts_with("name,country\n"), "{lines}");
    assert!(lines.contains("\"'=HYPERLINK(\"\"x\"\")\",ES"), "{lines}");
    let accounts = app.call("GET", "/v1/accounts?limit=1").header("Accept", "text/csv").send();
    assert!(accounts.text().lines().next().unwrap().contains("open_amount,overdue_amount"));
    assert!(accounts.header("X-Next-Cursor").is_some());
}

#[test]
fn every_other_list_answers_and_finds() {
    let app = book();
    let account = account_id(&app, "A1");
    let entries = app.get(&format!("/v1/entries?account={account}&kind=payment")).expect(200);
    assert_eq!(entries["items"][0]["amount"], "-210.5", "{entries}");
    let entry = text(&entries["items"][0]["id"]);
    assert_eq!(app.get(&format!("/v1/entries/{entry}")).expect(200), entries["items"][0]);
    let contacts = app.get("/v1/contacts?email=PAGOS@example.com&purpose=dunning&retired=false").expect(200);
    assert_eq!(
        (&contacts["items"][0]["origin"], &contacts["items"][0]["name"]),
        (&json!("pushed"), &json!("Contacto C1"))
    );
    let parties = app.get("/v1/parties?name=munoz").expect(200);
    assert_eq!(column(&parties, "name"), ["Muñoz, S.A."]);
    assert_eq!(parties["items"][0]["accounts"], 2);
    assert_eq!(
        column(&app.get("/v1/parties?name=%25").expect(200), "name"),
        Vec::<String>::new(),
        "no wildcard"
    );
    for list in ["allocations", "instruments", "portfolios"] {
        assert_eq!(app.get(&format!("/v1/{list}")).expect(200)["items"], json!([]), "{list}");
    }
}

/// The SQL of a filter is only ever run by using it: every documented one is, with a value it takes.
#[test]
fn every_documented_filter_and_order_works() {
    let app = book();
    let digits = account_id(&app, "A1").trim_start_matches("acc_").to_owned();
    let document = app.get("/openapi.json").json();
    for owner in ["party", "account", "receivable"] {
        let declared = json!({ "type": "text", "label_en": "Zone", "label_es": "Zona" });
        app.put(&format!("/v1/attributes/{owner}/zone"), &declared).expect(200);
    }
    for list in [
        "parties",
        "accounts",
        "contacts",
        "portfolios",
        "receivables",
        "entries",
        "allocations",
        "instruments",
    ] {
        let parameters = document["paths"][format!("/v1/{list}")]["get"]["parameters"].as_array().unwrap();
        for parameter in parameters {
            let (name, about) = (text(&parameter["name"]), text(&parameter["description"]));
            let values = match name.as_str() {
                // Attributes have to be declared first; enums.rs does.
                "fields" | "cursor" | "attribute" => continue,
                "sort" => words(&about, "One of ", ';'),
                _ if about.contains("One or several of ") => words(&about, "One or several of ", '.'),
                _ => {
                    let kinds = ["acc", "pty", "len", "prt", "man", "rcv", "alo"];
                    let ids = kinds.iter().map(|kind| format!("{kind}_{digits}"));
                    let plain = ["2026-03-01", "true", "7", "x", "zone:north"].map(str::to_owned);
                    plain.into_iter().chain(ids).collect()
                }
            };
            let tried = values.iter().map(|value| app.get(&format!("/v1/{list}?{name}={value}")).status);
            let answers = tried.collect::<Vec<_>>();
            assert!(
                answers.contains(&200) && answers.iter().all(|s| *s < 500),
                "{list} {name} {values:?} {answers:?}"
            );
        }
    }
}

/// The words a description lists after some text.
fn words(about: &str, after: &str, end: char) -> Vec<String> {
    let (_, rest) = about.split_once(after).unwrap();
    rest.split(end).next().unwrap().split(", ").map(str::to_owned).collect()
}

#[test]
fn a_balance_in_another_currency_names_its_rate_and_a_missing_one_is_an_error() {
    let app = book();
    let account = account_id(&app, "A1");
    let path = format!("/v1/accounts/{account}/balances?convert_to=EUR&rate_source=ECB");
    app.get(&path).refused(409, "fx.rate_missing");
    app.database.sql(
        "INSERT INTO fx_rate (source, base, quote, quoted_on, rate, recorded_at, event_id) VALUES \
             ('ECB', 'EUR', 'USD', '2026-03-03', 1.25, '2026-03-04T07:00:00Z', gen_random_uuid()), \
             ('ECB', 'EUR', 'USD', '2026-03-05', 9.99, '2026-03-04T07:00:00Z', gen_random_uuid())",
    );
    let found = app.get(&path).expect(200);
    let dollars = &found["balances"][1];
    assert_eq!((&dollars["currency"], &dollars["open_amount"]), (&json!("USD"), &json!("50")), "{found}");
    assert_eq!(dollars["converted"]["amount"], "40");
    assert_eq!(dollars["converted"]["path"], "inverse");
    let rate = json!({ "source": "ECB", "base": "EUR", "quote": "USD", "quoted_on": "2026-03-03", "rate": "1.25",
        "inverted": true });
    assert_eq!(dollars["converted"]["rates"][0], rate);
    let table = app.call("GET", &path).header("Accept", "text/csv").send().text();
    assert!(table.contains("40,EUR,ECB EUR/USD 2026-03-03 1.25"), "{table}");
}

#[test]
fn the_overview_tells_everything_in_one_answer() {
    let app = book();
    let account = account_id(&app, "A1");
    let block = |reason: &str, from: &str, until: &str| {
        let body = json!({ "account_id": account, "reason": reason, "note": "calidad", "from": from,
            "until": until });
        app.post("/v1/blocks", &body).expect(201);
    };
    block("dispute", "2026-03-04", "2026-03-31");
    let lifted = app.get("/v1/blocks").expect(200)["items"][0]["id"].clone();
    app.post(&format!("/v1/blocks/{}/end", text(&lifted)), &json!({})).expect(200);
    block("promise", "2026-03-04", "2026-03-31");
    let page = app.get(&format!("/v1/accounts/{account}/overview")).expect(200);
    assert_eq!(page["as_of"], "2026-03-04");
    assert_eq!(page["account"]["number"], "A1");
    assert_eq!(page["party"]["name"], "Muñoz, S.A.");
    assert_eq!(page["balances"].as_array().unwrap().len(), 2);
    assert_eq!(page["ageing_labels"], json!(["not_due", "1-30", "31-60", "61-90", ">90"]));
    assert_eq!(page["ageing"][0]["total_amount"], "1380");
    let open = page["open_items"].as_array().unwrap().iter().map(|i| text(&i["document_no"]));
    assert_eq!(open.collect::<Vec<_>>().len(), 4, "{page}");
    assert_eq!(page["last_payments"][0]["amount"], "-210.5");
    assert_eq!(page["contacts"][0]["email"], "pagos@example.com");
    assert_eq!(page["blocks"].as_array().unwrap().len(), 1, "{}", page["blocks"]);
    assert_eq!(
        (&page["blocks"][0]["reason"], &page["blocks"][0]["until"]),
        (&json!("promise"), &json!("2026-03-31"))
    );
    assert_eq!((&page["last_messages"], &page["last_actions"]), (&json!([]), &json!([])));
}

#[test]
fn an_instrument_shows_what_it_promises_until_it_comes_back() {
    let app = book();
    let item = InstrumentItem { receivable_external_id: "F-2".to_owned(), amount: "300".to_owned() };
    let note = InstrumentRow {
        external_id: "I-1".to_owned(),
        account_external_id: "A1".to_owned(),
        kind: "promissory_note".to_owned(),
        number: "PG-77".to_owned(),
        amount: "300".to_owned(),
        currency: "EUR".to_owned(),
        received_on: "2026-03-01".to_owned(),
        maturity_on: "2026-04-01".to_owned(),
        items: vec![item],
        ..InstrumentRow::default()
    };
    app.push("ERP-E1").instruments(vec![note.clone()]).finish();
    assert_eq!(receivable(&app, "F-2")["under_instrument_amount"], "300");
    let found = app.get("/v1/instruments?number=PG-77&maturity_to=2026-04-01&status=received").expect(200);
    let shown = &found["items"][0];
    assert_eq!(
        (&shown["items"][0]["document_no"], &shown["amount"]),
        (&json!("F-2"), &json!("300")),
        "{found}"
    );
    let overview = app.get(&format!("/v1/accounts/{}/overview", account_id(&app, "A1"))).expect(200);
    assert_eq!(overview["instruments"], json!([shown]));
    app.set_clock("2026-04-03T08:00:00Z".parse().unwrap());
    let returned_on = "2026-04-02".to_owned();
    app.push("ERP-E1").instruments(vec![InstrumentRow { returned_on, ..note }]).finish();
    let back = receivable(&app, "F-2");
    assert_eq!((&back["under_instrument_amount"], &back["open_amount"]), (&Value::Null, &json!("300")));
    assert_eq!(back["days_overdue"], 30, "as old as it was");
    let path = format!("/v1/instruments/{}", text(&shown["id"]));
    assert_eq!(app.get(&path).expect(200)["status"], "returned");
    assert!(app.wired.store.verify().unwrap().holds());
}

#[test]
fn numbers_and_cursors_that_sql_would_choke_on_are_refused_before() {
    let app = book();
    for value in ["1_000", "1e3", "+5", "0x10", "NaN", "1.", "--1", "99999999999999999999999999999999999"] {
        app.get(&format!("/v1/receivables?open_min={}", value.replace('+', "%2B")))
            .refused(422, "list.bad_filter");
    }
    // A cursor with the right shape and texts that somebody made up.
    for forged in
        ["WyJyZWNlaXZhYmxlcyIsImlkIixmYWxzZSwieCIsIngiXQ", "WyJyZWNlaXZhYmxlcyIsImlkIixmYWxzZSwiMSIsIjIiXQ"]
    {
        app.get(&format!("/v1/receivables?sort=id&cursor={forged}")).refused(422, "list.bad_cursor");
    }
}
