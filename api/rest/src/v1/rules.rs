//! What the doors of scenarios and of rule sets share: facts, and the answer of a check.

use app::rules::{Checked, Problem};
use domain::rules::facts::FactDoc;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// What is wrong with a document, all of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleCheck)]
pub(crate) struct RuleCheckDto {
    /// Whether it can be put into force.
    valid: bool,
    problems: Vec<RuleProblemDto>,
}

/// One thing that is wrong with a document.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleProblem)]
pub(crate) struct RuleProblemDto {
    #[schema(example = "steps[2].condition")]
    path: String,
    #[schema(example = "rule.expression_unknown_fact")]
    code: String,
    /// `error` or `warning`.
    severity: String,
    message: String,
    en: String,
    es: String,
}

/// A fact that expressions may read.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Fact)]
pub(crate) struct FactDto {
    #[schema(example = "group.total_overdue")]
    path: String,
    /// `bool`, `number` or `text`.
    #[serde(rename = "type")]
    fact_type: String,
    /// Whether it can be unknown; then an expression needs `??`.
    nullable: bool,
    /// The values it can take, where they are known.
    values: Vec<String>,
    en: String,
    es: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RuleDocument)]
pub(crate) struct RuleDocumentBody {
    /// The document; see the guides on dunning and on rules.
    #[schema(value_type = Object)]
    pub(crate) document: Value,
}

impl From<Checked> for RuleCheckDto {
    fn from(check: Checked) -> Self {
        let problem = |p: Problem| RuleProblemDto {
            path: p.path,
            code: p.code,
            severity: p.severity,
            message: p.message,
            en: p.en,
            es: p.es,
        };
        Self { valid: check.valid, problems: check.problems.into_iter().map(problem).collect() }
    }
}

impl From<FactDoc> for FactDto {
    fn from(fact: FactDoc) -> Self {
        Self {
            path: fact.path,
            fact_type: fact.fact_type.to_string(),
            nullable: fact.nullable,
            values: fact.values,
            en: fact.en,
            es: fact.es,
        }
    }
}
