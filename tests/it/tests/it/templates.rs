//! What a template must say and must not say is found when it is saved, with the place.

use serde_json::{Value, json};
use testkit::app::TestApp;

const TEXT: &str = "{{ entity.name }}\n{{ totals.due }}\n{{ payment.reference }}";

fn save(app: &TestApp, purpose: &str, document: &Value) -> testkit::Reply {
    app.put("/v1/templates/own/es", &json!({ "purpose": purpose, "document": document }))
}

fn document(text: &str) -> Value {
    json!({ "schema": 1, "subject": "Cuenta {{ account.number }}", "text": text })
}

/// Field, code, and whether the sentence names line 4.
fn told(reply: &testkit::Reply) -> Vec<(String, String, bool)> {
    reply.refused(422, "template.document_invalid");
    let problem = reply.json();
    let errors = problem["errors"].as_array().expect("errors").iter();
    let of =
        |e: &Value, name: &str| e[name].as_str().unwrap_or_else(|| panic!("no {name} in {e}")).to_owned();
    errors.map(|e| (of(e, "field"), of(e, "code"), of(e, "detail").starts_with("line 4: "))).collect()
}

#[test]
fn what_is_wrong_with_a_template_is_refused_with_its_place() {
    let app = TestApp::start();
    let but = |gone: &str| TEXT.replace(gone, "-");
    let and = |more: &str| format!("{TEXT}\n{more}");
    for (purpose, text, code, with_line) in [
        ("reminder", but("{{ totals.due }}"), "template.block_missing", false),
        ("statement", but("{{ totals.due }}"), "template.block_missing", false),
        ("reminder", but("{{ payment.reference }}"), "template.block_missing", false),
        ("courtesy_reminder", but("{{ payment.reference }}"), "template.block_missing", false),
        ("general", but("{{ entity.name }}"), "template.block_missing", false),
        ("formal_notice", TEXT.to_owned(), "template.block_missing", false),
        ("reminder", and("Le visitará un agente judicial."), "template.banned_claim", false),
        ("reminder", and("{{ note }}"), "template.optional_unguarded", true),
        ("reminder", and("{{ payment.iban|iban }}"), "template.optional_unguarded", true),
        ("reminder", and("{{ entity.nmae }}"), "template.unknown_variable", false),
        ("reminder", and("{% if %}"), "template.syntax", true),
    ] {
        let found = told(&save(&app, purpose, &document(&text)));
        assert_eq!(found, [("text".to_owned(), code.to_owned(), with_line)], "{purpose}: {text}");
    }
    assert_eq!(app.get("/v1/templates?code=own").expect(200)["items"], json!([]), "nothing was saved");
    // What a purpose does not need, it may leave out.
    save(&app, "statement", &document(&but("{{ payment.reference }}"))).expect(200);
    save(&app, "general", &document("{{ entity.name }}")).expect(200);
}

#[test]
fn everything_wrong_is_told_at_once_also_in_the_letter() {
    let app = TestApp::start();
    let mut document = document(&format!("{TEXT}\n{{{{ note }}}}"));
    document["letter"] = json!([{ "kind": "paragraph", "text": "{{ entity.name }} {{ contact.name }}" }]);
    let fields = told(&save(&app, "reminder", &document)).into_iter().map(|(field, code, _)| (field, code));
    let fields = fields.collect::<std::collections::BTreeSet<_>>();
    let expected =
        [("letter[0].text", "template.optional_unguarded"), ("text", "template.optional_unguarded")];
    for (field, code) in expected {
        assert!(fields.contains(&(field.to_owned(), code.to_owned())), "{field} {code}: {fields:?}");
    }
}

#[test]
fn the_variables_are_listed_in_the_language_of_the_caller_and_templates_may_use_them() {
    let app = TestApp::start();
    let listed = |language: &str| {
        let reply = app.call("GET", "/v1/templates/variables").header("Accept-Language", language).send();
        reply.expect(200).as_array().expect("variables").clone()
    };
    let (spanish, english) = (listed("es-ES"), listed("en"));
    let of = |all: &[Value], name: &str| all.iter().find(|v| v["name"] == name).expect("it").clone();
    let due = json!({ "name": "items[].due_on", "kind": "date", "optional": false, "text": "Vencimiento vigente." });
    assert_eq!(of(&spanish, "items[].due_on"), due);
    assert_eq!(of(&english, "items[].due_on")["text"], "Due date in force.");
    assert_eq!(of(&english, "payment.iban")["optional"], true);
    assert_eq!(of(&english, "items")["kind"], "list");
    // What is listed can be saved, asked for where it may be missing.
    let totals = english.iter().filter_map(|v| Some((v["name"].as_str()?, v["optional"] == true)));
    let lines = totals.filter(|(name, _)| name.starts_with("totals.")).map(|(name, optional)| {
        let printed = format!("{{{{ {name} }}}}");
        if optional { format!("{{% if {name} %}}{printed}{{% endif %}}") } else { printed }
    });
    let lines = lines.collect::<Vec<_>>();
    assert!(!lines.is_empty());
    save(&app, "general", &document(&format!("{TEXT}\n{}", lines.join("\n")))).expect(200);
    let nobody = app.call("GET", "/v1/templates/variables").anonymous().send();
    nobody.refused(401, "auth.missing");
}
