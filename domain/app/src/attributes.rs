//! Declared attributes: the types of what an installation keeps beyond our own fields.

pub mod declare;
pub mod lists;
pub mod withdraw;

use domain::attributes::{AttributeDefinition, AttributeOwner, Declared};
use kernel::id::EventId;
use kernel::{Instant, Outcome};
use serde_json::{Value, json};

use crate::events::NewEvent;

/// What this context reads.
pub trait AttributeReads {
    /// Every declaration, by owner and name.
    fn declared_attributes(&mut self) -> Outcome<Declared>;
}

/// A declaration with its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAttribute {
    pub definition: AttributeDefinition,
    pub version: i64,
    pub created_at: Instant,
}

/// The port of this context.
pub trait AttributeStore {
    /// One declaration after every other change of declarations; they wait for one another until the transaction ends.
    fn attribute_for_update(&mut self, owner: AttributeOwner, name: &str)
    -> Outcome<Option<StoredAttribute>>;

    /// Inserts it or replaces what it said.
    fn save_attribute(&mut self, attribute: &StoredAttribute, event: EventId) -> Outcome<()>;

    fn delete_attribute(&mut self, owner: AttributeOwner, name: &str) -> Outcome<()>;
}

/// How the list addresses a declaration.
pub fn key(owner: AttributeOwner, name: &str) -> String {
    format!("{owner}/{name}")
}

/// An event about a declaration, which has a key instead of an id: it stands in both halves.
fn about(
    kind: &'static str,
    before: Option<&AttributeDefinition>,
    after: Option<&AttributeDefinition>,
) -> NewEvent {
    let seen = |definition: Option<&AttributeDefinition>| {
        definition.map_or(Value::Null, |d| {
            json!({ "owner": d.owner, "name": d.name, "type": d.value_type, "choices": d.choices,
                "label_en": d.label_en, "label_es": d.label_es })
        })
    };
    NewEvent {
        kind,
        subject_kind: "attribute",
        subject_id: None,
        account_id: None,
        legal_entity_id: None,
        before: seen(before),
        after: seen(after),
    }
}
