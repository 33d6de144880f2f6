//! Alerts from what is stored: which facts reach the rules, and what is decided where some of them cannot be had.

use proto::v1::{PartyRow, ReceivableRow};
use serde_json::json;
use testkit::push::{invoice, party};

use crate::alerts::{book, go_by, look, open_kinds, rule, standing};

#[test]
fn a_missing_rate_leaves_undecided_only_what_reads_amounts() {
    let app = book();
    let dollars = ReceivableRow {
        currency: "USD".into(),
        ..invoice("F2", "B1", "100.00", ("2026-02-01", "2026-04-01"))
    };
    let insolvent = PartyRow { insolvent_since: "2026-03-01".into(), ..party("P2", "Dos, S.L.") };
    app.push("ERP-E1").parties(vec![insolvent]).receivables(vec![dollars]).finish();
    go_by(
        &app,
        &json!([
            rule("insolvency", &json!(["party"]), "party.insolvent"),
            rule("nothing", &json!(["party"]), "party.insolvent and exposure.open == 0"),
            rule("unlimited", &json!(["party"]), "party.insolvent and limit.total == null"),
        ]),
    );
    let run = look(&app);
    assert_eq!(open_kinds(&app), ["credit.insolvency"]);
    assert_eq!(run["counts"]["undecided"], 2, "both rules that read amounts, for the one party");
}

#[test]
fn a_party_that_becomes_one_of_our_own_keeps_no_alerts() {
    let app = book();
    standing(&app);
    let own = PartyRow { intercompany: true, ..party("P1", "Uno, S.L.") };
    app.push("ERP-E1").parties(vec![own]).finish();
    assert_eq!(look(&app)["counts"]["resolved"], 1);
    assert_eq!(open_kinds(&app), [""; 0]);
}
