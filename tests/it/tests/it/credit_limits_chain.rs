//! Who has to approve: by the class of the rating, and in whose place.

use serde_json::{Value, json};
use testkit::push::{account, party};

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
    let rated = |class: &str| json!({ "party_id": party_id(&book.app, "P1"), "class": class, "reason": "seen", "until": "2026-12-31" });
    let levels = |class: &str, by_requester: bool| {
        let set = if by_requester {
            book.does(&ana, "/v1/rating-overrides", &rated(class)).expect(201)
        } else {
            book.app.post("/v1/rating-overrides", &rated(class)).expect(201)
        };
        let application = book.applied(&ana, "10000.00");
        assert_eq!(application["state"], "proposed", "{application}");
        let chain =
            application["chain"]["levels"].as_array().expect("a chain").iter().map(|l| text(&l["code"]));
        let levels = chain.collect::<Vec<_>>();
        book.does(&ana, &at(&application, "withdraw"), &json!({})).expect(200);
        book.app.post(&format!("/v1/rating-overrides/{}/end", text(&set["id"])), &json!({})).expect(200);
        levels
    };
    assert_eq!(levels("B", false), ["analyst"]);
    assert_eq!(levels("C", false), ["analyst", "manager"], "the same amount, and worse rated");
    assert_eq!(levels("B", true), ["analyst", "manager"], "what the requester says of it counts for nothing");
}

#[test]
fn a_stricter_policy_asks_more_people_at_a_level_that_was_about_to_decide() {
    let book = Book::new();
    let [ana, eva, max] = ["ana", "eva", "max"].map(|name| book.person(name, &["credit_analyst"]));
    let application = book.applied(&ana, "10000.00");
    let mut policy = book.app.get("/v1/rule-sets/approval_policy/standard").expect(200)["document"].clone();
    policy["levels"][0]["approvers"] = json!(2);
    book.app.post("/v1/rule-sets/approval_policy", &json!({ "document": policy })).expect(201);
    book.app.post("/v1/rule-sets/approval_policy/standard/versions/2/activate", &json!({})).expect(200);
    let first = book.does(&eva, &at(&application, "approve"), &json!({})).expect(200);
    assert_eq!(
        (&first["state"], &first["chain"]["levels"][0]["approvers"]),
        (&json!("in_approval"), &json!(2))
    );
    book.does(&eva, &at(&application, "approve"), &json!({})).refused(409, "approval.given_before");
    let second = book.does(&max, &at(&application, "approve"), &json!({})).expect(200);
    assert_eq!(second["state"], "approved", "{second}");
}

#[test]
fn limits_for_several_legal_entities_take_as_many_people_as_one_of_their_sum() {
    let book = Book::new();
    let other = book.app.entity("E2");
    book.app.push("ERP-E2").parties(vec![party("P1", "Uno")]).accounts(vec![account("A2", "P1")]).finish();
    let same = json!({ "tax_id": "ESA58818501" });
    let parties = book.app.get("/v1/parties").expect(200)["items"].as_array().expect("parties").clone();
    for party in &parties {
        let path = format!("/v1/parties/{}", text(&party["id"]));
        book.app.call("PATCH", &path).json(&same).send().expect(200);
    }
    assert_eq!(parties.len(), 2);
    let [ana, eva] = ["ana", "eva"].map(|name| book.person(name, &["credit_analyst"]));
    let first = text(&book.app.get("/v1/legal-entities?code=E1").expect(200)["items"][0]["id"]);
    let asked = |entity: &str, amount: &str| {
        let mut body = book.asked(amount);
        (body["holder_kind"], body["holder_id"]) = (json!("party"), parties[0]["id"].clone());
        body["legal_entity_id"] = json!(entity);
        book.does(&ana, "/v1/credit/applications", &body).expect(201)
    };
    let levels = |application: &Value| application["chain"]["levels"].as_array().map(Vec::len);
    let one = asked(&first, "20000.00");
    assert_eq!(levels(&one), Some(1), "{one}");
    book.does(&eva, &at(&one, "approve"), &json!({})).expect(200);
    let two = asked(&other, "20000.00");
    assert_eq!(levels(&two), Some(2), "40,000 in all: {two}");
    book.does(&ana, &at(&two, "withdraw"), &json!({})).expect(200);
    assert_eq!(levels(&asked(&first, "22000.00")), Some(1), "in the place of the first");
    assert_eq!(levels(&asked(&other, "3000.00")), Some(1), "23,000 in all");
}
