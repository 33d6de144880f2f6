//! Who has to approve: by the class of the rating, and in whose place.

use serde_json::json;

use crate::credit_exposure::party_id;
use crate::credit_limits::{Book, at};
use crate::reads::text;

#[test]
fn whom_an_authority_was_given_to_approves_in_the_place_of_who_gave_it_while_it_lasts() {
    let book = Book::new();
    let [ana, leo] = ["ana", "leo"].map(|name| book.person(name, &["manager"]));
    let [eva, max] = ["eva", "max"].map(|name| book.person(name, &["credit_analyst"]));
    let application = book.applied(&ana, "100000.00");
    book.does(&max, &at(&application, "approve"), &json!({})).expect(200);
    let given =
        json!({ "kind": "delegation", "stand_in_id": eva.id, "from": "2026-03-01", "until": "2026-03-31" });
    let delegation = book.does(&leo, "/v1/credit/stand-ins", &given).expect(201);
    let approved =
        book.does(&eva, &at(&application, "approve"), &json!({ "note": "in his place" })).expect(200);
    assert_eq!(approved["state"], "approved", "{approved}");
    let seen = book.sees(&eva, &format!("/v1/credit/applications/{}", text(&application["id"])));
    let last = seen["approvals"].as_array().and_then(|all| all.last()).cloned().expect("an approval");
    assert_eq!((&last["approver_id"], &last["on_behalf_of"]), (&json!(eva.id), &json!(leo.id)), "{last}");
    // Taken back, it gives no word any more.
    book.does(&leo, &format!("/v1/credit/stand-ins/{}/end", text(&delegation["id"])), &json!({})).expect(200);
    let next = book.applied(&ana, "110000.00");
    book.does(&max, &at(&next, "approve"), &json!({})).expect(200);
    book.does(&eva, &at(&next, "approve"), &json!({})).refused(403, "approval.no_authority");
}

#[test]
fn who_has_to_approve_depends_on_the_class_of_the_rating() {
    let book = Book::new();
    let mut policy = book.app.get("/v1/rule-sets/approval_policy/standard").expect(200)["document"].clone();
    policy["levels"][0]["bounds"]["classes"] = json!(["A", "B"]);
    book.app.post("/v1/rule-sets/approval_policy", &json!({ "document": policy })).expect(201);
    book.app.post("/v1/rule-sets/approval_policy/standard/versions/2/activate", &json!({})).expect(200);
    let ana = book.person("ana", &["credit_analyst"]);
    let levels = |class: &str| {
        let rated = json!({ "party_id": party_id(&book.app, "P1"), "class": class, "reason": "seen",
            "until": "2026-12-31" });
        let set = book.app.post("/v1/rating-overrides", &rated).expect(201);
        let application = book.applied(&ana, "10000.00");
        assert_eq!(application["state"], "proposed", "{application}");
        let chain =
            application["chain"]["levels"].as_array().expect("a chain").iter().map(|l| text(&l["code"]));
        let levels = chain.collect::<Vec<_>>();
        book.does(&ana, &at(&application, "withdraw"), &json!({})).expect(200);
        book.app.post(&format!("/v1/rating-overrides/{}/end", text(&set["id"])), &json!({})).expect(200);
        levels
    };
    assert_eq!(levels("B"), ["analyst"]);
    assert_eq!(levels("C"), ["analyst", "manager"], "the same amount, and worse rated");
}
