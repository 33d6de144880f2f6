//! Values that no row can mean: named, and not repeated.

use prost::Message as _;
use proto::v1::push_chunks_request::Rows;
use proto::v1::{EntryRow, EntryRows, ReceivableRow, ReceivableRows};
use testkit::app::TestApp;
use testkit::push::{account, invoice, payment};

const DATES: (&str, &str) = ("2026-01-15", "2026-02-15");

/// Two megabytes in a field: the field is named and the value not repeated, also where the call as a whole is refused.
#[test]
fn a_value_that_is_far_too_long_is_not_repeated() {
    let app = TestApp::with_receivables(Vec::new());
    let huge = "9".repeat(2_000_000);
    let spoil = |change: fn(&mut ReceivableRow, String)| {
        let mut row = invoice("B", "A1", "10.00", DATES);
        change(&mut row, huge.clone());
        Rows::Receivables(ReceivableRows { rows: vec![row] })
    };
    let spoil_entry = |change: fn(&mut EntryRow, String)| {
        let mut row = payment("B", "A1", "", ("10.00", "2026-03-01"));
        change(&mut row, huge.clone());
        Rows::Entries(EntryRows { rows: vec![row] })
    };
    let cases = [
        (spoil(|r, huge| r.amount = huge), "amount amount.invalid"),
        (spoil(|r, huge| r.open_amount = huge), "open_amount amount.invalid"),
        (spoil(|r, huge| r.currency = huge), "currency currency.unknown"),
        (spoil(|r, huge| r.due_on = huge), "due_on date.invalid"),
        (spoil(|r, huge| r.kind = huge), "kind value.unknown"),
        (
            spoil(|r, huge| {
                r.vat = vec![proto::v1::VatRow { rate: format!("{huge}x"), ..proto::v1::VatRow::default() }]
            }),
            "vat[0].rate amount.invalid",
        ),
        (spoil(|r, huge| r.account_external_id = huge), "account_external_id text.too_long"),
        (spoil_entry(|r, huge| r.amount = huge), "amount amount.invalid"),
        (spoil_entry(|r, huge| r.effective_on = huge), "effective_on date.invalid"),
        (spoil_entry(|r, huge| r.kind = huge), "kind value.unknown"),
    ];
    let mut push = app.push("ERP-E1");
    for (rows, expected) in cases {
        let answer = push.try_rows(rows).unwrap_or_else(|e| panic!("{expected}: {e}"));
        let issue = answer.issues.first().and_then(|i| i.issue.clone()).expect("an issue");
        assert_eq!(format!("{} {}", issue.field, issue.code), expected);
        assert!(issue.message.len() <= 210, "{expected}: {} bytes", issue.message.len());
        assert!(!issue.message.contains(&huge[..100]), "{expected}: {}", issue.message);
    }
    let mut zone = account("A9", "P1");
    zone.time_zone = huge.clone();
    let mut portfolio = account("A9", "P1");
    portfolio.portfolio = huge.clone();
    for (row, code) in [(zone, "time_zone.unknown"), (portfolio, "push.portfolio_unknown")] {
        let rows = Rows::Accounts(proto::v1::AccountRows { rows: vec![row] });
        let answer = push.try_rows(rows).unwrap_or_else(|e| panic!("{code}: {e}"));
        assert_eq!(answer.issues[0].issue.as_ref().map(|i| i.code.as_str()), Some(code));
        assert!(answer.encoded_len() < 1_000, "{code}: {} bytes", answer.encoded_len());
    }
    let totals = |change: fn(&mut proto::v1::ControlTotal, String)| {
        let mut total = proto::v1::ControlTotal {
            currency: "EUR".to_owned(),
            open_amount: "1".to_owned(),
            ..Default::default()
        };
        change(&mut total, huge.clone());
        proto::v1::FinishSessionRequest { session_id: push.session.id.clone(), control_totals: vec![total] }
    };
    for asked in [totals(|t, huge| t.currency = huge), totals(|t, huge| t.open_amount = huge)] {
        let refused = app.grpc().finish(asked).expect_err("it cannot be");
        assert_eq!(refused.code(), tonic::Code::InvalidArgument);
        assert!(refused.message().len() < 300, "{} bytes", refused.message().len());
    }
}
