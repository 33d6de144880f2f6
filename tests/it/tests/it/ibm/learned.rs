//! What scores, models and back-tests say of the published file, through the product: the figures of `docs/performance.md` that hang on
//! no lot.

use super::*;

/// The published file in the product, as far as it had happened on a day.
struct Portfolio {
    app: TestApp,
    entity: String,
    extract: Extract,
}

impl Portfolio {
    fn of(csv: &[u8], today: NaiveDate) -> Self {
        let app = TestApp::over(TestDatabase::migrated(), settings(), morning(today));
        let (entity, extract) = (app.entity("US"), file::extract(csv));
        app.push("ERP-US").parties(extract.parties.clone()).accounts(extract.accounts.clone()).finish();
        let mut portfolio = Self { app, entity, extract };
        portfolio.live_to(today);
        portfolio
    }

    /// Pushes in one go what happened until a day, as somebody does who loads a past.
    fn live_to(&mut self, today: NaiveDate) {
        self.app.set_clock(morning(today));
        let next = today.succ_opt().expect("a day");
        let later = (self.extract.issued.split_off(&next), self.extract.settled.split_off(&next));
        let issued = std::mem::replace(&mut self.extract.issued, later.0).into_values().flatten().collect();
        let settled = std::mem::replace(&mut self.extract.settled, later.1).into_values().flatten().collect();
        let push = self.app.push("ERP-US").receivables(issued);
        assert_eq!(push.issues(), Vec::<String>::new());
        let push = push.entries(settled);
        assert_eq!(push.issues(), Vec::<String>::new());
        push.finish();
    }

    /// What was started, once it is over.
    fn done(&self, path: &str, body: &Value) -> Value {
        let started = self.app.post(path, body).expect(201);
        let path = format!("{path}/{}", text(&started["id"]));
        wait::until_some("the end of the work", || {
            let found = self.app.get(&path).expect(200);
            (!["running", "training"].contains(&text(&found["state"]))).then_some(found)
        })
    }

    /// Refused and accepted cases with their turnover in whole dollars, of a rule and of itself against itself.
    fn tried(&self, rule: &str) -> [(u64, i64); 2] {
        let rule = json!({ "refuse_when": rule });
        let body = json!({ "legal_entity_id": self.entity, "from": "2012-07-01", "until": "2013-12-01",
            "knowledge": "effective", "rule": rule, "against": rule });
        let done = self.done("/v1/backtests", &body);
        assert_eq!(done["state"], "finished", "{done}");
        let dollars = &done["report"][0];
        assert_eq!(dollars["rule"], dollars["against"], "the same on both sides");
        assert_eq!((&dollars["difference"]["cases"], &dollars["disagreed"]["cases"]), (&json!(0), &json!(0)));
        assert_eq!(text(&dollars["rule"]["refused"]["lost"]), "0", "nobody in the file was lost");
        ["refused", "accepted"].map(|of| {
            let of = &dollars["rule"][of];
            let turnover = text(&of["turnover"]).parse::<Decimal>().expect("an amount").round();
            (of["cases"].as_u64().expect("a number"), turnover.try_into().expect("whole"))
        })
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

#[test]
fn the_published_file_is_scored_learned_and_tried_as_the_documentation_says() {
    let Some(csv) = file::published() else {
        eprintln!("the published sample is not beside the repository");
        return;
    };
    // By what was known on the eve of 2013.
    let mut portfolio = Portfolio::of(&csv, day("2012-12-31"));
    let run = portfolio.done("/v1/score-runs", &json!({}));
    let counts = &run["counts"];
    assert_eq!(
        (&run["state"], &counts["parties"], &counts["written"]),
        (&json!("finished"), &json!(100), &json!(100))
    );
    let classes = "SELECT string_agg(class || ' ' || n, ', ' ORDER BY class) FROM \
        (SELECT class, count(*) AS n FROM score WHERE superseded_at IS NULL GROUP BY class) c";
    assert_eq!(portfolio.app.database.sql(classes), "A 54, B 22, C 23, D 1");

    portfolio.live_to(day("2014-06-01"));
    let held = "SELECT count(*), sum(open_amount)::int FROM receivable";
    assert_eq!(portfolio.app.database.sql(held), "2466|0", "everything was paid in the end");
    let model = portfolio.done("/v1/models", &json!({ "legal_entity_id": portfolio.entity }));
    assert_eq!(
        (text(&model["state"]), text(&model["state_reason"])),
        ("refused", "model.not_better"),
        "{model}"
    );
    let targets = model["card"]["targets"].as_array().expect("targets").iter();
    let judged = targets.map(|t| {
        let cases = t["cases"].as_u64().zip(t["rows"].as_u64()).expect("numbers");
        (text(&t["target"]), text(&t["verdict"]), cases)
    });
    assert_eq!(
        judged.collect::<Vec<_>>(),
        [
            ("late", "not_better", (219, 741)),
            ("late_30", "too_few_of_class", (0, 741)),
            ("days_late", "not_better", (741, 741))
        ]
    );

    for (limit, refused, accepted) in [
        (2, (380, 37_341), (733, 73_186)),
        (5, (266, 25_366), (847, 85_161)),
        (10, (154, 15_329), (959, 95_198)),
    ] {
        let rule = format!("(behaviour.days_late_180 ?? 0) > {limit}");
        assert_eq!(portfolio.tried(&rule), [refused, accepted], "{rule}");
    }
}
