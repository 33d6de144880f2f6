//! What happens next to an account, and why a decision is what it is.

use super::{Book, text};

#[test]
fn the_outlook_names_the_next_contact_and_the_reason() {
    let book = Book::owing("2026-03-09");
    let path = format!("/v1/accounts/{}/dunning", book.id("acc", "A1"));
    let outlook = book.app.get(&path).expect(200);
    let euro = &outlook["currencies"][0];
    assert_eq!((text(&outlook["on"]), text(&euro["outcome"])), ("2026-03-04", "nothing"));
    assert_eq!(euro["next"]["on"], "2026-03-16");
    assert_eq!(euro["next"]["step_code"], "first_reminder");
    assert_eq!(euro["items"][0]["document_no"], "I1");
    assert_eq!(book.count("decision"), 0, "looking keeps nothing");
    // The run of that day does what was foretold.
    assert_eq!(text(&book.decision("2026-03-16")["step_code"]), "first_reminder");
    let open = book.app.get(&path).expect(200);
    assert_eq!(open["currencies"][0]["open_contact"], "planned");
    assert!(open["currencies"][0]["next"].is_null());
}

#[test]
fn a_decision_is_explained_in_both_languages() {
    let book = Book::owing("2026-02-20");
    let decision = book.decision("2026-03-04");
    let found = book.app.get(&format!("/v1/decisions/{}", text(&decision["id"]))).expect(200);
    let (en, es) = (&found["explanation"]["en"], &found["explanation"]["es"]);
    assert_eq!(en["outcome"], "Contact the debtor: first_reminder.");
    assert_eq!(en["reasons"][0], "Step 2 is due after the due date.");
    assert_eq!(es["reasons"][0], "Corresponde el paso 2, posterior al vencimiento.");
    assert!(text(&en["counterfactual"]).starts_with("If "), "{en}");
    assert!(text(&es["counterfactual"]).starts_with("Si "), "{es}");
    assert_eq!(found["facts"]["items"][0]["open"], "100.0000");
}

#[test]
fn decisions_can_be_found_by_what_was_decided() {
    let book = Book::owing("2026-02-20");
    book.decision("2026-03-04");
    let found = |filter: &str| book.items(&format!("/v1/decisions?{filter}")).len();
    assert_eq!(found("outcome=act&step=first_reminder&currency=EUR&decided_on=2026-03-04"), 1);
    assert_eq!(found(&format!("account={}&reason=act.after_due", book.id("acc", "A1"))), 1);
    assert_eq!(found("outcome=hold,nothing"), 0);
    book.app.get("/v1/decisions?mood=good").refused(422, "list.unknown_filter");
}

#[test]
fn somebody_elses_account_does_not_exist() {
    let book = Book::owing("2026-02-20");
    let other = book.app.entity("E2");
    let key = book.app.key(&["manager"], Some(&[("legal_entity", &other)]));
    let decision = book.decision("2026-03-04");
    let account = book.id("acc", "A1");
    for path in [
        format!("/v1/accounts/{account}/dunning"),
        format!("/v1/decisions/{}", text(&decision["id"])),
        format!("/v1/dunning/runs/{}", text(&decision["run_id"])),
    ] {
        book.app.call("GET", &path).bearer(&key).send().refused(404, "not_found");
    }
}
