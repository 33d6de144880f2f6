//! `migrations/distribution.toml` against the catalogue of the migrated database.

use std::collections::BTreeMap;

use testkit::TestApp;

use crate::golden::repository;

/// Table and section. The file holds sections of `table = "reason"` and nothing else.
fn placed() -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(repository().join("migrations/distribution.toml")).expect("the list");
    let mut section = String::new();
    let mut placed = BTreeMap::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            name.clone_into(&mut section);
            continue;
        }
        let (table, reason) =
            line.split_once(" = ").unwrap_or_else(|| panic!("not a line of the list: {line}"));
        assert!(reason.len() > 6, "{table} needs a reason");
        assert_eq!(placed.insert(table.to_owned(), section.clone()), None, "{table} stands twice");
    }
    placed
}

const TABLES: &str = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace \
    AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> '__diesel_schema_migrations' ORDER BY 1";

/// Table, index, first column of every primary key, unique index and exclusion constraint.
const UNIQUE: &str = "SELECT t.relname || '|' || i.relname || '|' || a.attname FROM pg_index x \
    JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid \
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.indkey[0] \
    WHERE (x.indisunique OR x.indisexclusion) AND t.relnamespace = 'public'::regnamespace AND NOT t.relispartition";

/// Table, constraint, referred table, first column of both sides.
const REFERENCES: &str = "SELECT t.relname || '|' || c.conname || '|' || f.relname || '|' || a.attname || '|' || b.attname \
    FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class f ON f.oid = c.confrelid \
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = c.conkey[1] \
    JOIN pg_attribute b ON b.attrelid = f.oid AND b.attnum = c.confkey[1] \
    WHERE c.contype = 'f' AND c.conparentid = 0 AND NOT t.relispartition";

#[test]
fn every_table_has_its_place() {
    let app = TestApp::start();
    let tables = app.database.sql(TABLES);
    let placed = placed();
    let tables = tables.lines().collect::<Vec<_>>();
    let missing = tables.iter().filter(|t| !placed.contains_key(**t)).collect::<Vec<_>>();
    assert!(missing.is_empty(), "migrations/distribution.toml: say where these belong: {missing:?}");
    let unknown = placed.keys().filter(|t| !tables.contains(&t.as_str())).collect::<Vec<_>>();
    assert!(unknown.is_empty(), "migrations/distribution.toml names tables there are not: {unknown:?}");
}

#[test]
fn every_key_of_a_distributed_table_begins_with_its_account() {
    let app = TestApp::start();
    let placed = placed();
    let mut checked = 0;
    for line in app.database.sql(UNIQUE).lines() {
        let [table, index, column] = line.split('|').collect::<Vec<_>>()[..] else { panic!("{line}") };
        if placed.get(table).is_some_and(|section| section == "distributed") {
            assert_eq!(column, "account_id", "{index} of the distributed table {table}");
            checked += 1;
        }
    }
    assert!(checked >= 13, "{checked} keys were seen");
}

#[test]
fn references_go_along_the_account_or_to_reference_tables() {
    let app = TestApp::start();
    let placed = placed();
    let section = |table: &str| placed.get(table).map_or("missing", String::as_str);
    for line in app.database.sql(REFERENCES).lines() {
        let [table, name, referred, column, of] = line.split('|').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        match (section(table), section(referred)) {
            ("distributed", "distributed") => {
                assert_eq!((column, of), ("account_id", "account_id"), "{name} must go along the account");
            }
            ("distributed" | "reference" | "local", "reference") | ("local", "local") => {}
            (from, to) => panic!("{name}: a {from} table cannot refer to the {to} table {referred}"),
        }
    }
}
