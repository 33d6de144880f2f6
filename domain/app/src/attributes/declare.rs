//! Declares an attribute, or changes its labels and choices.

use domain::access::Permission;
use domain::attributes::{AttributeDefinition, AttributeOwner, AttributeType, codes};
use kernel::{Error, Instant, Outcome};
use serde::{Deserialize, Serialize};

use super::{StoredAttribute, about};
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;

/// A declaration as it is now in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeclaredAttribute {
    pub owner: AttributeOwner,
    pub name: String,
    pub value_type: AttributeType,
    pub choices: Vec<String>,
    pub label_en: String,
    pub label_es: String,
    pub version: i64,
    pub created_at: Instant,
}

/// Declares an attribute. From now on rows with a value of another type are refused; values that came before and do not fit
/// count as not set.
///
/// # Errors
/// `auth.forbidden`, `auth.installation_wide`, `attribute.key_invalid`, `attribute.choices_invalid`, `attribute.type_fixed`, `version.mismatch`, those of a
/// line of text.
pub fn declare(app: &App, ctx: &Ctx, cmd: &AttributeDefinition) -> Outcome<Answer<DeclaredAttribute>> {
    ctx.require(Permission::AttributeWrite)?;
    ctx.scope.require_all()?;
    let definition = cmd.clone().check()?;
    command::run(app, ctx, "attributes.declare", |tx| {
        let before = tx.attribute_for_update(definition.owner, &definition.name)?;
        command::check_version(ctx, before.as_ref().map_or(0, |b| b.version))?;
        if let Some(before) = &before {
            keep_type(&before.definition, &definition)?;
        }
        let old = before.as_ref().map(|b| &b.definition);
        let event = tx.record(ctx, about("attributes.declared", old, Some(&definition)))?;
        let stored = StoredAttribute {
            definition: definition.clone(),
            version: before.as_ref().map_or(1, |b| b.version + 1),
            created_at: before.as_ref().map_or(ctx.now, |b| b.created_at),
        };
        tx.save_attribute(&stored, event)?;
        Ok(answer(stored))
    })
}

/// Conditions were checked against the type and must go on to mean the same.
fn keep_type(before: &AttributeDefinition, after: &AttributeDefinition) -> Outcome<()> {
    if before.value_type == after.value_type {
        return Ok(());
    }
    let message = format!("{} is declared as {}", before.name, before.value_type);
    Err(Error::field("type", &codes::TYPE_FIXED, message))
}

fn answer(StoredAttribute { definition, version, created_at }: StoredAttribute) -> DeclaredAttribute {
    let AttributeDefinition { owner, name, value_type, choices, label_en, label_es } = definition;
    DeclaredAttribute { owner, name, value_type, choices, label_en, label_es, version, created_at }
}
