use kernel::Currency;
use proptest::prelude::*;

use super::*;

fn euros(text: &str) -> Money {
    Money::new(text.parse().unwrap(), Currency::parse("currency", "EUR").unwrap())
}

/// Example 1 of EPC069-12, part 3.
fn example_1() -> EpcTransfer {
    EpcTransfer {
        version: EpcVersion::V002,
        character_set: EpcCharacterSet::Utf8,
        bic: Some(Bic::parse("bic", "BHBLDEHHXXX").unwrap()),
        payee: "Franz Mustermänn".to_owned(),
        iban: Iban::parse("iban", "DE71110220330123456789").unwrap(),
        amount: euros("12.30"),
        purpose: Some("GDDS".to_owned()),
        remittance: Remittance::Reference("RF18539007547034".to_owned()),
        information: None,
    }
}

/// Example 2 of EPC069-12, part 3.
fn example_2() -> EpcTransfer {
    EpcTransfer {
        version: EpcVersion::V002,
        character_set: EpcCharacterSet::Latin1,
        bic: None,
        payee: "François D'Alsace S.A.".to_owned(),
        iban: Iban::parse("iban", "FR1420041010050500013M02606").unwrap(),
        amount: euros("12.3"),
        purpose: None,
        remittance: Remittance::Text("Client:Marie Louise La Lune".to_owned()),
        information: None,
    }
}

#[test]
fn first_example_of_the_standard_has_96_bytes() {
    let payload = epc_qr(&example_1()).unwrap();
    assert_eq!(
        payload,
        "BCD\n002\n1\nSCT\nBHBLDEHHXXX\nFranz Mustermänn\nDE71110220330123456789\nEUR12.3\nGDDS\nRF18539007547034"
    );
    assert_eq!(payload_bytes(&payload).unwrap().len(), 96);
}

#[test]
fn second_example_of_the_standard_has_103_bytes_of_latin_1() {
    let payload = epc_qr(&example_2()).unwrap();
    assert_eq!(
        payload,
        "BCD\n002\n2\nSCT\n\nFrançois D'Alsace S.A.\nFR1420041010050500013M02606\nEUR12.3\n\n\nClient:Marie Louise La Lune"
    );
    let bytes = payload_bytes(&payload).unwrap();
    assert_eq!(bytes.len(), 103);
    assert!(bytes.contains(&0xE7), "ç is one byte of ISO 8859-1");
}

#[test]
fn empty_lines_at_the_end_are_left_out() {
    let bare = EpcTransfer { purpose: None, remittance: Remittance::Nothing, ..example_1() };
    assert!(epc_qr(&bare).unwrap().ends_with("\nEUR12.3"));
    let noted = EpcTransfer { information: Some("Gracias".to_owned()), ..bare };
    assert!(epc_qr(&noted).unwrap().ends_with("\nEUR12.3\n\n\n\nGracias"));
}

#[test]
fn amounts_are_written_without_trailing_zeros() {
    for (given, written) in [
        ("1000", "EUR1000"),
        ("1000.00", "EUR1000"),
        ("12.30", "EUR12.3"),
        ("0.01", "EUR0.01"),
        ("5.00000", "EUR5"),
        ("999999999.99", "EUR999999999.99"),
    ] {
        let payload = epc_qr(&EpcTransfer { amount: euros(given), ..example_1() }).unwrap();
        assert_eq!(payload.lines().nth(7), Some(written));
    }
}

#[test]
fn amounts_outside_the_range_are_refused() {
    for wrong in ["0", "-1", "0.001", "0.015", "1000000000", "999999999.999"] {
        let refused = epc_qr(&EpcTransfer { amount: euros(wrong), ..example_1() }).unwrap_err();
        assert!(matches!(refused, EpcError::AmountOutOfRange { .. }), "{wrong}: {refused}");
    }
}

#[test]
fn only_euro_can_be_requested() {
    let dollars = Money::new(Decimal::ONE, Currency::parse("currency", "USD").unwrap());
    let refused = epc_qr(&EpcTransfer { amount: dollars, ..example_1() }).unwrap_err();
    assert_eq!(refused, EpcError::NotEuro { currency: "USD".to_owned() });
}

#[test]
fn the_bic_is_mandatory_in_version_001_only() {
    let without = EpcTransfer { bic: None, ..example_1() };
    assert!(epc_qr(&without).unwrap().contains("\nSCT\n\nFranz"));
    assert_eq!(epc_qr(&EpcTransfer { version: EpcVersion::V001, ..without }), Err(EpcError::BicMissing));
    let with = epc_qr(&EpcTransfer { version: EpcVersion::V001, ..example_1() }).unwrap();
    assert!(with.starts_with("BCD\n001\n1\nSCT\nBHBLDEHHXXX\n"));
}

#[test]
fn fields_keep_the_limits_of_the_standard() {
    let payee = |length: usize| epc_qr(&EpcTransfer { payee: "ñ".repeat(length), ..example_1() });
    assert!(payee(70).is_ok());
    assert_eq!(payee(71), Err(EpcError::TooLong { field: "payee", limit: 70 }));
    assert_eq!(payee(0), Err(EpcError::PayeeEmpty));

    let text = |length: usize| {
        epc_qr(&EpcTransfer { remittance: Remittance::Text("t".repeat(length)), ..example_1() }).map(|_| ())
    };
    assert_eq!(text(140), Ok(()));
    assert_eq!(text(141), Err(EpcError::TooLong { field: "remittance text", limit: 140 }));

    let note = EpcTransfer { information: Some("i".repeat(71)), ..example_1() };
    assert_eq!(epc_qr(&note), Err(EpcError::TooLong { field: "information", limit: 70 }));
}

#[test]
fn more_than_331_bytes_are_refused() {
    let long = EpcTransfer {
        payee: "ñ".repeat(70),
        remittance: Remittance::Text("€".repeat(140)),
        information: Some("i".repeat(70)),
        ..example_1()
    };
    assert!(matches!(epc_qr(&long), Err(EpcError::PayloadTooLong { bytes: 332.. })));
}

#[test]
fn a_line_break_cannot_smuggle_in_another_field() {
    let forged = EpcTransfer { payee: "Acme\nES7921000813610123456789".to_owned(), ..example_1() };
    assert_eq!(epc_qr(&forged), Err(EpcError::ControlCharacter { field: "payee" }));
}

#[test]
fn characters_outside_latin_1_are_refused_in_that_set() {
    let euro_sign = EpcTransfer { payee: "Café €".to_owned(), ..example_2() };
    assert_eq!(epc_qr(&euro_sign), Err(EpcError::NotInCharacterSet { character: '€' }));
}

#[test]
fn purposes_are_up_to_four_letters_or_digits() {
    let purpose = |text: &str| epc_qr(&EpcTransfer { purpose: Some(text.to_owned()), ..example_1() });
    assert_eq!(purpose("gdds").unwrap().lines().nth(8), Some("GDDS"));
    for wrong in ["CDCBC", "G-D", "ñ"] {
        assert_eq!(purpose(wrong), Err(EpcError::PurposeInvalid { text: wrong.to_owned() }));
    }
}

#[test]
fn creditor_references_prove_their_check_digits() {
    let reference = |text: &str| {
        epc_qr(&EpcTransfer { remittance: Remittance::Reference(text.to_owned()), ..example_1() })
    };
    assert_eq!(reference("rf18 5390 0754 7034").unwrap().lines().nth(9), Some("RF18539007547034"));
    for wrong in
        ["RF19539007547034", "RF18", "RF", "", "DE18539007547034", "RFñ8539007547034", "RF1853900754703ñ"]
    {
        assert_eq!(reference(wrong), Err(EpcError::ReferenceInvalid { text: wrong.to_owned() }), "{wrong}");
    }
}

proptest! {
    #[test]
    fn every_accepted_payload_keeps_twelve_lines_and_331_bytes(
        payee in "\\PC{1,80}",
        text in "\\PC{0,150}",
        cents in 1_i64..=99_999_999_999,
    ) {
        let transfer = EpcTransfer {
            payee,
            remittance: Remittance::Text(text),
            amount: Money::new(Decimal::new(cents, 2), Currency::parse("currency", "EUR").unwrap()),
            ..example_1()
        };
        if let Ok(payload) = epc_qr(&transfer) {
            prop_assert!(payload.split('\n').count() <= 12);
            prop_assert!(payload_bytes(&payload).unwrap().len() <= PAYLOAD_BYTES_MAX);
            let amount: Decimal = payload.lines().nth(7).unwrap().strip_prefix("EUR").unwrap().parse().unwrap();
            prop_assert_eq!(amount, Decimal::new(cents, 2));
        }
    }
}
