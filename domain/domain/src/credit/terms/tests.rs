use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::rules::finding::parse_document;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn term(change: impl FnOnce(&mut Value)) -> PaymentTerm {
    let mut document = json!({ "schema": 1, "code": "t", "name": { "en": "T", "es": "T" }, "counted_from": "issue", "days": 30 });
    change(&mut document);
    parse_document(&document).unwrap()
}

fn faults(change: impl FnOnce(&mut Value)) -> Vec<&'static str> {
    term(change).validate().iter().map(|finding| finding.code.text).collect()
}

fn business() -> Option<Cap> {
    cap_of("ES", Some("ES"), "company")
}

fn item(received: Option<&str>, due: &str) -> Item {
    Item { issue_on: day("2026-03-01"), received_on: received.map(day), due_on: day(due) }
}

#[test]
fn the_due_date_follows_from_the_terms() {
    let issue = day("2026-01-20");
    assert_eq!(term(|_| {}).due_on(issue, None), day("2026-02-19"));
    assert_eq!(term(|d| d["end_of_month"] = json!(true)).due_on(issue, None), day("2026-03-02"));
    assert_eq!(
        term(|d| d["counted_from"] = json!("goods_receipt")).due_on(issue, Some(day("2026-01-10"))),
        day("2026-02-09")
    );
    assert_eq!(term(|d| d["payment_days"] = json!([10, 25])).due_on(issue, None), day("2026-02-25"));
    assert_eq!(term(|d| d["payment_days"] = json!([5])).due_on(issue, None), day("2026-03-05"));
    // February has no 31st.
    assert_eq!(term(|d| d["payment_days"] = json!([31])).due_on(issue, None), day("2026-02-28"));
    let parts =
        term(|d| d["instalments"] = json!([{ "days": 0, "percent": "40" }, { "days": 30, "percent": "60" }]));
    let due = parts.parts_due_on(issue, None);
    assert_eq!(due, [day("2026-02-19"), day("2026-03-21")]);
    assert_eq!(parts.due_on(issue, None), day("2026-03-21"));
}

#[test]
fn terms_that_make_no_sense_are_told_what_is_wrong() {
    assert_eq!(faults(|_| {}), Vec::<&str>::new());
    assert_eq!(faults(|d| d["days"] = json!(731)), ["payment_term.days_range"]);
    assert_eq!(faults(|d| d["payment_days"] = json!([32])), ["payment_term.payment_day"]);
    assert_eq!(faults(|d| d["acceptance_days"] = json!(31)), ["payment_term.acceptance_range"]);
    assert_eq!(
        faults(|d| d["instalments"] = json!([{ "days": 0, "percent": "40" }])),
        ["payment_term.instalments"]
    );
}

/// R055: the cap counts from the receipt of the goods.
#[test]
fn an_invoice_of_75_days_is_flagged() {
    let found = judge(&item(None, "2026-05-15"), Some(&PaymentTerm::net(75)), business());
    assert_eq!((found.verdict, found.days, found.above_cap_days), (TermsVerdict::AboveCap, 75, 15));
    assert_eq!((found.cap_on, found.cap.unwrap().law), (Some(day("2026-04-30")), Law::Business));
    assert_eq!(found.deviation_days, Some(0), "agreed, and above the law all the same");
}

#[test]
fn the_cap_counts_from_receipt_and_after_an_agreed_acceptance() {
    let received_before = judge(&item(Some("2026-02-19"), "2026-04-30"), None, business());
    assert_eq!((received_before.verdict, received_before.above_cap_days), (TermsVerdict::AboveCap, 10));
    let received_later = judge(&item(Some("2026-03-16"), "2026-05-15"), None, business());
    assert_eq!(received_later.verdict, TermsVerdict::Kept);
    let accepted = term(|d| (d["acceptance_days"], d["days"]) = (json!(30), json!(45)));
    assert_eq!(judge(&item(None, "2026-05-15"), Some(&accepted), business()).verdict, TermsVerdict::Kept);
}

#[test]
fn an_invoice_outside_what_was_agreed_deviates() {
    let found = judge(&item(None, "2026-04-15"), Some(&PaymentTerm::net(30)), business());
    assert_eq!((found.verdict, found.deviation_days), (TermsVerdict::Deviates, Some(15)));
    let early = judge(&item(None, "2026-03-21"), Some(&PaymentTerm::net(30)), business());
    assert_eq!((early.verdict, early.deviation_days), (TermsVerdict::Deviates, Some(-10)));
    assert_eq!(
        judge(&item(None, "2026-03-31"), Some(&PaymentTerm::net(30)), business()).verdict,
        TermsVerdict::Kept
    );
}

#[test]
fn an_invoice_due_on_the_day_of_any_instalment_keeps_the_terms() {
    let parts =
        term(|d| d["instalments"] = json!([{ "days": 0, "percent": "40" }, { "days": 60, "percent": "60" }]));
    let found = |due: &str| judge(&item(None, due), Some(&parts), business());
    let days = |due: &str| (found(due).verdict, found(due).deviation_days, found(due).agreed_on.unwrap());
    let (first, last) = (day("2026-03-31"), day("2026-05-30"));
    assert_eq!(days("2026-03-31"), (TermsVerdict::Kept, Some(0), first));
    assert_eq!(days("2026-04-05"), (TermsVerdict::Deviates, Some(5), first));
    assert_eq!(days("2026-04-30"), (TermsVerdict::Deviates, Some(30), first), "as near to both: the earlier");
    assert_eq!(
        days("2026-05-01"),
        (TermsVerdict::AboveCap, Some(-29), last),
        "above the cap by its own due date"
    );
    assert_eq!(days("2026-05-30"), (TermsVerdict::AboveCap, Some(0), last), "agreed all the same");
}

fn above(change: impl FnOnce(&mut Value), until: Option<&str>) -> Option<i64> {
    above_cap(&term(change), business(), (day("2026-03-01"), until.map(day))).map(|above| above.days)
}

#[test]
fn a_term_is_above_the_cap_when_its_longest_invoice_is() {
    assert_eq!(above(|d| d["days"] = json!(60), None), None);
    assert_eq!(above(|d| d["days"] = json!(61), None), Some(61));
    let later = json!([{ "days": 0, "percent": "40" }, { "days": 31, "percent": "60" }]);
    assert_eq!(above(|d| d["instalments"] = later, None), Some(61), "the last part counts");
    assert_eq!(above(|d| (d["days"], d["acceptance_days"]) = (json!(60), json!(30)), None), None);
    let month_end =
        |days: u16| move |d: &mut Value| (d["days"], d["end_of_month"]) = (json!(days), json!(true));
    assert_eq!(above(month_end(30), None), None);
    assert_eq!(above(month_end(45), None), Some(75), "issued on the first of a month of 31 days");
    assert_eq!(above(month_end(45), Some("2026-03-01")), Some(75));
    // Of what is issued in April the longest is due on 14 June.
    let april = above_cap(&term(month_end(45)), business(), (day("2026-04-10"), Some(day("2026-04-30"))));
    assert_eq!(april.map(|above| above.days), Some(65));
    assert_eq!(above_cap(&term(|d| d["days"] = json!(300)), None, (day("2026-03-01"), None)), None);
}

#[test]
fn the_law_binds_businesses_and_public_bodies_in_spain() {
    assert_eq!(cap_of("ES", None, "company").map(|cap| cap.days), Some(60));
    assert_eq!(cap_of("ES", Some("ES"), "public_body").map(|cap| cap.days), Some(30));
    assert_eq!(cap_of("ES", Some("ES"), "person"), None);
    assert_eq!(cap_of("ES", Some("FR"), "company"), None);
    assert_eq!(cap_of("FR", Some("ES"), "company"), None);
}

proptest! {
    /// What is said of a term beforehand is what is said of its invoices afterwards.
    #[test]
    fn no_invoice_of_a_term_within_the_cap_is_above_it(
        offset in 0_i64..1_400, days in 0_u16..70, wanted in prop::collection::vec(1_u8..=31, 0..3), month_end: bool,
        acceptance in 0_u8..=30,
    ) {
        let term = term(|d| {
            (d["days"], d["end_of_month"], d["payment_days"]) = (json!(days), json!(month_end), json!(wanted));
            d["acceptance_days"] = json!(acceptance);
        });
        let from = day("2026-01-01");
        let issue_on = from + chrono::TimeDelta::days(offset);
        let dates = Item { issue_on, received_on: Some(issue_on), due_on: term.due_on(issue_on, Some(issue_on)) };
        let found = judge(&dates, Some(&term), business());
        let beforehand = above_cap(&term, business(), (from, None));
        prop_assert!(beforehand.map_or(0, |above| above.days - 60) >= found.above_cap_days);
        let then = above_cap(&term, business(), (issue_on, Some(issue_on)));
        prop_assert_eq!(then.is_some(), found.verdict == TermsVerdict::AboveCap);
    }

    #[test]
    fn a_due_date_is_a_payment_day_and_never_before_the_days_have_passed(
        offset in 0_i64..800, days in 0_u16..120, wanted in prop::collection::vec(1_u8..=31, 0..4), month_end: bool,
    ) {
        let issue = day("2026-01-01") + chrono::TimeDelta::days(offset);
        let term = term(|d| {
            (d["days"], d["end_of_month"], d["payment_days"]) = (json!(days), json!(month_end), json!(wanted));
        });
        let due = term.due_on(issue, None);
        prop_assert!((due - issue).num_days() >= i64::from(days));
        let last = end_of_month(due) == due;
        let day = u8::try_from(due.day()).unwrap();
        prop_assert!(wanted.is_empty() || wanted.contains(&day) || (last && wanted.iter().any(|w| *w > day)));
        prop_assert!((due - issue).num_days() <= i64::from(days) + 31 + 31);
    }
}
