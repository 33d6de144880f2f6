//! Shapes of declared attributes.

use app::attributes::declare::DeclaredAttribute;
use kernel::text_enum::TextEnum as _;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Versioned;

/// A declared attribute.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Attribute)]
pub(crate) struct AttributeDto {
    /// `party`, `account` or `receivable`.
    owner: String,
    #[schema(example = "delivered_on")]
    name: String,
    /// `text`, `number` (a decimal as text), `bool`, or `date` (`YYYY-MM-DD`).
    #[serde(rename = "type")]
    value_type: String,
    /// The values a text may have; any when empty.
    choices: Vec<String>,
    label_en: String,
    label_es: String,
    version: i64,
    created_at: String,
}

/// The declaration of an attribute.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeclareAttribute)]
pub(crate) struct DeclareAttributeBody {
    /// `text`, `number`, `bool` or `date`; stays as it was declared.
    #[serde(rename = "type")]
    #[schema(example = "date")]
    pub(super) value_type: String,
    /// Of a text: the values it may have.
    #[serde(default)]
    pub(super) choices: Vec<String>,
    #[schema(example = "Delivered on")]
    pub(super) label_en: String,
    #[schema(example = "Fecha de entrega")]
    pub(super) label_es: String,
}

impl From<DeclaredAttribute> for AttributeDto {
    fn from(done: DeclaredAttribute) -> Self {
        let DeclaredAttribute { owner, name, value_type, choices, label_en, label_es, version, created_at } =
            done;
        let (owner, value_type) = (owner.as_str().to_owned(), value_type.as_str().to_owned());
        let created_at = created_at.to_rfc3339();
        Self { owner, name, value_type, choices, label_en, label_es, version, created_at }
    }
}

impl Versioned for AttributeDto {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}
