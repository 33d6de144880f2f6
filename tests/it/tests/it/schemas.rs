//! What the doors answer and take has the form that the OpenAPI document says: fields that must be there, types, and what
//! may be null. A client that is generated from the document stands on it.

use proto::v1::ControlTotal;
use serde_json::{Map, Value};

use crate::contract::{Operation, body, operations};
use crate::scene::Scene;

/// Reads whose answer is no JSON.
const DOCUMENTS: &[&str] = &["get_credit_calendar", "get_message_mime", "get_message_pdf"];

/// Shared objects that every installation has, by the path parameter that names them.
const SEEDED: &[(&str, &str)] = &[
    ("bucket_set", "30-60-90"),
    ("calendar", "ES"),
    ("policy", "standard"),
    ("scenario", "standard"),
    ("template", "first_reminder.es"),
];

struct Document(Value);

impl Document {
    fn read() -> Self {
        Self(serde_json::from_str(&server::commands::openapi()).expect("JSON"))
    }

    fn operation(&self, operation: &Operation) -> &Value {
        &self.0["paths"][&operation.path][operation.method.to_lowercase()]
    }

    /// The schema of the answer with this status.
    fn answer(&self, operation: &Operation, status: u16) -> &Value {
        let answers = &self.operation(operation)["responses"];
        match answers.get(status.to_string()) {
            Some(answer) => &answer["content"]["application/json"]["schema"],
            None => &answers["default"]["content"]["application/problem+json"]["schema"],
        }
    }

    fn body(&self, operation: &Operation) -> &Value {
        &self.operation(operation)["requestBody"]["content"]["application/json"]["schema"]
    }

    /// Where a value is not of the form of a schema. Knows the words that our document uses.
    fn differences(&self, schema: &Value, value: &Value, place: &str) -> Vec<String> {
        if let Some(name) = schema["$ref"].as_str() {
            let named = self.0.pointer(name.trim_start_matches('#'));
            return self.differences(named.unwrap_or_else(|| panic!("no {name}")), value, place);
        }
        if let Some(one) = schema["oneOf"].as_array() {
            let fits = one.iter().filter(|s| self.differences(s, value, place).is_empty()).count();
            return if fits == 1 { Vec::new() } else { vec![format!("{place}: {fits} forms fit {value}")] };
        }
        let mut found = Vec::new();
        for part in schema["allOf"].as_array().into_iter().flatten() {
            found.extend(self.differences(part, value, place));
        }
        if !types(schema).is_empty() && !types(schema).iter().any(|name| is_of(name, value)) {
            found.push(format!("{place}: {value} is not of {}", schema["type"]));
        }
        if schema["enum"].as_array().is_some_and(|known| !known.contains(value)) {
            found.push(format!("{place}: {value} is not among {}", schema["enum"]));
        }
        if let Some(object) = value.as_object() {
            found.extend(self.differences_of_fields(schema, object, place));
        }
        for (no, item) in value.as_array().into_iter().flatten().enumerate() {
            found.extend(self.differences(&schema["items"], item, &format!("{place}[{no}]")));
        }
        found
    }

    fn differences_of_fields(&self, schema: &Value, object: &Map<String, Value>, place: &str) -> Vec<String> {
        let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let missing = required.filter(|name| !object.contains_key(*name));
        let mut found = missing.map(|name| format!("{place}.{name} is missing")).collect::<Vec<_>>();
        for (name, value) in object {
            let place = format!("{place}.{name}");
            match schema["properties"].get(name) {
                Some(field) => found.extend(self.differences(field, value, &place)),
                None if schema["additionalProperties"] == false => {
                    found.push(format!("{place} is not documented"));
                }
                None => found.extend(self.differences(&schema["additionalProperties"], value, &place)),
            }
        }
        found
    }
}

fn types(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn is_of(name: &str, value: &Value) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "null" => value.is_null(),
        other => panic!("schemas.rs: what is a value of type {other}?"),
    }
}

/// The path of a read on what the scene or every installation has.
fn path(scene: &Scene, operation: &Operation) -> String {
    let seeded = SEEDED.iter().fold(operation.clone(), |mut operation, (name, value)| {
        operation.path = operation.path.replace(&format!("{{{name}}}"), value);
        operation
    });
    scene.path(&seeded)
}

#[test]
fn every_read_answers_in_the_form_that_is_documented() {
    let (scene, document) = (Scene::new(), Document::read());
    let app = &scene.world.app;
    // A session with totals besides those without, and an event whose payload was erased besides those that have it.
    let total =
        ControlTotal { currency: "EUR".to_owned(), open_amount: "1".to_owned(), ..ControlTotal::default() };
    app.push("ERP-E1").finish_with(vec![total]);
    app.sequence_events();
    let sign_up = "(SELECT event_id FROM event_chain ORDER BY seq LIMIT 1)";
    app.database.sql(&format!("DELETE FROM event_payload WHERE event_id = {sign_up}"));
    let (mut wrong, mut answered) = (Vec::new(), 0);
    let reads = operations().into_iter().filter(|o| !o.changes());
    for operation in reads.filter(|o| !DOCUMENTS.contains(&o.id.as_str())) {
        let path = path(&scene, &operation);
        let reply = app.get(&path);
        answered += u32::from(reply.status == 200);
        let schema = document.answer(&operation, reply.status);
        assert!(schema.is_object(), "{path}: no form is documented for {}", reply.status);
        let differences = document.differences(schema, &reply.json(), "");
        wrong.extend(differences.iter().map(|difference| format!("{path}: {difference}")));
    }
    wrong.sort_unstable();
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(answered > 75, "only {answered} reads answered with what they read");
}

#[test]
fn every_change_takes_a_body_in_the_form_that_is_documented() {
    let document = Document::read();
    let mut wrong = Vec::new();
    for operation in operations().iter().filter(|o| o.takes_body) {
        let schema = document.body(operation);
        assert!(schema.is_object(), "{}: no form is documented", operation.id);
        let differences = document.differences(schema, &body(operation), "");
        wrong.extend(differences.iter().map(|difference| format!("{}: {difference}", operation.id)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
