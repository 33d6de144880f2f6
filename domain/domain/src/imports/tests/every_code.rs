//! Every error code is reached by a file or profile that deserves it.

use std::collections::BTreeSet;

use super::{HEADER, by_name, read};
use crate::imports::{Profile, builtin, codes};

/// The codes that a file raises, of the file as a whole or of its rows.
fn raised(profile: &Profile, file: &[u8]) -> BTreeSet<String> {
    match read(profile, file) {
        Err(e) => BTreeSet::from([e.code().text.to_owned()]),
        Ok(outcomes) => outcomes.into_iter().filter_map(Result::err).map(|e| e.code.into_owned()).collect(),
    }
}

/// One receivable with a column more.
fn with(column: &str, value: &str) -> Vec<u8> {
    format!("{HEADER};{column}\n1;C1;1;2026-01-05;2026-01-05;{value}\n").into_bytes()
}

fn row(text: &str) -> Vec<u8> {
    format!("{HEADER}\n{text}\n").into_bytes()
}

fn profile_code(text: &str) -> String {
    Profile::parse(text).unwrap_err().code().text.to_owned()
}

#[test]
fn every_code_is_reached() {
    let plain = by_name("");
    let spanish =
        by_name("numbers = \"spanish\"\ndates = \"day_month_year\"\nencoding = \"utf-8\"\ndelimiter = \";\"");
    let parties = builtin::profile("recobra_parties").unwrap();
    let accounts = builtin::profile("recobra_accounts").unwrap();
    let everything = builtin::profile("recobra").unwrap();
    let files: Vec<(&str, &Profile, Vec<u8>)> = vec![
        ("import.boolean_invalid", &plain, with("disputed", "quizás")),
        ("import.column_count", &plain, row("1;C1;1;2026-01-05")),
        ("import.column_missing", &plain, b"external_id;amount\n".to_vec()),
        ("import.column_repeated", &plain, with("kind;kind", "invoice;invoice")),
        ("import.column_unknown", &plain, with("kindly", "x")),
        ("import.columns_too_many", &spanish, row(&";".repeat(600))),
        ("import.country_invalid", &parties, b"external_id;name;country\n1;a;Spain\n".to_vec()),
        ("import.currency_contradicted", &spanish, row("1;C1;5 $;05/01/2026;05/01/2026")),
        ("import.date_ambiguous", &plain, row("1;C1;1;01/02/2026;2026-01-05")),
        ("import.date_invalid", &spanish, row("1;C1;1;30/02/2026;05/01/2026")),
        ("import.date_mixed", &plain, row("1;C1;1;13/02/2026;2026-01-05\n1;C1;1;02/13/2026;2026-01-05")),
        ("import.date_pivot_missing", &spanish, row("1;C1;1;05/01/26;05/01/2026")),
        ("import.delimiter_unknown", &plain, b"external_id:amount\n".to_vec()),
        (
            "import.encoding_invalid",
            &spanish,
            b"external_id;account_external_id;amount;issue_on;due_on\n\xF1\n".to_vec(),
        ),
        ("import.encoding_unknown", &plain, b"\xF1\n".to_vec()),
        ("import.field_too_long", &spanish, row(&"x".repeat(70_000))),
        ("import.header_missing", &spanish, b"".to_vec()),
        ("import.id_scientific", &spanish, row("1,23457E+11;C1;1;05/01/2026;05/01/2026")),
        (
            "import.integer_invalid",
            &accounts,
            b"external_id;name;currency;payment_terms_days\n1;a;EUR;30 d\n".to_vec(),
        ),
        ("import.json_invalid", &everything, b"{\"entity\": \n".to_vec()),
        ("import.language_invalid", &parties, b"external_id;name;language\n1;a;Spanish\n".to_vec()),
        ("import.line_too_long", &spanish, row(&"x".repeat(1_100_000))),
        ("import.nul_byte", &spanish, row("a\0")),
        ("import.number_ambiguous", &plain, row("1;C1;1.234;2026-01-05;2026-01-05")),
        ("import.number_grouping", &spanish, row("1;C1;1.23,4;05/01/2026;05/01/2026")),
        ("import.number_invalid", &spanish, row("1;C1;uno;05/01/2026;05/01/2026")),
        (
            "import.number_mixed",
            &plain,
            row("1;C1;1,5;2026-01-05;2026-01-05\n1;C1;1.5;2026-01-05;2026-01-05"),
        ),
        ("import.quote_unbalanced", &spanish, row("\"1;C1;1;05/01/2026;05/01/2026")),
        ("import.row_unmatched", &everything, b"{\"entity\": \"invoice\"}\n".to_vec()),
        ("import.value_required", &spanish, row("1;;1;05/01/2026;05/01/2026")),
    ];
    let mut reached = BTreeSet::new();
    for (code, profile, file) in files {
        let found = raised(profile, &file);
        assert!(found.contains(code), "{code}: {found:?}");
        reached.insert(code.to_owned());
    }
    reached.insert(profile_code("schema = 1"));
    reached.insert(profile_code("schema = 2"));
    reached.insert(profile_code("schema = 1\nname = \"x\"\n[[rows]]\nentity = \"party\"\n"));
    reached.insert(builtin::profile("none").unwrap_err().code().text.to_owned());
    // Reached in `robustness` and `mapping`, by a failing disk and by rules of a profile.
    for elsewhere in ["import.read_failed", "import.sign_unknown", "import.value_unmapped"] {
        reached.insert(elsewhere.to_owned());
    }
    let declared: BTreeSet<String> = codes::ALL.iter().map(|code| code.text.to_owned()).collect();
    assert_eq!(reached, declared);
}

#[test]
fn codes_are_sorted_and_written_in_both_languages() {
    let texts: Vec<&str> = codes::ALL.iter().map(|code| code.text).collect();
    assert!(texts.is_sorted_by(|a, b| a < b));
    for code in codes::ALL {
        assert!(
            code.text.starts_with("import.") && code.en.ends_with('.') && code.es.ends_with('.'),
            "{}",
            code.text
        );
    }
}
