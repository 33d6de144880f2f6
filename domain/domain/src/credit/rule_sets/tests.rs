use std::collections::BTreeSet;

use serde_json::json;

use super::*;

#[test]
fn every_kind_is_registered_once_and_its_standard_documents_are_sound() {
    let names = KINDS.iter().map(|spec| spec.kind).collect::<BTreeSet<_>>();
    assert_eq!(names.len(), KINDS.len());
    for spec in KINDS {
        assert!(!spec.standard.is_empty(), "{} has no standard document", spec.kind);
        for text in spec.standard {
            let document = serde_json::from_str(text).unwrap();
            let read = spec.read(&document, Declared::default()).unwrap();
            assert_eq!(read.findings, [], "{} {}", spec.kind, read.code);
        }
    }
}

#[test]
fn a_document_of_another_shape_is_refused_by_name() {
    for spec in KINDS {
        let mut document: Value = serde_json::from_str(spec.standard[0]).unwrap();
        document["colour"] = json!("blue");
        let refused = spec.read(&document, Declared::default()).unwrap_err();
        assert_eq!(refused.code().text, "rule.document_invalid", "{}", spec.kind);
        assert!(
            refused.to_string().contains("colour") || refused.field_errors()[0].message.contains("colour")
        );
    }
}
