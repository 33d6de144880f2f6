use std::io::Cursor;

use super::ErrorFile;
use crate::imports::inspect::inspect;
use crate::imports::{Profile, RawRow, Reader, RowError};

const PROFILE: &str = r#"
schema = 1
name = "entries"
numbers = "spanish"
dates = "day_month_year"
currency = "EUR"
[[rows]]
entity = "entry"
[rows.fields]
external_id = "No"
account_external_id = "Cliente"
amount = "Importe"
effective_on = "Fecha"
reference = "Texto"
"#;

/// Reads a file; returns the rows, the errors and the error file.
fn pushed(profile: &Profile, file: &[u8]) -> (Vec<RawRow>, Vec<RowError>, Vec<u8>) {
    let dialect = inspect(profile, &mut Cursor::new(file)).unwrap();
    let mut reader = Reader::open(profile, &dialect, file).unwrap();
    let (mut rows, mut errors) = (Vec::new(), Vec::new());
    for outcome in reader.by_ref() {
        match outcome {
            Ok(found) => rows.extend(found),
            Err(e) => errors.push(e),
        }
    }
    let mut out = ErrorFile::create(reader.layout(), Vec::new()).unwrap();
    for error in &errors {
        out.write(error).unwrap();
    }
    (rows, errors, out.finish().unwrap())
}

fn codes(errors: &[RowError]) -> Vec<&str> {
    errors.iter().map(|e| e.code.as_ref()).collect()
}

fn replaced(file: &[u8], changes: &[(&str, &str)]) -> Vec<u8> {
    let mut text = String::from_utf8(file.to_vec()).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{from} in {text}");
        text = text.replace(from, to);
    }
    text.into_bytes()
}

#[test]
fn refused_rows_are_corrected_and_pushed_again_with_the_same_profile() {
    let profile = Profile::parse(PROFILE).unwrap();
    let file = "No;Cliente;Importe;Fecha;Texto\n\
                1;C1;10,00;01/02/2026;bien\n\
                2;C1;1.23,4;01/02/2026;\"a;b \"\"c\"\"\nd\"\n\
                3;C2;5,00;30/02/2026;\n";
    let (rows, errors, error_file) = pushed(&profile, file.as_bytes());
    assert_eq!((rows.len(), codes(&errors)), (1, vec!["import.number_grouping", "import.date_invalid"]));
    let shown = String::from_utf8(error_file.clone()).unwrap();
    assert!(
        shown.starts_with("\u{feff}No;Cliente;Importe;Fecha;Texto;_line;_code;_field;_message\n"),
        "{shown}"
    );
    assert!(shown.contains(";3;import.number_grouping;entry.amount;"), "{shown}");

    let again = pushed(&profile, &error_file);
    assert_eq!((again.0.len(), codes(&again.1)), (0, codes(&errors)), "uncorrected rows stay refused");

    let corrected = replaced(&again.2, &[("1.23,4", "12,34"), ("30/02/2026", "28/02/2026")]);
    let (rows, errors, _) = pushed(&profile, &corrected);
    assert!(errors.is_empty(), "{errors:?}");
    let [RawRow::Entry(first), RawRow::Entry(second)] = rows.as_slice() else { panic!("two entries") };
    assert_eq!(
        (first.amount.to_string().as_str(), first.reference.as_deref()),
        ("12.34", Some("a;b \"c\" d"))
    );
    assert_eq!(second.effective_on.to_string(), "2026-02-28");
}

#[test]
fn a_row_that_cannot_be_split_stands_whole_in_its_message_and_stays_refused() {
    let profile = Profile::parse(PROFILE).unwrap();
    let file = "No;Cliente;Importe;Fecha;Texto\n1;\"C1;10,00;01/02/2026;\n2;C1;5,00;01/02/2026;x;y\n";
    let (rows, errors, error_file) = pushed(&profile, file.as_bytes());
    assert_eq!((rows.len(), codes(&errors)), (0, vec!["import.quote_unbalanced", "import.column_count"]));
    let shown = String::from_utf8(error_file.clone()).unwrap();
    assert!(shown.contains("1;\"\"C1;10,00;01/02/2026;\"\n"), "{shown}");
    let (rows, errors, _) = pushed(&profile, &error_file);
    assert_eq!((rows.len(), codes(&errors)), (0, vec!["import.value_required"; 2]));
}

#[test]
fn damaged_text_stays_refused_until_corrected() {
    let profile = Profile::parse(&PROFILE.replace("numbers", "encoding = \"utf-8\"\nnumbers")).unwrap();
    let file = b"No;Cliente;Importe;Fecha;Texto\n1;C1;10,00;01/02/2026;Pe\xF1a\n2;C1;10,00;01/02/2026;a\0b\n";
    let (_, errors, error_file) = pushed(&profile, file);
    assert_eq!(codes(&errors), ["import.encoding_invalid", "import.nul_byte"]);
    let (rows, errors, _) = pushed(&profile, &error_file);
    assert_eq!((rows.len(), codes(&errors)), (0, vec!["import.encoding_invalid"; 2]));
    let (rows, errors, _) =
        pushed(&profile, &replaced(&error_file, &[("Pe\u{FFFD}a", "Peña"), ("a\u{FFFD}b", "ab")]));
    assert_eq!((rows.len(), errors.len()), (2, 0));
}

#[test]
fn lines_before_the_header_are_repeated() {
    let profile = Profile::parse(&PROFILE.replace("numbers", "skip_lines = 2\nnumbers")).unwrap();
    let file = "Listado de cobros\n\nsep=;\nNo;Cliente;Importe;Fecha;Texto\n1;C1;x;01/02/2026;\n";
    let (_, _, error_file) = pushed(&profile, file.as_bytes());
    let (rows, errors, _) = pushed(&profile, &replaced(&error_file, &[("C1;x", "C1;7,5")]));
    assert_eq!((rows.len(), errors.len()), (1, 0));
}

#[test]
fn a_file_without_header_makes_an_error_file_without_header() {
    let named = PROFILE.replace(
        "numbers",
        "header = false\ncolumns = [\"No\",\"Cliente\",\"Importe\",\"Fecha\",\"Texto\"]\nnumbers",
    );
    let by_position = ["No", "Cliente", "Importe", "Fecha", "Texto"]
        .iter()
        .enumerate()
        .fold(PROFILE.replace("numbers", "header = false\nnumbers"), |text, (at, name)| {
            text.replace(&format!("= \"{name}\""), &format!("= \"#{}\"", at + 1))
        });
    for profile in [named, by_position] {
        let profile = Profile::parse(&profile).unwrap();
        let (rows, errors, error_file) = pushed(&profile, b"1;C1;1,00;01/02/2026;a\n2;C1;1,00;x;b\n");
        assert_eq!((rows.len(), codes(&errors)), (1, vec!["import.date_invalid"]));
        let again = pushed(&profile, &error_file);
        assert_eq!(codes(&again.1), ["import.date_invalid"]);
        let (rows, errors, _) = pushed(&profile, &replaced(&again.2, &[(";x;", ";03/02/2026;")]));
        assert_eq!((rows.len(), errors.len()), (1, 0), "{errors:?}");
    }
}

#[test]
fn a_file_without_quotes_keeps_its_columns() {
    let profile =
        Profile::parse(&PROFILE.replace("numbers", "quote = \"\"\ndelimiter = \";\"\nnumbers")).unwrap();
    let (_, errors, error_file) =
        pushed(&profile, b"No;Cliente;Importe;Fecha;Texto\n1;C1;x;01/02/2026;\"a\n");
    assert_eq!(codes(&errors), ["import.number_invalid"]);
    let (rows, errors, _) = pushed(&profile, &replaced(&error_file, &[(";x;", ";1;")]));
    assert_eq!((rows.len(), errors.len()), (1, 0), "{errors:?}");
}

#[test]
fn ndjson_rows_keep_their_digits_and_gain_the_columns() {
    let profile = crate::imports::builtin::profile("recobra_entries").unwrap();
    let file = r#"{"external_id": "1", "account_external_id": "C1", "amount": 123456789012345.67, "currency": "EUR", "effective_on": "2026-02-30"}
not json
{"external_id": "2", "account_external_id": "C1", "amount": 1, "currency": "EUR", "effective_on": "2026-02-03", "nonsense": 1}
"#;
    let (rows, errors, error_file) = pushed(&profile, file.as_bytes());
    assert_eq!(rows.len(), 0);
    assert_eq!(codes(&errors), ["import.date_invalid", "import.json_invalid", "import.column_unknown"]);
    let again = pushed(&profile, &error_file);
    assert_eq!(codes(&again.1), ["import.date_invalid", "import.value_required", "import.column_unknown"]);
    let corrected = replaced(&again.2, &[("2026-02-30\"", "2026-02-28\""), (",\"nonsense\":1", "")]);
    let (rows, errors, _) = pushed(&profile, &corrected);
    assert_eq!(codes(&errors), ["import.value_required"], "{errors:?}");
    let RawRow::Entry(first) = &rows[0] else { panic!("an entry") };
    assert_eq!((rows.len(), first.amount.to_string().as_str()), (2, "123456789012345.67"));
}

#[test]
fn a_refusal_by_the_server_is_written_like_any_other() {
    let profile = Profile::parse(PROFILE).unwrap();
    let file = b"No;Cliente;Importe;Fecha;Texto\n1;C1;1,00;01/02/2026;a\n";
    let dialect = inspect(&profile, &mut Cursor::new(file)).unwrap();
    let mut reader = Reader::open(&profile, &dialect, &file[..]).unwrap();
    let rows = reader.next().unwrap().unwrap();
    let refusal =
        RowError::refused(rows[0].origin(), "amount", "entry.too_large".to_owned(), "more than is open");
    let mut out = ErrorFile::create(reader.layout(), Vec::new()).unwrap();
    out.write(&refusal).unwrap();
    out.write(&refusal).unwrap();
    let shown = String::from_utf8(out.finish().unwrap()).unwrap();
    assert_eq!(shown.lines().count(), 2, "one line per row of the file");
    assert!(
        shown.ends_with("1;C1;1,00;01/02/2026;a;2;entry.too_large;amount;more than is open\n"),
        "{shown}"
    );
}
