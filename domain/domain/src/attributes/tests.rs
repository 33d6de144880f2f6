use super::*;
use serde_json::json;

fn definition(name: &str, value_type: AttributeType, choices: &[&str]) -> AttributeDefinition {
    AttributeDefinition {
        owner: AttributeOwner::Account,
        name: name.to_owned(),
        value_type,
        choices: choices.iter().map(|c| (*c).to_owned()).collect(),
        label_en: "Label".to_owned(),
        label_es: "Etiqueta".to_owned(),
    }
}

fn declared() -> Declared {
    Declared::new(vec![
        definition("zone", AttributeType::Text, &["north", "south"]),
        definition("note", AttributeType::Text, &[]),
        definition("score", AttributeType::Number, &[]),
        definition("vip", AttributeType::Bool, &[]),
        definition("since", AttributeType::Date, &[]),
    ])
}

fn wrong(object: &Value) -> Vec<String> {
    match declared().check(AttributeOwner::Account, object.as_object().unwrap()) {
        Ok(()) => Vec::new(),
        Err(e) => e.field_errors().iter().map(|f| format!("{} {}", f.field, f.code.text)).collect(),
    }
}

#[test]
fn values_of_the_declared_type_pass_and_so_does_what_is_not_declared() {
    let given = json!({ "zone": "north", "note": "x", "score": "-1.50", "vip": false, "since": "2024-02-29", "other": [1] });
    assert!(wrong(&given).is_empty());
}

#[test]
fn every_value_of_another_type_is_named() {
    let given = json!({ "zone": "west", "note": 1, "score": "1,5", "vip": "true", "since": "2025-02-29" });
    let names = ["zone", "note", "score", "vip", "since"];
    assert_eq!(wrong(&given), names.map(|n| format!("attributes.{n} attribute.wrong_type")));
    assert_eq!(wrong(&json!({ "score": [1] })), ["attributes.score attribute.wrong_type"]);
}

#[test]
fn another_owner_s_attribute_of_the_same_name_is_another_attribute() {
    let given = json!({ "score": "A" });
    assert!(declared().check(AttributeOwner::Party, given.as_object().unwrap()).is_ok());
}

#[test]
fn what_came_before_its_declaration_with_another_type_counts_as_not_set() {
    let names = ["score".into(), "vip".into(), "unset".into()];
    let values = declared().values(
        AttributeOwner::Account,
        &names,
        &json!({ "score": "A", "vip": true, "note": "x" }),
    );
    assert_eq!(values, [("vip".into(), AttributeValue::Bool(true))]);
}

#[test]
fn a_declaration_is_checked() {
    let code = |d: AttributeDefinition| d.check().unwrap_err().code().text;
    assert_eq!(code(definition("Zone", AttributeType::Text, &[])), "attribute.key_invalid");
    assert_eq!(code(definition("n", AttributeType::Number, &["1"])), "attribute.choices_invalid");
    assert_eq!(code(definition("t", AttributeType::Text, &["a", "b", "a"])), "attribute.choices_invalid");
    assert_eq!(code(definition("t", AttributeType::Text, &[""])), "text.required");
    assert!(definition("t", AttributeType::Text, &["a", "b"]).check().is_ok());
}

fn test_of(text: &str) -> Result<AttributeTest, &'static str> {
    declared().filter(AttributeOwner::Account, text).map(|f| f.test).map_err(|e| e.code().text)
}

fn any_of(values: &[&str]) -> AttributeTest {
    AttributeTest::AnyOf(values.iter().map(|v| (*v).to_owned()).collect())
}

#[test]
fn filters_are_read_by_type() {
    assert_eq!(test_of("zone:north,south"), Ok(any_of(&["north", "south"])));
    assert_eq!(test_of("note:a..b"), Ok(any_of(&["a..b"])), "a text has no order");
    assert_eq!(test_of("vip:true"), Ok(any_of(&["true"])));
    let bound = |text: &str| Some(text.to_owned());
    assert_eq!(test_of("since:2026-01-01.."), Ok(AttributeTest::Between(bound("2026-01-01"), None)));
    assert_eq!(test_of("score:-1.5..20"), Ok(AttributeTest::Between(bound("-1.5"), bound("20"))));
}

#[test]
fn a_filter_that_cannot_be_read_says_why() {
    assert_eq!(test_of("size:1"), Err("attribute.undeclared"));
    for text in ["score", "score:x", "score:..", "zone:west", "vip:1", "since:2026-02-30"] {
        assert_eq!(test_of(text), Err("attribute.filter_invalid"), "{text}");
    }
}
