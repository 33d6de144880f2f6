use kernel::{Currency, Decimal};
use proptest::prelude::*;

use super::{CurrencyMark, NumberStyle, parse, parse_json, readings};

fn read(text: &str, style: NumberStyle) -> Result<String, &'static str> {
    parse(text, style).map(|n| n.value.to_string()).map_err(|w| w.code.text)
}

/// Writes a number the way the style does, independently of the reader.
fn written(value: Decimal, style: NumberStyle) -> String {
    let (group, point) = match style {
        NumberStyle::Spanish => (".", ","),
        NumberStyle::English => (",", "."),
        NumberStyle::Plain => ("", "."),
    };
    let plain = value.abs().to_string();
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let mut grouped = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            grouped.push_str(group);
        }
        grouped.push(digit);
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    if fraction.is_empty() { format!("{sign}{grouped}") } else { format!("{sign}{grouped}{point}{fraction}") }
}

#[test]
fn spanish_numbers_are_read() {
    for (text, expected) in [
        ("1.234,56", "1234.56"),
        ("1234,56", "1234.56"),
        ("1.234.567,8", "1234567.8"),
        ("1 234,56", "1234.56"),
        ("1\u{a0}234\u{a0}567,00 €", "1234567"),
        ("-12,50", "-12.5"),
        ("12,50-", "-12.5"),
        ("(12,50)", "-12.5"),
        ("\u{2212}12,50", "-12.5"),
        ("EUR 1.000", "1000"),
        ("1.000,00 EUR", "1000"),
        ("1,2345", "1.2345"),
        (",5", "0.5"),
        ("0,00", "0"),
        ("-0,00", "0"),
    ] {
        assert_eq!(read(text, NumberStyle::Spanish).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn english_numbers_are_read() {
    for (text, expected) in [
        ("1,234.56", "1234.56"),
        ("$1,234.56", "1234.56"),
        ("-$5", "-5"),
        ("($5.10)", "-5.1"),
        ("1.234", "1.234"),
        (".5", "0.5"),
    ] {
        assert_eq!(read(text, NumberStyle::English).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn wrong_groups_are_an_error_of_their_own() {
    for text in
        ["1.23,4", "1234.567,0", "0.123", "1.234.56", "1.2345", "1,234.5", "1. 234", "1.234 567", ".123"]
    {
        assert_eq!(read(text, NumberStyle::Spanish), Err("import.number_grouping"), "{text}");
    }
    assert_eq!(read("1,2345", NumberStyle::English), Err("import.number_grouping"));
}

#[test]
fn what_is_no_number_is_refused() {
    for text in [
        "", "-", "€", "abc", "1e5", "--1", "(-1)", "-1-", "1,", "1,2,3", "1€€", "€1 EUR", "٣", "1,5x", "1/2",
        "NaN",
    ] {
        assert_eq!(read(text, NumberStyle::Spanish), Err("import.number_invalid"), "{text}");
    }
    assert_eq!(read(&"9".repeat(40), NumberStyle::Plain), Err("import.number_invalid"));
    assert_eq!(read(&"9".repeat(4000), NumberStyle::Plain), Err("import.number_invalid"));
    assert_eq!(read("1,234.5", NumberStyle::Plain), Err("import.number_invalid"));
}

#[test]
fn a_digit_that_cannot_be_held_is_refused_rather_than_rounded() {
    let long = format!("0.{}1", "0".repeat(28));
    assert_eq!(read(&long, NumberStyle::Plain), Err("import.number_invalid"));
    assert_eq!(read(&format!("1.{}", "0".repeat(40)), NumberStyle::Plain).as_deref(), Ok("1"));
}

#[test]
fn a_point_before_three_digits_has_two_readings() {
    let (spanish, english) = readings("1.234");
    assert_eq!((spanish, english), (Some(Decimal::from(1234)), Some(Decimal::new(1234, 3))));
    assert_eq!(readings("0.123"), (None, Some(Decimal::new(123, 3))));
    assert_eq!(readings("12,5"), (Some(Decimal::new(125, 1)), None));
}

#[test]
fn a_currency_mark_is_kept_for_comparison() {
    let mark = |text| parse(text, NumberStyle::Spanish).unwrap().mark;
    assert_eq!(mark("5 €"), Some(CurrencyMark::Code(Currency::EUR)));
    assert!(!CurrencyMark::Dollar.may_mean(Currency::EUR));
    assert!(CurrencyMark::Dollar.may_mean(Currency::parse("", "MXN").unwrap()));
}

#[test]
fn json_numbers_are_exact() {
    let json = |text| parse_json(text).map(|n| n.value.to_string()).map_err(|w| w.code.text);
    for (text, expected) in [
        ("123456789012345.6789", "123456789012345.6789"),
        ("0.1", "0.1"),
        ("-1.50", "-1.5"),
        ("1e3", "1000"),
        ("1.5E-2", "0.015"),
        ("1.25e1", "12.5"),
        ("0e999", "0"),
    ] {
        assert_eq!(json(text).as_deref(), Ok(expected), "{text}");
    }
    assert_eq!(json("1e999"), Err("import.number_invalid"));
    assert_eq!(json("1e99999999"), Err("import.number_invalid"));
}

proptest! {
    #[test]
    fn a_written_number_reads_back(mantissa in any::<i64>(), scale in 0u32..=8, spanish in any::<bool>()) {
        let value = Decimal::new(mantissa, scale);
        let style = if spanish { NumberStyle::Spanish } else { NumberStyle::English };
        let text = written(value, style);
        prop_assert_eq!(parse(&text, style).unwrap().value, value, "{}", text);
        prop_assert_eq!(parse(&written(value, NumberStyle::Plain), NumberStyle::Plain).unwrap().value, value);
    }

    #[test]
    fn the_true_reading_is_always_among_the_two(mantissa in any::<i32>(), scale in 0u32..=4, spanish in any::<bool>()) {
        let value = Decimal::new(mantissa.into(), scale);
        let style = if spanish { NumberStyle::Spanish } else { NumberStyle::English };
        let (comma, point) = readings(&written(value, style));
        prop_assert_eq!(if spanish { comma } else { point }, Some(value));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[-+()0-9.,€$ eE\u{a0}]{0,20}|\\PC{0,20}") {
        for style in [NumberStyle::Spanish, NumberStyle::English, NumberStyle::Plain] {
            let _outcome = parse(&text, style);
        }
        let _outcome = parse_json(&text);
    }
}
