//! Files that are written from the code and checked in, so that a review sees what a change does to the contract.
//!
//! `UPDATE_GOLDEN=1 cargo test -p it --test it golden::` writes them; without it they are compared.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use domain::access::{Permission, Role};
use kernel::text_enum::TextEnum as _;
use serde_json::{Map, Value};
use testkit::app::TestApp;

pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository")
}

/// Compares a checked-in file with what the code says, or writes it.
fn golden(path: &str, expected: &str) {
    let file = repository().join(path);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("the folder");
        std::fs::write(&file, expected).expect("write the golden file");
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    if found == expected {
        return;
    }
    let line = found.lines().zip(expected.lines()).take_while(|(a, b)| a == b).count() + 1;
    let says = |text: &str| text.lines().nth(line - 1).unwrap_or("(the end)").to_owned();
    panic!(
        "{path} is not what the code says, from line {line} on:\n  file: {}\n  code: {}\n\
         If the change is meant: UPDATE_GOLDEN=1 cargo test -p it --test it golden::",
        says(&found),
        says(expected)
    );
}

#[test]
fn the_openapi_document_is_the_checked_in_one() {
    golden("openapi/openapi.json", &format!("{}\n", server::commands::openapi()));
}

#[test]
fn the_error_catalogue_is_the_checked_in_one() {
    let mut text = "# Error codes\n\nEvery error carries a stable `code`: over REST in the problem document, over gRPC in \
        `ErrorInfo.reason`. Written from the code by `UPDATE_GOLDEN=1 cargo test -p it --test it golden::`.\n"
        .to_owned();
    for code in server::catalogue::error_codes() {
        let status = server::catalogue::status_of(code);
        writeln!(
            text,
            "\n<a id=\"{0}\"></a>\n## `{0}`\n\nHTTP {status} · {1:?}\n\n- en: {2}\n- es: {3}",
            code.text, code.kind, code.en, code.es
        )
        .expect("text");
    }
    golden("docs/errors.md", &text);
}

#[test]
fn the_event_catalogue_is_the_checked_in_one() {
    let table: Map<String, Value> = serde_json::from_str(app::labels::EVENTS).expect("a table");
    let mut text = "# Events\n\nEverything that changes is recorded as an event: in the feed (`GET /v1/events`, \
        `EventService.ListEvents`) without gaps, and in the audit trail. Each carries who, when, why (`reason`), the \
        object, and its state before and after. Written from the code by `UPDATE_GOLDEN=1 cargo test -p it --test it \
        golden::`.\n\n| Type | About | English | Español |\n|---|---|---|---|\n"
        .to_owned();
    for (kind, row) in &table {
        let cell = |place: usize| row[place].as_str().expect("a text").to_owned();
        writeln!(text, "| `{kind}` | {} | {} | {} |", cell(0), cell(1), cell(2)).expect("text");
    }
    golden("docs/events.md", &text);
}

#[test]
fn the_roles_matrix_is_the_checked_in_one() {
    let labels = app::labels::enums(None).expect("labels");
    let label =
        |kind: &str, value: &str, lang: &str| labels[kind][value][lang].as_str().unwrap_or("").to_owned();
    let mut text = "# Roles and permissions\n\nWhat each built-in role may do. An API key can be narrowed to some of the \
        permissions of its roles; rights (mandant, legal entity, portfolio) say on whose data. Written from the code by \
        `UPDATE_GOLDEN=1 cargo test -p it --test it golden::`.\n\n| Permission | "
        .to_owned();
    text += &Role::ALL.iter().map(|role| label("role", role.as_str(), "en")).collect::<Vec<_>>().join(" | ");
    text += " |\n|---|";
    text += &"---|".repeat(Role::ALL.len());
    text.push('\n');
    for permission in Permission::ALL {
        let cell = |role: &Role| if role.permissions().contains(permission) { "yes" } else { "" };
        let cells = Role::ALL.iter().map(cell).collect::<Vec<_>>().join(" | ");
        let means = label("permission", permission.as_str(), "en");
        writeln!(text, "| `{permission}` {means} | {cells} |").expect("text");
    }
    text += "\n## Roles in Spanish\n\n| Role | Español |\n|---|---|\n";
    for role in Role::ALL {
        writeln!(text, "| `{role}` | {} |", label("role", role.as_str(), "es")).expect("text");
    }
    text += "\n## Operations\n\nWhat each operation of the REST contract, then each gRPC method, asks of the caller; `-` = nothing \
        but to be known.\n\n| Operation | Permission |\n|---|---|\n";
    let app = TestApp::start();
    let rest = crate::authorisation::permissions(&app);
    for (operation, needed) in rest.into_iter().chain(crate::authorisation::grpc_permissions(&app)) {
        let needed = needed.iter().map(|p| format!("`{p}`")).collect::<Vec<_>>().join(", ");
        let needed = if needed.is_empty() { "-".to_owned() } else { needed };
        writeln!(text, "| `{operation}` | {needed} |").expect("text");
    }
    golden("docs/roles.md", &text);
}

#[test]
fn the_table_declarations_are_those_of_the_migrated_database() {
    let app = TestApp::start();
    let sql =
        std::fs::read_to_string(repository().join("persistence/schema/generate.sql")).expect("the query");
    let printed = app.database.sql(&sql);
    golden(
        "persistence/schema/src/tables.rs",
        &format!("// Generated by generate.sql; see tests/it/tests/it/golden.rs.\n\n{}\n", printed.trim()),
    );
}
