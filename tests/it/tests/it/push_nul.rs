//! The one character that PostgreSQL cannot hold, in every place of every kind of row: it spoils its row and no other.

use proto::v1::push_chunks_request::Rows;
use proto::v1::{
    AccountRow, AccountRows, AttributeValue, ContactRow, ContactRows, EntryAllocation, EntryRow, EntryRows,
    InstrumentItem, InstrumentRow, InstrumentRows, PartyRow, PartyRows, ReceivableRow, ReceivableRows,
    RowOutcome, attribute_value,
};
use testkit::app::TestApp;
use testkit::push::{account, contact, invoice, party, payment};

const NUL: &str = "a\0b";
const DATES: (&str, &str) = ("2026-01-15", "2026-02-15");

/// Rows that each hold the character in one place.
macro_rules! spoilt {
    ($good:expr, $($field:ident $(= $value:expr)?),* $(,)?) => {
        vec![$({
            let mut row = $good;
            row.$field = spoilt!(@value $($value)?);
            (stringify!($field), row)
        }),*]
    };
    (@value) => { NUL.to_owned() };
    (@value $value:expr) => { $value };
}

fn attribute(text: &str) -> AttributeValue {
    AttributeValue { value: Some(attribute_value::Value::Text(text.to_owned())) }
}

/// Pushes each spoilt row between two good ones.
fn check<R>(app: &TestApp, good: impl Fn(&str) -> R, spoilt: Vec<(&str, R)>, chunk: impl Fn(Vec<R>) -> Rows) {
    for (n, (field, row)) in spoilt.into_iter().enumerate() {
        let rows = vec![good(&format!("{field}{n}-a")), row, good(&format!("{field}{n}-b"))];
        let mut push = app.push("ERP-E1");
        let answer = push.try_rows(chunk(rows)).unwrap_or_else(|e| panic!("{field}: {e}"));
        let outcomes = answer.outcomes().collect::<Vec<_>>();
        assert_eq!(outcomes, [RowOutcome::Created, RowOutcome::Rejected, RowOutcome::Created], "{field}");
        let issue =
            answer.issues.iter().find(|i| i.row == 1).and_then(|i| i.issue.as_ref()).expect("an issue");
        assert_eq!((issue.field.as_str(), issue.code.as_str()), (field, "text.control_character"));
        push.finish();
    }
}

#[test]
fn a_nul_spoils_its_row_and_no_other() {
    let app = TestApp::start();
    app.entity("E1");
    let push = app.push("ERP-E1").parties(vec![party("P1", "Uno")]).accounts(vec![account("A1", "P1")]);
    push.receivables(vec![invoice("F1", "A1", "100.00", DATES)]).finish();

    let good = |id: &str| party(id, "Dos");
    let rows = spoilt!(
        good("P"),
        external_id,
        kind,
        name,
        tax_id,
        lei,
        national_id,
        country,
        language,
        parent_external_id,
        segment,
        insolvent_since,
        address = vec!["Mayor 1".into(), NUL.into()],
        attributes = [(NUL.to_owned(), attribute("x"))].into(),
        attributes = [("x".to_owned(), attribute(NUL))].into(),
    );
    check::<PartyRow>(&app, good, rows, |rows| Rows::Parties(PartyRows { rows }));

    let good = |id: &str| account(id, "P1");
    let rows = spoilt!(
        good("A"),
        external_id,
        party_external_id,
        number,
        name,
        currency,
        language,
        time_zone,
        segment,
        portfolio,
        dunning_account_external_id,
        scenario,
        address = vec![NUL.into()],
        attributes = [("x".to_owned(), attribute(NUL))].into(),
    );
    check::<AccountRow>(&app, good, rows, |rows| Rows::Accounts(AccountRows { rows }));

    let good = |id: &str| contact(id, "A1", "pagos@uno.example");
    let rows = spoilt!(
        good("C"),
        external_id,
        account_external_id,
        name,
        role,
        email,
        phone,
        language,
        purposes = vec![NUL.into()],
        opted_out_channels = vec![NUL.into()],
    );
    check::<ContactRow>(&app, good, rows, |rows| Rows::Contacts(ContactRows { rows }));

    let good = |id: &str| invoice(id, "A1", "10.00", DATES);
    let rows = spoilt!(
        good("F"),
        external_id,
        account_external_id,
        kind,
        document_no,
        currency,
        amount,
        open_amount,
        issue_on,
        due_on,
        agreed_due_on,
        tax_point_on,
        shipped_on,
        goods_received_on,
        expected_pay_on,
        order_no,
        delivery_note_no,
        payment_reference,
        credited_external_id,
        dimensions = [("x".to_owned(), NUL.to_owned())].into(),
        attributes = [("x".to_owned(), attribute(NUL))].into(),
    );
    check::<ReceivableRow>(&app, good, rows, |rows| Rows::Receivables(ReceivableRows { rows }));

    let good = |id: &str| InstrumentRow {
        external_id: id.to_owned(),
        account_external_id: "A1".to_owned(),
        kind: "promissory_note".to_owned(),
        number: id.to_owned(),
        amount: "10.00".to_owned(),
        currency: "EUR".to_owned(),
        received_on: "2026-02-01".to_owned(),
        maturity_on: "2026-05-01".to_owned(),
        ..InstrumentRow::default()
    };
    let item = InstrumentItem { receivable_external_id: NUL.to_owned(), amount: "1.00".to_owned() };
    let rows = spoilt!(
        good("I"),
        external_id,
        account_external_id,
        kind,
        number,
        amount,
        currency,
        received_on,
        maturity_on,
        bank,
        discounted_on,
        settled_on,
        returned_on,
        return_code,
        costs_amount,
        items = vec![item.clone()],
    );
    check::<InstrumentRow>(&app, good, rows, |rows| Rows::Instruments(InstrumentRows { rows }));

    let good = |id: &str| payment(id, "A1", "F1", ("0.01", "2026-03-01"));
    let line = EntryAllocation { receivable_external_id: NUL.to_owned(), amount: "1.00".to_owned() };
    let rows = spoilt!(
        good("Z"),
        external_id,
        account_external_id,
        receivable_external_id,
        kind,
        amount,
        currency,
        effective_on,
        reference,
        reverses_external_id,
        allocations = vec![line.clone()],
    );
    check::<EntryRow>(&app, good, rows, |rows| Rows::Entries(EntryRows { rows }));
}
