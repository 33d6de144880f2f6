use super::*;
use proptest::prelude::*;
use serde_json::json;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn invoice() -> ReceivableFields {
    ReceivableFields {
        external_id: "90001-2026".to_owned(),
        kind: ReceivableKind::Invoice,
        document_no: "F-2026/00123".to_owned(),
        order_no: None,
        delivery_note_no: None,
        payment_reference: None,
        credited_external_id: None,
        currency: Currency::EUR,
        amount: Decimal::new(12100, 2),
        open_amount: None,
        dates: ReceivableDates {
            issue_on: Some(day("2026-03-01")),
            due_on: Some(day("2026-03-31")),
            ..ReceivableDates::default()
        },
        vat: vec![row(10000, 21, 2100)],
        dimensions: Map::new(),
        attributes: Map::new(),
    }
}

fn row(base: i64, rate: i64, quota: i64) -> VatRow {
    VatRow {
        base: Decimal::new(base, 2),
        rate: Decimal::from(rate),
        quota: Decimal::new(quota, 2),
        surcharge: Decimal::ZERO,
        withholding: Decimal::ZERO,
    }
}

fn refused(fields: ReceivableFields) -> &'static str {
    NewReceivable::check(fields).unwrap_err().code().text
}

fn notices(fields: ReceivableFields) -> Vec<&'static str> {
    NewReceivable::check(fields).unwrap().notices.iter().map(|n| n.code.text).collect()
}

#[test]
fn a_plain_invoice_passes_without_notice() {
    let checked = NewReceivable::check(invoice()).unwrap();
    assert!(checked.notices.is_empty());
    assert_eq!(checked.value.due_on(), day("2026-03-31"));
}

#[test]
fn an_invoice_over_zero_is_refused() {
    assert_eq!(
        refused(ReceivableFields { amount: Decimal::ZERO, vat: vec![], ..invoice() }),
        "receivable.amount_zero"
    );
}

#[test]
fn a_negative_invoice_is_told_to_come_as_a_credit_note() {
    let error =
        NewReceivable::check(ReceivableFields { amount: Decimal::from(-5), vat: vec![], ..invoice() });
    let error = error.unwrap_err();
    assert_eq!(error.code().text, "receivable.amount_negative");
    assert!(error.message(false).contains("credit_note"));
}

#[test]
fn a_positive_credit_note_becomes_the_same_row_as_a_negative_one() {
    let positive = ReceivableFields { kind: ReceivableKind::CreditNote, ..invoice() };
    let negative = ReceivableFields {
        kind: ReceivableKind::CreditNote,
        amount: Decimal::new(-12100, 2),
        vat: vec![row(-10000, 21, -2100)],
        ..invoice()
    };
    let (positive, negative) =
        (NewReceivable::check(positive).unwrap(), NewReceivable::check(negative).unwrap());
    assert_eq!(positive, negative);
    assert_eq!(positive.value.fields().amount, Decimal::from(-121));
    assert!(positive.notices.is_empty());
}

#[test]
fn a_debit_due_before_its_issue_is_refused_and_a_credit_note_is_not() {
    let mut fields = invoice();
    fields.dates.due_on = Some(day("2026-02-28"));
    assert_eq!(refused(fields.clone()), "receivable.due_before_issue");
    fields.kind = ReceivableKind::CreditNote;
    assert!(notices(fields).is_empty());
}

#[test]
fn due_on_the_day_of_issue_is_accepted() {
    let mut fields = invoice();
    fields.dates.due_on = fields.dates.issue_on;
    assert!(notices(fields).is_empty());
}

#[test]
fn a_debit_needs_a_due_date_and_a_credit_is_due_when_issued() {
    let mut fields = invoice();
    fields.dates.due_on = None;
    assert_eq!(refused(fields.clone()), "receivable.due_required");
    fields.kind = ReceivableKind::UnallocatedCash;
    assert_eq!(NewReceivable::check(fields).unwrap().value.due_on(), day("2026-03-01"));
}

#[test]
fn an_issue_date_is_required_and_dates_lie_within_the_accepted_years() {
    let mut fields = invoice();
    fields.dates.issue_on = None;
    assert_eq!(refused(fields), "receivable.issue_required");
    let mut fields = invoice();
    fields.dates.expected_pay_on = Some(day("2206-03-31"));
    assert_eq!(refused(fields), "date.out_of_range");
}

#[test]
fn an_extension_never_moves_the_due_date_backwards() {
    let mut fields = invoice();
    fields.dates.agreed_due_on = Some(day("2026-05-31"));
    assert!(notices(fields.clone()).is_empty());
    fields.dates.agreed_due_on = fields.dates.due_on;
    assert!(notices(fields.clone()).is_empty());
    fields.dates.agreed_due_on = Some(day("2026-03-30"));
    assert_eq!(refused(fields), "receivable.extension_before_due");
}

#[test]
fn goods_received_before_shipment_are_noticed() {
    let mut fields = invoice();
    fields.dates.shipped_on = Some(day("2026-02-20"));
    fields.dates.goods_received_on = Some(day("2026-02-19"));
    assert_eq!(notices(fields), ["receivable.receipt_before_shipment"]);
}

#[test]
fn a_third_decimal_of_a_euro_is_refused_and_trailing_zeros_are_not() {
    assert_eq!(
        refused(ReceivableFields { amount: Decimal::new(121_001, 3), ..invoice() }),
        "amount.exponent"
    );
    let checked =
        NewReceivable::check(ReceivableFields { amount: Decimal::new(121_000, 3), ..invoice() }).unwrap();
    assert_eq!(checked.value.fields().amount.to_string(), "121");
}

#[test]
fn vat_rows_may_miss_the_total_by_a_cent_per_row() {
    let rows = vec![row(5000, 21, 1050), row(5000, 21, 1050)];
    let off = |cents: i64| ReceivableFields {
        amount: Decimal::new(12100 + cents, 2),
        vat: rows.clone(),
        ..invoice()
    };
    assert!(notices(off(2)).is_empty());
    assert_eq!(notices(off(3)), ["receivable.vat_total_differs"]);
    assert_eq!(notices(off(-3)), ["receivable.vat_total_differs"]);
}

#[test]
fn surcharge_adds_and_withholding_takes_away() {
    let row = VatRow {
        surcharge: Decimal::new(520, 2),
        withholding: Decimal::new(1500, 2),
        ..row(10000, 21, 2100)
    };
    assert!(
        notices(ReceivableFields { amount: Decimal::new(11120, 2), vat: vec![row], ..invoice() }).is_empty()
    );
}

#[test]
fn a_quota_that_is_not_base_times_rate_is_noticed() {
    let fields =
        ReceivableFields { amount: Decimal::new(12102, 2), vat: vec![row(10000, 21, 2102)], ..invoice() };
    assert_eq!(notices(fields), ["receivable.vat_quota_differs"]);
}

#[test]
fn an_instalment_may_repeat_the_rows_of_its_invoice() {
    let part = ReceivableFields { kind: ReceivableKind::Instalment, amount: Decimal::from(40), ..invoice() };
    assert!(notices(part).is_empty());
}

#[test]
fn a_vat_rate_is_a_percentage() {
    assert_eq!(
        refused(ReceivableFields { vat: vec![row(10000, 121, 2100)], ..invoice() }),
        "receivable.vat_rate"
    );
    let many = vec![row(100, 21, 21); crate::receivables::vat::VAT_ROWS_MAX + 1];
    assert_eq!(refused(ReceivableFields { vat: many, ..invoice() }), "receivable.vat_rows");
}

#[test]
fn the_open_amount_lies_between_zero_and_the_amount() {
    let open = |cents| ReceivableFields { open_amount: Some(Decimal::new(cents, 2)), ..invoice() };
    assert!(notices(open(0)).is_empty());
    assert!(notices(open(12100)).is_empty());
    assert_eq!(refused(open(12101)), "receivable.open_exceeds_amount");
    assert_eq!(refused(open(-1)), "receivable.open_sign");
}

#[test]
fn every_wrong_field_is_named_at_once() {
    let fields = ReceivableFields {
        external_id: " ".to_owned(),
        amount: Decimal::ZERO,
        vat: vec![],
        attributes: json!({"Bad Key": 1}).as_object().unwrap().clone(),
        order_no: Some("a\0".to_owned()),
        ..invoice()
    };
    let error = NewReceivable::check(fields).unwrap_err();
    assert_eq!(error.code().text, "receivable.invalid");
    let fields: Vec<_> = error.field_errors().iter().map(|f| f.field.as_str()).collect();
    assert_eq!(fields, ["external_id", "order_no", "amount", "attributes"]);
}

#[test]
fn without_a_printed_number_the_external_id_stands_in() {
    let checked =
        NewReceivable::check(ReceivableFields { document_no: " ".to_owned(), ..invoice() }).unwrap();
    assert_eq!(checked.value.fields().document_no, "90001-2026");
}

#[test]
fn an_open_credit_is_turned_with_its_amount_or_refused() {
    let credit = |amount, open| ReceivableFields {
        kind: ReceivableKind::UnallocatedCash,
        amount: Decimal::from(amount),
        open_amount: Some(Decimal::from(open)),
        ..invoice()
    };
    for stated in [credit(50, 20), credit(-50, -20)] {
        let checked = NewReceivable::check(stated).unwrap().value;
        assert_eq!(checked.fields().open_amount, Some(Decimal::from(-20)));
    }
    assert_eq!(refused(credit(50, -20)), "receivable.open_sign");
}

proptest! {
    #[test]
    fn checking_what_was_checked_changes_nothing(cents in 1_i64..1_000_000_000, kind in 0_usize..8, open in 0_i64..100) {
        use kernel::text_enum::TextEnum as _;
        let kind = ReceivableKind::ALL[kind];
        let amount = Decimal::new(cents, 2);
        let open_amount = Some((amount * Decimal::new(open, 2)).round_dp(2));
        let once = NewReceivable::check(ReceivableFields { kind, amount, open_amount, ..invoice() }).unwrap().value;
        prop_assert_eq!(once.fields().amount.is_sign_negative(), kind.side() == Side::Credit);
        let twice = NewReceivable::check(once.fields().clone()).unwrap();
        prop_assert_eq!(&twice.value, &once);
    }
}
