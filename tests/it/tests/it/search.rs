//! Search by name, tax id, number and amount.

use serde_json::Value;
use testkit::TestApp;
use testkit::push::{account, contact, invoice, party};

use crate::reads::text;

fn book() -> TestApp {
    let app = TestApp::start();
    app.entity("E1");
    let mut named = party("P1", "Construcciones Muñoz e Íñigo, S.A.");
    named.tax_id = "A58818501".to_owned();
    let mut number = account("10045", "P1");
    number.name = "Muñoz Obras".to_owned();
    app.push("ERP-E1")
        .parties(vec![named, party("P2", "Panadería Ñandú"), party("P3", "100% Natural_SL")])
        .accounts(vec![number, account("20099", "P2")])
        .contacts(vec![contact("C1", "10045", "pagos@munoz.example")])
        .receivables(vec![
            invoice("F-2026-0012", "10045", "1234.56", ("2026-01-02", "2026-02-01")),
            invoice("F-2026-0013", "20099", "1234", ("2026-01-02", "2026-02-01")),
            invoice("R_1", "20099", "10", ("2026-01-02", "2026-02-01")),
        ])
        .finish();
    app
}

fn hits(app: &TestApp, query: &str) -> Vec<(String, String, String)> {
    let found = app.get(&format!("/v1/search?q={query}")).expect(200);
    let hit = |h: &Value| (text(&h["kind"]), text(&h["title"]), text(&h["matched_by"]));
    found["items"].as_array().unwrap().iter().map(hit).collect()
}

fn titles(app: &TestApp, query: &str) -> Vec<String> {
    hits(app, query).into_iter().map(|(_, title, _)| title).collect()
}

#[test]
fn accents_and_case_make_no_difference_and_a_part_of_a_word_is_enough() {
    let app = book();
    for query in ["munoz", "MU%C3%91OZ", "u%C3%B1o", "uno%20inigo", "INIGO%20constru"] {
        assert!(
            titles(&app, query).contains(&"Construcciones Muñoz e Íñigo, S.A.".to_owned()),
            "{query}: {:?}",
            titles(&app, query)
        );
    }
    assert_eq!(titles(&app, "%C3%B1andu"), ["Panadería Ñandú"]);
    assert!(titles(&app, "munoz%20panaderia").is_empty(), "every word must be found");
}

#[test]
fn wildcards_are_letters_like_others() {
    let app = book();
    assert_eq!(titles(&app, "100%25"), ["100% Natural_SL"]);
    assert_eq!(titles(&app, "al_s"), ["100% Natural_SL"]);
    assert_eq!(titles(&app, "R_1"), ["R_1"]);
    assert!(titles(&app, "F_2026").is_empty());
}

#[test]
fn a_tax_id_is_found_however_it_is_written() {
    let app = book();
    for query in ["A58818501", "a-5881850-1", "A%2058818501", "5881850"] {
        let found = hits(&app, query);
        assert_eq!((found[0].0.as_str(), found[0].2.as_str()), ("party", "tax_id"), "{query}: {found:?}");
    }
}

#[test]
fn the_surest_hit_comes_first() {
    let app = book();
    assert_eq!(
        hits(&app, "F-2026-0012")[0],
        ("receivable".to_owned(), "F-2026-0012".to_owned(), "document_no".to_owned())
    );
    assert_eq!(titles(&app, "f-2026").len(), 2, "the beginning of a number, in any case");
    let number = hits(&app, "10045");
    assert_eq!((number[0].0.as_str(), number[0].2.as_str()), ("account", "account_number"));
    let munoz = hits(&app, "munoz");
    assert_eq!(munoz[0].1, "Muñoz Obras", "a name that begins with it before one that holds it: {munoz:?}");
    assert!(munoz.iter().any(|hit| hit.0 == "contact" && hit.2 == "email"), "{munoz:?}");
}

#[test]
fn an_amount_is_found_in_spanish_and_english_writing() {
    let app = book();
    for query in ["1234.56", "1.234,56", "1,234.56%20%E2%82%AC"] {
        assert_eq!(titles(&app, query), ["F-2026-0012"], "{query}");
    }
    assert_eq!(titles(&app, "1.234"), ["F-2026-0013"]);
}

#[test]
fn kinds_and_limits_are_the_callers() {
    let app = book();
    let found = app.get("/v1/search?q=munoz&kind=party,contact&limit=1").expect(200);
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    assert_eq!(found["items"][0]["kind"], "party");
    app.get("/v1/search?q=%C3%B1").refused(422, "search.too_short");
    app.get("/v1/search").refused(422, "text.required");
    app.get("/v1/search?q=munoz&kind=dog").refused(422, "value.unknown");
    app.get("/v1/search?q=munoz&limit=1000").refused(422, "page.size");
    app.get("/v1/search?query=munoz").refused(422, "request.parameter_unknown");
}
