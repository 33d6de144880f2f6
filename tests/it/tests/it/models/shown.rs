//! What a model shows of itself: verdicts with their measures, about whom it says nothing, and how far the book has moved.

use kernel::Decimal;
use kernel::text_enum::TextEnum as _;
use learning::drift::DriftLevel;

use super::*;

/// Estimate of the card, and what is shown of it with a receivable.
const TARGETS: [(&str, &str); 3] =
    [("late", "probability_late"), ("late_30", "probability_late_30"), ("days_late", "expected_days_late")];

#[test]
fn every_estimate_has_a_verdict_by_its_measures_and_is_given_only_if_that_is_better() {
    let book = Book::new(true);
    let model = book.train();
    book.act(&model, "activate").expect(200);
    book.predict();
    let said = book.items("/v1/predictions?limit=500").into_iter().filter(|p| p["abstained"].is_null());
    let said = said.collect::<Vec<_>>();
    assert!(!said.is_empty());
    for (name, field) in TARGETS {
        let of = target(&model, name);
        let number = |value: &Value| value.as_f64().unwrap_or_else(|| panic!("{value} in {of}"));
        let passed = |compared: &Value, errors: f64| {
            number(&compared["gain"]) > errors * number(&compared["gain_error"])
        };
        assert!(number(&of["rows"]) >= 100.0 && number(&of["cases"]) >= 25.0, "{of}");
        let better = passed(of, 2.0) && passed(&of["waiting"], 1.0);
        assert_eq!(of["verdict"], if better { "better" } else { "not_better" }, "{of}");
        // The gain is that over the better of the two baselines.
        let error = |of: &Value| number(&of["error"]);
        let baseline = error(&of["due_date"]).min(error(&of["customer_median"]));
        assert!((number(&of["gain"]) - (baseline - error(&of["model"]))).abs() < 1e-5, "{of}");
        if name == "days_late" {
            assert!((0.0..=1.0).contains(&number(&of["coverage"])) && of["calibration"].is_null(), "{of}");
        } else {
            assert!(of["calibration"]["slope"].is_number() && of["model"]["auc"].is_number(), "{of}");
            assert!(of["coverage"].is_null(), "{of}");
        }
        assert!(said.iter().all(|p| p[field].is_null() != better), "{name}: {said:?}");
    }
    let better = TARGETS.iter().filter(|(name, _)| target(&model, name)["verdict"] == "better");
    assert!(better.count() >= 2, "a book of habits is learned: {}", model["card"]["targets"]);
}

#[test]
fn of_who_has_paid_too_little_nothing_is_said_and_nothing_of_it_is_counted() {
    let book = Book::new(true);
    let model = book.train();
    book.act(&model, "activate").expect(200);
    let due = ("2026-02-20", "2026-03-22");
    // A second number of a customer who is known well.
    let paid = |n: u32| {
        let (key, on) = (format!("N{n}"), format!("2025-0{n}-10"));
        (
            invoice(&key, "NEW", "10.00", (&format!("2025-0{n}-01"), &on)),
            payment(&format!("ZN{n}"), "NEW", &key, ("10.00", &on)),
        )
    };
    let (receivables, entries) = [4, 5].map(paid).into_iter().unzip::<_, _, Vec<_>, Vec<_>>();
    book.app.push("ERP-E1").accounts(vec![account("NEW", "P0")]).finish();
    book.push(receivables, entries);
    book.push(vec![invoice("A-OPEN", "A0", "100.00", due), invoice("N-OPEN", "NEW", "9000.00", due)], vec![]);
    let shown = |number: &str| {
        let id = text(&book.items(&format!("/v1/accounts?number={number}"))[0]["id"]);
        book.items(&format!("/v1/account-predictions?account={id}"))[0].clone()
    };
    let run = book.predict();
    let all = book.items("/v1/predictions?limit=500");
    let silent = all.iter().filter(|p| !p["abstained"].is_null()).count();
    assert_eq!(
        (run["abstained_count"].as_u64(), silent > 0),
        (Some(u64::try_from(silent).expect("few")), true)
    );
    let new = all.iter().find(|p| p["document_no"] == "N-OPEN").expect("an estimate");
    assert_eq!(new["abstained"], "too_few_payments", "two payments: {new}");
    let empty =
        ["probability_late", "probability_late_30", "expected_days_late", "days_late_low", "days_late_high"];
    assert!(empty.iter().all(|field| new[*field].is_null()) && new["effects"] == json!([]), "{new}");
    let (of_new, of_old) = (shown("NEW"), shown("A0"));
    assert_eq!((&of_new["receivables"], &of_new["abstained"]), (&json!(1), &json!(1)), "{of_new}");
    assert!(of_new["probability_late"].is_null(), "nothing is said, and no nought: {of_new}");
    assert_eq!(of_old["abstained"], 0, "{of_old}");
    // The party goes by the number about which something is said, however much is open with the other.
    let facts = facts_of(&book, &text(&of_old["account_id"]));
    assert_eq!(facts["probability_late"], of_old["probability_late"], "{facts}");
    // With a third payment it is spoken of.
    book.push(
        vec![invoice("N6", "NEW", "10.00", ("2025-06-01", "2025-06-10"))],
        vec![payment("ZN6", "NEW", "N6", ("10.00", "2025-06-10"))],
    );
    book.predict();
    assert_eq!(shown("NEW")["abstained"], 0);
}

#[test]
fn what_has_drifted_since_training_is_listed_and_found_by_its_level() {
    let book = Book::new(true);
    let model = book.train();
    book.act(&model, "activate").expect(200);
    // Of late everybody gets 90 days instead of 30, and nothing else is new.
    let mut dice = Dice(11);
    let late = (0..CUSTOMERS * 14).map(|n| {
        let issue_on = day("2026-01-06") + Days::new(dice.below(56));
        let amount = if dice.below(2) == 1 { "5000.00" } else { "100.00" };
        let (issued, due) = (issue_on.to_string(), (issue_on + Days::new(90)).to_string());
        invoice(&format!("LATELY{n}"), &format!("A{}", n % CUSTOMERS), amount, (&issued, &due))
    });
    book.push(late.collect(), vec![]);
    let run = book.predict();
    let all = book.items("/v1/model-drift?limit=100");
    let names = all.iter().map(|d| text(&d["name"])).collect::<Vec<_>>();
    for name in ["terms_days", "amount", "due_weekend", "probability_late"] {
        assert!(names.contains(&name.to_owned()), "{name} is not among {names:?}");
    }
    for drift in &all {
        assert_eq!((&drift["run_id"], &drift["model_id"]), (&run["id"], &model["id"]));
        let index = text(&drift["stability_index"]).parse::<Decimal>().expect("a number");
        let level = match index {
            i if i < Decimal::new(1, 1) => "stable",
            i if i < Decimal::new(25, 2) => "moved",
            _ => "drifted",
        };
        assert_eq!(drift["level"], level, "{drift}");
    }
    let level = |name: &str| text(&all.iter().find(|d| d["name"] == name).expect("a row")["level"]);
    assert_eq!(
        (level("terms_days"), level("amount")),
        ("drifted".to_owned(), "stable".to_owned()),
        "{all:?}"
    );
    let mut found = 0;
    for level in DriftLevel::ALL.iter().map(|level| level.as_str()) {
        let of = book.items(&format!("/v1/model-drift?level={level}&limit=100"));
        assert!(of.iter().all(|d| d["level"] == level), "{of:?}");
        found += of.len();
    }
    assert_eq!(found, all.len(), "every row is of one level");
    assert_eq!(book.items("/v1/models?state=active").len(), 1, "the model in force goes on");
}
