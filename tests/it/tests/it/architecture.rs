//! The crates know what they are meant to know and nothing else; files keep the sizes of the style guide.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

use crate::golden::repository;

/// Each crate with the crates of ours that it may know directly, beside tests.
const GRAPH: &[(&str, &[&str])] = &[
    ("kernel", &[]),
    ("learning", &["kernel"]),
    ("domain", &["kernel"]),
    ("app", &["domain", "kernel", "learning"]),
    ("schema", &[]),
    ("store", &["app", "domain", "kernel", "learning", "schema"]),
    ("cluster", &[]),
    ("proto", &[]),
    ("bridge", &["app", "domain", "kernel"]),
    ("rest", &["app", "bridge", "domain", "kernel"]),
    ("grpc", &["app", "bridge", "domain", "kernel", "proto"]),
    ("outbound", &["app", "domain", "kernel"]),
    ("render", &["app", "domain", "kernel"]),
    (
        "server",
        &[
            "app", "bridge", "cluster", "domain", "grpc", "kernel", "outbound", "proto", "render", "rest",
            "store",
        ],
    ),
];

/// Crates that only tests use; they may know everything.
const OF_TESTS: &[&str] = &["doubles", "it", "load", "testkit"];

/// What a crate must not even reach through others.
const FORBIDDEN: &[(&[&str], &[&str])] = &[
    (
        &["kernel", "learning", "domain", "app"],
        &["tokio", "actix-web", "tonic", "prost", "utoipa", "diesel", "hyper", "reqwest", "lettre", "config"],
    ),
    (&["rest", "grpc", "bridge"], &["diesel", "lettre", "typst"]),
    (&["store", "schema"], &["actix-web", "tonic", "tokio", "prost", "utoipa"]),
    (&["cluster"], &["diesel", "actix-web", "tonic", "tokio"]),
    (&["outbound", "render"], &["diesel", "actix-web", "tonic"]),
];

fn metadata() -> Metadata {
    let manifest = repository().join("Cargo.toml");
    let platform = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let options = ["--locked".to_owned(), "--filter-platform".to_owned(), platform];
    MetadataCommand::new().manifest_path(manifest).other_options(options).exec().expect("cargo metadata")
}

/// Names of what each package depends on directly, without tests and build scripts.
fn direct(metadata: &Metadata) -> BTreeMap<String, BTreeSet<String>> {
    let normal = |p: &cargo_metadata::Package| {
        let kept = p.dependencies.iter().filter(|d| d.kind == DependencyKind::Normal);
        kept.map(|d| d.name.clone()).collect::<BTreeSet<_>>()
    };
    metadata.workspace_packages().iter().map(|p| (p.name.to_string(), normal(p))).collect()
}

#[test]
fn the_crates_form_the_graph_of_the_design() {
    let metadata = metadata();
    let direct = direct(&metadata);
    let ours = direct.keys().cloned().collect::<BTreeSet<_>>();
    let placed = GRAPH.iter().map(|(name, _)| *name).chain(OF_TESTS.iter().copied());
    assert_eq!(ours, placed.map(str::to_owned).collect(), "every crate has its place in the graph");
    for (name, allowed) in GRAPH {
        let known = direct[*name].intersection(&ours).map(String::as_str).collect::<BTreeSet<_>>();
        let beyond = known.difference(&allowed.iter().copied().collect()).copied().collect::<Vec<_>>();
        assert!(beyond.is_empty(), "{name} must not know {beyond:?}");
    }
}

#[test]
fn no_crate_reaches_what_it_must_not_know_even_through_others() {
    let metadata = metadata();
    let resolve = metadata.resolve.as_ref().expect("a resolved graph");
    let name_of = |id| metadata[id].name.to_string();
    let edges = resolve.nodes.iter().map(|node| {
        let normal =
            node.deps.iter().filter(|d| d.dep_kinds.iter().any(|k| k.kind == DependencyKind::Normal));
        (name_of(&node.id), normal.map(|d| name_of(&d.pkg)).collect::<Vec<_>>())
    });
    let mut graph = BTreeMap::<String, BTreeSet<String>>::new();
    for (from, to) in edges {
        graph.entry(from).or_default().extend(to);
    }
    for (crates, forbidden) in FORBIDDEN {
        for name in *crates {
            let reached = reached_from(&graph, name);
            let found = forbidden.iter().filter(|f| reached.contains(**f)).collect::<Vec<_>>();
            assert!(found.is_empty(), "{name} reaches {found:?}");
        }
    }
}

fn reached_from(graph: &BTreeMap<String, BTreeSet<String>>, from: &str) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut todo = vec![from.to_owned()];
    while let Some(next) = todo.pop() {
        // Cargo unites features: the one that teaches decimals to diesel is asked for by the store alone.
        if next == "rust_decimal" {
            continue;
        }
        for name in graph.get(&next).into_iter().flatten() {
            if seen.insert(name.clone()) {
                todo.push(name.clone());
            }
        }
    }
    seen
}

/// Sources of our crates, without generated ones.
pub(crate) fn sources() -> Vec<(PathBuf, String)> {
    let root = repository();
    let mut found = Vec::new();
    for folder in ["domain", "persistence", "api", "server", "tests"] {
        walk(&root.join(folder), &mut found);
    }
    let relative = |path: &Path| path.strip_prefix(&root).expect("in the repository").to_owned();
    found.into_iter().map(|(path, text)| (relative(&path), text)).collect()
}

fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("schema/src/tables.rs") {
            let text = std::fs::read_to_string(&path).expect("a source");
            found.push((path, text));
        }
    }
}

#[test]
fn no_file_is_longer_than_the_limit() {
    let long = |(path, text): &(PathBuf, String)| {
        let lines = text.lines().count();
        (lines > 500).then(|| format!("{} has {lines} lines", path.display()))
    };
    let long = sources().iter().filter_map(long).collect::<Vec<_>>();
    assert!(long.is_empty(), "at most 500 lines:\n{}", long.join("\n"));
}

#[test]
fn the_clock_and_fresh_ids_are_read_in_one_place() {
    for (path, text) in sources() {
        let beside =
            path.components().any(|part| part.as_os_str() == "examples" || part.as_os_str() == "tests");
        let port = path.ends_with("server/server/src/ports.rs") || beside;
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let code = code.collect::<Vec<_>>().join("\n");
        let code = code.split("#[cfg(test)]").next().unwrap_or_default();
        for word in ["Utc::now()", "Uuid::now_v7()", "SystemTime::now()"] {
            assert!(port || !code.contains(word), "{} reads {word}", path.display());
        }
    }
}
