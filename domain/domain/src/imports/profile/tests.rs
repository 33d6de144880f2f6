use super::Profile;
use super::fields::FieldSource;

const MINIMAL: &str = r##"
schema = 1
name = "mine"
[[rows]]
entity = "entry"
[rows.fields]
external_id = "No"
account_external_id = { column = "#2" }
amount = { column = "Importe", negate = true, numbers = "spanish" }
currency = { constant = "EUR" }
effective_on = "Fecha"
"##;

fn refused(text: &str) -> (&'static str, String) {
    let error = Profile::parse(text).unwrap_err();
    (error.code().text, error.to_string())
}

/// The minimal profile with lines put before its rows.
fn with(lines: &str) -> String {
    MINIMAL.replace("[[rows]]", &format!("{lines}\n[[rows]]"))
}

#[test]
fn a_profile_is_read_from_toml_and_from_json() {
    let toml = Profile::parse(MINIMAL).unwrap();
    let json = Profile::parse(
        r##"{"schema": 1, "name": "mine", "rows": [{"entity": "entry", "fields": {
            "external_id": "No", "account_external_id": {"column": "#2"},
            "amount": {"column": "Importe", "negate": true, "numbers": "spanish"},
            "currency": {"constant": "EUR"}, "effective_on": "Fecha"}}]}"##,
    );
    assert_eq!(json.unwrap(), toml);
    assert_eq!(toml.rows[0].fields["external_id"].source, FieldSource::Column("No".to_owned()));
}

#[test]
fn an_unknown_key_is_refused_and_named() {
    let (code, message) = refused(&with("delimeter = \";\""));
    assert_eq!(code, "import.profile_invalid");
    assert!(message.contains("delimeter"), "{message}");
    let (code, message) = refused(&MINIMAL.replace("negate", "negated"));
    assert_eq!(code, "import.profile_invalid");
    assert!(message.contains("negated"), "{message}");
}

#[test]
fn another_schema_is_told_apart_from_a_wrong_profile() {
    assert_eq!(refused("schema = 2\nfuture = true\n").0, "import.profile_schema");
    assert_eq!(refused("name = \"x\"").0, "import.profile_invalid");
    assert_eq!(refused("not a profile").0, "import.profile_invalid");
    assert_eq!(refused(&"#".repeat(super::PROFILE_BYTES_MAX + 1)).0, "import.profile_invalid");
}

#[test]
fn settings_that_cannot_work_are_refused() {
    for lines in [
        "delimiter = \"::\"",
        "delimiter = \"a\"",
        "delimiter = \".\"",
        "delimiter = \";\"\nquote = \";\"",
        "quote = \"ab\"",
        "quote = \"ñ\"",
        "columns = [\"a\"]",
        "skip_lines = 101",
        "two_digit_year_pivot = 101",
        "encoding_fallback = \"utf-16le\"",
        "encoding = \"utf-8\"\nencoding_fallback = \"windows-1252\"",
        "skip = [{ column = \"a\" }]",
        "numbers = \"german\"",
    ] {
        assert_eq!(refused(&with(lines)).0, "import.profile_invalid", "{lines}");
    }
    assert_eq!(refused("schema = 1\nname = \"x\"\nrows = []").0, "import.profile_invalid");
    assert_eq!(refused(&with("currency = \"XXX\"")).0, "currency.unknown");
}

#[test]
fn maps_that_cannot_work_are_refused() {
    for (from, to) in [
        ("effective_on", "effectiveon"),
        ("external_id = \"No\"", ""),
        ("effective_on = \"Fecha\"", "effective_on = { column = \"Fecha\", negate = true }"),
        ("effective_on = \"Fecha\"", "effective_on = { column = \"Fecha\", numbers = \"plain\" }"),
        ("negate = true", "dates = \"compact\""),
        ("negate = true", "shape = \"number\""),
        ("negate = true", "otherwise = 1"),
    ] {
        assert_eq!(refused(&MINIMAL.replace(from, to)).0, "import.profile_field", "{to}");
    }
    for source in ["{ }", "{ column = \"a\", constant = 1 }", "{ constant = 1.5 }", "7"] {
        let text = MINIMAL.replace("effective_on = \"Fecha\"", &format!("effective_on = {source}"));
        assert_eq!(refused(&text).0, "import.profile_invalid", "{source}");
    }
}
