//! Whole files, from bytes to rows.

use std::io::{Cursor, Read};

use kernel::Decimal;

use super::inspect::inspect;
use super::rows::{AttributeValue, ReceivableRow};
use super::{Profile, RawRow, Reader, RowError, builtin};

mod every_code;
mod mapping;
mod published;
mod robustness;

/// A profile of receivables whose columns are named like the fields.
fn by_name(settings: &str) -> Profile {
    Profile::parse(&format!(
        "schema = 1\nname = \"t\"\ncurrency = \"EUR\"\n{settings}\n[[rows]]\nentity = \"receivable\"\nby_name = true\n"
    ))
    .unwrap()
}

type Outcomes = Vec<Result<Vec<RawRow>, RowError>>;

fn read(profile: &Profile, file: impl AsRef<[u8]>) -> kernel::Outcome<Outcomes> {
    let dialect = inspect(profile, &mut Cursor::new(file.as_ref()))?;
    Ok(Reader::open(profile, &dialect, file.as_ref())?.collect())
}

/// Line and code of every wrong row.
fn wrong(outcomes: &Outcomes) -> Vec<(u64, &str)> {
    outcomes.iter().filter_map(|o| o.as_ref().err()).map(|e| (e.line, e.code.as_ref())).collect()
}

fn rows(outcomes: Outcomes) -> Vec<RawRow> {
    outcomes.into_iter().flatten().flatten().collect()
}

fn receivables(outcomes: Outcomes) -> Vec<ReceivableRow> {
    let only = |row| if let RawRow::Receivable(row) = row { Some(*row) } else { None };
    rows(outcomes).into_iter().filter_map(only).collect()
}

const HEADER: &str = "external_id;account_external_id;amount;issue_on;due_on";

#[test]
fn a_spanish_spreadsheet_is_read() {
    let profile = builtin::profile("spanish_excel").unwrap();
    let file = "Cliente;Nombre;NIF;Factura;Fecha;Vencimiento;Importe;Pendiente;Divisa\r\n\
                430001;\"Peña; Hijos, S.L.\";b 12345678;F-1;05/01/2026;04/02/2026;1.234,56 €;1.000,00;EUR\r\n\
                430001;\"Peña; Hijos, S.L.\";b12345678;A-1;06/01/2026;06/01/2026;-34,56;-34,56;\r\n\
                ;;;;;;1.200,00;;\r\n";
    let latin: Vec<u8> = encoding_rs::WINDOWS_1252.encode(file).0.into_owned();
    for bytes in [file.as_bytes().to_vec(), [b"\xEF\xBB\xBF", file.as_bytes()].concat(), latin] {
        let outcomes = read(&profile, bytes).unwrap();
        assert_eq!(wrong(&outcomes), []);
        let kinds: Vec<String> =
            outcomes.iter().flatten().flatten().map(|row| row.entity().to_string()).collect();
        assert_eq!(kinds, ["party", "account", "receivable", "party", "account", "receivable"]);
        let RawRow::Party(party) = &outcomes[0].as_ref().unwrap()[0] else { panic!("a party") };
        assert_eq!((party.name.as_str(), party.tax_id.as_deref()), ("Peña; Hijos, S.L.", Some("B12345678")));
        let found = receivables(outcomes);
        assert_eq!(found[0].amount, Decimal::new(123_456, 2));
        assert_eq!(found[0].open_amount, Some(Decimal::from(1000)));
        assert_eq!(
            (found[0].issue_on.to_string(), found[0].due_on.to_string()),
            ("2026-01-05".into(), "2026-02-04".into())
        );
        assert_eq!(
            (found[1].kind.unwrap().to_string(), found[1].amount),
            ("credit_note".into(), Decimal::new(3456, 2))
        );
        assert_eq!(found[1].currency, kernel::Currency::EUR);
    }
}

#[test]
fn an_english_file_is_read() {
    let profile = by_name("numbers = \"english\"\ndates = \"month_day_year\"\ntwo_digit_year_pivot = 70");
    let file = "external_id,account_external_id,amount,issue_on,due_on\nI1,C1,\"1,234.56\",1/31/26,3/1/2026\nI2,C1,($5.00),2/1/2026,2/1/2026\n";
    let outcomes = read(&profile, file).unwrap();
    assert_eq!(wrong(&outcomes), [(3, "import.currency_contradicted")]);
    let found = receivables(outcomes);
    assert_eq!(
        (found[0].amount, found[0].issue_on.to_string()),
        (Decimal::new(123_456, 2), "2026-01-31".into())
    );
}

#[test]
fn every_delimiter_is_recognised() {
    for delimiter in [";", ",", "\t", "|"] {
        let file = format!("{HEADER}\n1;C1;10;2026-01-05;2026-02-05\n").replace(';', delimiter);
        assert_eq!(receivables(read(&by_name(""), &file).unwrap()).len(), 1, "{delimiter:?}");
        let announced = format!("sep={delimiter}\n{file}");
        assert_eq!(receivables(read(&by_name(""), &announced).unwrap()).len(), 1, "{delimiter:?}");
    }
}

#[test]
fn every_encoding_is_recognised_or_asked_for() {
    let file = format!("{HEADER};document_no\n1;C1;10;2026-01-05;2026-02-05;Peña\n");
    let units: Vec<u8> =
        "\u{feff}".encode_utf16().chain(file.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let number = |outcomes| receivables(outcomes)[0].document_no.clone().unwrap();
    assert_eq!(number(read(&by_name(""), &file).unwrap()), "Peña");
    assert_eq!(number(read(&by_name(""), &units).unwrap()), "Peña");
    let latin: Vec<u8> = file.chars().map(|c| u8::try_from(c).unwrap()).collect();
    assert_eq!(number(read(&by_name("encoding = \"iso-8859-1\""), &latin).unwrap()), "Peña");
    assert_eq!(number(read(&by_name("encoding_fallback = \"windows-1252\""), &latin).unwrap()), "Peña");
    let asked = read(&by_name(""), &latin).unwrap_err();
    assert_eq!(asked.code().text, "import.encoding_unknown");
    assert!(asked.to_string().contains("encoding = \"windows-1252\""), "{asked}");
}

#[test]
fn a_column_of_dates_decides_or_is_asked_about() {
    let file = |last: &str| format!("{HEADER}\n1;C1;10;01/02/2026;03/04/2026\n2;C1;10;13/02/2026;{last}\n");
    let asked = read(&by_name(""), file("05/04/2026")).unwrap_err();
    assert_eq!(asked.code().text, "import.date_ambiguous");
    assert_eq!(asked.field_errors().len(), 1, "the issue dates have decided");
    let message = asked.to_string();
    for part in ["due_on", "03/04/2026", "2026-04-03", "2026-03-04", "dates = \"day_month_year\""] {
        assert!(message.contains(part), "{part} in {message}");
    }
    let found = receivables(read(&by_name(""), file("15/04/2026")).unwrap());
    assert_eq!(
        (found[0].issue_on.to_string(), found[0].due_on.to_string()),
        ("2026-02-01".into(), "2026-04-03".into())
    );
    let mixed = read(&by_name(""), file("05/14/2026").replace("03/04", "14/04")).unwrap_err();
    assert_eq!(mixed.code().text, "import.date_mixed");
}

#[test]
fn a_column_of_numbers_decides_or_is_asked_about() {
    let file = |amount: &str| {
        format!("{HEADER}\n1;C1;1.234;2026-02-01;2026-04-03\n2;C1;{amount};2026-02-01;2026-04-03\n")
    };
    let asked = read(&by_name(""), file("5")).unwrap_err();
    assert_eq!(asked.code().text, "import.number_ambiguous");
    let message = asked.to_string();
    for part in ["amount", "1.234", "is 1234 or 1.234", "numbers = \"spanish\"", "numbers = \"english\""] {
        assert!(message.contains(part), "{part} in {message}");
    }
    assert_eq!(receivables(read(&by_name(""), file("5,5")).unwrap())[0].amount, Decimal::from(1234));
    assert_eq!(
        read(&by_name(""), file("5,5").replace("1.234", "1.5")).unwrap_err().code().text,
        "import.number_mixed"
    );
}

#[test]
fn a_row_that_is_skipped_is_no_evidence() {
    let profile = by_name("skip = [{ column = \"external_id\", equals = \"Total\" }]");
    let file = format!("{HEADER}\n1;C1;5;2026-02-01;2026-04-03\nTotal;;1.234;;\n");
    assert_eq!(receivables(read(&profile, file).unwrap()).len(), 1);
}

#[test]
fn ndjson_is_read_with_nested_values() {
    let profile = builtin::profile("recobra").unwrap();
    let file = r#"
{"entity": "party", "external_id": "P1", "name": "Peña", "country": "es", "address": ["Calle 1", "28001 Madrid"], "vulnerable": false}
{"entity": "receivable", "external_id": 77, "account_external_id": "C1", "currency": "EUR", "amount": 121.00, "issue_on": "2026-01-05", "due_on": "2026-02-04", "vat": [{"base": 100, "rate": 21, "quota": 21}], "dimensions": {"branch": "Norte"}, "attributes": {"score": 1.50, "key": true, "note": "x"}}
{"entity": "entry", "external_id": "E1", "account_external_id": "C1", "amount": "20.5", "currency": "EUR", "effective_on": "2026-02-04", "allocations": [{"receivable_external_id": "77", "amount": 20.5}]}
{"entity": "invoice", "external_id": "E2"}
{"entity": "entry", "external_id": "E3", "account_external_id": "C1", "amount": 1, "currency": "EUR", "effective_on": "2026-02-04", "due_on": "2026-02-04"}
"#;
    let outcomes = read(&profile, file).unwrap();
    assert_eq!(wrong(&outcomes), [(5, "import.row_unmatched"), (6, "import.column_unknown")]);
    let found = rows(outcomes);
    let RawRow::Party(party) = &found[0] else { panic!("a party") };
    assert_eq!(party.address, ["Calle 1", "28001 Madrid"]);
    assert_eq!((party.country.as_deref(), party.vulnerable), (Some("ES"), Some(false)));
    let RawRow::Receivable(receivable) = &found[1] else { panic!("a receivable") };
    assert_eq!((receivable.external_id.as_str(), receivable.vat[0].quota), ("77", Some(Decimal::from(21))));
    assert_eq!(receivable.dimensions, [("branch".to_owned(), "Norte".to_owned())]);
    let expected = [
        ("score".to_owned(), AttributeValue::Number(Decimal::new(15, 1))),
        ("key".to_owned(), AttributeValue::Flag(true)),
        ("note".to_owned(), AttributeValue::Text("x".to_owned())),
    ];
    assert_eq!(receivable.attributes, expected);
    let RawRow::Entry(entry) = &found[2] else { panic!("an entry") };
    assert_eq!(entry.allocations[0].amount, Decimal::new(205, 1));
}

#[test]
fn every_canonical_profile_reads_the_fields_it_is_named_after() {
    let files = [
        ("recobra_parties", "external_id;name;kind;tax_id\nP1;Peña;company;B1\n"),
        (
            "recobra_accounts",
            "external_id;party_external_id;name;currency;payment_terms_days\nC1;P1;Peña;EUR;60\n",
        ),
        (
            "recobra_contacts",
            "external_id;account_external_id;email;purposes;retired\nK1;C1;a@b.es;dunning|legal;no\n",
        ),
        (
            "recobra_receivables",
            "external_id;account_external_id;currency;amount;issue_on;due_on;vat.1.base;vat.1.rate\nF1;C1;EUR;10.5;2026-01-05;2026-02-05;8.68;21\n",
        ),
        (
            "recobra_instruments",
            "external_id;account_external_id;kind;amount;currency;received_on;maturity_on;items.1.receivable_external_id;items.1.amount\nI1;C1;promissory_note;5;EUR;2026-01-05;2026-02-05;F1;5\n",
        ),
        (
            "recobra_entries",
            "external_id;account_external_id;kind;amount;currency;effective_on\nE1;C1;payment;5;EUR;2026-01-05\n",
        ),
    ];
    for (name, file) in files {
        let outcomes = read(&builtin::profile(name).unwrap(), file).unwrap();
        assert_eq!((wrong(&outcomes), outcomes.len()), (vec![], 1), "{name}");
    }
}
