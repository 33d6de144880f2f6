//! Rules of mapping profiles.

use super::{HEADER, by_name, read, receivables, rows, wrong};
use crate::imports::{Profile, RawRow};

/// A profile of SAP line items: unsigned amounts, the sign in a column of its own.
const SAP: &str = r#"
schema = 1
name = "sap"
delimiter = "|"
numbers = "spanish"
dates = "compact"
currency = "EUR"
empty_values = ["00000000"]
skip = [{ column = "Clase", equals = ["ZZ", "AB"] }, { column = "Doc", starts_with = "*" }]
[[rows]]
entity = "receivable"
when = [{ column = "DH", equals = "S" }]
[rows.fields]
external_id = { template = "{Soc}-{Doc}/{Pos}" }
account_external_id = "Deudor"
kind = { column = "Clase", values = { RV = "invoice", DN = "debit_note" }, otherwise = "invoice" }
amount = "Importe"
issue_on = "Fecha"
due_on = { column = "Vto", default = "2026-12-31" }
disputed = { column = "Bloqueo", values = { A = true, "" = false } }
"attributes.plazo" = { column = "Plazo", optional = true, shape = "number" }
[[rows]]
entity = "entry"
when = [{ column = "DH", not_equals = "S" }]
[rows.fields]
external_id = { template = "{Soc}-{Doc}/{Pos}" }
account_external_id = "Deudor"
kind = { constant = "adjustment" }
amount = { column = "Importe", sign = { column = "DH", negative = ["H"], positive = ["S"] } }
effective_on = "Fecha"
"#;

const SAP_FILE: &str = "Soc|Doc|Pos|Deudor|Clase|DH|Importe|Fecha|Vto|Bloqueo\n\
    1000|900|1|C1|RV|S|1.210,00|20260105|20260204|A\n\
    1000|901|1|C1|XX|S|10,00|20260105|00000000|\n\
    1000|902|1|C1|DZ|H|500,00|20260110|00000000|\n\
    1000|903|1|C1|DZ|Q|500,00|20260110|00000000|\n\
    1000|904|1|C1|ZZ|S|1,00|20260105||\n\
    *|*|*||||9,00|||\n\
    1000|905||C1|RV|S|1,00|20260105||\n\
    1000|906|1|C1|RV|S|1,00|20260105||B\n";

#[test]
fn signs_values_templates_skips_and_defaults_apply() {
    let profile = Profile::parse(SAP).unwrap();
    let outcomes = read(&profile, SAP_FILE).unwrap();
    assert_eq!(
        wrong(&outcomes),
        [(5, "import.sign_unknown"), (8, "import.value_required"), (9, "import.value_unmapped"),]
    );
    let unmapped = outcomes.iter().filter_map(|o| o.as_ref().err()).next_back().unwrap();
    assert_eq!(unmapped.column.as_deref(), Some("Bloqueo"));
    assert_eq!(unmapped.field.as_deref(), Some("receivable.disputed"));
    assert_eq!(unmapped.record.as_ref(), "1000|906|1|C1|RV|S|1,00|20260105||B");
    let found = rows(outcomes);
    let [RawRow::Receivable(first), RawRow::Receivable(second), RawRow::Entry(third)] = found.as_slice()
    else {
        panic!("two receivables and an entry: {found:?}")
    };
    assert_eq!((first.external_id.as_str(), first.disputed), ("1000-900/1", Some(true)));
    assert_eq!((first.amount.to_string(), first.due_on.to_string()), ("1210".into(), "2026-02-04".into()));
    assert_eq!((second.disputed, second.due_on.to_string()), (Some(false), "2026-12-31".into()));
    assert_eq!(third.amount.to_string(), "-500");
}

#[test]
fn skipped_rows_are_counted() {
    let profile = Profile::parse(SAP).unwrap();
    let dialect = crate::imports::inspect::inspect(&profile, &mut std::io::Cursor::new(SAP_FILE)).unwrap();
    let mut reader = crate::imports::Reader::open(&profile, &dialect, SAP_FILE.as_bytes()).unwrap();
    assert_eq!((reader.by_ref().count(), reader.skipped()), (6, 2));
}

#[test]
fn columns_are_found_without_regard_to_case_and_spacing() {
    let file = SAP_FILE.replace("Importe", "  IMPORTE\u{a0}").replace("|DH|", "|dh|");
    assert_eq!(rows(read(&Profile::parse(SAP).unwrap(), file).unwrap()).len(), 3);
}

#[test]
fn every_missing_column_is_named_at_once() {
    let file = SAP_FILE.replace("Importe", "Import").replace("Vto", "Vencimiento");
    let error = read(&Profile::parse(SAP).unwrap(), file).unwrap_err();
    let missing: Vec<&str> = error.field_errors().iter().map(|f| f.field.as_str()).collect();
    assert_eq!((error.code().text, missing), ("import.column_missing", vec!["Importe", "Vto"]));
}

#[test]
fn a_column_named_twice_is_refused_only_when_it_is_read() {
    let twice = |name: &str| format!("{HEADER};{name};{name}\n1;C1;1;2026-01-05;2026-01-05;a;b\n");
    let settings = "ignore_columns = [\"x\"]";
    assert_eq!(receivables(read(&by_name(settings), twice("x")).unwrap()).len(), 1);
    assert_eq!(
        read(&by_name(settings), twice("order_no")).unwrap_err().code().text,
        "import.column_repeated"
    );
}

#[test]
fn a_column_that_is_no_field_is_refused_unless_ignored() {
    let file = format!("{HEADER};odrer_no\n1;C1;1;2026-01-05;2026-01-05;a\n");
    let error = read(&by_name(""), &file).unwrap_err();
    assert_eq!(
        (error.code().text, error.field_errors()[0].field.as_str()),
        ("import.column_unknown", "odrer_no")
    );
    assert_eq!(wrong(&read(&by_name("ignore_columns = [\"odrer_no\"]"), &file).unwrap()), []);
}

#[test]
fn columns_are_addressed_by_position() {
    let profile = Profile::parse(
        "schema = 1\nname = \"t\"\nheader = false\ndelimiter = \"tab\"\nnumbers = \"plain\"\n[[rows]]\nentity = \"entry\"\n[rows.fields]\n\
         external_id = \"#1\"\naccount_external_id = \"#2\"\namount = \"#4\"\ncurrency = \"#3\"\neffective_on = \"#5\"\n",
    )
    .unwrap();
    let outcomes = read(&profile, "E1\tC1\teur\t5\t20260105\nE2\tC1\tEUR\t5\n").unwrap();
    assert_eq!(wrong(&outcomes), [(2, "import.column_count")]);
    assert_eq!(rows(outcomes)[0].external_id(), "E1");
    let narrow = read(&profile, "E1\tC1\tEUR\t5\n").unwrap_err();
    assert_eq!(narrow.code().text, "import.column_missing");
}

#[test]
fn one_row_with_one_wrong_object_yields_none() {
    let profile = crate::imports::builtin::profile("spanish_excel").unwrap();
    let file = "Cliente;Nombre;Factura;Fecha;Vencimiento;Importe\n1;Peña;F1;01/13/2026;05/01/2026;5\n2;Soto;F2;01/01/2026;05/01/2026;5\n";
    let outcomes = read(&profile, file).unwrap();
    assert_eq!(wrong(&outcomes), [(2, "import.date_invalid")]);
    assert_eq!(rows(outcomes).len(), 3);
}

#[test]
fn templates_know_optional_parts_and_braces() {
    let profile = |template: &str| {
        let text = format!(
            "schema = 1\nname = \"t\"\n[[rows]]\nentity = \"party\"\n[rows.fields]\nexternal_id = \"No\"\nname = {{ template = \"{template}\" }}\n"
        );
        Profile::parse(&text).unwrap()
    };
    let file = "No;Nombre;Apellido\n1;Ana;\n";
    let name = |template: &str| {
        let found = rows(read(&profile(template), file).unwrap());
        match found.first() {
            Some(RawRow::Party(party)) => party.name.clone(),
            _ => "none".to_owned(),
        }
    };
    assert_eq!(name("{{{Nombre}}} {Apellido?}"), "{Ana}");
    assert_eq!(name("{Nombre} {Apellido}"), "none");
    assert_eq!(read(&profile("{Nombre"), file).unwrap_err().code().text, "import.profile_field");
    assert_eq!(read(&profile("{Nombres}"), file).unwrap_err().code().text, "import.column_missing");
}

#[test]
fn formats_may_differ_by_field() {
    let profile = Profile::parse(
        "schema = 1\nname = \"t\"\nnumbers = \"spanish\"\ndates = \"day_month_year\"\n[[rows]]\nentity = \"entry\"\nby_name = true\n\
         [rows.fields]\namount = { column = \"amount\", numbers = \"english\" }\neffective_on = { column = \"effective_on\", dates = \"compact\" }\n",
    )
    .unwrap();
    let outcomes = read(
        &profile,
        "external_id;account_external_id;amount;currency;effective_on\nE;C;1,234.5;EUR;20260105\n",
    )
    .unwrap();
    let RawRow::Entry(entry) = &rows(outcomes)[0] else { panic!("an entry") };
    assert_eq!(
        (entry.amount.to_string(), entry.effective_on.to_string()),
        ("1234.5".into(), "2026-01-05".into())
    );
}
