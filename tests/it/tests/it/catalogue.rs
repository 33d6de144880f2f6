//! Nothing is said in codes that has no words: every error code, enumeration and event type of the sources is catalogued.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::architecture::sources;

/// Enumerations no caller ever sees, with the reason.
const INNER_ENUMS: &[(&str, &str)] = &[
    ("align", "how a column of a template's table stands"),
    ("happening", "what moves a message on; its effect shows as its state"),
    ("overdue_of", "whose overdue items a check looks up; it shows in nothing"),
    ("table_source", "which rows a template's table shows"),
];

/// Sources of the program without tests.
fn program() -> Vec<(String, String)> {
    let kept = sources().into_iter().filter(|(path, _)| !path.starts_with("tests"));
    let kept = kept.filter(|(path, _)| !path.components().any(|c| c.as_os_str() == "tests"));
    kept.map(|(path, text)| {
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
        (path.display().to_string(), code)
    })
    .collect()
}

#[test]
fn every_error_code_of_the_sources_is_catalogued_once_and_in_both_languages() {
    let codes = server::catalogue::error_codes();
    let listed = codes.iter().map(|code| code.text).collect::<BTreeSet<_>>();
    assert_eq!(listed.len(), codes.len(), "a code stands twice");
    let mut missing = Vec::new();
    for (path, code) in program() {
        for after in code.split("Code::new(").skip(1) {
            let Some(text) = after.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next())
            else {
                continue;
            };
            if !listed.contains(text) {
                missing.push(format!("{text} ({path})"));
            }
        }
    }
    assert!(missing.is_empty(), "server/src/catalogue.rs: these lists are not in it: {missing:?}");
    for code in codes {
        assert!(code.en.len() > 10 && code.es.len() > 10 && code.en != code.es, "{}", code.text);
    }
}

/// A code that nothing gives any more is a promise that clients prepare for in vain.
#[test]
fn every_error_code_is_given_somewhere() {
    let (mut defined, mut used) = (BTreeSet::new(), BTreeSet::new());
    for (_, code) in program() {
        let spoken =
            code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        // A list of codes gives none of them.
        let mut pieces = spoken.split("Code] =");
        let mut outside = pieces.next().unwrap_or_default().to_owned();
        outside.extend(pieces.filter_map(|list| Some(list.split_once("];")?.1)));
        let words = outside.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|w| !w.is_empty());
        let words = words.collect::<Vec<_>>();
        used.extend(words.windows(2).filter(|pair| pair[0] != "static").map(|pair| pair[1].to_owned()));
        defined
            .extend(words.windows(3).filter(|w| w[0] == "static" && w[2] == "Code").map(|w| w[1].to_owned()));
    }
    assert!(defined.len() > 150, "{} codes were found", defined.len());
    let idle = defined.difference(&used).collect::<Vec<_>>();
    assert!(idle.is_empty(), "nothing gives these codes: {idle:?}");
}

/// Names of enumerations in snake case with their values; those of one name belong together.
fn enums() -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::<String, BTreeSet<String>>::new();
    for (_, code) in program() {
        for body in code.split("text_enum! {\n").skip(1) {
            let body = body.split("\n}").next().unwrap_or_default();
            let lines = body.lines().filter(|line| !line.trim_start().starts_with("//"));
            let text = lines.collect::<Vec<_>>().join("\n");
            let Some(name) = text.split("enum ").nth(1).and_then(|rest| rest.split_whitespace().next())
            else {
                continue;
            };
            let values = text.split("= \"").skip(1).filter_map(|rest| rest.split('"').next());
            found.entry(snake(name)).or_default().extend(values.map(str::to_owned));
        }
    }
    found
}

fn snake(name: &str) -> String {
    let mut text = String::new();
    for (place, letter) in name.char_indices() {
        if letter.is_uppercase() && place > 0 {
            text.push('_');
        }
        text.extend(letter.to_lowercase());
    }
    text
}

#[test]
fn every_value_of_every_enumeration_has_a_label_in_both_languages() {
    let labels: Map<String, Value> = serde_json::from_str(app::labels::ENUMS).expect("a table");
    let found = enums();
    assert!(found.len() > 50, "{} enumerations were found", found.len());
    let mut wrong = Vec::new();
    for (name, values) in &found {
        if INNER_ENUMS.iter().any(|(inner, _)| inner == name) {
            continue;
        }
        let empty = Map::new();
        let labelled = labels.get(name).and_then(Value::as_object).unwrap_or(&empty);
        let with = labelled.keys().cloned().collect::<BTreeSet<_>>();
        wrong.extend(values.difference(&with).map(|value| format!("{name}.{value} has no label")));
        wrong.extend(with.difference(values).map(|value| format!("{name}.{value} is no value any more")));
        let texts = labelled.iter().flat_map(|(value, pair)| [(value, &pair[0]), (value, &pair[1])]);
        let blank = texts.filter(|(_, text)| text.as_str().is_none_or(str::is_empty));
        wrong.extend(blank.map(|(value, _)| format!("{name}.{value} lacks a language")));
    }
    wrong.extend(
        labels.keys().filter(|name| !found.contains_key(*name)).map(|n| format!("{n} is no enumeration")),
    );
    assert!(wrong.is_empty(), "domain/app/src/labels/enums.json:\n{}", wrong.join("\n"));
}

#[test]
fn every_event_type_of_the_sources_is_catalogued() {
    let table: Map<String, Value> = serde_json::from_str(app::labels::EVENTS).expect("a table");
    let codes = server::catalogue::error_codes().into_iter().map(|code| code.text).collect::<BTreeSet<_>>();
    let mut found = BTreeSet::new();
    for (path, code) in program().into_iter().filter(|(path, _)| path.starts_with("domain/app/src")) {
        if path.ends_with("codes.rs") {
            continue;
        }
        let pieces = code.split('"').collect::<Vec<_>>();
        for pair in pieces.chunks_exact(2) {
            let [before, literal] = pair else { continue };
            // Names of transactions stand behind the call that opens them.
            let opens = [".view(", ".transact(", ".transact_ending(", "app, ctx,"];
            let is_name = opens.iter().any(|call| before.trim_end().ends_with(call));
            if is_event(literal) && !is_name && !codes.contains(literal) {
                found.insert((*literal).to_owned());
            }
        }
    }
    let missing = found.iter().filter(|kind| !table.contains_key(*kind)).collect::<Vec<_>>();
    assert!(missing.is_empty(), "domain/app/src/labels/events.json lacks {missing:?}");
    let gone = table.keys().filter(|kind| !found.contains(*kind)).collect::<Vec<_>>();
    assert!(gone.is_empty(), "domain/app/src/labels/events.json names what nobody records: {gone:?}");
    for (kind, row) in &table {
        assert_eq!(row.as_array().map(Vec::len), Some(3), "{kind}");
    }
}

/// `context.what_happened`: commands are named by what they do, events by what was done.
fn is_event(text: &str) -> bool {
    let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let done = |what: &str| {
        ["ed", "sent", "_set", "_in", "_out", "_held", "withdrawn", "lost_track"]
            .iter()
            .any(|end| what.ends_with(end))
    };
    text.split_once('.').is_some_and(|(context, what)| word(context) && word(what) && done(what))
}
